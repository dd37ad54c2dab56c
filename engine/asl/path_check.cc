#include "engine/asl/path_check.h"

#include <algorithm>
#include <cstddef>
#include <utility>

#include "engine/base/ascii.h"
#include "engine/expression/intrinsic.h"
#include "engine/expression/path.h"

namespace pawl::asl {

namespace {

bool IsWordStart(char c) {
  return IsLetter(c) || c == '_';
}

bool IsWordPart(char c) {
  return IsWordStart(c) || IsDigit(c) || c == '-';
}

bool IsComparison(char c) {
  return c == '=' || c == '<' || c == '>';
}

// The path with such words in quotes and 0 for computed indexes: what its form would be if it had
// none of them.
struct Rewritten {
  std::string text;
  std::string unsupported;
};

class Rewriter {
 public:
  explicit Rewriter(std::string_view text) : text_(text) {}

  Rewritten Run() {
    while (at_ < text_.size()) {
      const char c = text_[at_];
      if (c == '\'' || c == '"') {
        CopyString(c);
      } else if (text_.substr(at_).starts_with("[(")) {
        ReplaceIndex();
      } else {
        Copy(1);
        if (IsComparison(c)) {
          QuoteWord();
        }
      }
    }
    return std::move(result_);
  }

 private:
  void Copy(std::size_t size) {
    result_.text += text_.substr(at_, size);
    at_ += size;
  }

  void CopyString(char quote) {
    std::size_t end = at_ + 1;
    while (end < text_.size() && text_[end] != quote) {
      end += text_[end] == '\\' ? 2U : 1U;
    }
    Copy(std::min(end + 1, text_.size()) - at_);
  }

  void ReplaceIndex() {
    const std::size_t end = text_.find(")]", at_);
    if (end == std::string_view::npos) {
      Copy(text_.size() - at_);
      return;
    }
    result_.unsupported =
        "the computed index " + std::string(text_.substr(at_, end + 2 - at_)) + " in a path";
    result_.text += "[0]";
    at_ = end + 2;
  }

  void QuoteWord() {
    while (at_ < text_.size() && (text_[at_] == ' ' || IsComparison(text_[at_]))) {
      Copy(1);
    }
    if (at_ == text_.size() || !IsWordStart(text_[at_])) {
      return;
    }
    const std::size_t start = at_;
    while (at_ < text_.size() && IsWordPart(text_[at_])) {
      ++at_;
    }
    const std::string_view word = text_.substr(start, at_ - start);
    if (word == "true" || word == "false" || word == "null") {
      result_.text += word;
      return;
    }
    result_.unsupported = "comparing with a word without quotes in a path (write '" +
                          std::string(word) + "' in quotes)";
    result_.text.append("'").append(word).append("'");
  }

  std::string_view text_;
  std::size_t at_ = 0;
  Rewritten result_;
};

}  // namespace

PathCheck CheckPathText(std::string_view text) {
  const auto path = expression::Path::Parse(text);
  if (path.ok()) {
    return {};
  }
  const Rewritten rewritten = Rewriter(text).Run();
  if (!rewritten.unsupported.empty() && expression::Path::Parse(rewritten.text).ok()) {
    return {.status = {}, .unsupported = rewritten.unsupported};
  }
  return {.status = path.status(), .unsupported = {}};
}

PathCheck CheckCallText(std::string_view text) {
  const auto call = expression::Intrinsic::Parse(text);
  if (call.ok()) {
    return {};
  }
  const Rewritten rewritten = Rewriter(text).Run();
  if (!rewritten.unsupported.empty() && expression::Intrinsic::Parse(rewritten.text).ok()) {
    return {.status = {}, .unsupported = rewritten.unsupported};
  }
  return {.status = call.status(), .unsupported = {}};
}

}  // namespace pawl::asl
