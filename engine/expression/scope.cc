#include "engine/expression/scope.h"

#include <string>

#include "engine/base/check.h"
#include "engine/json/write.h"

namespace pawl::expression {

SeededRandom& Scope::Random() {
  CheckFailed("the scope has randomness", __FILE__, __LINE__, "");
}

Result<json::Value> EvaluateInField(const Path& path,
                                    std::string_view field,
                                    Scope& scope,
                                    json::Arena& arena) {
  ASSIGN_OR_RETURN(const json::Value root, scope.Root(path));
  Result<json::Value> value = path.Evaluate(root, arena);
  if (value.ok()) return value;
  if (value.status().code() == StatusCode::kNotFound) {
    // As recorded: a path that may name many values names none, however early its way ends.
    if (!path.is_definite()) return json::Value::Array({});
    ASSIGN_OR_RETURN(const json::Value input, scope.Root(Path()));
    return NotFound("The JSONPath '" + path.text() + "' specified for the field '" +
                    std::string(field) + "' could not be found in the input '" +
                    json::Write(input) + "'");
  }
  return Status(value.status().code(),
                "Invalid path '" + path.text() + "' : " + value.status().message());
}

}  // namespace pawl::expression
