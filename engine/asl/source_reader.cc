#include "engine/asl/source_reader.h"

#include <algorithm>
#include <cstdint>

#include "engine/asl/json_reader.h"
#include "engine/asl/machine_compiler.h"
#include "engine/base/utf8.h"

namespace pawl::asl {

namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

// Where the first byte is that is not UTF-8; `text` has one.
Position FirstInvalidByte(std::string_view text) {
  const std::string_view valid = text.substr(0, ValidUtf8Bytes(text));
  Position position;
  position.line += static_cast<std::uint32_t>(std::count(valid.begin(), valid.end(), '\n'));
  const std::size_t line_start = valid.rfind('\n') + 1;
  position.column += static_cast<std::uint32_t>(valid.size() - line_start);
  return position;
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
  if (!IsUtf8(source)) {
    problems.ErrorAt(code::kInvalidUtf8,
                     FirstInvalidByte(source),
                     "the text is no UTF-8 here; save it as UTF-8");
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
