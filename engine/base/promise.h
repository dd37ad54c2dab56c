// Waiting for what another thread gives.
#pragma once

#include <chrono>
#include <optional>
#include <utility>

#include "engine/base/mutex.h"

namespace pawl {

// A value that one thread gives, once, and another takes. It may stand on the taker's stack: who
// gives does not touch it any more when it can be taken.
template <typename T>
class Promise {
 public:
  Promise() = default;
  Promise(const Promise&) = delete;
  Promise& operator=(const Promise&) = delete;

  // What is given after the first is dropped.
  void Set(T value) {
    // Notified under the lock, for the sake of the taker's stack.
    const MutexLock lock(mutex_);
    if (!value_) value_.emplace(std::move(value));
    is_set_.NotifyOne();
  }

  // Waits for it.
  T Wait() {
    const MutexLock lock(mutex_);
    while (!value_)
      is_set_.Wait(mutex_);
    return std::move(*value_);
  }

  // nullopt when `timeout` passed first; it can still be given and taken then.
  std::optional<T> WaitFor(std::chrono::nanoseconds timeout) {
    const MutexLock lock(mutex_);
    while (!value_) {
      if (!is_set_.WaitFor(mutex_, timeout)) break;
    }
    return std::move(value_);
  }

 private:
  Mutex mutex_;
  CondVar is_set_;
  std::optional<T> value_ PAWL_GUARDED_BY(mutex_);
};

}  // namespace pawl
