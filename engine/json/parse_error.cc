#include "engine/json/parse_error.h"

#include <algorithm>
#include <cstddef>
#include <utility>

#include "engine/base/ascii.h"
#include "engine/base/utf8.h"
#include "engine/json/text_scan.h"

namespace pawl::json {
namespace {

constexpr std::size_t kQuotedBytesMax = 32;

constexpr bool BelongsToWord(char c) {
  return IsLetter(c) || IsDigit(c) || c == '_';
}

std::string HexByte(unsigned byte) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  return {kDigits[byte >> 4U], kDigits[byte & 0xFU]};
}

}  // namespace

Status ErrorAt(std::string_view text, const char* place, std::string_view problem) {
  const auto offset = static_cast<std::size_t>(place - text.data());
  const std::string_view before = text.substr(0, offset);
  const auto line = 1 + std::count(before.begin(), before.end(), '\n');
  const std::size_t line_start = before.rfind('\n') + 1;  // npos + 1 is 0.
  const std::string_view in_line = before.substr(line_start);
  const auto column = 1 + std::count_if(in_line.begin(), in_line.end(), [](char c) {
                        return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
                      });
  std::string message =
      "line " + std::to_string(line) + ", column " + std::to_string(column) + ": ";
  message += problem;
  message += " (byte offset " + std::to_string(offset) + ")";
  return InvalidArgument(std::move(message));
}

std::string DescribeFound(const char* place, const char* end) {
  if (place == end) return "the end of the text";
  const char* stop = place;
  const auto limit = std::min<std::ptrdiff_t>(end - place, kQuotedBytesMax);
  while (stop - place < limit && BelongsToWord(*stop)) {
    ++stop;
  }
  if (stop != place) return "'" + std::string(place, stop) + "'";
  const auto byte = static_cast<unsigned char>(*place);
  if (byte < 0x20 || byte == 0x7F) return "the control character U+00" + HexByte(byte);
  const std::size_t length = Utf8SequenceLength(place, end);
  if (length == 0) return "the byte 0x" + HexByte(byte) + ", which is not UTF-8";
  if (std::string_view(place, length) == "\xEF\xBB\xBF") return "a byte order mark";
  return "'" + std::string(place, length) + "'";
}

std::string QuoteStart(std::string_view text) {
  if (text.size() <= kQuotedBytesMax) return std::string(text);
  std::size_t size = kQuotedBytesMax;
  while ((static_cast<unsigned char>(text[size]) & 0xC0U) == 0x80U) {
    --size;
  }
  return std::string(text.substr(0, size)) + "…";
}

}  // namespace pawl::json
