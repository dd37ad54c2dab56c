#include "server/rpc/job_pool.h"

#include <fmt/format.h>

#include <utility>

namespace pawl::rpc {

JobPool::JobPool(int threads) {
  for (int i = 0; i < threads; ++i) {
    threads_.push_back(
        std::make_unique<platform::Thread>(fmt::format("pawl-jobs-{}", i), [this] { Work(); }));
  }
}

JobPool::~JobPool() {
  {
    const MutexLock lock(mutex_);
    is_ending_ = true;
  }
  changed_.NotifyAll();
  threads_.clear();
}

void JobPool::Post(std::function<void()> job) {
  {
    const MutexLock lock(mutex_);
    jobs_.push_back(std::move(job));
  }
  changed_.NotifyOne();
}

void JobPool::Work() {
  while (true) {
    std::function<void()> job;
    {
      const MutexLock lock(mutex_);
      while (jobs_.empty()) {
        if (is_ending_) return;
        changed_.Wait(mutex_);
      }
      job = std::move(jobs_.front());
      jobs_.pop_front();
    }
    job();
  }
}

}  // namespace pawl::rpc
