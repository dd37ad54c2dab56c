#include "engine/platform/thread.h"

#include <pthread.h>
#include <sched.h>

#include <algorithm>
#include <utility>

namespace pawl::platform {

namespace {

constexpr std::size_t kThreadNameBytesMax = 15;

}  // namespace

Thread::Thread(std::string name, std::function<void()> body)
    : thread_([name = name.substr(0, kThreadNameBytesMax), body = std::move(body)] {
        // A name is a convenience: a thread without one runs as well.
        (void)pthread_setname_np(pthread_self(), name.c_str());
        body();
      }) {}

Thread::~Thread() {
  Join();
}

void Thread::Join() {
  if (thread_.joinable()) thread_.join();
}

int ProcessorCount() {
  cpu_set_t processors;
  CPU_ZERO(&processors);
  if (sched_getaffinity(0, sizeof(processors), &processors) != 0) return 1;
  return std::max(1, CPU_COUNT(&processors));
}

void Event::Notify() {
  {
    const MutexLock lock(mutex_);
    if (is_notified_) return;
    is_notified_ = true;
  }
  condition_.NotifyOne();
}

void Event::Wait() {
  const MutexLock lock(mutex_);
  while (!is_notified_) {
    condition_.Wait(mutex_);
  }
  is_notified_ = false;
}

bool Event::WaitFor(std::chrono::nanoseconds timeout) {
  const auto deadline = std::chrono::steady_clock::now() + timeout;
  const MutexLock lock(mutex_);
  while (!is_notified_) {
    const auto left = deadline - std::chrono::steady_clock::now();
    if (left <= std::chrono::nanoseconds::zero()) return false;
    (void)condition_.WaitFor(mutex_, left);
  }
  is_notified_ = false;
  return true;
}

}  // namespace pawl::platform
