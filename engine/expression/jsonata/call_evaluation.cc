// Calls: of built-in functions, of those an expression defines, and of what is made from them.
//
// A call in tail position is not made where it stands: it comes back as a thunk, and whoever called
// the function makes it. So a function that calls itself last runs in a loop and does not nest.
#include <algorithm>
#include <memory>

#include "engine/expression/jsonata/evaluator.h"

namespace pawl::expression::jsonata {
namespace {

// What a call names: the variable, or the name where a $ is missing.
std::optional<std::string_view> ProcedureName(const Node& procedure) {
  if (procedure.type == NodeType::kPath) return procedure.items.front()->text;
  if (procedure.type == NodeType::kVariable) return procedure.text;
  return std::nullopt;
}

// Raw functions, which in the reference do not know where they are called.
bool KnowsItsPlace(Value function) {
  if (!function.is_function()) return false;
  const Function::Kind kind = function.function().kind;
  return kind != Function::Kind::kRegex && kind != Function::Kind::kNextMatch;
}

}  // namespace

// `applied`: what stands left of ~>, the first argument.
Value Evaluator::CallNode(const Node& node, Value input, Frame* frame, const Value* applied) {
  const Node& procedure = *node.first;
  const std::optional<std::string_view> name = ProcedureName(procedure);
  const Value function = Evaluate(procedure, input, frame);
  if (function.failed()) return function;
  if (function.is_undefined() && LacksDollar(procedure, frame)) {
    return Fail(
        Error{.code = "T1005", .token = ErrorText{std::string(*name)}, .position = node.position});
  }
  Arguments arguments;
  if (applied != nullptr) arguments.Add(*applied, arena_);
  if (!EvaluateArguments(node, input, frame, arguments)) return Value::Failed();
  const Value result = CallFunction(function, arguments.span(), input);
  if (result.failed()) NameFailure(name, node.position, KnowsItsPlace(function));
  return result;
}

// Whether a name that is called is one of a variable or a function.
bool Evaluator::LacksDollar(const Node& procedure, const Frame* frame) {
  if (procedure.type != NodeType::kPath) return false;
  const std::string_view name = procedure.items.front()->text;
  const std::optional<NameId> id = tree_.FindId(name);
  if (id) return !LookUp(*id, frame).is_undefined();
  if (FindBuiltin(name) != nullptr) return true;
  const Result<std::optional<json::Value>> variable = environment_.Variable(name);
  return variable.ok() && variable->has_value();
}

bool Evaluator::EvaluateArguments(const Node& node, Value input, Frame* frame, Arguments& out) {
  for (const Node* const item : node.items) {
    const Value argument = Evaluate(*item, input, frame);
    if (argument.failed()) return false;
    out.Add(argument, arena_);
  }
  return true;
}

// An error that has no token or place yet gets those of the call. Functions of JSONata's own kind
// are told where they are called: that place overrides the one inside.
void Evaluator::NameFailure(std::optional<std::string_view> name,
                            std::size_t position,
                            bool overrides) {
  if (!error_.token && name) error_.token = ErrorText{std::string(*name)};
  if (!error_.position || overrides) error_.position = position;
}

Value Evaluator::CallFunction(Value function, std::span<const Value> arguments, Value input) {
  Value result = CallOnce(function, arguments, input);
  while (result.kind() == Kind::kThunk) {
    result = FollowTailCall(result, input);
  }
  return result;
}

Value Evaluator::FollowTailCall(Value thunk, Value input) {
  const TailCall& call = *static_cast<const TailCall*>(thunk.data());
  const Node& procedure = *call.node->first;
  const Value function = Evaluate(procedure, call.input, call.frame);
  if (function.failed()) return function;
  Arguments arguments;
  if (!EvaluateArguments(*call.node, call.input, call.frame, arguments)) return Value::Failed();
  const Value result = CallOnce(function, arguments.span(), input);
  if (result.failed()) {
    const bool is_variable = procedure.type == NodeType::kVariable;
    NameFailure(is_variable ? std::optional(procedure.text) : std::nullopt,
                procedure.position,
                KnowsItsPlace(function));
  }
  return result;
}

Value Evaluator::CallOnce(Value function, std::span<const Value> arguments, Value input) {
  if (!function.is_function()) return Fail("T1006");
  if (!Charge(1) || !Enter()) return Value::Failed();
  const Function& called = function.function();
  Value result;
  if (called.signature != nullptr && !ChargeSignature(*called.signature, arguments)) {
    result = Value::Failed();
  } else if (called.signature == nullptr || called.signature->FitsAsIs(arguments)) {
    result = CallFitted(called, arguments, input);
  } else {
    std::vector<Value> fitted;
    std::optional<Error> error = called.signature->Apply(arguments, input, arena_, fitted);
    result = error ? Fail(std::move(*error)) : CallFitted(called, fitted, input);
  }
  Leave();
  return result;
}

// A signature may look at every item of an array.
bool Evaluator::ChargeSignature(const Signature& signature, std::span<const Value> arguments) {
  constexpr std::size_t kItemsPerStep = 8;
  if (!signature.looks_into_arrays()) return true;
  std::size_t count = 0;
  for (const Value argument : arguments) {
    if (argument.is_array()) count += argument.item_count();
  }
  return Charge(count / kItemsPerStep);
}

Value Evaluator::CallFitted(const Function& function,
                            std::span<const Value> arguments,
                            Value input) {
  const Value first = arguments.empty() ? Value() : arguments.front();
  switch (function.kind) {
    case Function::Kind::kBuiltin:
      return function.builtin->run(*this, {.arguments = arguments, .context = input});
    case Function::Kind::kLambda:
      return CallLambda(function, arguments);
    case Function::Kind::kPartial:
      return CallPartial(function, arguments);
    case Function::Kind::kComposition: {
      const Value between = CallBack(function.first, {&first, 1});
      return between.failed() ? between : CallBack(function.second, {&between, 1});
    }
    case Function::Kind::kTransform:
      return Transform(function, first);
    case Function::Kind::kRegex: {
      if (!first.is_string()) return {};
      const Value from = arguments.size() > 1 ? arguments[1] : Value();
      const double place = from.is_number() ? from.number() : 0;
      if (!(place >= 0 && place <= static_cast<double>(first.text().size()))) return {};
      return FindMatch(*function.node, first.text(), static_cast<std::size_t>(place), true);
    }
    case Function::Kind::kNextMatch:
      return FindMatch(*function.node, function.text, function.from, false);
  }
  return {};
}

Value Evaluator::CallLambda(const Function& function, std::span<const Value> arguments) {
  const auto count = static_cast<std::uint32_t>(function.parameters.size());
  Frame* const frame = NewFrame(function.frame, count);
  for (std::uint32_t i = 0; i < count; ++i) {
    Append(*frame, function.parameters[i], i < arguments.size() ? arguments[i] : Value());
  }
  return Evaluate(*function.node->first, function.input, frame);
}

// Fills the open places of a partial application of a built-in function.
Value Evaluator::CallPartial(const Function& function, std::span<const Value> arguments) {
  Arguments all;
  std::size_t next = 0;
  for (const Value given : function.given) {
    const bool is_open = given.kind() == Kind::kThunk;
    all.Add(!is_open ? given : next < arguments.size() ? arguments[next] : Value(), arena_);
    if (is_open) ++next;
  }
  return CallBack(function.first, all.span());
}

Value Evaluator::Lambda(const Node& node, Value input, Frame* frame) {
  Function* const function = NewFunction(Function::Kind::kLambda);
  function->node = &node;
  function->input = input;
  function->frame = frame;
  function->signature = node.signature;
  function->parameters = node.parameters;
  return Value::Of(function);
}

Value Evaluator::PartialCall(const Node& node, Value input, Frame* frame) {
  Arguments given;
  for (const Node* const item : node.items) {
    if (item->type == NodeType::kPlaceholder) {
      given.Add(Value::Thunk(nullptr), arena_);
      continue;
    }
    const Value argument = Evaluate(*item, input, frame);
    if (argument.failed()) return argument;
    given.Add(argument, arena_);
  }
  const Value function = Evaluate(*node.first, input, frame);
  if (function.failed()) return function;
  if (function.is_function()) return ApplyPartly(function, given.span());
  const std::optional<std::string_view> name = ProcedureName(*node.first);
  Error error{.code = "T1008", .position = node.position};
  if (name) error.token = ErrorText{std::string(*name)};
  if (function.is_undefined() && LacksDollar(*node.first, frame)) error.code = "T1007";
  return Fail(std::move(error));
}

Value Evaluator::ApplyPartly(Value function, std::span<const Value> given) {
  const Function& whole = function.function();
  if (whole.kind != Function::Kind::kLambda) {
    Function* const partial = NewFunction(Function::Kind::kPartial);
    auto* const copy = static_cast<Value*>(arena_.Allocate(given.size() * sizeof(Value)));
    std::uninitialized_copy(given.begin(), given.end(), copy);
    partial->first = function;
    partial->given = {copy, given.size()};
    return Value::Of(partial);
  }
  // What is given is bound once and for all; what is open stays a parameter. The signature, which
  // counts all parameters, no longer applies.
  const auto count = static_cast<std::uint32_t>(whole.parameters.size());
  Frame* const frame = NewFrame(whole.frame, count);
  auto* const open = static_cast<NameId*>(arena_.Allocate(count * sizeof(NameId)));
  std::size_t open_count = 0;
  for (std::uint32_t i = 0; i < count; ++i) {
    const Value argument = i < given.size() ? given[i] : Value();
    if (argument.kind() == Kind::kThunk) {
      open[open_count++] = whole.parameters[i];
    } else {
      Append(*frame, whole.parameters[i], argument);
    }
  }
  Function* const partial = NewFunction(Function::Kind::kLambda);
  partial->node = whole.node;
  partial->input = whole.input;
  partial->frame = frame;
  partial->parameters = {open, open_count};
  return Value::Of(partial);
}

// a ~> f, a ~> f(b), f ~> g
Value Evaluator::Apply(const Node& node, Value input, Frame* frame) {
  const Value left = Evaluate(*node.first, input, frame);
  if (left.failed()) return left;
  if (node.second->type == NodeType::kFunction) return CallNode(*node.second, input, frame, &left);
  const Value right = Evaluate(*node.second, input, frame);
  if (right.failed()) return right;
  if (!right.is_function()) {
    Fail("T2006", right);
    error_.position = node.position;
    return Value::Failed();
  }
  if (!left.is_function()) return CallBack(right, {&left, 1});
  Function* const composition = NewFunction(Function::Kind::kComposition);
  composition->first = left;
  composition->second = right;
  return Value::Of(composition);
}

std::size_t Evaluator::ArityOf(Value value) {
  if (!value.is_function()) return 0;
  const Function& function = value.function();
  switch (function.kind) {
    case Function::Kind::kBuiltin:
      return static_cast<std::size_t>(function.builtin->arity);
    case Function::Kind::kLambda:
      return function.parameters.size();
    case Function::Kind::kPartial:
      return static_cast<std::size_t>(
          std::count_if(function.given.begin(), function.given.end(), [](Value given) {
            return given.kind() == Kind::kThunk;
          }));
    case Function::Kind::kRegex:
      return 2;
    case Function::Kind::kNextMatch:
      return 0;
    case Function::Kind::kComposition:
    case Function::Kind::kTransform:
      return 1;
  }
  return 0;
}

}  // namespace pawl::expression::jsonata
