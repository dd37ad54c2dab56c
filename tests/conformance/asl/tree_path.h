// The JSONPath of the recorder: names, indexes, "*" and "..", nothing else.
#pragma once

#include <string_view>
#include <vector>

#include "engine/base/status.h"
#include "tests/conformance/asl/tree.h"

namespace pawl::test {

// The values that `path` selects in `root`, each once, in the order the recorder found them. Valid
// until the tree changes its shape. InvalidArgument for a path beyond this subset.
Result<std::vector<Tree*>> FindAll(std::string_view path, Tree& root);

}  // namespace pawl::test
