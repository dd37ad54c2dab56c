// Succeed and Fail: the states where a branch or an execution ends.
#include <string>

#include "engine/interpreter/interpreter.h"
#include "engine/interpreter/state_scope.h"
#include "engine/json/write.h"

namespace pawl::interpreter {

void Interpreter::ExecuteSucceed(Frame& frame) {
  auto input = EffectiveInput(frame);
  if (!input) return;
  LeaveThrough(frame, std::move(*input), {.output = &StateOf(frame).output});
}

void Interpreter::ExecuteFail(Frame& frame) {
  const auto& fail = std::get<asl::FailState>(StateOf(frame).details);
  Failure failure{.error = fail.error, .cause = fail.cause};
  const auto query = [&](const std::optional<expression::JsonataTemplate>& expression,
                         const char* field,
                         std::optional<std::string>& text) {
    if (!expression) return true;
    const auto value = QueryAs(json::Type::kString, frame, *expression, field);
    if (!value.ok()) {
      FailQuery(frame, value.status());
      return false;
    }
    text = std::string(value->string());
    return true;
  };
  if (!query(fail.error_expression, "Error", failure.error)) return;
  if (!query(fail.cause_expression, "Cause", failure.cause)) return;
  Datum input(frame.input);
  const auto read = [&](const std::optional<asl::PathOrCall>& source,
                        const char* field,
                        std::optional<std::string>& text) {
    if (!source) return true;
    const auto* call = std::get_if<expression::Intrinsic>(&*source);
    StateScope scope(*this, frame, input);
    const auto value = call != nullptr
                           ? call->Evaluate(field, scope, arena_)
                           : EvaluatePath(frame, std::get<expression::Path>(*source), input);
    if (!value.ok() && call != nullptr) {
      FailEvaluation(frame, value.status());
      return false;
    }
    const std::string& written =
        call != nullptr ? call->text() : std::get<expression::Path>(*source).text();
    if (!value.ok()) {
      FailRuntime(frame,
                  "The JSONPath '" + written + "' specified for the field '" + field +
                      "' could not be found in the input '" + json::Write(ValueOf(input)) + "'");
      return false;
    }
    if (!value->is_string()) {
      FailRuntime(frame,
                  "The JSONPath '" + written + "' specified for the field '" + field +
                      "' must reference a string, but references a value of type " +
                      std::string(json::TypeName(value->type())));
      return false;
    }
    text = std::string(value->string());
    return true;
  };
  if (!read(fail.error_path, "ErrorPath", failure.error)) return;
  if (!read(fail.cause_path, "CausePath", failure.cause)) return;
  // A Fail state has neither retriers nor catchers: this leads to the join around, or to the end.
  Fail(frame, std::move(failure));
}

}  // namespace pawl::interpreter
