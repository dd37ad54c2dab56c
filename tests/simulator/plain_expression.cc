#include "tests/simulator/plain_expression.h"

#include <cctype>
#include <string>
#include <utility>
#include <vector>

#include "engine/base/check.h"

namespace pawl::simulator {
namespace {

using Found = std::optional<PlainJson>;

// A field of an object, or of each object in an array; of those one alone stands without its array.
Found Member(const PlainJson& value, std::string_view name) {
  if (!value.is_array()) {
    const PlainJson* member = value.Find(name);
    return member == nullptr ? Found() : Found(*member);
  }
  std::vector<PlainJson> found;
  for (const PlainJson& item : value.items) {
    Found member = Member(item, name);
    if (!member) continue;
    if (member->is_array()) {
      found.insert(found.end(), member->items.begin(), member->items.end());
    } else {
      found.push_back(std::move(*member));
    }
  }
  if (found.empty()) return std::nullopt;
  if (found.size() == 1) return std::move(found.front());
  return PlainJson::Array(std::move(found));
}

PlainJson Joined(const PlainJson& left, const PlainJson& right) {
  for (const PlainJson* part : {&left, &right}) {
    if (part->type == PlainJson::Type::kSomeText) return PlainJson::SomeText();
    PAWL_CHECK(part->is_string() || part->is_number());
  }
  return PlainJson::String(left.text + right.text);
}

PlainJson Calculated(char sign, const PlainJson& left, const PlainJson& right) {
  const auto a = left.AsInteger();
  const auto b = right.AsInteger();
  PAWL_CHECK(a && b);
  if (sign == '+') return PlainJson::Number(*a + *b);
  if (sign == '-') return PlainJson::Number(*a - *b);
  return PlainJson::Number(*a * *b);
}

PlainJson Compared(char sign, const PlainJson& left, const PlainJson& right) {
  if (sign == '=') return PlainJson::Boolean(Matches(left, right));
  const double difference = left.AsDouble() - right.AsDouble();
  return PlainJson::Boolean(sign == '<' ? difference < 0 : difference > 0);
}

class Reader {
 public:
  Reader(std::string_view text, const FindVariable& find) : text_(text), find_(find) {}

  Found All() {
    Found value = Comparison();
    SkipSpaces();
    PAWL_CHECK(text_.empty());
    return value;
  }

 private:
  void SkipSpaces() {
    while (!text_.empty() && text_.front() == ' ')
      text_.remove_prefix(1);
  }

  // Whether `sign` is next, which is taken.
  bool Take(char sign) {
    SkipSpaces();
    if (text_.empty() || text_.front() != sign) return false;
    text_.remove_prefix(1);
    return true;
  }

  char TakeOneOf(std::string_view signs) {
    for (const char sign : signs) {
      if (Take(sign)) return sign;
    }
    return '\0';
  }

  std::string Name() {
    std::string name;
    while (!text_.empty() &&
           (std::isalnum(static_cast<unsigned char>(text_.front())) != 0 || text_.front() == '_')) {
      name += text_.front();
      text_.remove_prefix(1);
    }
    PAWL_CHECK(!name.empty());
    return name;
  }

  Found Comparison() {
    Found left = Sum();
    const char sign = TakeOneOf("=<>");
    if (sign == '\0') return left;
    return Compared(sign, *left, *Sum());
  }

  Found Sum() {
    Found left = Product();
    while (const char sign = TakeOneOf("+-&")) {
      const Found right = Product();
      left = sign == '&' ? Joined(*left, *right) : Calculated(sign, *left, *right);
    }
    return left;
  }

  Found Product() {
    Found left = Primary();
    while (Take('*'))
      left = Calculated('*', *left, *Primary());
    return left;
  }

  Found Primary() {
    if (Take('(')) {
      Found value = Comparison();
      PAWL_CHECK(Take(')'));
      return value;
    }
    if (Take('[')) return Array();
    if (Take('{')) return Object();
    if (Take('\'')) return PlainJson::String(Quoted());
    if (Take('$')) return Path();
    return PlainJson::Number(std::stol(Name()));
  }

  std::string Quoted() {
    const std::size_t end = text_.find('\'');
    PAWL_CHECK(end != std::string_view::npos);
    std::string quoted(text_.substr(0, end));
    text_.remove_prefix(end + 1);
    return quoted;
  }

  // An array among the elements gives its own elements.
  PlainJson Array() {
    std::vector<PlainJson> items;
    while (!Take(']')) {
      Found item = Comparison();
      if (item && item->is_array()) {
        items.insert(items.end(), item->items.begin(), item->items.end());
      } else if (item) {
        items.push_back(std::move(*item));
      }
      Take(',');
    }
    return PlainJson::Array(std::move(items));
  }

  PlainJson Object() {
    PlainJson object = PlainJson::Object();
    while (!Take('}')) {
      PAWL_CHECK(Take('\''));
      std::string name = Quoted();
      PAWL_CHECK(Take(':'));
      if (Found value = Comparison()) object.Set(std::move(name), std::move(*value));
      Take(',');
    }
    return object;
  }

  Found Path() {
    const std::string name = Name();
    if (Take('(')) {
      const Found argument = Comparison();
      PAWL_CHECK(Take(')'));
      return Call(name, argument);
    }
    const PlainJson* variable = find_(name);
    Found value = variable == nullptr ? Found() : Found(*variable);
    while (!text_.empty() && text_.front() == '.') {
      text_.remove_prefix(1);
      const std::string member = Name();
      if (value) value = Member(*value, member);
    }
    return value;
  }

  static PlainJson Call(const std::string& function, const Found& argument) {
    if (function == "count") {
      if (!argument) return PlainJson::Number(0);
      return PlainJson::Number(
          argument->is_array() ? static_cast<std::int64_t>(argument->items.size()) : 1);
    }
    PAWL_CHECK(argument && argument->is_array());
    if (function == "sum") {
      std::int64_t sum = 0;
      for (const PlainJson& item : argument->items)
        sum += item.AsInteger().value();
      return PlainJson::Number(sum);
    }
    PAWL_CHECK(function == "merge");
    PlainJson merged = PlainJson::Object();
    for (const PlainJson& part : argument->items) {
      for (const auto& [name, value] : part.members)
        merged.Set(name, value);
    }
    return merged;
  }

  std::string_view text_;
  const FindVariable& find_;
};

}  // namespace

std::optional<PlainJson> EvaluateExpression(std::string_view text, const FindVariable& find) {
  return Reader(text, find).All();
}

}  // namespace pawl::simulator
