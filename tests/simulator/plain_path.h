// The reference paths that the generator writes: fields by dot or bracket, indices, and [*].
#pragma once

#include <optional>
#include <string_view>

#include "tests/simulator/plain_json.h"

namespace pawl::simulator {

// `path` is what follows "$". nullopt: it leads nowhere.
std::optional<PlainJson> Follow(std::string_view path, const PlainJson& root);

}  // namespace pawl::simulator
