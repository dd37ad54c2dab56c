// What the JSONata expressions of a state see: $states and the workflow's variables.
#pragma once

#include "engine/expression/jsonata/jsonata_template.h"
#include "engine/interpreter/interpreter.h"

namespace pawl::interpreter {

// Lives no longer than the interpreter, the frame and the values in `states`.
class Interpreter::QueryEnvironment final : public expression::jsonata::Environment {
 public:
  QueryEnvironment(Interpreter& interpreter,
                   Frame& frame,
                   const expression::JsonataTemplate& query,
                   const States& states)
      : interpreter_(interpreter), frame_(frame), query_(query), states_(states) {}

  // Step Functions has no input at the top of an expression.
  std::optional<json::Value> Input() override { return std::nullopt; }

  Result<std::optional<json::Value>> Variable(std::string_view name) override;

  SeededRandom& Random() override { return interpreter_.Random(); }

  Timestamp Now() override { return interpreter_.now_; }

 private:
  json::Value BuildStates();

  Interpreter& interpreter_;
  Frame& frame_;
  const expression::JsonataTemplate& query_;
  const States& states_;
  std::optional<json::Value> built_;
};

}  // namespace pawl::interpreter
