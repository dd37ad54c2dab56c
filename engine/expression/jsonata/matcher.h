// Finds the matches of a pattern one after the other. A pattern is a regular expression, or a
// function that is called with the text and gives {match, start, end, groups, next}.
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include "engine/expression/jsonata/evaluator.h"

namespace pawl::expression::jsonata {

class Matcher final {
 public:
  // `pattern` is a function.
  Matcher(Evaluator& evaluator, Value pattern, std::string_view text)
      : evaluator_(evaluator), pattern_(pattern), text_(text) {}

  // Goes to the first match, then to the next. False: failed.
  bool Advance();

  bool found() const { return found_; }

  std::string_view match() const { return match_; }

  // Where the match lies, in bytes of the text.
  std::size_t begin() const { return begin_; }

  std::size_t end() const { return end_; }

  // The same as JavaScript counts it.
  double start() const { return start_; }

  // What the groups matched; undefined where one took no part.
  const std::vector<Value>& groups() const { return groups_; }

  // The match as an object, for functions that replace it.
  Value AsObject();

 private:
  bool AdvanceRegex();
  bool AdvanceFunction();
  bool Take(Value result);
  std::size_t ByteOf(Value units) const;

  Evaluator& evaluator_;
  Value pattern_;
  std::string_view text_;
  bool is_started_ = false;
  bool found_ = false;
  std::string_view match_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  double start_ = 0;
  // Up to where units were counted.
  std::size_t counted_bytes_ = 0;
  std::vector<Value> groups_;
  Value object_;
};

}  // namespace pawl::expression::jsonata
