#include "engine/asl/compile.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <variant>

#include "tests/unit/engine/asl/definitions.h"

namespace pawl::test {
namespace {

using namespace std::chrono_literals;  // NOLINT(google-build-using-namespace)
using asl::Compilation;
using asl::Compile;
using asl::kNoState;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr std::string_view kNested = R"({
  "Comment": "nested",
  "StartAt": "First",
  "TimeoutSeconds": 60,
  "States": {
    "First": {"Type": "Parallel", "Next": "Last", "Branches": [
      {"StartAt": "B0b", "States": {
        "B0a": {"Type": "Pass", "End": true},
        "B0b": {"Type": "Pass", "Next": "B0a"}}},
      {"StartAt": "B1", "States": {"B1": {"Type": "Succeed"}}}]},
    "Last": {"Type": "Map", "End": true, "ItemProcessor": {
      "StartAt": "Item", "States": {"Item": {"Type": "Pass", "End": true}}}}
  }
})";

TEST(CompileTest, StatesAreNumberedInDocumentOrderThroughBranchesAndProcessors) {
  const Compilation compilation = Compile(kNested);
  ASSERT_TRUE(compilation.ok());
  std::vector<std::string> names;
  for (const asl::State& state : compilation.machine->states) {
    names.push_back(state.name);
  }
  EXPECT_THAT(names, ElementsAre("First", "B0a", "B0b", "B1", "Last", "Item"));
}

TEST(CompileTest, TransitionsAreNumbersOfStatesWhereverTheScopeStands) {
  const Compilation compilation = Compile(kNested);
  ASSERT_TRUE(compilation.ok());
  const auto& states = compilation.machine->states;
  EXPECT_EQ(compilation.machine->start, 0U);
  EXPECT_EQ(states[0].next, 4U);
  EXPECT_EQ(states[2].next, 1U);
  EXPECT_EQ(states[1].next, kNoState);
  EXPECT_THAT(std::get<asl::ParallelState>(states[0].details).branches, ElementsAre(2U, 3U));
  EXPECT_EQ(std::get<asl::MapState>(states[4].details).processor, 5U);
}

TEST(CompileTest, StatesKnowTheStateAndTheBranchAroundThem) {
  const Compilation compilation = Compile(kNested);
  ASSERT_TRUE(compilation.ok());
  const auto& states = compilation.machine->states;
  EXPECT_EQ(states[0].parent, kNoState);
  EXPECT_EQ(states[2].parent, 0U);
  EXPECT_EQ(states[2].branch, 0U);
  EXPECT_EQ(states[3].branch, 1U);
  EXPECT_EQ(states[5].parent, 4U);
}

TEST(CompileTest, TheMachineHasItsCommentAndTimeout) {
  const Compilation compilation = Compile(kNested);
  ASSERT_TRUE(compilation.ok());
  EXPECT_EQ(compilation.machine->comment, "nested");
  EXPECT_EQ(compilation.machine->timeout, 60s);
}

TEST(CompileTest, AbsentFieldsHaveTheDefaultsOfTheSpecification) {
  const Compilation compilation =
      Compile(WithState(R"("Type": "Task", "Resource": "f", "Retry": [{"ErrorEquals": ["E"]}],
                   "Catch": [{"ErrorEquals": ["E"], "Next": "T"}], "End": true)"));
  const asl::State& state = FindState(compilation, "S");
  EXPECT_FALSE(state.input_path.is_null);
  EXPECT_EQ(state.input_path.path.text(), "$");
  EXPECT_TRUE(state.output_path.path.is_identity());
  EXPECT_TRUE(state.result_path.path.is_identity());
  EXPECT_FALSE(state.parameters.has_value());
  EXPECT_EQ(state.retriers[0].interval, 1s);
  EXPECT_EQ(state.retriers[0].max_attempts, 3U);
  EXPECT_EQ(state.retriers[0].backoff_rate, 2.0);
  EXPECT_FALSE(state.retriers[0].max_delay.has_value());
  EXPECT_FALSE(state.retriers[0].has_full_jitter);
  EXPECT_EQ(state.catchers[0].result_path.path.text(), "$");
}

TEST(CompileTest, InputAndOutputFieldsAreCompiled) {
  const Compilation compilation =
      Compile(WithState(R"("Type": "Task", "Resource": "f", "InputPath": "$.in", "OutputPath": null,
                   "Parameters": {"a.$": "$.b"}, "ResultSelector": {"c.$": "$.d"},
                   "ResultPath": "$.e[0]", "End": true)"));
  const asl::State& state = FindState(compilation, "S");
  EXPECT_EQ(state.input_path.path.text(), "$.in");
  EXPECT_TRUE(state.output_path.is_null);
  EXPECT_TRUE(state.parameters->Uses(expression::PathRoot::kInput));
  EXPECT_TRUE(state.result_selector.has_value());
  EXPECT_EQ(state.result_path.path.text(), "$.e[0]");
}

TEST(CompileTest, RetriersAndCatchersAreCompiledInTheirOrder) {
  const Compilation compilation = Compile(WithState(
      R"("Type": "Task", "Resource": "f", "End": true,
         "Retry": [{"ErrorEquals": ["A", "B"], "IntervalSeconds": 5, "MaxAttempts": 0,
                    "BackoffRate": 1.5, "MaxDelaySeconds": 9, "JitterStrategy": "FULL"},
                   {"ErrorEquals": ["States.ALL"]}],
         "Catch": [{"ErrorEquals": ["A"], "ResultPath": null, "Next": "T"},
                   {"ErrorEquals": ["States.ALL"], "ResultPath": "$.error", "Next": "U"}])"));
  const asl::State& state = FindState(compilation, "S");
  ASSERT_EQ(state.retriers.size(), 2U);
  EXPECT_THAT(state.retriers[0].error_equals, ElementsAre("A", "B"));
  EXPECT_EQ(state.retriers[0].interval, 5s);
  EXPECT_EQ(state.retriers[0].max_attempts, 0U);
  EXPECT_EQ(state.retriers[0].backoff_rate, 1.5);
  EXPECT_EQ(state.retriers[0].max_delay, 9s);
  EXPECT_TRUE(state.retriers[0].has_full_jitter);
  ASSERT_EQ(state.catchers.size(), 2U);
  EXPECT_TRUE(state.catchers[0].result_path.is_null);
  EXPECT_EQ(compilation.machine->states[state.catchers[1].next].name, "U");
  EXPECT_EQ(state.catchers[1].result_path.path.text(), "$.error");
}

TEST(CompileTest, TheResultOfAPassKeepsItsNumbersAndOrder) {
  const Compilation compilation = Compile(
      WithState(R"("Type": "Pass", "Result": {"b": 1.50, "a": [null, "é\n"]}, "End": true)"));
  const auto& pass = std::get<asl::PassState>(FindState(compilation, "S").details);
  EXPECT_EQ(pass.result->view(), "{\"b\":1.50,\"a\":[null,\"é\\n\"]}");
}

TEST(CompileTest, WaitsKeepTheirOneForm) {
  const auto until = [](std::string_view field) {
    const Compilation compilation =
        Compile(WithState("\"Type\": \"Wait\", \"End\": true, " + std::string(field)));
    return std::get<asl::WaitState>(FindState(compilation, "S").details).until;
  };
  EXPECT_EQ(std::get<Duration>(until(R"("Seconds": 0)")), 0s);
  EXPECT_EQ(std::get<Timestamp>(until(R"("Timestamp": "1970-01-01T00:01:00+00:00")")),
            Timestamp(60s));
  EXPECT_EQ(std::get<asl::SecondsPath>(until(R"("SecondsPath": "$.s")")).path.text(), "$.s");
  EXPECT_EQ(std::get<asl::TimestampPath>(until(R"("TimestampPath": "$$.Execution.StartTime")"))
                .path.text(),
            "$$.Execution.StartTime");
}

TEST(CompileTest, FailTakesItsErrorAndCauseFromTextsOrPaths) {
  const Compilation compilation =
      Compile(WithState(R"("Type": "Fail", "Error": "E", "CausePath": "$.cause")"));
  const auto& fail = std::get<asl::FailState>(FindState(compilation, "S").details);
  EXPECT_EQ(fail.error, "E");
  EXPECT_FALSE(fail.cause.has_value());
  EXPECT_EQ(std::get<expression::Path>(*fail.cause_path).text(), "$.cause");
}

TEST(CompileTest, TaskTimesAreNumbersOrPaths) {
  const Compilation compilation =
      Compile(WithState(R"("Type": "Task", "Resource": "f", "End": true, "TimeoutSeconds": 30,
                   "HeartbeatSecondsPath": "$.beat")"));
  const auto& task = std::get<asl::TaskState>(FindState(compilation, "S").details);
  EXPECT_EQ(std::get<std::int64_t>(*task.timeout_seconds), 30);
  EXPECT_EQ(std::get<expression::Path>(*task.heartbeat_seconds).text(), "$.beat");
}

TEST(CompileTest, TasksNameTheirFunctionByNameByArnOrInTheirParameters) {
  const auto task = [](std::string_view members) {
    const Compilation compilation =
        Compile(WithState("\"Type\": \"Task\", \"End\": true, " + std::string(members)));
    return std::get<asl::TaskState>(FindState(compilation, "S").details);
  };
  EXPECT_EQ(task(R"("Resource": "load.items")").function_name, "load.items");
  const asl::TaskState by_arn =
      task(R"("Resource": "arn:aws:lambda:eu-west-1:123456789012:function:load:$LATEST")");
  EXPECT_EQ(by_arn.function_name, "load");
  EXPECT_EQ(by_arn.qualifier, "$LATEST");
  EXPECT_EQ(by_arn.integration, asl::TaskState::Integration::kLambdaFunction);
  const asl::TaskState invoke = task(R"("Resource": "arn:aws:states:::lambda:invoke",
                                        "Parameters": {"FunctionName": "load", "Payload.$": "$"})");
  EXPECT_EQ(invoke.integration, asl::TaskState::Integration::kLambdaInvoke);
  EXPECT_EQ(invoke.resource, "arn:aws:states:::lambda:invoke");
}

TEST(CompileTest, MapsTakeItemSelectorOrItsOlderName) {
  for (const std::string field : {"ItemSelector", "Parameters"}) {
    const Compilation compilation = Compile(WithState(
        "\"Type\": \"Map\", \"End\": true, \"ItemsPath\": \"$.items\", \"MaxConcurrency\": 7, \"" +
        field +
        R"(": {"v.$": "$$.Map.Item.Value"},
           "Iterator": {"StartAt": "I", "States": {"I": {"Type": "Succeed"}}})"));
    const asl::State& state = FindState(compilation, "S");
    const auto& map = std::get<asl::MapState>(state.details);
    EXPECT_TRUE(std::get<expression::PayloadTemplate>(*map.item_selector)
                    .Uses(expression::PathRoot::kContext))
        << field;
    EXPECT_FALSE(state.parameters.has_value()) << field;
    EXPECT_EQ(map.items_path.text(), "$.items");
    EXPECT_EQ(std::get<std::int64_t>(map.max_concurrency), 7);
  }
}

TEST(CompileTest, AMachineWithAnyErrorIsNotGiven) {
  const Compilation compilation = Compile(WithState(R"("Type": "Pass", "Nxt": "T")"));
  EXPECT_EQ(compilation.machine, nullptr);
  EXPECT_FALSE(compilation.diagnostics.empty());
}

TEST(CompileTest, WarningsLeaveTheMachineUsable) {
  const Compilation compilation =
      Compile(WithState(R"("Type": "Pass", "Parameters": {"a": "$.b"}, "End": true)"));
  EXPECT_TRUE(compilation.ok());
  EXPECT_THAT(compilation.diagnostics, ElementsAre(Problem("NO_DOLLAR", "/States/S/Parameters/a")));
  EXPECT_EQ(compilation.diagnostics[0].severity, asl::Severity::kWarning);
}

TEST(CompileTest, AllProblemsAreToldInTheOrderOfTheSource) {
  const Compilation compilation = Compile(R"({
  "StartAt": "Nowhere",
  "States": {
    "A": {"Type": "Pass", "Next": "B", "Typo": 1},
    "C": {"Type": "Wait", "Seconds": -1, "End": true}
  }
})");
  EXPECT_THAT(compilation.diagnostics,
              ElementsAre(Problem("MISSING_TRANSITION_TARGET", "/StartAt"),
                          Problem("MISSING_TRANSITION_TARGET", "/States/A/Next"),
                          Problem("SCHEMA_VALIDATION_FAILED", "/States/A/Typo"),
                          Problem("SCHEMA_VALIDATION_FAILED", "/States/C/Seconds")));
}

TEST(CompileTest, ProblemsStandAtTheValueAndUnknownFieldsAtTheirName) {
  const auto diagnostics = Diagnose(
      "{\n  \"StartAt\": \"A\",\n  \"States\": {\"A\": {\"Type\": "
      "\"Pass\", \"Ende\": true, \"End\":\n 1}}\n}");
  ASSERT_EQ(diagnostics.size(), 2U);
  EXPECT_EQ(diagnostics[0].line, 3U);
  EXPECT_EQ(diagnostics[0].column, 36U);
  EXPECT_EQ(diagnostics[1].line, 4U);
  EXPECT_EQ(diagnostics[1].column, 2U);
}

TEST(CompileTest, PointersEscapeSlashesAndTildes) {
  const auto diagnostics =
      Diagnose(R"({"StartAt": "a/b~c", "States": {"a/b~c": {"Type": "Pass"}}})");
  EXPECT_THAT(diagnostics, ElementsAre(Problem("SCHEMA_VALIDATION_FAILED", "/States/a~1b~0c")));
}

TEST(CompileTest, ADefinitionOverTheLimitIsRefusedUnread) {
  const Compilation compilation = Compile(std::string(101, ' '), 100);
  EXPECT_THAT(compilation.diagnostics, ElementsAre(Problem("DEFINITION_TOO_LARGE", "")));
}

TEST(CompileTest, TextThatIsNoUtf8IsRefusedWhereItBegins) {
  for (const std::string bad :
       {"\x80", "\xC0\xAF", "\xED\xA0\x80", "\xF5\x80\x80\x80", "\xE2\x82"}) {
    const auto diagnostics = Diagnose("{\n \"a" + bad + "\": 1}");
    ASSERT_THAT(diagnostics, ElementsAre(Problem("INVALID_UTF8", "")));
    EXPECT_EQ(diagnostics[0].line, 2U);
    EXPECT_EQ(diagnostics[0].column, 4U);
  }
}

TEST(CompileTest, AByteOrderMarkIsSkipped) {
  EXPECT_TRUE(
      Compile("\xEF\xBB\xBF{\"StartAt\": \"A\", \"States\": {\"A\": {\"Type\": \"Succeed\"}}}")
          .ok());
}

TEST(CompileTest, TheListOfProblemsIsBoundedAndSaysSo) {
  std::string states;
  for (int i = 0; i < 5000; ++i) {
    states += (i == 0 ? "\"" : ", \"") + std::to_string(i) + "\": 1";
  }
  const auto diagnostics = Diagnose("{\"StartAt\": \"0\", \"States\": {" + states + "}}");
  EXPECT_EQ(diagnostics.size(), 1000U);
  EXPECT_THAT(diagnostics, ::testing::Contains(Problem("TOO_MANY_PROBLEMS", "")));
}

TEST(CompileTest, EveryTextOfTheExamplesIsCompiledTheSameFromYaml) {
  const Compilation compilation = Compile(R"(
Comment: nested
StartAt: First
TimeoutSeconds: 60
States:
  First:
    Type: Parallel
    Next: Last
    Branches:
      - StartAt: B0b
        States:
          B0a: {Type: Pass, End: true}
          B0b:
            Type: Pass
            Next: B0a
      - StartAt: B1
        States:
          B1:
            Type: Succeed
  Last:
    Type: Map
    End: true
    ItemProcessor:
      StartAt: Item
      States:
        Item: {Type: Pass, End: true}
)");
  const Compilation json = Compile(kNested);
  ASSERT_TRUE(compilation.ok()) << ::testing::PrintToString(compilation.diagnostics);
  ASSERT_EQ(compilation.machine->states.size(), json.machine->states.size());
  for (std::size_t i = 0; i < json.machine->states.size(); ++i) {
    EXPECT_EQ(compilation.machine->states[i].name, json.machine->states[i].name);
    EXPECT_EQ(compilation.machine->states[i].next, json.machine->states[i].next);
  }
  EXPECT_EQ(compilation.machine->timeout, json.machine->timeout);
}

}  // namespace
}  // namespace pawl::test
