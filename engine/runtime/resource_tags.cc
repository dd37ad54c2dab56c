#include "engine/runtime/resource_tags.h"

#include <algorithm>
#include <string>
#include <string_view>

#include "engine/base/ascii.h"
#include "engine/base/status.h"
#include "engine/runtime/text_length.h"

namespace pawl::runtime {
namespace {

// "Tags may only contain Unicode letters, digits, white space, or these symbols: _ . : / = + - @."
// Which code points beyond ASCII are letters is not looked into.
bool IsTagCharacter(char c) {
  const auto byte = static_cast<unsigned char>(c);
  if (byte >= 0x80) return true;
  constexpr std::string_view kOthers = " \t\n\r_.:/=+-@";
  return IsLetter(c) || IsDigit(c) || kOthers.find(c) != std::string_view::npos;
}

Status CheckText(std::string_view text, std::size_t characters_max) {
  RETURN_IF_ERROR(CheckTextLength(text, "tags", characters_max));
  if (std::all_of(text.begin(), text.end(), IsTagCharacter)) return OkStatus();
  return InvalidArgument(
      "Invalid tag: '" + std::string(text) +
          "': tags have letters, digits, white space and the symbols _ . : / = + - @",
      "tags");
}

}  // namespace

Status CheckTags(const std::vector<Tag>& tags) {
  for (const Tag& tag : tags) {
    if (tag.key.empty()) return InvalidArgument("a tag's key has at least 1 character", "tags");
    RETURN_IF_ERROR(CheckText(tag.key, kTagKeyCharactersMax));
    RETURN_IF_ERROR(CheckText(tag.value, kTagValueCharactersMax));
  }
  return CheckTagCount(WithTags({}, tags));
}

rows::TagsRow WithTags(rows::TagsRow row, const std::vector<Tag>& tags) {
  for (const Tag& tag : tags)
    row.insert_or_assign(tag.key, tag.value);
  return row;
}

Status CheckTagCount(const rows::TagsRow& row) {
  if (row.size() <= kTagsMax) return OkStatus();
  return ResourceExhausted("a resource has at most " + std::to_string(kTagsMax) +
                           " tags; these would be " + std::to_string(row.size()))
      .WithReason("TooManyTags");
}

}  // namespace pawl::runtime
