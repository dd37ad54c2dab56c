// Functions that search a text: $contains, $match, $replace, $split. A pattern is a text or a
// function; see Matcher.
#include <array>
#include <cmath>

#include "engine/expression/jsonata/evaluator.h"
#include "engine/expression/jsonata/functions.h"
#include "engine/expression/jsonata/matcher.h"
#include "engine/expression/jsonata/text.h"
#include "engine/expression/jsonata/text_builder.h"

namespace pawl::expression::jsonata {
namespace {

// How often a function may match: a limit, or as often as there is something.
class Limit final {
 public:
  explicit Limit(Value limit) : left_(limit.is_number() ? limit.number() : HUGE_VAL) {}

  bool is_negative() const { return left_ < 0; }

  // Whether there may be one more.
  bool Take() {
    if (!(left_ > 0)) return false;
    left_ -= 1;
    return true;
  }

  bool IsUsedUp() const { return !(left_ > 0); }

 private:
  double left_;
};

Value Contains(Evaluator& evaluator, const Call& call) {
  if (call.At(0).is_undefined()) return {};
  const std::string_view text = call.At(0).text();
  if (!evaluator.ChargeText(text)) return Value::Failed();
  const Value pattern = call.At(1);
  if (pattern.is_undefined()) return {};
  if (pattern.is_string()) {
    return Value::Boolean(FindText(text, pattern.text()) != std::string_view::npos);
  }
  Matcher matcher(evaluator, pattern, text);
  return matcher.Advance() ? Value::Boolean(matcher.found()) : Value::Failed();
}

Value Match(Evaluator& evaluator, const Call& call) {
  if (call.At(0).is_undefined()) return {};
  Limit limit(call.At(2));
  if (limit.is_negative()) return evaluator.Fail("D3040", call.At(2));
  json::Arena& arena = evaluator.arena();
  Array* const matches = evaluator.NewSequence();
  Matcher matcher(evaluator, call.At(1), call.At(0).text());
  while (limit.Take()) {
    if (!matcher.Advance()) return Value::Failed();
    if (!matcher.found()) break;
    Array* const groups = evaluator.NewArray();
    for (const Value group : matcher.groups()) {
      groups->Push(group, arena);
    }
    Object* const object = evaluator.NewObject();
    object->Set("match", Value::String(matcher.match()), arena);
    object->Set("index", Value::Number(matcher.start()), arena);
    object->Set("groups", Value::Of(groups), arena);
    matches->Push(Value::Of(object), arena);
  }
  // The reference looks one match further than it returns, and there a match of nothing is an
  // error.
  if (limit.IsUsedUp() && matches->size > 0 && !matcher.Advance()) return Value::Failed();
  return Value::Of(matches);
}

// Appends `replacement` with $0 and $1 to $99 filled in, $$ as $.
bool AppendReplacement(TextBuilder& out, std::string_view replacement, const Matcher& matcher) {
  const std::size_t group_count = matcher.groups().size();
  std::size_t digits_max = 1;
  for (std::size_t rest = group_count; rest >= 10; rest /= 10) {
    ++digits_max;
  }
  const auto number_at = [replacement](std::size_t place, std::size_t digits) {
    std::optional<std::size_t> number;
    for (; digits > 0 && place < replacement.size(); --digits, ++place) {
      const char c = replacement[place];
      if (c < '0' || c > '9') break;
      number = number.value_or(0) * 10 + static_cast<std::size_t>(c - '0');
    }
    return number;
  };
  std::size_t place = 0;
  while (true) {
    const std::size_t dollar = replacement.find('$', place);
    if (!out.Append(replacement.substr(place, dollar - place))) return false;
    if (dollar == std::string_view::npos) return true;
    place = dollar + 1;
    const char next = place < replacement.size() ? replacement[place] : '\0';
    if (next == '$' || next == '0') {
      if (!out.Append(next == '$' ? "$" : matcher.match())) return false;
      ++place;
      continue;
    }
    std::optional<std::size_t> number = number_at(place, digits_max);
    if (digits_max > 1 && number && *number > group_count) {
      number = number_at(place, digits_max - 1);
    }
    if (!number) {
      if (!out.Append("$")) return false;
      continue;
    }
    if (*number >= 1 && *number <= group_count) {
      const Value group = matcher.groups()[*number - 1];
      if (group.is_string() && !out.Append(group.text())) return false;
    }
    place += std::to_string(*number).size();
  }
}

Value ReplaceText(Evaluator& evaluator, const Call& call, Limit limit) {
  const std::string_view text = call.At(0).text();
  const std::string_view pattern = call.At(1).text();
  TextBuilder out(evaluator);
  std::size_t place = 0;
  while (limit.Take()) {
    const std::size_t found = FindText(text, pattern, place);
    if (found == std::string_view::npos) break;
    if (!call.At(2).is_string()) return evaluator.Fail("D3012", call.At(2));
    if (!out.Append(text.substr(place, found - place)) || !out.Append(call.At(2).text())) {
      return Value::Failed();
    }
    place = found + pattern.size();
  }
  if (!out.Append(text.substr(place))) return Value::Failed();
  return evaluator.MakeText(out.text());
}

Value ReplaceMatches(Evaluator& evaluator, const Call& call, Limit limit) {
  const std::string_view text = call.At(0).text();
  const Value replacement = call.At(2);
  TextBuilder out(evaluator);
  std::size_t place = 0;
  Matcher matcher(evaluator, call.At(1), text);
  bool has_more = limit.Take();
  while (has_more) {
    if (!matcher.Advance()) return Value::Failed();
    if (!matcher.found()) break;
    const std::size_t begin = std::max(matcher.begin(), place);
    if (!out.Append(text.substr(place, begin - place))) return Value::Failed();
    if (replacement.is_string()) {
      if (!AppendReplacement(out, replacement.text(), matcher)) return Value::Failed();
    } else {
      const Value match = matcher.AsObject();
      const Value result = evaluator.CallBack(replacement, {&match, 1});
      if (result.failed()) return result;
      if (!result.is_string()) return evaluator.Fail("D3012", result);
      if (!out.Append(result.text())) return Value::Failed();
    }
    place = std::min(matcher.begin() + matcher.match().size(), text.size());
    has_more = limit.Take();
    if (!has_more && !matcher.Advance()) return Value::Failed();
  }
  if (!out.Append(text.substr(place))) return Value::Failed();
  return evaluator.MakeText(out.text());
}

Value Replace(Evaluator& evaluator, const Call& call) {
  if (call.At(0).is_undefined()) return {};
  const Value pattern = call.At(1);
  if (pattern.is_string() && pattern.text().empty()) return evaluator.Fail("D3010", pattern);
  const Limit limit(call.At(3));
  if (limit.is_negative()) return evaluator.Fail("D3011", call.At(3));
  if (pattern.is_undefined()) return call.At(0);
  return pattern.is_string() ? ReplaceText(evaluator, call, limit)
                             : ReplaceMatches(evaluator, call, limit);
}

// `limit` is how many pieces there may be at most.
Value SplitAtText(Evaluator& evaluator,
                  std::string_view text,
                  std::string_view separator,
                  Limit limit) {
  Array* const pieces = evaluator.NewArray();
  std::size_t place = 0;
  while (limit.Take()) {
    if (!evaluator.Charge(1)) return Value::Failed();
    if (separator.empty()) {
      if (place >= text.size()) break;
      const std::size_t size = SequenceLength(text, place);
      pieces->Push(Value::String(text.substr(place, size)), evaluator.arena());
      place += size;
      continue;
    }
    const std::size_t found = FindText(text, separator, place);
    pieces->Push(Value::String(text.substr(place, found - place)), evaluator.arena());
    if (found == std::string_view::npos) break;
    place = found + separator.size();
  }
  return Value::Of(pieces);
}

Value SplitAtMatches(Evaluator& evaluator, std::string_view text, Value pattern, Limit limit) {
  Array* const pieces = evaluator.NewArray();
  if (limit.IsUsedUp()) return Value::Of(pieces);
  std::size_t place = 0;
  Matcher matcher(evaluator, pattern, text);
  if (!matcher.Advance()) return Value::Failed();
  while (matcher.found() && limit.Take()) {
    const std::size_t begin = std::max(matcher.begin(), place);
    pieces->Push(Value::String(text.substr(place, begin - place)), evaluator.arena());
    place = matcher.end();
    if (!matcher.Advance()) return Value::Failed();
  }
  if (!limit.IsUsedUp()) pieces->Push(Value::String(text.substr(place)), evaluator.arena());
  return Value::Of(pieces);
}

Value Split(Evaluator& evaluator, const Call& call) {
  if (call.At(0).is_undefined()) return {};
  const std::string_view text = call.At(0).text();
  const Value separator = call.At(1);
  Value limit = call.At(2);
  if (Limit(limit).is_negative()) return evaluator.Fail("D3020", limit);
  if (!evaluator.ChargeText(text)) return Value::Failed();
  if (separator.is_function()) return SplitAtMatches(evaluator, text, separator, Limit(limit));
  if (limit.is_number()) limit = Value::Number(std::floor(limit.number()));
  if (separator.is_string()) {
    return SplitAtText(evaluator, text, separator.text(), Limit(limit));
  }
  Array* const whole = evaluator.NewArray();
  if (Limit(limit).Take()) whole->Push(call.At(0), evaluator.arena());
  return Value::Of(whole);
}

constexpr std::array kPatternFunctions = {
    Builtin{"contains", "<s-(sf):b>", 2, Contains},
    Builtin{"match", "<s-f<s:o>n?:a<o>>", 3, Match},
    Builtin{"replace", "<s-(sf)(sf)n?:s>", 4, Replace},
    Builtin{"split", "<s-(sf)n?:a<s>>", 3, Split},
};

}  // namespace

std::span<const Builtin> PatternFunctions() {
  return kPatternFunctions;
}

}  // namespace pawl::expression::jsonata
