#include "tests/conformance/asl/parallel_events.h"

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "tests/conformance/asl/tree_path.h"

namespace pawl::test {
namespace {

bool EndsParallel(const std::string& type) {
  return type == "ParallelStateSucceeded" || type == "ParallelStateAborted" ||
         type == "ParallelStateExited" || type == "ParallelStateFailed";
}

void SortByText(std::vector<Tree>& events, KeyOrder order) {
  std::stable_sort(events.begin(), events.end(), [order](const Tree& a, const Tree& b) {
    return PythonText(a, order) < PythonText(b, order);
  });
}

// Walks the list as the recorder did, which replaced the range it was walking over.
void SortIn(std::vector<Tree>& events) {
  std::optional<std::size_t> start;
  std::vector<Tree> inner;
  bool is_inside = false;
  for (std::size_t i = 0; i < events.size(); ++i) {
    const std::string type = StringMember(events[i], "type");
    if (EndsParallel(type)) {
      if (start) {
        SortByText(inner, KeyOrder::kAsIs);
        const auto begin = events.begin() + static_cast<std::ptrdiff_t>(*start);
        events.erase(begin, events.begin() + static_cast<std::ptrdiff_t>(i));
        events.insert(
            events.begin() + static_cast<std::ptrdiff_t>(*start), inner.begin(), inner.end());
      }
      is_inside = false;
    } else if (type == "ParallelStateStarted") {
      is_inside = true;
      inner.clear();
      start = i + 1;
    } else if (type.empty()) {
      is_inside = false;
    } else if (is_inside) {
      events[i].as_object()["id"] = boost::json::array{0};
      events[i].as_object()["previousEventId"] = 0;
      inner.push_back(events[i]);
    }
  }
}

}  // namespace

bool IsRenumbered(const Tree& event) {
  const Tree* id = Member(event, "id");
  return id != nullptr && id->is_array();
}

Status SortParallelEvents(Tree& answers) {
  ASSIGN_OR_RETURN(const std::vector<Tree*> lists, FindAll("$..events", answers));
  for (Tree* list : lists) {
    auto* items = list->if_array();
    if (items == nullptr) continue;
    std::vector<Tree> events(items->begin(), items->end());
    SortIn(events);
    *items = boost::json::array(events.begin(), events.end());
  }
  return OkStatus();
}

void SortRenumberedRuns(boost::json::array& events) {
  for (std::size_t begin = 0; begin < events.size();) {
    std::size_t end = begin;
    while (end < events.size() && IsRenumbered(events[end]))
      ++end;
    std::vector<Tree> run(events.begin() + static_cast<std::ptrdiff_t>(begin),
                          events.begin() + static_cast<std::ptrdiff_t>(end));
    SortByText(run, KeyOrder::kSorted);
    std::copy(run.begin(), run.end(), events.begin() + static_cast<std::ptrdiff_t>(begin));
    begin = std::max(end, begin + 1);
  }
}

}  // namespace pawl::test
