#include "engine/interpreter/interpreter.h"

namespace pawl::interpreter {

void Interpreter::ExecutePass(Frame& frame) {
  const asl::State& state = StateOf(frame);
  if (state.is_jsonata) return LeaveQuery(frame, Datum(frame.input), ExitOf(state), {});
  auto input = EffectiveInput(frame);
  if (!input) return;
  const auto& pass = std::get<asl::PassState>(state.details);
  if (pass.result) return LeaveWithResult(frame, Datum(Payload{.bytes = *pass.result}));
  LeaveWithResult(frame, std::move(*input));
}

}  // namespace pawl::interpreter
