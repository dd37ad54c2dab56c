#include "server/cli/evaluation_batch.h"

#include <utility>

#include "engine/base/limits.h"
#include "engine/base/status.h"
#include "engine/json/arena.h"
#include "engine/json/parse.h"
#include "server/cli/evaluation.h"

namespace pawl::cli {
namespace {

Status CheckMembers(json::Value line) {
  for (const json::Member& member : line.members()) {
    const std::string_view name = member.name;
    if (name != "language" && name != "expression" && name != "input" && name != "variables") {
      return InvalidArgument("unknown member '" + std::string(name) +
                             "'; expected language, expression, input and variables");
    }
  }
  return OkStatus();
}

// The values point into `line` and `arena`.
Result<EvaluationRequest> ReadRequest(std::string_view line, json::Arena& arena) {
  // The line is one level around the input, two around the variables.
  ASSIGN_OR_RETURN(const json::Value object, json::Parse(line, arena, kJsonDepthMax + 2));
  if (!object.is_object()) return InvalidArgument("expected an object");
  RETURN_IF_ERROR(CheckMembers(object));

  EvaluationRequest request;
  const json::Value* const expression = object.Find("expression");
  if (expression == nullptr || !expression->is_string()) {
    return InvalidArgument("expected a string 'expression'");
  }
  request.expression = expression->string();
  const json::Value* const language = object.Find("language");
  const std::optional<QueryLanguage> named = language != nullptr && language->is_string()
                                                 ? QueryLanguageNamed(language->string())
                                                 : std::nullopt;
  if (!named) return InvalidArgument(R"(expected the 'language' "jsonata" or "jsonpath")");
  request.language = *named;
  if (const json::Value* const input = object.Find("input")) request.input = *input;
  if (const json::Value* const variables = object.Find("variables")) {
    if (!variables->is_object()) return InvalidArgument("expected an object 'variables'");
    request.variables = *variables;
  }
  return request;
}

}  // namespace

std::string AnswerLine(std::string_view line,
                       const BatchOptions& options,
                       platform::Clock& clock,
                       platform::Random& random) {
  json::Arena arena;
  Result<EvaluationRequest> request = ReadRequest(line, arena);
  if (!request.ok()) {
    EvaluationError error;
    error.code = kInvalidRequest;
    error.message = request.status().message();
    return Evaluation{.result_json = std::nullopt, .error = std::move(error)}.ToJson();
  }
  request->has_default_operators = options.has_default_operators;
  return Evaluate(*request, clock, random).ToJson();
}

}  // namespace pawl::cli
