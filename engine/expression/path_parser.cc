// Reads what Jayway's PathCompiler reads, in its order of preference: behind "[" a quoted name,
// then an index or slice, then a wildcard, then a filter.
#include "engine/expression/path_parser.h"

#include <charconv>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include "engine/base/ascii.h"
#include "engine/expression/filter_parser.h"

namespace pawl::expression {
namespace {

constexpr std::string_view Trimmed(std::string_view text) {
  while (text.starts_with(' ')) {
    text.remove_prefix(1);
  }
  while (text.ends_with(' ')) {
    text.remove_suffix(1);
  }
  return text;
}

class StepsParser final {
 public:
  StepsParser(TextCursor& cursor, PathPlace place) : cursor_(cursor), place_(place) {}

  Result<std::vector<PathStep>> Parse() {
    if (AtPathEnd()) return std::move(steps_);
    if (cursor_.Peek() != '.' && cursor_.Peek() != '[') {
      return cursor_.Expected("'.' or '[' or the end of the path after its root");
    }
    while (!AtPathEnd()) {
      RETURN_IF_ERROR(ParseStep());
    }
    return std::move(steps_);
  }

 private:
  bool AtPathEnd() const {
    if (cursor_.AtEnd()) return true;
    return place_ == PathPlace::kInside && EndsInnerPath();
  }

  // Jayway takes "@.a&&@.b" for one name; nobody means that.
  bool EndsInnerPath() const {
    const char c = cursor_.Peek();
    return std::string_view(" )]},<>=~!/").find(c) != std::string_view::npos ||
           (c == '&' && cursor_.Peek(1) == '&') || (c == '|' && cursor_.Peek(1) == '|');
  }

  Status ParseStep() {
    const bool is_after_descent =
        !steps_.empty() && std::holds_alternative<DescentStep>(steps_.back());
    switch (cursor_.Peek()) {
      case '[':
        return ParseBracket();
      case '.':
        if (is_after_descent) return cursor_.Expected("a name, '*' or '[' after '..'");
        return ParseDot();
      case '*':
        cursor_.Advance();
        steps_.emplace_back(WildcardStep());
        return OkStatus();
      default:
        return ParseNameOrFunction();
    }
  }

  Status ParseDot() {
    cursor_.Advance();
    const bool is_descent = cursor_.Peek() == '.';
    if (is_descent) {
      cursor_.Advance();
      steps_.emplace_back(DescentStep());
    }
    if (AtPathEnd() || cursor_.Peek() == '.') {
      return cursor_.Expected(is_descent ? "a name, '*' or '[' after '..'"
                                         : "a name, '*' or '[' after '.'");
    }
    return ParseStep();
  }

  Status ParseNameOrFunction() {
    const std::size_t begin = cursor_.position();
    while (!AtPathEnd() && cursor_.Peek() != '.' && cursor_.Peek() != '[') {
      if (cursor_.Peek() == ' ') {
        return cursor_.ErrorAt(cursor_.position(),
                               "expected a name with spaces to stand in brackets: ['my name']");
      }
      if (cursor_.Peek() == '(') return ParseFunction(begin);
      cursor_.Advance();
    }
    steps_.emplace_back(NamesStep{.names = {std::string(cursor_.Since(begin))}});
    return OkStatus();
  }

  Status ParseFunction(std::size_t begin) {
    const std::string_view name = cursor_.Since(begin);
    const std::optional<PathFunction> function = FindFunction(name);
    if (!function) {
      return cursor_.ErrorAt(begin,
                             "expected a function (min, max, avg, stddev, sum, length, size, keys, "
                             "concat, append, first, last, index), found '" +
                                 std::string(name) + "'");
    }
    if (!steps_.empty() && std::holds_alternative<DescentStep>(steps_.back())) {
      return cursor_.ErrorAt(begin, "expected a name, '*' or '[' after '..', found a function");
    }
    cursor_.Advance();
    FunctionStep step{.function = *function, .arguments = {}};
    RETURN_IF_ERROR(cursor_.Enter());
    if (!cursor_.TakeAfterSpaces(")")) {
      do {
        cursor_.SkipSpaces();
        RETURN_IF_ERROR(ParseArgument(step));
      } while (cursor_.TakeAfterSpaces(","));
      if (!cursor_.TakeAfterSpaces(")")) return cursor_.Expected("',' or ')' after an argument");
    }
    cursor_.Leave();
    if (*function == PathFunction::kIndex && step.arguments.size() != 1) {
      return cursor_.ErrorAt(begin, "expected index() to have one argument, an integer");
    }
    steps_.emplace_back(std::move(step));
    return OkStatus();
  }

  Status ParseArgument(FunctionStep& step) {
    if (cursor_.Peek() == '$' || cursor_.Peek() == '@') {
      cursor_.Advance();
      // Jayway evaluates an argument's @ at the document too.
      ASSIGN_OR_RETURN(CompiledPath path,
                       ParseSteps(cursor_, PathPlace::kInside, /*is_absolute=*/true));
      step.arguments.emplace_back(std::move(path));
      return OkStatus();
    }
    ASSIGN_OR_RETURN(const json::Value literal, cursor_.ReadLiteral());
    step.arguments.emplace_back(literal);
    return OkStatus();
  }

  Status ParseBracket() {
    const std::size_t begin = cursor_.position();
    cursor_.Advance();
    cursor_.SkipSpaces();
    const char c = cursor_.Peek();
    if (c == '\'' || c == '"') return ParseQuotedNames();
    if (IsDigit(c) || c == '-' || c == ':') return ParseIndexesOrSlice();
    if (c == '*') {
      cursor_.Advance();
      if (!cursor_.TakeAfterSpaces("]")) return cursor_.Expected("']' after '*'");
      steps_.emplace_back(WildcardStep());
      return OkStatus();
    }
    if (c == '?') return ParseFilterStep();
    cursor_.set_position(begin + 1);
    return cursor_.Expected("a quoted name, an index, a slice, '*' or '?(' after '['");
  }

  Status ParseQuotedNames() {
    const char quote = cursor_.Peek();
    NamesStep step;
    for (;;) {
      // As recorded: $['a\"b'] names the member a\"b, backslash included.
      ASSIGN_OR_RETURN(std::string name,
                       cursor_.ReadQuoted(TextCursor::OtherQuote::kWithBackslash));
      step.names.push_back(std::move(name));
      if (cursor_.TakeAfterSpaces("]")) break;
      if (!cursor_.TakeAfterSpaces(",")) return cursor_.Expected("',' or ']' after a name");
      cursor_.SkipSpaces();
      if (cursor_.Peek() != quote) {
        return cursor_.Expected("a name in the same quotes as the first");
      }
    }
    steps_.emplace_back(std::move(step));
    return OkStatus();
  }

  Status ParseIndexesOrSlice() {
    const std::size_t begin = cursor_.position();
    const std::string_view inside = Trimmed(cursor_.TakeWhile(
        [](char c) { return IsDigit(c) || c == '-' || c == ':' || c == ',' || c == ' '; }));
    if (cursor_.Peek() != ']') return cursor_.Expected("']' after an index or a slice");
    cursor_.Advance();
    if (inside.find(':') != std::string_view::npos) return ParseSlice(inside, begin);

    IndexesStep step;
    std::string_view rest = inside;
    for (;;) {
      const std::size_t comma = rest.find(',');
      const std::optional<std::int32_t> index = ReadInteger(Trimmed(rest.substr(0, comma)));
      if (!index) {
        return cursor_.ErrorAt(
            begin,
            "expected indexes of 32 bits between commas, found '" + std::string(inside) + "'");
      }
      step.indexes.push_back(*index);
      if (comma == std::string_view::npos) break;
      rest.remove_prefix(comma + 1);
    }
    steps_.emplace_back(std::move(step));
    return OkStatus();
  }

  Status ParseSlice(std::string_view inside, std::size_t begin) {
    const std::size_t first = inside.find(':');
    const std::size_t second = inside.find(':', first + 1);
    const std::string_view from = inside.substr(0, first);
    const std::string_view to = second == std::string_view::npos
                                    ? inside.substr(first + 1)
                                    : inside.substr(first + 1, second - first - 1);
    SliceStep step{.from = ReadInteger(from), .to = ReadInteger(to)};
    const bool is_valid = (from.empty() || step.from) && (to.empty() || step.to) &&
                          (step.from || step.to) && inside.find(',') == std::string_view::npos &&
                          inside.find(' ') == std::string_view::npos;
    if (!is_valid) {
      return cursor_.ErrorAt(begin,
                             "expected a slice of 32-bit indexes, [from:], [:to] or [from:to], "
                             "found '" +
                                 std::string(inside) + "'");
    }
    steps_.emplace_back(step);
    return OkStatus();
  }

  static std::optional<std::int32_t> ReadInteger(std::string_view text) {
    std::int32_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return value;
  }

  Status ParseFilterStep() {
    cursor_.Advance();
    if (!cursor_.TakeAfterSpaces("(")) return cursor_.Expected("'(' after '[?'");
    ASSIGN_OR_RETURN(Filter filter, ParseFilter(cursor_));
    if (!cursor_.TakeAfterSpaces(")")) {
      return cursor_.Expected("a comparison, '&&', '||' or ')' in the filter");
    }
    if (!cursor_.TakeAfterSpaces("]")) return cursor_.Expected("']' after a filter");
    steps_.emplace_back(FilterStep{.filter = std::make_shared<const Filter>(std::move(filter))});
    return OkStatus();
  }

  TextCursor& cursor_;
  PathPlace place_;
  std::vector<PathStep> steps_;
};

// "$..a.sum()" is the function of all that "$..a" finds: what is before it no longer counts.
bool AllDefinite(const std::vector<PathStep>& steps) {
  std::size_t first = 0;
  if (!steps.empty() && std::holds_alternative<DescentStep>(steps.front())) {
    while (first < steps.size() && !std::holds_alternative<FunctionStep>(steps[first])) {
      ++first;
    }
    if (first == steps.size()) return false;
  }
  for (std::size_t i = first; i < steps.size(); ++i) {
    if (!IsDefinite(steps[i], i + 1 == steps.size())) return false;
  }
  return true;
}

bool AllPlain(const std::vector<PathStep>& steps) {
  for (const PathStep& step : steps) {
    if (std::holds_alternative<FunctionStep>(step) || !IsDefinite(step, /*is_last=*/false)) {
      return false;
    }
  }
  return true;
}

}  // namespace

Result<CompiledPath> ParseSteps(TextCursor& cursor, PathPlace place, bool is_absolute) {
  ASSIGN_OR_RETURN(std::vector<PathStep> steps, StepsParser(cursor, place).Parse());
  CompiledPath path;
  path.is_absolute = is_absolute;
  path.is_plain = AllPlain(steps);
  path.is_definite = AllDefinite(steps);
  path.steps = std::move(steps);
  return path;
}

}  // namespace pawl::expression
