// What makes a definition invalid, and what is valid but not supported yet: one case a line.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <ostream>
#include <string>
#include <string_view>

#include "tests/unit/engine/asl/definitions.h"

namespace pawl::test {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Not;

struct Case {
  const char* name;
  // The members of state "S" (see WithState), or a whole definition where it begins with '{'.
  std::string_view source;
  const char* code;
  const char* pointer;
};

std::string Definition(std::string_view source) {
  return source.starts_with('{') || source.starts_with('[') ? std::string(source)
                                                            : WithState(source);
}

void PrintTo(const Case& test_case, std::ostream* out) {
  *out << test_case.name;
}

class ValidationTest : public ::testing::TestWithParam<Case> {};

TEST_P(ValidationTest, FindsTheProblemAndNothingElse) {
  const Case& test_case = GetParam();
  EXPECT_THAT(Diagnose(Definition(test_case.source)),
              ElementsAre(Problem(test_case.code, test_case.pointer)));
}

std::string NameOf(const ::testing::TestParamInfo<Case>& info) {
  return info.param.name;
}

constexpr const char* kSchema = "SCHEMA_VALIDATION_FAILED";
constexpr const char* kMissing = "MISSING_TRANSITION_TARGET";

constexpr auto kFieldsValidationCases = std::to_array<Case>(
    {Case{"NoStartAt", R"({"States": {"A": {"Type": "Succeed"}}})", kSchema, ""},
     Case{"NoStates", R"({"StartAt": "A"})", kSchema, ""},
     Case{"EmptyStates", R"({"StartAt": "A", "States": {}})", kSchema, "/States"},
     Case{"MachineIsAnArray", "[1, 2]", kSchema, ""},
     Case{"StatesIsAnArray", R"({"StartAt": "A", "States": []})", kSchema, "/States"},
     Case{"Version",
          R"({"Version": "2.0", "StartAt": "A", "States": {"A": {"Type": "Succeed"}}})",
          kSchema,
          "/Version"},
     Case{"MachineTimeout",
          R"({"TimeoutSeconds": 0, "StartAt": "A", "States": {"A": {"Type": "Succeed"}}})",
          kSchema,
          "/TimeoutSeconds"},
     Case{"UnknownMachineField",
          R"({"Foo": 0, "StartAt": "A", "States": {"A": {"Type": "Succeed"}}})",
          kSchema,
          "/Foo"},
     Case{"NoType", R"("End": true)", kSchema, "/States/S"},
     Case{"UnknownType", R"("Type": "Pas", "End": true)", kSchema, "/States/S/Type"},
     Case{"TypeIsNoString", R"("Type": 1, "End": true)", kSchema, "/States/S/Type"},
     Case{"UnknownField", R"("Type": "Pass", "End": true, "end": true)", kSchema, "/States/S/end"},
     Case{"CommentIsNoString",
          R"("Type": "Pass", "End": true, "Comment": 1)",
          kSchema,
          "/States/S/Comment"},
     Case{"NeitherNextNorEnd", R"("Type": "Pass")", kSchema, "/States/S"},
     Case{"NextAndEnd", R"("Type": "Pass", "Next": "T", "End": true)", kSchema, "/States/S/End"},
     Case{"NextOfSucceed", R"("Type": "Succeed", "Next": "T")", kSchema, "/States/S/Next"},
     Case{"NextOfChoice",
          R"("Type": "Choice", "Next": "T", "Default": "T",
                "Choices": [{"Variable": "$.a", "IsNull": true, "Next": "T"}])",
          kSchema,
          "/States/S/Next"},
     Case{"EndIsAString", R"("Type": "Pass", "End": "true")", kSchema, "/States/S/End"},
     Case{"NextIsEmpty", R"("Type": "Pass", "Next": "")", kSchema, "/States/S/Next"},
     Case{"ResultOfTask",
          R"("Type": "Task", "Resource": "f", "Result": 1, "End": true)",
          kSchema,
          "/States/S/Result"},
     Case{"NoResource", R"("Type": "Task", "End": true)", kSchema, "/States/S"},
     Case{"BadResource",
          R"("Type": "Task", "Resource": "not a name", "End": true)",
          kSchema,
          "/States/S/Resource"},
     Case{"EmptyResource",
          R"("Type": "Task", "Resource": "", "End": true)",
          kSchema,
          "/States/S/Resource"},
     Case{"BadInputPath",
          R"("Type": "Pass", "InputPath": "$.a[", "End": true)",
          kSchema,
          "/States/S/InputPath"},
     Case{"PathWithoutDollar",
          R"("Type": "Pass", "InputPath": "a", "End": true)",
          kSchema,
          "/States/S/InputPath"},
     Case{"CallInInputPath",
          R"x("Type": "Pass", "InputPath": "States.UUID()", "End": true)x",
          kSchema,
          "/States/S/InputPath"},
     Case{"ResultPathNamesMany",
          R"("Type": "Pass", "ResultPath": "$.a[*]", "End": true)",
          kSchema,
          "/States/S/ResultPath"},
     Case{"ResultPathInContext",
          R"("Type": "Pass", "ResultPath": "$$.a", "End": true)",
          kSchema,
          "/States/S/ResultPath"},
     Case{"ResultPathInVariable",
          R"("Type": "Pass", "ResultPath": "$a", "End": true)",
          kSchema,
          "/States/S/ResultPath"},
     Case{"BadTemplatePath",
          R"("Type": "Pass", "Parameters": {"a": [{"b.$": "$.["}]}, "End": true)",
          kSchema,
          "/States/S/Parameters/a/0"},
     Case{"TemplateValueIsText",
          R"("Type": "Pass", "Parameters": {"b.$": "text"}, "End": true)",
          kSchema,
          "/States/S/Parameters"},
     Case{"TemplateValueIsNumber",
          R"("Type": "Pass", "Parameters": {"b.$": 1}, "End": true)",
          kSchema,
          "/States/S/Parameters"},
     Case{"UnknownIntrinsic",
          R"x("Type": "Pass", "Parameters": {"b.$": "States.Nope()"}, "End": true)x",
          kSchema,
          "/States/S/Parameters"}

     ,
     Case{"TemplateNameTwice",
          R"("Type": "Pass", "Parameters": {"b": 1, "b.$": "$.b"}, "End": true)",
          "DUPLICATE_FIELD_NAME",
          "/States/S/Parameters/b.$"},
     Case{"MemberTwice",
          R"("Type": "Pass", "Comment": "a", "Comment": "b", "End": true)",
          "DUPLICATE_FIELD_NAME",
          "/States/S/Comment"},
     Case{"TwoWaits",
          R"("Type": "Wait", "Seconds": 1, "SecondsPath": "$.s", "End": true)",
          kSchema,
          "/States/S/SecondsPath"},
     Case{"NoWait", R"("Type": "Wait", "End": true)", kSchema, "/States/S"},
     Case{"WaitForFraction",
          R"("Type": "Wait", "Seconds": 1.5, "End": true)",
          kSchema,
          "/States/S/Seconds"},
     Case{"WaitTooLong",
          R"("Type": "Wait", "Seconds": 100000000, "End": true)",
          kSchema,
          "/States/S/Seconds"},
     Case{"WaitUntilNoDate",
          R"("Type": "Wait", "Timestamp": "2026-02-30T00:00:00Z", "End": true)",
          kSchema,
          "/States/S/Timestamp"},
     Case{"CauseTwice",
          R"("Type": "Fail", "Cause": "c", "CausePath": "$.c")",
          kSchema,
          "/States/S/CausePath"},
     Case{"NoBranches", R"("Type": "Parallel", "End": true)", kSchema, "/States/S"},
     Case{"EmptyBranches",
          R"("Type": "Parallel", "Branches": [], "End": true)",
          kSchema,
          "/States/S/Branches"},
     Case{"BranchIsNoObject",
          R"("Type": "Parallel", "Branches": [1], "End": true)",
          kSchema,
          "/States/S/Branches/0"},
     Case{"NoProcessor", R"("Type": "Map", "End": true)", kSchema, "/States/S"},
     Case{"ItemsPathIsNull",
          R"("Type": "Map", "End": true, "ItemsPath": null,
                "Iterator": {"StartAt": "I", "States": {"I": {"Type": "Succeed"}}})",
          kSchema,
          "/States/S/ItemsPath"},
     Case{"NegativeConcurrency",
          R"("Type": "Map", "End": true, "MaxConcurrency": -1,
                "Iterator": {"StartAt": "I", "States": {"I": {"Type": "Succeed"}}})",
          kSchema,
          "/States/S/MaxConcurrency"},
     Case{"HeartbeatNotBelowTimeout",
          R"("Type": "Task", "Resource": "f", "End": true, "TimeoutSeconds": 10,
                "HeartbeatSeconds": 10)",
          "HEARTBEAT_NOT_BELOW_TIMEOUT",
          "/States/S/HeartbeatSeconds"},
     Case{"TimeoutIsAString",
          R"("Type": "Task", "Resource": "f", "End": true, "TimeoutSeconds": "10")",
          kSchema,
          "/States/S/TimeoutSeconds"},
     Case{"TimeoutPathNamesMany",
          R"("Type": "Task", "Resource": "f", "End": true, "TimeoutSecondsPath": "$..t")",
          kSchema,
          "/States/S/TimeoutSecondsPath"},
     Case{"InvokeWithoutFunction",
          R"("Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "End": true,
                "Parameters": {"Payload": 1})",
          kSchema,
          "/States/S/Parameters"},
     Case{"InvokeWithUnknownParameter",
          R"("Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "End": true,
                "Parameters": {"FunctionName": "f", "Payloads": 1})",
          kSchema,
          "/States/S/Parameters/Payloads"},
     Case{"InvokeWithBadType",
          R"("Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "End": true,
                "Parameters": {"FunctionName": "f", "InvocationType": "Now"})",
          kSchema,
          "/States/S/Parameters/InvocationType"}});

INSTANTIATE_TEST_SUITE_P(Fields,
                         ValidationTest,
                         ::testing::ValuesIn(kFieldsValidationCases),
                         NameOf);

constexpr auto kChoicesValidationCases = std::to_array<Case>(
    {Case{"NoChoices", R"("Type": "Choice", "Default": "T")", kSchema, "/States/S"},
     Case{"EmptyChoices",
          R"("Type": "Choice", "Default": "T", "Choices": [])",
          kSchema,
          "/States/S/Choices"},
     Case{"RuleWithoutNext",
          R"("Type": "Choice", "Default": "T", "Choices": [{"Variable": "$.a", "IsNull": true}])",
          kSchema,
          "/States/S/Choices/0"},
     Case{"RuleIsNoObject",
          R"("Type": "Choice", "Default": "T", "Choices": [7])",
          kSchema,
          "/States/S/Choices/0"},
     Case{"RuleComparesNothing",
          R"("Type": "Choice", "Default": "T", "Choices": [{"Variable": "$.a", "Next": "T"}])",
          kSchema,
          "/States/S/Choices/0"},
     Case{"RuleComparesTwice",
          R"("Type": "Choice", "Default": "T", "Choices": [{"Variable": "$.a", "IsNull": true,
                "StringEquals": "x", "Next": "T"}])",
          kSchema,
          "/States/S/Choices/0/StringEquals"},
     Case{"NoVariable",
          R"("Type": "Choice", "Default": "T", "Choices": [{"IsNull": true, "Next": "T"}])",
          kSchema,
          "/States/S/Choices/0"},
     Case{"BadVariable",
          R"("Type": "Choice", "Default": "T",
                "Choices": [{"Variable": "a", "IsNull": true, "Next": "T"}])",
          kSchema,
          "/States/S/Choices/0/Variable"},
     Case{"UnknownOperator",
          R"("Type": "Choice", "Default": "T", "Choices": [{"Variable": "$.a", "IsNull": true,
                "StringEqual": "x", "Next": "T"}])",
          kSchema,
          "/States/S/Choices/0/StringEqual"},
     Case{"StringOperand",
          R"("Type": "Choice", "Default": "T",
                "Choices": [{"Variable": "$.a", "StringEquals": 1, "Next": "T"}])",
          kSchema,
          "/States/S/Choices/0/StringEquals"},
     Case{"NumericOperand",
          R"("Type": "Choice", "Default": "T",
                "Choices": [{"Variable": "$.a", "NumericLessThan": "1", "Next": "T"}])",
          kSchema,
          "/States/S/Choices/0/NumericLessThan"},
     Case{"BooleanOperand",
          R"("Type": "Choice", "Default": "T",
                "Choices": [{"Variable": "$.a", "IsPresent": "true", "Next": "T"}])",
          kSchema,
          "/States/S/Choices/0/IsPresent"},
     Case{"TimestampOperand",
          R"("Type": "Choice", "Default": "T",
                "Choices": [{"Variable": "$.a", "TimestampEquals": "today", "Next": "T"}])",
          kSchema,
          "/States/S/Choices/0/TimestampEquals"},
     Case{"PathOperand",
          R"("Type": "Choice", "Default": "T",
                "Choices": [{"Variable": "$.a", "NumericEqualsPath": 3, "Next": "T"}])",
          kSchema,
          "/States/S/Choices/0/NumericEqualsPath"},
     Case{"NoPathTwin",
          R"("Type": "Choice", "Default": "T", "Choices": [{"Variable": "$.a",
                "IsNull": true, "StringMatchesPath": "$.b", "Next": "T"}])",
          kSchema,
          "/States/S/Choices/0/StringMatchesPath"},
     Case{"EmptyAnd",
          R"("Type": "Choice", "Default": "T", "Choices": [{"And": [], "Next": "T"}])",
          kSchema,
          "/States/S/Choices/0/And"},
     Case{"VariableBesideNot",
          R"("Type": "Choice", "Default": "T", "Choices": [{"Variable": "$.a", "Next": "T",
                "Not": {"Variable": "$.a", "IsNull": true}}])",
          kSchema,
          "/States/S/Choices/0/Variable"},
     Case{"NextInside",
          R"("Type": "Choice", "Default": "T", "Choices": [{"Next": "T",
                "Or": [{"Variable": "$.a", "IsNull": true, "Next": "T"}]}])",
          kSchema,
          "/States/S/Choices/0/Or/0/Next"},
     Case{"DeepInside",
          R"("Type": "Choice", "Default": "T", "Choices": [{"Next": "T",
                "Not": {"And": [{"Or": [{"Variable": "$.a", "IsNull": 0}]}]}}])",
          kSchema,
          "/States/S/Choices/0/Not/And/0/Or/0/IsNull"}});

INSTANTIATE_TEST_SUITE_P(Choices,
                         ValidationTest,
                         ::testing::ValuesIn(kChoicesValidationCases),
                         NameOf);

constexpr auto kErrorsValidationCases = std::to_array<Case>(
    {Case{"RetryIsNoArray",
          R"("Type": "Task", "Resource": "f", "End": true, "Retry": {})",
          kSchema,
          "/States/S/Retry"},
     Case{"RetrierWithoutErrors",
          R"("Type": "Task", "Resource": "f", "End": true, "Retry": [{}])",
          kSchema,
          "/States/S/Retry/0"},
     Case{"EmptyErrors",
          R"("Type": "Task", "Resource": "f", "End": true, "Retry": [{"ErrorEquals": []}])",
          kSchema,
          "/States/S/Retry/0/ErrorEquals"},
     Case{"ErrorIsNoString",
          R"("Type": "Task", "Resource": "f", "End": true, "Retry": [{"ErrorEquals": [1]}])",
          kSchema,
          "/States/S/Retry/0/ErrorEquals/0"},
     Case{"AllNotAlone",
          R"("Type": "Task", "Resource": "f", "End": true,
                "Retry": [{"ErrorEquals": ["States.ALL", "E"]}])",
          "INVALID_ERROR_EQUALS",
          "/States/S/Retry/0/ErrorEquals/0"},
     Case{"AllNotLast",
          R"("Type": "Task", "Resource": "f", "End": true,
                "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "T"},
                          {"ErrorEquals": ["E"], "Next": "T"}])",
          "INVALID_ERROR_EQUALS",
          "/States/S/Catch/0/ErrorEquals/0"},
     Case{"IntervalZero",
          R"("Type": "Task", "Resource": "f", "End": true,
                "Retry": [{"ErrorEquals": ["E"], "IntervalSeconds": 0}])",
          kSchema,
          "/States/S/Retry/0/IntervalSeconds"},
     Case{"NegativeAttempts",
          R"("Type": "Task", "Resource": "f", "End": true,
                "Retry": [{"ErrorEquals": ["E"], "MaxAttempts": -1}])",
          kSchema,
          "/States/S/Retry/0/MaxAttempts"},
     Case{"BackoffBelowOne",
          R"("Type": "Task", "Resource": "f", "End": true,
                "Retry": [{"ErrorEquals": ["E"], "BackoffRate": 0.5}])",
          kSchema,
          "/States/S/Retry/0/BackoffRate"},
     Case{"DelayZero",
          R"("Type": "Task", "Resource": "f", "End": true,
                "Retry": [{"ErrorEquals": ["E"], "MaxDelaySeconds": 0}])",
          kSchema,
          "/States/S/Retry/0/MaxDelaySeconds"},
     Case{"UnknownJitter",
          R"("Type": "Task", "Resource": "f", "End": true,
                "Retry": [{"ErrorEquals": ["E"], "JitterStrategy": "HALF"}])",
          kSchema,
          "/States/S/Retry/0/JitterStrategy"},
     Case{"CatcherWithoutNext",
          R"("Type": "Task", "Resource": "f", "End": true, "Catch": [{"ErrorEquals": ["E"]}])",
          kSchema,
          "/States/S/Catch/0"},
     Case{"CatcherToNowhere",
          R"("Type": "Task", "Resource": "f", "End": true,
                "Catch": [{"ErrorEquals": ["E"], "Next": "X"}])",
          kMissing,
          "/States/S/Catch/0/Next"},
     Case{"RetryOfPass",
          R"("Type": "Pass", "End": true, "Retry": [{"ErrorEquals": ["E"]}])",
          kSchema,
          "/States/S/Retry"},
     Case{"UnknownPredefinedError",
          R"("Type": "Task", "Resource": "f", "End": true,
                "Retry": [{"ErrorEquals": ["States.TimeOut"]}])",
          "UNKNOWN_ERROR_NAME",
          "/States/S/Retry/0/ErrorEquals/0"}});

INSTANTIATE_TEST_SUITE_P(Errors,
                         ValidationTest,
                         ::testing::ValuesIn(kErrorsValidationCases),
                         NameOf);

constexpr auto kTransitionsValidationCases = std::to_array<Case>(
    {Case{"StartAtNowhere",
          R"({"StartAt": "B", "States": {"A": {"Type": "Succeed"}}})",
          kMissing,
          "/StartAt"},
     Case{"NextToNowhere", R"("Type": "Pass", "Next": "X")", kMissing, "/States/S/Next"},
     Case{"RuleToNowhere",
          R"("Type": "Choice", "Default": "T",
                "Choices": [{"Variable": "$.a", "IsNull": true, "Next": "X"}])",
          kMissing,
          "/States/S/Choices/0/Next"},
     Case{"DefaultToNowhere",
          R"("Type": "Choice", "Default": "X",
                "Choices": [{"Variable": "$.a", "IsNull": true, "Next": "T"}])",
          kMissing,
          "/States/S/Default"},
     Case{"OutOfABranch",
          R"("Type": "Parallel", "End": true, "Branches": [{"StartAt": "B", "States": {
                "B": {"Type": "Choice", "Default": "E",
                      "Choices": [{"Variable": "$.a", "IsNull": true, "Next": "T"}]},
                "E": {"Type": "Fail"}}}])",
          kMissing,
          "/States/S/Branches/0/States/B/Choices/0/Next"},
     Case{"Unreachable",
          R"({"StartAt": "A", "States": {"A": {"Type": "Succeed"}, "B": {"Type": "Succeed"}}})",
          kMissing,
          "/States/B"},
     Case{"ReachableFromItselfAlone",
          R"({"StartAt": "A", "States": {"A": {"Type": "Succeed"},
                                            "B": {"Type": "Pass", "Next": "B"}}})",
          kMissing,
          "/States/B"},
     Case{"NeverEnds",
          R"({"StartAt": "A", "States": {"A": {"Type": "Pass", "Next": "A"}}})",
          "MISSING_TERMINAL_STATE",
          ""},
     Case{"BranchNeverEnds",
          R"("Type": "Parallel", "End": true, "Branches": [
                {"StartAt": "B", "States": {"B": {"Type": "Pass", "Next": "B"}}}])",
          "MISSING_TERMINAL_STATE",
          "/States/S/Branches/0"},
     Case{"NameTwice",
          R"("Type": "Map", "End": true,
                "ItemProcessor": {"StartAt": "T", "States": {"T": {"Type": "Succeed"}}})",
          "DUPLICATE_STATE_NAMES",
          "/States/S/ItemProcessor/States/T"}});

INSTANTIATE_TEST_SUITE_P(Transitions,
                         ValidationTest,
                         ::testing::ValuesIn(kTransitionsValidationCases),
                         NameOf);

TEST(ValidationNamesTest, NamesMayHaveEightyCharactersNotBytes) {
  const auto machine = [](const std::string& name) {
    return "{\"StartAt\": \"" + name + "\", \"States\": {\"" + name +
           "\": {\"Type\": \"Succeed\"}}}";
  };
  std::string wide;
  for (int i = 0; i < 80; ++i) {
    wide += "é";
  }
  EXPECT_THAT(Diagnose(machine(wide)), IsEmpty());
  EXPECT_THAT(Diagnose(machine(wide + "x")),
              ElementsAre(Problem("SCHEMA_VALIDATION_FAILED", "/States/" + wide + "x")));
}

TEST(ValidationNamesTest, NamesAreNotEmpty) {
  EXPECT_THAT(Diagnose(R"({"StartAt": "A", "States": {"A": {"Type": "Succeed"},
                           "": {"Type": "Succeed"}}})"),
              Contains(Problem("SCHEMA_VALIDATION_FAILED", "/States/")));
}

TEST(ValidationMessagesTest, SlipsOfThePenAreGuessed) {
  EXPECT_THAT(Diagnose(WithState(R"("Type": "Pass", "InputPth": "$", "End": true)")),
              ElementsAre(ProblemSaying("SCHEMA_VALIDATION_FAILED", "did you mean 'InputPath'?")));
  EXPECT_THAT(Diagnose(R"({"StartAt": "Fist", "States": {"First": {"Type": "Succeed"}}})"),
              ElementsAre(ProblemSaying("MISSING_TRANSITION_TARGET", "did you mean 'First'?")));
  EXPECT_THAT(Diagnose(WithState(R"("Type": "Tsk", "End": true)")),
              ElementsAre(ProblemSaying("SCHEMA_VALIDATION_FAILED", "did you mean 'Task'?")));
}

TEST(ValidationMessagesTest, ATargetOutsideOfTheScopeIsSaidToStandElsewhere) {
  EXPECT_THAT(Diagnose(WithState(
                  R"("Type": "Map", "End": true, "ItemProcessor": {"StartAt": "I",
                  "States": {"I": {"Type": "Pass", "Next": "T"}, "E": {"Type": "Fail"}}})")),
              Contains(ProblemSaying("MISSING_TRANSITION_TARGET", "/States/T")));
}

// ASL specification, "End": only true means anything.
TEST(ValidationMessagesTest, EndFalseBesideNextIsAsIfItWereAbsent) {
  EXPECT_THAT(Diagnose(WithState(R"("Type": "Pass", "End": false, "Next": "T")")), IsEmpty());
}

// Lambda API reference, Invoke: LogType is None or Tail.
TEST(ValidationMessagesTest, TheLogOfAFunctionMayBeAskedFor) {
  EXPECT_THAT(Diagnose(WithState(R"("Type": "Task", "Resource": "arn:aws:states:::lambda:invoke",
                "Parameters": {"FunctionName": "f", "LogType": "Tail"}, "Next": "T")")),
              IsEmpty());
}

// --- Valid, and refused with a code of its own ---

class NotSupportedTest : public ::testing::TestWithParam<Case> {};

TEST_P(NotSupportedTest, IsRefusedWithACodeOfItsOwn) {
  const Case& test_case = GetParam();
  const auto diagnostics = Diagnose(Definition(test_case.source));
  EXPECT_THAT(diagnostics, Contains(Problem("NOT_SUPPORTED", test_case.pointer)));
  EXPECT_THAT(diagnostics, Not(Contains(Not(ProblemSaying("NOT_SUPPORTED", "not supported yet")))));
}

constexpr const char* kUnsupported = "NOT_SUPPORTED";

constexpr auto kLanguageNotSupportedCases = std::to_array<Case>(
    {Case{"ItemReader",
          R"("Type": "Map", "End": true,
                "ItemReader": {"Resource": "arn:aws:states:::dynamodb:scan",
                  "ReaderConfig": {"MaxItems": 5}, "Parameters": {"Table": "t"}},
                "ItemProcessor": {
                "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
                "StartAt": "I", "States": {"I": {"Type": "Succeed"}}})",
          kUnsupported,
          "/States/S/ItemReader/Resource"},
     Case{"ResultWriter",
          R"("Type": "Map", "End": true,
                "ResultWriter": {"Resource": "arn:aws:states:::sqs:sendMessage"},
                "ItemProcessor": {
                "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
                "StartAt": "I", "States": {"I": {"Type": "Succeed"}}})",
          kUnsupported,
          "/States/S/ResultWriter/Resource"},
     Case{"ActionOfADistributedMapAlone",
          R"("Type": "Task", "End": true, "Resource": "arn:aws:states:::s3:getObject")",
          kUnsupported,
          "/States/S/Resource"},
     Case{"Placeholder",
          R"("Type": "Task", "End": true, "Resource": "${FunctionArn}")",
          kUnsupported,
          "/States/S/Resource"},
     Case{"UnquotedWordInFilter",
          R"x("Type": "Pass", "End": true, "InputPath": "$.a[?(@.b==word)]")x",
          kUnsupported,
          "/States/S/InputPath"},
     Case{"ComputedIndex",
          R"x("Type": "Pass", "End": true, "InputPath": "$.a[(@.length-1)]")x",
          kUnsupported,
          "/States/S/InputPath"}});

INSTANTIATE_TEST_SUITE_P(Language,
                         NotSupportedTest,
                         ::testing::ValuesIn(kLanguageNotSupportedCases),
                         NameOf);

// --- The parts of the language that do not run yet are checked all the same ---

constexpr auto kJsonataValidationCases = std::to_array<Case>(
    {Case{"JsonPathStateInJsonataMachine",
          R"({"QueryLanguage": "JSONPath", "StartAt": "A", "States": {"A": {"Type": "Pass",
                 "QueryLanguage": "Jsonata", "End": true}}})",
          kSchema,
          "/States/A/QueryLanguage"},
     Case{"ArgumentsInJsonPath",
          R"("Type": "Task", "Resource": "f", "Arguments": {}, "End": true)",
          kSchema,
          "/States/S/Arguments"},
     Case{"ItemsInJsonPath",
          R"("Type": "Map", "Items": [], "End": true,
                "Iterator": {"StartAt": "I", "States": {"I": {"Type": "Succeed"}}})",
          kSchema,
          "/States/S/Items"},
     Case{"ConditionInJsonPath",
          R"("Type": "Choice", "Default": "T",
                "Choices": [{"Condition": "{% true %}", "Variable": "$.a", "IsNull": true, "Next": "T"}])",
          kSchema,
          "/States/S/Choices/0/Condition"}});

INSTANTIATE_TEST_SUITE_P(Jsonata,
                         ValidationTest,
                         ::testing::ValuesIn(kJsonataValidationCases),
                         NameOf);

class JsonataTest : public ::testing::TestWithParam<Case> {};

TEST_P(JsonataTest, ProblemsOfJsonataStatesAreFound) {
  const Case& test_case = GetParam();
  EXPECT_THAT(
      Diagnose(WithState("\"QueryLanguage\": \"JSONata\", " + std::string(test_case.source))),
      Contains(Problem(test_case.code, test_case.pointer)));
}

constexpr auto kJsonataStateCases = std::to_array<Case>(
    {Case{"InputPath",
          R"("Type": "Pass", "InputPath": "$", "End": true)",
          kSchema,
          "/States/S/InputPath"},
     Case{"Variable",
          R"("Type": "Choice", "Default": "T",
                "Choices": [{"Variable": "$.a", "Condition": true, "Next": "T"}])",
          kSchema,
          "/States/S/Choices/0/Variable"},
     Case{"NoCondition",
          R"("Type": "Choice", "Default": "T", "Choices": [{"Next": "T"}])",
          kSchema,
          "/States/S/Choices/0"},
     Case{"ConditionIsText",
          R"("Type": "Choice", "Default": "T", "Choices": [{"Condition": "x", "Next": "T"}])",
          kSchema,
          "/States/S/Choices/0/Condition"},
     Case{"BadExpression",
          R"("Type": "Pass", "Output": {"a": [{"b": "{% 1 + %}"}]}, "End": true)",
          "INVALID_JSONATA_EXPRESSION",
          "/States/S/Output/a/0/b"},
     Case{"NotClosed",
          R"("Type": "Pass", "Output": "{% 1", "End": true)",
          "INVALID_JSONATA_EXPRESSION",
          "/States/S/Output"},
     Case{"ReservedVariable",
          R"("Type": "Pass", "Assign": {"states": 1}, "End": true)",
          kSchema,
          "/States/S/Assign/states"},
     Case{"VariablePath",
          R"("Type": "Pass", "Assign": {"x.y": 1}, "End": true)",
          kSchema,
          "/States/S/Assign/x.y"},
     Case{"SecondsOutOfRange",
          R"("Type": "Wait", "Seconds": -5, "End": true)",
          kSchema,
          "/States/S/Seconds"}});

INSTANTIATE_TEST_SUITE_P(Jsonata, JsonataTest, ::testing::ValuesIn(kJsonataStateCases), NameOf);

TEST(QueryLanguageTest, AMachineInJsonataHasNoStatesInJsonPath) {
  EXPECT_THAT(Diagnose(R"({"QueryLanguage": "JSONata", "StartAt": "A", "States": {"A": {
                "Type": "Pass", "QueryLanguage": "JSONPath", "End": true}}})"),
              ElementsAre(Problem("SCHEMA_VALIDATION_FAILED", "/States/A")));
}

// LocalStack's tests: a state without its own field takes the machine's language, not its parent's.
TEST(QueryLanguageTest, StatesInsideTakeTheLanguageOfTheMachine) {
  EXPECT_THAT(Diagnose(WithState(R"("Type": "Map", "QueryLanguage": "JSONata", "End": true,
                "ItemProcessor": {"StartAt": "I", "States": {"I": {
                "Type": "Pass", "InputPath": "$.a", "End": true}}})")),
              IsEmpty());
}

TEST(LabelTest, LabelsAreUnique) {
  const auto map = [](const std::string& inner) {
    return R"("Type": "Map", "Label": "same", "ItemProcessor": {
        "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
        "StartAt": ")" +
           inner + R"(", "States": {")" + inner + R"(": {"Type": "Succeed"}}})";
  };
  const auto diagnostics = Diagnose(R"({"StartAt": "A", "States": {"A": {)" + map("I") +
                                    R"(, "Next": "B"}, "B": {)" + map("J") + R"(, "End": true}}})");
  EXPECT_THAT(diagnostics, Contains(Problem("SCHEMA_VALIDATION_FAILED", "/States/B/Label")));
  EXPECT_EQ(diagnostics.size(), 1U);
}

TEST(LabelTest, LabelsAreShortAndPlain) {
  const auto label = [](const std::string& text) {
    return WithState(
        "\"Type\": \"Map\", \"End\": true, \"Label\": \"" + text +
        R"(", "ItemProcessor": {"StartAt": "I", "States": {"I": {"Type": "Succeed"}}})");
  };
  const auto is_bad = Contains(Problem("INVALID_LABEL", "/States/S/Label"));
  EXPECT_THAT(Diagnose(label(std::string(40, 'a'))), Not(is_bad));
  for (const std::string bad : {"", "a b", "a*", "a\\u0085b", "a\\tb", "a/b", "a`b"}) {
    EXPECT_THAT(Diagnose(label(bad)), is_bad) << bad;
  }
  EXPECT_THAT(Diagnose(label(std::string(41, 'a'))), is_bad);
}

// Recorded: scenarios, test_illegal_escapes and test_wait_timestamp_invalid.
TEST(MessageTest, TheMessageIsAwsOwnAndTheDetailSaysMore) {
  const std::vector<asl::Diagnostic> problems =
      Diagnose(WithState(R"("Type": "Wait", "Timestamp": "2016-12-05 21:29:29Z", "End": true)"));
  ASSERT_EQ(problems.size(), 1U);
  EXPECT_EQ(problems[0].message, "String does not match RFC3339 timestamp");
  EXPECT_EQ(asl::FullMessage(problems[0]),
            "String does not match RFC3339 timestamp: expected one such as 2026-11-20T10:00:00Z, "
            "found the string '2016-12-05 21:29:29Z'");
}

TEST(WarningTest, LiteralsThatLookLikePathsAreWarnedOf) {
  EXPECT_THAT(Diagnose(WithState(R"("Type": "Choice", "Default": "T",
          "Choices": [{"Variable": "$.a", "StringEquals": "$.b", "Next": "T"}])")),
              ElementsAre(Problem("NO_PATH", "/States/S/Choices/0/StringEquals")));
  EXPECT_THAT(Diagnose(WithState(R"("Type": "Pass", "Result": "$.a", "End": true)")),
              ElementsAre(Problem("PASS_RESULT_IS_STATIC", "/States/S/Result")));
  EXPECT_THAT(
      Diagnose(WithState(R"x("Type": "Pass", "Parameters": {"a": "States.UUID()"}, "End": true)x")),
      ElementsAre(Problem("NO_DOLLAR", "/States/S/Parameters/a")));
  EXPECT_THAT(Diagnose(WithState(R"("Type": "Task", "Resource": "arn:aws:states:::lambda:invoke",
          "Parameters": {"FunctionName": "no function"}, "End": true)")),
              ElementsAre(Problem("INVALID_FUNCTION_NAME", "/States/S/Parameters/FunctionName")));
}

}  // namespace
}  // namespace pawl::test
