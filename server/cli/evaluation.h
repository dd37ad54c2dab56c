// One expression over one input: what `pawl eval` does, without files and options.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "engine/json/value.h"
#include "engine/platform/clock.h"
#include "engine/platform/random.h"

namespace pawl::cli {

enum class QueryLanguage : std::uint8_t { kJsonata, kJsonPath };

// nullopt for anything but "jsonata" and "jsonpath".
std::optional<QueryLanguage> QueryLanguageNamed(std::string_view name);

struct EvaluationRequest {
  QueryLanguage language = QueryLanguage::kJsonata;
  // The operators ?? and ?: of JSONata 2.1.
  bool has_default_operators = false;
  std::string_view expression;
  // The root; nullopt: there is none.
  std::optional<json::Value> input;
  // An object of the values of variables, by their names without the dollar sign; or null.
  json::Value variables;
};

struct EvaluationError {
  // JSONata's own ("T2001"), or the error name that a state would fail with ("States.Runtime").
  std::string code;
  std::string message;
  // Bytes of the expression up to behind the token at fault; 0: it cannot be told.
  std::size_t position = 0;
  std::string token;
};

struct Evaluation {
  // Neither: the expression gives no value, JSONata's undefined.
  std::optional<std::string> result_json;
  std::optional<EvaluationError> error;

  // {"result": …}, {"undefined": true} or {"error": {"code", "message"[, "position"][, "token"]}}.
  std::string ToJson() const;
};

// `clock` and `random` are what $now() and $random() ask.
Evaluation Evaluate(const EvaluationRequest& request,
                    platform::Clock& clock,
                    platform::Random& random);

}  // namespace pawl::cli
