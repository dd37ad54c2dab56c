// Evaluates a tree within a budget.
//
// Nothing throws: a value of kind kFailed travels up to whoever called, and the first error is kept
// in the evaluator. Whoever gets a failed value returns it at once.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/expression/jsonata/arguments.h"
#include "engine/expression/jsonata/error.h"
#include "engine/expression/jsonata/expression.h"
#include "engine/expression/jsonata/function.h"
#include "engine/expression/jsonata/syntax.h"
#include "engine/expression/jsonata/text_cost.h"
#include "engine/expression/jsonata/value.h"
#include "engine/json/arena.h"

namespace pawl::expression::jsonata {

class Evaluator final {
 public:
  Evaluator(const Tree& tree, Environment& environment, json::Arena& arena, const Budget& budget);

  // The value of the whole expression.
  Value Run();

  const Error& error() const { return error_; }

  // How many numbers a range may have. A double, to be compared with what may be no whole number.
  static constexpr double kRangeItemsMax = 1e7;

  // --- What goes wrong.

  Value Fail(Error error);

  Value Fail(std::string_view code) { return Fail(Error{.code = code}); }

  // With `value` for the message's {{value}}.
  Value Fail(std::string_view code, Value value);
  Value FailWith(const Status& status);

  // --- The budget. Each returns false, having failed, when it is used up.

  bool Charge(std::size_t steps);

  // For looking at all of `text`.
  bool ChargeText(std::string_view text) { return Charge(1 + text.size() / kTextBytesPerStep); }

  // Whether `bytes` more may be allocated.
  bool CanTake(std::size_t bytes);
  bool IsStackUsedUp() const;
  // Around each recursion over values or calls.
  bool Enter();

  void Leave() { --nesting_; }

  std::size_t memory_left() const {
    const std::size_t taken = arena_.allocated_bytes();
    return taken < memory_max_ ? memory_max_ - taken : 0;
  }

  // --- Making values.

  json::Arena& arena() { return arena_; }

  Array* NewArray();
  Array* NewSequence();
  Object* NewObject();
  Function* NewFunction(Function::Kind kind);
  // A copy of `text`.
  Value MakeText(std::string_view text);
  bool SetMember(Object& object, std::string_view name, Value value);
  // Adds `value`; where it is an array, its items.
  bool AppendTo(Array& array, Value value);

  // --- Calls.

  // Calls a function, and what it leaves to be called in its place.
  Value CallFunction(Value function, std::span<const Value> arguments, Value input);

  // As functions such as $map call theirs: there is no context.
  Value CallBack(Value function, std::span<const Value> arguments) {
    return CallFunction(function, arguments, Value::Null());
  }

  // How many arguments a function such as $map passes to it.
  static std::size_t ArityOf(Value function);

  // --- Meanings.

  // As $boolean. Undefined gives false; see also failed().
  std::optional<bool> IsTruthy(Value value);
  // JSONata's =. nullopt: failed.
  std::optional<bool> Equals(Value left, Value right);
  // Whether `value` is a number that is no NaN; infinity is an error. nullopt: failed.
  std::optional<bool> IsNumeric(Value value);
  // The member `name` of an object, or of all objects in an array.
  Value Lookup(Value value, std::string_view name);
  // The text that $string gives. nullopt: failed.
  std::optional<std::string_view> ToText(Value value, bool is_pretty);
  // For messages: the value as JSON text, cut where it is long.
  std::string Describe(Value value);
  // A copy that can be changed: $clone.
  Value Clone(Value value);
  // nullopt: failed, or there is a function in it; see met_function().
  std::optional<json::Value> ToJson(Value value);

  bool met_function() const { return met_function_; }

  // What a regular expression, called with a text, gives: an object that describes the match.
  Value FindMatch(const Node& regex, std::string_view text, std::size_t from, bool is_first);

  Environment& environment() { return environment_; }

 private:
  // A step's result on its way to the next step: the array `value`, or the one item `value`.
  struct Items {
    Value value;
    bool is_single = false;

    std::size_t size() const { return is_single ? 1 : value.is_array() ? value.item_count() : 0; }

    Value at(std::size_t index) const { return is_single ? value : value.item(index); }
  };

  Value Evaluate(const Node& node, Value input, Frame* frame);
  Value EvaluateKind(const Node& node, Value input, Frame* frame);

  // evaluator.cc
  Value Settle(const Node& node, Value result);
  Value Variable(const Node& node, Value input, const Frame* frame);
  Value LookUp(NameId name, const Frame* frame);
  Value Global(NameId name);
  bool Bind(Frame& frame, NameId name, Value value);
  // As Bind, for a name that is new or hides what it was.
  void Append(Frame& frame, NameId name, Value value);
  Frame* NewFrame(Frame* parent, std::uint32_t capacity);
  Frame* FrameOf(Frame* parent, const Tuple& tuple);
  Value Block(const Node& node, Value input, Frame* frame);
  Value Condition(const Node& node, Value input, Frame* frame);
  Value ArrayOf(const Node& node, Value input, Frame* frame);
  Value Wildcard(Value input);
  bool AppendFlat(Array& array, Value value);
  Value Descendants(Value input);
  bool AppendDescendants(Array& array, Value value);

  // operator_evaluation.cc
  Value Binary(const Node& node, Value input, Frame* frame);
  Value AtOperator(const Node& node, Value result);
  Value Logic(const Node& node, Value left, Value input, Frame* frame);
  Value Default(const Node& node, Value left, Value input, Frame* frame);
  Value Operate(Symbol symbol, Value left, Value right);
  Value Arithmetic(Symbol symbol, Value left, Value right);
  Value Compare(Symbol symbol, Value left, Value right);
  Value Concatenate(Value left, Value right);
  Value Range(Value left, Value right);
  Value IsIn(Value left, Value right);
  Value Negate(const Node& node, Value input, Frame* frame);

  // path_evaluation.cc
  Value Path(const Node& node, Value input, Frame* frame);
  Items Step(const Node& step, const Items& input, Frame* frame, bool is_last);
  Value StepResult(const Node& step, Value item, Frame* frame);
  Value FinishPath(const Node& node, Items result, Array* tuples, Frame* frame);
  Array* TupleStep(const Node& step, const Items& input, Array* tuples, Frame* frame);
  Array* TupleSort(const Node& step, const Items& input, Array* tuples, Frame* frame);
  bool AddTuples(const Node& step, const Tuple& from, Value result, Array& out);
  Array* TuplesOf(const Items& input);
  Array* NewTupleStream();
  Array* TupleStages(const Node& step, Array* tuples, Frame* frame);
  Value Filter(const Node& predicate, Value input, Frame* frame);
  std::optional<std::size_t> TimesKept(Value verdict, std::size_t index, std::size_t count);
  Tuple* Extend(const Tuple& tuple, Value context, std::span<const Binding> more);

  // sort_evaluation.cc
  Value Sort(const Node& node, Value input, Frame* frame);
  std::optional<int> OrderOfKeys(const Node& node, Value a, Value b);

  // group_evaluation.cc
  Value Group(std::span<const Pair> pairs, std::size_t position, Value input, Frame* frame);
  Value GroupOne(std::span<const Pair> pairs, std::size_t position, Value item, Frame* frame);
  Value GroupMany(std::span<const Pair> pairs, std::size_t position, Value input, Frame* frame);
  Value KeyOf(const Pair& pair, std::size_t position, Value context, Frame* frame);
  Value DuplicateKey(std::string_view key, std::size_t position);
  std::optional<Tuple> Reduce(Value tuples);

  // call_evaluation.cc
  Value CallNode(const Node& node, Value input, Frame* frame, const Value* applied);
  Value Lambda(const Node& node, Value input, Frame* frame);
  Value PartialCall(const Node& node, Value input, Frame* frame);
  Value Apply(const Node& node, Value input, Frame* frame);
  Value CallOnce(Value function, std::span<const Value> arguments, Value input);
  bool ChargeSignature(const Signature& signature, std::span<const Value> arguments);
  Value CallFitted(const Function& function, std::span<const Value> arguments, Value input);
  Value CallLambda(const Function& function, std::span<const Value> arguments);
  Value CallPartial(const Function& function, std::span<const Value> arguments);
  Value FollowTailCall(Value thunk, Value input);
  Value ApplyPartly(Value function, std::span<const Value> given);
  bool LacksDollar(const Node& procedure, const Frame* frame);
  bool EvaluateArguments(const Node& node, Value input, Frame* frame, Arguments& out);
  void NameFailure(std::optional<std::string_view> name, std::size_t position, bool overrides);

  // value_text.cc
  std::string_view JsonText(std::string_view text);
  std::optional<json::Value> ArrayToJson(Value value);
  std::optional<json::Value> ObjectToJson(Value value);

  // value_meaning.cc
  std::optional<bool> IsAnyTruthy(Value array);
  std::optional<bool> EqualItems(Value left, Value right);
  std::optional<bool> EqualMembers(Value left, Value right);

  // transform.cc
  Value Transform(const Function& function, Value input);
  Value CloneNumber(Value value);
  bool Update(const Node& node, Value match, Frame* frame);
  bool Delete(const Node& node, Value match, Frame* frame);

  const Tree& tree_;
  Environment& environment_;
  json::Arena& arena_;
  std::uint64_t steps_left_;
  std::size_t depth_max_;
  std::size_t memory_max_;
  // Nested evaluations, and all recursion: over calls and over values.
  std::size_t depth_ = 0;
  std::size_t nesting_ = 0;
  // Where the evaluation began.
  std::uintptr_t stack_begin_ = 0;
  std::optional<json::Value> root_;
  // By NameId; kFailed: not looked up yet.
  std::vector<Value> globals_;
  bool met_function_ = false;
  Error error_;
};

}  // namespace pawl::expression::jsonata
