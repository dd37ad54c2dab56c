#include "workers/built_in_functions.h"

#include <filesystem>
#include <system_error>
#include <utility>

#include "engine/base/built_in_function.h"
#include "workers/python_process.h"

namespace pawl::workers {
namespace {

// They wait for others most of the time.
constexpr std::uint32_t kCallsAtOnce = 16;
// Each is a job that is waited for, in a process that sleeps: 20 MB of memory with boto3's client.
constexpr std::uint32_t kJobsAtOnce = 32;
// Beyond what an execution may take.
constexpr auto kJobTimeout = std::chrono::hours(24 * 366);
// Enough for three calls that stop a job.
constexpr auto kJobStopTime = std::chrono::seconds(20);
// Beyond what the functions allow themselves: 60 s for a response.
constexpr auto kTimeout = std::chrono::minutes(2);
// Beyond what a function of AWS Lambda may take.
constexpr auto kFunctionTimeout = std::chrono::minutes(16);

// Found without running it.
constexpr const char* kHasBoto3 =
    "import importlib.util, sys; sys.exit(importlib.util.find_spec('boto3') is None)";

std::string Absolute(const std::string& path) {
  std::error_code error;
  std::string absolute = std::filesystem::absolute(path, error).string();
  return error ? path : absolute;
}

FunctionSpec BuiltIn(std::string_view name, std::string handler, const ChildPoolOptions& pool) {
  FunctionSpec spec;
  spec.name = name;
  spec.is_built_in = true;
  spec.code_directory = Absolute(pool.package_directory);
  spec.handler = std::move(handler);
  spec.timeout = kTimeout;
  spec.concurrency = kCallsAtOnce;
  return spec;
}

Result<bool> HasBoto3(const ChildPoolOptions& pool) {
  ASSIGN_OR_RETURN(const PythonAnswer answer,
                   AskPython({.python = pool.python,
                              .arguments = {"-c", kHasBoto3},
                              .environment = pool.environment}));
  return answer.exit_code == 0;
}

Status CheckHttpTasks(const ChildPoolOptions& pool, const std::string& file) {
  std::vector<std::string> environment = pool.environment;
  environment.emplace_back("PYTHONDONTWRITEBYTECODE=1");
  const std::string code =
      "import runpy, sys; sys.path.insert(0, sys.argv.pop(1)); "
      "runpy.run_module('pawl.http.settings', run_name='__main__')";
  ASSIGN_OR_RETURN(const PythonAnswer answer,
                   AskPython({.python = pool.python,
                              .arguments = {"-c", code, Absolute(pool.package_directory), file},
                              .environment = std::move(environment)}));
  if (answer.exit_code == 0) return OkStatus();
  return InvalidArgument("HTTP tasks: " + answer.error_output, "http_tasks");
}

}  // namespace

Result<std::vector<FunctionSpec>> BuiltInFunctions(const ChildPoolOptions& pool,
                                                   const BuiltInOptions& options) {
  std::vector<FunctionSpec> functions;
  if (options.calls_aws) {
    ASSIGN_OR_RETURN(const bool has_boto3, HasBoto3(pool));
    if (has_boto3) {
      functions.push_back(BuiltIn(kAwsFunction, "pawl.aws.task.handler", pool));
      FunctionSpec& jobs =
          functions.emplace_back(BuiltIn(kAwsJobFunction, "pawl.aws.waiting.handler", pool));
      jobs.timeout = kJobTimeout;
      jobs.concurrency = kJobsAtOnce;
      jobs.cancel_grace = kJobStopTime;
      jobs.is_resumable = true;
      FunctionSpec& spec =
          functions.emplace_back(BuiltIn(kLambdaEndpointFunction, "pawl.aws.invoke.handler", pool));
      spec.timeout = kFunctionTimeout;
    }
  }
  if (!options.http_tasks.empty()) {
    const std::string file = Absolute(options.http_tasks);
    RETURN_IF_ERROR(CheckHttpTasks(pool, file));
    FunctionSpec& spec =
        functions.emplace_back(BuiltIn(kHttpFunction, "pawl.http.task.handler", pool));
    spec.environment["PAWL_HTTP_TASKS"] = file;
  }
  return functions;
}

}  // namespace pawl::workers
