#include "tests/conformance/asl/comparison.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "tests/conformance/asl/causal_tree.h"
#include "tests/conformance/asl/parallel_events.h"
#include "tests/conformance/asl/python_regex.h"

namespace pawl::test {
namespace {

constexpr std::size_t kDifferencesMax = 8;
constexpr std::size_t kValueCharactersMax = 160;

// Without what no other implementation can say: HTTP metadata, stack traces, request ids.
Tree Relaxed(const Tree& tree) {
  if (const auto* items = tree.if_array()) {
    boost::json::array relaxed;
    for (const Tree& item : *items)
      relaxed.push_back(Relaxed(item));
    return relaxed;
  }
  const auto* object = tree.if_object();
  if (object == nullptr) return tree;
  static const std::set<std::string_view> kLeftOut = {
      "SdkHttpMetadata", "SdkResponseMetadata", "ResponseMetadata"};
  boost::json::object relaxed;
  for (const auto& entry : *object) {
    const std::string_view key(entry.key().data(), entry.key().size());
    if (kLeftOut.contains(key)) continue;
    const bool is_cause = key == "cause" || key == "Cause";
    const bool is_request_id = key == "requestId" || key == "RequestId";
    if (key == "stackTrace" || (is_request_id && entry.value().is_string())) {
      relaxed.emplace(entry.key(), "*");
      continue;
    }
    std::optional<Tree> parsed;
    if (is_cause && TextOf(entry.value()).starts_with('{')) {
      parsed = ParseTree(TextOf(entry.value()));
    }
    relaxed.emplace(entry.key(), Relaxed(parsed ? *parsed : entry.value()));
  }
  if (Tree* events = relaxed.if_contains("events"); events != nullptr && events->is_array()) {
    SortRenumberedRuns(events->get_array());
  }
  return relaxed;
}

// "<name:N>" numbered by first appearance: only which are equal matters.
Tree Renumbered(const Tree& tree) {
  static const auto placeholder = PythonRegex::Compile(R"(<([A-Za-z_][A-Za-z0-9_-]*):(\d+)>)");
  const std::string text = PythonText(tree, KeyOrder::kSorted);
  std::map<std::string, std::string> seen;
  std::map<std::string, int> counts;
  std::string renumbered;
  for (std::size_t at = 0; at < text.size();) {
    const auto groups = text[at] == '<'
                            ? placeholder->MatchPrefix(std::string_view(text).substr(at))
                            : std::nullopt;
    if (!groups) {
      renumbered += text[at++];
      continue;
    }
    const auto [place, is_new] = seen.try_emplace((*groups)[0]);
    if (is_new) {
      const int number = ++counts[(*groups)[1]];
      place->second = "<" + (*groups)[1] + ":" + std::to_string(number) + ">";
    }
    renumbered += place->second;
    at += (*groups)[0].size();
  }
  auto parsed = ParseTree(renumbered);
  return parsed ? *std::move(parsed) : Tree();
}

std::string Short(const Tree& tree) {
  std::string text = PythonText(tree);
  if (text.size() > kValueCharactersMax) text = text.substr(0, kValueCharactersMax) + "...";
  return text;
}

bool IsSameScalar(const Tree& a, const Tree& b) {
  if (a.is_number() && b.is_number()) return a.to_number<double>() == b.to_number<double>();
  return a == b;
}

void Diff(const Tree& recorded,
          const Tree& live,
          const std::string& path,
          std::vector<std::string>& differences) {
  if (differences.size() >= kDifferencesMax) return;
  if (recorded.is_object() && live.is_object()) {
    std::set<std::string_view> names;
    for (const Tree* side : {&recorded, &live}) {
      for (const auto& entry : side->get_object())
        names.emplace(entry.key().data(), entry.key().size());
    }
    for (const std::string_view name : names) {
      const std::string place = path + "." + std::string(name);
      const Tree* before = Member(recorded, name);
      const Tree* after = Member(live, name);
      if (after == nullptr) {
        differences.push_back(place + ": missing, recorded " + Short(*before));
      } else if (before == nullptr) {
        differences.push_back(place + ": unexpected " + Short(*after));
      } else {
        Diff(*before, *after, place, differences);
      }
    }
    return;
  }
  if (recorded.is_array() && live.is_array()) {
    const auto& before = recorded.get_array();
    const auto& after = live.get_array();
    for (std::size_t i = 0; i < std::min(before.size(), after.size()); ++i)
      Diff(before[i], after[i], path + "[" + std::to_string(i) + "]", differences);
    if (before.size() != after.size()) {
      differences.push_back(path + ": " + std::to_string(after.size()) + " items, recorded " +
                            std::to_string(before.size()));
    }
    return;
  }
  if (!IsSameScalar(recorded, live)) {
    differences.push_back(path + ": " + Short(live) + ", recorded " + Short(recorded));
  }
}

Tree LastEvent(const boost::json::array& events) {
  const auto found = std::find_if(events.begin(), events.end(), [](const Tree& event) {
    const std::string type = StringMember(event, "type");
    return type.starts_with("Execution") && type != "ExecutionStarted";
  });
  const Tree& last = found == events.end() ? events.back() : *found;
  boost::json::object outcome;
  outcome["type"] = StringMember(last, "type");
  for (const auto& entry : last.get_object()) {
    const std::string_view key(entry.key().data(), entry.key().size());
    if (!key.ends_with("EventDetails")) continue;
    for (const char* name : {"output", "error", "cause"}) {
      if (const Tree* value = Member(entry.value(), name)) outcome[name] = *value;
    }
  }
  return outcome;
}

// The part of an answer that says how it ended.
Tree OutcomeOf(const Tree& answer) {
  if (const Tree* events = Member(answer, "events");
      events != nullptr && events->is_array() && !events->get_array().empty()) {
    return LastEvent(events->get_array());
  }
  if (const Tree* error = Member(answer, "Error")) {
    return boost::json::object{{"Code", error->is_object() ? StringMember(*error, "Code") : ""}};
  }
  if (Member(answer, "status") == nullptr) return answer;
  boost::json::object outcome;
  for (const char* name : {"status", "output", "error", "cause", "nextState"}) {
    if (const Tree* value = Member(answer, name)) outcome[name] = *value;
  }
  return outcome;
}

}  // namespace

void Differences::Add(const std::string& difference) {
  for (auto* level : {&outcome, &causal, &history})
    level->insert(level->begin(), difference);
}

Differences Compare(const Tree& recorded, const Tree& live) {
  const Tree want = Renumbered(Relaxed(recorded));
  const Tree got = Renumbered(Relaxed(live));
  Differences differences;
  CausalTrees trees;
  for (const auto& entry : want.get_object()) {
    const std::string key(entry.key().data(), entry.key().size());
    const Tree* answer = Member(got, key);
    if (answer == nullptr) {
      differences.Add(key + ": no answer");
      continue;
    }
    Diff(OutcomeOf(entry.value()), OutcomeOf(*answer), key, differences.outcome);
    Diff(trees.Of(entry.value()), trees.Of(*answer), key, differences.causal);
    Diff(entry.value(), *answer, key, differences.history);
  }
  return differences;
}

}  // namespace pawl::test
