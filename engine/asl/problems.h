// Problems: collects what is wrong with a definition. The codes stand in this folder's README.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "engine/asl/compile.h"
#include "engine/asl/source.h"

namespace pawl::asl {

namespace code {

// Not a definition at all.
inline constexpr std::string_view kTooLarge = "DEFINITION_TOO_LARGE";
inline constexpr std::string_view kInvalidUtf8 = "INVALID_UTF8";
inline constexpr std::string_view kInvalidJson = "INVALID_JSON_DESCRIPTION";
inline constexpr std::string_view kInvalidYaml = "INVALID_YAML_DESCRIPTION";
inline constexpr std::string_view kTooDeep = "NESTING_TOO_DEEP";
inline constexpr std::string_view kYamlAliases = "YAML_ALIAS_LIMIT";
inline constexpr std::string_view kDuplicateField = "DUPLICATE_FIELD_NAME";
// Fields and their values.
inline constexpr std::string_view kSchema = "SCHEMA_VALIDATION_FAILED";
inline constexpr std::string_view kInvalidJsonata = "INVALID_JSONATA_EXPRESSION";
inline constexpr std::string_view kErrorEquals = "INVALID_ERROR_EQUALS";
inline constexpr std::string_view kLabel = "INVALID_LABEL";
inline constexpr std::string_view kHeartbeat = "HEARTBEAT_NOT_BELOW_TIMEOUT";
// States among each other.
inline constexpr std::string_view kMissingTarget = "MISSING_TRANSITION_TARGET";
inline constexpr std::string_view kDuplicateState = "DUPLICATE_STATE_NAMES";
inline constexpr std::string_view kNoTerminal = "MISSING_TERMINAL_STATE";
// Good, but not for this engine yet.
inline constexpr std::string_view kNotSupported = "NOT_SUPPORTED";
// There are more problems than are told.
inline constexpr std::string_view kTruncated = "TOO_MANY_PROBLEMS";
// Warnings.
inline constexpr std::string_view kNoDollar = "NO_DOLLAR";
inline constexpr std::string_view kNoPath = "NO_PATH";
inline constexpr std::string_view kStaticResult = "PASS_RESULT_IS_STATIC";
inline constexpr std::string_view kUnknownError = "UNKNOWN_ERROR_NAME";
inline constexpr std::string_view kFunctionName = "INVALID_FUNCTION_NAME";

}  // namespace code

// Bounds on what one compilation says.
inline constexpr std::size_t kProblemsMax = 1000;
inline constexpr std::size_t kProblemBytesMax = std::size_t{4} * 1024 * 1024;
inline constexpr std::size_t kSuggestionsMax = 50;

class Problems {
 public:
  // What the machine is compiled for.
  enum class Purpose : std::uint8_t { kRun, kTest };

  explicit Problems(Purpose purpose = Purpose::kRun) : purpose_(purpose) {}

  void Error(std::string_view code,
             const Place& place,
             std::string message,
             std::string detail = {});
  // About a member in AWS's way: the pointer is that of the object which holds it.
  void ErrorInObject(std::string_view code,
                     const Place& member,
                     std::string message,
                     std::string detail);
  // At the name of a member instead of at its value.
  void ErrorAtName(std::string_view code, const Place& place, std::string message);
  void Warning(std::string_view code, const Place& place, std::string message);
  // An error of the reader, where there is no tree yet.
  void ErrorAt(std::string_view code, Position position, std::string message);
  // "`what` is not supported yet".
  void NotSupported(const Place& place, std::string_view what);
  // The same about something whose work a mock can stand for: no problem in a test.
  void NotRunnable(const Place& place, std::string_view what);

  // Whether one more suggestion may be looked for.
  bool TakeSuggestion() { return suggestions_++ < kSuggestionsMax; }

  bool has_errors() const { return has_errors_; }

  // Everything in source order.
  std::vector<Diagnostic> Take();

 private:
  void Add(std::string_view code,
           Severity severity,
           std::string pointer,
           Position position,
           std::string message,
           std::string detail = {});

  const Purpose purpose_;
  std::vector<Diagnostic> diagnostics_;
  std::size_t bytes_ = 0;
  std::size_t suggestions_ = 0;
  bool has_errors_ = false;
  bool is_truncated_ = false;
};

// " (did you mean 'X'?)" with the candidate that is a slip of the pen away from `name`; else empty.
// Takes time for each candidate: Problems::TakeSuggestion bounds how often it is called.
std::string DidYouMean(std::string_view name, const std::vector<std::string_view>& candidates);

}  // namespace pawl::asl
