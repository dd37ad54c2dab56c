#include "engine/expression/jsonata/matcher.h"

#include <algorithm>
#include <cmath>
#include <optional>

#include "engine/expression/jsonata/text.h"
#include "engine/expression/jsonata/text_cost.h"

namespace pawl::expression::jsonata {

Value Evaluator::FindMatch(const Node& regex,
                           std::string_view text,
                           std::size_t from,
                           bool is_first) {
  if (!is_first && from >= text.size()) return {};
  std::uint64_t work = text.size() / kParsedTextBytesPerStep;
  Result<std::optional<Regex::Match>> found = regex.regex->Find(text, from, &work);
  if (!found.ok()) return FailWith(found.status());
  if (!Charge(work)) return Value::Failed();
  if (!*found) return {};
  const Regex::Match& match = **found;
  if (!is_first && match.begin == match.end) return Fail("D1004");
  Array* const groups = NewArray();
  for (const std::optional<std::string_view>& group : match.groups) {
    groups->Push(group ? Value::String(*group) : Value(), arena_);
  }
  Function* const next = NewFunction(Function::Kind::kNextMatch);
  next->node = &regex;
  next->text = text;
  next->from = match.end;
  const std::size_t start = CountUtf16Units(text.substr(0, match.begin));
  const std::string_view matched = text.substr(match.begin, match.end - match.begin);
  const std::size_t end = start + CountUtf16Units(matched);
  Object* const object = NewObject();
  object->Set("match", Value::String(matched), arena_);
  object->Set("start", Value::Number(static_cast<double>(start)), arena_);
  object->Set("end", Value::Number(static_cast<double>(end)), arena_);
  object->Set("groups", Value::Of(groups), arena_);
  object->Set("next", Value::Of(next), arena_);
  return Value::Of(object);
}

bool Matcher::Advance() {
  const bool is_regex = pattern_.function().kind == Function::Kind::kRegex;
  const bool done = is_regex ? AdvanceRegex() : AdvanceFunction();
  is_started_ = true;
  return done;
}

bool Matcher::AdvanceRegex() {
  found_ = false;
  if (is_started_ && end_ >= text_.size()) return true;
  const Node& node = *pattern_.function().node;
  std::uint64_t work = 1;
  Result<std::optional<Regex::Match>> result = node.regex->Find(text_, end_, &work);
  if (!result.ok()) {
    evaluator_.FailWith(result.status());
    return false;
  }
  if (!evaluator_.Charge(work)) return false;
  if (!*result) return true;
  const Regex::Match& match = **result;
  if (is_started_ && match.begin == match.end) {
    evaluator_.Fail(Error{.code = "D1004"});
    return false;
  }
  found_ = true;
  begin_ = match.begin;
  end_ = match.end;
  match_ = text_.substr(begin_, end_ - begin_);
  start_ +=
      static_cast<double>(CountUtf16Units(text_.substr(counted_bytes_, begin_ - counted_bytes_)));
  if (!evaluator_.Charge((end_ - counted_bytes_) / kParsedTextBytesPerStep)) return false;
  counted_bytes_ = begin_;
  groups_.clear();
  for (const std::optional<std::string_view>& group : match.groups) {
    groups_.push_back(group ? Value::String(*group) : Value());
  }
  return true;
}

bool Matcher::AdvanceFunction() {
  if (!is_started_) {
    const Value text = Value::String(text_);
    return Take(evaluator_.CallBack(pattern_, {&text, 1}));
  }
  return Take(evaluator_.CallBack(object_.Find("next"), {}));
}

bool Matcher::Take(Value result) {
  found_ = false;
  if (result.failed()) return false;
  if (result.is_undefined()) return true;
  const bool is_match = result.Find("start").is_number() || result.Find("end").is_number() ||
                        result.Find("groups").is_array() || result.Find("next").is_function();
  if (!is_match) {
    evaluator_.Fail(Error{.code = "T1010"});
    return false;
  }
  if (!evaluator_.Charge(1 + text_.size() / kParsedTextBytesPerStep)) return false;
  found_ = true;
  object_ = result;
  match_ = result.Find("match").is_string() ? result.Find("match").text() : std::string_view();
  start_ = result.Find("start").is_number() ? result.Find("start").number() : 0;
  begin_ = ByteOf(result.Find("start"));
  end_ = ByteOf(result.Find("end"));
  groups_.clear();
  const Value groups = result.Find("groups");
  for (std::size_t i = 0; groups.is_array() && i < groups.item_count(); ++i) {
    groups_.push_back(groups.item(i));
  }
  return true;
}

// Where the text has had so many UTF-16 units.
std::size_t Matcher::ByteOf(Value units) const {
  if (!units.is_number()) return 0;
  double left = std::trunc(units.number());
  std::size_t place = 0;
  while (left > 0 && place < text_.size()) {
    const std::size_t size = SequenceLength(text_, place);
    left -= size >= 4 ? 2 : 1;
    place += size;
  }
  return place;
}

Value Matcher::AsObject() {
  if (!object_.is_undefined()) return object_;
  Array* const groups = evaluator_.NewArray();
  for (const Value group : groups_) {
    groups->Push(group, evaluator_.arena());
  }
  Function* const next = evaluator_.NewFunction(Function::Kind::kNextMatch);
  next->node = pattern_.function().node;
  next->text = text_;
  next->from = end_;
  Object* const object = evaluator_.NewObject();
  json::Arena& arena = evaluator_.arena();
  object->Set("match", Value::String(match_), arena);
  object->Set("start", Value::Number(start_), arena);
  object->Set("end", Value::Number(start_ + static_cast<double>(CountUtf16Units(match_))), arena);
  object->Set("groups", Value::Of(groups), arena);
  object->Set("next", Value::Of(next), arena);
  return Value::Of(object);
}

}  // namespace pawl::expression::jsonata
