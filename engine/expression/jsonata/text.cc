#include "engine/expression/jsonata/text.h"

#include <algorithm>
#include <cstring>

namespace pawl::expression::jsonata {
namespace {

bool IsContinuation(char c) {
  return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U;
}

// Surrogates sort before U+E000 to U+FFFF in UTF-16, behind them in UTF-8.
unsigned Utf16Rank(char c) {
  const auto byte = static_cast<unsigned char>(c);
  if (byte >= 0xF0U) return byte - 2U;
  if (byte >= 0xEEU) return byte + 0x10U;
  return byte;
}

}  // namespace

std::size_t SequenceLength(std::string_view text, std::size_t place) {
  if (place >= text.size()) return 0;
  std::size_t end = place + 1;
  while (end < text.size() && IsContinuation(text[end])) {
    ++end;
  }
  return end - place;
}

std::size_t CountCharacters(std::string_view text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return !IsContinuation(c); }));
}

std::size_t CharacterOffset(std::string_view text, std::size_t index) {
  std::size_t place = 0;
  for (; place < text.size(); ++place) {
    if (IsContinuation(text[place])) continue;
    if (index == 0) break;
    --index;
  }
  return place;
}

std::uint32_t CodePointAt(std::string_view text, std::size_t place) {
  const auto lead = static_cast<unsigned char>(text[place]);
  const std::size_t size = SequenceLength(text, place);
  if (lead < 0x80U) return lead;
  std::uint32_t code_point = lead & (size >= 4 ? 0x07U : size == 3 ? 0x0FU : 0x1FU);
  for (std::size_t i = 1; i < size; ++i) {
    code_point = code_point << 6U | (static_cast<unsigned char>(text[place + i]) & 0x3FU);
  }
  return code_point;
}

void AppendCodePoint(std::string& out, std::uint32_t code_point) {
  const auto put = [&out](std::uint32_t byte) { out += static_cast<char>(byte); };
  if (code_point < 0x80U) {
    put(code_point);
    return;
  }
  if (code_point < 0x800U) {
    put(0xC0U | code_point >> 6U);
  } else {
    if (code_point < 0x10000U) {
      put(0xE0U | code_point >> 12U);
    } else {
      put(0xF0U | code_point >> 18U);
      put(0x80U | (code_point >> 12U & 0x3FU));
    }
    put(0x80U | (code_point >> 6U & 0x3FU));
  }
  put(0x80U | (code_point & 0x3FU));
}

std::size_t CountUtf16Units(std::string_view text) {
  std::size_t units = 0;
  for (const char c : text) {
    if (IsContinuation(c)) continue;
    units += static_cast<unsigned char>(c) >= 0xF0U ? 2 : 1;
  }
  return units;
}

bool HasLoneSurrogate(std::string_view text) {
  for (std::size_t i = 0; i + 1 < text.size(); ++i) {
    if (text[i] == '\xED' && static_cast<unsigned char>(text[i + 1]) >= 0xA0U) return true;
  }
  return false;
}

std::string WellFormed(std::string_view text) {
  constexpr std::size_t kSurrogateBytes = 3;
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\xED' && HasLoneSurrogate(text.substr(i, 2))) {
      out += "\uFFFD";
      i += kSurrogateBytes - 1;
    } else {
      out += text[i];
    }
  }
  return out;
}

std::size_t FindText(std::string_view text, std::string_view pattern, std::size_t from) {
  if (from > text.size()) return std::string_view::npos;
  // The standard library's search takes the product of both lengths at worst.
  const void* const found =
      memmem(text.data() + from, text.size() - from, pattern.data(), pattern.size());
  if (found == nullptr) return std::string_view::npos;
  return static_cast<std::size_t>(static_cast<const char*>(found) - text.data());
}

std::strong_ordering CompareTexts(std::string_view a, std::string_view b) {
  const std::size_t common = std::min(a.size(), b.size());
  const auto* const difference = std::mismatch(a.begin(), a.begin() + common, b.begin()).first;
  const auto place = static_cast<std::size_t>(difference - a.begin());
  if (place == common) return a.size() <=> b.size();
  return Utf16Rank(a[place]) <=> Utf16Rank(b[place]);
}

}  // namespace pawl::expression::jsonata
