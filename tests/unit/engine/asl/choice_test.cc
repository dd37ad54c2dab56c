#include "engine/asl/choice.h"

#include <gtest/gtest.h>

#include <string>
#include <variant>

#include "tests/unit/engine/asl/definitions.h"

namespace pawl::test {
namespace {

asl::ChoiceState CompileRules(std::string_view rules, asl::Compilation& compilation) {
  compilation = asl::Compile(WithState("\"Type\": \"Choice\", \"Default\": \"U\", \"Choices\": [" +
                                       std::string(rules) + "]"));
  return std::get<asl::ChoiceState>(FindState(compilation, "S").details);
}

TEST(ChoiceTest, RulesKeepTheirOrderAndTheirTargets) {
  asl::Compilation compilation;
  const asl::ChoiceState choice = CompileRules(R"({"Variable": "$.a", "IsNull": true, "Next": "T"},
                      {"Variable": "$.b", "IsNull": false, "Next": "S"})",
                                               compilation);
  ASSERT_EQ(choice.rules.size(), 2U);
  EXPECT_EQ(compilation.machine->states[choice.rules[0].next].name, "T");
  EXPECT_EQ(compilation.machine->states[choice.rules[1].next].name, "S");
  EXPECT_EQ(compilation.machine->states[choice.default_next].name, "U");
}

TEST(ChoiceTest, LiteralOperandsAreKeptAsJson) {
  asl::Compilation compilation;
  const auto operand = [&](std::string_view test) {
    const auto choice = CompileRules(
        "{\"Variable\": \"$.a\", \"Next\": \"T\", " + std::string(test) + "}", compilation);
    return std::get<std::string>(
        std::get<asl::Test>(std::get<asl::Condition>(choice.rules[0].condition).rule).operand);
  };
  EXPECT_EQ(operand(R"("StringEquals": "a\"b")"), R"("a\"b")");
  EXPECT_EQ(operand(R"("NumericEquals": 1.50)"), "1.50");
  EXPECT_EQ(operand(R"("BooleanEquals": false)"), "false");
  EXPECT_EQ(operand(R"("TimestampLessThan": "2026-01-01T00:00:00Z")"), R"("2026-01-01T00:00:00Z")");
}

TEST(ChoiceTest, PathOperandsArePaths) {
  asl::Compilation compilation;
  const auto choice = CompileRules(
      R"({"Variable": "$.a", "NumericGreaterThanEqualsPath": "$.b[0]", "Next": "T"})", compilation);
  const auto& test = std::get<asl::Test>(std::get<asl::Condition>(choice.rules[0].condition).rule);
  EXPECT_EQ(test.comparison, asl::Comparison::kNumericGreaterThanEquals);
  EXPECT_EQ(test.variable.text(), "$.a");
  EXPECT_EQ(std::get<expression::Path>(test.operand).text(), "$.b[0]");
}

TEST(ChoiceTest, ConditionsNest) {
  asl::Compilation compilation;
  const auto choice = CompileRules(
      R"({"Next": "T", "And": [
            {"Not": {"Variable": "$.a", "IsPresent": true}},
            {"Or": [{"Variable": "$.b", "StringMatches": "x*"}, {"Variable": "$.c", "IsNull": true}]}]})",
      compilation);
  const auto& both =
      std::get<asl::And>(std::get<asl::Condition>(choice.rules[0].condition).rule).conditions;
  ASSERT_EQ(both.size(), 2U);
  const auto& negated = std::get<asl::Not>(both[0].rule).condition;
  ASSERT_EQ(negated.size(), 1U);
  EXPECT_EQ(std::get<asl::Test>(negated[0].rule).comparison, asl::Comparison::kIsPresent);
  const auto& either = std::get<asl::Or>(both[1].rule).conditions;
  ASSERT_EQ(either.size(), 2U);
  EXPECT_EQ(std::get<asl::Test>(either[0].rule).comparison, asl::Comparison::kStringMatches);
}

// ASL specification, "Data-test expression": all operators, and the twins that take a path.
TEST(ChoiceTest, EveryOperatorOfTheSpecificationIsKnown) {
  const auto accepts = [](const std::string& name, const std::string& value) {
    return asl::Compile(WithState("\"Type\": \"Choice\", \"Default\": \"U\", \"Choices\": [{"
                                  "\"Variable\": \"$.a\", \"Next\": \"T\", \"" +
                                  name + "\": " + value + "}]"))
        .ok();
  };
  for (const std::string type : {"String", "Numeric", "Timestamp"}) {
    const std::string value = type == "String"    ? "\"x\""
                              : type == "Numeric" ? "1"
                                                  : "\"2026-01-01T00:00:00Z\"";
    for (const std::string comparison :
         {"Equals", "LessThan", "GreaterThan", "LessThanEquals", "GreaterThanEquals"}) {
      EXPECT_TRUE(accepts(type + comparison, value)) << type << comparison;
      EXPECT_TRUE(accepts(type + comparison + "Path", "\"$.b\"")) << type << comparison;
    }
  }
  for (const std::string name : {"BooleanEquals",
                                 "IsNull",
                                 "IsPresent",
                                 "IsNumeric",
                                 "IsString",
                                 "IsBoolean",
                                 "IsTimestamp"}) {
    EXPECT_TRUE(accepts(name, "true")) << name;
  }
  EXPECT_TRUE(accepts("BooleanEqualsPath", "\"$.b\""));
  EXPECT_TRUE(accepts("StringMatches", "\"a*\""));
}

}  // namespace
}  // namespace pawl::test
