// PCRE2 rather than RE2, which the paths of JSONPath use: JSONata's expressions are JavaScript's,
// and those have lookahead and backreferences, which no linear engine can offer.
// regex_translation.cc puts them into PCRE2's words.
//
// PCRE2 backtracks, so a search must be stopped when it runs away. Its own match limit counts anew
// from each place where a match may begin, so it bounds n searches of a text, not their sum. The
// translation therefore has a callout behind each quantifier: whatever multiplies work passes one.
// A callout counts one step, and one more for each kParsedTextBytesPerStep bytes since the callout
// before, which stand for what was scanned without one.
//
// The interpreter is used, not the JIT compiler: the patterns come from tenants, most run once or
// twice, and memory that is both written and executed is best avoided.
#define PCRE2_CODE_UNIT_WIDTH 8
#include "engine/expression/jsonata/regex.h"

#include <pcre2.h>

#include <array>
#include <string>

#include "engine/base/utf8.h"
#include "engine/expression/jsonata/regex_translation.h"
#include "engine/expression/jsonata/text_cost.h"

namespace pawl::expression::jsonata {

struct FreePcre2 {
  void operator()(pcre2_code* code) const { pcre2_code_free(code); }

  void operator()(pcre2_match_data* data) const { pcre2_match_data_free(data); }

  void operator()(pcre2_match_context* context) const { pcre2_match_context_free(context); }
};

namespace {

constexpr std::size_t kPatternBytesMax = 16 << 10;
constexpr std::uint64_t kSearchStepsMax = 2'000'000;
constexpr std::uint32_t kHeapKibibytesMax = 64 << 10;

constexpr int kTooManySteps = -1000;

PCRE2_SPTR Units(std::string_view text) {
  return reinterpret_cast<PCRE2_SPTR>(text.data());
}

Status Invalid(std::string_view pattern, std::string_view why) {
  return FailedPrecondition("Invalid regular expression: /" + std::string(pattern) +
                            "/: " + std::string(why))
      .WithReason(std::string(Regex::kInvalidRegex));
}

Status TookTooLong() {
  return ResourceExhausted("the regular expression takes too long on this text")
      .WithReason("U1001");
}

// What a search has done, and where it was when it was counted last.
struct Work {
  std::uint64_t steps = 0;
  std::size_t start = 0;
  std::size_t place = 0;
};

int CountSteps(pcre2_callout_block* callout, void* data) {
  auto& work = *static_cast<Work*>(data);
  const std::size_t place = callout->current_position;
  if (work.start != callout->start_match) {
    work.start = callout->start_match;
    work.place = work.start;
  }
  work.steps +=
      1 + (place > work.place ? place - work.place : work.place - place) / kParsedTextBytesPerStep;
  work.place = place;
  return work.steps > kSearchStepsMax ? kTooManySteps : 0;
}

}  // namespace

struct Regex::Compiled {
  std::unique_ptr<pcre2_code, FreePcre2> code;
  std::uint32_t groups = 0;
};

Result<Regex> Regex::Compile(std::string_view pattern, bool ignore_case, bool multiline) {
  if (pattern.size() > kPatternBytesMax) return Invalid("…", "Regular expression too large");
  const Result<std::string> translation = TranslateRegex(pattern, multiline);
  if (!translation.ok()) return Invalid(pattern, translation.status().message());

  const std::uint32_t options = PCRE2_UTF | PCRE2_MATCH_UNSET_BACKREF | PCRE2_DOLLAR_ENDONLY |
                                PCRE2_NEVER_BACKSLASH_C | (ignore_case ? PCRE2_CASELESS : 0U);
  int error = 0;
  std::size_t offset = 0;
  auto compiled = std::make_shared<Compiled>();
  compiled->code.reset(
      pcre2_compile(Units(*translation), translation->size(), options, &error, &offset, nullptr));
  if (compiled->code == nullptr) {
    std::array<PCRE2_UCHAR, 256> message{};
    pcre2_get_error_message(error, message.data(), message.size());
    return Invalid(pattern, reinterpret_cast<const char*>(message.data()));
  }
  pcre2_pattern_info(compiled->code.get(), PCRE2_INFO_CAPTURECOUNT, &compiled->groups);
  Regex regex;
  regex.compiled_ = std::move(compiled);
  return regex;
}

Result<std::optional<Regex::Match>> Regex::Find(std::string_view text,
                                                std::size_t from,
                                                std::uint64_t* work) const {
  // Checked once for all searches of a text: it would make finding every match quadratic.
  if (from == 0 && !IsUtf8(text)) {
    return FailedPrecondition("half a surrogate pair cannot be searched")
        .WithReason(std::string(kInvalidText));
  }
  const std::unique_ptr<pcre2_match_data, FreePcre2> data(
      pcre2_match_data_create(compiled_->groups + 1, nullptr));
  const std::unique_ptr<pcre2_match_context, FreePcre2> context(
      pcre2_match_context_create(nullptr));
  if (data == nullptr || context == nullptr) return TookTooLong();
  Work done{.start = from, .place = from};
  pcre2_set_callout(context.get(), CountSteps, &done);
  pcre2_set_match_limit(context.get(), kSearchStepsMax);
  pcre2_set_heap_limit(context.get(), kHeapKibibytesMax);
  const int result = pcre2_match(compiled_->code.get(),
                                 Units(text),
                                 text.size(),
                                 from,
                                 PCRE2_NO_UTF_CHECK,
                                 data.get(),
                                 context.get());
  if (work != nullptr) *work += done.steps;
  if (result == PCRE2_ERROR_NOMATCH) return std::optional<Match>();
  if (result < 0) return TookTooLong();

  const std::size_t* const places = pcre2_get_ovector_pointer(data.get());
  std::optional<Match> match(std::in_place);
  match->begin = places[0];
  match->end = places[1];
  match->groups.reserve(compiled_->groups);
  for (std::uint32_t i = 1; i <= compiled_->groups; ++i) {
    const std::size_t begin = places[2 * std::size_t{i}];
    const std::size_t end = places[2 * std::size_t{i} + 1];
    if (begin == PCRE2_UNSET) {
      match->groups.emplace_back(std::nullopt);
    } else {
      match->groups.emplace_back(text.substr(begin, end - begin));
    }
  }
  return match;
}

}  // namespace pawl::expression::jsonata
