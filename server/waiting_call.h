// WaitingCall: a unary call that the engine answers later. It ends by the answer or by the caller's
// leaving, whichever is first.
#pragma once

#include <grpcpp/grpcpp.h>

#include <functional>
#include <memory>
#include <utility>

#include "engine/base/mutex.h"
#include "engine/runtime/engine.h"
#include "server/rpc_status.h"

namespace pawl::server {

// Deletes itself once gRPC is done with it. `Value` is the engine's answer, `Wire` the response.
template <typename Value, typename Wire>
class WaitingCall final : public grpc::ServerUnaryReactor {
 public:
  using Fill = std::function<void(const Value&, Wire&)>;

  // `response` is gRPC's and lives as long as the call; `fill` puts the answer into it.
  WaitingCall(Wire& response, Fill fill)
      : response_(response), fill_(std::move(fill)), answer_(std::make_shared<Answer>(*this)) {}

  // For the engine; it may be called when the call is gone.
  Callback<Value> Done() {
    return [answer = answer_](const Result<Value>& result) {
      WaitingCall* call = answer->Take();
      if (call == nullptr) return;
      if (result.ok()) call->fill_(*result, call->response_);
      call->Finish(ToGrpcStatus(result.status()));
    };
  }

  void OnCancel() override {
    if (answer_->Take() != nullptr) Finish(grpc::Status::CANCELLED);
  }

  void OnDone() override { delete this; }

 private:
  // Who may finish the call: the first to take it. Outlives it where the engine answers later.
  class Answer {
   public:
    explicit Answer(WaitingCall& call) : call_(&call) {}

    WaitingCall* Take() {
      const MutexLock lock(mutex_);
      return std::exchange(call_, nullptr);
    }

   private:
    Mutex mutex_;
    WaitingCall* call_ PAWL_GUARDED_BY(mutex_);
  };

  Wire& response_;
  const Fill fill_;
  const std::shared_ptr<Answer> answer_;
};

}  // namespace pawl::server
