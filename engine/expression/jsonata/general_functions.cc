// Functions on values of any type.
#include <array>

#include "engine/expression/jsonata/evaluator.h"
#include "engine/expression/jsonata/functions.h"

namespace pawl::expression::jsonata {
namespace {

Value Boolean(Evaluator& evaluator, const Call& call) {
  if (call.At(0).is_undefined()) return {};
  const std::optional<bool> is_true = evaluator.IsTruthy(call.At(0));
  return is_true ? Value::Boolean(*is_true) : Value::Failed();
}

Value Not(Evaluator& evaluator, const Call& call) {
  if (call.At(0).is_undefined()) return {};
  const std::optional<bool> is_true = evaluator.IsTruthy(call.At(0));
  return is_true ? Value::Boolean(!*is_true) : Value::Failed();
}

Value Exists(Evaluator& /*evaluator*/, const Call& call) {
  return Value::Boolean(!call.At(0).is_undefined());
}

Value Type(Evaluator& /*evaluator*/, const Call& call) {
  const Value value = call.At(0);
  if (value.is_undefined()) return {};
  if (value.is_null()) return Value::String("null");
  if (value.is_boolean()) return Value::String("boolean");
  if (value.is_number()) return Value::String("number");
  if (value.is_string()) return Value::String("string");
  if (value.is_array()) return Value::String("array");
  return Value::String(value.is_function() ? "function" : "object");
}

Value RaiseError(Evaluator& evaluator, const Call& call) {
  Error error{.code = "D3137"};
  const bool has_message = call.At(0).is_string() && !call.At(0).text().empty();
  error.detail = has_message ? call.At(0).text() : "$error() function evaluated";
  return evaluator.Fail(std::move(error));
}

Value Assert(Evaluator& evaluator, const Call& call) {
  if (call.At(0).is_boolean() && call.At(0).boolean()) return {};
  Error error{.code = "D3141"};
  const Value message = call.At(1);
  error.detail = "$assert() statement failed";
  if (message.is_string() && !message.text().empty()) error.detail = message.text();
  if (!message.is_string() && !message.is_undefined()) error.detail = evaluator.Describe(message);
  return evaluator.Fail(std::move(error));
}

// Step Functions has all of JSONata but this.
Value Eval(Evaluator& evaluator, const Call& /*call*/) {
  return evaluator.FailWith(
      FailedPrecondition("The function $eval is not available; $parse reads JSON text")
          .WithReason("T1006"));
}

constexpr std::array kGeneralFunctions = {
    Builtin{"boolean", "<x-:b>", 1, Boolean},
    Builtin{"not", "<x-:b>", 1, Not},
    Builtin{"exists", "<x:b>", 1, Exists},
    Builtin{"type", "<x:s>", 1, Type},
    Builtin{"error", "<s?:x>", 1, RaiseError},
    Builtin{"assert", "<bs?:x>", 2, Assert},
    Builtin{"eval", "<sx?:x>", 2, Eval},
};

}  // namespace

std::span<const Builtin> GeneralFunctions() {
  return kGeneralFunctions;
}

}  // namespace pawl::expression::jsonata
