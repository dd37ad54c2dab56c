// Activities and task tokens over a real channel, on a real engine in memory.
#include <gtest/gtest.h>

#include <string>
#include <thread>

#include "engine_server_fixture.h"

namespace pawl::test {
namespace {

constexpr char kActivity[] = R"({"StartAt":"T","States":{"T":{"Type":"Task",
    "Resource":"arn:aws:states:us-east-1:123456789012:activity:manual","End":true}}})";

class WorkflowTasksTest : public EngineServerTest {
 protected:
  void CreateManual() {
    v1::CreateActivityRequest request;
    request.set_name("manual");
    v1::CreateActivityResponse response;
    ASSERT_TRUE(Call(&Stub::CreateActivity, request, response).ok());
    EXPECT_EQ(response.activity().arn(), "arn:aws:states:us-east-1:123456789012:activity:manual");
  }

  // Starts an execution that waits for the activity.
  ExecutionName StartOne() {
    EXPECT_TRUE(engine_->Deploy({.name = "m", .definition = kActivity}).ok());
    return engine_->StartExecutionAndWait({.state_machine = "m", .input = "[1]"})->name;
  }

  v1::GetActivityTaskResponse Take(int wait_seconds) {
    v1::GetActivityTaskRequest request;
    request.set_activity("manual");
    request.set_worker("w");
    request.mutable_wait()->set_seconds(wait_seconds);
    v1::GetActivityTaskResponse response;
    EXPECT_TRUE(Call(&Stub::GetActivityTask, request, response).ok());
    return response;
  }
};

TEST_F(WorkflowTasksTest, ATaskIsTakenKeptAliveAndEnded) {
  CreateManual();
  const ExecutionName name = StartOne();
  const v1::GetActivityTaskResponse task = Take(60);
  EXPECT_EQ(task.input(), "[1]");
  v1::SendTaskHeartbeatRequest heartbeat;
  heartbeat.set_task_token(task.task_token());
  v1::SendTaskHeartbeatResponse alive;
  EXPECT_TRUE(Call(&Stub::SendTaskHeartbeat, heartbeat, alive).ok());
  v1::SendTaskSuccessRequest success;
  success.set_task_token(task.task_token());
  success.set_output("2");
  v1::SendTaskSuccessResponse ended;
  EXPECT_TRUE(Call(&Stub::SendTaskSuccess, success, ended).ok());
  EXPECT_EQ(engine_->WaitForExecution(name, std::chrono::seconds(10))->output.view(), "2");
  const Status again = Call(&Stub::SendTaskSuccess, success, ended);
  EXPECT_EQ(again.code(), StatusCode::kNotFound);
  EXPECT_EQ(again.reason(), "TaskTimedOut");
}

TEST_F(WorkflowTasksTest, AFailureNamesItsErrorAndCause) {
  CreateManual();
  const ExecutionName name = StartOne();
  v1::SendTaskFailureRequest failure;
  failure.set_task_token(Take(60).task_token());
  failure.set_error("E");
  failure.set_cause("why");
  v1::SendTaskFailureResponse ended;
  EXPECT_TRUE(Call(&Stub::SendTaskFailure, failure, ended).ok());
  EXPECT_EQ(engine_->WaitForExecution(name, std::chrono::seconds(10))->cause, "why");
}

TEST_F(WorkflowTasksTest, AWaitWithoutATaskEndsWithoutAToken) {
  CreateManual();
  EXPECT_EQ(Take(0).task_token(), "");
}

TEST_F(WorkflowTasksTest, WhoLeavesTakesNoTask) {
  CreateManual();
  {
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + std::chrono::milliseconds(50));
    v1::GetActivityTaskRequest request;
    request.set_activity("manual");
    v1::GetActivityTaskResponse response;
    EXPECT_EQ(stub_->GetActivityTask(&context, request, &response).error_code(),
              grpc::StatusCode::DEADLINE_EXCEEDED);
  }
  // The server hears of it a little later than the client.
  while (engine_->Statistics().workers > 0)
    std::this_thread::yield();
  StartOne();
  EXPECT_NE(Take(60).task_token(), "");
}

TEST_F(WorkflowTasksTest, AnActivityIsDescribedListedAndDeleted) {
  CreateManual();
  v1::ListActivitiesResponse list;
  EXPECT_TRUE(Call(&Stub::ListActivities, v1::ListActivitiesRequest(), list).ok());
  ASSERT_EQ(list.activities_size(), 1);
  EXPECT_EQ(list.activities(0).name(), "manual");
  v1::DeleteActivityRequest deletion;
  deletion.set_name("manual");
  v1::DeleteActivityResponse deleted;
  EXPECT_TRUE(Call(&Stub::DeleteActivity, deletion, deleted).ok());
  v1::DescribeActivityRequest request;
  request.set_name("manual");
  v1::DescribeActivityResponse activity;
  EXPECT_EQ(Call(&Stub::DescribeActivity, request, activity).reason(), "ActivityDoesNotExist");
  v1::GetActivityTaskRequest take;
  take.set_activity("manual");
  v1::GetActivityTaskResponse task;
  EXPECT_EQ(Call(&Stub::GetActivityTask, take, task).code(), StatusCode::kNotFound);
}

TEST_F(WorkflowTasksTest, WhatIsWrongIsNamed) {
  v1::CreateActivityRequest request;
  request.set_name("no good");
  v1::CreateActivityResponse response;
  EXPECT_EQ(Call(&Stub::CreateActivity, request, response).field(), "name");
  v1::GetActivityTaskRequest take;
  take.mutable_wait()->set_seconds(61);
  v1::GetActivityTaskResponse task;
  EXPECT_EQ(Call(&Stub::GetActivityTask, take, task).field(), "wait");
  v1::SendTaskSuccessRequest success;
  success.set_task_token("made up");
  v1::SendTaskSuccessResponse ended;
  EXPECT_EQ(Call(&Stub::SendTaskSuccess, success, ended).reason(), "InvalidToken");
}

}  // namespace
}  // namespace pawl::test
