#include "engine/rows/tags_row.h"

#include <cstdint>
#include <utility>

#include "engine/base/coding.h"
#include "engine/rows/version_codec.h"

namespace pawl::rows {
namespace {}  // namespace

std::string EncodeTags(const TagsRow& tags) {
  std::string value;
  Encoder encoder(value);
  encoder.Byte(kFirstVersion);
  encoder.Varint(tags.size());
  for (const auto& [key, text] : tags) {
    encoder.String(key);
    encoder.String(text);
  }
  return value;
}

Result<TagsRow> DecodeTags(std::string_view value) {
  Decoder decoder(value);
  TakeFirstVersion(decoder);
  TagsRow tags;
  const std::uint64_t count = decoder.Varint();
  for (std::uint64_t i = 0; i < count && decoder.ok(); ++i) {
    std::string key(decoder.String());
    std::string text(decoder.String());
    if (!tags.emplace(std::move(key), std::move(text)).second) decoder.Fail();
  }
  if (!decoder.Finished()) return DataLoss("a row of tags is not readable");
  return tags;
}

}  // namespace pawl::rows
