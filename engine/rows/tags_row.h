// The value of a resource's tags: all of them in one row, so that they change together.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "engine/base/status.h"

namespace pawl::rows {

// Value by key.
using TagsRow = std::map<std::string, std::string>;

std::string EncodeTags(const TagsRow& tags);
// DataLoss for bytes that EncodeTags did not write.
Result<TagsRow> DecodeTags(std::string_view value);

}  // namespace pawl::rows
