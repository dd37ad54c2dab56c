// JSONata expressions, version 2.0.6 as AWS Step Functions has it (docs.jsonata.org; AWS Step
// Functions Developer Guide, "Transforming data with JSONata"): parsed once, evaluated over JSON
// values within budgets.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "engine/base/random.h"
#include "engine/base/status.h"
#include "engine/base/time.h"
#include "engine/json/arena.h"
#include "engine/json/value.h"

namespace pawl::expression::jsonata {

// What one evaluation may take. Past any of them it ends with U1001.
struct Budget {
  // Nodes of the expression evaluated, items visited and built, pieces of text moved.
  std::uint64_t steps = 10'000'000;
  // Nested evaluations; tail calls do not nest.
  std::size_t depth = 500;
  // Bytes of values and texts built on the way.
  std::size_t memory_bytes = std::size_t{64} << 20;
};

// What an evaluation can see.
class Environment {
 public:
  virtual ~Environment() = default;

  // $ and $$ at the top; nullopt: there is no input.
  virtual std::optional<json::Value> Input() = 0;
  // The variable $name ("states"); nullopt: it is not bound. The value outlives the evaluation.
  virtual Result<std::optional<json::Value>> Variable(std::string_view name) = 0;
  // What $random() and $uuid() draw from.
  virtual SeededRandom& Random() = 0;
  // $now() and $millis().
  virtual Timestamp Now() = 0;
};

// What an expression gives.
struct Outcome {
  enum class Kind : std::uint8_t {
    kValue,
    // No value: nothing matched.
    kUndefined,
    // A function, which JSON cannot hold.
    kFunction,
  };
  Kind kind = Kind::kUndefined;
  json::Value value = {};
};

// Where in an expression an error arose.
struct ErrorPlace {
  // Bytes from the start of the expression to just behind the token.
  std::size_t position = 0;
  // The token at fault; empty where there is none.
  std::string token;
};

struct ParseOptions {
  // The operators ?? and ?: of JSONata 2.1.
  bool has_default_operators = false;
};

// A parsed expression. Copies share it; safe from any thread.
class Expression {
 public:
  // Errors: InvalidArgument, with JSONata's code ("S0201") as the reason and its message as the
  // message. `place`, where given, is set on an error.
  static Result<Expression> Parse(std::string_view text,
                                  const ParseOptions& options = {},
                                  ErrorPlace* place = nullptr);

  const std::string& text() const;

  // Whether an evaluation may read `member` of the variable `variable`: ("states", "input"). True
  // where it cannot be told. Lets the caller leave out what is never looked at.
  bool MayRead(std::string_view variable, std::string_view member) const;
  // Whether it may read the variable at all.
  bool MayRead(std::string_view variable) const;
  // Whether it reads the input at the top: $, $$ or a name that is no variable. Step Functions has
  // no input there.
  bool ReadsInput() const;

  // The value may point into the expression, into `arena` and into what the environment gave.
  //
  // Errors:  FailedPrecondition  JSONata's error; the reason is its code ("T1006"), the message its
  //                              message.
  //          ResourceExhausted   reason "U1001": past the budget.
  // and what the environment returns. `place`, where given, is set on the first two.
  Result<Outcome> Evaluate(Environment& environment,
                           json::Arena& arena,
                           const Budget& budget = {},
                           ErrorPlace* place = nullptr) const;

 private:
  struct Compiled;

  Expression() = default;

  std::shared_ptr<const Compiled> compiled_;
};

}  // namespace pawl::expression::jsonata
