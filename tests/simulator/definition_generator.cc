// A scope is generated from its end to its beginning, so that each state knows where it leads. The
// payload keeps one shape all the way (the fields n, k, s, b, t and items): results are put beside
// them, so most paths lead somewhere.
#include "tests/simulator/definition_generator.h"

#include <array>
#include <optional>
#include <string_view>
#include <utility>

#include "tests/simulator/script.h"

namespace pawl::simulator {
namespace {

using Members = std::vector<std::pair<std::string, PlainJson>>;

PlainJson Text(std::string_view text) {
  return PlainJson::String(std::string(text));
}

PlainJson Texts(std::vector<std::string_view> texts) {
  PlainJson array = PlainJson::Array({});
  for (const std::string_view text : texts)
    array.items.push_back(Text(text));
  return array;
}

class Generator {
 public:
  Generator(const LanguageMix& mix, SeededRandom& random) : mix_(mix), random_(random) {}

  PlainJson Machine() {
    PlainJson machine = Scope(0);
    if (mix_.has_machine_timeout) {
      machine.Set("TimeoutSeconds", mix_.has_long_waits ? Number(600, 3'000) : Number(3, 60));
    }
    if (OneIn(4)) machine.Set("Comment", Text("generated"));
    if (OneIn(6)) machine.Set("QueryLanguage", Text("JSONPath"));
    if (OneIn(6)) machine.Set("Version", Text("1.0"));
    return machine;
  }

  PlainJson Input(int depth) {
    PlainJson items = PlainJson::Array({});
    if (depth < 2) {
      const std::uint64_t count = depth == 0 ? random_.Below(6) : random_.Below(3);
      for (std::uint64_t i = 0; i < count; ++i)
        items.items.push_back(Input(depth + 1));
    }
    PlainJson input = PlainJson::Object({{"n", PlainJson::Number(0)},
                                         {"k", Number(0, 5)},
                                         {"s", Text(Pick(kTexts))},
                                         {"b", PlainJson::Boolean(OneIn(2))},
                                         {"t", Text(Pick(kTimes))}});
    if (depth == 0) input.Set("to", Number(1, 4));
    if (depth == 0 && OneIn(5)) input.Set("wide", Text(std::string(300 + random_.Below(600), 'x')));
    input.Set("items", std::move(items));
    return input;
  }

 private:
  using Next = std::optional<std::string>;

  static constexpr std::array<std::string_view, 5> kTexts = {
      "a", "alpha", "beta", "gamma*", "2026-01-01T00:00:03Z"};
  static constexpr std::array<std::string_view, 4> kTimes = {"2025-06-01T00:00:00Z",
                                                             "2026-01-01T00:00:02Z",
                                                             "2026-01-01T00:00:09.250Z",
                                                             "2026-01-01T02:00:05+02:00"};
  static constexpr std::array<std::string_view, 4> kResultPaths = {
      "$.r1", "$.r2", "$.r3", "$.deep.r"};

  bool OneIn(std::uint64_t n) { return random_.Below(n) == 0; }

  PlainJson Number(std::int64_t from, std::int64_t to) {
    return PlainJson::Number(
        from + static_cast<std::int64_t>(random_.Below(static_cast<std::uint64_t>(to - from + 1))));
  }

  template <typename Array>
  std::string_view Pick(const Array& array) {
    return array[random_.Below(array.size())];
  }

  std::string NewName() { return "S" + std::to_string(++names_); }

  // {StartAt, States}
  PlainJson Scope(int depth) {
    PlainJson* const outer_states = std::exchange(states_, nullptr);
    PlainJson states = PlainJson::Object();
    states_ = &states;
    const std::size_t outer = visible_.size();
    const std::vector<std::string> outer_own = std::exchange(own_, {});
    if (mix_.has_variables && (depth == 0 || OneIn(2))) {
      own_ = {"v" + std::to_string(++variables_), "v" + std::to_string(++variables_)};
      visible_.insert(visible_.end(), own_.begin(), own_.end());
    }
    const int length = 1 + static_cast<int>(random_.Below(depth == 0 ? 4 : 2));
    Next next;
    if (OneIn(6)) next = Succeed();
    for (int i = 0; i < length || !next; ++i)
      next = Segment(depth, next);
    if (!own_.empty()) next = Declare(next);
    visible_.resize(outer);
    own_ = outer_own;
    states_ = outer_states;
    return PlainJson::Object({{"StartAt", Text(*next)}, {"States", std::move(states)}});
  }

  std::string Segment(int depth, const Next& next) {
    const bool is_full = names_ >= mix_.states_max;
    if (mix_.has_queries && OneIn(3)) return QuerySegment(depth, next, is_full);
    for (;;) {
      switch (random_.Below(12)) {
        case 0:
          return Pass(next);
        case 1:
        case 2:
        case 3:
          if (!mix_.has_tasks) break;
          return Task(next);
        case 4:
          if (!mix_.has_waits) break;
          return Wait(next);
        case 5:
        case 6:
          if (is_full) break;
          return Choice(depth, next);
        case 7:
          if (is_full || !mix_.has_joins || depth >= mix_.depth_max) break;
          return Parallel(depth, next);
        case 8:
        case 9:
          if (is_full || !mix_.has_joins || depth >= mix_.depth_max) break;
          return Map(depth, next);
        case 10:
          if (is_full || !mix_.has_loops || !mix_.has_tasks) break;
          return CountingLoop(next);
        case 11:
          if (is_full || !mix_.has_loops) break;
          return PeelingLoop(next);
      }
    }
  }

  std::string Add(std::string name, Members members, const Next& next) {
    PlainJson state = PlainJson::Object(std::move(members));
    if (next) {
      state.Set("Next", Text(*next));
    } else {
      state.Set("End", PlainJson::Boolean(true));
    }
    if (OneIn(12)) state.Set("Comment", Text("a state"));
    states_->Set(name, std::move(state));
    return name;
  }

  // --- Variables: a scope sets all of its own in its first state, and then some of them again ---

  std::string Declare(const Next& next) {
    PlainJson assign = PlainJson::Object();
    for (const std::string& name : own_)
      Assign(assign, name, visible_.size() - own_.size());
    return Add(NewName(), {{"Type", Text("Pass")}, {"Assign", std::move(assign)}}, next);
  }

  // `readable`: how many of those that are visible have a value.
  void Assign(PlainJson& assign, const std::string& name, std::size_t readable) {
    const auto variable = [&] { return "$" + visible_[random_.Below(readable)]; };
    switch (random_.Below(6)) {
      case 0:
        return assign.Set(name, Number(0, 9));
      case 1:
        return assign.Set(name + ".$", Text("$"));
      case 2:
        return assign.Set(name + ".$", Text("$$.State.Name"));
      case 3:
        return assign.Set(name, PlainJson::Object({{"in.$", Text("$")}, {"k", Number(0, 9)}}));
      case 4:
        if (readable > 0) return assign.Set(name + ".$", Text(variable()));
        return assign.Set(name, PlainJson::Boolean(OneIn(2)));
      default:
        if (mix_.has_broken_paths && OneIn(8)) return assign.Set(name + ".$", Text("$.nowhere"));
        return assign.Set(name, Text(Pick(kTexts)));
    }
  }

  PlainJson Assignments() {
    PlainJson assign = PlainJson::Object();
    for (const std::string& name : own_) {
      if (assign.members.empty() || OneIn(2)) Assign(assign, name, visible_.size());
    }
    return assign;
  }

  void AddAssign(Members& members) {
    if (!own_.empty() && OneIn(3)) members.emplace_back("Assign", Assignments());
  }

  void AddAssign(PlainJson& object) {
    if (!own_.empty() && OneIn(3)) object.Set("Assign", Assignments());
  }

  std::string Succeed() {
    const std::string name = NewName();
    PlainJson state = PlainJson::Object({{"Type", Text("Succeed")}});
    if (OneIn(4)) state.Set("OutputPath", OneIn(2) ? PlainJson{} : Text("$.k"));
    if (OneIn(6)) state.Set("InputPath", Text("$"));
    states_->Set(name, std::move(state));
    return name;
  }

  std::string Fail() {
    const std::string name = NewName();
    PlainJson state = PlainJson::Object({{"Type", Text("Fail")}});
    if (OneIn(3)) {
      state.Set("ErrorPath", Text(mix_.has_broken_paths && OneIn(3) ? "$.k" : "$.s"));
    } else if (!OneIn(4)) {
      state.Set("Error", Text(OneIn(2) ? "Planned" : "Flaky"));
    }
    if (OneIn(3)) {
      state.Set("CausePath", Text(OneIn(2) ? "$.t" : "$$.State.Name"));
    } else if (OneIn(2)) {
      state.Set("Cause", Text("as planned"));
    }
    states_->Set(name, std::move(state));
    return name;
  }

  // A template with a few fields read from the input and the context object.
  PlainJson Template() {
    PlainJson parameters = PlainJson::Object({{"k.$", Text("$.k")}, {"n.$", Text("$.n")}});
    if (OneIn(3)) parameters.Set("name.$", Text("$$.Execution.Name"));
    if (OneIn(4)) parameters.Set("state.$", Text("$$.State.Name"));
    if (OneIn(4)) parameters.Set("machine.$", Text("$$.StateMachine.Name"));
    if (OneIn(5)) parameters.Set("first.$", Text("$$.Execution.Input.s"));
    if (OneIn(6)) parameters.Set("id.$", Text("$$.Execution.Id"));
    if (OneIn(6)) parameters.Set("since.$", Text("$$.Execution.StartTime"));
    if (OneIn(8)) parameters.Set("entered.$", Text("$$.State.EnteredTime"));
    if (OneIn(4)) parameters.Set("fixed", PlainJson::Array({Number(0, 9), Text("x"), {}}));
    if (OneIn(4)) {
      parameters.Set("inner", PlainJson::Object({{"s.$", Text("$.s")}, {"one", Number(1, 1)}}));
    }
    if (OneIn(6)) parameters.Set("ks.$", Text("$.items[*].k"));
    if (!visible_.empty() && OneIn(2)) parameters.Set("v.$", Text("$" + AnyVariable()));
    if (mix_.has_broken_paths && OneIn(6)) parameters.Set("lost.$", Text("$.items[4].k"));
    return parameters;
  }

  std::string AnyVariable() { return std::string(Pick(visible_)); }

  void AddPaths(Members& members) {
    const bool may_break = mix_.has_broken_paths;
    if (OneIn(6)) {
      members.emplace_back("InputPath", Text(may_break && OneIn(3) ? "$.items[0]" : "$"));
    }
    if (OneIn(6)) {
      members.emplace_back("OutputPath", Text(may_break && OneIn(4) ? "$.deep" : "$"));
    }
  }

  PlainJson ResultPath() {
    if (OneIn(6)) return {};
    if (mix_.has_broken_paths && OneIn(8)) return Text("$.s.into");
    if (mix_.has_broken_paths && OneIn(8)) return Text("$");
    return Text(Pick(kResultPaths));
  }

  // --- States in JSONata: of the shapes that plain_expression.h evaluates ---

  std::string QuerySegment(int depth, const Next& next, bool is_full) {
    const bool may_join = !is_full && mix_.has_joins && depth < mix_.depth_max;
    for (;;) {
      switch (random_.Below(7)) {
        case 0:
          return QueryPass(next);
        case 1:
        case 2:
          if (!mix_.has_tasks) break;
          return QueryTask(next);
        case 3:
          if (!mix_.has_waits) break;
          return QueryWait(next);
        case 4:
          if (is_full) break;
          return QueryChoice(depth, next);
        case 5:
          if (!may_join) break;
          return QueryParallel(depth, next);
        case 6:
          if (!may_join) break;
          return QueryMap(depth, next);
      }
    }
  }

  static PlainJson Query(const std::string& expression) { return Text("{% " + expression + " %}"); }

  std::string NumberExpression(int depth = 0) {
    switch (random_.Below(depth < 2 ? 8 : 5)) {
      case 0:
        return std::to_string(random_.Below(9));
      case 1:
        return "$states.input.n";
      case 2:
        return "$count($states.input.items)";
      case 3:
        return "$sum([$states.input.items.k])";
      case 4:
        return "$states.input.k";
      case 5:
        return "$states.input.k + " + NumberExpression(depth + 1) + " * 2";
      case 6:
        return "(" + NumberExpression(depth + 1) + " - " + NumberExpression(depth + 1) + ") * 3";
      default:
        return "(" + NumberExpression(depth + 1) + " + " + NumberExpression(depth + 1) + ")";
    }
  }

  std::string TextExpression() {
    switch (random_.Below(4)) {
      case 0:
        return "$states.input.s & '-' & (" + NumberExpression() + ")";
      case 1:
        return "$states.context.State.Name";
      case 2:
        return "$states.context.Execution.Name & '!'";
      default:
        return "$states.input.s";
    }
  }

  std::string AnyExpression() {
    switch (random_.Below(6)) {
      case 0:
        return TextExpression();
      case 1:
        return "[$states.input.items.k]";
      case 2:
        return "{'k': " + NumberExpression() + ", 'b': $states.input.b}";
      case 3:
        if (!visible_.empty()) return "$" + AnyVariable();
        return "$states.input.b";
      default:
        return NumberExpression();
    }
  }

  // The input with `value` as one of its fields.
  PlainJson Merged(const std::string& value) {
    const std::string field = std::string(Pick(kResultPaths)).substr(2, 2);
    return Query("$merge([$states.input, {'" + field + "': " + value + "}])");
  }

  // `result`: what the state may assign beside what it reads from its input; may be empty.
  void AddQueryAssign(PlainJson& object, const std::string& result) {
    if (own_.empty() || !OneIn(3)) return;
    const bool takes_result = !result.empty() && OneIn(2);
    object.Set("Assign",
               PlainJson::Object(
                   {{std::string(Pick(own_)), Query(takes_result ? result : AnyExpression())}}));
  }

  std::string AddQuery(std::string name, PlainJson state, const Next& next) {
    state.Set("QueryLanguage", Text("JSONata"));
    return Add(std::move(name), std::move(state.members), next);
  }

  std::string QueryPass(const Next& next) {
    PlainJson state = PlainJson::Object({{"Type", Text("Pass")}});
    if (!OneIn(4)) state.Set("Output", Merged(AnyExpression()));
    AddQueryAssign(state, "");
    return AddQuery(NewName(), std::move(state), next);
  }

  std::string QueryWait(const Next& next) {
    PlainJson state = PlainJson::Object({{"Type", Text("Wait")}});
    state.Set("Seconds", OneIn(2) ? Query("$states.input.k") : Number(0, 3));
    if (OneIn(3)) state.Set("Output", Merged(AnyExpression()));
    AddQueryAssign(state, "");
    return AddQuery(NewName(), std::move(state), next);
  }

  void AddQueryRetryAndCatch(PlainJson& state, int attempts_max, const Next& next) {
    Members retry;
    AddRetry(retry, attempts_max);
    for (auto& [field, value] : retry)
      state.Set(field, std::move(value));
    if (!mix_.has_catchers || OneIn(2)) return;
    const std::string target = next && OneIn(2) ? *next : Rescue(next);
    PlainJson catcher = PlainJson::Object({{"ErrorEquals", ErrorNames()},
                                           {"Next", Text(target)},
                                           {"Output", Merged("$states.errorOutput")}});
    AddQueryAssign(catcher, "$states.errorOutput");
    state.Set("Catch", PlainJson::Array({std::move(catcher)}));
  }

  std::string QueryTask(const Next& next) {
    const std::string name = NewName();
    const std::string function(Pick(kFunctions));
    PlainJson payload =
        PlainJson::Object({{"k", Query(NumberExpression())}, {"n", Query("$states.input.n")}});
    if (OneIn(2)) payload.Set("s", Query(TextExpression()));
    if (!visible_.empty() && OneIn(2)) payload.Set("v", Query("$" + AnyVariable()));
    payload.Set("attempt", Query("$states.context.State.RetryCount"));
    payload.Set("redrives", Query("$states.context.Execution.RedriveCount"));
    PlainJson state = PlainJson::Object({{"Type", Text("Task")}});
    const bool is_invoke = OneIn(4);
    const std::string result = is_invoke ? "$states.result.Payload" : "$states.result";
    if (is_invoke) {
      state.Set("Resource", Text("arn:aws:states:::lambda:invoke"));
      payload = PlainJson::Object({{"FunctionName", Text(function)}, {"Payload", payload}});
    } else {
      state.Set("Resource", Text(function));
    }
    state.Set("Arguments", std::move(payload));
    state.Set("Output", Merged(result));
    AddQueryAssign(state, result);
    if (mix_.has_task_timeouts && OneIn(2)) state.Set("TimeoutSeconds", Number(2, 6));
    AddQueryRetryAndCatch(state, 3, next);
    return AddQuery(name, std::move(state), next);
  }

  std::string ConditionExpression() {
    switch (random_.Below(5)) {
      case 0:
        return "$states.input.b";
      case 1:
        return "$states.input.s = 'alpha'";
      case 2:
        return TextExpression() + " = " + TextExpression();
      default:
        return NumberExpression() +
               (OneIn(3)   ? " = "
                : OneIn(2) ? " < "
                           : " > ") +
               NumberExpression();
    }
  }

  std::string QueryChoice(int depth, const Next& next) {
    const std::string name = NewName();
    PlainJson rule = PlainJson::Object({{"Condition", Query(ConditionExpression())}});
    rule.Set("Next", Text(OneIn(6) ? QueryFail() : Segment(depth, next)));
    if (OneIn(2)) rule.Set("Output", Merged(AnyExpression()));
    AddQueryAssign(rule, "");
    PlainJson choice = PlainJson::Object({{"Type", Text("Choice")},
                                          {"QueryLanguage", Text("JSONata")},
                                          {"Choices", PlainJson::Array({std::move(rule)})},
                                          {"Default", Text(next ? *next : Succeed())}});
    if (OneIn(3)) choice.Set("Output", Merged(AnyExpression()));
    AddQueryAssign(choice, "");
    states_->Set(name, std::move(choice));
    return name;
  }

  std::string QueryFail() {
    const std::string name = NewName();
    states_->Set(name,
                 PlainJson::Object({{"Type", Text("Fail")},
                                    {"QueryLanguage", Text("JSONata")},
                                    {"Error", Query("'Pla' & 'nned'")},
                                    {"Cause", Query(TextExpression())}}));
    return name;
  }

  std::string QueryParallel(int depth, const Next& next) {
    const std::string name = NewName();
    PlainJson branches = PlainJson::Array({});
    for (std::uint64_t i = 1 + random_.Below(3); i > 0; --i)
      branches.items.push_back(Scope(depth + 1));
    PlainJson state =
        PlainJson::Object({{"Type", Text("Parallel")}, {"Branches", std::move(branches)}});
    if (OneIn(3)) state.Set("Arguments", Merged(AnyExpression()));
    state.Set("Output", Merged("$states.result"));
    AddQueryAssign(state, "$states.result");
    AddQueryRetryAndCatch(state, 1, next);
    return AddQuery(name, std::move(state), next);
  }

  std::string QueryMap(int depth, const Next& next) {
    const std::string name = NewName();
    PlainJson state = PlainJson::Object({{"Type", Text("Map")},
                                         {"Items", Query("$states.input.items")},
                                         {"ItemProcessor", Scope(depth + 1)}});
    if (OneIn(2)) {
      const std::string value = "$states.context.Map.Item.Value";
      PlainJson selector = PlainJson::Object({{"n", PlainJson::Number(0)},
                                              {"k", Query(value + ".k")},
                                              {"s", Query("$states.input.s")},
                                              {"b", Query(value + ".b")},
                                              {"t", Query("$states.input.t")},
                                              {"to", Number(1, 3)},
                                              {"items", Query(value + ".items")},
                                              {"index", Query("$states.context.Map.Item.Index")}});
      if (!visible_.empty()) selector.Set("outer", Query("$" + AnyVariable()));
      state.Set("ItemSelector", std::move(selector));
    }
    if (OneIn(2)) {
      state.Set("MaxConcurrency", OneIn(2) ? Query("$states.input.k") : Number(0, 3));
    }
    state.Set("Output", Merged("$count($states.result)"));
    if (OneIn(2)) state.Set("Output", Merged("$states.result"));
    AddQueryAssign(state, "$states.result");
    AddQueryRetryAndCatch(state, 1, next);
    return AddQuery(name, std::move(state), next);
  }

  std::string Pass(const Next& next) {
    Members members = {{"Type", Text("Pass")}};
    AddPaths(members);
    AddAssign(members);
    switch (random_.Below(4)) {
      case 0:
        members.emplace_back("Result", PlainJson::Object({{"made", Number(0, 99)}, {"nil", {}}}));
        break;
      case 1:
        members.emplace_back("Result", PlainJson::Array({Number(0, 9), Text("\u00e9\n\"")}));
        break;
      case 2:
        members.emplace_back("Parameters", Template());
        break;
      default:
        return Add(NewName(), std::move(members), next);  // hands its input on
    }
    members.emplace_back("ResultPath", ResultPath());
    return Add(NewName(), std::move(members), next);
  }

  PlainJson ErrorNames() {
    switch (random_.Below(7)) {
      case 0:
        return Texts({"Flaky"});
      case 1:
        return Texts({"Boom", "OddError"});
      case 2:
        return Texts({"States.TaskFailed"});
      case 3:
        return Texts({"States.Timeout"});
      case 4:
        return Texts({"States.HeartbeatTimeout", "Flaky"});
      case 5:
        return Texts({"Planned", "Lambda.ResourceNotFoundException"});
      default:
        return Texts({"States.ALL"});
    }
  }

  static bool IsForAll(const PlainJson& names) { return names.items.front().text == "States.ALL"; }

  void AddRetry(Members& members, int attempts_max) {
    if (!mix_.has_retries || OneIn(3)) return;
    PlainJson retriers = PlainJson::Array({});
    for (int i = 0; i < 2; ++i) {
      PlainJson names = ErrorNames();
      const bool is_last = IsForAll(names) || OneIn(2);
      PlainJson retrier = PlainJson::Object({{"ErrorEquals", std::move(names)}});
      if (!OneIn(3)) retrier.Set("IntervalSeconds", Number(1, 3));
      retrier.Set("MaxAttempts", Number(0, attempts_max));
      if (OneIn(2)) {
        PlainJson rate = Number(1, 3);
        rate.text += OneIn(2) ? ".5" : "";
        retrier.Set("BackoffRate", std::move(rate));
      }
      if (OneIn(3)) retrier.Set("MaxDelaySeconds", Number(4, 6));
      if (OneIn(3)) retrier.Set("JitterStrategy", Text(OneIn(3) ? "NONE" : "FULL"));
      retriers.items.push_back(std::move(retrier));
      if (is_last) break;
    }
    members.emplace_back("Retry", std::move(retriers));
  }

  void AddCatch(Members& members, const Next& next) {
    if (!mix_.has_catchers || OneIn(2)) return;
    PlainJson catchers = PlainJson::Array({});
    for (int i = 0; i < 2; ++i) {
      PlainJson names = ErrorNames();
      const bool is_last = IsForAll(names) || OneIn(2);
      const std::string target = next && OneIn(2) ? *next : OneIn(4) ? Fail() : Rescue(next);
      PlainJson catcher =
          PlainJson::Object({{"ErrorEquals", std::move(names)}, {"Next", Text(target)}});
      if (!OneIn(3)) {
        catcher.Set("ResultPath", OneIn(4) ? PlainJson{} : Text("$.caught"));
      } else if (!mix_.has_broken_paths) {
        catcher.Set("ResultPath", Text("$.caught"));
      }
      AddAssign(catcher);
      catchers.items.push_back(std::move(catcher));
      if (is_last) break;
    }
    members.emplace_back("Catch", std::move(catchers));
  }

  std::string Rescue(const Next& next) {
    return Add(
        NewName(),
        {{"Type", Text("Pass")}, {"Result", Text("rescued")}, {"ResultPath", Text("$.rescue")}},
        next);
  }

  std::string Task(const Next& next) {
    const std::string name = NewName();
    std::string function(Pick(kFunctions));
    if (OneIn(25)) function = kUnknownFunction;
    Members members = {{"Type", Text("Task")}};
    AddPaths(members);
    AddAssign(members);
    const bool is_invoke = OneIn(5);
    const std::string arn = "arn:aws:lambda:us-east-1:123456789012:function:" + function;
    PlainJson payload = Template();
    if (function.starts_with("flaky") || OneIn(5)) {
      payload.Set("attempt.$", Text("$$.State.RetryCount"));
    }
    if (function == "later" || OneIn(8)) {
      payload.Set("redrives.$", Text("$$.Execution.RedriveCount"));
    }
    if (is_invoke) {
      members.emplace_back("Resource", Text("arn:aws:states:::lambda:invoke"));
      PlainJson parameters =
          PlainJson::Object({{"FunctionName", Text(OneIn(2) ? function : arn + ":live")}});
      if (!OneIn(6)) parameters.Set("Payload", std::move(payload));
      members.emplace_back("Parameters", std::move(parameters));
      members.emplace_back(
          "ResultSelector",
          PlainJson::Object({{"answer.$", Text("$.Payload")}, {"status.$", Text("$.StatusCode")}}));
    } else {
      members.emplace_back("Resource", Text(OneIn(2) ? function : OneIn(2) ? arn : arn + ":live"));
      if (function.starts_with("flaky") || function == "later" || !OneIn(4)) {
        members.emplace_back("Parameters", std::move(payload));
      }
      if (OneIn(6)) {
        members.emplace_back("ResultSelector",
                             PlainJson::Object({{"got.$", Text("$")}, {"plus", Number(1, 9)}}));
      }
    }
    members.emplace_back("ResultPath", ResultPath());
    if (mix_.has_task_timeouts && OneIn(2)) {
      if (OneIn(3)) {
        members.emplace_back("TimeoutSecondsPath", Text("$.to"));
      } else {
        members.emplace_back("TimeoutSeconds", Number(2, 6));
      }
    }
    if (mix_.has_heartbeats && OneIn(2)) members.emplace_back("HeartbeatSeconds", Number(1, 1));
    AddRetry(members, 3);
    AddCatch(members, next);
    return Add(name, std::move(members), next);
  }

  std::string Wait(const Next& next) {
    Members members = {{"Type", Text("Wait")}};
    AddPaths(members);
    AddAssign(members);
    switch (random_.Below(5)) {
      case 0:
        members.emplace_back("SecondsPath",
                             Text(mix_.has_broken_paths && OneIn(5) ? "$.s" : "$.k"));
        break;
      case 1:
        members.emplace_back("TimestampPath",
                             Text(mix_.has_broken_paths && OneIn(5) ? "$.s" : "$.t"));
        break;
      case 2:
        members.emplace_back("Timestamp", Text(Pick(kTimes)));
        break;
      default:
        members.emplace_back("Seconds",
                             mix_.has_long_waits && OneIn(2) ? Number(580, 2'000) : Number(0, 4));
    }
    return Add(NewName(), std::move(members), next);
  }

  // One comparison; `variable` is there unless paths may be broken.
  PlainJson Comparison() {
    PlainJson test = PlainJson::Object();
    const auto relation = [this] {
      static constexpr std::array<std::string_view, 5> kRelations = {
          "Equals", "LessThan", "GreaterThan", "LessThanEquals", "GreaterThanEquals"};
      return std::string(Pick(kRelations));
    };
    const bool by_path = OneIn(4);
    const std::string path = by_path ? "Path" : "";
    if (!visible_.empty() && OneIn(4)) {
      if (OneIn(3)) {
        return PlainJson::Object({{"Variable", Text("$" + AnyVariable() + ".k")},
                                  {"IsPresent", PlainJson::Boolean(OneIn(2))}});
      }
      return PlainJson::Object({{"Variable", Text("$" + AnyVariable())},
                                {OneIn(2) ? "IsString" : "IsNumeric", PlainJson::Boolean(true)}});
    }
    switch (random_.Below(8)) {
      case 0:
      case 1:
        test.Set("Variable", Text(OneIn(3) ? "$.n" : "$.k"));
        test.Set("Numeric" + relation() + path, by_path ? Text("$.n") : Number(0, 4));
        break;
      case 2:
        test.Set("Variable", Text("$.s"));
        test.Set("String" + relation() + path,
                 by_path ? Text("$$.Execution.Input.s") : Text(Pick(kTexts)));
        break;
      case 3:
        test.Set("Variable", Text("$.s"));
        test.Set("StringMatches", Text(OneIn(2) ? "*a*" : "al*a"));
        break;
      case 4:
        test.Set("Variable", Text("$.b"));
        test.Set("BooleanEquals" + path, by_path ? Text("$.b") : PlainJson::Boolean(OneIn(2)));
        break;
      case 5:
        test.Set("Variable", Text("$.t"));
        test.Set("Timestamp" + relation() + path,
                 by_path ? Text("$.t") : Text("2026-01-01T00:00:02Z"));
        break;
      case 6: {
        static constexpr std::array<std::string_view, 5> kTypes = {
            "IsNull", "IsNumeric", "IsString", "IsBoolean", "IsTimestamp"};
        static constexpr std::array<std::string_view, 5> kVariables = {
            "$.k", "$.s", "$.t", "$.items", "$$.Execution.StartTime"};
        test.Set("Variable", Text(Pick(kVariables)));
        test.Set(std::string(Pick(kTypes)), PlainJson::Boolean(!OneIn(3)));
        break;
      }
      default:
        test.Set("Variable", Text(OneIn(2) ? "$.r1" : "$.items[0].k"));
        test.Set("IsPresent", PlainJson::Boolean(OneIn(2)));
    }
    if (mix_.has_broken_paths && OneIn(10)) test.members.front().second = Text("$.nowhere");
    return test;
  }

  PlainJson Condition(int depth) {
    if (depth >= 2 || !OneIn(3)) return Comparison();
    if (OneIn(3)) return PlainJson::Object({{"Not", Condition(depth + 1)}});
    PlainJson parts = PlainJson::Array({Condition(depth + 1), Condition(depth + 1)});
    return PlainJson::Object({{OneIn(2) ? "And" : "Or", std::move(parts)}});
  }

  std::string Choice(int depth, const Next& next) {
    const std::string name = NewName();
    PlainJson rules = PlainJson::Array({});
    const std::uint64_t count = 1 + random_.Below(3);
    for (std::uint64_t i = 0; i < count; ++i) {
      PlainJson rule = Condition(0);
      const std::string target = next && OneIn(3) ? *next
                                 : OneIn(8)       ? Fail()
                                                  : Segment(depth, next);
      rule.Set("Next", Text(target));
      AddAssign(rule);
      rules.items.push_back(std::move(rule));
    }
    PlainJson choice = PlainJson::Object({{"Type", Text("Choice")}, {"Choices", std::move(rules)}});
    if (!OneIn(8)) {
      choice.Set("Default", Text(next ? *next : OneIn(2) ? Succeed() : Rescue(next)));
    }
    if (OneIn(10)) choice.Set("InputPath", Text("$"));
    AddAssign(choice);
    states_->Set(name, std::move(choice));
    // What nothing leads to is no valid definition.
    if (next && states_->Find(name)->Find("Default") == nullptr) KeepReachable(name, *next);
    return name;
  }

  // Gives the choice a last rule that leads to `next`.
  void KeepReachable(const std::string& name, const std::string& next) {
    for (auto& [key, state] : states_->members) {
      if (key != name) continue;
      for (auto& [field, rules] : state.members) {
        if (field != "Choices") continue;
        PlainJson rule = Comparison();
        rule.Set("Next", Text(next));
        rules.items.push_back(std::move(rule));
      }
    }
  }

  std::string Parallel(int depth, const Next& next) {
    const std::string name = NewName();
    Members members = {{"Type", Text("Parallel")}};
    AddAssign(members);
    PlainJson branches = PlainJson::Array({});
    const std::uint64_t count = 1 + random_.Below(3);
    for (std::uint64_t i = 0; i < count; ++i)
      branches.items.push_back(Scope(depth + 1));
    members.emplace_back("Branches", std::move(branches));
    if (OneIn(5)) {
      PlainJson parameters = Template();
      for (const char* field : {"s", "b", "t", "items"}) {
        parameters.Set(std::string(field) + ".$", Text(std::string("$.") + field));
      }
      members.emplace_back("Parameters", std::move(parameters));
    }
    if (OneIn(3)) {
      members.emplace_back("ResultSelector", PlainJson::Object({{"one.$", Text("$[0]")}}));
    }
    members.emplace_back("ResultPath", OneIn(4) ? PlainJson{} : Text(Pick(kResultPaths)));
    AddRetry(members, 1);
    AddCatch(members, next);
    return Add(name, std::move(members), next);
  }

  std::string Map(int depth, const Next& next) {
    const std::string name = NewName();
    Members members = {{"Type", Text("Map")}};
    AddAssign(members);
    members.emplace_back("ItemsPath", Text(mix_.has_broken_paths && OneIn(8) ? "$.s" : "$.items"));
    const bool is_old_form = OneIn(4);
    PlainJson processor = Scope(depth + 1);
    if (!is_old_form && OneIn(2)) {
      processor.Set("ProcessorConfig", PlainJson::Object({{"Mode", Text("INLINE")}}));
    }
    members.emplace_back(is_old_form ? "Iterator" : "ItemProcessor", std::move(processor));
    if (OneIn(3)) {
      PlainJson selector = PlainJson::Object({{"n", PlainJson::Number(0)},
                                              {"k.$", Text("$$.Map.Item.Value.k")},
                                              {"s.$", Text("$.s")},
                                              {"b.$", Text("$$.Map.Item.Value.b")},
                                              {"t.$", Text("$.t")},
                                              {"to", Number(1, 3)},
                                              {"items.$", Text("$$.Map.Item.Value.items")},
                                              {"index.$", Text("$$.Map.Item.Index")}});
      if (!visible_.empty()) selector.Set("outer.$", Text("$" + AnyVariable()));
      if (mix_.has_broken_paths && OneIn(5)) selector.Set("lost.$", Text("$.items[2].k"));
      members.emplace_back(is_old_form ? "Parameters" : "ItemSelector", std::move(selector));
    }
    if (OneIn(4)) {
      members.emplace_back("MaxConcurrencyPath", Text("$.k"));
    } else if (!OneIn(3)) {
      members.emplace_back("MaxConcurrency", Number(0, 3));
    }
    if (OneIn(3)) {
      members.emplace_back("ResultSelector", PlainJson::Object({{"all.$", Text("$[*].k")}}));
    }
    members.emplace_back("ResultPath", OneIn(4) ? PlainJson{} : Text(Pick(kResultPaths)));
    AddRetry(members, 1);
    AddCatch(members, next);
    return Add(name, std::move(members), next);
  }

  // Counts n up by a function to a bound of 1 to 4.
  std::string CountingLoop(const Next& next) {
    const std::string count = NewName();
    const std::string test = NewName();
    const std::string after =
        Add(NewName(),
            {{"Type", Text("Pass")}, {"Result", PlainJson::Number(0)}, {"ResultPath", Text("$.n")}},
            next);
    Members members = {{"Type", Text("Task")},
                       {"Resource", Text("inc")},
                       {"Parameters", PlainJson::Object({{"n.$", Text("$.n")}})},
                       {"ResultPath", Text("$.n")}};
    AddRetry(members, 2);
    Add(count, std::move(members), test);
    states_->Set(
        test,
        PlainJson::Object({{"Type", Text("Choice")},
                           {"Choices",
                            PlainJson::Array({PlainJson::Object({{"Variable", Text("$.n")},
                                                                 {"NumericLessThan", Number(1, 4)},
                                                                 {"Next", Text(count)}})})},
                           {"Default", Text(after)}}));
    return count;
  }

  // Takes a nest of arrays apart, one level in each round: a loop that needs no function.
  std::string PeelingLoop(const Next& next) {
    const std::string peel = NewName();
    const std::string test = NewName();
    const std::string after = Add(
        NewName(),
        {{"Type", Text("Pass")}, {"Result", PlainJson::Object()}, {"ResultPath", Text("$.nest")}},
        next);
    Add(peel,
        {{"Type", Text("Pass")},
         {"Parameters", PlainJson::Object({{"v.$", Text("$.nest.v[0]")}})},
         {"ResultPath", Text("$.nest")}},
        test);
    states_->Set(test,
                 PlainJson::Object(
                     {{"Type", Text("Choice")},
                      {"Choices",
                       PlainJson::Array({PlainJson::Object({{"Variable", Text("$.nest.v[0]")},
                                                            {"IsPresent", PlainJson::Boolean(true)},
                                                            {"Next", Text(peel)}})})},
                      {"Default", Text(after)}}));
    PlainJson nest = PlainJson::Array({});
    for (std::uint64_t i = random_.Below(OneIn(8) ? 40 : 6) + 1; i > 0; --i) {
      nest = PlainJson::Array({std::move(nest)});
    }
    return Add(NewName(),
               {{"Type", Text("Pass")},
                {"Result", PlainJson::Object({{"v", std::move(nest)}})},
                {"ResultPath", Text("$.nest")}},
               peel);
  }

  const LanguageMix& mix_;
  SeededRandom& random_;
  PlainJson* states_ = nullptr;
  int names_ = 0;
  int variables_ = 0;
  // The variables of the present scope, and those of it and of the scopes around.
  std::vector<std::string> own_;
  std::vector<std::string> visible_;
};

}  // namespace

LanguageMix DrawLanguageMix(SeededRandom& random) {
  const auto one_in = [&random](std::uint64_t n) { return random.Below(n) == 0; };
  LanguageMix mix;
  mix.has_tasks = !one_in(20);
  mix.has_retries = !one_in(4);
  mix.has_catchers = !one_in(4);
  mix.has_waits = !one_in(4);
  mix.has_long_waits = one_in(5);
  mix.has_joins = !one_in(4);
  mix.has_loops = !one_in(3);
  mix.has_task_timeouts = one_in(4);
  mix.has_heartbeats = one_in(5);
  mix.has_machine_timeout = one_in(mix.has_long_waits ? 2 : 8);
  mix.has_broken_paths = one_in(5);
  mix.has_variables = !one_in(3);
  mix.has_queries = !mix.has_broken_paths && !one_in(3);
  mix.depth_max = 1 + static_cast<int>(random.Below(3));
  mix.states_max = 4 + static_cast<int>(random.Below(14));
  return mix;
}

PlainJson GenerateDefinition(const LanguageMix& mix, SeededRandom& random) {
  return Generator(mix, random).Machine();
}

PlainJson GenerateInput(const LanguageMix& mix, SeededRandom& random) {
  if (mix.has_broken_paths && random.Below(8) == 0) {
    return random.Below(2) == 0 ? PlainJson::Number(7) : PlainJson::Array({});
  }
  return Generator(mix, random).Input(0);
}

}  // namespace pawl::simulator
