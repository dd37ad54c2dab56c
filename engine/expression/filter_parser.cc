#include "engine/expression/filter_parser.h"

#include <re2/re2.h>

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "engine/base/ascii.h"
#include "engine/expression/path_parser.h"

namespace pawl::expression {
namespace {

// What a compiled regular expression may take.
constexpr std::int64_t kPatternMemoryBytesMax = std::int64_t{1024} * 1024;

struct NamedOperator {
  std::string_view text;
  FilterOperator comparison;
};

// Longer signs before their beginnings.
constexpr std::array<NamedOperator, 9> kSigns = {{
    {"===", FilterOperator::kIdentical},
    {"!==", FilterOperator::kNotIdentical},
    {"==", FilterOperator::kEqual},
    {"!=", FilterOperator::kNotEqual},
    {"<=", FilterOperator::kLessOrEqual},
    {">=", FilterOperator::kGreaterOrEqual},
    {"=~", FilterOperator::kMatches},
    {"<", FilterOperator::kLess},
    {">", FilterOperator::kGreater},
}};

constexpr std::array<NamedOperator, 9> kWords = {{
    {"in", FilterOperator::kIn},
    {"nin", FilterOperator::kNotIn},
    {"contains", FilterOperator::kContains},
    {"all", FilterOperator::kAll},
    {"size", FilterOperator::kSize},
    {"empty", FilterOperator::kEmpty},
    {"subsetof", FilterOperator::kSubsetOf},
    {"anyof", FilterOperator::kAnyOf},
    {"noneof", FilterOperator::kNoneOf},
}};

constexpr std::string_view kExpectedOperator =
    "a comparison (==, !=, <, <=, >, >=, =~, in, nin, contains, all, size, empty, subsetof, anyof, "
    "noneof)";

std::string LowerCase(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c | 0x20);
  }
  return lower;
}

class ConditionParser final {
 public:
  explicit ConditionParser(TextCursor& cursor) : cursor_(cursor) {}

  // condition = term { "||" term }; term = factor { "&&" factor }.
  Result<Filter> ParseOr() {
    return ParseChain("||", Filter::Kind::kOr, &ConditionParser::ParseAnd);
  }

 private:
  using Parser = Result<Filter> (ConditionParser::*)();

  Result<Filter> ParseAnd() {
    return ParseChain("&&", Filter::Kind::kAnd, &ConditionParser::ParseFactor);
  }

  Result<Filter> ParseChain(std::string_view sign, Filter::Kind kind, Parser parse_part) {
    ASSIGN_OR_RETURN(Filter first, (this->*parse_part)());
    if (!cursor_.TakeAfterSpaces(sign)) return first;
    Filter chain;
    chain.kind = kind;
    chain.parts.push_back(std::move(first));
    do {
      ASSIGN_OR_RETURN(Filter part, (this->*parse_part)());
      chain.parts.push_back(std::move(part));
    } while (cursor_.TakeAfterSpaces(sign));
    return chain;
  }

  // factor = "!" factor | "(" condition ")" | comparison | path.
  Result<Filter> ParseFactor() {
    cursor_.SkipSpaces();
    const std::size_t begin = cursor_.position();
    if (cursor_.TakeAfterSpaces("!")) {
      RETURN_IF_ERROR(cursor_.Enter());
      ASSIGN_OR_RETURN(Filter inner, ParseFactor());
      cursor_.Leave();
      if (inner.kind == Filter::Kind::kCompare) {
        return cursor_.ErrorAt(begin, "expected brackets around a negated comparison: !(@.a == 1)");
      }
      return Negated(std::move(inner));
    }
    if (cursor_.TakeAfterSpaces("(")) {
      RETURN_IF_ERROR(cursor_.Enter());
      ASSIGN_OR_RETURN(Filter group, ParseOr());
      if (!cursor_.TakeAfterSpaces(")")) {
        return cursor_.Expected("'&&', '||' or ')' in the filter");
      }
      cursor_.Leave();
      return Grouped(std::move(group));
    }
    return ParseComparison();
  }

  static Filter Negated(Filter inner) {
    Filter negation;
    negation.kind = Filter::Kind::kNot;
    negation.parts.push_back(std::move(inner));
    return negation;
  }

  // A group of one, so that a bracketed comparison is not taken for a bare one.
  static Filter Grouped(Filter inner) {
    Filter group;
    group.kind = Filter::Kind::kAnd;
    group.parts.push_back(std::move(inner));
    return group;
  }

  Result<Filter> ParseComparison() {
    cursor_.SkipSpaces();
    const std::size_t begin = cursor_.position();
    Filter filter;
    ASSIGN_OR_RETURN(filter.left, ParseOperand());
    const bool is_path = std::holds_alternative<CompiledPath>(filter.left);
    cursor_.SkipSpaces();
    const std::size_t after = cursor_.position();
    const std::optional<FilterOperator> comparison = TakeOperator();
    if (!comparison) {
      const std::string_view rest = cursor_.rest();
      const bool is_whole =
          rest.starts_with(')') || rest.starts_with("&&") || rest.starts_with("||");
      if (!is_whole) return cursor_.ExpectedAt(after, kExpectedOperator);
      if (!is_path) {
        return cursor_.ErrorAt(begin, "expected a comparison or a path, found a lone value");
      }
      filter.kind = Filter::Kind::kExists;
      return filter;
    }
    filter.kind = Filter::Kind::kCompare;
    filter.comparison = *comparison;
    cursor_.SkipSpaces();
    ASSIGN_OR_RETURN(filter.right, ParseOperand());
    RETURN_IF_ERROR(CheckPattern(filter, begin));
    return filter;
  }

  Status CheckPattern(const Filter& filter, std::size_t begin) const {
    const auto is_pattern = [](const FilterOperand& operand) {
      return std::holds_alternative<std::shared_ptr<const re2::RE2>>(operand);
    };
    const bool has_one = is_pattern(filter.left) != is_pattern(filter.right);
    const bool has_any = is_pattern(filter.left) || is_pattern(filter.right);
    const bool is_match = filter.comparison == FilterOperator::kMatches;
    if (is_match ? has_one : !has_any) return OkStatus();
    return cursor_.ErrorAt(begin, "expected '=~' to compare with one /regular expression/");
  }

  std::optional<FilterOperator> TakeOperator() {
    for (const NamedOperator& sign : kSigns) {
      if (cursor_.TakeAfterSpaces(sign.text)) return sign.comparison;
    }
    const std::size_t begin = cursor_.position();
    const std::string word = LowerCase(cursor_.TakeWhile(IsLetter));
    for (const NamedOperator& known : kWords) {
      if (word == known.text) return known.comparison;
    }
    cursor_.set_position(begin);
    return std::nullopt;
  }

  Result<FilterOperand> ParseOperand() {
    const char c = cursor_.Peek();
    if (c == '$' || c == '@') {
      cursor_.Advance();
      RETURN_IF_ERROR(cursor_.Enter());
      ASSIGN_OR_RETURN(CompiledPath path, ParseSteps(cursor_, PathPlace::kInside, c == '$'));
      cursor_.Leave();
      return FilterOperand(std::move(path));
    }
    if (c == '/') return ParsePattern();
    ASSIGN_OR_RETURN(const json::Value literal, cursor_.ReadLiteral());
    return FilterOperand(literal);
  }

  Result<FilterOperand> ParsePattern() {
    const std::size_t begin = cursor_.position();
    cursor_.Advance();
    std::string pattern;
    while (cursor_.Peek() != '/') {
      if (cursor_.AtEnd()) {
        return cursor_.ErrorAt(begin, "expected a regular expression to end with '/'");
      }
      // A slash is escaped for the path alone; all other escapes are the expression's own.
      const bool is_escape = cursor_.Peek() == '\\' && cursor_.Peek(1) != '\0';
      if (is_escape && cursor_.Peek(1) != '/') pattern += cursor_.Peek();
      if (is_escape) cursor_.Advance();
      pattern += cursor_.Peek();
      cursor_.Advance();
    }
    cursor_.Advance();

    re2::RE2::Options options;
    options.set_log_errors(false);
    options.set_max_mem(kPatternMemoryBytesMax);
    const std::size_t flags_begin = cursor_.position();
    for (const char flag : cursor_.TakeWhile(IsLetter)) {
      switch (flag) {
        case 'i':
          options.set_case_sensitive(false);
          break;
        case 's':
          options.set_dot_nl(true);
          break;
        case 'm':
          pattern.insert(0, "(?m)");
          break;
        case 'd':
        case 'u':
        case 'U':
          break;  // Unix lines and Unicode are how RE2 works anyway.
        default:
          return cursor_.ErrorAt(
              flags_begin,
              "expected the flags i, s, m, u, U or d, found '" + std::string(1, flag) + "'");
      }
    }
    auto compiled = std::make_shared<re2::RE2>(pattern, options);
    if (!compiled->ok()) {
      return cursor_.ErrorAt(begin,
                             "expected a regular expression in RE2's syntax: " + compiled->error());
    }
    return FilterOperand(std::shared_ptr<const re2::RE2>(std::move(compiled)));
  }

  TextCursor& cursor_;
};

}  // namespace

Result<Filter> ParseFilter(TextCursor& cursor) {
  RETURN_IF_ERROR(cursor.Enter());
  ASSIGN_OR_RETURN(Filter filter, ConditionParser(cursor).ParseOr());
  cursor.Leave();
  return filter;
}

}  // namespace pawl::expression
