// One TestState: ends by the state's end or by the caller's leaving, whichever is first.
#pragma once

#include <grpcpp/grpcpp.h>

#include <memory>
#include <utility>

#include "engine/base/mutex.h"
#include "engine/runtime/engine.h"
#include "pawl/v1/state_test.pb.h"
#include "server/rpc_status.h"

namespace pawl::server {

v1::TestStateResponse ToWire(const StateTestResult& result);

// Deletes itself once gRPC is done with it.
class TestStateCall final : public grpc::ServerUnaryReactor {
 public:
  // `response` is gRPC's and lives as long as the call.
  explicit TestStateCall(v1::TestStateResponse& response)
      : response_(response), answer_(std::make_shared<Answer>(*this)) {}

  // Once, before gRPC gets the call.
  void Begin(Engine& engine, TestStateRequest request) {
    engine.TestState(std::move(request), [answer = answer_](const Result<StateTestResult>& result) {
      TestStateCall* call = answer->Take();
      if (call == nullptr) return;
      if (result.ok()) call->response_ = ToWire(*result);
      call->Finish(ToGrpcStatus(result.status()));
    });
  }

  void OnCancel() override {
    if (answer_->Take() != nullptr) Finish(grpc::Status::CANCELLED);
  }

  void OnDone() override { delete this; }

 private:
  // Who may finish the call: the first to take it. Outlives it where the engine answers later.
  class Answer {
   public:
    explicit Answer(TestStateCall& call) : call_(&call) {}

    TestStateCall* Take() {
      const MutexLock lock(mutex_);
      return std::exchange(call_, nullptr);
    }

   private:
    Mutex mutex_;
    TestStateCall* call_ PAWL_GUARDED_BY(mutex_);
  };

  v1::TestStateResponse& response_;
  const std::shared_ptr<Answer> answer_;
};

}  // namespace pawl::server
