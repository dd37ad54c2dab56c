// Timer: something to be done on a queue's thread when a time has passed.
#pragma once

#include <grpc/support/time.h>
#include <grpcpp/alarm.h>

#include <chrono>
#include <functional>
#include <utility>

#include "server/rpc/call_queue.h"
#include "server/rpc/tag.h"

namespace pawl::rpc {

// Threads: Cancel from any thread; Set before it.
class Timer final : private Tag {
 public:
  // Until `then` has run, the timer stays where it is; `then` may destroy it.
  Timer() = default;
  Timer(const Timer&) = delete;
  Timer& operator=(const Timer&) = delete;

  // Once. `then` runs once: when the time has passed, or soon after Cancel.
  void Set(CallQueue& queue, std::chrono::milliseconds after, std::function<void()> then) {
    then_ = std::move(then);
    alarm_.Set(&queue.queue(),
               gpr_time_add(gpr_now(GPR_CLOCK_MONOTONIC),
                            gpr_time_from_millis(after.count(), GPR_TIMESPAN)),
               static_cast<Tag*>(this));
  }

  void Cancel() { alarm_.Cancel(); }

 private:
  void OnEvent(bool /*ok*/) override {
    const std::function<void()> then = std::move(then_);
    then();
  }

  grpc::Alarm alarm_;
  std::function<void()> then_;
};

}  // namespace pawl::rpc
