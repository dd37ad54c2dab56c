// Reading the steps of a path.
#pragma once

#include <cstdint>

#include "engine/base/status.h"
#include "engine/expression/path_syntax.h"
#include "engine/expression/text_cursor.h"

namespace pawl::expression {

// Where a path stands decides what ends it: the end of the text, or, inside a filter or an
// argument, also spaces, operators, commas and brackets.
enum class PathPlace : std::uint8_t { kWholeText, kInside };

// Reads the steps behind a path's root (`$` or `@`), which was taken.
Result<CompiledPath> ParseSteps(TextCursor& cursor, PathPlace place, bool is_absolute);

}  // namespace pawl::expression
