#include "tests/conformance/asl/causal_tree.h"

#include <algorithm>
#include <set>

#include "tests/conformance/asl/parallel_events.h"

namespace pawl::test {
namespace {

std::int64_t NumberMember(const Tree& event, std::string_view name) {
  const Tree* member = Member(event, name);
  return member != nullptr && member->is_int64() ? member->get_int64() : 0;
}

std::string Details(const Tree& event) {
  boost::json::object details = event.get_object();
  for (const char* name : {"id", "previousEventId", "timestamp"})
    details.erase(name);
  return PythonText(details, KeyOrder::kSorted);
}

}  // namespace

Tree CausalTrees::History(const boost::json::object& answer) {
  std::map<std::int64_t, const Tree*> events;
  std::vector<std::string> renumbered;
  for (const Tree& event : answer.at("events").get_array()) {
    if (!event.is_object()) continue;
    if (IsRenumbered(event)) {
      renumbered.push_back(Details(event));
    } else {
      events.emplace(NumberMember(event, "id"), &event);
    }
  }
  // An event has a smaller id than those it caused: backwards, children come first.
  std::map<std::int64_t, std::vector<int>> children;
  std::vector<int> roots;
  for (auto event = events.rbegin(); event != events.rend(); ++event) {
    std::vector<int>& caused = children[event->first];
    std::sort(caused.begin(), caused.end());
    const int number =
        numbers_
            .try_emplace(Node(Details(*event->second), caused), static_cast<int>(numbers_.size()))
            .first->second;
    const std::int64_t previous = NumberMember(*event->second, "previousEventId");
    if (previous < event->first && events.contains(previous)) {
      children[previous].push_back(number);
    } else {
      roots.push_back(number);
    }
  }
  std::sort(roots.begin(), roots.end());
  std::sort(renumbered.begin(), renumbered.end());
  boost::json::object history;
  for (const auto& entry : answer) {
    if (entry.key() != "events") history.emplace(entry.key(), entry.value());
  }
  history["roots"] = boost::json::array(roots.begin(), roots.end());
  history["unordered"] = boost::json::array(renumbered.begin(), renumbered.end());
  return history;
}

Tree CausalTrees::Of(const Tree& tree) {
  if (const auto* items = tree.if_array()) {
    boost::json::array causal;
    for (const Tree& item : *items)
      causal.push_back(Of(item));
    return causal;
  }
  const auto* object = tree.if_object();
  if (object == nullptr) return tree;
  const Tree* events = object->if_contains("events");
  if (events != nullptr && events->is_array()) return History(*object);
  boost::json::object causal;
  for (const auto& entry : *object)
    causal.emplace(entry.key(), Of(entry.value()));
  return causal;
}

}  // namespace pawl::test
