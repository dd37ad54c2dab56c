#include "engine/expression/payload_template.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "engine/json/parse.h"
#include "engine/json/write.h"
#include "tests/unit/engine/expression/fixed_scope.h"

namespace pawl::expression {
namespace {

using testing::HasSubstr;

class PayloadTemplateTest : public testing::Test {
 protected:
  PayloadTemplateTest() : scope_(arena_) {
    scope_.SetRoot(PathRoot::kInput, R"({"a":{"b":[1,2]},"name":"x"})");
    scope_.SetRoot(PathRoot::kContext, R"({"Execution":{"Id":"e1"}})");
    scope_.SetRoot(PathRoot::kVariable, R"({"n":7})");
  }

  Result<PayloadTemplate> Compile(std::string_view text) {
    json::Arena arena;
    return PayloadTemplate::Compile(json::Parse(text, arena).value());
  }

  std::string Evaluate(std::string_view text) {
    const Result<PayloadTemplate> compiled = Compile(text);
    if (!compiled.ok()) return compiled.status().ToString() + " at " + compiled.status().field();
    const Result<json::Value> value = compiled->Evaluate(scope_, arena_);
    return value.ok() ? json::Write(*value) : value.status().ToString();
  }

  json::Arena arena_;
  FixedScope scope_;
};

TEST_F(PayloadTemplateTest, MembersEndingInDollarAreComputed) {
  EXPECT_EQ(Evaluate(R"({"x.$":"$.a.b[1]","y":1.50,"id.$":"$$.Execution.Id","n.$":"$v.n"})"),
            R"({"x":2,"y":1.50,"id":"e1","n":7})");
}

TEST_F(PayloadTemplateTest, ObjectsAreWalkedAlsoInsideArrays) {
  EXPECT_EQ(Evaluate(R"({"a":{"b":[{"c.$":"$.name"},[{"d.$":"$.name"}]]}})"),
            R"({"a":{"b":[{"c":"x"},[{"d":"x"}]]}})");
}

TEST_F(PayloadTemplateTest, StringsInArraysStayAsTheyAre) {
  EXPECT_EQ(Evaluate(R"({"a":["$.name","x.$"],"b":"$.name"})"),
            R"({"a":["$.name","x.$"],"b":"$.name"})");
}

TEST_F(PayloadTemplateTest, AnythingMayBeATemplate) {
  EXPECT_EQ(Evaluate("[1,{}]"), "[1,{}]");
  EXPECT_EQ(Evaluate("\"text\""), "\"text\"");
  EXPECT_EQ(Evaluate("null"), "null");
}

TEST_F(PayloadTemplateTest, ATemplateOutlivesWhatItWasMadeFrom) {
  Result<PayloadTemplate> compiled =
      Compile(R"({"a":{"long member name":"some long text value"}})");
  const PayloadTemplate copy = *compiled;
  compiled = NotFound("gone");
  EXPECT_EQ(json::Write(copy.Evaluate(scope_, arena_).value()),
            R"({"a":{"long member name":"some long text value"}})");
}

TEST_F(PayloadTemplateTest, ATemplateKnowsWhatItUses) {
  const PayloadTemplate none = Compile(R"({"a":["$.x"]})").value();
  EXPECT_TRUE(none.is_constant());
  EXPECT_FALSE(none.Uses(PathRoot::kInput));
  const PayloadTemplate some = Compile(R"({"a":[{"b.$":"$$.x"}],"c.$":"$v"})").value();
  EXPECT_FALSE(some.is_constant());
  EXPECT_FALSE(some.Uses(PathRoot::kInput));
  EXPECT_TRUE(some.Uses(PathRoot::kContext));
  EXPECT_TRUE(some.Uses(PathRoot::kVariable));
}

// Recorded: scenarios, INVALID_JSONPATH_IN_STRING_EXPR_JSONPATH and ..._CONTEXTPATH.
TEST_F(PayloadTemplateTest, APathThatFindsNothingIsSaidInStepFunctionsWords) {
  scope_.SetRoot(PathRoot::kInput, R"({"int-literal": 0})");
  EXPECT_EQ(Evaluate(R"({"a":{"value.$":"$.no_such_jsonpath"}})"),
            "NOT_FOUND: The JSONPath '$.no_such_jsonpath' specified for the field 'value.$' could "
            "not be found in the input '{\"int-literal\":0}'");
  EXPECT_THAT(Evaluate(R"({"value.$":"$$.Execution.Input.no"})"),
              HasSubstr("The JSONPath '$$.Execution.Input.no' specified for the field 'value.$'"));
}

// Recorded: base, test_json_path_array_wildcard_or_slice_with_no_input.
TEST_F(PayloadTemplateTest, APathToManyValuesFindsNoneWhereItsWayEnds) {
  scope_.SetRoot(PathRoot::kInput, "{}");
  EXPECT_EQ(Evaluate(R"({"a.$":"$.item.items[*]","b.$":"$.items[1:].value","c.$":"$[*]"})"),
            R"({"a":[],"b":[],"c":[]})");
}

TEST_F(PayloadTemplateTest, OtherFailuresOfAPathNameThePath) {
  EXPECT_EQ(Evaluate(R"json({"y.$":"$.name.sum()"})json"),
            "FAILED_PRECONDITION: Invalid path '$.name.sum()' : Aggregation function attempted to "
            "calculate value using empty array");
}

TEST_F(PayloadTemplateTest, AnErrorOfTheScopeIsPassedOn) {
  EXPECT_EQ(Evaluate(R"({"x.$":"$unknown"})"), "NOT_FOUND: no such variable");
}

TEST_F(PayloadTemplateTest, AComputedMemberNeedsAPath) {
  EXPECT_EQ(
      Evaluate(R"({"a":[{"b/c~.$":1}]})"),
      "INVALID_ARGUMENT: The value for the field 'b/c~.$' must be a valid JSONPath or a valid "
      "intrinsic function call: expected a string, found number at /a/0/b~1c~0.$");
  EXPECT_EQ(Evaluate(R"({"x.$":"name"})"),
            "INVALID_ARGUMENT: The value for the field 'x.$' must be a valid JSONPath or a valid "
            "intrinsic function call: column 1: expected a path that starts with '$', found 'n' at "
            "/x.$");
}

TEST_F(PayloadTemplateTest, AMemberIsEitherComputedOrNot) {
  EXPECT_EQ(Evaluate(R"({"x":1,"x.$":"$"})"),
            "INVALID_ARGUMENT: expected one of the members 'x' and 'x.$', found both at /x.$");
}

TEST_F(PayloadTemplateTest, MembersMayBeIntrinsicCalls) {
  EXPECT_EQ(Evaluate(R"json({"a":{"x.$":"States.Format('{}-{}', $.name, $v.n)"}})json"),
            R"({"a":{"x":"x-7"}})");
  const PayloadTemplate calls =
      Compile(R"json({"x.$":"States.Array(States.Array($$.a), 1)"})json").value();
  EXPECT_TRUE(calls.Uses(PathRoot::kContext));
  EXPECT_FALSE(calls.Uses(PathRoot::kInput));
}

TEST_F(PayloadTemplateTest, ABadIntrinsicCallIsRefusedWithItsColumn) {
  EXPECT_EQ(Evaluate(R"json({"x.$":"States.Frob(1)"})json"),
            "INVALID_ARGUMENT: The value for the field 'x.$' must be a valid JSONPath or a valid "
            "intrinsic function call: column 1: expected an intrinsic function such as "
            "States.Format, found 'States.Frob' at /x.$");
}

TEST_F(PayloadTemplateTest, AResultThatNestsTooDeepIsRefused) {
  scope_.SetRoot(PathRoot::kInput, std::string(511, '[') + std::string(511, ']'));
  EXPECT_THAT(Evaluate(R"({"a.$":"$"})"), HasSubstr("[[["));
  EXPECT_THAT(Evaluate(R"({"a":{"b.$":"$"}})"), HasSubstr("the result would nest 513"));
}

TEST_F(PayloadTemplateTest, TheDeepestTemplateIsCompiled) {
  std::string text;
  for (int i = 0; i < 511; ++i) {
    text += "{\"a\":";
  }
  text += "{\"b.$\":\"$.name\"}" + std::string(511, '}');
  EXPECT_THAT(Evaluate(text), HasSubstr(R"({"b":"x"})"));
}

}  // namespace
}  // namespace pawl::expression
