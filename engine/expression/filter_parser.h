// Reading the condition of a filter step.
#pragma once

#include "engine/base/status.h"
#include "engine/expression/path_syntax.h"
#include "engine/expression/text_cursor.h"

namespace pawl::expression {

// Reads the condition in "[?(condition)]"; the brackets around it are the caller's.
Result<Filter> ParseFilter(TextCursor& cursor);

}  // namespace pawl::expression
