#include "engine/asl/source_reader.h"

#include <optional>
#include <string>

#include "engine/asl/json_reader.h"
#include "engine/asl/machine_compiler.h"

namespace pawl::asl {

namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

// The length of the UTF-8 sequence at the start of `text`; 0 if it is none.
std::size_t Utf8Length(std::string_view text) {
  const auto byte = [&](std::size_t i) {
    return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U;
  };
  const auto continues = [&](std::size_t i) { return (byte(i) & 0xC0U) == 0x80U; };
  const unsigned first = byte(0);
  if (first < 0x80) {
    return 1;
  }
  if (first >= 0xC2 && first <= 0xDF) {
    return continues(1) ? 2 : 0;
  }
  if (first >= 0xE0 && first <= 0xEF) {
    const bool is_short = first == 0xE0 && byte(1) < 0xA0;
    const bool is_surrogate = first == 0xED && byte(1) > 0x9F;
    return continues(1) && continues(2) && !is_short && !is_surrogate ? 3 : 0;
  }
  if (first >= 0xF0 && first <= 0xF4) {
    const bool is_short = first == 0xF0 && byte(1) < 0x90;
    const bool is_beyond = first == 0xF4 && byte(1) > 0x8F;
    return continues(1) && continues(2) && continues(3) && !is_short && !is_beyond ? 4 : 0;
  }
  return 0;
}

std::optional<Position> FindInvalidUtf8(std::string_view text) {
  Position position;
  while (!text.empty()) {
    const std::size_t length = Utf8Length(text);
    if (length == 0) {
      return position;
    }
    position.column += static_cast<std::uint32_t>(length);
    if (text.front() == '\n') {
      ++position.line;
      position.column = 1;
    }
    text.remove_prefix(length);
  }
  return std::nullopt;
}

bool IsJson(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  return first != std::string_view::npos && text[first] == '{';
}

}  // namespace

bool ReadSource(std::string_view source,
                std::size_t bytes_max,
                SourceTree& tree,
                Problems& problems,
                TagRule tags) {
  if (source.size() > bytes_max) {
    problems.ErrorAt(code::kTooLarge,
                     {},
                     "the definition has " + std::to_string(source.size()) + " bytes; at most " +
                         std::to_string(bytes_max) + " are allowed");
    return false;
  }
  if (source.starts_with(kByteOrderMark)) {
    source.remove_prefix(kByteOrderMark.size());
  }
  if (const auto invalid = FindInvalidUtf8(source)) {
    problems.ErrorAt(code::kInvalidUtf8, *invalid, "the text is no UTF-8 here; save it as UTF-8");
    return false;
  }
  const bool is_read =
      IsJson(source) ? ReadJson(source, tree, problems) : ReadYaml(source, tree, problems, tags);
  if (is_read) {
    CheckDuplicates(*tree.root(), problems);
  }
  return is_read;
}

}  // namespace pawl::asl
