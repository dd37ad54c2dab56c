// Functions on times.
#include <array>
#include <chrono>
#include <cmath>

#include "engine/expression/jsonata/calendar.h"
#include "engine/expression/jsonata/date_time_picture.h"
#include "engine/expression/jsonata/evaluator.h"
#include "engine/expression/jsonata/functions.h"
#include "engine/expression/jsonata/picture_call.h"

namespace pawl::expression::jsonata {
namespace {

std::int64_t NowMillis(Evaluator& evaluator) {
  return std::chrono::floor<std::chrono::milliseconds>(evaluator.environment().Now())
      .time_since_epoch()
      .count();
}

Value FormatTime(Evaluator& evaluator,
                 double millis,
                 std::optional<std::string_view> picture,
                 std::optional<std::string_view> timezone) {
  if (!(std::fabs(millis) <= static_cast<double>(kMillisMax))) {
    return evaluator.Fail("D1001", Value::Number(millis));
  }
  return TextOrFailure(
      evaluator, FormatDateTime(static_cast<std::int64_t>(std::trunc(millis)), picture, timezone));
}

Value Now(Evaluator& evaluator, const Call& call) {
  if (!ChargePicture(evaluator, call)) return Value::Failed();
  return FormatTime(
      evaluator, static_cast<double>(NowMillis(evaluator)), TextAt(call, 0), TextAt(call, 1));
}

Value Millis(Evaluator& evaluator, const Call& /*call*/) {
  return Value::Number(static_cast<double>(NowMillis(evaluator)));
}

Value FromMillis(Evaluator& evaluator, const Call& call) {
  if (call.At(0).is_undefined()) return {};
  if (!ChargePicture(evaluator, call)) return Value::Failed();
  return FormatTime(evaluator, call.At(0).number(), TextAt(call, 1), TextAt(call, 2));
}

Value ToMillis(Evaluator& evaluator, const Call& call) {
  if (call.At(0).is_undefined()) return {};
  if (!ChargePicture(evaluator, call)) return Value::Failed();
  const Result<std::optional<std::int64_t>> millis =
      ParseDateTime(call.At(0).text(), TextAt(call, 1), NowMillis(evaluator));
  if (!millis.ok()) return evaluator.FailWith(millis.status());
  return *millis ? Value::Number(static_cast<double>(**millis)) : Value();
}

constexpr std::array kDateTimeFunctions = {
    Builtin{"now", "<s?s?:s>", 2, Now},
    Builtin{"millis", "<:n>", 0, Millis},
    Builtin{"fromMillis", "<n-s?s?:s>", 3, FromMillis},
    Builtin{"toMillis", "<s-s?:n>", 2, ToMillis},
};

}  // namespace

std::span<const Builtin> DateTimeFunctions() {
  return kDateTimeFunctions;
}

}  // namespace pawl::expression::jsonata
