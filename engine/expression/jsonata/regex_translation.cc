// One pass over the pattern, token by token. The two languages share most of their syntax and
// differ in small things, each of which is put into words that PCRE2 reads in one way only:
//
//   .  ^  $      know four line ends: \n, \r, U+2028 and U+2029
//   \s           includes the spaces of Unicode, \d and \w do not include its digits and letters
//   \/ \- \q     any escaped character that means nothing is itself
//   \12          an octal number where there are fewer than twelve groups
//   [] and [^]   match nothing and anything
//   {            is itself where no quantifier follows
//   a++          is an error (PCRE2: a possessive quantifier)
//
// Not translated: JavaScript forgets what a group matched when an enclosing quantifier goes round
// again; here it keeps the last match. Half a surrogate pair matches nothing.
#include "engine/expression/jsonata/regex_translation.h"

#include <array>
#include <charconv>
#include <cstddef>
#include <optional>
#include <utility>
#include <vector>

#include "engine/expression/jsonata/code_points.h"
#include "engine/json/string_text.h"

namespace pawl::expression::jsonata {

namespace {

constexpr std::string_view kLineEnds = R"(\n\r\x{2028}\x{2029})";
constexpr std::string_view kSpaces =
    R"(\x09-\x0d\x20\xa0\x{1680}\x{2000}-\x{200a}\x{2028}\x{2029}\x{202f}\x{205f}\x{3000}\x{feff})";
constexpr std::string_view kNoSpaces =
    R"(\x00-\x08\x0e-\x1f\x21-\x9f\xa1-\x{167f}\x{1681}-\x{1fff}\x{200b}-\x{2027}\x{202a}-\x{202e})"
    R"(\x{2030}-\x{205e}\x{2060}-\x{2fff}\x{3001}-\x{fefe}\x{ff00}-\x{10ffff})";
constexpr std::string_view kNothing = "(?!)";
constexpr std::string_view kAnything = "(?s:.)";
// Counts the search; see regex.cc.
constexpr std::string_view kCallout = "(?C1)";
// Stands for half a surrogate pair: no text should have it.
constexpr char32_t kNoCharacter = 0xFFFF;

constexpr bool IsAsciiDigit(char32_t c) {
  return c >= '0' && c <= '9';
}

constexpr bool IsOctalDigit(char32_t c) {
  return c >= '0' && c <= '7';
}

constexpr bool IsAsciiLetter(char32_t c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

unsigned HexValue(char32_t c) {
  return c < 0x80 ? json::HexDigit(static_cast<char>(c)) : 16;
}

std::string Escaped(char32_t c) {
  std::array<char, 8> digits{};
  const auto [end, error] =
      std::to_chars(digits.data(), digits.data() + digits.size(), static_cast<unsigned>(c), 16);
  return "\\x{" + std::string(digits.data(), end) + "}";
}

// A class of the characters in `set`.
std::string OneOf(std::string_view set) {
  return "[" + std::string(set) + "]";
}

std::string NoneOf(std::string_view set) {
  return "[^" + std::string(set) + "]";
}

std::string Reference(std::size_t group) {
  return "\\g{" + std::to_string(group) + "}";
}

class Translator {
 public:
  Translator(std::string_view pattern, bool is_multiline)
      : pattern_(CodePoints(pattern)), is_multiline_(is_multiline) {}

  Result<std::string> Translate() {
    CountGroups();
    while (at_ < pattern_.size()) {
      RETURN_IF_ERROR(Token());
    }
    return std::move(out_);
  }

 private:
  // A member of a character class: a character, or a set of them as PCRE2 writes it.
  struct Member {
    char32_t character = 0;
    std::string set;
  };

  bool Has(std::size_t ahead = 0) const { return at_ + ahead < pattern_.size(); }

  char32_t Peek(std::size_t ahead = 0) const { return Has(ahead) ? pattern_[at_ + ahead] : 0; }

  bool Take(std::u32string_view text) {
    if (pattern_.compare(at_, text.size(), text) != 0) return false;
    at_ += text.size();
    return true;
  }

  static Status Refuse(std::string_view what) { return FailedPrecondition(std::string(what)); }

  // Backreferences may come before their groups, so groups are counted first.
  void CountGroups() {
    bool is_in_class = false;
    for (std::size_t i = 0; i < pattern_.size(); ++i) {
      const char32_t c = pattern_[i];
      if (c == '\\') {
        ++i;
      } else if (c == '[') {
        is_in_class = true;
      } else if (c == ']') {
        is_in_class = false;
      } else if (c == '(' && !is_in_class) {
        CountGroup(i + 1);
      }
    }
  }

  void CountGroup(std::size_t start) {
    if (pattern_.compare(start, 1, U"?") != 0) {
      names_.emplace_back();
      return;
    }
    if (pattern_.compare(start, 2, U"?<") != 0) return;
    if (pattern_.compare(start + 2, 1, U"=") == 0 || pattern_.compare(start + 2, 1, U"!") == 0) {
      return;
    }
    const std::size_t end = pattern_.find(U'>', start);
    if (end == std::u32string::npos) return;
    names_.push_back(pattern_.substr(start + 2, end - start - 2));
    has_names_ = true;
  }

  Status Token() {
    const char32_t c = pattern_[at_];
    switch (c) {
      case '\\':
        return Escape();
      case '[':
        return Class();
      case '(':
        return Group();
      case '*':
      case '+':
      case '?':
        ++at_;
        return Quantifier(std::string(1, static_cast<char>(c)));
      case '{':
        return Braces();
      case '^':
        return Assertion(is_multiline_ ? "(?:\\A|(?<=" + OneOf(kLineEnds) + "))" : "\\A");
      case '$':
        return Assertion(is_multiline_ ? "(?=\\z|" + OneOf(kLineEnds) + ")" : "\\z");
      case '|':
        return Assertion("|");
      case '.':
        return Atom(NoneOf(kLineEnds));
      case ')':
        return Atom(")");
      default:
        ++at_;
        return Literal(c);
    }
  }

  // Appends what may be repeated and moves behind the token of one character.
  Status Atom(std::string_view translation) {
    ++at_;
    return Append(translation);
  }

  Status Append(std::string_view translation) {
    out_ += translation;
    can_repeat_ = true;
    return OkStatus();
  }

  Status Literal(char32_t c) {
    if (c < 0x80 && !IsAsciiDigit(c) && !IsAsciiLetter(c)) return Append(Escaped(c));
    AppendUtf8(c, out_);
    can_repeat_ = true;
    return OkStatus();
  }

  Status Assertion(std::string_view translation) {
    ++at_;
    out_ += translation;
    can_repeat_ = false;
    return OkStatus();
  }

  Status Quantifier(const std::string& quantifier) {
    if (!can_repeat_) return Refuse("Nothing to repeat");
    out_ += quantifier;
    if (Take(U"?")) out_ += '?';
    out_ += kCallout;
    can_repeat_ = false;
    return OkStatus();
  }

  Status Braces() {
    std::size_t end = at_ + 1;
    const auto skip_digits = [this, &end] {
      const std::size_t start = end;
      while (end < pattern_.size() && IsAsciiDigit(pattern_[end])) {
        ++end;
      }
      return end > start;
    };
    bool is_quantifier = skip_digits();
    if (is_quantifier && end < pattern_.size() && pattern_[end] == ',') {
      ++end;
      skip_digits();
    }
    is_quantifier = is_quantifier && end < pattern_.size() && pattern_[end] == '}';
    if (!is_quantifier) return Atom("\\{");
    const std::string quantifier = Utf8(std::u32string_view(pattern_).substr(at_, end + 1 - at_));
    at_ = end + 1;
    return Quantifier(quantifier);
  }

  Status Group() {
    for (const std::u32string_view start : {U"(?:", U"(?=", U"(?!", U"(?<=", U"(?<!"}) {
      if (!Take(start)) continue;
      out_ += Utf8(start);
      can_repeat_ = false;
      return OkStatus();
    }
    if (Take(U"(?<")) {
      const std::size_t end = pattern_.find(U'>', at_);
      if (end == std::u32string::npos || end == at_) return Refuse("Invalid capture group name");
      at_ = end + 1;
    } else if (Take(U"(?")) {
      return Refuse("Invalid group");
    } else {
      ++at_;
    }
    out_ += '(';
    can_repeat_ = false;
    return OkStatus();
  }

  // The set that \d, \w or \s stands for, to be written into a class; empty for other escapes.
  static std::string_view SetOf(char32_t c) {
    switch (c) {
      case 'd':
        return "\\d";
      case 'D':
        return "\\D";
      case 'w':
        return "\\w";
      case 'W':
        return "\\W";
      case 's':
        return kSpaces;
      case 'S':
        return kNoSpaces;
      default:
        return {};
    }
  }

  Status Escape() {
    if (!Has(1)) return Refuse("\\ at end of pattern");
    const char32_t c = Peek(1);
    if (const std::string_view set = SetOf(c); !set.empty()) {
      at_ += 2;
      return Append(OneOf(set));
    }
    if (c == 'b' || c == 'B') {
      ++at_;
      return Assertion(c == 'b' ? "\\b" : "\\B");
    }
    if (c == 'k' && has_names_) return NamedReference();
    if (c >= '1' && c <= '9') {
      if (const std::size_t group = ReferencedGroup(); group > 0) {
        return Append(Reference(group));
      }
    }
    ++at_;
    return Literal(EscapedCharacter());
  }

  // The group of the \12 at the cursor, which moves behind it; 0 if there are not so many.
  std::size_t ReferencedGroup() {
    std::size_t group = 0;
    std::size_t length = 1;
    while (IsAsciiDigit(Peek(length)) && group <= names_.size()) {
      group = group * 10 + (Peek(length++) - '0');
    }
    if (group > names_.size()) return 0;
    at_ += length;
    return group;
  }

  Status NamedReference() {
    at_ += 2;
    const std::size_t end = Take(U"<") ? pattern_.find(U'>', at_) : std::u32string::npos;
    if (end == std::u32string::npos) return Refuse("Invalid named reference");
    const std::u32string name = pattern_.substr(at_, end - at_);
    at_ = end + 1;
    for (std::size_t i = 0; i < names_.size(); ++i) {
      if (names_[i] == name) return Append(Reference(i + 1));
    }
    return Refuse("Invalid named capture referenced");
  }

  // The character that the escape at the cursor, behind its backslash, stands for.
  char32_t EscapedCharacter() {
    const char32_t c = pattern_[at_++];
    switch (c) {
      case 'f':
        return '\f';
      case 'n':
        return '\n';
      case 'r':
        return '\r';
      case 't':
        return '\t';
      case 'v':
        return '\v';
      case 'c':
        if (IsAsciiLetter(Peek())) return pattern_[at_++] % 32;
        --at_;
        return '\\';
      case 'x':
        return TakeHex(2).value_or(c);
      case 'u':
        return TakeUnit().value_or(c);
      default:
        return IsOctalDigit(c) ? TakeOctal(c - '0') : c;
    }
  }

  std::optional<char32_t> TakeHex(std::size_t digits) {
    char32_t value = 0;
    for (std::size_t i = 0; i < digits; ++i) {
      const unsigned digit = HexValue(Peek(i));
      if (digit > 15) return std::nullopt;
      value = value * 16 + digit;
    }
    at_ += digits;
    return value;
  }

  std::optional<char32_t> TakeUnit() {
    const std::optional<char32_t> unit = TakeHex(4);
    if (!unit) return std::nullopt;
    if (json::IsLowSurrogate(*unit)) return kNoCharacter;
    if (!json::IsHighSurrogate(*unit)) return unit;
    const std::size_t place = at_;
    const std::optional<char32_t> low = Take(U"\\u") ? TakeHex(4) : std::nullopt;
    if (low && json::IsLowSurrogate(*low)) {
      return 0x10000 + ((*unit - 0xD800) << 10U) + (*low - 0xDC00);
    }
    at_ = place;
    return kNoCharacter;
  }

  char32_t TakeOctal(char32_t value) {
    constexpr char32_t kOctalMax = 0377;
    for (int i = 0; i < 2 && IsOctalDigit(Peek()); ++i) {
      const char32_t longer = value * 8 + (Peek() - '0');
      if (longer > kOctalMax) break;
      value = longer;
      ++at_;
    }
    return value;
  }

  Status Class() {
    ++at_;
    const bool is_negated = Take(U"^");
    if (Take(U"]")) return Append(is_negated ? kAnything : kNothing);
    std::string members;
    while (!Take(U"]")) {
      if (!Has()) return Refuse("Unterminated character class");
      RETURN_IF_ERROR(ClassMembers(members));
    }
    return Append(is_negated ? NoneOf(members) : OneOf(members));
  }

  // One member, or a range of them.
  Status ClassMembers(std::string& members) {
    const auto text = [](const Member& member) {
      return member.set.empty() ? Escaped(member.character) : member.set;
    };
    ASSIGN_OR_RETURN(const Member first, ClassMember());
    members += text(first);
    if (Peek() != '-' || !Has(1) || Peek(1) == ']') return OkStatus();
    ++at_;
    ASSIGN_OR_RETURN(const Member last, ClassMember());
    if (!first.set.empty() || !last.set.empty()) {
      members += "\\-" + text(last);
      return OkStatus();
    }
    if (first.character > last.character) return Refuse("Range out of order in character class");
    members += "-" + text(last);
    return OkStatus();
  }

  Result<Member> ClassMember() {
    const char32_t c = pattern_[at_++];
    if (c != '\\') return Member{.character = c, .set = {}};
    if (!Has()) return Refuse("\\ at end of pattern");
    if (const std::string_view set = SetOf(Peek()); !set.empty()) {
      ++at_;
      return Member{.character = 0, .set = std::string(set)};
    }
    if (Take(U"b")) return Member{.character = '\b', .set = {}};
    return Member{.character = EscapedCharacter(), .set = {}};
  }

  std::u32string pattern_;
  bool is_multiline_;
  std::size_t at_ = 0;
  std::string out_;
  // Whether what was read last may take a quantifier.
  bool can_repeat_ = false;
  // One for each group, empty for those without.
  std::vector<std::u32string> names_;
  bool has_names_ = false;
};

}  // namespace

Result<std::string> TranslateRegex(std::string_view pattern, bool is_multiline) {
  return Translator(pattern, is_multiline).Translate();
}

}  // namespace pawl::expression::jsonata
