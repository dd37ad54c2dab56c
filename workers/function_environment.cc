#include "workers/function_environment.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <map>
#include <string_view>
#include <utility>

namespace pawl::workers {
namespace {

// docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html, "Reserved". The region and the
// credentials are left out: on the user's own machine they are the user's.
constexpr std::array<std::string_view, 13> kReserved = {"AWS_EXECUTION_ENV",
                                                        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
                                                        "AWS_LAMBDA_FUNCTION_NAME",
                                                        "AWS_LAMBDA_FUNCTION_VERSION",
                                                        "AWS_LAMBDA_INITIALIZATION_TYPE",
                                                        "AWS_LAMBDA_LOG_GROUP_NAME",
                                                        "AWS_LAMBDA_LOG_STREAM_NAME",
                                                        "AWS_LAMBDA_METADATA_API",
                                                        "AWS_LAMBDA_METADATA_TOKEN",
                                                        "AWS_LAMBDA_RUNTIME_API",
                                                        "LAMBDA_RUNTIME_DIR",
                                                        "LAMBDA_TASK_ROOT",
                                                        "_HANDLER"};

std::string LogStreamName(const FunctionSpec& spec, Timestamp now, std::uint64_t unique) {
  std::string day = FormatTimestamp(now).substr(0, 10);
  std::replace(day.begin(), day.end(), '-', '/');
  std::array<char, 24> hex{};
  std::snprintf(hex.data(),
                hex.size(),
                "%016llx",
                static_cast<unsigned long long>(unique));  // NOLINT(google-runtime-int): %llx
  return day + "/[" + spec.version + "]" + hex.data();
}

}  // namespace

bool IsReservedVariable(std::string_view name) {
  return std::find(kReserved.begin(), kReserved.end(), name) != kReserved.end();
}

std::vector<std::string> FunctionEnvironment(const std::vector<std::string>& base,
                                             const FunctionSpec& spec,
                                             Timestamp now,
                                             std::uint64_t unique) {
  std::map<std::string, std::string> variables;
  for (const std::string& variable : base) {
    const std::size_t equals = variable.find('=');
    if (equals != std::string::npos) {
      variables[variable.substr(0, equals)] = variable.substr(equals + 1);
    }
  }
  variables.erase("_X_AMZN_TRACE_ID");
  variables["TZ"] = ":UTC";
  variables.try_emplace("LANG", "C.UTF-8");
  variables.try_emplace("AWS_REGION", "us-east-1");
  variables.try_emplace("AWS_DEFAULT_REGION", variables["AWS_REGION"]);
  for (const auto& [name, value] : spec.environment)
    variables[name] = value;
  variables["AWS_LAMBDA_FUNCTION_NAME"] = BareName(spec);
  variables["AWS_LAMBDA_FUNCTION_VERSION"] = spec.version;
  variables["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"] = std::to_string(spec.memory_mb);
  variables["AWS_LAMBDA_INITIALIZATION_TYPE"] = "on-demand";
  variables["AWS_LAMBDA_LOG_GROUP_NAME"] = "/aws/lambda/" + std::string(BareName(spec));
  variables["AWS_LAMBDA_LOG_STREAM_NAME"] = LogStreamName(spec, now, unique);
  variables["LAMBDA_TASK_ROOT"] = spec.code_directory;
  variables["_HANDLER"] = spec.handler;
  std::vector<std::string> result;
  result.reserve(variables.size());
  for (const auto& [name, value] : variables)
    result.push_back(std::string(name).append("=").append(value));
  return result;
}

}  // namespace pawl::workers
