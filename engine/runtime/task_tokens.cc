#include "engine/runtime/task_tokens.h"

#include <utility>

namespace pawl::runtime {
namespace {

constexpr std::uint8_t kKeyId = 1;
// A token is good in whatever request it comes back; the execution in it says the namespace.
constexpr TokenScope kScope{.namespace_id = {}, .kind = "Task", .request = ""};

}  // namespace

SealedTaskTokens::SealedTaskTokens(std::string secret)
    : sealer_({{.id = kKeyId, .secret = std::move(secret)}}) {}

std::string SealedTaskTokens::TokenOf(ExecutionId execution,
                                      FrameNumber frame,
                                      std::uint32_t wait_number) const {
  return sealer_.Seal(
      kScope, EncodeTaskRef({.execution = execution, .frame = frame, .wait_number = wait_number}));
}

Result<TaskRef> SealedTaskTokens::Open(std::string_view token) const {
  const auto content = sealer_.Open(kScope, token);
  const auto ref = content.ok() ? DecodeTaskRef(*content) : std::nullopt;
  if (ref) return *ref;
  return InvalidArgument("Invalid Token: 'Invalid token'", "task_token").WithReason("InvalidToken");
}

}  // namespace pawl::runtime
