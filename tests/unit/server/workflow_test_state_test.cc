// TestState over a real channel, on a real engine in memory.
#include <gmock/gmock.h>
#include <grpcpp/channel.h>
#include <grpcpp/client_context.h>
#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <string>

#include "engine/platform/clock.h"
#include "engine/runtime/engine.h"
#include "pawl/v1/workflow_service.grpc.pb.h"
#include "server/rpc_server.h"
#include "server/rpc_status.h"

namespace pawl::test {
namespace {

using ::testing::HasSubstr;

class WorkflowTestStateTest : public ::testing::Test {
 protected:
  WorkflowTestStateTest() {
    // Nobody serves a function here: tests that call one wait.
    auto engine = Engine::Open({.function_grace = std::chrono::hours(1)});
    engine_ = std::move(engine).value();
    server::RpcServerOptions options;
    options.address = "";
    auto started = server::RpcServer::Start(*engine_, clock_, std::move(options));
    server_ = std::move(started).value();
    stub_ = v1::WorkflowService::NewStub(server_->InProcessChannel());
  }

  ~WorkflowTestStateTest() override { server_->Stop(std::chrono::milliseconds(0)); }

  Status Call(const v1::TestStateRequest& request,
              std::chrono::milliseconds patience = std::chrono::seconds(30)) {
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + patience);
    return server::FromGrpcStatus(stub_->TestState(&context, request, &response_));
  }

  platform::SystemClock clock_;
  std::unique_ptr<Engine> engine_;
  std::unique_ptr<server::RpcServer> server_;
  std::unique_ptr<v1::WorkflowService::Stub> stub_;
  v1::TestStateResponse response_;
};

TEST_F(WorkflowTestStateTest, AStateTellsItsEndAndItsSteps) {
  v1::TestStateRequest request;
  request.set_definition(R"({"Type":"Pass","QueryLanguage":"JSONata","Next":"N",
      "Assign":{"b":2},"Output":"{% $a %}"})");
  request.set_input("[1]");
  request.set_variables(R"({"a":1})");
  ASSERT_TRUE(Call(request).ok());
  EXPECT_EQ(response_.status(), v1::STATE_TEST_STATUS_SUCCEEDED);
  EXPECT_EQ(response_.output(), "1");
  EXPECT_EQ(response_.next_state(), "N");
  EXPECT_FALSE(response_.has_error());
  EXPECT_EQ(response_.inspection().input(), "[1]");
  EXPECT_FALSE(response_.inspection().has_after_input_path());
  EXPECT_EQ(response_.inspection().variables().at("b"), "2");
}

TEST_F(WorkflowTestStateTest, AMockedErrorIsRetriable) {
  v1::TestStateRequest request;
  request.set_definition(R"({"Type":"Task","Resource":"f","End":true,
      "Retry":[{"ErrorEquals":["E"],"IntervalSeconds":3}]})");
  request.mutable_mock()->mutable_error_output()->set_error("E");
  request.mutable_mock()->mutable_error_output()->set_cause("c");
  request.set_retrier_retry_count(1);
  ASSERT_TRUE(Call(request).ok());
  EXPECT_EQ(response_.status(), v1::STATE_TEST_STATUS_RETRIABLE);
  EXPECT_EQ(response_.cause(), "c");
  EXPECT_EQ(response_.inspection().retry_index(), 0U);
  EXPECT_EQ(response_.inspection().retry_backoff().seconds(), 6);
}

TEST_F(WorkflowTestStateTest, AMockIsHeldAgainstTheService) {
  v1::TestStateRequest request;
  request.set_definition(
      R"({"Type":"Task","Resource":"arn:aws:states:::states:startExecution","End":true})");
  request.mutable_mock()->set_result("{}");
  EXPECT_EQ(Call(request).field(), "mock.result");
  request.mutable_mock()->set_validation(v1::MOCK_VALIDATION_PRESENT);
  EXPECT_TRUE(Call(request).ok());
  request.mutable_mock()->set_validation(static_cast<v1::MockValidation>(9));
  EXPECT_EQ(Call(request).field(), "mock.validation");
}

TEST_F(WorkflowTestStateTest, AWrongDefinitionIsNamed) {
  v1::TestStateRequest request;
  EXPECT_EQ(Call(request).field(), "definition");
  request.set_definition(R"({"Type":"Nothing"})");
  const Status status = Call(request);
  EXPECT_EQ(status.code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(status.reason(), "InvalidDefinition");
  EXPECT_THAT(status.message(), HasSubstr("/States/StateName/Type"));
}

TEST_F(WorkflowTestStateTest, ACallerMayLeaveAndSoMayTheServer) {
  v1::TestStateRequest request;
  request.set_definition(R"({"Type":"Task","Resource":"f","End":true})");
  EXPECT_EQ(Call(request, std::chrono::milliseconds(50)).code(), StatusCode::kDeadlineExceeded);
  // The test still waits for its function; the fixture stops the server around it.
  EXPECT_EQ(engine_->Statistics().queued_tasks, 1U);
}

}  // namespace
}  // namespace pawl::test
