// Writing to a stream of gRPC's callback API: at most one write is outstanding, and everything that
// gathers meanwhile goes out with the next one. A write costs some microseconds whatever it holds,
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

#include <grpc/support/time.h>
#include <grpcpp/alarm.h>
#include <grpcpp/support/server_callback.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <utility>

#include "engine/base/mutex.h"

namespace pawl::server {

// What filling a message came to.
enum class Filled {
  kMessage,
  kNothing,
  // Only what must be waited for is left, and this was a call that must not wait.
  kMustWait,
};

template <typename Request, typename Response>
class CoalescedWrites {
 public:
  // Puts what waits into the message, which is empty. Never called twice at once.
  using Fill = std::function<Filled(Response& message, bool may_wait)>;

  // `reactor` is finished by this object and nobody else, and lives until its OnDone.
  CoalescedWrites(grpc::ServerBidiReactor<Request, Response>& reactor, Fill fill)
      : reactor_(reactor), fill_(std::move(fill)) {}

  CoalescedWrites(const CoalescedWrites&) = delete;
  CoalescedWrites& operator=(const CoalescedWrites&) = delete;

  // There is something to send. Does not wait: `fill` may run before this returns, but only so far
  // as it need not wait; the rest follows on a thread of gRPC.
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

  // There is something to send that can wait for kSoonMillis.
  void WakeSoon() {
    const MutexLock lock(mutex_);
    if (is_finished_ || end_) return;
    if (is_taken_) {
      is_wanted_ = true;
      return;
    }
    if (is_timer_set_) return;
    is_timer_set_ = true;
    timer_ = std::make_unique<grpc::Alarm>();
    timer_->Set(
        gpr_time_add(gpr_now(GPR_CLOCK_MONOTONIC), gpr_time_from_millis(kSoonMillis, GPR_TIMESPAN)),
        [this](bool /*ok*/) { OnTimer(); });
  }

  // To be called by the reactor's OnWriteDone.
  void OnWriteDone(bool ok) {
    if (!ok) {
      const MutexLock lock(mutex_);
      must_discard_ = true;
      if (!end_) end_ = grpc::Status::CANCELLED;
    }
    Run(true);
  }

  // Sends what waits, then finishes the stream. The first end counts.
  void EndAfterWrites(grpc::Status status) { End(std::move(status), false); }

  // Finishes the stream as soon as no write is outstanding.
  void EndNow(grpc::Status status) { End(std::move(status), true); }

 private:
  static constexpr std::int64_t kSoonMillis = 10;

  void OnTimer() {
    bool must_finish = false;
    {
      const MutexLock lock(mutex_);
      is_timer_set_ = false;
      must_finish = std::exchange(is_waiting_for_timer_, false);
    }
    // Whoever waits for the timer holds the right.
    must_finish ? Run(true) : Wake();
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

  // Runs with the right taken. Nothing of `this` is touched after StartWrite, Set or Finish.
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
            reactor_.StartWrite(&message_);
            return;
          case Filled::kMustWait:
            // A new alarm each time: the last one may still be inside its callback.
            alarm_ = std::make_unique<grpc::Alarm>();
            alarm_->Set(gpr_inf_past(GPR_CLOCK_MONOTONIC), [this](bool /*ok*/) { Run(true); });
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
      if (end) reactor_.Finish(std::move(*end));
      return;
    }
  }

  grpc::ServerBidiReactor<Request, Response>& reactor_;
  const Fill fill_;
  // Of the holder of the right.
  Response message_;
  std::unique_ptr<grpc::Alarm> alarm_;

  Mutex mutex_;
  bool is_taken_ PAWL_GUARDED_BY(mutex_) = false;
  // Something came while the right was taken.
  bool is_wanted_ PAWL_GUARDED_BY(mutex_) = false;
  bool must_discard_ PAWL_GUARDED_BY(mutex_) = false;
  bool is_finished_ PAWL_GUARDED_BY(mutex_) = false;
  bool is_timer_set_ PAWL_GUARDED_BY(mutex_) = false;
  bool is_waiting_for_timer_ PAWL_GUARDED_BY(mutex_) = false;
  std::unique_ptr<grpc::Alarm> timer_ PAWL_GUARDED_BY(mutex_);
  std::optional<grpc::Status> end_ PAWL_GUARDED_BY(mutex_);
};

}  // namespace pawl::server
