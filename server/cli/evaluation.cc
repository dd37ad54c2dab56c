#include "server/cli/evaluation.h"

#include <utility>

#include "engine/base/random.h"
#include "engine/expression/intrinsic.h"
#include "engine/expression/jsonata/expression.h"
#include "engine/expression/path.h"
#include "engine/expression/scope.h"
#include "engine/json/arena.h"
#include "engine/json/write.h"
#include "server/cli/json_object.h"

namespace pawl::cli {
namespace {

constexpr std::string_view kPathFailed = "States.Runtime";
constexpr std::string_view kIntrinsicFailed = "States.IntrinsicFailure";
constexpr std::string_view kQueryFailed = "States.QueryEvaluationError";

// Nothing else waits for this evaluation, so it may take more than one of a state.
constexpr expression::jsonata::Budget kBudget{.steps = 100'000'000,
                                              .memory_bytes = std::size_t{1} << 30};

Evaluation Failed(std::string_view code, const Status& status) {
  EvaluationError error;
  error.code = status.reason().empty() ? std::string(code) : status.reason();
  error.message = status.message();
  return {.result_json = std::nullopt, .error = std::move(error)};
}

Evaluation Done(json::Value value) {
  return {.result_json = json::Write(value), .error = std::nullopt};
}

std::optional<json::Value> VariableOf(const EvaluationRequest& request, std::string_view name) {
  if (!request.variables.is_object()) return std::nullopt;
  const json::Value* const value = request.variables.Find(name);
  if (value == nullptr) return std::nullopt;
  return *value;
}

class JsonataEnvironment final : public expression::jsonata::Environment {
 public:
  JsonataEnvironment(const EvaluationRequest& request, Timestamp now, std::uint64_t seed)
      : request_(request), now_(now), random_(seed) {}

  std::optional<json::Value> Input() override { return request_.input; }

  Result<std::optional<json::Value>> Variable(std::string_view name) override {
    return VariableOf(request_, name);
  }

  SeededRandom& Random() override { return random_; }

  Timestamp Now() override { return now_; }

 private:
  const EvaluationRequest& request_;
  Timestamp now_;
  SeededRandom random_;
};

class PathScope final : public expression::Scope {
 public:
  PathScope(const EvaluationRequest& request, std::uint64_t seed)
      : request_(request), random_(seed) {}

  Result<json::Value> Root(const expression::Path& path) override {
    if (path.root() == expression::PathRoot::kContext)
      return NotFound("there is no context object");
    const bool is_input = path.root() == expression::PathRoot::kInput;
    const std::optional<json::Value> root =
        is_input ? request_.input : VariableOf(request_, path.variable());
    if (root) return *root;
    return is_input ? NotFound("there is no input")
                    : NotFound("there is no variable '" + path.variable() + "'");
  }

  SeededRandom& Random() override { return random_; }

 private:
  const EvaluationRequest& request_;
  SeededRandom random_;
};

Evaluation EvaluateJsonata(const EvaluationRequest& request, Timestamp now, std::uint64_t seed) {
  using expression::jsonata::Outcome;
  expression::jsonata::ErrorPlace place;
  const auto failed = [&place](const Status& status) {
    Evaluation evaluation = Failed(kQueryFailed, status);
    evaluation.error->position = place.position;
    evaluation.error->token = place.token;
    return evaluation;
  };
  const Result<expression::jsonata::Expression> parsed = expression::jsonata::Expression::Parse(
      request.expression, {.has_default_operators = request.has_default_operators}, &place);
  if (!parsed.ok()) return failed(parsed.status());
  JsonataEnvironment environment(request, now, seed);
  json::Arena arena;
  const Result<Outcome> outcome = parsed->Evaluate(environment, arena, kBudget, &place);
  if (!outcome.ok()) return failed(outcome.status());
  switch (outcome->kind) {
    case Outcome::Kind::kUndefined:
      return {};
    case Outcome::Kind::kFunction:
      return Failed(kQueryFailed, FailedPrecondition("the result is a function, which is no JSON"));
    case Outcome::Kind::kValue:
      break;
  }
  return Done(outcome->value);
}

Evaluation EvaluateIntrinsic(const EvaluationRequest& request, std::uint64_t seed) {
  const Result<expression::Intrinsic> call = expression::Intrinsic::Parse(request.expression);
  if (!call.ok()) return Failed(kIntrinsicFailed, call.status());
  PathScope scope(request, seed);
  json::Arena arena;
  const Result<json::Value> value = call->Evaluate("expression", scope, arena);
  return value.ok() ? Done(*value) : Failed(kPathFailed, value.status());
}

Evaluation EvaluatePath(const EvaluationRequest& request, std::uint64_t seed) {
  const Result<expression::Path> path = expression::Path::Parse(request.expression);
  if (!path.ok()) return Failed(kPathFailed, path.status());
  PathScope scope(request, seed);
  const Result<json::Value> root = scope.Root(*path);
  if (!root.ok()) return Failed(kPathFailed, root.status());
  json::Arena arena;
  const Result<json::Value> value = path->Evaluate(*root, arena);
  return value.ok() ? Done(*value) : Failed(kPathFailed, value.status());
}

}  // namespace

std::optional<QueryLanguage> QueryLanguageNamed(std::string_view name) {
  if (name == "jsonata") return QueryLanguage::kJsonata;
  if (name == "jsonpath") return QueryLanguage::kJsonPath;
  return std::nullopt;
}

std::string Evaluation::ToJson() const {
  if (result_json) return JsonObject().Json("result", *result_json).ToString();
  if (!error) return JsonObject().Boolean("undefined", true).ToString();
  JsonObject object;
  object.Text("code", error->code).Text("message", error->message);
  if (error->position > 0) object.Number("position", static_cast<std::int64_t>(error->position));
  if (!error->token.empty()) object.Text("token", error->token);
  return JsonObject().Json("error", object.ToString()).ToString();
}

Evaluation Evaluate(const EvaluationRequest& request,
                    platform::Clock& clock,
                    platform::Random& random) {
  const std::uint64_t seed = random.Next64();
  if (request.language == QueryLanguage::kJsonata) {
    return EvaluateJsonata(request, clock.WallNow(), seed);
  }
  return expression::Intrinsic::LooksLikeCall(request.expression) ? EvaluateIntrinsic(request, seed)
                                                                  : EvaluatePath(request, seed);
}

}  // namespace pawl::cli
