#include "server/rpc/call_queue.h"

#include <utility>

#include "server/rpc/tag.h"

namespace pawl::rpc {

CallQueue::CallQueue(std::unique_ptr<grpc::ServerCompletionQueue> queue)
    : queue_(std::move(queue)) {}

CallQueue::~CallQueue() {
  queue_->Shutdown();
  // gRPC wants every queue emptied, one that never had a thread too.
  if (!thread_) Serve();
}

void CallQueue::Start(std::string thread_name) {
  thread_.emplace(std::move(thread_name), [this] { Serve(); });
}

void CallQueue::Serve() {
  void* tag = nullptr;
  bool ok = false;
  while (queue_->Next(&tag, &ok))
    static_cast<Tag*>(tag)->OnEvent(ok);
}

}  // namespace pawl::rpc
