// JsonataTemplate: a JSON value in which strings written "{% … %}" are JSONata expressions, at any
// depth of objects and arrays. AWS Step Functions Developer Guide, "Transforming data with
// JSONata": Arguments, Output, Assign and every other field that takes an expression.
#pragma once

#include <memory>
#include <string_view>

#include "engine/base/status.h"
#include "engine/expression/jsonata/expression.h"
#include "engine/json/arena.h"
#include "engine/json/value.h"

namespace pawl::expression {

// The error name of every evaluation that fails.
inline constexpr std::string_view kQueryEvaluationError = "States.QueryEvaluationError";

// Compiled once. Owns its memory; copies share it; safe from any thread.
class JsonataTemplate {
 public:
  // Whether `text` is meant as an expression: it begins with "{%" or ends with "%}". Then Compile
  // says what is wrong with it.
  static bool LooksLikeExpression(std::string_view text) {
    return text.starts_with("{%") || text.ends_with("%}");
  }

  // Copies what it needs of `value`. InvalidArgument says what is wrong with an expression; its
  // field() is the JSON pointer of the string inside the template ("/a/b").
  static Result<JsonataTemplate> Compile(json::Value value);

  // Whether an evaluation may read the member of the variable, as Expression::MayRead.
  bool MayRead(std::string_view variable, std::string_view member) const;

  // Nothing is computed: every evaluation gives the same value.
  bool is_constant() const;

  // The value with all expressions evaluated; `field` is the state's field that holds it
  // ("Output"). It may point into the template, into `arena` and into what the environment gave.
  //
  // Errors:  FailedPrecondition  reason kQueryEvaluationError: the message is Step Functions', such
  //                              as "The JSONata expression '$x' specified for the field 'Output/a'
  //                              returned nothing (undefined).", and field() is "Output/a".
  // and what the environment returns.
  Result<json::Value> Evaluate(std::string_view field,
                               jsonata::Environment& environment,
                               json::Arena& arena) const;

  // The same, where the field takes one type only.
  Result<json::Value> EvaluateAs(json::Type type,
                                 std::string_view field,
                                 jsonata::Environment& environment,
                                 json::Arena& arena) const;

 private:
  struct Compiled;

  JsonataTemplate() = default;

  std::shared_ptr<const Compiled> compiled_;
};

}  // namespace pawl::expression
