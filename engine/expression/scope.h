// Scope: what expressions can see. The interpreter implements it over the working set of a turn.
#pragma once

#include <string_view>

#include "engine/base/random.h"
#include "engine/base/status.h"
#include "engine/expression/path.h"
#include "engine/json/value.h"

namespace pawl::expression {

class Scope {
 public:
  virtual ~Scope() = default;

  // The value that a path with this root starts at, parsed when it is first asked for. `variable`
  // is the name for kVariable, else empty. The value lives as long as the scope.
  virtual Result<json::Value> Root(PathRoot root, std::string_view variable) = 0;
};

}  // namespace pawl::expression
