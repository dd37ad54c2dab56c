// A server on a real engine in memory, and a client of it over a real in-process channel: for calls
// whose meaning is the engine's.
#pragma once

#include <grpcpp/channel.h>
#include <grpcpp/client_context.h>
#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <utility>

#include "engine/platform/clock.h"
#include "engine/runtime/engine.h"
#include "pawl/v1/workflow_service.grpc.pb.h"
#include "server/rpc_server.h"
#include "server/rpc_status.h"

namespace pawl::test {

class EngineServerTest : public testing::Test {
 protected:
  using Stub = v1::WorkflowService::Stub;

  EngineServerTest() {
    auto engine = Engine::Open({});
    engine_ = std::move(engine).value();
    server::RpcServerOptions options;
    options.address = "";
    auto started = server::RpcServer::Start(*engine_, clock_, std::move(options));
    server_ = std::move(started).value();
    stub_ = v1::WorkflowService::NewStub(server_->InProcessChannel());
  }

  ~EngineServerTest() override { server_->Stop(std::chrono::milliseconds(0)); }

  // Calls an rpc; the response is in `response`.
  template <typename Rpc, typename Request, typename Response>
  Status Call(Rpc rpc, const Request& request, Response& response) {
    grpc::ClientContext context;
    return server::FromGrpcStatus(((*stub_).*rpc)(&context, request, &response));
  }

  platform::SystemClock clock_;
  std::unique_ptr<Engine> engine_;
  std::unique_ptr<server::RpcServer> server_;
  std::unique_ptr<Stub> stub_;
};

}  // namespace pawl::test
