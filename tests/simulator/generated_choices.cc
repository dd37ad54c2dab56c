// Choice states in JSONPath.
#include "tests/simulator/generator.h"

namespace pawl::simulator {

PlainJson Generator::Comparison() {
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

PlainJson Generator::Condition(int depth) {
  if (depth >= 2 || !OneIn(3)) return Comparison();
  if (OneIn(3)) return PlainJson::Object({{"Not", Condition(depth + 1)}});
  PlainJson parts = PlainJson::Array({Condition(depth + 1), Condition(depth + 1)});
  return PlainJson::Object({{OneIn(2) ? "And" : "Or", std::move(parts)}});
}

std::string Generator::Choice(int depth, const Next& next) {
  const std::string name = NewName();
  PlainJson rules = PlainJson::Array({});
  const std::uint64_t count = 1 + random_.Below(3);
  for (std::uint64_t i = 0; i < count; ++i) {
    PlainJson rule = Condition(0);
    const std::string target = next && OneIn(3) ? *next : OneIn(8) ? Fail() : Segment(depth, next);
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

void Generator::KeepReachable(const std::string& name, const std::string& next) {
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

}  // namespace pawl::simulator
