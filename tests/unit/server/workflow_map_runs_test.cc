// Map runs over a real channel, on a real engine in memory.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "engine_server_fixture.h"

namespace pawl::test {
namespace {

using ::testing::HasSubstr;

// Two distributed Maps, one after the other, over the input.
constexpr char kTwoMaps[] = R"({"StartAt":"A","States":{
    "A":{"Type":"Map","Label":"first","MaxConcurrency":2,"ToleratedFailurePercentage":50,
      "Next":"B","ItemProcessor":{
        "ProcessorConfig":{"Mode":"DISTRIBUTED","ExecutionType":"STANDARD"},
        "StartAt":"P","States":{"P":{"Type":"Pass","End":true}}}},
    "B":{"Type":"Map","Label":"second","End":true,"ItemProcessor":{
        "ProcessorConfig":{"Mode":"DISTRIBUTED","ExecutionType":"STANDARD"},
        "StartAt":"Q","States":{"Q":{"Type":"Pass","End":true}}}}}})";

class WorkflowMapRunsTest : public EngineServerTest {
 protected:
  ExecutionName RunTwoMaps(const std::string& name = "x") {
    EXPECT_TRUE(engine_->Deploy({.name = "m", .definition = kTwoMaps}).ok());
    EXPECT_TRUE(
        engine_->StartExecutionAndWait({.state_machine = "m", .name = name, .input = "[1,2,3]"})
            .ok());
    const ExecutionName execution{.namespace_id = {}, .state_machine = "m", .name = name};
    EXPECT_TRUE(engine_->WaitForExecution(execution, std::chrono::seconds(10)).ok());
    return execution;
  }

  static v1::ListMapRunsRequest RunsOf(const ExecutionName& execution) {
    v1::ListMapRunsRequest request;
    request.set_state_machine(execution.state_machine);
    request.set_execution(execution.name);
    return request;
  }

  v1::ListMapRunsResponse List(const v1::ListMapRunsRequest& request) {
    v1::ListMapRunsResponse response;
    const Status status = Call(&Stub::ListMapRuns, request, response);
    EXPECT_TRUE(status.ok()) << status.ToString();
    return response;
  }

  v1::ListExecutionsResponse ListExecutionsOf(const std::string& map_run) {
    v1::ListExecutionsRequest request;
    request.set_map_run(map_run);
    v1::ListExecutionsResponse response;
    const Status status = Call(&Stub::ListExecutions, request, response);
    EXPECT_TRUE(status.ok()) << status.ToString();
    return response;
  }
};

TEST_F(WorkflowMapRunsTest, TheRunsOfAnExecutionAreListedNewestFirst) {
  const v1::ListMapRunsResponse list = List(RunsOf(RunTwoMaps()));
  ASSERT_EQ(list.map_runs_size(), 2);
  EXPECT_THAT(list.map_runs(0).arn(), HasSubstr(":mapRun:m/second:"));
  EXPECT_THAT(list.map_runs(1).arn(), HasSubstr(":mapRun:m/first:"));
  EXPECT_EQ(list.next_page_token(), "");
}

TEST_F(WorkflowMapRunsTest, ARunIsDescribedCompletely) {
  v1::DescribeMapRunRequest request;
  request.set_map_run(List(RunsOf(RunTwoMaps())).map_runs(1).arn());
  v1::DescribeMapRunResponse response;
  ASSERT_TRUE(Call(&Stub::DescribeMapRun, request, response).ok());
  const v1::MapRun& run = response.map_run();
  EXPECT_EQ(run.arn(), request.map_run());
  EXPECT_EQ(run.state_machine(), "m");
  EXPECT_EQ(run.execution(), "x");
  EXPECT_THAT(run.execution_arn(), HasSubstr(":execution:m:x"));
  EXPECT_THAT(run.state_machine_arn(), HasSubstr(":stateMachine:m/first"));
  EXPECT_EQ(run.status(), v1::MAP_RUN_STATUS_SUCCEEDED);
  EXPECT_TRUE(run.has_start_time());
  EXPECT_TRUE(run.has_stop_time());
  EXPECT_EQ(run.max_concurrency(), 2U);
  EXPECT_EQ(run.tolerated_failure_percentage(), 50);
  EXPECT_EQ(run.items().succeeded(), 3U);
  EXPECT_EQ(run.items().total(), 3U);
  EXPECT_EQ(run.executions().succeeded(), 3U);
}

TEST_F(WorkflowMapRunsTest, PageTokensGoOnWithTheSameExecutionAlone) {
  v1::ListMapRunsRequest request = RunsOf(RunTwoMaps());
  request.set_page_size(1);
  const v1::ListMapRunsResponse first = List(request);
  ASSERT_EQ(first.map_runs_size(), 1);
  request.set_page_token(first.next_page_token());
  const v1::ListMapRunsResponse second = List(request);
  ASSERT_EQ(second.map_runs_size(), 1);
  EXPECT_THAT(second.map_runs(0).arn(), HasSubstr(":mapRun:m/first:"));
  EXPECT_EQ(second.next_page_token(), "");

  RunTwoMaps("y");
  request.set_execution("y");
  v1::ListMapRunsResponse response;
  EXPECT_EQ(Call(&Stub::ListMapRuns, request, response).field(), "page_token");
}

TEST_F(WorkflowMapRunsTest, TheExecutionsOfARunAreListedAndDescribed) {
  const std::string run = List(RunsOf(RunTwoMaps())).map_runs(1).arn();
  const v1::ListExecutionsResponse list = ListExecutionsOf(run);
  ASSERT_EQ(list.executions_size(), 3);
  EXPECT_EQ(list.executions(0).state_machine(), "m/first");
  EXPECT_THAT(list.executions(0).arn(), HasSubstr(":execution:m/first:"));
  v1::DescribeExecutionRequest request;
  request.set_state_machine(list.executions(0).state_machine());
  request.set_execution(list.executions(0).name());
  v1::DescribeExecutionResponse response;
  ASSERT_TRUE(Call(&Stub::DescribeExecution, request, response).ok());
  EXPECT_EQ(response.execution().arn(), list.executions(0).arn());
  EXPECT_THAT(response.execution().output(), testing::AnyOf("1", "2", "3"));
}

TEST_F(WorkflowMapRunsTest, WhatIsWrongIsNamed) {
  RunTwoMaps();
  v1::DescribeMapRunRequest describe;
  v1::DescribeMapRunResponse run;
  EXPECT_EQ(Call(&Stub::DescribeMapRun, describe, run).field(), "map_run");
  describe.set_map_run("m/first:unknown");
  EXPECT_EQ(Call(&Stub::DescribeMapRun, describe, run).reason(), "ResourceNotFound");
  describe.set_map_run("arn:aws:states:us-east-1:123456789012:execution:m:x");
  EXPECT_EQ(Call(&Stub::DescribeMapRun, describe, run).reason(), "InvalidArn");

  v1::ListMapRunsRequest list;
  v1::ListMapRunsResponse runs;
  list.set_state_machine("m");
  EXPECT_EQ(Call(&Stub::ListMapRuns, list, runs).field(), "execution");
  list.set_execution("unknown");
  EXPECT_EQ(Call(&Stub::ListMapRuns, list, runs).code(), StatusCode::kNotFound);
  list.set_page_size(-1);
  EXPECT_EQ(Call(&Stub::ListMapRuns, list, runs).field(), "page_size");

  v1::ListExecutionsRequest executions;
  v1::ListExecutionsResponse listed;
  executions.set_map_run("m/first:unknown");
  EXPECT_EQ(Call(&Stub::ListExecutions, executions, listed).reason(), "ResourceNotFound");
  executions.set_state_machine("m");
  EXPECT_EQ(Call(&Stub::ListExecutions, executions, listed).field(), "map_run");
}

TEST_F(WorkflowMapRunsTest, RunsThatAreOverTakeNoOtherBounds) {
  v1::UpdateMapRunRequest request;
  request.set_map_run(List(RunsOf(RunTwoMaps())).map_runs(0).arn());
  request.set_max_concurrency(9);
  v1::UpdateMapRunResponse response;
  ASSERT_TRUE(Call(&Stub::UpdateMapRun, request, response).ok());
  EXPECT_FALSE(response.running());
  request.set_tolerated_failure_percentage(-1);
  EXPECT_EQ(Call(&Stub::UpdateMapRun, request, response).field(), "tolerated_failure_percentage");
  EXPECT_EQ(Call(&Stub::UpdateMapRun, v1::UpdateMapRunRequest(), response).field(), "map_run");
}

TEST_F(WorkflowMapRunsTest, WhatSucceededIsNotRedriven) {
  v1::RedriveExecutionRequest request;
  request.set_state_machine("m");
  request.set_execution(RunTwoMaps().name);
  v1::RedriveExecutionResponse response;
  EXPECT_EQ(Call(&Stub::RedriveExecution, request, response).reason(), "ExecutionNotRedrivable");
  request.set_client_token(std::string(65, 't'));
  EXPECT_EQ(Call(&Stub::RedriveExecution, request, response).field(), "client_token");
  request.clear_client_token();
  request.set_execution("unknown");
  EXPECT_EQ(Call(&Stub::RedriveExecution, request, response).code(), StatusCode::kNotFound);
}

}  // namespace
}  // namespace pawl::test
