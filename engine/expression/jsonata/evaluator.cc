#include "engine/expression/jsonata/evaluator.h"

#include <algorithm>
#include <limits>
#include <memory>
#include <new>
#include <utility>

namespace pawl::expression::jsonata {
namespace {

// However large the budget, the stack of a thread holds no more than this.
constexpr std::size_t kDepthMax = 1500;
// Recursion over values may go this far beyond that of evaluations: an input nests too.
constexpr std::size_t kValueDepth = 600;
// What looks through the variables of a frame costs a step for so many.
constexpr std::size_t kBindingsPerStep = 32;

std::size_t SaturatingAdd(std::size_t a, std::size_t b) {
  return a > std::numeric_limits<std::size_t>::max() - b ? std::numeric_limits<std::size_t>::max()
                                                         : a + b;
}

// What recursion may take of the stack, of which a thread has 8 MiB on Debian: depth alone does not
// say it, because frames differ, and builds with sanitizers make them larger.
constexpr std::uintptr_t kStackBytesMax = std::uintptr_t{4} << 20;

template <typename T>
T* Create(json::Arena& arena) {
  return new (arena.Allocate(sizeof(T))) T();
}

}  // namespace

Evaluator::Evaluator(const Tree& tree,
                     Environment& environment,
                     json::Arena& arena,
                     const Budget& budget)
    : tree_(tree),
      environment_(environment),
      arena_(arena),
      steps_left_(budget.steps),
      depth_max_(std::min(budget.depth, kDepthMax)),
      memory_max_(SaturatingAdd(arena.allocated_bytes(), budget.memory_bytes)),
      globals_(tree.name_count(), Value::Failed()) {}

Value Evaluator::Run() {
  stack_begin_ = reinterpret_cast<std::uintptr_t>(__builtin_frame_address(0));
  root_ = environment_.Input();
  Value input = root_ ? Value::FromJson(*root_) : Value();
  if (input.is_array()) {
    Array* const wrapper = NewSequence();
    wrapper->Push(input, arena_);
    wrapper->is_outer_wrapper = true;
    input = Value::Of(wrapper);
  }
  return Evaluate(*tree_.root, input, NewFrame(nullptr, 0));
}

// --- What goes wrong.

Value Evaluator::Fail(Error error) {
  error_ = std::move(error);
  return Value::Failed();
}

Value Evaluator::Fail(std::string_view code, Value value) {
  Error error{.code = code};
  error.value = Describe(value);
  return Fail(std::move(error));
}

Value Evaluator::FailWith(const Status& status) {
  Error error;
  error.status = status;
  return Fail(std::move(error));
}

// --- The budget.

bool Evaluator::Charge(std::size_t steps) {
  if (steps > steps_left_) {
    steps_left_ = 0;
    Fail(OutOfSteps());
    return false;
  }
  steps_left_ -= steps;
  if (arena_.allocated_bytes() <= memory_max_) return true;
  Fail(OutOfMemory());
  return false;
}

bool Evaluator::CanTake(std::size_t bytes) {
  if (bytes <= memory_left() && bytes <= std::numeric_limits<std::uint32_t>::max()) return true;
  Fail(OutOfMemory());
  return false;
}

// The stack grows downwards.
bool Evaluator::IsStackUsedUp() const {
  return stack_begin_ - reinterpret_cast<std::uintptr_t>(__builtin_frame_address(0)) >
         kStackBytesMax;
}

bool Evaluator::Enter() {
  if (nesting_ >= depth_max_ + kValueDepth || IsStackUsedUp()) {
    Fail(TooDeep());
    return false;
  }
  ++nesting_;
  return true;
}

// --- Making values.

Array* Evaluator::NewArray() {
  return Create<Array>(arena_);
}

Array* Evaluator::NewSequence() {
  Array* const array = Create<Array>(arena_);
  array->is_sequence = true;
  return array;
}

Object* Evaluator::NewObject() {
  return Create<Object>(arena_);
}

Function* Evaluator::NewFunction(Function::Kind kind) {
  auto* const function = Create<Function>(arena_);
  function->kind = kind;
  return function;
}

Value Evaluator::MakeText(std::string_view text) {
  if (!CanTake(text.size())) return Value::Failed();
  return Value::String(arena_.Copy(text));
}

bool Evaluator::SetMember(Object& object, std::string_view name, Value value) {
  if (!ChargeText(name)) return false;
  object.Set(name, value, arena_);
  return true;
}

bool Evaluator::AppendTo(Array& array, Value value) {
  if (!value.is_array()) {
    array.Push(value, arena_);
    return Charge(1);
  }
  const std::size_t count = value.item_count();
  if (!Charge(count) || !CanTake(count * sizeof(Value))) return false;
  array.Grow(array.size + static_cast<std::uint32_t>(count), arena_);
  for (std::size_t i = 0; i < count; ++i) {
    array.Push(value.item(i), arena_);
  }
  return true;
}

// --- Evaluating.

Value Evaluator::Evaluate(const Node& node, Value input, Frame* frame) {
  if (!Charge(1)) return Value::Failed();
  if (depth_ >= depth_max_ || IsStackUsedUp()) return Fail(TooDeep());
  ++depth_;
  Value result = EvaluateKind(node, input, frame);
  if (!node.predicates.empty() || node.group) {
    for (const Stage& stage : node.predicates) {
      if (result.failed()) break;
      result = Filter(*stage.predicate, result, frame);
    }
    if (!result.failed() && node.type != NodeType::kPath && node.group) {
      result = Group(node.group->pairs, node.group->position, result, frame);
    }
  }
  --depth_;
  return result.is_sequence() ? Settle(node, result) : result;
}

Value Evaluator::EvaluateKind(const Node& node, Value input, Frame* frame) {
  switch (node.type) {
    case NodeType::kPath:
      return Path(node, input, frame);
    case NodeType::kBinary:
      return Binary(node, input, frame);
    case NodeType::kNegation:
      return Negate(node, input, frame);
    case NodeType::kArray:
      return ArrayOf(node, input, frame);
    case NodeType::kObject:
      return Group(node.pairs, node.position, input, frame);
    case NodeType::kName:
      return Lookup(input, node.text);
    case NodeType::kString:
    case NodeType::kNumber:
    case NodeType::kValue:
      return node.value;
    case NodeType::kWildcard:
      return Wildcard(input);
    case NodeType::kDescendant:
      return Descendants(input);
    case NodeType::kParent:
      return LookUp(node.ancestor->label, frame);
    case NodeType::kCondition:
      return Condition(node, input, frame);
    case NodeType::kBlock:
      return Block(node, input, frame);
    case NodeType::kBind: {
      const Value value = Evaluate(*node.second, input, frame);
      if (value.failed() || !Bind(*frame, node.first->name, value)) return Value::Failed();
      return value;
    }
    case NodeType::kRegex: {
      Function* const function = NewFunction(Function::Kind::kRegex);
      function->node = &node;
      return Value::Of(function);
    }
    case NodeType::kFunction:
      if (node.is_tail_call) {
        auto* const call = Create<TailCall>(arena_);
        *call = {.node = &node, .input = input, .frame = frame};
        return Value::Thunk(call);
      }
      return CallNode(node, input, frame, nullptr);
    case NodeType::kVariable:
      return Variable(node, input, frame);
    case NodeType::kLambda:
      return Lambda(node, input, frame);
    case NodeType::kPartial:
      return PartialCall(node, input, frame);
    case NodeType::kApply:
      return Apply(node, input, frame);
    case NodeType::kTransform: {
      Function* const function = NewFunction(Function::Kind::kTransform);
      function->node = &node;
      function->frame = frame;
      return Value::Of(function);
    }
    default:
      return {};
  }
}

// A sequence of no items is no value, one of a single item is that item.
Value Evaluator::Settle(const Node& node, Value result) {
  Array& sequence = result.array();
  if (sequence.is_tuple_stream) return result;
  if (node.keeps_array) sequence.keeps_singleton = true;
  if (sequence.size == 0) return {};
  if (sequence.size == 1 && !sequence.keeps_singleton) return sequence.items[0];
  return result;
}

// --- Variables.

Value Evaluator::Variable(const Node& node, Value input, const Frame* frame) {
  if (!node.text.empty()) return LookUp(node.name, frame);
  const bool is_wrapped = input.kind() == Kind::kArray && input.array().is_outer_wrapper;
  return is_wrapped ? input.item(0) : input;
}

// From the innermost frame outwards, in each the latest first.
Value Evaluator::LookUp(NameId name, const Frame* frame) {
  const auto has_name = [name](const Binding& binding) { return binding.name == name; };
  std::size_t seen = 0;
  for (; frame != nullptr; frame = frame->parent) {
    seen += 1 + frame->size;
    const Binding* found = nullptr;
    for (std::uint32_t i = frame->size; found == nullptr && i-- > 0;) {
      if (has_name(frame->bindings[i])) found = &frame->bindings[i];
    }
    const auto outer = std::find_if(frame->outer.begin(), frame->outer.end(), has_name);
    if (found == nullptr && outer != frame->outer.end()) found = &*outer;
    if (found != nullptr) return Charge(seen / kBindingsPerStep) ? found->value : Value::Failed();
  }
  if (!Charge(seen / kBindingsPerStep)) return Value::Failed();
  return globals_[name].failed() ? Global(name) : globals_[name];
}

Value Evaluator::Global(NameId name) {
  const std::string_view text = tree_.NameOf(name);
  Value found;
  if (text == "$") {
    if (root_) found = Value::FromJson(*root_);
  } else {
    Result<std::optional<json::Value>> variable = environment_.Variable(text);
    if (!variable.ok()) return FailWith(variable.status());
    if (*variable) {
      found = Value::FromJson(**variable);
    } else if (const Function* const builtin = FindBuiltin(text); builtin != nullptr) {
      found = Value::Of(builtin);
    }
  }
  globals_[name] = found;
  return found;
}

bool Evaluator::Bind(Frame& frame, NameId name, Value value) {
  if (!Charge(frame.size / kBindingsPerStep)) return false;
  for (std::uint32_t i = 0; i < frame.size; ++i) {
    if (frame.bindings[i].name != name) continue;
    frame.bindings[i].value = value;
    return true;
  }
  Append(frame, name, value);
  return true;
}

void Evaluator::Append(Frame& frame, NameId name, Value value) {
  if (frame.size == frame.capacity) {
    frame.capacity = std::max<std::uint32_t>(frame.capacity * 2, 4);
    auto* const larger = static_cast<Binding*>(arena_.Allocate(frame.capacity * sizeof(Binding)));
    std::uninitialized_copy(frame.bindings, frame.bindings + frame.size, larger);
    frame.bindings = larger;
  }
  new (&frame.bindings[frame.size++]) Binding{name, value};
}

Frame* Evaluator::NewFrame(Frame* parent, std::uint32_t capacity) {
  auto* const frame = Create<Frame>(arena_);
  frame->parent = parent;
  if (capacity > 0) {
    frame->bindings = static_cast<Binding*>(arena_.Allocate(capacity * sizeof(Binding)));
    frame->capacity = capacity;
  }
  return frame;
}

Frame* Evaluator::FrameOf(Frame* parent, const Tuple& tuple) {
  Frame* const frame = NewFrame(parent, 0);
  frame->outer = tuple.bindings;
  return frame;
}

// --- Simple nodes.

Value Evaluator::Block(const Node& node, Value input, Frame* frame) {
  Frame* const inner = NewFrame(frame, 0);
  Value result;
  for (const Node* const expression : node.items) {
    result = Evaluate(*expression, input, inner);
    if (result.failed()) break;
  }
  return result;
}

Value Evaluator::Condition(const Node& node, Value input, Frame* frame) {
  const Value condition = Evaluate(*node.first, input, frame);
  if (condition.failed()) return condition;
  const std::optional<bool> holds = IsTruthy(condition);
  if (!holds) return Value::Failed();
  if (*holds) return Evaluate(*node.second, input, frame);
  return node.third == nullptr ? Value() : Evaluate(*node.third, input, frame);
}

// [a, b]: arrays among the items give their items, unless they are written as [...] themselves.
Value Evaluator::ArrayOf(const Node& node, Value input, Frame* frame) {
  Array* const array = NewArray();
  for (const Node* const item : node.items) {
    const Value value = Evaluate(*item, input, frame);
    if (value.failed()) return value;
    if (value.is_undefined()) continue;
    if (item->type == NodeType::kArray) {
      array->Push(value, arena_);
    } else if (!AppendTo(*array, value)) {
      return Value::Failed();
    }
  }
  array->is_cons = node.is_cons;
  return Value::Of(array);
}

// All members of an object, or items of an array. Members that are arrays give their items, and
// then the result is an array for good and no sequence.
Value Evaluator::Wildcard(Value input) {
  const bool is_wrapped = input.kind() == Kind::kArray && input.array().is_outer_wrapper;
  if (is_wrapped && input.item_count() > 0) input = input.item(0);
  Array* const results = NewSequence();
  const bool is_array = input.is_array();
  const std::size_t count = is_array            ? input.item_count()
                            : input.is_object() ? input.member_count()
                                                : 0;
  for (std::size_t i = 0; i < count; ++i) {
    const Value value = is_array ? input.item(i) : input.member_value(i);
    if (value.is_array()) {
      results->is_sequence = false;
      if (!AppendFlat(*results, value)) return Value::Failed();
    } else {
      results->Push(value, arena_);
      if (!Charge(1)) return Value::Failed();
    }
  }
  return Value::Of(results);
}

bool Evaluator::AppendFlat(Array& array, Value value) {
  if (!Charge(1)) return false;
  if (!value.is_array()) {
    array.Push(value, arena_);
    return true;
  }
  if (!Enter()) return false;
  bool done = true;
  for (std::size_t i = 0; done && i < value.item_count(); ++i) {
    done = AppendFlat(array, value.item(i));
  }
  Leave();
  return done;
}

Value Evaluator::Descendants(Value input) {
  if (input.is_undefined()) return {};
  Array* const results = NewSequence();
  if (!AppendDescendants(*results, input)) return Value::Failed();
  return results->size == 1 ? results->items[0] : Value::Of(results);
}

bool Evaluator::AppendDescendants(Array& array, Value value) {
  if (!Charge(1)) return false;
  if (!value.is_array()) array.Push(value, arena_);
  if (!value.is_array() && !value.is_object()) return true;
  if (!Enter()) return false;
  bool done = true;
  if (value.is_array()) {
    for (std::size_t i = 0; done && i < value.item_count(); ++i) {
      done = AppendDescendants(array, value.item(i));
    }
  } else {
    for (std::size_t i = 0; done && i < value.member_count(); ++i) {
      done = AppendDescendants(array, value.member_value(i));
    }
  }
  Leave();
  return done;
}

}  // namespace pawl::expression::jsonata
