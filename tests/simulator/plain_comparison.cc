#include "tests/simulator/plain_comparison.h"

#include "engine/base/check.h"
#include "engine/base/time.h"

namespace pawl::simulator {
namespace {

bool MatchesStars(std::string_view text, std::string_view pattern) {
  if (pattern.empty()) return text.empty();
  if (pattern.front() == '*') {
    for (std::size_t skip = 0; skip <= text.size(); ++skip) {
      if (MatchesStars(text.substr(skip), pattern.substr(1))) return true;
    }
    return false;
  }
  return !text.empty() && text.front() == pattern.front() &&
         MatchesStars(text.substr(1), pattern.substr(1));
}

// "LessThanEquals" and so on, of numbers -1, 0 and 1 for less, equal and greater.
bool HasOrder(std::string_view relation, int order) {
  if (relation == "Equals") return order == 0;
  if (relation == "LessThan") return order < 0;
  if (relation == "GreaterThan") return order > 0;
  if (relation == "LessThanEquals") return order <= 0;
  PAWL_CHECK(relation == "GreaterThanEquals");
  return order >= 0;
}

template <typename T>
int OrderOf(const T& a, const T& b) {
  return a < b ? -1 : b < a ? 1 : 0;
}

}  // namespace

bool IsTimestamp(const PlainJson& value) {
  if (value.type == PlainJson::Type::kSomeText) return true;
  return value.is_string() && ParseTimestamp(value.text).has_value();
}

bool Compare(std::string_view comparison, const PlainJson& value, const PlainJson& operand) {
  if (comparison == "StringMatches") {
    return value.is_string() && operand.is_string() && MatchesStars(value.text, operand.text);
  }
  if (comparison == "BooleanEquals") {
    return value.type == PlainJson::Type::kBoolean && operand.type == PlainJson::Type::kBoolean &&
           value.boolean == operand.boolean;
  }
  if (comparison.starts_with("String")) {
    return value.is_string() && operand.is_string() &&
           HasOrder(comparison.substr(6), OrderOf(value.text, operand.text));
  }
  if (comparison.starts_with("Numeric")) {
    return value.is_number() && operand.is_number() &&
           HasOrder(comparison.substr(7), OrderOf(value.AsDouble(), operand.AsDouble()));
  }
  PAWL_CHECK(comparison.starts_with("Timestamp"));
  return IsTimestamp(value) && IsTimestamp(operand) &&
         HasOrder(comparison.substr(9),
                  OrderOf(*ParseTimestamp(value.text), *ParseTimestamp(operand.text)));
}

bool HasType(std::string_view comparison, const PlainJson& value) {
  if (comparison == "IsNull") return value.type == PlainJson::Type::kNull;
  if (comparison == "IsNumeric") return value.is_number();
  if (comparison == "IsString") return value.is_string();
  if (comparison == "IsBoolean") return value.type == PlainJson::Type::kBoolean;
  PAWL_CHECK(comparison == "IsTimestamp");
  return IsTimestamp(value);
}

}  // namespace pawl::simulator
