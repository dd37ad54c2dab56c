#include "server/rpc/call.h"

#include <utility>

#include "server/rpc/call_server.h"

namespace pawl::rpc {

void Call::Accept(CallServer& server, grpc::AsyncGenericService& service, CallQueue& queue) {
  // NOLINTNEXTLINE(cppcoreguidelines-owning-memory): deletes itself.
  auto* call = new Call(server, service, queue);
  grpc::ServerCompletionQueue* events = &queue.queue();
  call->context_.AsyncNotifyWhenDone(static_cast<Tag*>(&call->done_));
  service.RequestCall(
      &call->context_, &call->stream_, events, events, static_cast<Tag*>(&call->accepted_));
}

Call::Call(CallServer& server, grpc::AsyncGenericService& service, CallQueue& queue)
    : server_(server), service_(service), queue_(queue) {
  server_.OnCallBegun();
}

Call::~Call() {
  handler_.reset();
}

void Call::OnAccepted(bool ok) {
  if (!ok) {
    // The server is stopping: there was no call.
    CallServer& server = server_;
    delete this;
    server.OnCallEnded();
    return;
  }
  Accept(server_, service_, queue_);
  handler_ = server_.Handle(context_.method(), *this);
}

void Call::Read() {
  ++outstanding_;
  stream_.Read(&message_, static_cast<Tag*>(&read_));
}

void Call::OnRead(bool ok) {
  handler_->OnRead(ok ? &message_ : nullptr);
  Release();
}

void Call::SendHeaders(std::function<void(bool)> then) {
  ++outstanding_;
  when_headers_sent_ = std::move(then);
  stream_.SendInitialMetadata(static_cast<Tag*>(&headers_sent_));
}

void Call::OnHeadersSent(bool ok) {
  std::exchange(when_headers_sent_, nullptr)(ok);
  Release();
}

void Call::Write(const grpc::ByteBuffer& message) {
  ++outstanding_;
  stream_.Write(message, static_cast<Tag*>(&written_));
}

void Call::OnWritten(bool ok) {
  handler_->OnWritten(ok);
  Release();
}

void Call::Finish(const grpc::Status& status) {
  stream_.Finish(status, static_cast<Tag*>(&finished_));
}

void Call::FinishWith(const grpc::ByteBuffer& message) {
  stream_.WriteAndFinish(
      message, grpc::WriteOptions(), grpc::Status::OK, static_cast<Tag*>(&finished_));
}

void Call::OnFinished(bool /*ok*/) {
  Release();
}

void Call::OnDone(bool /*ok*/) {
  if (context_.IsCancelled()) handler_->OnCancel();
  Release();
}

void Call::RunLater(std::function<void()> job) {
  ++outstanding_;
  server_.jobs().Post([this, job = std::move(job)] {
    job();
    Release();
  });
}

void Call::Release() {
  if (--outstanding_ > 0) return;
  CallServer& server = server_;
  delete this;
  server.OnCallEnded();
}

}  // namespace pawl::rpc
