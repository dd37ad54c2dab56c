// Functions as values: built-in ones, those an expression defines, and what is made from them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "engine/expression/jsonata/syntax.h"
#include "engine/expression/jsonata/value.h"

namespace pawl::expression::jsonata {

class Evaluator;

// Variables of one scope. A frame lives as long as the evaluation, since functions keep theirs.
struct Frame {
  Frame* parent = nullptr;
  // What a tuple binds.
  std::span<const Binding> outer = {};
  Binding* bindings = nullptr;
  std::uint32_t size = 0;
  std::uint32_t capacity = 0;
};

// What a built-in function is called with: validated arguments, and the context.
struct Call {
  std::span<const Value> arguments;
  Value context;

  // Undefined where it is missing.
  Value At(std::size_t index) const {
    return index < arguments.size() ? arguments[index] : Value();
  }
};

struct Builtin {
  std::string_view name;
  // Empty: takes anything.
  std::string_view signature;
  // How many arguments a function such as $map passes to it.
  int arity = 0;
  Value (*run)(Evaluator& evaluator, const Call& call) = nullptr;
};

struct Function {
  enum class Kind : std::uint8_t {
    kBuiltin,
    kLambda,
    // A built-in function with some of its arguments given.
    kPartial,
    // first ~> second
    kComposition,
    kTransform,
    // A regular expression, to be called with a text.
    kRegex,
    // Finds the match behind the one that it came with.
    kNextMatch,
  };

  Kind kind = Kind::kBuiltin;
  const Builtin* builtin = nullptr;
  const Signature* signature = nullptr;
  // What defines it.
  const Node* node = nullptr;
  Value input = {};
  Frame* frame = nullptr;
  std::span<const NameId> parameters = {};
  // Of a partial application; kThunk marks a place that is still open.
  std::span<const Value> given = {};
  Value first = {};
  Value second = {};
  // Of kNextMatch: the text, and where to go on.
  std::string_view text = {};
  std::size_t from = 0;
};

// A call in tail position: what to evaluate, and where.
struct TailCall {
  const Node* node = nullptr;
  Value input;
  Frame* frame = nullptr;
};

// The built-in function of that name, nullptr if there is none.
const Function* FindBuiltin(std::string_view name);

}  // namespace pawl::expression::jsonata
