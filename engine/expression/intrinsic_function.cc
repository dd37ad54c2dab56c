#include "engine/expression/intrinsic_function.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "engine/base/random.h"
#include "engine/expression/canonical_text.h"
#include "engine/expression/character_count.h"
#include "engine/expression/digest.h"
#include "engine/expression/intrinsic.h"
#include "engine/expression/java_text.h"
#include "engine/expression/result_depth.h"
#include "engine/json/parse.h"
#include "engine/json/write.h"

namespace pawl::expression {
namespace {

using json::Value;

// Doubles beyond this are no integers of 64 bits.
constexpr double kIntegerMax = 0x1p63;

std::size_t CharacterLength(char first) {
  const auto byte = static_cast<unsigned char>(first);
  return byte < 0x80 ? 1 : byte < 0xE0 ? 2 : byte < 0xF0 ? 3 : 4;
}

std::vector<std::string_view> Characters(std::string_view text) {
  std::vector<std::string_view> characters;
  for (std::size_t i = 0; i < text.size(); i += characters.back().size()) {
    characters.push_back(text.substr(i, CharacterLength(text[i])));
  }
  return characters;
}

// One call: checks of its arguments, and its result.
class Function final {
 public:
  Function(std::span<const Value> arguments, Scope& scope, json::Arena& arena)
      : arguments_(arguments), scope_(scope), arena_(arena) {}

  Result<Value> Call(IntrinsicFunction function) {
    switch (function) {
      case IntrinsicFunction::kArray:
        return Collect(arguments_);
      case IntrinsicFunction::kArrayContains:
        return ArrayContains();
      case IntrinsicFunction::kArrayGetItem:
        return ArrayGetItem();
      case IntrinsicFunction::kArrayLength:
        return ArrayLength();
      case IntrinsicFunction::kArrayPartition:
        return ArrayPartition();
      case IntrinsicFunction::kArrayRange:
        return ArrayRange();
      case IntrinsicFunction::kArrayUnique:
        return ArrayUnique();
      case IntrinsicFunction::kBase64Decode:
        return Base64Decode();
      case IntrinsicFunction::kBase64Encode:
        return Base64Encode();
      case IntrinsicFunction::kFormat:
        return Format();
      case IntrinsicFunction::kHash:
        return Hash();
      case IntrinsicFunction::kJsonMerge:
        return JsonMerge();
      case IntrinsicFunction::kJsonToString:
        return Text(json::Write(arguments_[0]));
      case IntrinsicFunction::kMathAdd:
        return MathAdd();
      case IntrinsicFunction::kMathRandom:
        return MathRandom();
      case IntrinsicFunction::kStringSplit:
        return StringSplit();
      case IntrinsicFunction::kStringToJson:
        return StringToJson();
      case IntrinsicFunction::kUuid:
        return Uuid();
    }
    return Internal("an intrinsic function without a body");
  }

 private:
  Status Expected(std::size_t index, std::string_view what) const {
    return FailedPrecondition("expected argument " + std::to_string(index + 1) + " to be " +
                              std::string(what) + ", found " +
                              std::string(json::TypeName(arguments_[index].type())));
  }

  Result<std::span<const Value>> ArrayAt(std::size_t index) const {
    if (!arguments_[index].is_array()) return Expected(index, "an array");
    return arguments_[index].items();
  }

  Result<std::string_view> StringAt(std::size_t index) const {
    if (!arguments_[index].is_string()) return Expected(index, "a string");
    return arguments_[index].string();
  }

  // As Java's Math.round: halves go up.
  Result<std::int64_t> IntegerAt(std::size_t index) const {
    const Value value = arguments_[index];
    if (!value.is_number()) return Expected(index, "a number");
    if (const std::optional<std::int64_t> integer = value.AsInt64()) return *integer;
    const double rounded = std::floor(value.AsDouble() + 0.5);
    if (!(std::abs(rounded) < kIntegerMax)) {
      return FailedPrecondition("expected argument " + std::to_string(index + 1) +
                                " to be an integer of 64 bits, found a larger number");
    }
    return static_cast<std::int64_t>(rounded);
  }

  Status CheckDataSize(std::string_view text) const {
    const std::size_t size = CountCharacters(text);
    if (size <= kIntrinsicDataCharactersMax) return OkStatus();
    return FailedPrecondition("expected at most " + std::to_string(kIntrinsicDataCharactersMax) +
                              " characters, found " + std::to_string(size));
  }

  Value Text(std::string_view text) { return Value::String(arena_.Copy(text)); }

  Value Integer(std::int64_t value) { return Value::Number(value, arena_); }

  Value Collect(std::span<const Value> items) {
    json::ArrayBuilder array;
    for (const Value item : items) {
      array.Add(item);
    }
    return array.Build(arena_);
  }

  Result<Value> ArrayContains() {
    ASSIGN_OR_RETURN(const std::span<const Value> items, ArrayAt(0));
    return Value::Boolean(std::any_of(items.begin(), items.end(), [this](Value item) {
      return json::Equal(item, arguments_[1]);
    }));
  }

  Result<Value> ArrayGetItem() {
    ASSIGN_OR_RETURN(const std::span<const Value> items, ArrayAt(0));
    ASSIGN_OR_RETURN(const std::int64_t index, IntegerAt(1));
    if (index < 0 || index >= static_cast<std::int64_t>(items.size())) {
      return FailedPrecondition("expected an index from 0 to one less than " +
                                std::to_string(items.size()) + ", the array's length, found " +
                                std::to_string(index));
    }
    return items[static_cast<std::size_t>(index)];
  }

  Result<Value> ArrayLength() {
    ASSIGN_OR_RETURN(const std::span<const Value> items, ArrayAt(0));
    return Integer(static_cast<std::int64_t>(items.size()));
  }

  Result<Value> ArrayPartition() {
    ASSIGN_OR_RETURN(const std::span<const Value> items, ArrayAt(0));
    ASSIGN_OR_RETURN(const std::int64_t wanted, IntegerAt(1));
    if (wanted <= 0) {
      return FailedPrecondition("expected a positive size for the parts, found " +
                                std::to_string(wanted));
    }
    const std::size_t size = std::min(static_cast<std::size_t>(wanted), items.size());
    json::ArrayBuilder parts;
    for (std::size_t begin = 0; begin < items.size(); begin += size) {
      parts.Add(Collect(items.subspan(begin, std::min(size, items.size() - begin))));
    }
    return parts.Build(arena_);
  }

  Result<Value> ArrayRange() {
    ASSIGN_OR_RETURN(const std::int64_t first, IntegerAt(0));
    ASSIGN_OR_RETURN(const std::int64_t last, IntegerAt(1));
    ASSIGN_OR_RETURN(const std::int64_t step, IntegerAt(2));
    if (step == 0) return FailedPrecondition("expected a step that is not 0");
    json::ArrayBuilder numbers;
    std::int64_t next = first;
    while (step > 0 ? next <= last : next >= last) {
      if (numbers.size() == kIntrinsicRangeItemsMax) {
        return FailedPrecondition("expected a range of at most " +
                                  std::to_string(kIntrinsicRangeItemsMax) + " numbers, found more");
      }
      numbers.Add(Integer(next));
      if (__builtin_add_overflow(next, step, &next)) break;
    }
    return numbers.Build(arena_);
  }

  // Equal values have equal canonical texts, so that many items cost no comparison of all pairs.
  Result<Value> ArrayUnique() {
    ASSIGN_OR_RETURN(const std::span<const Value> items, ArrayAt(0));
    std::unordered_set<std::string> seen;
    json::ArrayBuilder unique;
    for (const Value item : items) {
      if (seen.insert(CanonicalText(item)).second) unique.Add(item);
    }
    return unique.Build(arena_);
  }

  Result<Value> Base64Encode() {
    ASSIGN_OR_RETURN(const std::string_view data, StringAt(0));
    RETURN_IF_ERROR(CheckDataSize(data));
    return Text(EncodeBase64(data));
  }

  Result<Value> Base64Decode() {
    ASSIGN_OR_RETURN(const std::string_view encoded, StringAt(0));
    RETURN_IF_ERROR(CheckDataSize(encoded));
    const std::optional<std::string> data = DecodeBase64(encoded);
    if (!data) return FailedPrecondition("expected Base64, found other characters or a wrong end");
    std::string quoted;
    json::WriteStringTo(quoted, *data);
    if (!json::Check(quoted).ok()) {
      return FailedPrecondition("expected Base64 of UTF-8, found Base64 of other bytes");
    }
    return Text(*data);
  }

  Result<Value> Hash() {
    ASSIGN_OR_RETURN(const std::string_view algorithm, StringAt(1));
    const std::string data = arguments_[0].is_string() ? std::string(arguments_[0].string())
                                                       : json::Write(arguments_[0]);
    RETURN_IF_ERROR(CheckDataSize(data));
    const std::optional<std::string> digest = HexDigest(algorithm, data);
    if (!digest) {
      return FailedPrecondition(
          "expected MD5, SHA-1, SHA-256, SHA-384 or SHA-512 for the algorithm");
    }
    return Text(*digest);
  }

  // {} takes the next argument; \{ and \} are the brackets themselves.
  Result<Value> Format() {
    ASSIGN_OR_RETURN(const std::string_view format, StringAt(0));
    std::string text;
    std::size_t next = 1;
    std::size_t begin = 0;
    std::size_t i = 0;
    while (i < format.size()) {
      if (format[i] == '\\') {
        i += 2;
        continue;
      }
      if (!format.substr(i).starts_with("{}")) {
        ++i;
        continue;
      }
      text += UnescapeIntrinsicString(format.substr(begin, i - begin));
      if (next < arguments_.size()) text += JavaText(arguments_[next]);
      ++next;
      i += 2;
      begin = i;
    }
    text += UnescapeIntrinsicString(format.substr(begin));
    if (next != arguments_.size()) {
      return FailedPrecondition("expected as many arguments as there are {} in the template, " +
                                std::to_string(next - 1) + ", found " +
                                std::to_string(arguments_.size() - 1));
    }
    return Text(text);
  }

  Result<Value> JsonMerge() {
    for (std::size_t i = 0; i < 2; ++i) {
      if (!arguments_[i].is_object()) return Expected(i, "an object");
    }
    if (!arguments_[2].is_boolean()) return Expected(2, "a boolean");
    if (arguments_[2].boolean()) {
      return FailedPrecondition("expected argument 3 to be false: deep merging is not supported");
    }
    json::ObjectBuilder merged;
    for (std::size_t i = 0; i < 2; ++i) {
      for (const json::Member& member : arguments_[i].members()) {
        merged.Set(member.name, member.value);
      }
    }
    return merged.Build(arena_);
  }

  Result<Value> MathAdd() {
    ASSIGN_OR_RETURN(const std::int64_t a, IntegerAt(0));
    ASSIGN_OR_RETURN(const std::int64_t b, IntegerAt(1));
    std::int64_t sum = 0;
    if (__builtin_add_overflow(a, b, &sum)) {
      return FailedPrecondition("expected a sum of 64 bits, found a larger one");
    }
    return Integer(sum);
  }

  // From the start to one less than the end.
  Result<Value> MathRandom() {
    ASSIGN_OR_RETURN(const std::int64_t start, IntegerAt(0));
    ASSIGN_OR_RETURN(const std::int64_t end, IntegerAt(1));
    if (start >= end) {
      return FailedPrecondition("expected the start to be less than the end, found " +
                                std::to_string(start) + " and " + std::to_string(end));
    }
    const std::uint64_t range = static_cast<std::uint64_t>(end) - static_cast<std::uint64_t>(start);
    std::uint64_t offset = 0;
    if (arguments_.size() > 2) {
      ASSIGN_OR_RETURN(const std::int64_t seed, IntegerAt(2));
      offset = SeededRandom(static_cast<std::uint64_t>(seed)).Below(range);
    } else {
      offset = scope_.Random().Below(range);
    }
    return Integer(static_cast<std::int64_t>(static_cast<std::uint64_t>(start) + offset));
  }

  // Each character of the second argument delimits; empty pieces are dropped.
  Result<Value> StringSplit() {
    ASSIGN_OR_RETURN(const std::string_view text, StringAt(0));
    ASSIGN_OR_RETURN(const std::string_view delimiter_text, StringAt(1));
    std::vector<std::string_view> delimiters = Characters(delimiter_text);
    std::sort(delimiters.begin(), delimiters.end());

    json::ArrayBuilder pieces;
    std::size_t begin = 0;
    std::size_t i = 0;
    while (i < text.size()) {
      const std::string_view character = text.substr(i, CharacterLength(text[i]));
      if (std::binary_search(delimiters.begin(), delimiters.end(), character)) {
        if (i > begin) pieces.Add(Value::String(text.substr(begin, i - begin)));
        begin = i + character.size();
      }
      i += character.size();
    }
    if (begin < text.size()) pieces.Add(Value::String(text.substr(begin)));
    return pieces.Build(arena_);
  }

  // Recorded: a blank text is null, and -0 is 0.
  Result<Value> StringToJson() {
    ASSIGN_OR_RETURN(const std::string_view text, StringAt(0));
    if (text.find_first_not_of(" \t\r\n") == std::string_view::npos) return Value();
    Result<Value> value = json::Parse(text, arena_);
    if (!value.ok()) return FailedPrecondition("expected JSON: " + value.status().message());
    if (value->is_number() && value->number_text() == "-0") return Integer(0);
    return value;
  }

  // RFC 9562, version 4.
  Result<Value> Uuid() {
    constexpr std::string_view kDigits = "0123456789abcdef";
    std::array<std::uint64_t, 2> bits = {scope_.Random().Next(), scope_.Random().Next()};
    bits[0] = (bits[0] & ~0xF000ULL) | 0x4000ULL;
    bits[1] = (bits[1] & ~(0x3ULL << 62U)) | (0x2ULL << 62U);
    std::string text;
    for (unsigned i = 0; i < 32; ++i) {
      if (i == 8 || i == 12 || i == 16 || i == 20) text += '-';
      text += kDigits[bits.at(i / 16) >> (60U - 4 * (i % 16)) & 0xFU];
    }
    return Text(text);
  }

  std::span<const Value> arguments_;
  Scope& scope_;
  json::Arena& arena_;
};

}  // namespace

Result<Value> CallIntrinsic(IntrinsicFunction function,
                            std::span<const Value> arguments,
                            Scope& scope,
                            json::Arena& arena) {
  ASSIGN_OR_RETURN(const Value result, Function(arguments, scope, arena).Call(function));
  return CheckDepth(result);
}

}  // namespace pawl::expression
