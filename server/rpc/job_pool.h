// JobPool: threads for what waits for a disk, so that the threads of the network need not.
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "engine/base/mutex.h"
#include "engine/platform/thread.h"

namespace pawl::rpc {

// Threads: safe from any thread.
class JobPool {
 public:
  explicit JobPool(int threads);
  // Runs what was posted before, then ends.
  ~JobPool();
  JobPool(const JobPool&) = delete;
  JobPool& operator=(const JobPool&) = delete;

  // First come, first served; does not wait. Each call has few jobs at a time, so the bound on open
  // calls bounds the queue.
  void Post(std::function<void()> job);

 private:
  void Work();

  Mutex mutex_;
  CondVar changed_;
  std::deque<std::function<void()>> jobs_ PAWL_GUARDED_BY(mutex_);
  bool is_ending_ PAWL_GUARDED_BY(mutex_) = false;
  std::vector<std::unique_ptr<platform::Thread>> threads_;
};

}  // namespace pawl::rpc
