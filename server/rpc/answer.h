// Answer: the right to answer a unary call, once, at any time and from any thread.
#pragma once

#include <google/protobuf/message_lite.h>
#include <grpcpp/support/status.h>

#include <functional>
#include <memory>
#include <utility>

#include "engine/base/mutex.h"
#include "engine/base/status.h"
#include "server/rpc/call.h"

namespace pawl::rpc {

using StatusTranslation = grpc::Status (*)(const Status&);

// A unary call until it is answered or its client has left, whichever is first. Outlives the call
// where the answer comes too late.
// Threads: safe from any thread.
class PendingAnswer {
 public:
  PendingAnswer(Call& call, StatusTranslation translate)
      : translate_(translate), queue_(call.queue()), call_(&call) {}

  PendingAnswer(const PendingAnswer&) = delete;
  PendingAnswer& operator=(const PendingAnswer&) = delete;

  // Nothing happens if the call has ended.
  void Finish(const google::protobuf::MessageLite& response);
  void Fail(const Status& error);
  void Fail(const grpc::Status& error);

  // The client has left.
  void Cancel();
  void WhenCancelled(std::function<void()> then);

  CallQueue& queue() const { return queue_; }

 private:
  // Whoever takes the call finishes it.
  Call* Take();

  const StatusTranslation translate_;
  CallQueue& queue_;
  Mutex mutex_;
  Call* call_ PAWL_GUARDED_BY(mutex_);
  bool is_cancelled_ PAWL_GUARDED_BY(mutex_) = false;
  std::function<void()> when_cancelled_ PAWL_GUARDED_BY(mutex_);
};

// A handle; copies are the same answer. Some copy must be finished.
template <typename Response>
class Answer {
 public:
  explicit Answer(std::shared_ptr<PendingAnswer> pending) : pending_(std::move(pending)) {}

  void Finish(const Response& response) const { pending_->Finish(response); }

  void Fail(const Status& error) const { pending_->Fail(error); }

  // A callback that takes a Result: `fill(value, response)` makes the response of a good one.
  template <typename Fill>
  auto From(Fill fill) const {
    return [answer = *this, fill = std::move(fill)](const auto& result) {
      if (!result.ok()) return answer.Fail(result.status());
      Response response;
      fill(*result, response);
      answer.Finish(response);
    };
  }

  // `then` runs once if the client leaves before there is an answer, at once if it has left. It
  // must not wait.
  void WhenCancelled(std::function<void()> then) const { pending_->WhenCancelled(std::move(then)); }

  // Of the call, for a timer that is set while there is no answer.
  CallQueue& queue() const { return pending_->queue(); }

 private:
  std::shared_ptr<PendingAnswer> pending_;
};

}  // namespace pawl::rpc
