// Threads and the one thing they wait on.
#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <thread>

#include "engine/base/mutex.h"

namespace pawl::platform {

// A running thread with a name, joined at the latest by its destructor. Its owner makes `body`
// return first: nothing here can interrupt it.
class Thread {
 public:
  // `name` shows in top and gdb, cut to the 15 bytes Linux keeps. `body` starts at once.
  Thread(std::string name, std::function<void()> body);
  ~Thread();

  Thread(const Thread&) = delete;
  Thread& operator=(const Thread&) = delete;

  // Waits for `body` to return. A second call does nothing.
  void Join();

 private:
  std::thread thread_;
};

// Processors this process may run on, at least 1.
int ProcessorCount();

// Wakes one sleeper: a notification is kept until a wait takes it, several count as one. So a loop
// that looks at its queues after each wait misses nothing.
// Threads: Notify from any thread, waits from one. It must outlive Notify, not only its own waits.
class Event {
 public:
  Event() = default;
  Event(const Event&) = delete;
  Event& operator=(const Event&) = delete;

  void Notify();

  // Returns once notified since the last wait.
  void Wait();

  // False when `timeout` passed without a notification.
  bool WaitFor(std::chrono::nanoseconds timeout);

 private:
  Mutex mutex_;
  CondVar condition_;
  bool is_notified_ PAWL_GUARDED_BY(mutex_) = false;
};

}  // namespace pawl::platform
