// Codes of what is wrong with a template. They are stable; the README says what each means.
#pragma once

#include <string_view>

namespace pawl::templates::code {

inline constexpr std::string_view kTemplate = "INVALID_TEMPLATE";
inline constexpr std::string_view kParameter = "INVALID_PARAMETER";
inline constexpr std::string_view kMissingParameter = "MISSING_PARAMETER";
inline constexpr std::string_view kUnknownReference = "UNKNOWN_REFERENCE";
inline constexpr std::string_view kUnknownFunction = "UNKNOWN_FUNCTION";
inline constexpr std::string_view kFunctionArgument = "INVALID_FUNCTION_ARGUMENT";
inline constexpr std::string_view kCondition = "INVALID_CONDITION";
inline constexpr std::string_view kCycle = "CIRCULAR_DEPENDENCY";
inline constexpr std::string_view kProperty = "INVALID_PROPERTY";
inline constexpr std::string_view kRuntime = "UNSUPPORTED_RUNTIME";
inline constexpr std::string_view kTooLarge = "TEMPLATE_TOO_LARGE";
// Warnings.
inline constexpr std::string_view kUnknownValue = "UNKNOWN_VALUE";

}  // namespace pawl::templates::code
