// JSONata is a language of operands and operators, so a token is right or wrong by whether an
// operand or an operator must come next, and by the innermost open bracket. A stack of brackets is
// all the state there is. What this lets through and a parser would not: arguments that a function
// does not take, assignments to what is no variable, a ':' too many inside one bracket.
#include "engine/asl/jsonata_syntax.h"

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

namespace pawl::asl {

namespace {

constexpr std::string_view kOpen = "{%";
constexpr std::string_view kClose = "%}";
constexpr std::size_t kBracketDepthMax = 500;

bool IsSpace(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\v';
}

bool IsDigit(char c) {
  return c >= '0' && c <= '9';
}

bool IsHexDigit(char c) {
  return IsDigit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

// Ends a name.
bool IsPunctuation(char c) {
  return IsSpace(c) ||
         std::string_view(".[]{}()@#;:?+-*/%|=<>^&!~'\"`,").find(c) != std::string_view::npos;
}

// What an opening bracket began.
enum class Bracket : char {
  kBlock,       // ( ; )
  kArguments,   // f( , )
  kParameters,  // function( , )
  kSort,        // ^( < , > )
  kArray,       // [ , .. ] or a predicate
  kObject,      // { : , }
  kBody,        // function() { }
  kTransform,   // | | , |
};

class Checker {
 public:
  Checker(std::string_view text, std::size_t begin, std::size_t end)
      : text_(text.substr(0, end)), at_(begin) {}

  Status Run() {
    for (;;) {
      RETURN_IF_ERROR(SkipSpace());
      if (at_ == text_.size()) {
        return Finish();
      }
      RETURN_IF_ERROR(wants_operand_ ? Operand() : Operator());
    }
  }

 private:
  struct Open {
    Bracket bracket;
    std::size_t at;
    // '?' whose ':' has not come.
    std::size_t conditions = 0;
    // kTransform: how many '|' there were.
    std::size_t bars = 1;
  };

  char Peek(std::size_t ahead = 0) const {
    return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0';
  }

  Status Fail(const std::string& what) const { return FailAt(at_, what); }

  static Status FailAt(std::size_t at, const std::string& what) {
    return InvalidArgument("column " + std::to_string(at + 1) + ": " + what);
  }

  std::string Found() const {
    if (at_ >= text_.size()) {
      return "the end of the expression";
    }
    std::size_t end = at_ + 1;
    while (end < text_.size() && end < at_ + 20 &&
           (!IsPunctuation(text_[at_]) && !IsPunctuation(text_[end]))) {
      ++end;
    }
    while (end < text_.size() && (static_cast<unsigned char>(text_[end]) & 0xC0U) == 0x80U) {
      ++end;
    }
    return "'" + std::string(text_.substr(at_, end - at_)) + "'";
  }

  Status Finish() const {
    if (!open_.empty()) {
      const Open& open = open_.back();
      return FailAt(open.at, "'" + std::string(1, text_[open.at]) + "' is never closed");
    }
    if (wants_operand_) {
      return Fail("expected a value, found the end of the expression");
    }
    return OkStatus();
  }

  Status SkipSpace() {
    for (;;) {
      while (at_ < text_.size() && IsSpace(text_[at_])) {
        ++at_;
      }
      if (text_.substr(at_, 2) != "/*") {
        return OkStatus();
      }
      const std::size_t end = text_.find("*/", at_ + 2);
      if (end == std::string_view::npos) {
        return Fail("the comment is never closed");
      }
      at_ = end + 2;
    }
  }

  bool IsIn(Bracket bracket) const { return !open_.empty() && open_.back().bracket == bracket; }

  Status Push(Bracket bracket) {
    if (open_.size() == kBracketDepthMax) {
      return Fail("brackets nest deeper than " + std::to_string(kBracketDepthMax) + " levels");
    }
    open_.push_back({.bracket = bracket, .at = at_});
    ++at_;
    wants_operand_ = true;
    is_empty_ = true;
    return OkStatus();
  }

  Status Operand() {
    const bool is_empty = std::exchange(is_empty_, false);
    const char c = Peek();
    switch (c) {
      case '"':
      case '\'':
        return String(c);
      case '`':
        return Quoted();
      case '/':
        return Regex();
      case '(':
        return Push(Bracket::kBlock);
      case '[':
        return Push(Bracket::kArray);
      case '{':
        return Push(Bracket::kObject);
      case '|':
        if (IsIn(Bracket::kTransform)) {
          return Fail("expected a value, found '|'");
        }
        return Push(Bracket::kTransform);
      case '-':
        ++at_;
        return OkStatus();
      case '*':
        at_ += Peek(1) == '*' ? 2U : 1U;
        return Done();
      case '%':
        ++at_;
        return Done();
      case '<':
      case '>':
        if (IsIn(Bracket::kSort)) {
          ++at_;
          return OkStatus();
        }
        break;
      case '?':
        if (IsIn(Bracket::kArguments)) {
          ++at_;
          return Done();
        }
        break;
      case ')':
      case ']':
      case '}':
        if (is_empty || (c == ')' && is_after_semicolon_)) {
          return Close();
        }
        break;
      default:
        break;
    }
    if (IsDigit(c)) {
      return Number();
    }
    if (!IsPunctuation(c)) {
      return Name();
    }
    return Fail("expected a value, found " + Found());
  }

  Status Done() {
    wants_operand_ = false;
    is_after_semicolon_ = false;
    return OkStatus();
  }

  Status String(char quote) {
    const std::size_t start = at_++;
    for (; at_ < text_.size() && text_[at_] != quote; ++at_) {
      if (text_[at_] != '\\') {
        continue;
      }
      ++at_;
      const char c = Peek();
      if (c == 'u') {
        if (!IsHexDigit(Peek(1)) || !IsHexDigit(Peek(2)) || !IsHexDigit(Peek(3)) ||
            !IsHexDigit(Peek(4))) {
          return Fail("'\\u' needs four hexadecimal digits");
        }
        at_ += 4;
      } else if (at_ < text_.size() &&
                 std::string_view("\"'\\/bfnrt").find(c) == std::string_view::npos) {
        return Fail("unknown escape '\\" + std::string(1, c) + "' in a string");
      }
    }
    if (at_ >= text_.size()) {
      return FailAt(start, "the string is never closed");
    }
    ++at_;
    return Done();
  }

  Status Quoted() {
    const std::size_t end = text_.find('`', at_ + 1);
    if (end == std::string_view::npos) {
      return Fail("the name in backticks is never closed");
    }
    at_ = end + 1;
    return Done();
  }

  Status Regex() {
    const std::size_t start = at_++;
    std::size_t brackets = 0;
    for (; at_ < text_.size(); ++at_) {
      const char c = text_[at_];
      if (c == '\\') {
        ++at_;
      } else if (c == '(' || c == '[' || c == '{') {
        ++brackets;
      } else if ((c == ')' || c == ']' || c == '}') && brackets > 0) {
        --brackets;
      } else if (c == '/' && brackets == 0) {
        if (at_ == start + 1) {
          return FailAt(start, "the regular expression is empty");
        }
        ++at_;
        while (Peek() == 'i' || Peek() == 'm') {
          ++at_;
        }
        return Done();
      }
    }
    return FailAt(start, "the regular expression is never closed");
  }

  void Digits() {
    while (IsDigit(Peek())) {
      ++at_;
    }
  }

  Status Number() {
    Digits();
    if (Peek() == '.' && IsDigit(Peek(1))) {
      ++at_;
      Digits();
    }
    const std::size_t sign = Peek(1) == '-' || Peek(1) == '+' ? 1 : 0;
    if ((Peek() == 'e' || Peek() == 'E') && IsDigit(Peek(1 + sign))) {
      at_ += 1 + sign;
      Digits();
    }
    return Done();
  }

  std::string_view ReadName() {
    const std::size_t start = at_;
    while (at_ < text_.size() && !IsPunctuation(text_[at_])) {
      ++at_;
    }
    return text_.substr(start, at_ - start);
  }

  Status Name() {
    const std::string_view name = ReadName();
    RETURN_IF_ERROR(SkipSpace());
    if ((name == "function" || name == "λ") && Peek() == '(') {
      return Push(Bracket::kParameters);
    }
    return Done();
  }

  // Behind function(…): an optional <signature>, then {.
  Status Body() {
    RETURN_IF_ERROR(SkipSpace());
    if (Peek() == '<') {
      std::size_t depth = 0;
      for (; at_ < text_.size(); ++at_) {
        if (text_[at_] == '<') {
          ++depth;
        } else if (text_[at_] == '>' && --depth == 0) {
          ++at_;
          break;
        }
      }
      RETURN_IF_ERROR(SkipSpace());
    }
    if (Peek() != '{') {
      return Fail("expected '{' and the function's body, found " + Found());
    }
    return Push(Bracket::kBody);
  }

  Status Close() {
    const char c = Peek();
    if (open_.empty()) {
      return Fail("'" + std::string(1, c) + "' closes what was not opened");
    }
    const Open open = open_.back();
    const char wanted = text_[open.at] == '(' ? ')' : text_[open.at] == '[' ? ']' : '}';
    if (open.bracket == Bracket::kTransform || c != wanted) {
      return Fail("'" + std::string(1, text_[open.at]) + "' of column " +
                  std::to_string(open.at + 1) + " is not closed before " + Found());
    }
    open_.pop_back();
    ++at_;
    if (open.bracket == Bracket::kParameters) {
      return Body();
    }
    return Done();
  }

  Status Operator() {
    const char c = Peek();
    switch (c) {
      case ')':
      case ']':
      case '}':
        return Close();
      case '(':
        return Push(Bracket::kArguments);
      case '[':
        return Push(Bracket::kArray);
      case '{':
        return Push(Bracket::kObject);
      case '^':
        ++at_;
        RETURN_IF_ERROR(SkipSpace());
        if (Peek() != '(') {
          return Fail("expected '(' behind '^', found " + Found());
        }
        return Push(Bracket::kSort);
      case '@':
      case '#':
        return Binding();
      case ',':
        return Comma();
      case ';':
        if (!IsIn(Bracket::kBlock)) {
          return Fail("';' stands outside of parentheses");
        }
        is_after_semicolon_ = true;
        return Infix(1);
      case ':':
        return Colon();
      case '?':
        return Question();
      case '|':
        return Bar();
      default:
        return Symbol();
    }
  }

  Status Infix(std::size_t size) {
    at_ += size;
    wants_operand_ = true;
    return OkStatus();
  }

  Status Binding() {
    ++at_;
    RETURN_IF_ERROR(SkipSpace());
    if (Peek() != '$') {
      return Fail("expected a variable behind '@' or '#', found " + Found());
    }
    ReadName();
    return OkStatus();
  }

  Status Comma() {
    if (open_.empty() || IsIn(Bracket::kBlock) || IsIn(Bracket::kBody)) {
      return Fail("',' stands where nothing is listed");
    }
    return Infix(1);
  }

  Status Colon() {
    if (Peek(1) == '=') {
      return Infix(2);
    }
    std::size_t& conditions = Conditions();
    if (conditions > 0) {
      --conditions;
    } else if (!IsIn(Bracket::kObject)) {
      return Fail("':' without a '?' before it");
    }
    return Infix(1);
  }

  Status Question() {
    if (Peek(1) == ':' || Peek(1) == '?') {
      return Fail("JSONata 2.0 has no operator '" + std::string(text_.substr(at_, 2)) + "'");
    }
    ++Conditions();
    return Infix(1);
  }

  Status Bar() {
    if (!IsIn(Bracket::kTransform)) {
      return Fail("expected an operator, found '|'");
    }
    if (++open_.back().bars < 3) {
      return Infix(1);
    }
    open_.pop_back();
    ++at_;
    return Done();
  }

  Status Symbol() {
    for (const std::string_view two : {"..", "!=", "<=", ">=", "~>"}) {
      if (text_.substr(at_, 2) == two) {
        return Infix(2);
      }
    }
    if (std::string_view(".+-*/%&=<>").find(Peek()) != std::string_view::npos) {
      return Infix(1);
    }
    const std::size_t start = at_;
    const std::string_view word = ReadName();
    if (word == "and" || word == "or" || word == "in") {
      wants_operand_ = true;
      return OkStatus();
    }
    at_ = start;
    return Fail("expected an operator, found " + Found());
  }

  std::size_t& Conditions() { return open_.empty() ? top_conditions_ : open_.back().conditions; }

  std::string_view text_;
  std::size_t at_;
  std::vector<Open> open_;
  std::size_t top_conditions_ = 0;
  bool wants_operand_ = true;
  // A bracket was just opened.
  bool is_empty_ = false;
  bool is_after_semicolon_ = false;
};

}  // namespace

bool LooksLikeJsonata(std::string_view text) {
  return text.starts_with(kOpen) || text.ends_with(kClose);
}

Status CheckJsonata(std::string_view text) {
  if (!text.starts_with(kOpen)) {
    return InvalidArgument("it ends with '%}' but does not begin with '{%'");
  }
  if (!text.ends_with(kClose) || text.size() < kOpen.size() + kClose.size()) {
    return InvalidArgument("it begins with '{%' but does not end with '%}'");
  }
  return Checker(text, kOpen.size(), text.size() - kClose.size()).Run();
}

}  // namespace pawl::asl
