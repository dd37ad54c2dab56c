// One GetActivityTask: ends by a task, by the end of its wait, or by the caller's leaving,
// whichever is first.
#pragma once

#include <grpcpp/alarm.h>
#include <grpcpp/grpcpp.h>

#include <chrono>
#include <memory>
#include <utility>

#include "engine/base/mutex.h"
#include "engine/runtime/engine.h"
#include "pawl/v1/task.pb.h"
#include "server/rpc_status.h"

namespace pawl::server {

// Deletes itself once gRPC and the alarm are both done with it.
class ActivityTaskCall final : public grpc::ServerUnaryReactor {
 public:
  // `response` is gRPC's and lives as long as the call.
  explicit ActivityTaskCall(v1::GetActivityTaskResponse& response) : response_(response) {}

  // Once, before gRPC gets the call.
  void Begin(Engine& engine, ActivityRequest request, std::chrono::milliseconds wait) {
    auto poll = engine.PollActivity(std::move(request), [this](const Result<ActivityTask>& task) {
      if (!task.ok()) return End(ToGrpcStatus(task.status()));
      if (!IsFirst()) return;
      response_.set_task_token(task->token);
      response_.set_input(task->input.str());
      Finish(grpc::Status::OK);
    });
    if (!poll.ok()) {
      Release();  // There is no alarm.
      return End(ToGrpcStatus(poll.status()));
    }
    poll_ = std::move(*poll);
    alarm_.Set(std::chrono::system_clock::now() + wait, [this](bool) {
      End(grpc::Status::OK);
      Release();
    });
  }

  void OnCancel() override { End(grpc::Status::CANCELLED); }

  void OnDone() override {
    // Nothing is answered once the poll is gone, and the alarm goes off at once.
    poll_.reset();
    alarm_.Cancel();
    Release();
  }

 private:
  bool IsFirst() {
    const MutexLock lock(mutex_);
    return !std::exchange(has_ended_, true);
  }

  void End(const grpc::Status& status) {
    if (IsFirst()) Finish(status);
  }

  void Release() {
    bool is_last = false;
    {
      const MutexLock lock(mutex_);
      is_last = --owners_ == 0;
    }
    if (is_last) delete this;
  }

  v1::GetActivityTaskResponse& response_;
  std::unique_ptr<ActivityPoll> poll_;
  grpc::Alarm alarm_;
  Mutex mutex_;
  bool has_ended_ PAWL_GUARDED_BY(mutex_) = false;
  // gRPC and the alarm.
  int owners_ PAWL_GUARDED_BY(mutex_) = 2;
};

}  // namespace pawl::server
