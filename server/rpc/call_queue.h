// CallQueue: one completion queue and the thread that serves it. A connection's calls stay with one
// queue, and what happens to a call happens on that queue's thread, one thing after the other.
//
// One thread both waits for the network and handles what came: no other has to be woken, which is
// half of what a small call costs (tests/bench/spikes). So nothing here may wait; see JobPool.
#pragma once

#include <grpcpp/completion_queue.h>

#include <memory>
#include <optional>
#include <string>

#include "engine/platform/thread.h"

namespace pawl::rpc {

class CallQueue {
 public:
  explicit CallQueue(std::unique_ptr<grpc::ServerCompletionQueue> queue);
  // Nothing may be outstanding on the queue but what ends by itself.
  ~CallQueue();
  CallQueue(const CallQueue&) = delete;
  CallQueue& operator=(const CallQueue&) = delete;

  // Once, when the server has been started.
  void Start(std::string thread_name);

  // To begin operations with; their tags are `Tag*`.
  grpc::ServerCompletionQueue& queue() { return *queue_; }

 private:
  void Serve();

  const std::unique_ptr<grpc::ServerCompletionQueue> queue_;
  std::optional<platform::Thread> thread_;
};

}  // namespace pawl::rpc
