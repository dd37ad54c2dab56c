// ObjectJobs: what Map runs read from an object store and write to it, away from the executors.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <vector>

#include "engine/base/mutex.h"
#include "engine/objects/object_store.h"
#include "engine/platform/thread.h"
#include "engine/runtime/kept_sources.h"

namespace pawl::runtime {

// How much is read and written at once.
struct ObjectBounds {
  // One slice of items: as many, or none behind the one with which their texts reach the bytes.
  std::size_t slice_items_max = 1'000;
  std::size_t slice_bytes_max = std::size_t{1024} * 1024;
  // A file of results that would be larger is followed by the next. AWS: 5 GiB.
  std::uint64_t file_bytes_max = std::uint64_t{5} * 1024 * 1024 * 1024;
};

// Threads: Post, is_stopping, bounds and sources from any thread; everything else from the owner's.
class ObjectJobs {
 public:
  // What a job gets: the store, nullptr where the engine has none.
  using Job = std::function<void(objects::ObjectStore* store)>;

  // Without threads the owner runs jobs by RunOne.
  ObjectJobs(std::shared_ptr<objects::ObjectStore> store,
             int threads,
             const ObjectBounds& bounds = {});
  ~ObjectJobs();

  ObjectJobs(const ObjectJobs&) = delete;
  ObjectJobs& operator=(const ObjectJobs&) = delete;

  // Runs `job` once, later; not at all if Stop comes first. Jobs wait without a bound here: a Map
  // run has one at a time.
  void Post(Job job);

  // Runs the job that waits longest. False if none does, or threads run them.
  bool RunOne();

  // Returns when no job runs any more and none will. Jobs that take long look at is_stopping.
  void Stop();

  bool is_stopping() const { return is_stopping_; }

  const ObjectBounds& bounds() const { return bounds_; }

  // Of the jobs that read.
  KeptSources& sources() { return sources_; }

 private:
  // nullptr once all is over.
  Job Take();
  void RunThread();

  std::shared_ptr<objects::ObjectStore> store_;
  const ObjectBounds bounds_;
  // Goes before the store that its sources read.
  KeptSources sources_;
  std::atomic<bool> is_stopping_ = false;
  Mutex mutex_;
  CondVar has_work_;
  std::deque<Job> jobs_ PAWL_GUARDED_BY(mutex_);
  std::vector<std::unique_ptr<platform::Thread>> threads_;
};

}  // namespace pawl::runtime
