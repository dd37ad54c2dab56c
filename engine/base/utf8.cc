#include "engine/base/utf8.h"

namespace pawl {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

unsigned ByteAt(const char* text) {
  return static_cast<unsigned char>(*text);
}

bool IsContinuation(unsigned byte) {
  return (byte & 0xC0U) == 0x80U;
}

}  // namespace

// Unicode 15, table 3-7, "Well-formed UTF-8 byte sequences".
std::size_t Utf8SequenceLength(const char* text, const char* end) {
  const unsigned first = ByteAt(text);
  if (first < 0x80) return 1;
  if (first < 0xC2 || first > 0xF4) return 0;
  const std::size_t length = first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
  if (static_cast<std::size_t>(end - text) < length) return 0;

  const unsigned second = ByteAt(text + 1);
  const unsigned second_min = first == 0xE0 ? 0xA0 : first == 0xF0 ? 0x90 : 0x80;
  const unsigned second_max = first == 0xED ? 0x9F : first == 0xF4 ? 0x8F : 0xBF;
  if (second < second_min || second > second_max) return 0;
  for (std::size_t i = 2; i < length; ++i) {
    if (!IsContinuation(ByteAt(text + i))) return 0;
  }
  return length;
}

std::size_t ValidUtf8Bytes(std::string_view text) {
  const char* const end = text.data() + text.size();
  const char* at = text.data();
  while (at != end) {
    const std::size_t length = Utf8SequenceLength(at, end);
    if (length == 0) break;
    at += length;
  }
  return static_cast<std::size_t>(at - text.data());
}

bool IsUtf8(std::string_view text) {
  return ValidUtf8Bytes(text) == text.size();
}

std::string ToValidUtf8(std::string text) {
  std::string_view rest = text;
  std::size_t valid = ValidUtf8Bytes(rest);
  if (valid == rest.size()) return text;

  std::string repaired;
  while (true) {
    repaired += rest.substr(0, valid);
    rest.remove_prefix(valid);
    if (rest.empty()) return repaired;
    repaired += kReplacement;
    rest.remove_prefix(1);
    valid = ValidUtf8Bytes(rest);
  }
}

}  // namespace pawl
