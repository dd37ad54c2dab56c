// UnaryCall: reads the one message of a unary call and has it answered.
#pragma once

#include <google/protobuf/message_lite.h>

#include <functional>
#include <memory>

#include "server/rpc/answer.h"
#include "server/rpc/call.h"

namespace pawl::rpc {

class UnaryCall final : public CallHandler {
 public:
  // Takes the request and finishes the call, or keeps `answer()` for that.
  using Run = std::function<void(UnaryCall& call)>;

  // `may_wait`: `run`, which outlives the call, runs where it may.
  UnaryCall(Call& call, StatusTranslation translate, bool may_wait, const Run& run);

  void OnRead(grpc::ByteBuffer* message) override;

  void OnWritten(bool /*ok*/) override {}

  void OnCancel() override { answer_->Cancel(); }

  const grpc::ServerContextBase& context() const { return call_.context(); }

  // False if the client sent something else: the call has been finished then.
  bool TakeRequest(google::protobuf::MessageLite& request);

  const std::shared_ptr<PendingAnswer>& answer() const { return answer_; }

 private:
  Call& call_;
  const bool may_wait_;
  const Run& run_;
  const std::shared_ptr<PendingAnswer> answer_;
  grpc::ByteBuffer message_;
};

}  // namespace pawl::rpc
