// Scope: what expressions can see. The interpreter implements it over the working set of a turn.
#pragma once

#include <string_view>

#include "engine/base/random.h"
#include "engine/base/status.h"
#include "engine/expression/path.h"
#include "engine/json/arena.h"
#include "engine/json/value.h"

namespace pawl::expression {

class Scope {
 public:
  virtual ~Scope() = default;

  // The value that `path` starts at, by its root() and variable(), parsed when it is first asked
  // for. What the path cannot reach may be left out. The value lives as long as the scope.
  virtual Result<json::Value> Root(const Path& path) = 0;

  // What States.UUID and States.MathRandom draw from. Where expressions may call them, the scope
  // has one: this default stops the program.
  virtual SeededRandom& Random();
};

// The value of `path` in the field `field` ("value.$", "ErrorPath"), which Step Functions names
// when the path finds nothing. A path that is not definite always finds something: no values, [].
//
// Errors:  NotFound            "The JSONPath '$.x' specified for the field 'value.$' could not be
// found
//                              in the input '…'".
//          as Path::Evaluate   "Invalid path '$.x' : …".
// and what the scope returns.
Result<json::Value> EvaluateInField(const Path& path,
                                    std::string_view field,
                                    Scope& scope,
                                    json::Arena& arena);

}  // namespace pawl::expression
