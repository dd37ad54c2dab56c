// What tags may be (API reference, TagResource). Private to the catalog.
#pragma once

#include <vector>

#include "engine/base/status.h"
#include "engine/rows/tags_row.h"
#include "engine/runtime/tags.h"

namespace pawl::runtime {

// InvalidArgument (field "tags"): a key or a value that is not allowed; ResourceExhausted (reason
// TooManyTags): more than kTagsMax keys.
Status CheckTags(const std::vector<Tag>& tags);

// `row` with `tags` laid over it; of tags with one key the last counts.
rows::TagsRow WithTags(rows::TagsRow row, const std::vector<Tag>& tags);

// ResourceExhausted (reason TooManyTags).
Status CheckTagCount(const rows::TagsRow& row);

}  // namespace pawl::runtime
