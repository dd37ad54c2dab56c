// Mutex with clang's thread-safety annotations: build with -Wthread-safety (clang) and every access
// to a PAWL_GUARDED_BY member without its lock is a compile error.
#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>

#if defined(__clang__)
#define PAWL_THREAD_ANNOTATION(x) __attribute__((x))
#else
#define PAWL_THREAD_ANNOTATION(x)
#endif
#define PAWL_CAPABILITY(x) PAWL_THREAD_ANNOTATION(capability(x))
#define PAWL_SCOPED_CAPABILITY PAWL_THREAD_ANNOTATION(scoped_lockable)
#define PAWL_GUARDED_BY(x) PAWL_THREAD_ANNOTATION(guarded_by(x))
#define PAWL_REQUIRES(...) PAWL_THREAD_ANNOTATION(requires_capability(__VA_ARGS__))
#define PAWL_ACQUIRE(...) PAWL_THREAD_ANNOTATION(acquire_capability(__VA_ARGS__))
#define PAWL_RELEASE(...) PAWL_THREAD_ANNOTATION(release_capability(__VA_ARGS__))
#define PAWL_EXCLUDES(...) PAWL_THREAD_ANNOTATION(locks_excluded(__VA_ARGS__))
#define PAWL_NO_THREAD_SAFETY_ANALYSIS PAWL_THREAD_ANNOTATION(no_thread_safety_analysis)

namespace pawl {

class PAWL_CAPABILITY("mutex") Mutex {
 public:
  Mutex() = default;
  Mutex(const Mutex&) = delete;
  Mutex& operator=(const Mutex&) = delete;

  void lock() PAWL_ACQUIRE() { mutex_.lock(); }

  void unlock() PAWL_RELEASE() { mutex_.unlock(); }

 private:
  friend class CondVar;

  std::mutex mutex_;
};

// Holds a Mutex for a scope.
class PAWL_SCOPED_CAPABILITY MutexLock {
 public:
  explicit MutexLock(Mutex& mutex) PAWL_ACQUIRE(mutex) : mutex_(mutex) { mutex_.lock(); }

  ~MutexLock() PAWL_RELEASE() { mutex_.unlock(); }

  MutexLock(const MutexLock&) = delete;
  MutexLock& operator=(const MutexLock&) = delete;

 private:
  Mutex& mutex_;
};

// A condition variable for Mutex. Wait with the mutex held; wake-ups may be spurious. Who notifies
// after the mutex is unlocked spares the sleeper a wake-up that it spends waiting for the mutex.
class CondVar {
 public:
  void Wait(Mutex& mutex) PAWL_REQUIRES(mutex) {
    std::unique_lock<std::mutex> lock(mutex.mutex_, std::adopt_lock);
    condition_.wait(lock);
    lock.release();
  }

  // False when `timeout` passed first.
  bool WaitFor(Mutex& mutex, std::chrono::nanoseconds timeout) PAWL_REQUIRES(mutex) {
    std::unique_lock<std::mutex> lock(mutex.mutex_, std::adopt_lock);
    const bool is_notified = condition_.wait_for(lock, timeout) == std::cv_status::no_timeout;
    lock.release();
    return is_notified;
  }

  void NotifyOne() { condition_.notify_one(); }

  void NotifyAll() { condition_.notify_all(); }

 private:
  // Not condition_variable_any, which has a mutex of its own that a sleeper waits for as well.
  std::condition_variable condition_;
};

}  // namespace pawl
