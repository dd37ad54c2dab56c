// A text that grows no further than the evaluation's memory allows.
#pragma once

#include <string>
#include <string_view>

#include "engine/expression/jsonata/evaluator.h"

namespace pawl::expression::jsonata {

class TextBuilder final {
 public:
  explicit TextBuilder(Evaluator& evaluator) : evaluator_(evaluator) {}

  // False, having failed, where there is no room.
  bool Append(std::string_view text) {
    // Both the text and its copy in the arena must fit. Pieces are paid for one by one.
    if (!evaluator_.Charge(1) || !evaluator_.CanTake(text_.size() + text.size())) return false;
    text_ += text;
    return true;
  }

  std::string_view text() const { return text_; }

 private:
  Evaluator& evaluator_;
  std::string text_;
};

}  // namespace pawl::expression::jsonata
