// The streams that are open, so that they can be told to end when the server stops.
#pragma once

#include <set>

#include "engine/base/mutex.h"

namespace pawl::rpc {

// A call that lasts until somebody ends it.
class OpenStream {
 public:
  virtual ~OpenStream() = default;
  // Sends what waits and ends the call with UNAVAILABLE; does not wait for it.
  virtual void Stop() = 0;
};

// Threads: safe from any thread.
class OpenStreams {
 public:
  OpenStreams() = default;
  OpenStreams(const OpenStreams&) = delete;
  OpenStreams& operator=(const OpenStreams&) = delete;

  // Stops it at once if StopAll was called before.
  void Add(OpenStream& stream) {
    const MutexLock lock(mutex_);
    streams_.insert(&stream);
    if (is_stopped_) stream.Stop();
  }

  // After this the stream is not touched any more.
  void Remove(OpenStream& stream) {
    const MutexLock lock(mutex_);
    streams_.erase(&stream);
  }

  void StopAll() {
    const MutexLock lock(mutex_);
    is_stopped_ = true;
    for (OpenStream* stream : streams_)
      stream->Stop();
  }

 private:
  Mutex mutex_;
  std::set<OpenStream*> streams_ PAWL_GUARDED_BY(mutex_);
  bool is_stopped_ PAWL_GUARDED_BY(mutex_) = false;
};

}  // namespace pawl::rpc
