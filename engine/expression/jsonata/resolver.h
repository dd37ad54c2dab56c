// Turns the tree of operators into what is evaluated: a.b.c becomes one path of three steps, a
// predicate a property of its step, and each % is tied to the step whose context it means.
#pragma once

#include <optional>

#include "engine/expression/jsonata/error.h"
#include "engine/expression/jsonata/syntax.h"

namespace pawl::expression::jsonata {

// Sets `tree.root` from `syntax`, which is used up.
std::optional<Error> Resolve(Node* syntax, Tree& tree);

}  // namespace pawl::expression::jsonata
