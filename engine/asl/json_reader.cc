// A reader of its own beside engine/json, because that one (like the parsers of Debian) gives no
// positions for values, and stops at a member that stands twice. It keeps a stack of the open
// arrays and objects in place of recursion.
#include "engine/asl/json_reader.h"

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "engine/base/ascii.h"

namespace pawl::asl {

namespace {

int HexDigit(char c) {
  if (IsDigit(c)) {
    return c - '0';
  }
  if (c >= 'a' && c <= 'f') {
    return c - 'a' + 10;
  }
  return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

void AppendUtf8(std::string& out, std::uint32_t point) {
  const auto byte = [&out](std::uint32_t value) { out += static_cast<char>(value); };
  if (point < 0x80) {
    byte(point);
  } else if (point < 0x800) {
    byte(0xC0U | (point >> 6));
    byte(0x80U | (point & 0x3FU));
  } else if (point < 0x10000) {
    byte(0xE0U | (point >> 12));
    byte(0x80U | ((point >> 6) & 0x3FU));
    byte(0x80U | (point & 0x3FU));
  } else {
    byte(0xF0U | (point >> 18));
    byte(0x80U | ((point >> 12) & 0x3FU));
    byte(0x80U | ((point >> 6) & 0x3FU));
    byte(0x80U | (point & 0x3FU));
  }
}

class Reader {
 public:
  Reader(std::string_view text, SourceTree& tree, Problems& problems)
      : text_(text), tree_(tree), problems_(problems) {}

  bool Run() {
    SkipSpace();
    SourceNode* root = Value();
    if (root == nullptr) {
      return false;
    }
    while (!open_.empty()) {
      if (!Step()) {
        return false;
      }
    }
    SkipSpace();
    if (!AtEnd()) {
      return Fail("the definition ends before this; found " + Found() + " behind it");
    }
    tree_.set_root(root);
    return true;
  }

 private:
  bool AtEnd() const { return at_ == text_.size(); }

  char Peek() const { return AtEnd() ? '\0' : text_[at_]; }

  bool Take(char c) {
    if (AtEnd() || text_[at_] != c) {
      return false;
    }
    ++at_;
    return true;
  }

  Position PositionAt(std::size_t offset) const {
    return {.line = line_, .column = static_cast<std::uint32_t>(offset - line_start_ + 1)};
  }

  std::string Found() const {
    if (AtEnd()) {
      return "the end of the text";
    }
    std::size_t end = at_ + 1;
    while (end < text_.size() && (static_cast<unsigned char>(text_[end]) & 0xC0U) == 0x80U) {
      ++end;
    }
    const std::string_view character = text_.substr(at_, end - at_);
    if (static_cast<unsigned char>(character[0]) < 0x20) {
      return "the control character " + std::to_string(character[0]);
    }
    return "'" + std::string(character) + "'";
  }

  bool Fail(std::string message) { return FailAt(at_, std::move(message)); }

  bool FailAt(std::size_t offset, std::string message) {
    problems_.ErrorAt(
        code::kInvalidJson, PositionAt(offset), "This is no JSON: " + std::move(message));
    return false;
  }

  void SkipSpace() {
    for (; !AtEnd(); ++at_) {
      const char c = text_[at_];
      if (c == '\n') {
        ++line_;
        line_start_ = at_ + 1;
      } else if (c != ' ' && c != '\t' && c != '\r') {
        return;
      }
    }
  }

  // One item or member of the innermost open value, or its end.
  bool Step() {
    SourceNode& node = *open_.back();
    const bool is_object = node.is(json::Type::kObject);
    const char closer = is_object ? '}' : ']';
    const bool is_first = node.items.empty() && node.members.empty();
    SkipSpace();
    if (Take(closer)) {
      open_.pop_back();
      return true;
    }
    if (!is_first) {
      if (!Take(',')) {
        return Fail("expected ',' or '" + std::string(1, closer) + "', found " + Found());
      }
      SkipSpace();
      if (Peek() == closer) {
        return Fail("a ',' stands before '" + std::string(1, closer) + "'; remove it");
      }
    }
    return is_object ? Member(node) : Item(node);
  }

  bool Item(SourceNode& node) {
    const SourceNode* value = Value();
    if (value == nullptr) {
      return false;
    }
    node.items.push_back(value);
    return true;
  }

  bool Member(SourceNode& node) {
    if (Peek() != '"') {
      return Fail("expected a member's name in double quotes, found " + Found());
    }
    SourceMember member;
    member.position = PositionAt(at_);
    if (!String(member.name)) {
      return false;
    }
    SkipSpace();
    if (!Take(':')) {
      return Fail("expected ':' behind the name " + Quote(member.name) + ", found " + Found());
    }
    SkipSpace();
    member.value = Value();
    if (member.value == nullptr) {
      return false;
    }
    node.members.push_back(member);
    return true;
  }

  // The value that begins here; of an array or object its opening, the rest is left to Step.
  // nullptr after an error.
  SourceNode* Value() {
    const Position position = PositionAt(at_);
    switch (Peek()) {
      case '{':
        return Open(json::Type::kObject, position);
      case '[':
        return Open(json::Type::kArray, position);
      case '"': {
        SourceNode* node = tree_.NewNode(json::Type::kString, position);
        return String(node->text) ? node : nullptr;
      }
      case 't':
        return Word("true", json::Type::kBoolean, position);
      case 'f':
        return Word("false", json::Type::kBoolean, position);
      case 'n':
        return Word("null", json::Type::kNull, position);
      default:
        break;
    }
    if (Peek() == '-' || IsDigit(Peek())) {
      SourceNode* node = tree_.NewNode(json::Type::kNumber, position);
      return Number(node->text) ? node : nullptr;
    }
    Fail("expected a value, found " + Found() +
         (Peek() == '\'' ? "; strings stand in double quotes" : ""));
    return nullptr;
  }

  SourceNode* Open(json::Type type, Position position) {
    if (open_.size() == kDefinitionDepthMax) {
      problems_.ErrorAt(code::kTooDeep,
                        position,
                        "arrays and objects nest deeper than " +
                            std::to_string(kDefinitionDepthMax) +
                            " levels here; split the state machine");
      return nullptr;
    }
    ++at_;
    open_.push_back(tree_.NewNode(type, position));
    return open_.back();
  }

  SourceNode* Word(std::string_view word, json::Type type, Position position) {
    if (text_.substr(at_, word.size()) != word) {
      Fail("expected a value, found " + Found());
      return nullptr;
    }
    at_ += word.size();
    SourceNode* node = tree_.NewNode(type, position);
    node->boolean = word == "true";
    return node;
  }

  bool Digits() {
    if (!IsDigit(Peek())) {
      return Fail("expected a digit, found " + Found());
    }
    while (IsDigit(Peek())) {
      ++at_;
    }
    return true;
  }

  bool Number(std::string_view& number) {
    const std::size_t start = at_;
    Take('-');
    const bool is_zero = Take('0');
    if (is_zero && IsDigit(Peek())) {
      return FailAt(start, "a number begins with 0; remove the leading zero or quote it");
    }
    if (!is_zero && !Digits()) {
      return false;
    }
    if (Take('.') && !Digits()) {
      return false;
    }
    if (Take('e') || Take('E')) {
      if (!Take('+')) {
        Take('-');
      }
      if (!Digits()) {
        return false;
      }
    }
    number = text_.substr(start, at_ - start);
    return true;
  }

  bool String(std::string_view& string) {
    const std::size_t start = ++at_;
    std::string decoded;
    std::size_t copied_to = start;
    for (;;) {
      if (AtEnd()) {
        return FailAt(start - 1, "a string begins here and does not end");
      }
      const char c = text_[at_];
      if (c == '"') {
        break;
      }
      if (static_cast<unsigned char>(c) < 0x20) {
        return Fail(
            "a line break or control character stands in a string; write it as \\n or "
            "\\u00XX");
      }
      if (c == '\\') {
        decoded.append(text_.substr(copied_to, at_ - copied_to));
        if (!Escape(decoded)) {
          return false;
        }
        copied_to = at_;
      } else {
        ++at_;
      }
    }
    const std::string_view rest = text_.substr(copied_to, at_ - copied_to);
    ++at_;
    if (copied_to == start) {
      string = rest;
    } else {
      string = tree_.Keep(decoded.append(rest));
    }
    return true;
  }

  bool Escape(std::string& decoded) {
    const std::size_t start = at_++;
    const char c = Peek();
    constexpr std::string_view kNames = "\"\\/bfnrt";
    constexpr std::string_view kValues = "\"\\/\b\f\n\r\t";
    if (const std::size_t simple = kNames.find(c); simple != std::string_view::npos && !AtEnd()) {
      decoded += kValues[simple];
      ++at_;
      return true;
    }
    if (c != 'u') {
      return FailAt(start, "'\\' is followed by " + Found() + "; write '\\\\' for a backslash");
    }
    std::uint32_t point = 0;
    if (!Hex4(point)) {
      return FailAt(start, "'\\u' needs four hexadecimal digits");
    }
    if (point >= 0xD800 && point < 0xDC00 && text_.substr(at_, 2) == "\\u") {
      ++at_;
      std::uint32_t low = 0;
      if (!Hex4(low) || low < 0xDC00 || low > 0xDFFF) {
        return FailAt(start, "half a surrogate pair; write both halves or the character itself");
      }
      point = 0x10000 + ((point - 0xD800) << 10) + (low - 0xDC00);
    }
    if (point >= 0xD800 && point <= 0xDFFF) {
      return FailAt(start, "half a surrogate pair; write both halves or the character itself");
    }
    AppendUtf8(decoded, point);
    return true;
  }

  // At the 'u'.
  bool Hex4(std::uint32_t& point) {
    ++at_;
    for (int i = 0; i < 4; ++i, ++at_) {
      const int digit = HexDigit(Peek());
      if (digit < 0) {
        return false;
      }
      point = point * 16 + static_cast<std::uint32_t>(digit);
    }
    return true;
  }

  std::string_view text_;
  SourceTree& tree_;
  Problems& problems_;
  std::vector<SourceNode*> open_;
  std::size_t at_ = 0;
  std::size_t line_start_ = 0;
  std::uint32_t line_ = 1;
};

}  // namespace

bool ReadJson(std::string_view text, SourceTree& tree, Problems& problems) {
  return Reader(text, tree, problems).Run();
}

}  // namespace pawl::asl
