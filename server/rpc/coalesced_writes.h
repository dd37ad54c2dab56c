// Writing to a stream: at most one write is outstanding, and everything that gathers meanwhile goes
// out with the next one. A write costs some microseconds whatever it holds,
// so this is what makes a busy stream cheap and an idle one quick.
//
// What can wait a moment does (WakeSoon): it goes with the next message that something else causes,
// or when the moment has passed. So an acknowledgement does not stand in the way of the task behind
// it.
//
// Whoever finds no write outstanding takes the right to write, fills a message and sends it; the
// completion of that write passes the right on to the next message, or gives it up. The stream is
// finished by the holder of the right too, so that a write and a finish never meet.
#pragma once

#include <grpcpp/support/status.h>

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <utility>

#include "engine/base/mutex.h"
#include "server/rpc/call.h"
#include "server/rpc/message.h"
#include "server/rpc/timer.h"

namespace pawl::rpc {

// What filling a message came to.
enum class Filled {
  kMessage,
  kNothing,
  // Only what must be waited for is left, and this was a call that must not wait.
  kMustWait,
};

template <typename Response>
class CoalescedWrites {
 public:
  // Puts what waits into the message, which is empty. Never called twice at once.
  using Fill = std::function<Filled(Response& message, bool may_wait)>;

  // `call` is written to and finished by this object and nobody else. Both are of its handler.
  CoalescedWrites(Call& call, Fill fill) : call_(call), fill_(std::move(fill)) {}

  CoalescedWrites(const CoalescedWrites&) = delete;
  CoalescedWrites& operator=(const CoalescedWrites&) = delete;

  // There is something to send. Does not wait: `fill` may run before this returns, but only so far
  // as it need not wait; the rest follows on a thread that may.
  void Wake() {
    {
      const MutexLock lock(mutex_);
      if (is_finished_) return;
      is_wanted_ = true;
      if (is_taken_) return;
      is_taken_ = true;
    }
    Run(false);
  }

  // There is something to send that can wait for kSoon.
  void WakeSoon() {
    const MutexLock lock(mutex_);
    if (is_finished_ || end_) return;
    if (is_taken_) {
      is_wanted_ = true;
      return;
    }
    if (is_timer_set_) return;
    is_timer_set_ = true;
    timer_ = std::make_unique<Timer>();
    timer_->Set(call_.queue(), kSoon, [this] { OnTimer(); });
  }

  // To be called by the handler's.
  void OnWritten(bool ok) {
    if (!ok) {
      const MutexLock lock(mutex_);
      must_discard_ = true;
      if (!end_) end_ = grpc::Status::CANCELLED;
    }
    Run(false);
  }

  // Sends what waits, then finishes the stream. The first end counts.
  void EndAfterWrites(grpc::Status status) { End(std::move(status), false); }

  // Finishes the stream as soon as no write is outstanding.
  void EndNow(grpc::Status status) { End(std::move(status), true); }

 private:
  static constexpr std::chrono::milliseconds kSoon{10};

  void OnTimer() {
    bool must_finish = false;
    {
      const MutexLock lock(mutex_);
      is_timer_set_ = false;
      must_finish = std::exchange(is_waiting_for_timer_, false);
    }
    // Whoever waits for the timer holds the right.
    must_finish ? Run(false) : Wake();
  }

  void End(grpc::Status status, bool must_discard) {
    {
      const MutexLock lock(mutex_);
      if (is_finished_) return;
      must_discard_ = must_discard_ || must_discard;
      if (!end_) end_ = std::move(status);
      is_wanted_ = true;
      if (is_taken_) return;
      is_taken_ = true;
    }
    Run(false);
  }

  // Runs with the right taken. Nothing of `this` is touched after Write, RunLater, Cancel or
  // Finish.
  void Run(bool may_wait) {
    while (true) {
      bool must_discard = false;
      {
        const MutexLock lock(mutex_);
        is_wanted_ = false;
        must_discard = must_discard_;
      }
      if (!must_discard) {
        message_.Clear();
        switch (fill_(message_, may_wait)) {
          case Filled::kMessage:
            call_.Write(Serialize(message_));
            return;
          case Filled::kMustWait:
            call_.RunLater([this] { Run(true); });
            return;
          case Filled::kNothing:
            break;
        }
      }
      std::optional<grpc::Status> end;
      {
        const MutexLock lock(mutex_);
        if (is_wanted_) continue;
        if (end_ && is_timer_set_) {
          // The timer must not outlive the stream: its end, which this hastens, goes on here.
          is_waiting_for_timer_ = true;
          timer_->Cancel();
          return;
        }
        is_taken_ = false;
        is_finished_ = end_.has_value();
        end = std::move(end_);
      }
      if (end) call_.Finish(*end);
      return;
    }
  }

  Call& call_;
  const Fill fill_;
  // Of the holder of the right.
  Response message_;

  Mutex mutex_;
  bool is_taken_ PAWL_GUARDED_BY(mutex_) = false;
  // Something came while the right was taken.
  bool is_wanted_ PAWL_GUARDED_BY(mutex_) = false;
  bool must_discard_ PAWL_GUARDED_BY(mutex_) = false;
  bool is_finished_ PAWL_GUARDED_BY(mutex_) = false;
  bool is_timer_set_ PAWL_GUARDED_BY(mutex_) = false;
  bool is_waiting_for_timer_ PAWL_GUARDED_BY(mutex_) = false;
  std::unique_ptr<Timer> timer_ PAWL_GUARDED_BY(mutex_);
  std::optional<grpc::Status> end_ PAWL_GUARDED_BY(mutex_);
};

}  // namespace pawl::rpc
