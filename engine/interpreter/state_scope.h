// What the paths of a state see: its input, parsed when first asked for, and the context object.
#pragma once

#include "engine/interpreter/interpreter.h"

namespace pawl::interpreter {

// Lives no longer than the interpreter, the frame and the datum it is made of.
class Interpreter::StateScope final : public expression::Scope {
 public:
  StateScope(Interpreter& interpreter, Frame& frame, Datum& input)
      : interpreter_(interpreter), frame_(frame), input_(input) {}

  // For the ItemSelector of a Map, evaluated for the item at `item_index`.
  StateScope(Interpreter& interpreter, Frame& frame, Datum& input, std::uint32_t item_index)
      : interpreter_(interpreter), frame_(frame), input_(input), item_index_(item_index) {}

  Result<json::Value> Root(const expression::Path& path) override;

  SeededRandom& Random() override { return interpreter_.Random(); }

 private:
  Interpreter& interpreter_;
  Frame& frame_;
  Datum& input_;
  std::optional<std::uint32_t> item_index_;
};

}  // namespace pawl::interpreter
