// Regular expressions as Python's `re` writes them, run by PCRE2: in the cases both agree.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

struct pcre2_real_code_8;

namespace pawl::test {

class PythonRegex {
 public:
  // nullopt if `pattern` is not one.
  static std::optional<PythonRegex> Compile(std::string_view pattern);
  // Matches exactly `text`.
  static PythonRegex Literal(std::string_view text);

  // The groups of a match at the beginning of `text` (re.match), the whole match first.
  std::optional<std::vector<std::string>> MatchPrefix(std::string_view text) const;

  // `text` with each match replaced (re.sub). In `replacement`, \1 and \g<1> are groups, and
  // escapes are those of Python.
  std::string ReplaceAll(std::string_view text, std::string_view replacement) const;

 private:
  struct Deleter {
    void operator()(pcre2_real_code_8* code) const;
  };

  explicit PythonRegex(pcre2_real_code_8* code) : code_(code, Deleter()) {}

  // Where the groups of the first match from `begin` on lie, as pairs of begin and end.
  std::optional<std::vector<std::size_t>> Find(std::string_view text,
                                               std::size_t begin,
                                               bool is_anchored) const;

  std::shared_ptr<pcre2_real_code_8> code_;
};

}  // namespace pawl::test
