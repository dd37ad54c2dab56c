#include "server/rpc/answer.h"

#include "server/rpc/message.h"

namespace pawl::rpc {

void PendingAnswer::Finish(const google::protobuf::MessageLite& response) {
  if (Call* call = Take(); call != nullptr) call->FinishWith(Serialize(response));
}

void PendingAnswer::Fail(const Status& error) {
  Fail(translate_(error));
}

void PendingAnswer::Fail(const grpc::Status& error) {
  if (Call* call = Take(); call != nullptr) call->Finish(error);
}

void PendingAnswer::Cancel() {
  Call* call = nullptr;
  std::function<void()> then;
  {
    const MutexLock lock(mutex_);
    call = std::exchange(call_, nullptr);
    if (call == nullptr) return;
    is_cancelled_ = true;
    then = std::exchange(when_cancelled_, nullptr);
  }
  call->Finish(grpc::Status::CANCELLED);
  if (then) then();
}

void PendingAnswer::WhenCancelled(std::function<void()> then) {
  {
    const MutexLock lock(mutex_);
    if (!is_cancelled_) {
      // What keeps this answer alive must not be kept by it for longer than the call.
      if (call_ != nullptr) when_cancelled_ = std::move(then);
      return;
    }
  }
  then();
}

Call* PendingAnswer::Take() {
  std::function<void()> unneeded;
  const MutexLock lock(mutex_);
  unneeded = std::exchange(when_cancelled_, nullptr);
  return std::exchange(call_, nullptr);
}

}  // namespace pawl::rpc
