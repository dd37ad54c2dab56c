// Regular expressions as JavaScript has them, which are JSONata's: perl's syntax with lookaround
// and backreferences; \d, \w and \b know ASCII only.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "engine/base/status.h"

namespace pawl::expression::jsonata {

// A compiled regular expression. Copies share it; safe from any thread.
class Regex {
 public:
  struct Match {
    // Bytes of the text.
    std::size_t begin = 0;
    std::size_t end = 0;
    // What each group matched, within the text; nullopt for one that took no part.
    std::vector<std::optional<std::string_view>> groups;
  };

  // `pattern` stands between the slashes; the flags are i and m. Errors: FailedPrecondition, reason
  // kInvalidRegex, for what JavaScript refuses and for lookbehind of no fixed length.
  static Result<Regex> Compile(std::string_view pattern, bool ignore_case, bool multiline);

  // The first match that begins at `from` or later; nullopt if there is none. `from` is 0, the end
  // of an earlier match in the same text, or another start of a character. `work`, where given,
  // grows by the steps that this took, for callers who search a text again and again.
  //
  // Errors:  ResourceExhausted   reason "U1001": it would take too long or too much memory.
  //          FailedPrecondition  reason kInvalidText: the text is not UTF-8.
  Result<std::optional<Match>> Find(std::string_view text,
                                    std::size_t from,
                                    std::uint64_t* work = nullptr) const;

  // JSONata has no codes for these two: there the first is JavaScript's own SyntaxError, and the
  // second cannot happen.
  static constexpr std::string_view kInvalidRegex = "S0303";
  static constexpr std::string_view kInvalidText = "D3140";

 private:
  struct Compiled;

  Regex() = default;

  std::shared_ptr<const Compiled> compiled_;
};

}  // namespace pawl::expression::jsonata
