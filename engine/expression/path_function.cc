#include "engine/expression/path_function.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

#include "engine/expression/java_text.h"

namespace pawl::expression {
namespace {

using json::Value;

// The numbers among a value's items and among the arguments, which may be lists themselves.
Result<std::vector<double>> CollectNumbers(Value node,
                                           std::span<const Value> arguments,
                                           PathEvaluator& evaluator) {
  std::vector<double> numbers;
  const auto collect = [&numbers, &evaluator](Value list) -> Status {
    RETURN_IF_ERROR(evaluator.Spend(list.items().size()));
    for (const Value item : list.items()) {
      if (item.is_number()) numbers.push_back(item.AsDouble());
    }
    return OkStatus();
  };
  if (node.is_array()) RETURN_IF_ERROR(collect(node));
  for (const Value argument : arguments) {
    if (argument.is_array()) RETURN_IF_ERROR(collect(argument));
    if (argument.is_number()) numbers.push_back(argument.AsDouble());
  }
  return numbers;
}

double Sum(const std::vector<double>& numbers) {
  double sum = 0;
  for (const double number : numbers) {
    sum += number;
  }
  return sum;
}

double StandardDeviation(const std::vector<double>& numbers) {
  const auto count = static_cast<double>(numbers.size());
  double squares = 0;
  for (const double number : numbers) {
    squares += number * number;
  }
  const double sum = Sum(numbers);
  return std::sqrt(squares / count - sum * sum / count / count);
}

Result<Value> Aggregate(PathFunction function,
                        Value node,
                        std::span<const Value> arguments,
                        PathEvaluator& evaluator) {
  ASSIGN_OR_RETURN(const std::vector<double> numbers, CollectNumbers(node, arguments, evaluator));
  if (numbers.empty()) {
    return FailedPrecondition(
        "Aggregation function attempted to calculate value using empty array");
  }
  double result = 0;
  switch (function) {
    case PathFunction::kMin:
      result = *std::min_element(numbers.begin(), numbers.end());
      break;
    case PathFunction::kMax:
      result = *std::max_element(numbers.begin(), numbers.end());
      break;
    case PathFunction::kAverage:
      result = Sum(numbers) / static_cast<double>(numbers.size());
      break;
    case PathFunction::kStandardDeviation:
      result = StandardDeviation(numbers);
      break;
    default:
      result = Sum(numbers);
      break;
  }
  if (!std::isfinite(result)) {
    return FailedPrecondition("The result of " + std::string(FunctionName(function)) +
                              "() is beyond the range of numbers");
  }
  return Value::Number(result, evaluator.arena());
}

Value Length(Value node, PathEvaluator& evaluator) {
  std::size_t size = 0;
  if (node.is_array()) {
    size = node.items().size();
  } else if (node.is_object()) {
    size = node.members().size();
  } else {
    return {};
  }
  return Value::Number(static_cast<std::int64_t>(size), evaluator.arena());
}

Result<Value> Keys(Value node, PathEvaluator& evaluator) {
  if (!node.is_object()) return Value();
  RETURN_IF_ERROR(evaluator.Spend(node.members().size()));
  json::ArrayBuilder names;
  for (const json::Member& member : node.members()) {
    names.Add(Value::String(member.name));
  }
  return names.Build(evaluator.arena());
}

Result<Value> Concatenate(Value node, std::span<const Value> arguments, PathEvaluator& evaluator) {
  std::string text;
  const auto append = [&text, &evaluator](std::string_view piece) -> Status {
    text += piece;
    return evaluator.Spend(1 + piece.size() / 64);
  };
  if (node.is_array()) {
    for (const Value item : node.items()) {
      if (item.is_string()) RETURN_IF_ERROR(append(item.string()));
    }
  }
  for (const Value argument : arguments) {
    if (argument.is_string()) RETURN_IF_ERROR(append(argument.string()));
    if (!argument.is_array()) continue;
    for (const Value item : argument.items()) {
      if (!item.is_null()) RETURN_IF_ERROR(append(JavaText(item)));
    }
  }
  return Value::String(evaluator.arena().Copy(text));
}

Result<Value> Appended(Value node, std::span<const Value> arguments, PathEvaluator& evaluator) {
  if (!node.is_array()) return node;
  RETURN_IF_ERROR(evaluator.Spend(node.items().size() + arguments.size()));
  json::ArrayBuilder longer;
  for (const Value item : node.items()) {
    longer.Add(item);
  }
  for (const Value argument : arguments) {
    longer.Add(argument);
  }
  return longer.Build(evaluator.arena());
}

Result<Value> ItemAt(Value node, std::int64_t index) {
  if (!node.is_array()) {
    return FailedPrecondition(
        "Aggregation function attempted to calculate value using empty array");
  }
  const auto size = static_cast<std::int64_t>(node.items().size());
  const std::int64_t place = index < 0 ? size + index : index;
  if (place < 0 || place >= size) {
    return FailedPrecondition("Target index:" + std::to_string(index) +
                              " larger than object count:" + std::to_string(size));
  }
  return node.items()[static_cast<std::size_t>(place)];
}

}  // namespace

Result<Value> CallFunction(PathFunction function,
                           Value node,
                           std::span<const Value> arguments,
                           PathEvaluator& evaluator) {
  RETURN_IF_ERROR(evaluator.Spend(1));
  switch (function) {
    case PathFunction::kMin:
    case PathFunction::kMax:
    case PathFunction::kAverage:
    case PathFunction::kStandardDeviation:
    case PathFunction::kSum:
      return Aggregate(function, node, arguments, evaluator);
    case PathFunction::kLength:
      // An argument is measured in place of the node: $.length($.items).
      return Length(arguments.empty() ? node : arguments.front(), evaluator);
    case PathFunction::kKeys:
      return Keys(node, evaluator);
    case PathFunction::kConcatenate:
      return Concatenate(node, arguments, evaluator);
    case PathFunction::kAppend:
      return Appended(node, arguments, evaluator);
    case PathFunction::kFirst:
      return ItemAt(node, 0);
    case PathFunction::kLast:
      return ItemAt(node, -1);
    case PathFunction::kIndex:
      break;
  }
  const std::optional<std::int64_t> index = arguments.front().AsInt64();
  if (!index) return FailedPrecondition("index() expects an integer for its argument");
  return ItemAt(node, *index);
}

}  // namespace pawl::expression
