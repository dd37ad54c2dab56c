// Call: one rpc, unary or a stream, from its acceptance to its last event.
#pragma once

#include <grpcpp/generic/async_generic_service.h>
#include <grpcpp/support/byte_buffer.h>
#include <grpcpp/support/status.h>

#include <atomic>
#include <functional>
#include <memory>

#include "server/rpc/call_queue.h"
#include "server/rpc/job_pool.h"
#include "server/rpc/tag.h"

namespace pawl::rpc {

class CallServer;

// What becomes of a call. Everything is called on the thread of the call's queue, one after the
// other, and must not wait. Destroyed when the call's last event is over.
class CallHandler {
 public:
  virtual ~CallHandler() = default;
  // What Read found; null when the client sends no more or has left.
  virtual void OnRead(grpc::ByteBuffer* message) = 0;
  // The end of a Write. Not `ok`: nothing can be sent any more.
  virtual void OnWritten(bool ok) = 0;
  // The client has left, or its deadline has passed. At most once, and not once the call ended
  // well; the call still has to be finished.
  virtual void OnCancel() = 0;
};

// Deletes itself after its last event. Every call that was accepted must be finished, once.
// Threads: from any thread until it is finished; RunLater, Read and Write only by the handler or by
// whoever will finish the call.
class Call final {
 public:
  // Waits for the next call of any method. All but the call outlive it.
  static void Accept(CallServer& server, grpc::AsyncGenericService& service, CallQueue& queue);

  Call(const Call&) = delete;
  Call& operator=(const Call&) = delete;

  const grpc::ServerContextBase& context() const { return context_; }

  CallQueue& queue() { return queue_; }

  // One read and one write may be outstanding.
  void Read();
  void Write(const grpc::ByteBuffer& message);
  void Finish(const grpc::Status& status);
  // A last message and the status OK.
  void FinishWith(const grpc::ByteBuffer& message);

  // Begins to answer before the first message, once. `then` runs on the queue's thread and learns
  // whether the client is still there: where nothing more can be read, it may have sent all or have
  // left, and ServerContextBase::IsCancelled knows of that only later.
  void SendHeaders(std::function<void(bool is_there)> then);

  // Runs `job`, which may wait, on a thread of the pool. The call and its handler stay until then.
  void RunLater(std::function<void()> job);

 private:
  Call(CallServer& server, grpc::AsyncGenericService& service, CallQueue& queue);
  ~Call();

  void OnAccepted(bool ok);
  void OnRead(bool ok);
  void OnHeadersSent(bool ok);
  void OnWritten(bool ok);
  void OnFinished(bool ok);
  // The client's side is over: it has the status, or has left.
  void OnDone(bool ok);
  void Release();

  CallServer& server_;
  grpc::AsyncGenericService& service_;
  CallQueue& queue_;
  MemberTag<Call, &Call::OnAccepted> accepted_{*this};
  MemberTag<Call, &Call::OnRead> read_{*this};
  MemberTag<Call, &Call::OnHeadersSent> headers_sent_{*this};
  MemberTag<Call, &Call::OnWritten> written_{*this};
  MemberTag<Call, &Call::OnFinished> finished_{*this};
  MemberTag<Call, &Call::OnDone> done_{*this};
  grpc::GenericServerContext context_;
  grpc::GenericServerAsyncReaderWriter stream_{&context_};
  grpc::ByteBuffer message_;
  std::unique_ptr<CallHandler> handler_;
  std::function<void(bool)> when_headers_sent_;
  // Events and jobs that are still to come. At first: finished, done.
  std::atomic<int> outstanding_ = 2;
};

}  // namespace pawl::rpc
