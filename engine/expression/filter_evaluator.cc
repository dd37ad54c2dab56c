// The comparisons of filters, as Jayway's EvaluatorFactory and ValueNodes make them.
#include <re2/re2.h>

#include <algorithm>
#include <compare>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "engine/expression/java_decimal.h"
#include "engine/expression/path_evaluator.h"
#include "engine/json/number.h"

namespace pawl::expression {
namespace {

using json::Type;
using json::Value;

// Work is counted in values; this many bytes of a string count for one.
constexpr std::size_t kBytesPerWork = 64;

// Undefined is a path that leads nowhere: it equals nothing, not even itself.
using Operand = std::optional<Value>;

bool IsContainer(Value value) {
  return value.is_array() || value.is_object();
}

std::size_t TextSize(Value value) {
  return value.is_string() ? value.string().size() : 0;
}

class Comparison final {
 public:
  Comparison(PathEvaluator& evaluator, Operand left, Operand right)
      : evaluator_(evaluator), left_(left), right_(right) {}

  Result<bool> Holds(FilterOperator comparison) {
    switch (comparison) {
      case FilterOperator::kEqual:
        return Same(left_, right_);
      case FilterOperator::kNotEqual:
        return Not(Same(left_, right_));
      case FilterOperator::kIdentical:
        return Identical();
      case FilterOperator::kNotIdentical:
        return Not(Identical());
      case FilterOperator::kLess:
        return Order() == std::partial_ordering::less;
      case FilterOperator::kLessOrEqual:
        return Order() <= 0;
      case FilterOperator::kGreater:
        return Order() == std::partial_ordering::greater;
      case FilterOperator::kGreaterOrEqual:
        return Order() >= 0;
      case FilterOperator::kIn:
        return Contains(right_, left_);
      case FilterOperator::kNotIn:
        return Not(Contains(right_, left_));
      case FilterOperator::kContains:
        return ContainsRight();
      case FilterOperator::kAll:
        return EachOf(right_, left_);
      case FilterOperator::kSubsetOf:
        return EachOf(left_, right_);
      case FilterOperator::kAnyOf:
        return AnyShared();
      case FilterOperator::kNoneOf:
        return NoneShared();
      case FilterOperator::kSize:
        return HasSize();
      case FilterOperator::kEmpty:
        return IsEmpty();
      case FilterOperator::kMatches:
        break;  // Has a pattern for an operand and is not made here.
    }
    return false;
  }

 private:
  static Result<bool> Not(Result<bool> result) {
    if (!result.ok()) return result;
    return !*result;
  }

  // The type of the left side decides: 10 == "10" and "10" == 10, but not "010" == 10.
  Result<bool> Same(Operand a, Operand b) {
    if (!a || !b) return false;
    RETURN_IF_ERROR(evaluator_.Spend(1 + std::min(TextSize(*a), TextSize(*b)) / kBytesPerWork));
    if (a->is_number() && b->is_string()) {
      const std::optional<std::string> number = ReadJavaDecimal(b->string());
      return number && json::CompareNumbers(a->number_text(), *number) == 0;
    }
    if (a->is_string() && b->is_number()) {
      return a->string() == JavaDecimalText(b->number_text());
    }
    if (a->type() != b->type()) return false;
    return evaluator_.SameValue(*a, *b);
  }

  Result<bool> Identical() {
    if (!left_ || !right_ || left_->type() != right_->type()) return false;
    return Same(left_, right_);
  }

  std::partial_ordering Order() const {
    if (!left_ || !right_) return std::partial_ordering::unordered;
    if (left_->is_number() && right_->is_number()) {
      return json::CompareNumbers(left_->number_text(), right_->number_text());
    }
    if (left_->is_string() && right_->is_string()) return left_->string() <=> right_->string();
    return std::partial_ordering::unordered;
  }

  Result<bool> Contains(Operand list, Operand value) {
    if (!list || !list->is_array() || !value) return false;
    for (const Value item : list->items()) {
      ASSIGN_OR_RETURN(const bool is_same, Same(value, item));
      if (is_same) return true;
    }
    return false;
  }

  Result<bool> ContainsRight() {
    if (left_ && right_ && left_->is_string() && right_->is_string()) {
      RETURN_IF_ERROR(evaluator_.Spend(1 + TextSize(*left_) / kBytesPerWork));
      return left_->string().find(right_->string()) != std::string_view::npos;
    }
    return Contains(left_, right_);
  }

  // Whether the list `whole` has every item of the list `part`.
  Result<bool> EachOf(Operand part, Operand whole) {
    if (!part || !part->is_array() || !whole || !whole->is_array()) return false;
    for (const Value item : part->items()) {
      ASSIGN_OR_RETURN(const bool is_there, Contains(whole, item));
      if (!is_there) return false;
    }
    return true;
  }

  Result<bool> AnyShared() {
    if (!left_ || !left_->is_array()) return false;
    for (const Value item : left_->items()) {
      ASSIGN_OR_RETURN(const bool is_there, Contains(right_, item));
      if (is_there) return true;
    }
    return false;
  }

  Result<bool> NoneShared() {
    if (!left_ || !left_->is_array() || !right_ || !right_->is_array()) return false;
    return Not(AnyShared());
  }

  // The number of items, members or characters.
  std::optional<std::size_t> SizeOfLeft() const {
    if (!left_) return std::nullopt;
    switch (left_->type()) {
      case Type::kArray:
        return left_->items().size();
      case Type::kObject:
        return left_->members().size();
      case Type::kString:
        return static_cast<std::size_t>(
            std::count_if(left_->string().begin(), left_->string().end(), [](char c) {
              return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
            }));
      default:
        return std::nullopt;
    }
  }

  Result<bool> HasSize() {
    if (!right_ || !right_->is_number()) return false;
    if (left_) RETURN_IF_ERROR(evaluator_.Spend(1 + TextSize(*left_) / kBytesPerWork));
    const std::optional<std::size_t> size = SizeOfLeft();
    const std::optional<std::int64_t> expected = right_->AsInt64();
    return size && expected && static_cast<std::int64_t>(*size) == *expected;
  }

  Result<bool> IsEmpty() {
    if (!right_ || !right_->is_boolean() || !left_) return false;
    if (!IsContainer(*left_) && !left_->is_string()) return false;
    const bool is_empty = left_->is_string()  ? left_->string().empty()
                          : left_->is_array() ? left_->items().empty()
                                              : left_->members().empty();
    return is_empty == right_->boolean();
  }

  PathEvaluator& evaluator_;
  Operand left_;
  Operand right_;
};

// Undefined instead of NotFound.
Result<Operand> EvaluateOperand(const FilterOperand& operand,
                                Value item,
                                PathEvaluator& evaluator,
                                PathEvaluator::MissingNames missing) {
  if (const auto* const literal = std::get_if<Value>(&operand)) return Operand(*literal);
  Result<Value> value = evaluator.Evaluate(std::get<CompiledPath>(operand), item, missing);
  if (value.ok()) return Operand(*value);
  if (value.status().code() == StatusCode::kNotFound) return Operand();
  return value.status();
}

// What a regular expression is matched with; the whole of it must match.
std::string_view TextToMatch(Value value) {
  if (value.is_string()) return value.string();
  if (value.is_number()) return value.number_text();
  if (value.is_boolean()) return value.boolean() ? "true" : "false";
  return "";
}

Result<bool> MatchesPattern(const re2::RE2& pattern, Operand operand, PathEvaluator& evaluator) {
  if (!operand) return re2::RE2::FullMatch("", pattern);
  if (!operand->is_array()) {
    const std::string_view text = TextToMatch(*operand);
    RETURN_IF_ERROR(evaluator.Spend(1 + text.size() / kBytesPerWork));
    return re2::RE2::FullMatch(re2::StringPiece(text.data(), text.size()), pattern);
  }
  for (const Value item : operand->items()) {
    const std::string_view text = TextToMatch(item);
    RETURN_IF_ERROR(evaluator.Spend(1 + text.size() / kBytesPerWork));
    if (re2::RE2::FullMatch(re2::StringPiece(text.data(), text.size()), pattern)) return true;
  }
  return false;
}

using Pattern = std::shared_ptr<const re2::RE2>;

}  // namespace

// Recursion follows the filter's text, whose nesting is bounded by kPathNestingMax.
Result<bool> PathEvaluator::Matches(const Filter& filter, Value item, MissingNames missing) {
  RETURN_IF_ERROR(Spend(1));
  switch (filter.kind) {
    case Filter::Kind::kAnd:
    case Filter::Kind::kOr: {
      const bool decides = filter.kind == Filter::Kind::kOr;
      for (const Filter& part : filter.parts) {
        ASSIGN_OR_RETURN(const bool holds, Matches(part, item, missing));
        if (holds == decides) return decides;
      }
      return !decides;
    }
    case Filter::Kind::kNot: {
      ASSIGN_OR_RETURN(const bool holds, Matches(filter.parts.front(), item, missing));
      return !holds;
    }
    case Filter::Kind::kExists: {
      ASSIGN_OR_RETURN(const Operand found,
                       EvaluateOperand(filter.left, item, *this, MissingNames::kFail));
      return found.has_value();
    }
    case Filter::Kind::kCompare:
      break;
  }
  if (filter.comparison == FilterOperator::kMatches) {
    const bool is_left = std::holds_alternative<Pattern>(filter.left);
    const re2::RE2& pattern = *std::get<Pattern>(is_left ? filter.left : filter.right);
    ASSIGN_OR_RETURN(const Operand operand,
                     EvaluateOperand(is_left ? filter.right : filter.left, item, *this, missing));
    return MatchesPattern(pattern, operand, *this);
  }
  ASSIGN_OR_RETURN(const Operand left, EvaluateOperand(filter.left, item, *this, missing));
  ASSIGN_OR_RETURN(const Operand right, EvaluateOperand(filter.right, item, *this, missing));
  return Comparison(*this, left, right).Holds(filter.comparison);
}

}  // namespace pawl::expression
