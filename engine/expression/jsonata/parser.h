// Reads an expression into the tree of its operators.
#pragma once

#include <string_view>
#include <variant>

#include "engine/expression/jsonata/error.h"
#include "engine/expression/jsonata/syntax.h"

namespace pawl::expression::jsonata {

// How deep an expression may nest.
inline constexpr int kSyntaxDepthMax = 500;

// The root of the tree, owned by `tree`, or what is wrong. `text` outlives the tree.
std::variant<Node*, Error> ParseSyntax(std::string_view text,
                                       bool has_default_operators,
                                       Tree& tree);

}  // namespace pawl::expression::jsonata
