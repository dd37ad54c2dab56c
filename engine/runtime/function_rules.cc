#include "engine/runtime/function_rules.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "engine/base/ascii.h"
#include "engine/json/parse.h"
#include "engine/platform/zip_archive.h"
#include "engine/runtime/text_length.h"

namespace pawl::runtime {
namespace {

constexpr std::size_t kDeployedNameCharactersMax = 64;
constexpr std::size_t kFunctionAliasCharactersMax = 128;
constexpr std::size_t kHandlerCharactersMax = 128;
constexpr std::size_t kFunctionDescriptionCharactersMax = 256;
constexpr std::size_t kRuntimeCharactersMax = 64;
constexpr std::size_t kRoleCharactersMax = 2048;
constexpr std::size_t kEnvironmentBytesMax = 4096;
constexpr std::size_t kOtherBytesMax = std::size_t{64} * 1024;
constexpr std::uint32_t kTimeoutSecondsMax = 900;
constexpr std::uint32_t kMemoryMbMin = 128;
constexpr std::uint32_t kMemoryMbMax = 10'240;

// AWS Lambda Developer Guide, "Defined runtime environment variables": reserved.
constexpr std::array<std::string_view, 18> kReservedVariables = {"_HANDLER",
                                                                 "_X_AMZN_TRACE_ID",
                                                                 "AWS_ACCESS_KEY",
                                                                 "AWS_ACCESS_KEY_ID",
                                                                 "AWS_DEFAULT_REGION",
                                                                 "AWS_EXECUTION_ENV",
                                                                 "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
                                                                 "AWS_LAMBDA_FUNCTION_NAME",
                                                                 "AWS_LAMBDA_FUNCTION_VERSION",
                                                                 "AWS_LAMBDA_INITIALIZATION_TYPE",
                                                                 "AWS_LAMBDA_LOG_GROUP_NAME",
                                                                 "AWS_LAMBDA_LOG_STREAM_NAME",
                                                                 "AWS_LAMBDA_RUNTIME_API",
                                                                 "AWS_REGION",
                                                                 "AWS_SECRET_ACCESS_KEY",
                                                                 "AWS_SESSION_TOKEN",
                                                                 "LAMBDA_RUNTIME_DIR",
                                                                 "LAMBDA_TASK_ROOT"};

bool IsWordCharacter(char c) {
  return IsLetter(c) || IsDigit(c) || c == '-' || c == '_';
}

bool IsName(std::string_view text, std::size_t characters_max) {
  return !text.empty() && text.size() <= characters_max &&
         std::all_of(text.begin(), text.end(), IsWordCharacter);
}

Status Constraint(const std::string& value, const std::string& field, const std::string& rule) {
  return InvalidFunctionParameter("1 validation error detected: Value '" + value + "' at '" +
                                      field + "' failed to satisfy constraint: Member must " + rule,
                                  field);
}

Status CheckLength(std::string_view text, const std::string& field, std::size_t characters_max) {
  Status checked = CheckTextLength(text, field, characters_max);
  return checked.ok() ? checked : std::move(checked).WithReason("InvalidParameterValue");
}

// API reference, Handler: no white space. "module.function" is what the interpreter of functions
// finds; a path leads into the archive and not out of it.
Status CheckHandler(const std::string& handler) {
  if (handler.empty() || handler.size() > kHandlerCharactersMax) {
    return InvalidFunctionParameter(
        "handler: has " + std::to_string(handler.size()) + " characters; 1 to " +
            std::to_string(kHandlerCharactersMax) + " would be right: \"module.function\"",
        "handler");
  }
  const bool is_visible = std::all_of(handler.begin(), handler.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte > 0x20 && byte != 0x7F;
  });
  if (!is_visible) {
    return Constraint(handler, "handler", "satisfy regular expression pattern: [^\\s]+");
  }
  const std::size_t dot = handler.rfind('.');
  const bool names_both = dot != std::string::npos && dot > 0 && dot + 1 < handler.size();
  if (names_both && handler.front() != '/' && handler.find("..") == std::string::npos) {
    return OkStatus();
  }
  return InvalidFunctionParameter(
      "handler: '" + handler + "' does not name a function; expected \"module.function\" or " +
          "\"package/module.function\"",
      "handler");
}

bool IsVariableName(std::string_view name) {
  return name.size() >= 2 && IsLetter(name.front()) &&
         std::all_of(name.begin(), name.end(), [](char c) {
           return IsLetter(c) || IsDigit(c) || c == '_';
         });
}

Status CheckEnvironment(const std::map<std::string, std::string>& environment) {
  std::size_t bytes = 0;
  std::string reserved;
  for (const auto& [name, value] : environment) {
    bytes += name.size() + value.size();
    if (std::find(kReservedVariables.begin(), kReservedVariables.end(), name) !=
        kReservedVariables.end()) {
      reserved += (reserved.empty() ? "" : ", ") + name;
    } else if (!IsVariableName(name)) {
      return Constraint(
          name, "environment", "satisfy regular expression pattern: [a-zA-Z]([a-zA-Z0-9_])+");
    }
    if (value.find('\0') != std::string::npos) {
      return InvalidFunctionParameter(
          "environment: the value of " + name + " holds a zero byte, which no variable can",
          "environment");
    }
  }
  if (!reserved.empty()) {
    return InvalidFunctionParameter(
        "Lambda was unable to configure your environment variables because the environment "
        "variables you have provided contains reserved keys that are currently not supported for "
        "modification. Reserved keys used in this request: " +
            reserved,
        "environment");
  }
  if (bytes <= kEnvironmentBytesMax) return OkStatus();
  return InvalidFunctionParameter(
      "Lambda was unable to configure your environment variables because the environment variables "
      "you have provided exceeded the 4KB limit: names and values have " +
          std::to_string(bytes) + " bytes",
      "environment");
}

Status CheckNumbers(const FunctionConfiguration& configuration) {
  const std::uint32_t timeout = configuration.timeout_seconds;
  if (timeout < 1 || timeout > kTimeoutSecondsMax) {
    return Constraint(
        std::to_string(timeout),
        "timeout",
        timeout < 1 ? "have value greater than or equal to 1"
                    : "have value less than or equal to " + std::to_string(kTimeoutSecondsMax));
  }
  const std::uint32_t memory = configuration.memory_mb;
  if (memory >= kMemoryMbMin && memory <= kMemoryMbMax) return OkStatus();
  return Constraint(std::to_string(memory),
                    "memorySize",
                    memory < kMemoryMbMin
                        ? "have value greater than or equal to " + std::to_string(kMemoryMbMin)
                        : "have value less than or equal to " + std::to_string(kMemoryMbMax));
}

Status CheckOther(const std::string& other) {
  if (other.size() > kOtherBytesMax) {
    return InvalidFunctionParameter("other: has " + std::to_string(other.size()) +
                                        " bytes; at most " + std::to_string(kOtherBytesMax) +
                                        " are kept",
                                    "other");
  }
  if (other.empty()) return OkStatus();
  const Status parsed = json::Check(other);
  if (parsed.ok()) return parsed;
  return InvalidFunctionParameter("other: is not JSON: " + parsed.message(), "other");
}

}  // namespace

Status InvalidFunctionParameter(std::string message, std::string field) {
  return InvalidArgument(std::move(message), std::move(field)).WithReason("InvalidParameterValue");
}

Status CheckFunctionName(const FunctionName& name) {
  if (!IsName(name.name, kDeployedNameCharactersMax)) {
    return InvalidFunctionParameter("name: has " + std::to_string(name.name.size()) +
                                        " characters; 1 to " +
                                        std::to_string(kDeployedNameCharactersMax) +
                                        " letters, digits, '-' and '_' would be right",
                                    "name");
  }
  if (name.qualifier.empty()) return OkStatus();
  return InvalidFunctionParameter(
      "qualifier: '" + name.qualifier + "'; the function itself is meant: leave it out",
      "qualifier");
}

Status CheckFunctionConfiguration(const FunctionConfiguration& configuration) {
  RETURN_IF_ERROR(CheckHandler(configuration.handler));
  RETURN_IF_ERROR(CheckNumbers(configuration));
  RETURN_IF_ERROR(CheckEnvironment(configuration.environment));
  RETURN_IF_ERROR(CheckFunctionDescription(configuration.description));
  RETURN_IF_ERROR(CheckLength(configuration.runtime, "runtime", kRuntimeCharactersMax));
  RETURN_IF_ERROR(CheckLength(configuration.role, "role", kRoleCharactersMax));
  return CheckOther(configuration.other);
}

Status CheckFunctionDescription(std::string_view description) {
  return CheckLength(description, "description", kFunctionDescriptionCharactersMax);
}

Status CheckFunctionCode(const Bytes& code) {
  if (code.size() == 0 || code.size() > kCodeBytesMax) {
    return InvalidFunctionParameter("code: has " + std::to_string(code.size()) +
                                        " bytes; a zip archive of at most " +
                                        std::to_string(kCodeBytesMax) + " would be right",
                                    "code");
  }
  const Status checked =
      platform::CheckZip(code.view(), {.unpacked_bytes_max = kUnpackedCodeBytesMax});
  if (checked.code() != StatusCode::kInvalidArgument) return checked;
  return InvalidFunctionParameter("code: " + checked.message(), "code");
}

Status CheckFunctionAliasName(std::string_view alias) {
  const bool is_number = std::all_of(alias.begin(), alias.end(), IsDigit);
  if (IsName(alias, kFunctionAliasCharactersMax) && !is_number) return OkStatus();
  return Constraint(std::string(alias.substr(0, kFunctionAliasCharactersMax)),
                    "name",
                    "have 1 to 128 characters and satisfy regular expression pattern: (?!^[0-9]+$)"
                    "([a-zA-Z0-9-_]+)");
}

Status FunctionNotFound(const interpreter::ArnScheme& arns, const FunctionName& name) {
  return NotFound("Function not found: " +
                  interpreter::FunctionArn(arns, name.name, name.qualifier))
      .WithReason("ResourceNotFound");
}

Status FunctionAliasNotFound(const interpreter::ArnScheme& arns, const FunctionName& name) {
  return NotFound("Cannot find alias arn: " +
                  interpreter::FunctionArn(arns, name.name, name.qualifier))
      .WithReason("ResourceNotFound");
}

Status FunctionConflict(std::string message) {
  return AlreadyExists(std::move(message)).WithReason("ResourceConflict");
}

Status CheckFunctionRevision(const std::optional<std::string>& expected,
                             const std::string& revision_id) {
  if (!expected || *expected == revision_id) return OkStatus();
  return FailedPrecondition(
             "The Revision Id provided does not match the latest Revision Id. Call the "
             "GetFunction/GetAlias API to retrieve the latest Revision Id")
      .WithReason("PreconditionFailed");
}

std::optional<std::uint64_t> VersionNumber(std::string_view qualifier) {
  if (qualifier == kLatestVersion) return std::uint64_t{0};
  std::uint64_t number = 0;
  const char* end = qualifier.data() + qualifier.size();
  const auto [rest, error] = std::from_chars(qualifier.data(), end, number);
  if (error != std::errc() || rest != end || qualifier.front() == '0') return std::nullopt;
  return number;
}

std::string VersionText(std::uint64_t version) {
  return version == 0 ? std::string(kLatestVersion) : std::to_string(version);
}

}  // namespace pawl::runtime
