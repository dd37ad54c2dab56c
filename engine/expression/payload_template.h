// PayloadTemplate: JSON in which members named "….$" are computed by a path or an intrinsic
// function. Amazon States Language, "Payload Template": Parameters, ResultSelector, ItemSelector.
#pragma once

#include <memory>

#include "engine/base/status.h"
#include "engine/expression/path.h"
#include "engine/expression/scope.h"
#include "engine/json/arena.h"
#include "engine/json/value.h"

namespace pawl::expression {

// Compiled once. Owns its memory; copies share it; safe from any thread.
class PayloadTemplate {
 public:
  // Copies what it needs of `value`. An error's field() is the JSON pointer of the member at fault
  // inside the template ("/a/b.$").
  static Result<PayloadTemplate> Compile(json::Value value);

  // Whether a path in it starts at `root`: if not, the caller need not parse what lies there.
  bool Uses(PathRoot root) const;

  // Nothing is computed: every evaluation gives the same value.
  bool is_constant() const;

  // The value with all members computed. It may point into the template and into what the scope
  // gave: both outlive it.
  //
  // Errors, with Step Functions' words for a message:
  //   NotFound            a path found nothing.
  //   FailedPrecondition  a path cannot be applied to what it met, or, with reason
  //                       "States.IntrinsicFailure", an intrinsic function to its arguments.
  //   ResourceExhausted   a path does too much work, or the value would nest deeper than
  //                       kJsonDepthMax.
  // and what the scope returns.
  Result<json::Value> Evaluate(Scope& scope, json::Arena& arena) const;

 private:
  struct Compiled;

  PayloadTemplate() = default;

  std::shared_ptr<const Compiled> compiled_;
};

}  // namespace pawl::expression
