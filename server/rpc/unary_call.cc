#include "server/rpc/unary_call.h"

#include "server/rpc/message.h"

namespace pawl::rpc {
namespace {

// A larger request takes milliseconds to read, which others would wait for.
constexpr std::size_t kQuickBytesMax = 256 * 1024;

}  // namespace

UnaryCall::UnaryCall(Call& call, StatusTranslation translate, bool may_wait, const Run& run)
    : call_(call),
      may_wait_(may_wait),
      run_(run),
      answer_(std::make_shared<PendingAnswer>(call, translate)) {
  call_.Read();
}

void UnaryCall::OnRead(grpc::ByteBuffer* message) {
  if (message == nullptr) {
    answer_->Fail(grpc::Status(grpc::StatusCode::INTERNAL, "the request is missing"));
    return;
  }
  message_.Swap(message);
  if (!may_wait_ && message_.Length() <= kQuickBytesMax) return run_(*this);
  call_.RunLater([this] { run_(*this); });
}

bool UnaryCall::TakeRequest(google::protobuf::MessageLite& request) {
  const grpc::Status parsed = Parse(message_, request);
  if (!parsed.ok()) answer_->Fail(parsed);
  return parsed.ok();
}

}  // namespace pawl::rpc
