#include "engine/asl/intrinsic_syntax.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <string>
#include <vector>

#include "engine/asl/path_check.h"
#include "engine/asl/problems.h"

namespace pawl::asl {

namespace {

constexpr std::string_view kPrefix = "States.";
constexpr std::size_t kAnyNumber = 1000;

struct Function {
  std::string_view name;
  std::size_t arguments_min;
  std::size_t arguments_max;
};

// ASL specification, Appendix B, and AWS's additions.
constexpr std::array kFunctions = {
    Function{"States.Array", 0, kAnyNumber},
    Function{"States.ArrayContains", 2, 2},
    Function{"States.ArrayGetItem", 2, 2},
    Function{"States.ArrayLength", 1, 1},
    Function{"States.ArrayPartition", 2, 2},
    Function{"States.ArrayRange", 3, 3},
    Function{"States.ArrayUnique", 1, 1},
    Function{"States.Base64Decode", 1, 1},
    Function{"States.Base64Encode", 1, 1},
    Function{"States.Format", 1, kAnyNumber},
    Function{"States.Hash", 2, 2},
    Function{"States.JsonMerge", 3, 3},
    Function{"States.JsonToString", 1, 1},
    Function{"States.MathAdd", 2, 2},
    Function{"States.MathRandom", 2, 3},
    Function{"States.StringSplit", 2, 2},
    Function{"States.StringToJson", 1, 1},
    Function{"States.UUID", 0, 0},
};

bool IsNameCharacter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.';
}

std::vector<std::string_view> FunctionNames() {
  std::vector<std::string_view> names;
  for (const Function& function : kFunctions) {
    names.push_back(function.name);
  }
  return names;
}

// Recursive descent; kIntrinsicCallsMax bounds the depth.
class Checker {
 public:
  explicit Checker(std::string_view text) : text_(text) {}

  Status Run() {
    RETURN_IF_ERROR(Call());
    SkipSpace();
    return at_ == text_.size() ? OkStatus() : Fail("found " + Found() + " behind the call");
  }

 private:
  Status Fail(const std::string& what) const {
    return InvalidArgument("column " + std::to_string(at_ + 1) + ": " + what);
  }

  std::string Found() const {
    return at_ == text_.size() ? "the end of the call" : "'" + std::string(1, text_[at_]) + "'";
  }

  char Peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }

  void SkipSpace() {
    while (Peek() == ' ') {
      ++at_;
    }
  }

  Status Call() {
    const std::size_t start = at_;
    while (IsNameCharacter(Peek())) {
      ++at_;
    }
    const std::string_view name = text_.substr(start, at_ - start);
    const auto* function = std::find_if(
        kFunctions.begin(), kFunctions.end(), [&](const auto& f) { return f.name == name; });
    if (function == kFunctions.end()) {
      at_ = start;
      return Fail("there is no intrinsic function " + Quote(name) +
                  DidYouMean(name, FunctionNames()));
    }
    if (++calls_ > kIntrinsicCallsMax) {
      return Fail("a field holds at most " + std::to_string(kIntrinsicCallsMax) + " calls");
    }
    SkipSpace();
    if (Peek() != '(') {
      return Fail("expected '(' behind " + std::string(name) + ", found " + Found());
    }
    ++at_;
    std::size_t arguments = 0;
    RETURN_IF_ERROR(Arguments(arguments));
    if (arguments < function->arguments_min || arguments > function->arguments_max) {
      return Fail(std::string(name) + " takes " + std::to_string(function->arguments_min) +
                  (function->arguments_max == function->arguments_min ? "" : " or more") +
                  " arguments, found " + std::to_string(arguments));
    }
    return OkStatus();
  }

  // Up to and with the ')'.
  Status Arguments(std::size_t& count) {
    SkipSpace();
    if (Peek() == ')') {
      ++at_;
      return OkStatus();
    }
    for (;;) {
      SkipSpace();
      RETURN_IF_ERROR(Argument());
      ++count;
      SkipSpace();
      const char c = Peek();
      if (c != ',' && c != ')') {
        return Fail("expected ',' or ')', found " + Found());
      }
      ++at_;
      if (c == ')') {
        return OkStatus();
      }
    }
  }

  Status Argument() {
    const char c = Peek();
    if (c == '\'') {
      return String();
    }
    if (c == '$') {
      return PathArgument();
    }
    if (text_.substr(at_).starts_with(kPrefix)) {
      return Call();
    }
    for (const std::string_view word : {"true", "false", "null"}) {
      if (text_.substr(at_).starts_with(word)) {
        at_ += word.size();
        return OkStatus();
      }
    }
    return Number();
  }

  Status Number() {
    const std::size_t start = at_;
    while (Peek() != '\0' &&
           std::string_view("+-.0123456789eE").find(Peek()) != std::string_view::npos) {
      ++at_;
    }
    if (text_.substr(start, at_ - start).find_first_of("0123456789") == std::string_view::npos) {
      at_ = start;
      return Fail("expected a 'string', number, true, false, null, path or call, found " + Found());
    }
    return OkStatus();
  }

  // Recorded on AWS: any other escape is refused.
  Status String() {
    for (++at_; at_ < text_.size() && text_[at_] != '\''; ++at_) {
      if (text_[at_] != '\\') {
        continue;
      }
      ++at_;
      if (std::string_view("'\\{}").find(Peek()) == std::string_view::npos) {
        return Fail("only \\' \\\\ \\{ and \\} are escapes here, found '\\" +
                    std::string(1, Peek()) + "'");
      }
    }
    if (at_ >= text_.size()) {
      return Fail("a string is never closed; expected \"'\"");
    }
    ++at_;
    return OkStatus();
  }

  // A path ends at a ',' or ')' outside of its own brackets and strings.
  Status PathArgument() {
    const std::size_t start = at_;
    std::size_t depth = 0;
    for (; at_ < text_.size(); ++at_) {
      const char c = text_[at_];
      if ((c == '\'' || c == '"') && depth > 0) {
        const std::size_t end = text_.find(c, at_ + 1);
        if (end == std::string_view::npos) {
          return Fail("a string in a path is never closed");
        }
        at_ = end;
      } else if (c == '[' || c == '(') {
        ++depth;
      } else if (depth == 0 && (c == ',' || c == ')' || c == ' ')) {
        break;
      } else if (c == ']' || c == ')') {
        depth -= depth > 0 ? 1 : 0;
      }
    }
    const PathCheck check = CheckPathText(text_.substr(start, at_ - start));
    if (!check.status.ok()) {
      at_ = start;
      return Fail("the path is not valid: " + check.status.message());
    }
    return OkStatus();
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::size_t calls_ = 0;
};

}  // namespace

bool LooksLikeIntrinsic(std::string_view text) {
  return text.starts_with(kPrefix);
}

Status CheckIntrinsic(std::string_view text) {
  return Checker(text).Run();
}

}  // namespace pawl::asl
