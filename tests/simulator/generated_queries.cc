// States in JSONata: of the shapes that plain_expression.h evaluates.
#include "tests/simulator/generator.h"
#include "tests/simulator/script.h"

namespace pawl::simulator {

std::string Generator::QuerySegment(int depth, const Next& next, bool is_full) {
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

std::string Generator::NumberExpression(int depth) {
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

std::string Generator::TextExpression() {
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

std::string Generator::AnyExpression() {
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

PlainJson Generator::Merged(const std::string& value) {
  const std::string field = std::string(Pick(kResultPaths)).substr(2, 2);
  return Query("$merge([$states.input, {'" + field + "': " + value + "}])");
}

void Generator::AddQueryAssign(PlainJson& object, const std::string& result) {
  if (own_.empty() || !OneIn(3)) return;
  const bool takes_result = !result.empty() && OneIn(2);
  object.Set("Assign",
             PlainJson::Object(
                 {{std::string(Pick(own_)), Query(takes_result ? result : AnyExpression())}}));
}

std::string Generator::AddQuery(std::string name, PlainJson state, const Next& next) {
  state.Set("QueryLanguage", Text("JSONata"));
  return Add(std::move(name), std::move(state.members), next);
}

std::string Generator::QueryPass(const Next& next) {
  PlainJson state = PlainJson::Object({{"Type", Text("Pass")}});
  if (!OneIn(4)) state.Set("Output", Merged(AnyExpression()));
  AddQueryAssign(state, "");
  return AddQuery(NewName(), std::move(state), next);
}

std::string Generator::QueryWait(const Next& next) {
  PlainJson state = PlainJson::Object({{"Type", Text("Wait")}});
  state.Set("Seconds", OneIn(2) ? Query("$states.input.k") : Number(0, 3));
  if (OneIn(3)) state.Set("Output", Merged(AnyExpression()));
  AddQueryAssign(state, "");
  return AddQuery(NewName(), std::move(state), next);
}

void Generator::AddQueryRetryAndCatch(PlainJson& state, int attempts_max, const Next& next) {
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

std::string Generator::QueryTask(const Next& next) {
  const std::string name = NewName();
  const std::string function(Pick(kFunctions));
  PlainJson payload =
      PlainJson::Object({{"k", Query(NumberExpression())}, {"n", Query("$states.input.n")}});
  if (OneIn(2)) payload.Set("s", Query(TextExpression()));
  if (!visible_.empty() && OneIn(2)) payload.Set("v", Query("$" + AnyVariable()));
  payload.Set("attempt", Query("$states.context.State.RetryCount"));
  if (!is_express_) {
    payload.Set("redrives", Query("$states.context.Execution.RedriveCount"));
  }
  PlainJson state = PlainJson::Object({{"Type", Text("Task")}});
  const bool has_token = mix_.has_callbacks && !is_express_ && OneIn(3);
  const bool is_invoke = has_token || OneIn(4);
  const std::string result = is_invoke && !has_token ? "$states.result.Payload" : "$states.result";
  if (has_token) payload.Set("token", Query("$states.context.Task.Token"));
  if (is_invoke) {
    const std::string resource = "arn:aws:states:::lambda:invoke";
    state.Set("Resource", Text(has_token ? resource + ".waitForTaskToken" : resource));
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

std::string Generator::ConditionExpression() {
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

std::string Generator::QueryChoice(int depth, const Next& next) {
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

std::string Generator::QueryFail() {
  const std::string name = NewName();
  states_->Set(name,
               PlainJson::Object({{"Type", Text("Fail")},
                                  {"QueryLanguage", Text("JSONata")},
                                  {"Error", Query("'Pla' & 'nned'")},
                                  {"Cause", Query(TextExpression())}}));
  return name;
}

std::string Generator::QueryParallel(int depth, const Next& next) {
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

PlainJson Generator::QueryMapSelector() {
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
  return selector;
}

std::string Generator::QueryMap(int depth, const Next& next) {
  if (mix_.has_map_runs && !is_express_ && map_runs_left_ > 0 && !OneIn(4))
    return QueryDistributedMap(depth, next);
  const std::string name = NewName();
  PlainJson state = PlainJson::Object({{"Type", Text("Map")},
                                       {"Items", Query("$states.input.items")},
                                       {"ItemProcessor", Scope(depth + 1)}});
  if (OneIn(2)) state.Set("ItemSelector", QueryMapSelector());
  if (OneIn(2)) {
    state.Set("MaxConcurrency", OneIn(2) ? Query("$states.input.k") : Number(0, 3));
  }
  state.Set("Output", Merged("$count($states.result)"));
  if (OneIn(2)) state.Set("Output", Merged("$states.result"));
  AddQueryAssign(state, "$states.result");
  AddQueryRetryAndCatch(state, 1, next);
  return AddQuery(name, std::move(state), next);
}

}  // namespace pawl::simulator
