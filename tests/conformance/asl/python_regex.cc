#include "tests/conformance/asl/python_regex.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include <algorithm>

#include "engine/base/check.h"

namespace pawl::test {
namespace {

std::string_view Group(std::string_view text,
                       const std::vector<std::size_t>& places,
                       std::size_t number) {
  if (2 * number + 1 >= places.size() || places[2 * number] == PCRE2_UNSET) return {};
  return text.substr(places[2 * number], places[2 * number + 1] - places[2 * number]);
}

// What a match becomes: Python's template syntax.
std::string Expand(std::string_view replacement,
                   std::string_view text,
                   const std::vector<std::size_t>& places) {
  std::string expanded;
  for (std::size_t at = 0; at < replacement.size(); ++at) {
    if (replacement[at] != '\\' || at + 1 == replacement.size()) {
      expanded += replacement[at];
      continue;
    }
    const char next = replacement[++at];
    if (next >= '0' && next <= '9') {
      expanded += Group(text, places, static_cast<std::size_t>(next - '0'));
    } else if (next == 'n') {
      expanded += '\n';
    } else if (next == '\\') {
      expanded += '\\';
    } else {
      // An escape that Python does not know stays as it is.
      expanded += {'\\', next};
    }
  }
  return expanded;
}

}  // namespace

void PythonRegex::Deleter::operator()(pcre2_real_code_8* code) const {
  pcre2_code_free(code);
}

std::optional<PythonRegex> PythonRegex::Compile(std::string_view pattern) {
  int error = 0;
  PCRE2_SIZE place = 0;
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): the library's type for text.
  const auto* text = reinterpret_cast<PCRE2_SPTR>(pattern.data());
  pcre2_code* code = pcre2_compile(text, pattern.size(), 0, &error, &place, nullptr);
  if (code == nullptr) return std::nullopt;
  return PythonRegex(code);
}

PythonRegex PythonRegex::Literal(std::string_view text) {
  std::string pattern;
  for (const char c : text) {
    const bool is_word = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') ||
                         (c >= 'a' && c <= 'z') || c == '_' || static_cast<signed char>(c) < 0;
    if (!is_word) pattern += '\\';
    pattern += c;
  }
  std::optional<PythonRegex> regex = Compile(pattern);
  PAWL_CHECK(regex.has_value());
  return *std::move(regex);
}

std::optional<std::vector<std::size_t>> PythonRegex::Find(std::string_view text,
                                                          std::size_t begin,
                                                          bool is_anchored) const {
  const std::unique_ptr<pcre2_match_data, decltype(&pcre2_match_data_free)> match(
      pcre2_match_data_create_from_pattern(code_.get(), nullptr), &pcre2_match_data_free);
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): the library's type for text.
  const auto* subject = reinterpret_cast<PCRE2_SPTR>(text.data());
  const int count = pcre2_match(code_.get(),
                                subject,
                                text.size(),
                                begin,
                                is_anchored ? PCRE2_ANCHORED : 0,
                                match.get(),
                                nullptr);
  if (count < 0) return std::nullopt;
  const PCRE2_SIZE* places = pcre2_get_ovector_pointer(match.get());
  return std::vector<std::size_t>(places, places + 2 * pcre2_get_ovector_count(match.get()));
}

std::optional<std::vector<std::string>> PythonRegex::MatchPrefix(std::string_view text) const {
  const auto places = Find(text, 0, true);
  if (!places) return std::nullopt;
  std::vector<std::string> groups;
  for (std::size_t number = 0; 2 * number < places->size(); ++number)
    groups.emplace_back(Group(text, *places, number));
  return groups;
}

std::string PythonRegex::ReplaceAll(std::string_view text, std::string_view replacement) const {
  std::string replaced;
  std::size_t done = 0;
  for (std::size_t from = 0; from <= text.size();) {
    const auto places = Find(text, from, false);
    if (!places) break;
    const std::size_t begin = (*places)[0];
    const std::size_t end = (*places)[1];
    replaced += text.substr(done, begin - done);
    replaced += Expand(replacement, text, *places);
    done = end;
    from = std::max(end, begin + (end == begin ? 1 : 0));
  }
  replaced += text.substr(std::min(done, text.size()));
  return replaced;
}

}  // namespace pawl::test
