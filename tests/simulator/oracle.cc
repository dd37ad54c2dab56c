#include "tests/simulator/oracle.h"

#include <algorithm>
#include <cmath>
#include <variant>

#include "engine/base/check.h"
#include "engine/base/time.h"
#include "tests/simulator/plain_expression.h"
#include "tests/simulator/script.h"

namespace pawl::simulator {
namespace {

constexpr int kVisitsMax = 5'000;
constexpr std::string_view kRuntimeError = "States.Runtime";

struct Failure {
  PlainJson error;
  PlainJson cause;
  // The same failure under another name.
  std::string alias = {};
};

Failure FailureOf(std::string_view error) {
  return {.error = PlainJson::String(std::string(error)), .cause = PlainJson::SomeText()};
}

using Evaluated = std::variant<PlainJson, Failure>;

// The paths that the generator writes: fields by dot or bracket, indices, and [*].
std::optional<PlainJson> Follow(std::string_view path, const PlainJson& root) {
  std::vector<PlainJson> found = {root};
  bool is_definite = true;
  while (!path.empty()) {
    std::vector<PlainJson> next;
    const auto step = [&](const auto& select) {
      for (const PlainJson& value : found)
        select(value);
    };
    if (path.starts_with("[*]")) {
      is_definite = false;
      path.remove_prefix(3);
      step([&](const PlainJson& value) {
        next.insert(next.end(), value.items.begin(), value.items.end());
      });
    } else if (path.starts_with("['")) {
      const std::size_t end = path.find("']");
      PAWL_CHECK(end != std::string_view::npos);
      const std::string_view name = path.substr(2, end - 2);
      path.remove_prefix(end + 2);
      step([&](const PlainJson& value) {
        if (const PlainJson* member = value.Find(name)) next.push_back(*member);
      });
    } else if (path.front() == '[') {
      const std::size_t end = path.find(']');
      PAWL_CHECK(end != std::string_view::npos);
      const auto index = static_cast<std::size_t>(std::stoul(std::string(path.substr(1, end - 1))));
      path.remove_prefix(end + 1);
      step([&](const PlainJson& value) {
        if (index < value.items.size()) next.push_back(value.items[index]);
      });
    } else {
      PAWL_CHECK(path.front() == '.');
      const std::size_t end = std::min(path.find_first_of(".[", 1), path.size());
      const std::string_view name = path.substr(1, end - 1);
      path.remove_prefix(end);
      step([&](const PlainJson& value) {
        if (const PlainJson* member = value.Find(name)) next.push_back(*member);
      });
    }
    found = std::move(next);
    // What comes before the first [*] must be there.
    if (is_definite && found.empty()) return std::nullopt;
  }
  if (!is_definite) return PlainJson::Array(std::move(found));
  return found.front();
}

bool MatchesStars(std::string_view text, std::string_view pattern) {
  if (pattern.empty()) return text.empty();
  if (pattern.front() == '*') {
    for (std::size_t skip = 0; skip <= text.size(); ++skip) {
      if (MatchesStars(text.substr(skip), pattern.substr(1))) return true;
    }
    return false;
  }
  return !text.empty() && text.front() == pattern.front() &&
         MatchesStars(text.substr(1), pattern.substr(1));
}

bool IsTimestamp(const PlainJson& value) {
  if (value.type == PlainJson::Type::kSomeText) return true;
  return value.is_string() && ParseTimestamp(value.text).has_value();
}

// "LessThanEquals" and so on, of numbers -1, 0 and 1 for less, equal and greater.
bool HasOrder(std::string_view relation, int order) {
  if (relation == "Equals") return order == 0;
  if (relation == "LessThan") return order < 0;
  if (relation == "GreaterThan") return order > 0;
  if (relation == "LessThanEquals") return order <= 0;
  PAWL_CHECK(relation == "GreaterThanEquals");
  return order >= 0;
}

template <typename T>
int OrderOf(const T& a, const T& b) {
  return a < b ? -1 : b < a ? 1 : 0;
}

bool Compare(std::string_view comparison, const PlainJson& value, const PlainJson& operand) {
  if (comparison == "StringMatches") {
    return value.is_string() && operand.is_string() && MatchesStars(value.text, operand.text);
  }
  if (comparison == "BooleanEquals") {
    return value.type == PlainJson::Type::kBoolean && operand.type == PlainJson::Type::kBoolean &&
           value.boolean == operand.boolean;
  }
  if (comparison.starts_with("String")) {
    return value.is_string() && operand.is_string() &&
           HasOrder(comparison.substr(6), OrderOf(value.text, operand.text));
  }
  if (comparison.starts_with("Numeric")) {
    return value.is_number() && operand.is_number() &&
           HasOrder(comparison.substr(7), OrderOf(value.AsDouble(), operand.AsDouble()));
  }
  PAWL_CHECK(comparison.starts_with("Timestamp"));
  return IsTimestamp(value) && IsTimestamp(operand) &&
         HasOrder(comparison.substr(9),
                  OrderOf(*ParseTimestamp(value.text), *ParseTimestamp(operand.text)));
}

bool HasType(std::string_view comparison, const PlainJson& value) {
  if (comparison == "IsNull") return value.type == PlainJson::Type::kNull;
  if (comparison == "IsNumeric") return value.is_number();
  if (comparison == "IsString") return value.is_string();
  if (comparison == "IsBoolean") return value.type == PlainJson::Type::kBoolean;
  PAWL_CHECK(comparison == "IsTimestamp");
  return IsTimestamp(value);
}

bool ListsError(const PlainJson& error_equals, const Failure& failure) {
  const std::string& error = failure.error.text;
  return std::any_of(
      error_equals.items.begin(), error_equals.items.end(), [&](const PlainJson& name) {
        if (name.text == "States.ALL") return true;
        if (name.text == "States.TaskFailed") {
          return error != "States.Timeout" && error != "States.DataLimitExceeded";
        }
        return name.text == error || (!failure.alias.empty() && name.text == failure.alias);
      });
}

double NumberOr(const PlainJson& object, std::string_view field, double otherwise) {
  const PlainJson* value = object.Find(field);
  return value == nullptr ? otherwise : value->AsDouble();
}

// Where the Map's item that a context object shows stands.
struct MapItem {
  PlainJson value;
  std::uint32_t index = 0;
};

// What was assigned in a scope, and in the scopes around it. An inner scope sees the outer ones and
// changes only its own.
struct Variables {
  std::map<std::string, PlainJson, std::less<>> own = {};
  const Variables* outer = nullptr;

  const PlainJson* Find(std::string_view name) const {
    const auto found = own.find(name);
    if (found != own.end()) return &found->second;
    return outer == nullptr ? nullptr : outer->Find(name);
  }
};

class Walker {
 public:
  Walker(const OracleRequest& request, const Observations& observed)
      : request_(request), observed_(observed) {}

  OracleRun Run() {
    const Evaluated end = Scope(request_.definition, request_.input, "", nullptr, nullptr);
    if (const auto* output = std::get_if<PlainJson>(&end)) {
      run_.has_succeeded = true;
      run_.output = *output;
    } else {
      const auto& failure = std::get<Failure>(end);
      run_.error = failure.error;
      run_.cause = failure.cause;
    }
    return std::move(run_);
  }

 private:
  // What a state's fields are evaluated against.
  struct Visit {
    const PlainJson& state;
    const std::string& name;
    const PlainJson& raw_input;
    const BranchKey& branch;
    const MapItem* item = nullptr;
    const Variables* variables = nullptr;
    int number = 1;
    // Of all attempts of this visit, and since its retriers were fresh.
    int attempt = 0;
    int retry_count = 0;
  };

  struct Step {
    PlainJson output;
    std::optional<std::string> next;
    // An object; seen from the next state on.
    PlainJson assigned = PlainJson::Object();
  };

  using StepOrFailure = std::variant<Step, Failure>;

  // Runs {StartAt, States} to its end.
  Evaluated Scope(const PlainJson& scope,
                  PlainJson input,
                  const BranchKey& branch,
                  const MapItem* item,
                  const Variables* outer) {
    Variables variables{.outer = outer};
    std::string name = scope.Find("StartAt")->text;
    std::map<std::string, int> visits;
    for (;;) {
      if (++steps_ > kVisitsMax) {
        run_.has_given_up = true;
        return FailureOf("oracle gave up");
      }
      run_.visits[branch].push_back(name);
      const PlainJson* state = scope.Find("States")->Find(name);
      PAWL_CHECK(state != nullptr);
      StepOrFailure step = State(Visit{.state = *state,
                                       .name = name,
                                       .raw_input = input,
                                       .branch = branch,
                                       .item = item,
                                       .variables = &variables,
                                       .number = ++visits[name]});
      if (auto* failure = std::get_if<Failure>(&step)) return std::move(*failure);
      auto& done = std::get<Step>(step);
      input = std::move(done.output);
      for (auto& [variable, value] : done.assigned.members)
        variables.own.insert_or_assign(variable, std::move(value));
      if (!done.next) return input;
      name = *done.next;
    }
  }

  // All attempts of a state, and what its catchers make of the failure.
  StepOrFailure State(Visit visit) {
    std::map<std::size_t, double> used;
    for (;;) {
      StepOrFailure step = Attempt(visit);
      const AttemptKey key = KeyOf(visit);
      // What fails before it begins is no attempt of which anybody knows.
      const bool has_begun = begun_.contains(key);
      const bool is_abandoned = has_begun && observed_.abandoned.contains(key);
      if (has_begun) ++visit.attempt;
      if (is_abandoned || (has_begun && observed_.continued.contains(key))) {
        used.clear();
        visit.retry_count = 0;
      }
      if (is_abandoned && !run_.has_given_up) continue;
      const auto* failure = std::get_if<Failure>(&step);
      if (failure == nullptr || failure->error.text == kRuntimeError || run_.has_given_up) {
        return step;
      }
      if (!Retries(visit, key, *failure, used)) return Caught(visit, *failure);
      ++visit.retry_count;
    }
  }

  void Begin(const Visit& visit) { begun_.insert(KeyOf(visit)); }

  bool Retries(const Visit& visit,
               const AttemptKey& key,
               const Failure& failure,
               std::map<std::size_t, double>& used) {
    const PlainJson* retriers = visit.state.Find("Retry");
    if (retriers == nullptr) return false;
    for (std::size_t i = 0; i < retriers->items.size(); ++i) {
      const PlainJson& retrier = retriers->items[i];
      if (!ListsError(*retrier.Find("ErrorEquals"), failure)) continue;
      double& count = used[i];
      if (count >= NumberOr(retrier, "MaxAttempts", 3)) return false;
      double seconds = NumberOr(retrier, "IntervalSeconds", 1) *
                       std::pow(NumberOr(retrier, "BackoffRate", 2), count);
      seconds = std::min(seconds, NumberOr(retrier, "MaxDelaySeconds", seconds));
      const PlainJson* jitter = retrier.Find("JitterStrategy");
      run_.delays[key] = {.seconds = seconds,
                          .has_jitter = jitter != nullptr && jitter->text == "FULL"};
      count += 1;
      return true;
    }
    return false;
  }

  StepOrFailure Caught(const Visit& visit, const Failure& failure) {
    const PlainJson* catchers = visit.state.Find("Catch");
    if (catchers == nullptr) return failure;
    for (const PlainJson& catcher : catchers->items) {
      if (!ListsError(*catcher.Find("ErrorEquals"), failure)) continue;
      // An error without a name or a cause leaves it open how the output shows that.
      const auto shown = [](const PlainJson& text) {
        return text.type == PlainJson::Type::kNull ? PlainJson::SomeText() : text;
      };
      PlainJson output =
          PlainJson::Object({{"Error", shown(failure.error)}, {"Cause", shown(failure.cause)}});
      if (IsQuery(visit)) {
        const QuerySources sources{.error_output = &output};
        return LeaveQuery(visit, catcher, output, catcher.Find("Next")->text, sources);
      }
      Evaluated assigned = Assigned(visit, catcher, output);
      if (std::holds_alternative<Failure>(assigned)) return FailureOf(kRuntimeError);
      Evaluated placed = Place(catcher.Find("ResultPath"), visit.raw_input, output);
      if (std::holds_alternative<Failure>(placed)) return FailureOf(kRuntimeError);
      return Step{.output = std::get<PlainJson>(std::move(placed)),
                  .next = catcher.Find("Next")->text,
                  .assigned = std::get<PlainJson>(std::move(assigned))};
    }
    return failure;
  }

  // --- States in JSONata ---

  static bool IsQuery(const Visit& visit) {
    const PlainJson* language = visit.state.Find("QueryLanguage");
    return language != nullptr && language->text == "JSONata";
  }

  // What $states shows beside input and context.
  struct QuerySources {
    const PlainJson* result = nullptr;
    const PlainJson* error_output = nullptr;
  };

  // Values "{% … %}" are expressions. What the generator writes has a value.
  PlainJson Query(const Visit& visit, const PlainJson& shape, const QuerySources& sources) {
    PlainJson filled = shape;
    for (PlainJson& item : filled.items)
      item = Query(visit, item, sources);
    for (auto& [name, value] : filled.members)
      value = Query(visit, value, sources);
    std::string_view text = shape.text;
    if (!shape.is_string() || !text.starts_with("{%")) return filled;
    text.remove_prefix(2);
    text.remove_suffix(2);
    PlainJson states = PlainJson::Object({{"input", visit.raw_input}, {"context", Context(visit)}});
    if (sources.result != nullptr) states.Set("result", *sources.result);
    if (sources.error_output != nullptr) states.Set("errorOutput", *sources.error_output);
    const auto value = EvaluateExpression(text, [&](std::string_view name) {
      return name == "states" ? &states : visit.variables->Find(name);
    });
    PAWL_CHECK_MESSAGE(value.has_value(), shape.text.c_str());
    return *value;
  }

  Step LeaveQuery(const Visit& visit,
                  const PlainJson& holder,
                  PlainJson output,
                  std::optional<std::string> next,
                  const QuerySources& sources) {
    Step step{.output = {}, .next = std::move(next)};
    if (const PlainJson* assign = holder.Find("Assign")) {
      step.assigned = Query(visit, *assign, sources);
    }
    const PlainJson* given = holder.Find("Output");
    step.output = given == nullptr ? std::move(output) : Query(visit, *given, sources);
    return step;
  }

  StepOrFailure AttemptQuery(const Visit& visit) {
    const std::string& type = visit.state.Find("Type")->text;
    const PlainJson& input = visit.raw_input;
    if (type == "Fail") {
      return Failure{.error = Query(visit, *visit.state.Find("Error"), {}),
                     .cause = Query(visit, *visit.state.Find("Cause"), {})};
    }
    if (type == "Choice") {
      for (const PlainJson& rule : visit.state.Find("Choices")->items) {
        if (!Query(visit, *rule.Find("Condition"), {}).boolean) continue;
        return LeaveQuery(visit, rule, input, rule.Find("Next")->text, {});
      }
      return LeaveQuery(visit, visit.state, input, visit.state.Find("Default")->text, {});
    }
    if (type == "Pass" || type == "Wait") {
      return LeaveQuery(visit, visit.state, input, NextOf(visit), {});
    }
    const PlainJson* given = visit.state.Find("Arguments");
    const PlainJson arguments = given == nullptr ? input : Query(visit, *given, {});
    Evaluated result = type == "Task"       ? Call(visit, arguments)
                       : type == "Parallel" ? Branch(visit, arguments)
                                            : Iterate(visit, input);
    if (std::holds_alternative<Failure>(result)) return std::get<Failure>(result);
    const auto& value = std::get<PlainJson>(result);
    return LeaveQuery(visit, visit.state, value, NextOf(visit), {.result = &value});
  }

  StepOrFailure Attempt(const Visit& visit) {
    if (IsQuery(visit)) return AttemptQuery(visit);
    const std::string& type = visit.state.Find("Type")->text;
    if (type == "Fail") return Fail(visit);
    Evaluated filtered = Filter(visit, "InputPath", visit.raw_input);
    if (std::holds_alternative<Failure>(filtered)) return std::get<Failure>(filtered);
    PlainJson input = std::get<PlainJson>(std::move(filtered));
    if (type == "Choice") return Choose(visit, input);
    if (type == "Map") return Finish(visit, Iterate(visit, input));
    if (const PlainJson* parameters = visit.state.Find("Parameters")) {
      Evaluated filled = Fill(visit, *parameters, input);
      if (std::holds_alternative<Failure>(filled)) return std::get<Failure>(filled);
      input = std::get<PlainJson>(std::move(filled));
    }
    if (type == "Succeed") return Leave(visit, std::move(input), std::nullopt, {});
    if (type == "Wait") {
      if (auto failure = CheckWait(visit, input)) return std::move(*failure);
      return LeaveThrough(visit, visit.state, std::move(input), NextOf(visit));
    }
    if (type == "Pass") {
      const PlainJson* result = visit.state.Find("Result");
      return Finish(visit, result == nullptr ? std::move(input) : *result);
    }
    if (type == "Task") return Finish(visit, Call(visit, input));
    PAWL_CHECK(type == "Parallel");
    return Finish(visit, Branch(visit, input));
  }

  StepOrFailure Fail(const Visit& visit) {
    Failure failure;
    for (const bool is_error : {true, false}) {
      PlainJson& text = is_error ? failure.error : failure.cause;
      const std::string field = is_error ? "Error" : "Cause";
      if (const PlainJson* literal = visit.state.Find(field)) text = *literal;
      if (const PlainJson* path = visit.state.Find(field + "Path")) {
        const auto value = Read(visit, path->text, visit.raw_input);
        if (!value || !value->is_string()) return FailureOf(kRuntimeError);
        text = *value;
      }
    }
    return failure;
  }

  std::optional<Failure> CheckWait(const Visit& visit, const PlainJson& input) {
    if (const PlainJson* path = visit.state.Find("SecondsPath")) {
      const auto value = Read(visit, path->text, input);
      if (!value || !value->AsInteger() || *value->AsInteger() < 0) return FailureOf(kRuntimeError);
    }
    if (const PlainJson* path = visit.state.Find("TimestampPath")) {
      const auto value = Read(visit, path->text, input);
      if (!value || !IsTimestamp(*value)) return FailureOf(kRuntimeError);
    }
    return std::nullopt;
  }

  StepOrFailure Choose(const Visit& visit, const PlainJson& input) {
    for (const PlainJson& rule : visit.state.Find("Choices")->items) {
      const std::optional<bool> holds = Holds(visit, rule, input);
      if (!holds) return FailureOf(kRuntimeError);
      if (*holds) return LeaveThrough(visit, rule, input, rule.Find("Next")->text);
    }
    if (const PlainJson* otherwise = visit.state.Find("Default")) {
      return LeaveThrough(visit, visit.state, input, otherwise->text);
    }
    return FailureOf("States.NoChoiceMatched");
  }

  // nullopt: a path leads nowhere.
  std::optional<bool> Holds(const Visit& visit, const PlainJson& rule, const PlainJson& input) {
    for (const auto& [field, operand] : rule.members) {
      if (field == "And" || field == "Or") {
        const bool decides = field == "Or";
        for (const PlainJson& part : operand.items) {
          const auto holds = Holds(visit, part, input);
          if (!holds || *holds == decides) return holds;
        }
        return !decides;
      }
      if (field == "Not") {
        const auto holds = Holds(visit, operand, input);
        if (!holds) return holds;
        return !*holds;
      }
    }
    const auto variable = Read(visit, rule.Find("Variable")->text, input);
    for (const auto& [field, given] : rule.members) {
      if (field == "Variable" || field == "Next" || field == "Assign") continue;
      std::string comparison = field;
      PlainJson operand = given;
      if (comparison.ends_with("Path")) {
        comparison.resize(comparison.size() - 4);
        const auto value = Read(visit, given.text, input);
        if (!value) return std::nullopt;
        operand = *value;
      }
      if (comparison == "IsPresent") return variable.has_value() == operand.boolean;
      if (!variable) return std::nullopt;
      if (comparison.starts_with("Is")) return HasType(comparison, *variable) == operand.boolean;
      return Compare(comparison, *variable, operand);
    }
    PAWL_CHECK(false);
    return std::nullopt;
  }

  Evaluated Call(const Visit& visit, const PlainJson& input) {
    for (const char* field : {"TimeoutSecondsPath", "HeartbeatSecondsPath"}) {
      const PlainJson* path = visit.state.Find(field);
      if (path == nullptr) continue;
      const auto seconds = Read(visit, path->text, visit.raw_input);
      if (!seconds || seconds->AsInteger().value_or(0) < 1) return FailureOf(kRuntimeError);
    }
    std::string function = visit.state.Find("Resource")->text;
    const bool is_invoke = function == "arn:aws:states:::lambda:invoke";
    if (is_invoke) {
      const PlainJson* name = input.Find("FunctionName");
      if (name == nullptr || !name->is_string()) return FailureOf(kRuntimeError);
      function = name->text;
    }
    Begin(visit);
    const auto fault = observed_.faults.find(KeyOf(visit));
    if (fault != observed_.faults.end()) {
      Failure failure = FailureOf(fault->second);
      if (fault->second == "States.HeartbeatTimeout") {
        failure.error.text = "States.Timeout";
        failure.alias = fault->second;
      }
      return failure;
    }
    PlainJson payload = input;
    if (is_invoke) {
      const PlainJson* inner = input.Find("Payload");
      payload = inner == nullptr ? PlainJson::Object() : *inner;
    }
    if (const std::size_t prefix = function.find(":function:"); prefix != std::string::npos) {
      function.erase(0, prefix + 10);
    }
    function = function.substr(0, function.find(':'));
    FunctionOutcome outcome = CallFunction(function, payload);
    if (!outcome.output) {
      return Failure{.error = PlainJson::String(outcome.error),
                     .cause = outcome.cause.empty() ? PlainJson::SomeText()
                                                    : PlainJson::String(outcome.cause)};
    }
    if (!is_invoke) return std::move(*outcome.output);
    // The envelope's metadata are Lambda's; the generator selects what stands here.
    return PlainJson::Object({{"ExecutedVersion", PlainJson::String("$LATEST")},
                              {"Payload", std::move(*outcome.output)},
                              {"StatusCode", PlainJson::Number(200)}});
  }

  Evaluated Branch(const Visit& visit, const PlainJson& input) {
    const auto& branches = visit.state.Find("Branches")->items;
    Begin(visit);
    std::vector<Evaluated> ends;
    for (std::uint32_t i = 0; i < branches.size(); ++i) {
      ends.push_back(Scope(branches[i], input, ChildOf(visit, i), visit.item, visit.variables));
    }
    return Join(visit, std::move(ends));
  }

  Evaluated Iterate(const Visit& visit, const PlainJson& input) {
    const PlainJson* items_path = visit.state.Find("ItemsPath");
    const auto items = IsQuery(visit)
                           ? std::optional(Query(visit, *visit.state.Find("Items"), {}))
                           : Read(visit, items_path == nullptr ? "$" : items_path->text, input);
    if (!items || !items->is_array()) return FailureOf(kRuntimeError);
    if (const PlainJson* path = visit.state.Find("MaxConcurrencyPath")) {
      const auto concurrency = Read(visit, path->text, visit.raw_input);
      if (!concurrency || concurrency->AsInteger().value_or(-1) < 0) {
        return FailureOf(kRuntimeError);
      }
    }
    Begin(visit);
    const PlainJson* processor = visit.state.Find("ItemProcessor");
    if (processor == nullptr) processor = visit.state.Find("Iterator");
    const PlainJson* selector = visit.state.Find("ItemSelector");
    if (selector == nullptr) selector = visit.state.Find("Parameters");
    std::vector<Evaluated> ends;
    for (std::uint32_t i = 0; i < items->items.size(); ++i) {
      const MapItem item{.value = items->items[i], .index = i};
      PlainJson child_input = item.value;
      if (selector != nullptr) {
        Visit here = visit;
        here.item = &item;
        Evaluated filled =
            IsQuery(visit) ? Evaluated(Query(here, *selector, {})) : Fill(here, *selector, input);
        if (std::holds_alternative<Failure>(filled)) {
          ends.push_back(std::get<Failure>(filled));
          continue;
        }
        child_input = std::get<PlainJson>(std::move(filled));
      }
      ends.push_back(
          Scope(*processor, std::move(child_input), ChildOf(visit, i), &item, visit.variables));
    }
    return Join(visit, std::move(ends));
  }

  // All outputs in order; or the failure of the child that was seen to be the first, if it fails at
  // all.
  Evaluated Join(const Visit& visit, std::vector<Evaluated> ends) {
    const auto seen = observed_.failed_children.find(KeyOf(visit));
    if (seen != observed_.failed_children.end()) {
      for (const std::uint32_t child : seen->second) {
        if (child >= ends.size()) continue;
        if (const auto* failure = std::get_if<Failure>(&ends[child])) return *failure;
      }
    }
    std::vector<PlainJson> outputs;
    for (Evaluated& end : ends) {
      if (std::holds_alternative<Failure>(end)) return std::get<Failure>(end);
      outputs.push_back(std::get<PlainJson>(std::move(end)));
    }
    return PlainJson::Array(std::move(outputs));
  }

  // ResultSelector, ResultPath, OutputPath.
  StepOrFailure Finish(const Visit& visit, Evaluated result) {
    if (std::holds_alternative<Failure>(result)) return std::get<Failure>(result);
    PlainJson value = std::get<PlainJson>(std::move(result));
    if (const PlainJson* selector = visit.state.Find("ResultSelector")) {
      Evaluated selected = Fill(visit, *selector, value);
      if (std::holds_alternative<Failure>(selected)) return std::get<Failure>(selected);
      value = std::get<PlainJson>(std::move(selected));
    }
    Evaluated assigned = Assigned(visit, visit.state, value);
    if (std::holds_alternative<Failure>(assigned)) return std::get<Failure>(assigned);
    Evaluated placed = Place(visit.state.Find("ResultPath"), visit.raw_input, value);
    if (std::holds_alternative<Failure>(placed)) return std::get<Failure>(placed);
    return Leave(visit,
                 std::get<PlainJson>(std::move(placed)),
                 NextOf(visit),
                 std::get<PlainJson>(std::move(assigned)));
  }

  // What `holder`, a state or a rule or catcher of it, assigns.
  Evaluated Assigned(const Visit& visit, const PlainJson& holder, const PlainJson& source) {
    const PlainJson* assign = holder.Find("Assign");
    if (assign == nullptr) return PlainJson::Object();
    return Fill(visit, *assign, source);
  }

  StepOrFailure LeaveThrough(const Visit& visit,
                             const PlainJson& holder,
                             PlainJson output,
                             std::optional<std::string> next) {
    Evaluated assigned = Assigned(visit, holder, output);
    if (std::holds_alternative<Failure>(assigned)) return std::get<Failure>(assigned);
    return Leave(
        visit, std::move(output), std::move(next), std::get<PlainJson>(std::move(assigned)));
  }

  StepOrFailure Leave(const Visit& visit,
                      PlainJson output,
                      std::optional<std::string> next,
                      PlainJson assigned) {
    Evaluated filtered = Filter(visit, "OutputPath", std::move(output));
    if (std::holds_alternative<Failure>(filtered)) return std::get<Failure>(filtered);
    return Step{.output = std::get<PlainJson>(std::move(filtered)),
                .next = std::move(next),
                .assigned = std::move(assigned)};
  }

  static std::optional<std::string> NextOf(const Visit& visit) {
    const PlainJson* next = visit.state.Find("Next");
    if (next == nullptr) return std::nullopt;
    return next->text;
  }

  Evaluated Filter(const Visit& visit, const char* field, PlainJson value) {
    const PlainJson* path = visit.state.Find(field);
    if (path == nullptr) return value;
    if (path->type == PlainJson::Type::kNull) return PlainJson::Object();
    auto found = Read(visit, path->text, value);
    if (!found) return FailureOf(kRuntimeError);
    return std::move(*found);
  }

  // ResultPath: absent is "$", null discards the result.
  static Evaluated Place(const PlainJson* result_path,
                         const PlainJson& raw_input,
                         const PlainJson& result) {
    if (result_path == nullptr || result_path->text == "$") return result;
    if (result_path->type == PlainJson::Type::kNull) return raw_input;
    PlainJson merged = raw_input;
    PlainJson* at = &merged;
    std::string_view path = result_path->text;
    path.remove_prefix(1);
    while (!path.empty()) {
      PAWL_CHECK(path.front() == '.');
      const std::size_t end = std::min(path.find('.', 1), path.size());
      const std::string name(path.substr(1, end - 1));
      path.remove_prefix(end);
      if (!at->is_object()) return FailureOf("States.ResultPathMatchFailure");
      if (at->Find(name) == nullptr) at->Set(name, PlainJson::Object());
      for (auto& [key, value] : at->members) {
        if (key == name) at = &value;
      }
    }
    *at = result;
    return merged;
  }

  // A template: fields whose names end in ".$" are paths.
  Evaluated Fill(const Visit& visit, const PlainJson& shape, const PlainJson& input) {
    PlainJson filled = shape;
    if (shape.is_array()) {
      for (PlainJson& item : filled.items) {
        Evaluated value = Fill(visit, item, input);
        if (std::holds_alternative<Failure>(value)) return value;
        item = std::get<PlainJson>(std::move(value));
      }
    }
    if (shape.is_object()) {
      for (auto& [name, value] : filled.members) {
        if (name.ends_with(".$")) {
          auto found = Read(visit, value.text, input);
          // As recorded of the service: a path that may name many values may name none.
          const bool may_be_many = value.text.find("[*]") != std::string::npos;
          if (!found && may_be_many) found = PlainJson::Array({});
          if (!found) return FailureOf(kRuntimeError);
          name.resize(name.size() - 2);
          value = std::move(*found);
        } else {
          Evaluated inner = Fill(visit, value, input);
          if (std::holds_alternative<Failure>(inner)) return inner;
          value = std::get<PlainJson>(std::move(inner));
        }
      }
    }
    return filled;
  }

  std::optional<PlainJson> Read(const Visit& visit, std::string_view path, const PlainJson& input) {
    if (path.starts_with("$$")) return Follow(path.substr(2), Context(visit));
    PAWL_CHECK(path.starts_with("$"));
    const std::size_t end = std::min(path.find_first_of(".["), path.size());
    if (end == 1) return Follow(path.substr(1), input);
    const PlainJson* variable = visit.variables->Find(path.substr(1, end - 1));
    if (variable == nullptr) return std::nullopt;
    return Follow(path.substr(end), *variable);
  }

  PlainJson Context(const Visit& visit) {
    PlainJson context = PlainJson::Object(
        {{"Execution",
          PlainJson::Object({{"Id", PlainJson::String(request_.execution_arn)},
                             {"Input", request_.input},
                             {"Name", PlainJson::String(request_.execution)},
                             {"RedriveCount", RedriveCount(visit)},
                             {"StartTime", PlainJson::String(request_.started_at)}})},
         {"StateMachine",
          PlainJson::Object({{"Id", PlainJson::String(request_.state_machine_arn)},
                             {"Name", PlainJson::String(request_.state_machine)}})}});
    PlainJson state = PlainJson::Object(
        {{"Name", PlainJson::String(visit.name)}, {"EnteredTime", PlainJson::SomeText()}});
    const std::string& type = visit.state.Find("Type")->text;
    if (type == "Task" || type == "Parallel" || type == "Map") {
      state.Set("RetryCount", PlainJson::Number(visit.retry_count));
    }
    context.Set("State", std::move(state));
    if (visit.item != nullptr) {
      context.Set(
          "Map",
          PlainJson::Object({{"Item",
                              PlainJson::Object({{"Index", PlainJson::Number(visit.item->index)},
                                                 {"Value", visit.item->value}})}}));
    }
    return context;
  }

  // As the attempt saw it that begins.
  PlainJson RedriveCount(const Visit& visit) const {
    const auto count = observed_.redrive_counts.find(KeyOf(visit));
    return PlainJson::Number(count == observed_.redrive_counts.end() ? 0 : count->second);
  }

  static AttemptKey KeyOf(const Visit& visit) {
    return {.branch = visit.branch,
            .state = visit.name,
            .visit = visit.number,
            .attempt = visit.attempt};
  }

  static BranchKey ChildOf(const Visit& visit, std::uint32_t index) {
    return ChildBranch(visit.branch, visit.name, visit.number, visit.attempt, index);
  }

  const OracleRequest& request_;
  const Observations& observed_;
  OracleRun run_;
  std::set<AttemptKey> begun_;
  int steps_ = 0;
};

}  // namespace

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
