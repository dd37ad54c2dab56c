// Task tokens: what stands for one attempt of a task outside the engine, sealed so that nobody can
// make one.
#pragma once

#include <string>
#include <string_view>

#include "engine/interpreter/turn.h"
#include "engine/runtime/engine.h"
#include "engine/runtime/sealed_token.h"

namespace pawl::runtime {

// Threads: safe from any thread.
class SealedTaskTokens final : public interpreter::TaskTokens {
 public:
  // 32 secret bytes, the same as long as the store lives.
  explicit SealedTaskTokens(std::string secret);

  std::string TokenOf(ExecutionId execution,
                      FrameNumber frame,
                      std::uint32_t wait_number) const override;
  // InvalidArgument, reason InvalidToken, for what TokenOf of this store did not make.
  Result<TaskRef> Open(std::string_view token) const;

 private:
  TokenSealer sealer_;
};

}  // namespace pawl::runtime
