// Conditions: the functions that say yes or no, and Fn::If, which asks them.
#include "engine/json/value.h"
#include "server/templates/evaluation.h"
#include "server/templates/problem_codes.h"

namespace pawl::templates {

using asl::Place;
using asl::Quote;
using asl::SourceMember;
using asl::SourceNode;
using json::Type;
using json::Value;

namespace {

// CloudFormation's bounds on Fn::And and Fn::Or.
constexpr std::size_t kConditionsMin = 2;
constexpr std::size_t kConditionsMax = 10;

}  // namespace

std::optional<Value> Evaluator::If(const Argument& argument) {
  if (!IsList(argument, 3, 3, "the name of a condition and two values")) return std::nullopt;
  const SourceNode& name = *argument.place.node->items[0];
  if (!name.is(Type::kString) || !name.tag.empty()) {
    return Fail(argument.place.Item(0),
                code::kFunctionArgument,
                "Fn::If takes the name of a condition first, not " + asl::Describe(name));
  }
  const bool is_true = Condition(name.text, argument.place.Item(0));
  return Evaluate(argument.place.Item(is_true ? 1 : 2));
}

bool Evaluator::Condition(std::string_view name, const Place& place) {
  if (const auto known = conditions_.find(name); known != conditions_.end()) {
    if (!known->second) {
      Fail(place, code::kCycle, "the condition " + Quote(name) + " depends on itself");
    }
    return known->second.value_or(false);
  }
  const SourceMember* member =
      tables_.conditions == nullptr ? nullptr : tables_.conditions->node->Find(name);
  if (member == nullptr) {
    std::vector<std::string_view> names;
    if (tables_.conditions != nullptr) {
      for (const SourceMember& other : tables_.conditions->node->members)
        names.push_back(other.name);
    }
    Fail(place,
         code::kCondition,
         "the template has no condition " + Quote(name) + asl::DidYouMean(name, names));
    return false;
  }
  conditions_.emplace(name, std::nullopt);
  const bool is_true = Decide(tables_.conditions->Member(*member));
  conditions_.insert_or_assign(std::string(name), is_true);
  return is_true;
}

bool Evaluator::Decide(const Place& place) {
  if (++depth_; !Spend(place)) {
    --depth_;
    return false;
  }
  const SourceNode& node = *place.node;
  bool is_true = false;
  if (!node.tag.empty()) {
    const std::string name = LongName(node.tag);
    is_true = DecideFunction({.function = name, .place = place, .is_tagged = true});
  } else if (node.is(Type::kObject) && node.members.size() == 1) {
    const Place argument = place.Member(node.members.front());
    is_true = DecideFunction({.function = node.members.front().name, .place = argument});
  } else {
    Fail(
        place,
        code::kCondition,
        "expected Fn::Equals, Fn::And, Fn::Or, Fn::Not or Condition, found " + asl::Describe(node));
  }
  --depth_;
  return is_true;
}

bool Evaluator::DecideFunction(const Argument& argument) {
  const Place& place = argument.place;
  if (argument.function == "Condition") {
    if (place.node->is(Type::kString)) return Condition(place.node->text, place);
    Fail(place, code::kCondition, "Condition takes a name, not " + asl::Describe(*place.node));
    return false;
  }
  if (argument.function == "Fn::Equals") return DecideEquals(argument);
  if (argument.function == "Fn::Not") {
    return IsList(argument, 1, 1, "a list of one condition") && !Decide(place.Item(0));
  }
  const bool is_and = argument.function == "Fn::And";
  if (!is_and && argument.function != "Fn::Or") {
    Fail(place,
         code::kCondition,
         Quote(argument.function) +
             " is no condition; expected Fn::Equals, Fn::And, Fn::Or, Fn::Not or Condition");
    return false;
  }
  if (!IsList(argument, kConditionsMin, kConditionsMax, "a list of 2 to 10 conditions")) {
    return false;
  }
  bool result = is_and;
  for (std::size_t i = 0; i < place.node->items.size(); ++i) {
    // All are decided, so that what is wrong with one is always told.
    const bool is_true = Decide(place.Item(i));
    result = is_and ? result && is_true : result || is_true;
  }
  return result;
}

bool Evaluator::DecideEquals(const Argument& argument) {
  if (!IsList(argument, 2, 2, "two values")) return false;
  const std::optional<Value> left = Evaluate(argument.place.Item(0));
  const std::optional<Value> right = Evaluate(argument.place.Item(1));
  if (!left || !right) return left.has_value() == right.has_value();
  const std::optional<std::string> left_text = ScalarText(*left);
  const std::optional<std::string> right_text = ScalarText(*right);
  if (left_text && right_text) return *left_text == *right_text;
  return json::Equal(*left, *right);
}

}  // namespace pawl::templates
