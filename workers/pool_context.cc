#include "workers/pool_context.h"

#include <utility>

namespace pawl::workers {
namespace {

// The largest packet of a zygote or of a log fits.
constexpr std::size_t kScratchBytes = std::size_t{256} * 1024;

}  // namespace

PoolContext::PoolContext(Poller& the_poller,
                         const ChildPoolOptions& the_options,
                         std::size_t the_cores)
    : poller(the_poller), options(the_options), cores(the_cores), scratch(kScratchBytes, '\0') {}

void PoolContext::Deliver(const Task& task, InvocationResult result) {
  result.id = task.invocation.id;
  ended_event_bytes += task.invocation.event.size();
  results.push_back(std::move(result));
}

void PoolContext::Deliver(const Task& task, Outcome outcome) {
  Deliver(task, InvocationResult{.outcome = outcome, .error = {}, .payload = {}});
}

void PoolContext::Fail(const Task& task, ErrorPayload error) {
  InvocationResult result{.outcome = Outcome::kFailed,
                          .error = std::move(error.error),
                          .payload = std::move(error.payload)};
  if (task.log) result.log_tail = task.log->Tail(result.error);
  Deliver(task, std::move(result));
}

}  // namespace pawl::workers
