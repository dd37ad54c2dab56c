// Functions on text: $string, $length, $substring and so on.
#include <algorithm>
#include <array>
#include <cmath>

#include "engine/expression/jsonata/case_mapping.h"
#include "engine/expression/jsonata/evaluator.h"
#include "engine/expression/jsonata/functions.h"
#include "engine/expression/jsonata/text.h"
#include "engine/expression/jsonata/text_builder.h"

namespace pawl::expression::jsonata {
namespace {

Value String(Evaluator& evaluator, const Call& call) {
  const Value value = call.At(0);
  if (value.is_undefined()) return {};
  const bool is_pretty = call.At(1).is_boolean() && call.At(1).boolean();
  const std::optional<std::string_view> text = evaluator.ToText(value, is_pretty);
  return text ? Value::String(*text) : Value::Failed();
}

Value Length(Evaluator& evaluator, const Call& call) {
  if (call.At(0).is_undefined()) return {};
  const std::string_view text = call.At(0).text();
  if (!evaluator.ChargeText(text)) return Value::Failed();
  return Value::Number(static_cast<double>(CountCharacters(text)));
}

// The characters from `begin` to before `end`, both counted and within what JavaScript's slice
// takes: negative ones count from the end.
std::string_view Slice(std::string_view text, double begin, double end) {
  const auto count = static_cast<double>(CountCharacters(text));
  const auto place = [count](double index) {
    index = std::trunc(index);
    return std::clamp(index < 0 ? index + count : index, 0.0, count);
  };
  const auto first = static_cast<std::size_t>(place(begin));
  const auto last = static_cast<std::size_t>(place(end));
  if (first >= last) return {};
  const std::size_t offset = CharacterOffset(text, first);
  return text.substr(offset, CharacterOffset(text.substr(offset), last - first));
}

Value Substring(Evaluator& evaluator, const Call& call) {
  if (call.At(0).is_undefined()) return {};
  const std::string_view text = call.At(0).text();
  if (!evaluator.ChargeText(text)) return Value::Failed();
  const auto count = static_cast<double>(CountCharacters(text));
  double start = call.At(1).is_number() ? call.At(1).number() : 0;
  if (count + start < 0) start = 0;
  if (!call.At(2).is_number()) return Value::String(Slice(text, start, HUGE_VAL));
  const double length = call.At(2).number();
  if (!(length > 0)) return Value::String({});
  const double end = start >= 0 ? start + length : count + start + length;
  return Value::String(Slice(text, start, end));
}

Value SubstringBefore(Evaluator& evaluator, const Call& call) {
  if (call.At(0).is_undefined()) return {};
  const std::string_view text = call.At(0).text();
  if (!evaluator.ChargeText(text)) return Value::Failed();
  const std::size_t place =
      call.At(1).is_string() ? FindText(text, call.At(1).text()) : std::string_view::npos;
  return Value::String(text.substr(0, place));
}

Value SubstringAfter(Evaluator& evaluator, const Call& call) {
  if (call.At(0).is_undefined()) return {};
  const std::string_view text = call.At(0).text();
  if (!evaluator.ChargeText(text)) return Value::Failed();
  const std::size_t place =
      call.At(1).is_string() ? FindText(text, call.At(1).text()) : std::string_view::npos;
  if (place == std::string_view::npos) return Value::String(text);
  return Value::String(text.substr(place + call.At(1).text().size()));
}

Value Lowercase(Evaluator& evaluator, const Call& call) {
  if (call.At(0).is_undefined()) return {};
  const std::string_view text = call.At(0).text();
  if (!evaluator.ChargeText(text) || !evaluator.CanTake(text.size() * 3)) return Value::Failed();
  return evaluator.MakeText(ToLowerCase(text));
}

Value Uppercase(Evaluator& evaluator, const Call& call) {
  if (call.At(0).is_undefined()) return {};
  const std::string_view text = call.At(0).text();
  if (!evaluator.ChargeText(text) || !evaluator.CanTake(text.size() * 3)) return Value::Failed();
  return evaluator.MakeText(ToUpperCase(text));
}

// Runs of white space become one space; none at the ends.
Value Trim(Evaluator& evaluator, const Call& call) {
  if (call.At(0).is_undefined()) return {};
  const std::string_view text = call.At(0).text();
  if (!evaluator.ChargeText(text) || !evaluator.CanTake(text.size())) return Value::Failed();
  std::string out;
  bool has_gap = false;
  for (const char c : text) {
    if (c == ' ' || c == '\t' || c == '\n' || c == '\r') {
      has_gap = true;
      continue;
    }
    if (has_gap && !out.empty()) out += ' ';
    has_gap = false;
    out += c;
  }
  return evaluator.MakeText(out);
}

Value Pad(Evaluator& evaluator, const Call& call) {
  if (call.At(0).is_undefined()) return {};
  const std::string_view text = call.At(0).text();
  const double width = call.At(1).is_number() ? std::trunc(call.At(1).number()) : 0;
  std::string_view filler = call.At(2).is_string() ? call.At(2).text() : std::string_view();
  if (filler.empty()) filler = " ";
  if (!evaluator.ChargeText(text)) return Value::Failed();
  const double missing = std::fabs(width) - static_cast<double>(CountCharacters(text));
  if (!(missing > 0)) return Value::String(text);
  if (!(missing < static_cast<double>(evaluator.memory_left()))) {
    return evaluator.Fail(OutOfMemory());
  }
  const auto count = static_cast<std::size_t>(missing);
  const std::size_t filler_count = std::max<std::size_t>(CountCharacters(filler), 1);
  TextBuilder out(evaluator);
  if (width > 0 && !out.Append(text)) return Value::Failed();
  for (std::size_t i = 0; i < count / filler_count; ++i) {
    if (!out.Append(filler)) return Value::Failed();
  }
  if (!out.Append(filler.substr(0, CharacterOffset(filler, count % filler_count)))) {
    return Value::Failed();
  }
  if (width < 0 && !out.Append(text)) return Value::Failed();
  return evaluator.MakeText(out.text());
}

Value Join(Evaluator& evaluator, const Call& call) {
  const Value texts = call.At(0);
  if (texts.is_undefined()) return {};
  const std::string_view separator =
      call.At(1).is_string() ? call.At(1).text() : std::string_view();
  TextBuilder out(evaluator);
  for (std::size_t i = 0; i < texts.item_count(); ++i) {
    if (i > 0 && !separator.empty() && !out.Append(separator)) return Value::Failed();
    if (texts.item(i).is_string() && !out.Append(texts.item(i).text())) return Value::Failed();
  }
  return evaluator.MakeText(out.text());
}

constexpr std::array kStringFunctions = {
    Builtin{"string", "<x-b?:s>", 1, String},
    Builtin{"length", "<s-:n>", 1, Length},
    Builtin{"substring", "<s-nn?:s>", 3, Substring},
    Builtin{"substringBefore", "<s-s:s>", 2, SubstringBefore},
    Builtin{"substringAfter", "<s-s:s>", 2, SubstringAfter},
    Builtin{"lowercase", "<s-:s>", 1, Lowercase},
    Builtin{"uppercase", "<s-:s>", 1, Uppercase},
    Builtin{"trim", "<s-:s>", 1, Trim},
    Builtin{"pad", "<s-ns?:s>", 3, Pad},
    Builtin{"join", "<a<s>s?:s>", 2, Join},
};

}  // namespace

std::span<const Builtin> StringFunctions() {
  return kStringFunctions;
}

}  // namespace pawl::expression::jsonata
