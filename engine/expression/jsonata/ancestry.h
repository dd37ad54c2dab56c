// Ties each parent operator % to the step whose context it means. A % starts as a slot one level
// up; on the way from the % to the root of the tree each step of a path takes a level off, and
// where none is left the step keeps its context under the slot's label, a variable no user can
// write.
#pragma once

#include "engine/expression/jsonata/error.h"
#include "engine/expression/jsonata/syntax.h"

namespace pawl::expression::jsonata {

// `node` takes over what its part `part` still seeks.
void TakeOverAncestry(Node& node, const Node& part);

// Lets `slot` look for its step in `node`. False: there can be none; `error` is set.
bool SeekParent(Node& node, AncestorSlot& slot, Error& error);

// Lets what the last step of `path` seeks look among the steps before it; what is not found stays
// with the path.
bool ResolveAncestry(Node& path, Error& error);

}  // namespace pawl::expression::jsonata
