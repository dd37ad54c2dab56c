// Functions on numbers.
#include <array>
#include <cmath>

#include "engine/expression/jsonata/evaluator.h"
#include "engine/expression/jsonata/functions.h"
#include "engine/expression/jsonata/number_text.h"

namespace pawl::expression::jsonata {
namespace {

Value ToNumber(Evaluator& evaluator, const Call& call) {
  const Value value = call.At(0);
  if (value.is_undefined() || value.is_number()) return value;
  if (value.is_boolean()) return Value::Number(value.boolean() ? 1 : 0);
  if (value.is_string()) {
    if (!evaluator.Charge(1 + value.text().size() / 64)) return Value::Failed();
    if (const std::optional<double> number = NumberFromText(value.text())) {
      return Value::Number(*number);
    }
  }
  return evaluator.Fail("D3030", value);
}

Value Floor(Evaluator& /*evaluator*/, const Call& call) {
  if (call.At(0).is_undefined()) return {};
  return Value::Number(std::floor(call.At(0).number()));
}

Value Ceil(Evaluator& /*evaluator*/, const Call& call) {
  if (call.At(0).is_undefined()) return {};
  return Value::Number(std::ceil(call.At(0).number()));
}

Value Abs(Evaluator& /*evaluator*/, const Call& call) {
  if (call.At(0).is_undefined()) return {};
  return Value::Number(std::fabs(call.At(0).number()));
}

// To the nearest whole number, halves to the even one.
double RoundHalfEven(double value) {
  const double below = std::floor(value);
  const double rest = value - below;
  if (rest != 0.5) return rest < 0.5 ? below : below + 1;
  return std::fmod(below, 2) == 0 ? below : below + 1;
}

double RoundTo(double value, int precision) {
  if (!std::isfinite(value)) return value;
  double rounded = RoundHalfEven(precision == 0 ? value : ShiftPoint(value, precision));
  if (precision != 0) rounded = ShiftPoint(rounded, -precision);
  // No negative zero.
  return rounded == 0 ? 0 : rounded;
}

Value Round(Evaluator& /*evaluator*/, const Call& call) {
  constexpr double kPrecisionMax = 400;
  if (call.At(0).is_undefined()) return {};
  double precision = call.At(1).is_number() ? std::trunc(call.At(1).number()) : 0;
  precision = std::fmin(std::fmax(precision, -kPrecisionMax), kPrecisionMax);
  return Value::Number(RoundTo(call.At(0).number(), static_cast<int>(precision)));
}

Value Sqrt(Evaluator& evaluator, const Call& call) {
  if (call.At(0).is_undefined()) return {};
  const double number = call.At(0).number();
  if (number < 0) return evaluator.Fail("D3060", call.At(0));
  return Value::Number(std::sqrt(number));
}

Value Power(Evaluator& evaluator, const Call& call) {
  if (call.At(0).is_undefined()) return {};
  const double base = call.At(0).number();
  const double exponent = call.At(1).is_number() ? call.At(1).number() : NAN;
  // Unlike C, JavaScript has no 1 to the power of infinity.
  const double result =
      std::fabs(base) == 1 && !std::isfinite(exponent) ? NAN : std::pow(base, exponent);
  if (std::isfinite(result)) return Value::Number(result);
  Error error{.code = "D3061",
              .value = evaluator.Describe(call.At(0)),
              .value2 = evaluator.Describe(call.At(1))};
  return evaluator.Fail(std::move(error));
}

Value FormatBase(Evaluator& evaluator, const Call& call) {
  if (call.At(0).is_undefined()) return {};
  const double value = RoundTo(call.At(0).number(), 0);
  const double radix = call.At(1).is_number() ? RoundTo(call.At(1).number(), 0) : 10;
  if (!(radix >= 2 && radix <= 36)) return evaluator.Fail("D3100", Value::Number(radix));
  if (!std::isfinite(value)) return evaluator.Fail("D1001", call.At(0));
  return evaluator.MakeText(NumberInBase(value, static_cast<int>(radix)));
}

constexpr std::array kNumericFunctions = {
    Builtin{"number", "<(nsb)-:n>", 1, ToNumber},
    Builtin{"floor", "<n-:n>", 1, Floor},
    Builtin{"ceil", "<n-:n>", 1, Ceil},
    Builtin{"abs", "<n-:n>", 1, Abs},
    Builtin{"round", "<n-n?:n>", 2, Round},
    Builtin{"sqrt", "<n-:n>", 1, Sqrt},
    Builtin{"power", "<n-n:n>", 2, Power},
    Builtin{"formatBase", "<n-n?:n>", 2, FormatBase},
};

}  // namespace

std::span<const Builtin> NumericFunctions() {
  return kNumericFunctions;
}

}  // namespace pawl::expression::jsonata
