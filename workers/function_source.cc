#include "workers/function_source.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <vector>

#include "engine/base/ascii.h"

namespace pawl::workers {
namespace {

constexpr std::array<std::string_view, 2> kHandlers = {"handler", "lambda_handler"};

bool IsWordCharacter(char c) {
  return IsLetter(c) || IsDigit(c) || c == '_' || static_cast<unsigned char>(c) >= 0x80;
}

// The statements at the top level as words and single marks; what strings, comments and indented
// lines hold is left out.
class TopLevel {
 public:
  explicit TopLevel(std::string_view source) : rest_(source) {}

  // The tokens of the next statement; empty at the end of the source.
  std::vector<std::string_view> NextStatement() {
    while (!rest_.empty()) {
      std::vector<std::string_view> tokens = ReadLogicalLine();
      if (!tokens.empty()) return tokens;
    }
    return {};
  }

 private:
  std::vector<std::string_view> ReadLogicalLine() {
    std::vector<std::string_view> tokens;
    if (!is_after_semicolon_) is_indented_ = rest_.front() == ' ' || rest_.front() == '\t';
    is_after_semicolon_ = false;
    depth_ = 0;
    while (!rest_.empty() && !SkipLineEnd()) {
      const char c = rest_.front();
      if (c == '#') {
        rest_.remove_prefix(std::min(rest_.find('\n'), rest_.size()));
      } else if (c == '\\') {
        rest_.remove_prefix(std::min<std::size_t>(2, rest_.size()));
      } else if (c == '"' || c == '\'') {
        SkipString();
        tokens.emplace_back("''");
      } else if (IsWordCharacter(c)) {
        tokens.push_back(ReadWord());
      } else {
        ReadMark(tokens);
      }
    }
    if (is_indented_) tokens.clear();
    return tokens;
  }

  // Skips an end of line or a semicolon that ends the statement: one outside of brackets.
  bool SkipLineEnd() {
    const char c = rest_.front();
    if (depth_ > 0 || (c != '\n' && c != ';')) return false;
    rest_.remove_prefix(1);
    is_after_semicolon_ = c == ';';
    return true;
  }

  void ReadMark(std::vector<std::string_view>& tokens) {
    const std::string_view mark = rest_.substr(0, 1);
    rest_.remove_prefix(1);
    if (mark.find_first_of("([{") == 0) ++depth_;
    if (mark.find_first_of(")]}") == 0) depth_ = std::max(0, depth_ - 1);
    if (mark.find_first_of(" \t\r\n\f") != 0) tokens.push_back(mark);
  }

  std::string_view ReadWord() {
    const auto end = std::find_if_not(rest_.begin(), rest_.end(), IsWordCharacter);
    const std::string_view word = rest_.substr(0, static_cast<std::size_t>(end - rest_.begin()));
    rest_.remove_prefix(word.size());
    return word;
  }

  void SkipString() {
    const char quote = rest_.front();
    const bool is_triple = rest_.size() >= 3 && rest_[1] == quote && rest_[2] == quote;
    rest_.remove_prefix(is_triple ? 3 : 1);
    while (!rest_.empty()) {
      const char c = rest_.front();
      if (c == '\\') {
        rest_.remove_prefix(std::min<std::size_t>(2, rest_.size()));
        continue;
      }
      // An unfinished string ends with its line, so that one mistake hides no more than that.
      if (c == '\n' && !is_triple) return;
      const bool is_end =
          c == quote && (!is_triple || (rest_.size() >= 3 && rest_[1] == c && rest_[2] == c));
      rest_.remove_prefix(is_end && is_triple ? 3 : 1);
      if (is_end) return;
    }
  }

  std::string_view rest_;
  int depth_ = 0;
  bool is_indented_ = false;
  bool is_after_semicolon_ = false;
};

using Tokens = std::vector<std::string_view>;

// `import a`, `import a as name`, `from a import b, c as name`.
bool ImportBinds(const Tokens& tokens, std::string_view name) {
  for (std::size_t i = 1; i < tokens.size(); ++i) {
    const bool is_last = i + 1 == tokens.size() || tokens[i + 1] == "," || tokens[i + 1] == ")";
    const bool is_name = tokens[i - 1] == "as" || tokens[i - 1] == "," ||
                         tokens[i - 1] == "import" || tokens[i - 1] == "(";
    if (tokens[i] == name && is_last && is_name) return true;
  }
  return false;
}

// `name = …`, `a = name = …`, `a, name = …`, `(a, name) = …`, `name: T = …`.
bool AssignmentBinds(const Tokens& tokens, std::string_view name) {
  bool has_name = false;
  int depth = 0;
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    const std::string_view token = tokens[i];
    const bool is_target_list = token == "(" && i == 0;
    if (token == "[" || token == "{" || (token == "(" && !is_target_list)) ++depth;
    if (token == "]" || token == "}" || token == ")") depth = std::max(0, depth - 1);
    if (depth != 0) continue;
    if (token == name && (i == 0 || tokens[i - 1] == "," || tokens[i - 1] == "=" ||
                          tokens[i - 1] == "(" || tokens[i - 1] == "*")) {
      const bool is_whole =
          i + 1 < tokens.size() && (tokens[i + 1] == "=" || tokens[i + 1] == "," ||
                                    tokens[i + 1] == ":" || tokens[i + 1] == ")");
      has_name = has_name || is_whole;
    }
    if (token != "=") continue;
    if (i + 1 < tokens.size() && tokens[i + 1] == "=") return false;  // a comparison
    if (has_name) return true;
  }
  return false;
}

bool Binds(const Tokens& tokens, std::string_view name) {
  const std::string_view first = tokens.front();
  if (first == "import" || first == "from") return ImportBinds(tokens, name);
  const std::size_t word = first == "async" ? 1 : 0;
  if (tokens.size() > word + 1 && (tokens[word] == "def" || tokens[word] == "class")) {
    return tokens[word + 1] == name;
  }
  return AssignmentBinds(tokens, name);
}

}  // namespace

std::optional<std::string> FindHandler(std::string_view source) {
  std::array<bool, kHandlers.size()> found{};
  TopLevel statements(source);
  for (Tokens tokens = statements.NextStatement(); !tokens.empty();
       tokens = statements.NextStatement()) {
    for (std::size_t i = 0; i < kHandlers.size(); ++i) {
      found[i] = found[i] || Binds(tokens, kHandlers[i]);
    }
  }
  for (std::size_t i = 0; i < kHandlers.size(); ++i) {
    if (found[i]) return std::string(kHandlers[i]);
  }
  return std::nullopt;
}

}  // namespace pawl::workers
