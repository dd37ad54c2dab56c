// Values as text and as JSON.
#include <cmath>
#include <utility>

#include "engine/expression/jsonata/evaluator.h"
#include "engine/expression/jsonata/number_text.h"
#include "engine/expression/jsonata/text.h"
#include "engine/expression/jsonata/text_builder.h"
#include "engine/json/number.h"
#include "engine/json/write.h"

namespace pawl::expression::jsonata {
namespace {

constexpr std::size_t kIndentSpaces = 2;
// Values in messages are cut here.
constexpr std::size_t kDescriptionBytesMax = 1000;

// Writes a value as JavaScript's JSON.stringify does, numbers with 15 digits.
class ValueWriter final {
 public:
  ValueWriter(Evaluator& evaluator, bool is_pretty)
      : evaluator_(evaluator), out_(evaluator), is_pretty_(is_pretty) {}

  bool Write(Value value) {
    switch (value.kind()) {
      case Kind::kBoolean:
        return out_.Append(value.boolean() ? "true" : "false");
      case Kind::kNumber:
      case Kind::kNumberText:
        return WriteNumber(value);
      case Kind::kString:
        return WriteString(value.text());
      case Kind::kFunction:
      case Kind::kThunk:
        return out_.Append("\"\"");
      case Kind::kJsonArray:
      case Kind::kArray:
      case Kind::kJsonObject:
      case Kind::kObject: {
        if (!evaluator_.Enter()) return false;
        ++level_;
        const bool done = value.is_array() ? WriteArray(value) : WriteObject(value);
        --level_;
        evaluator_.Leave();
        return done;
      }
      case Kind::kTuple:
        return out_.Append("{}");
      default:
        return out_.Append("null");
    }
  }

  std::string_view text() const { return out_.text(); }

 private:
  bool WriteNumber(Value value) {
    const double number = value.number();
    if (std::isnan(number)) return out_.Append("null");
    if (std::isinf(number)) {
      evaluator_.Fail("D1001", value);
      return false;
    }
    return out_.Append(json::NumberFromDouble(RoundTo15Digits(number)));
  }

  bool WriteString(std::string_view text) {
    if (!evaluator_.CanTake(text.size())) return false;
    std::string quoted;
    json::WriteStringTo(quoted, text);
    return out_.Append(quoted);
  }

  bool WriteArray(Value value) {
    const std::size_t count = value.item_count();
    if (!out_.Append("[")) return false;
    for (std::size_t i = 0; i < count; ++i) {
      if (i > 0 && !out_.Append(",")) return false;
      if (!NewLine(level_) || !Write(value.item(i))) return false;
    }
    if (count > 0 && !NewLine(level_ - 1)) return false;
    return out_.Append("]");
  }

  bool WriteObject(Value value) {
    bool is_empty = true;
    if (!out_.Append("{")) return false;
    for (std::size_t i = 0; i < value.member_count(); ++i) {
      const Value member = value.member_value(i);
      if (member.is_undefined()) continue;
      if (!is_empty && !out_.Append(",")) return false;
      is_empty = false;
      if (!NewLine(level_) || !WriteString(value.member_name(i)) ||
          !out_.Append(is_pretty_ ? ": " : ":") || !Write(member)) {
        return false;
      }
    }
    if (!is_empty && !NewLine(level_ - 1)) return false;
    return out_.Append("}");
  }

  bool NewLine(std::size_t level) {
    return !is_pretty_ || out_.Append("\n" + std::string(level * kIndentSpaces, ' '));
  }

  Evaluator& evaluator_;
  TextBuilder out_;
  bool is_pretty_;
  std::size_t level_ = 0;
};

}  // namespace

std::optional<std::string_view> Evaluator::ToText(Value value, bool is_pretty) {
  if (value.is_string()) return value.text();
  if (value.is_function()) return std::string_view();
  if (value.is_number() && !std::isfinite(value.number())) {
    Fail("D3001", Value::Null());
    return std::nullopt;
  }
  if (value.kind() == Kind::kArray && value.array().is_outer_wrapper) value = value.item(0);
  ValueWriter writer(*this, is_pretty);
  if (!writer.Write(value)) return std::nullopt;
  const Value text = MakeText(writer.text());
  if (text.failed()) return std::nullopt;
  return text.text();
}

std::string Evaluator::Describe(Value value) {
  if (value.is_undefined()) return "undefined";
  if (value.is_number() && !std::isfinite(value.number())) return "null";
  ValueWriter writer(*this, /*is_pretty=*/false);
  if (!writer.Write(value)) return "...";
  std::string text(writer.text());
  if (text.size() <= kDescriptionBytesMax) return text;
  std::size_t end = kDescriptionBytesMax;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) {
    --end;
  }
  return text.substr(0, end) + "...";
}

std::optional<json::Value> Evaluator::ToJson(Value value) {
  if (!Charge(1)) return std::nullopt;
  switch (value.kind()) {
    case Kind::kBoolean:
      return json::Value::Boolean(value.boolean());
    case Kind::kNumber:
      if (std::isfinite(value.number())) return json::Value::Number(value.number(), arena_);
      Fail("D1001", value);
      return std::nullopt;
    case Kind::kNumberText:
      return json::Value::Number(value.text());
    case Kind::kString:
      return json::Value::String(JsonText(value.text()));
    case Kind::kFunction:
    case Kind::kThunk:
      met_function_ = true;
      return std::nullopt;
    case Kind::kJsonArray:
      return json::Value::Array(value.json_items());
    case Kind::kJsonObject:
      return json::Value::Object(value.json_members());
    case Kind::kArray:
    case Kind::kObject: {
      if (!Enter()) return std::nullopt;
      const std::optional<json::Value> result =
          value.is_array() ? ArrayToJson(value) : ObjectToJson(value);
      Leave();
      return result;
    }
    default:
      return json::Value();
  }
}

// JSON has no half of a surrogate pair. Only escapes in the expression can have made one.
std::string_view Evaluator::JsonText(std::string_view text) {
  if (!tree_.has_lone_surrogate || !HasLoneSurrogate(text)) return text;
  return arena_.Copy(WellFormed(text));
}

std::optional<json::Value> Evaluator::ArrayToJson(Value value) {
  const std::size_t count = value.item_count();
  if (!CanTake(count * sizeof(json::Value))) return std::nullopt;
  auto* const items = static_cast<json::Value*>(arena_.Allocate(count * sizeof(json::Value)));
  for (std::size_t i = 0; i < count; ++i) {
    const std::optional<json::Value> item = ToJson(value.item(i));
    if (!item) return std::nullopt;
    new (&items[i]) json::Value(*item);
  }
  return json::Value::Array({items, count});
}

std::optional<json::Value> Evaluator::ObjectToJson(Value value) {
  const std::size_t capacity = value.member_count();
  if (!CanTake(capacity * sizeof(json::Member))) return std::nullopt;
  auto* const members =
      static_cast<json::Member*>(arena_.Allocate(capacity * sizeof(json::Member)));
  std::size_t count = 0;
  for (std::size_t i = 0; i < capacity; ++i) {
    if (value.member_value(i).is_undefined()) continue;
    const std::optional<json::Value> member = ToJson(value.member_value(i));
    if (!member) return std::nullopt;
    new (&members[count++]) json::Member{JsonText(value.member_name(i)), *member};
  }
  return json::Value::Object({members, count});
}

}  // namespace pawl::expression::jsonata
