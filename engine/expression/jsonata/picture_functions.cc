// Functions that write and read numbers by a picture.
#include <array>
#include <cmath>

#include "engine/expression/jsonata/evaluator.h"
#include "engine/expression/jsonata/functions.h"
#include "engine/expression/jsonata/integer_picture.h"
#include "engine/expression/jsonata/number_picture.h"
#include "engine/expression/jsonata/picture_call.h"

namespace pawl::expression::jsonata {
namespace {

Value Number(Evaluator& evaluator, const Call& call) {
  if (call.At(0).is_undefined()) return {};
  if (!ChargePicture(evaluator, call)) return Value::Failed();
  if (!std::isfinite(call.At(0).number())) return evaluator.Fail("D1001", call.At(0));
  std::vector<std::pair<std::string, std::string>> properties;
  const Value options = call.At(2);
  for (std::size_t i = 0; options.is_object() && i < options.member_count(); ++i) {
    if (!evaluator.Charge(1)) return Value::Failed();
    const Value option = options.member_value(i);
    if (!option.is_string()) continue;
    properties.emplace_back(options.member_name(i), option.text());
  }
  return TextOrFailure(
      evaluator,
      FormatNumber(call.At(0).number(), TextAt(call, 1).value_or(std::string_view()), properties));
}

Value Integer(Evaluator& evaluator, const Call& call) {
  if (call.At(0).is_undefined()) return {};
  if (!ChargePicture(evaluator, call)) return Value::Failed();
  const double value = std::floor(call.At(0).number());
  if (!std::isfinite(value)) return evaluator.Fail("D1001", call.At(0));
  return TextOrFailure(evaluator,
                       FormatInteger(value, TextAt(call, 1).value_or(std::string_view())));
}

Value ReadInteger(Evaluator& evaluator, const Call& call) {
  if (call.At(0).is_undefined()) return {};
  if (!ChargePicture(evaluator, call)) return Value::Failed();
  const Result<double> value =
      ParseInteger(call.At(0).text(), TextAt(call, 1).value_or(std::string_view()));
  return value.ok() ? Value::Number(*value) : evaluator.FailWith(value.status());
}

constexpr std::array kPictureFunctions = {
    Builtin{"formatNumber", "<n-so?:s>", 3, Number},
    Builtin{"formatInteger", "<n-s:s>", 2, Integer},
    Builtin{"parseInteger", "<s-s:n>", 2, ReadInteger},
};

}  // namespace

std::span<const Builtin> PictureFunctions() {
  return kPictureFunctions;
}

}  // namespace pawl::expression::jsonata
