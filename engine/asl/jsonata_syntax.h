// A check of JSONata's form, without its meaning: enough to say whether a definition in the query
// language JSONata is well formed before the engine can run it.
#pragma once

#include <string_view>

#include "engine/base/status.h"

namespace pawl::asl {

// Whether `text` is written as an expression: it begins with "{%" or ends with "%}".
bool LooksLikeJsonata(std::string_view text);

// Checks "{% expression %}". InvalidArgument says the column inside `text` and what was expected.
// Finds tokens that cannot stand where they are, strings and brackets that do not end; does not
// find calls of unknown functions. Linear time, no recursion.
Status CheckJsonata(std::string_view text);

}  // namespace pawl::asl
