// How long a text may be that is kept: AWS counts characters, not bytes.
#pragma once

#include <cstddef>
#include <string_view>

#include "engine/base/status.h"

namespace pawl::runtime {

// InvalidArgument (with `field`) for more than `characters_max` code points.
Status CheckTextLength(std::string_view text, std::string_view field, std::size_t characters_max);

}  // namespace pawl::runtime
