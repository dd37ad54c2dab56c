#include "server/cli/terminal_text.h"

#include <fmt/format.h>

#include <cstdint>
#include <iterator>

namespace pawl::cli {
namespace {

struct Character {
  char32_t code = 0;
  std::size_t size = 1;
  bool is_valid = false;
};

bool IsContinuation(char byte) {
  return (static_cast<std::uint8_t>(byte) & 0xC0U) == 0x80U;
}

std::size_t SequenceSize(std::uint8_t first) {
  if (first < 0x80) return 1;
  if (first >= 0xC2 && first < 0xE0) return 2;
  if (first >= 0xE0 && first < 0xF0) return 3;
  if (first >= 0xF0 && first < 0xF5) return 4;
  return 0;
}

// The first character of `text`, which is not empty. Overlong forms and surrogates are not valid.
Character FirstCharacter(std::string_view text) {
  const auto first = static_cast<std::uint8_t>(text[0]);
  const std::size_t size = SequenceSize(first);
  if (size == 0 || size > text.size()) return {};
  if (size == 1) return {first, 1, true};
  char32_t code = first & (0xFFU >> (size + 1));
  for (std::size_t i = 1; i < size; ++i) {
    if (!IsContinuation(text[i])) return {};
    code = (code << 6U) | (static_cast<std::uint8_t>(text[i]) & 0x3FU);
  }
  const bool is_overlong = (size == 3 && code < 0x800) || (size == 4 && code < 0x10000);
  const bool is_surrogate = code >= 0xD800 && code < 0xE000;
  if (is_overlong || is_surrogate || code > 0x10FFFF) return {};
  return {code, size, true};
}

// What a terminal obeys instead of showing.
bool IsCommand(char32_t code) {
  return code < 0x20 || (code >= 0x7F && code < 0xA0) || code == 0x061C || code == 0x200E ||
         code == 0x200F || (code >= 0x2028 && code <= 0x202E) || (code >= 0x2066 && code <= 0x2069);
}

void AppendEscaped(std::string& out, char32_t code) {
  fmt::format_to(std::back_inserter(out), "\\u{:04x}", static_cast<std::uint32_t>(code));
}

}  // namespace

std::string SafeText(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const Character character = FirstCharacter(text);
    if (!character.is_valid) {
      fmt::format_to(std::back_inserter(out), "\\x{:02x}", static_cast<std::uint8_t>(text[0]));
    } else if (IsCommand(character.code)) {
      AppendEscaped(out, character.code);
    } else {
      out.append(text.substr(0, character.size));
    }
    text.remove_prefix(character.size);
  }
  return out;
}

std::string SafeJson(std::string_view json) {
  std::string out;
  out.reserve(json.size());
  while (!json.empty()) {
    const Character character = FirstCharacter(json);
    // Checked JSON holds characters below U+0020 only as white space between tokens.
    if (character.is_valid && character.code >= 0x20 && IsCommand(character.code)) {
      AppendEscaped(out, character.code);
    } else {
      out.append(json.substr(0, character.size));
    }
    json.remove_prefix(character.size);
  }
  return out;
}

std::string SafeText(std::string_view text, std::size_t columns) {
  std::string safe = SafeText(text);
  if (CharacterCount(safe) <= columns) return safe;
  std::size_t end = 0;
  for (std::size_t kept = 0; kept + 1 < columns; ++kept)
    end += FirstCharacter(std::string_view(safe).substr(end)).size;
  safe.resize(end);
  return columns == 0 ? safe : safe + "…";
}

std::size_t CharacterCount(std::string_view text) {
  std::size_t count = 0;
  for (const char byte : text) {
    if (!IsContinuation(byte)) ++count;
  }
  return count;
}

}  // namespace pawl::cli
