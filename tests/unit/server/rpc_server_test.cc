#include "server/rpc_server.h"

#include <google/protobuf/descriptor.h>
#include <grpcpp/create_channel.h>
#include <grpcpp/generic/generic_stub.h>

#include "server_fixture.h"

namespace pawl::test {
namespace {

using RpcServerTest = ServerTest;

Result<std::unique_ptr<server::RpcServer>> Listen(FakeEngine& engine,
                                                  ManualClock& clock,
                                                  std::string address) {
  server::RpcServerOptions options;
  options.address = std::move(address);
  return server::RpcServer::Start(engine, clock, std::move(options));
}

TEST_F(RpcServerTest, PortZeroPicksAFreePortAndSaysWhich) {
  const auto server = Listen(engine_, clock_, "127.0.0.1:0").value();
  EXPECT_THAT(server->address(), testing::MatchesRegex("127\\.0\\.0\\.1:[1-9][0-9]*"));
  const auto stub = v1::WorkflowService::NewStub(
      grpc::CreateChannel(server->address(), grpc::InsecureChannelCredentials()));
  grpc::ClientContext context;
  v1::DescribeServerResponse response;
  EXPECT_TRUE(stub->DescribeServer(&context, {}, &response).ok());
  EXPECT_EQ(response.executions_started(), 7U);
  EXPECT_FALSE(response.version().empty());
}

TEST_F(RpcServerTest, ATakenPortIsRefused) {
  const auto first = Listen(engine_, clock_, "127.0.0.1:0").value();
  const Status status = Listen(engine_, clock_, first->address()).status();
  EXPECT_EQ(status.code(), StatusCode::kUnavailable);
  EXPECT_THAT(status.message(), testing::HasSubstr("cannot listen on " + first->address()));
}

TEST_F(RpcServerTest, OnlyLoopbackIsServed) {
  EXPECT_EQ(Listen(engine_, clock_, "0.0.0.0:0").status().code(), StatusCode::kInvalidArgument);
}

// grpc.health.v1.Health/Check and the reflection service, called without their protos.
std::pair<Status, std::string> CallByName(
    const std::shared_ptr<grpc::Channel>& channel,
    const std::string& method,
    const std::string& request_bytes,
    std::chrono::milliseconds wait = std::chrono::minutes(1)) {
  grpc::GenericStub stub(channel);
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + wait);
  grpc::CompletionQueue queue;
  const grpc::Slice slice(request_bytes);
  const grpc::ByteBuffer request(&slice, 1);
  grpc::ByteBuffer response;
  grpc::Status status;
  auto call = stub.PrepareUnaryCall(&context, method, request, &queue);
  call->StartCall();
  call->Finish(&response, &status, nullptr);
  void* tag = nullptr;
  bool is_ok = false;
  queue.Next(&tag, &is_ok);
  grpc::Slice answer;
  if (status.ok()) static_cast<void>(response.DumpToSingleSlice(&answer));
  return {server::FromGrpcStatus(status),
          {reinterpret_cast<const char*>(answer.begin()), answer.size()}};
}

TEST_F(RpcServerTest, HealthIsServing) {
  const auto [status, response] =
      CallByName(server_->InProcessChannel(), "/grpc.health.v1.Health/Check", "");
  EXPECT_TRUE(status.ok()) << status.ToString();
  // HealthCheckResponse{status = SERVING}.
  EXPECT_EQ(response, std::string("\x08\x01"));
}

TEST_F(RpcServerTest, EveryMethodOfTheContractIsServed) {
  const auto& pool = *google::protobuf::DescriptorPool::generated_pool();
  for (const char* name :
       {"pawl.v1.FunctionService", "pawl.v1.WorkerService", "pawl.v1.WorkflowService"}) {
    const google::protobuf::ServiceDescriptor* service = pool.FindServiceByName(name);
    ASSERT_NE(service, nullptr) << name;
    for (int i = 0; i < service->method_count(); ++i) {
      const google::protobuf::MethodDescriptor& method = *service->method(i);
      // A stream that goes on is ended by the client's leaving.
      const std::chrono::milliseconds wait(method.client_streaming() ? 50 : 60'000);
      const Status status = CallByName(server_->InProcessChannel(),
                                       "/" + service->full_name() + "/" + method.name(),
                                       "",
                                       wait)
                                .first;
      EXPECT_THAT(status.message(), testing::Not(testing::StartsWith("there is no method")));
    }
  }
}

TEST_F(RpcServerTest, ReflectionListsTheServices) {
  const auto server = Listen(engine_, clock_, "127.0.0.1:0").value();
  const auto channel = grpc::CreateChannel(server->address(), grpc::InsecureChannelCredentials());
  grpc::GenericStub stub(channel);
  grpc::ClientContext context;
  grpc::CompletionQueue queue;
  auto call = stub.PrepareCall(
      &context, "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo", &queue);
  void* tag = nullptr;
  bool is_ok = false;
  call->StartCall(nullptr);
  queue.Next(&tag, &is_ok);
  // ServerReflectionRequest{list_services = "*"}.
  const grpc::Slice slice(std::string("\x3a\x01*"));
  call->Write(grpc::ByteBuffer(&slice, 1), nullptr);
  queue.Next(&tag, &is_ok);
  grpc::ByteBuffer response;
  call->Read(&response, nullptr);
  queue.Next(&tag, &is_ok);
  ASSERT_TRUE(is_ok);
  grpc::Slice answer;
  ASSERT_TRUE(response.DumpToSingleSlice(&answer).ok());
  const std::string bytes(reinterpret_cast<const char*>(answer.begin()), answer.size());
  EXPECT_THAT(bytes, testing::HasSubstr("pawl.v1.WorkflowService"));
  EXPECT_THAT(bytes, testing::HasSubstr("pawl.v1.WorkerService"));
  EXPECT_THAT(bytes, testing::HasSubstr("grpc.health.v1.Health"));
  context.TryCancel();
  grpc::Status status;
  call->Finish(&status, nullptr);
  queue.Next(&tag, &is_ok);
}

TEST_F(RpcServerTest, StoppingEndsOpenStreamsWithUnavailable) {
  // Over TCP: an in-process connection is cut as soon as its server stops.
  const auto server = Listen(engine_, clock_, "127.0.0.1:0").value();
  const auto channel = grpc::CreateChannel(server->address(), grpc::InsecureChannelCredentials());
  grpc::ClientContext watch_context;
  const auto watch = v1::WorkflowService::NewStub(channel)->WatchExecutions(&watch_context);
  grpc::ClientContext work_context;
  const auto work = v1::WorkerService::NewStub(channel)->Work(&work_context);
  v1::WorkRequest hello;
  hello.mutable_hello();
  work->Write(hello);
  v1::WorkResponse response;
  ASSERT_TRUE(work->Read(&response));
  ASSERT_TRUE(watch->Write({}));

  server->Stop(std::chrono::seconds(60));
  ASSERT_TRUE(work->Read(&response));
  EXPECT_TRUE(response.has_drain());
  EXPECT_EQ(work->Finish().error_code(), grpc::StatusCode::UNAVAILABLE);
  EXPECT_EQ(watch->Finish().error_code(), grpc::StatusCode::UNAVAILABLE);
}

}  // namespace
}  // namespace pawl::test
