#include "engine/runtime/object_jobs.h"

#include <utility>

namespace pawl::runtime {

ObjectJobs::ObjectJobs(std::shared_ptr<objects::ObjectStore> store,
                       int threads,
                       const ObjectBounds& bounds)
    : store_(std::move(store)), bounds_(bounds) {
  for (int i = 0; i < threads; ++i) {
    threads_.push_back(std::make_unique<platform::Thread>("pawl-objects", [this] { RunThread(); }));
  }
}

ObjectJobs::~ObjectJobs() {
  Stop();
}

void ObjectJobs::Post(Job job) {
  const MutexLock lock(mutex_);
  jobs_.push_back(std::move(job));
  has_work_.NotifyOne();
}

bool ObjectJobs::RunOne() {
  if (!threads_.empty()) return false;
  Job job;
  {
    const MutexLock lock(mutex_);
    if (jobs_.empty() || is_stopping_) return false;
    job = std::move(jobs_.front());
    jobs_.pop_front();
  }
  job(store_.get());
  return true;
}

void ObjectJobs::Stop() {
  {
    const MutexLock lock(mutex_);
    is_stopping_ = true;
    jobs_.clear();
    has_work_.NotifyAll();
  }
  for (const auto& thread : threads_)
    thread->Join();
}

ObjectJobs::Job ObjectJobs::Take() {
  const MutexLock lock(mutex_);
  while (jobs_.empty() && !is_stopping_)
    has_work_.Wait(mutex_);
  if (is_stopping_) return nullptr;
  Job job = std::move(jobs_.front());
  jobs_.pop_front();
  return job;
}

void ObjectJobs::RunThread() {
  while (const Job job = Take())
    job(store_.get());
}

}  // namespace pawl::runtime
