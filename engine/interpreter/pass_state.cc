#include "engine/interpreter/interpreter.h"

namespace pawl::interpreter {

void Interpreter::ExecutePass(Frame& frame) {
  auto input = EffectiveInput(frame);
  if (!input) return;
  const auto& pass = std::get<asl::PassState>(StateOf(frame).details);
  if (pass.result) return LeaveWithResult(frame, Datum(Payload{.bytes = *pass.result}));
  LeaveWithResult(frame, std::move(*input));
}

}  // namespace pawl::interpreter
