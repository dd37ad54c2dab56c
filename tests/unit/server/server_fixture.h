// A server on a FakeEngine, and clients of it over a real in-process channel.
#pragma once

#include <gmock/gmock.h>
#include <grpcpp/channel.h>
#include <grpcpp/client_context.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "engine/base/mutex.h"
#include "fake_engine.h"
#include "pawl/v1/worker_service.grpc.pb.h"
#include "pawl/v1/workflow_service.grpc.pb.h"
#include "server/rpc_server.h"
#include "server/rpc_status.h"
#include "tests/support/manual_clock.h"

namespace pawl::test {

class ServerTest : public testing::Test {
 protected:
  ServerTest() {
    server::RpcServerOptions options;
    options.address = "";
    options.worker_log = [this](const server::WorkerLogLine& line) {
      const MutexLock lock(mutex_);
      log_.push_back(std::string(line.worker) + ": " + std::string(line.text));
      logged_.NotifyAll();
    };
    auto started = server::RpcServer::Start(engine_, clock_, std::move(options));
    server_ = std::move(started).value();
    workflows_ = v1::WorkflowService::NewStub(server_->InProcessChannel());
    workers_ = v1::WorkerService::NewStub(server_->InProcessChannel());
  }

  ~ServerTest() override { server_->Stop(std::chrono::milliseconds(0)); }

  // Calls an rpc; the response is in `response`.
  template <typename Rpc, typename Request, typename Response>
  Status Call(Rpc rpc, const Request& request, Response& response) {
    grpc::ClientContext context;
    return server::FromGrpcStatus(((*workflows_).*rpc)(&context, request, &response));
  }

  std::vector<std::string> WaitForLog(std::size_t lines) {
    const MutexLock lock(mutex_);
    while (log_.size() < lines)
      logged_.Wait(mutex_);
    return log_;
  }

  FakeEngine engine_;
  ManualClock clock_;
  std::unique_ptr<server::RpcServer> server_;
  std::unique_ptr<v1::WorkflowService::Stub> workflows_;
  std::unique_ptr<v1::WorkerService::Stub> workers_;

 private:
  Mutex mutex_;
  CondVar logged_;
  std::vector<std::string> log_ PAWL_GUARDED_BY(mutex_);
};

// A Status by its code and field.
MATCHER_P2(IsError, code, field, "") {
  *result_listener << arg.ToString() << ", field '" << arg.field() << "'";
  return arg.code() == code && arg.field() == field;
}

}  // namespace pawl::test
