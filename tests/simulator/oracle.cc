#include "tests/simulator/oracle.h"

#include "tests/simulator/walker.h"

namespace pawl::simulator {

AttemptKey Walker::KeyOf(const Visit& visit) {
  return {
      .branch = visit.branch, .state = visit.name, .visit = visit.number, .attempt = visit.attempt};
}

BranchKey Walker::ChildOf(const Visit& visit, std::uint32_t index) {
  return ChildBranch(visit.branch, visit.name, visit.number, visit.attempt, index);
}

BranchKey ChildBranch(const BranchKey& branch,
                      const std::string& state,
                      int visit,
                      int attempt,
                      std::uint32_t index) {
  return branch + "/" + state + "#" + std::to_string(visit) + "." + std::to_string(attempt) + ":" +
         std::to_string(index);
}

OracleRun Foresee(const OracleRequest& request, const Observations& observed) {
  return Walker(request, observed).Run();
}

}  // namespace pawl::simulator
