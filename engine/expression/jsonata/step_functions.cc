// The functions that AWS Step Functions adds: Developer Guide, "Transforming data with JSONata".
#include <array>
#include <bit>
#include <cmath>

#include "engine/expression/digest.h"
#include "engine/expression/jsonata/evaluator.h"
#include "engine/expression/jsonata/functions.h"
#include "engine/expression/jsonata/text_cost.h"
#include "engine/json/parse.h"

namespace pawl::expression::jsonata {
namespace {

// An argument of the right type whose value makes no sense.
Value Unfit(Evaluator& evaluator, std::size_t index) {
  return evaluator.Fail(Error{.code = "T0410", .index = index});
}

// Pieces of `size` items; the last one may be shorter.
Value Partition(Evaluator& evaluator, const Call& call) {
  const Value array = call.At(0);
  if (array.is_undefined() || call.At(1).is_undefined()) return {};
  const double size = std::trunc(call.At(1).number());
  if (!(size >= 1)) return Unfit(evaluator, 2);
  const std::size_t count = array.item_count();
  if (!evaluator.Charge(count)) return Value::Failed();
  Array* const pieces = evaluator.NewArray();
  Array* piece = nullptr;
  for (std::size_t i = 0; i < count; ++i) {
    if (piece == nullptr || piece->size >= size) {
      piece = evaluator.NewArray();
      pieces->Push(Value::Of(piece), evaluator.arena());
    }
    piece->Push(array.item(i), evaluator.arena());
  }
  return Value::Of(pieces);
}

// From `first` to `last`, both included. One number alone is no array: AWS gives 1 for
// $range(1, 9, 9).
Value Range(Evaluator& evaluator, const Call& call) {
  for (std::size_t i = 0; i < 3; ++i) {
    if (call.At(i).is_undefined()) return {};
    if (!std::isfinite(call.At(i).number())) return evaluator.Fail("D1001", call.At(i));
  }
  const double first = call.At(0).number();
  const double step = call.At(2).number();
  if (step == 0) return Unfit(evaluator, 3);
  const double count = std::floor((call.At(1).number() - first) / step) + 1;
  if (count > Evaluator::kRangeItemsMax) return evaluator.Fail("D2014", Value::Number(count));
  Array* const numbers = evaluator.NewSequence();
  for (std::uint32_t i = 0; i < count; ++i) {
    if (!evaluator.Charge(1)) return Value::Failed();
    numbers->Push(Value::Number(first + step * i), evaluator.arena());
  }
  return Value::Of(numbers);
}

Value Hash(Evaluator& evaluator, const Call& call) {
  if (call.At(0).is_undefined() || call.At(1).is_undefined()) return {};
  const std::optional<std::string_view> data = evaluator.ToText(call.At(0), /*is_pretty=*/false);
  if (!data || !evaluator.Charge(1 + data->size() / kParsedTextBytesPerStep)) {
    return Value::Failed();
  }
  const std::optional<std::string> digest = HexDigest(call.At(1).text(), *data);
  return digest ? evaluator.MakeText(*digest) : Unfit(evaluator, 2);
}

Value Random(Evaluator& evaluator, const Call& call) {
  if (!call.At(0).is_number()) return Value::Number(evaluator.environment().Random().NextUnit());
  return Value::Number(SeededRandom(std::bit_cast<std::uint64_t>(call.At(0).number())).NextUnit());
}

// RFC 4122, version 4.
Value Uuid(Evaluator& evaluator, const Call& /*call*/) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  SeededRandom& random = evaluator.environment().Random();
  std::array<std::uint64_t, 2> bits = {random.Next(), random.Next()};
  bits[0] = (bits[0] & ~0xF000ULL) | 0x4000ULL;
  bits[1] = (bits[1] & ~(0x3ULL << 62U)) | (0x2ULL << 62U);
  std::string text;
  for (unsigned i = 0; i < 32; ++i) {
    if (i == 8 || i == 12 || i == 16 || i == 20) text += '-';
    text += kDigits[bits.at(i / 16) >> (60U - 4 * (i % 16)) & 0xFU];
  }
  return evaluator.MakeText(text);
}

Value Parse(Evaluator& evaluator, const Call& call) {
  if (call.At(0).is_undefined()) return {};
  const std::string_view text = call.At(0).text();
  if (!evaluator.Charge(1 + text.size() / kParsedTextBytesPerStep) ||
      !evaluator.CanTake(text.size() * 8)) {
    return Value::Failed();
  }
  const Result<json::Value> parsed = json::Parse(text, evaluator.arena());
  if (!parsed.ok()) {
    Error error{.code = "D3120", .value = evaluator.Describe(call.At(0))};
    error.detail = "parse";
    return evaluator.Fail(std::move(error));
  }
  const Value value = Value::FromJson(*parsed);
  const bool is_zero = value.is_number() && value.number() == 0;
  return is_zero ? Value::Number(0) : value;
}

constexpr std::array kStepFunctions = {
    Builtin{"partition", "<an:a>", 2, Partition},
    Builtin{"range", "<nnn:a>", 3, Range},
    Builtin{"hash", "<xs:s>", 2, Hash},
    Builtin{"random", "<n?:n>", 0, Random},
    Builtin{"uuid", "<:s>", 0, Uuid},
    Builtin{"parse", "<s-:x>", 1, Parse},
};

}  // namespace

std::span<const Builtin> StepFunctions() {
  return kStepFunctions;
}

}  // namespace pawl::expression::jsonata
