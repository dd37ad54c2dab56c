// Base64 and the escapes of URLs.
#include <array>
#include <optional>
#include <string>

#include "engine/expression/digest.h"
#include "engine/expression/jsonata/evaluator.h"
#include "engine/expression/jsonata/functions.h"
#include "engine/expression/jsonata/text.h"
#include "engine/json/string_text.h"

namespace pawl::expression::jsonata {
namespace {

constexpr std::string_view kUnescaped =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.!~*'()";
// What has a meaning in a whole URL.
constexpr std::string_view kReserved = ";/?:@&=+$,#";

bool Prepare(Evaluator& evaluator, std::string_view text) {
  constexpr std::size_t kGrowthMax = 4;
  return evaluator.ChargeText(text) && evaluator.CanTake(text.size() * kGrowthMax);
}

// Each UTF-16 unit gives its lower byte, as Node.js reads a "binary" string.
Value Base64Encode(Evaluator& evaluator, const Call& call) {
  if (call.At(0).is_undefined()) return {};
  const std::string_view text = call.At(0).text();
  if (!Prepare(evaluator, text)) return Value::Failed();
  std::string bytes;
  for (std::size_t place = 0; place < text.size(); place += SequenceLength(text, place)) {
    std::uint32_t unit = CodePointAt(text, place);
    if (unit >= 0x10000U) {
      unit -= 0x10000U;
      bytes += static_cast<char>((0xD800U + (unit >> 10U)) & 0xFFU);
      unit = 0xDC00U + (unit & 0x3FFU);
    }
    bytes += static_cast<char>(unit & 0xFFU);
  }
  return evaluator.MakeText(EncodeBase64(bytes));
}

std::optional<unsigned> Base64Digit(char c) {
  if (c >= 'A' && c <= 'Z') return static_cast<unsigned>(c - 'A');
  if (c >= 'a' && c <= 'z') return static_cast<unsigned>(c - 'a') + 26;
  if (c >= '0' && c <= '9') return static_cast<unsigned>(c - '0') + 52;
  if (c == '+' || c == '-') return 62;
  if (c == '/' || c == '_') return 63;
  return std::nullopt;
}

// Each byte gives the character of its number. Like Node.js, it skips what is no Base64.
Value Base64Decode(Evaluator& evaluator, const Call& call) {
  if (call.At(0).is_undefined()) return {};
  const std::string_view text = call.At(0).text();
  if (!Prepare(evaluator, text)) return Value::Failed();
  std::string out;
  unsigned bits = 0;
  unsigned bit_count = 0;
  for (const char c : text) {
    if (c == '=') break;
    const std::optional<unsigned> digit = Base64Digit(c);
    if (!digit) continue;
    bits = (bits << 6U | *digit) & 0xFFFFU;
    bit_count += 6;
    if (bit_count < 8) continue;
    bit_count -= 8;
    AppendCodePoint(out, bits >> bit_count & 0xFFU);
  }
  return evaluator.MakeText(out);
}

Value Malformed(Evaluator& evaluator, std::string_view function, Value text) {
  Error error{.code = "D3140", .value = evaluator.Describe(text)};
  error.detail = function;
  return evaluator.Fail(std::move(error));
}

Value Encode(Evaluator& evaluator,
             const Call& call,
             std::string_view function,
             std::string_view kept) {
  if (call.At(0).is_undefined()) return {};
  constexpr std::string_view kHex = "0123456789ABCDEF";
  const std::string_view text = call.At(0).text();
  if (!Prepare(evaluator, text)) return Value::Failed();
  if (HasLoneSurrogate(text)) return Malformed(evaluator, function, call.At(0));
  std::string out;
  for (const char c : text) {
    if (kUnescaped.find(c) != std::string_view::npos || kept.find(c) != std::string_view::npos) {
      out += c;
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    out += '%';
    out += kHex[byte >> 4U];
    out += kHex[byte & 0xFU];
  }
  return evaluator.MakeText(out);
}

std::optional<unsigned> EscapedByte(std::string_view text, std::size_t place) {
  if (place + 2 >= text.size() || text[place] != '%') return std::nullopt;
  const unsigned high = json::HexDigit(text[place + 1]);
  const unsigned low = json::HexDigit(text[place + 2]);
  if (high > 15 || low > 15) return std::nullopt;
  return high << 4U | low;
}

// How many bytes the UTF-8 sequence has that starts with `lead`; 0: none does.
std::size_t SequenceSize(unsigned lead) {
  if (lead < 0x80) return 1;
  if (lead >= 0xC2 && lead < 0xE0) return 2;
  if (lead >= 0xE0 && lead < 0xF0) return 3;
  return lead >= 0xF0 && lead < 0xF5 ? 4 : 0;
}

// The character that escapes from `place` on spell, as UTF-8; nullopt: they spell none.
std::optional<std::string> EscapedCharacter(std::string_view text, std::size_t place) {
  constexpr std::size_t kEscapeBytes = 3;
  const std::optional<unsigned> lead = EscapedByte(text, place);
  const std::size_t size = lead ? SequenceSize(*lead) : 0;
  if (size == 0) return std::nullopt;
  std::string out;
  for (std::size_t i = 0; i < size; ++i) {
    const std::optional<unsigned> byte = EscapedByte(text, place + i * kEscapeBytes);
    if (!byte || (i > 0 && (*byte & 0xC0U) != 0x80U)) return std::nullopt;
    out += static_cast<char>(*byte);
  }
  const std::uint32_t code_point = CodePointAt(out, 0);
  const bool is_overlong = (size == 3 && code_point < 0x800) || (size == 4 && code_point < 0x10000);
  const bool is_surrogate = code_point >= 0xD800 && code_point < 0xE000;
  if (is_overlong || is_surrogate || code_point > 0x10FFFF) return std::nullopt;
  return out;
}

Value Decode(Evaluator& evaluator,
             const Call& call,
             std::string_view function,
             std::string_view kept) {
  if (call.At(0).is_undefined()) return {};
  const std::string_view text = call.At(0).text();
  if (!Prepare(evaluator, text)) return Value::Failed();
  std::string out;
  for (std::size_t place = 0; place < text.size();) {
    if (text[place] != '%') {
      out += text[place++];
      continue;
    }
    const std::optional<std::string> character = EscapedCharacter(text, place);
    if (!character) return Malformed(evaluator, function, call.At(0));
    const std::size_t size = character->size() * 3;
    const bool is_kept = character->size() == 1 && kept.find(*character) != std::string_view::npos;
    out += is_kept ? text.substr(place, size) : std::string_view(*character);
    place += size;
  }
  return evaluator.MakeText(out);
}

Value EncodeUrlComponent(Evaluator& evaluator, const Call& call) {
  return Encode(evaluator, call, "encodeUrlComponent", {});
}

Value EncodeUrl(Evaluator& evaluator, const Call& call) {
  return Encode(evaluator, call, "encodeUrl", kReserved);
}

Value DecodeUrlComponent(Evaluator& evaluator, const Call& call) {
  return Decode(evaluator, call, "decodeUrlComponent", {});
}

Value DecodeUrl(Evaluator& evaluator, const Call& call) {
  return Decode(evaluator, call, "decodeUrl", kReserved);
}

constexpr std::array kEncodingFunctions = {
    Builtin{"base64encode", "<s-:s>", 1, Base64Encode},
    Builtin{"base64decode", "<s-:s>", 1, Base64Decode},
    Builtin{"encodeUrlComponent", "<s-:s>", 1, EncodeUrlComponent},
    Builtin{"encodeUrl", "<s-:s>", 1, EncodeUrl},
    Builtin{"decodeUrlComponent", "<s-:s>", 1, DecodeUrlComponent},
    Builtin{"decodeUrl", "<s-:s>", 1, DecodeUrl},
};

}  // namespace

std::span<const Builtin> EncodingFunctions() {
  return kEncodingFunctions;
}

}  // namespace pawl::expression::jsonata
