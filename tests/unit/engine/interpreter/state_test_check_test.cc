// What TestState refuses. Quoted texts are recorded.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/engine/interpreter/state_test_harness.h"

namespace pawl::interpreter {
namespace {

using test::TestedStateHarness;
using ::testing::HasSubstr;

constexpr std::string_view kTask = R"({"Type":"Task","Resource":"f","End":true})";
constexpr std::string_view kInlineMap = R"({"Type":"Map","End":true,
    "ItemProcessor":{"StartAt":"I","States":{"I":{"Type":"Pass","End":true}}}})";

TEST(StateTestCheckTest, AMockIsAResultOrAnError) {
  TestedStateHarness task(kTask);
  task.MockResult("1");
  task.test.mock->error_output = MockError{.error = "E"};
  EXPECT_EQ(task.Check().message(),
            "A test mock should have only one of the following fields: [result, errorOutput].");
  task.test.mock = StateMock{};
  EXPECT_FALSE(task.Check().ok());
}

TEST(StateTestCheckTest, OnlyStatesThatWorkCanBeMocked) {
  TestedStateHarness pass(R"({"Type":"Pass","End":true})");
  pass.MockResult("1");
  EXPECT_EQ(pass.Check().message(), "State type 'Pass' is not supported when a mock is specified");
}

TEST(StateTestCheckTest, AMapNeedsAMock) {
  const Status status = TestedStateHarness(kInlineMap).Check();
  EXPECT_EQ(status.reason(), kInvalidDefinition);
  EXPECT_EQ(status.message(),
            "TestState API does not support Map or Parallel states. Supported state types "
            "include: [Task, Wait, Pass, Succeed, Fail, Choice]");
}

TEST(StateTestCheckTest, WhatGoesWithAMockNeedsOne) {
  TestedStateHarness map(kInlineMap);
  map.test.map_iteration_failure_count = 0;
  EXPECT_EQ(map.Check().message(),
            "TestState does not support MapIterationFailureCount when a mock is not specified.");
  TestedStateHarness task(kTask);
  task.test.retrier_retry_count = 1;
  EXPECT_FALSE(task.Check().ok());
  task.test.retrier_retry_count.reset();
  task.test.context = Bytes("{}");
  EXPECT_EQ(task.Check().field(), "context");
}

TEST(StateTestCheckTest, WhatTheEngineDoesNotCallNeedsAMock) {
  for (const char* resource : {"arn:aws:states:::s3:getObject",
                               "arn:aws:states:::lambda:invoke.waitForTaskToken",
                               "arn:aws:states:us-east-1:123456789012:activity:a"}) {
    TestedStateHarness task(std::string(R"({"Type":"Task","End":true,"Resource":")") + resource +
                            R"(","Parameters":{"FunctionName":"f"}})");
    EXPECT_THAT(task.Check().message(), HasSubstr(resource));
    task.MockResult("{}");
    EXPECT_TRUE(task.Check().ok()) << resource;
  }
}

TEST(StateTestCheckTest, TheMockOfAMapHasAnItemForEachIteration) {
  TestedStateHarness map(kInlineMap);
  map.MockResult("{}");
  EXPECT_EQ(map.Check().message(), "Mocked result must be an array.");
  map.MockResult("[1]");
  map.test.map_iteration_failure_count = 2;
  EXPECT_EQ(
      map.Check().message(),
      "Map iteration failure count must be less than or equal to the number of Map iterations");
}

TEST(StateTestCheckTest, AMapThatWritesItsResultsGivesAnObject) {
  TestedStateHarness map(R"({"Type":"Map","End":true,
      "ResultWriter":{"Resource":"arn:aws:states:::s3:putObject","Parameters":{"Bucket":"b"}},
      "ItemProcessor":{"ProcessorConfig":{"Mode":"DISTRIBUTED","ExecutionType":"STANDARD"},
        "StartAt":"I","States":{"I":{"Type":"Pass","End":true}}}})");
  map.MockResult("[]");
  EXPECT_EQ(map.Check().message(), "Mocked result must be a JSON object.");
  map.MockResult("{}");
  EXPECT_TRUE(map.Check().ok());
}

TEST(StateTestCheckTest, TheMockOfAParallelHasAnItemForEachBranch) {
  TestedStateHarness parallel(R"({"Type":"Parallel","End":true,"Branches":[
      {"StartAt":"A","States":{"A":{"Type":"Pass","End":true}}},
      {"StartAt":"B","States":{"B":{"Type":"Pass","End":true}}}]})");
  parallel.MockResult("[1]");
  EXPECT_EQ(parallel.Check().message(),
            "Mocked result must contain the same number of items as number of Parallel branches.");
}

TEST(StateTestCheckTest, AMockThatIsNoJsonIsRefused) {
  TestedStateHarness task(kTask);
  task.MockResult("{");
  EXPECT_EQ(task.Check().field(), "mock.result");
}

TEST(StateTestCheckTest, AMockedErrorIsUtf8) {
  TestedStateHarness task(kTask);
  task.test.mock = StateMock{.error_output = MockError{.error = "E\xFE", .cause = "c"}};
  EXPECT_EQ(task.Check().field(), "mock.error_output.error");
  task.test.mock->error_output = MockError{.error = "E", .cause = "\xED\xA0\x80"};
  EXPECT_EQ(task.Check().field(), "mock.error_output.cause");
  task.test.mock->error_output = MockError{.error = "\xC3\x89", .cause = "\xE2\x82\xAC"};
  EXPECT_TRUE(task.Check().ok());
}

TEST(StateTestCheckTest, TheContextObjectHasKnownMembersOnly) {
  const auto message = [](const char* context) {
    TestedStateHarness task(kTask);
    task.MockResult("1");
    task.test.context = Bytes(context);
    return task.Check().message();
  };
  const std::string prefix = "Invalid Context object provided: ";
  EXPECT_EQ(message(R"({"Execution":{"pokemon":"squirtle"}})"),
            prefix + "Field 'pokemon' is not allowed");
  EXPECT_EQ(message(R"({"Execution":{"Id":1}})"), prefix + "Execution.Id must be a string");
  EXPECT_EQ(message(R"({"Pokedex":{}})"), prefix + "Field 'Pokedex' is not allowed");
  EXPECT_EQ(message(R"({"Map":{}})"),
            prefix + "'Map' field is not supported when mocking a Context object");
  EXPECT_EQ(message(R"({"Execution":[]})"), prefix + "Execution must be an object");
  EXPECT_EQ(message("[]"), prefix + "it must be an object, found array");
  EXPECT_THAT(message("{"), HasSubstr("it is not JSON"));
}

TEST(StateTestCheckTest, InputAndVariablesAreJson) {
  TestedStateHarness task(kTask);
  task.test.input = Bytes("{");
  EXPECT_EQ(task.Check().field(), "input");
  task.test.input = Bytes("1");
  task.test.variables = Bytes("[]");
  EXPECT_EQ(task.Check().field(), "variables");
}

TEST(StateTestCheckTest, AnErrorComesFromAStateInside) {
  TestedStateHarness map(kInlineMap);
  map.MockError("E", "c");
  map.test.error_caused_by_state = "I";
  EXPECT_TRUE(map.Check().ok());
  map.test.error_caused_by_state = "StateName";
  EXPECT_EQ(map.Check().field(), "error_caused_by_state");
}

TEST(StateTestCheckTest, OnlyAMapHasIterationsAndAnItemReader) {
  TestedStateHarness task(kTask);
  task.MockResult("1");
  task.test.map_iteration_failure_count = 0;
  EXPECT_FALSE(task.Check().ok());
  TestedStateHarness map(kInlineMap);
  map.MockResult("[]");
  map.test.map_item_reader_data = Bytes("[]");
  EXPECT_EQ(map.Check().field(), "map_item_reader_data");
}

}  // namespace
}  // namespace pawl::interpreter
