// Reads a definition, or another document of that kind, JSON or YAML, into a SourceTree.
#pragma once

#include <cstddef>
#include <string_view>

#include "engine/asl/problems.h"
#include "engine/asl/source.h"
#include "engine/asl/yaml_reader.h"

namespace pawl::asl {

// `source` outlives the tree. False if there is no tree; otherwise `problems` may still have what
// was found on the way, such as members that stand twice in their object.
bool ReadSource(std::string_view source,
                std::size_t bytes_max,
                SourceTree& tree,
                Problems& problems,
                TagRule tags = TagRule::kRefuse);

}  // namespace pawl::asl
