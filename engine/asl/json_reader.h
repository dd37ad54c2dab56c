// Reads a definition in JSON (RFC 8259) into a SourceTree.
#pragma once

#include <string_view>

#include "engine/asl/problems.h"
#include "engine/asl/source.h"

namespace pawl::asl {

// `text` is valid UTF-8 and outlives the tree. False after the first error of syntax, which
// `problems` then holds. Members that stand there twice are kept: CheckDuplicates reports them.
// One pass, no recursion.
bool ReadJson(std::string_view text, SourceTree& tree, Problems& problems);

}  // namespace pawl::asl
