// Writing to a stream of gRPC's callback API: at most one write is outstanding, and everything that
// gathers meanwhile goes out with the next one. A write costs some microseconds whatever it holds,
// so this is what makes a busy stream cheap and an idle one quick.
//
// Whoever finds no write outstanding takes the right to write, fills a message and sends it; the
// completion of that write passes the right on to the next message, or gives it up. The stream is
// finished by the holder of the right too, so that a write and a finish never meet.
#pragma once

#include <grpc/support/time.h>
#include <grpcpp/alarm.h>
#include <grpcpp/support/server_callback.h>

#include <functional>
#include <memory>
#include <optional>
#include <utility>

#include "engine/base/mutex.h"

namespace pawl::server {

template <typename Request, typename Response>
class CoalescedWrites {
 public:
  // `fill` puts what waits into the message, which is empty, and says whether there was anything.
  // It is never called twice at once, and never while the caller of Wake holds its own lock.
  // `reactor` is finished by this object and nobody else, and lives until its OnDone.
  CoalescedWrites(grpc::ServerBidiReactor<Request, Response>& reactor,
                  std::function<bool(Response&)> fill)
      : reactor_(reactor), fill_(std::move(fill)) {}

  CoalescedWrites(const CoalescedWrites&) = delete;
  CoalescedWrites& operator=(const CoalescedWrites&) = delete;

  // There is something to send. `fill` may run before this returns.
  void Wake() {
    if (TakeRight()) Run();
  }

  // As Wake, but `fill` runs on a thread of gRPC: for callers that must not block where `fill` may.
  void WakeElsewhere() {
    if (!TakeRight()) return;
    // A new alarm each time: the last one may still be inside its callback.
    alarm_ = std::make_unique<grpc::Alarm>();
    alarm_->Set(gpr_inf_past(GPR_CLOCK_MONOTONIC), [this](bool /*ok*/) { Run(); });
  }

  // To be called by the reactor's OnWriteDone.
  void OnWriteDone(bool ok) {
    if (!ok) {
      const MutexLock lock(mutex_);
      must_discard_ = true;
      if (!end_) end_ = grpc::Status::CANCELLED;
    }
    Run();
  }

  // Sends what waits, then finishes the stream. The first end counts.
  void EndAfterWrites(grpc::Status status) { End(std::move(status), false); }

  // Finishes the stream as soon as no write is outstanding.
  void EndNow(grpc::Status status) { End(std::move(status), true); }

 private:
  bool TakeRight() {
    const MutexLock lock(mutex_);
    if (is_finished_) return false;
    if (is_taken_) {
      is_wanted_ = true;
      return false;
    }
    is_taken_ = true;
    return true;
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
    Run();
  }

  // Runs with the right taken. Nothing of `this` is touched after StartWrite or Finish.
  void Run() {
    while (true) {
      bool must_discard = false;
      {
        const MutexLock lock(mutex_);
        is_wanted_ = false;
        must_discard = must_discard_;
      }
      if (!must_discard) {
        message_.Clear();
        if (fill_(message_)) {
          reactor_.StartWrite(&message_);
          return;
        }
      }
      std::optional<grpc::Status> end;
      {
        const MutexLock lock(mutex_);
        if (is_wanted_) continue;
        is_taken_ = false;
        is_finished_ = end_.has_value();
        end = std::move(end_);
      }
      if (end) reactor_.Finish(std::move(*end));
      return;
    }
  }

  grpc::ServerBidiReactor<Request, Response>& reactor_;
  const std::function<bool(Response&)> fill_;
  // Of the holder of the right.
  Response message_;
  std::unique_ptr<grpc::Alarm> alarm_;

  Mutex mutex_;
  bool is_taken_ PAWL_GUARDED_BY(mutex_) = false;
  // Something came while the right was taken.
  bool is_wanted_ PAWL_GUARDED_BY(mutex_) = false;
  bool must_discard_ PAWL_GUARDED_BY(mutex_) = false;
  bool is_finished_ PAWL_GUARDED_BY(mutex_) = false;
  std::optional<grpc::Status> end_ PAWL_GUARDED_BY(mutex_);
};

}  // namespace pawl::server
