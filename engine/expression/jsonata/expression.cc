#include "engine/expression/jsonata/expression.h"

#include <utility>
#include <variant>

#include "engine/expression/jsonata/error.h"
#include "engine/expression/jsonata/evaluator.h"
#include "engine/expression/jsonata/parser.h"
#include "engine/expression/jsonata/reads.h"
#include "engine/expression/jsonata/resolver.h"
#include "engine/expression/jsonata/syntax.h"
#include "engine/expression/jsonata/text.h"

namespace pawl::expression::jsonata {
namespace {

void Place(const Error& error, ErrorPlace* place) {
  if (place == nullptr) return;
  place->position = error.position.value_or(0);
  place->token = error.token ? WellFormed(error.token->text) : std::string();
}

}  // namespace

struct Expression::Compiled {
  explicit Compiled(std::string_view source) : text(source) {}

  // The tree points into it.
  std::string text;
  Tree tree;
  std::optional<Reads> reads;
};

Result<Expression> Expression::Parse(std::string_view text,
                                     const ParseOptions& options,
                                     ErrorPlace* place) {
  auto compiled = std::make_shared<Compiled>(text);
  auto syntax = ParseSyntax(compiled->text, options.has_default_operators, compiled->tree);
  std::optional<Error> error;
  if (auto* const wrong = std::get_if<Error>(&syntax); wrong != nullptr) {
    error = std::move(*wrong);
  } else {
    error = Resolve(std::get<Node*>(syntax), compiled->tree);
  }
  if (error) {
    Place(*error, place);
    return ToStatus(*error, StatusCode::kInvalidArgument);
  }
  compiled->reads.emplace(compiled->tree);
  Expression expression;
  expression.compiled_ = std::move(compiled);
  return expression;
}

const std::string& Expression::text() const {
  return compiled_->text;
}

bool Expression::MayRead(std::string_view variable, std::string_view member) const {
  return compiled_->reads->MayRead(variable, member);
}

bool Expression::MayRead(std::string_view variable) const {
  return compiled_->reads->MayRead(variable);
}

bool Expression::ReadsInput() const {
  return compiled_->reads->reads_input();
}

Result<Outcome> Expression::Evaluate(Environment& environment,
                                     json::Arena& arena,
                                     const Budget& budget,
                                     ErrorPlace* place) const {
  Evaluator evaluator(compiled_->tree, environment, arena, budget);
  const Value value = evaluator.Run();
  if (value.is_undefined()) return Outcome{};
  std::optional<json::Value> result;
  if (!value.failed()) result = evaluator.ToJson(value);
  // A function anywhere in a value makes the whole no JSON.
  if (evaluator.met_function()) return Outcome{.kind = Outcome::Kind::kFunction};
  if (result) return Outcome{.kind = Outcome::Kind::kValue, .value = *result};
  Place(evaluator.error(), place);
  return ToStatus(evaluator.error(), StatusCode::kFailedPrecondition);
}

}  // namespace pawl::expression::jsonata
