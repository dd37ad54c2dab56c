#include "workers/worker_command.h"

#include <fmt/format.h>
#include <limits.h>
#include <sys/resource.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <memory>
#include <string>

#include "engine/base/time.h"
#include "engine/platform/clock.h"
#include "engine/platform/file_text.h"
#include "engine/platform/thread.h"
#include "workers/worker_core.h"
#include "workers/worker_settings.h"

namespace pawl::workers {
namespace {

constexpr int kDone = 0;
constexpr int kFailed = 1;
constexpr int kUsage = 2;
constexpr std::size_t kConfigBytesMax = 1024 * 1024;
constexpr std::chrono::milliseconds kUntilWelcomePoll{20};

struct Given {
  std::map<std::string, std::string, std::less<>> flags;
  std::string config;
};

std::optional<std::string> Environment(const std::string& name) {
  const char* value = std::getenv(name.c_str());  // NOLINT(concurrency-mt-unsafe): nobody sets it.
  if (value == nullptr) return std::nullopt;
  return value;
}

Result<WorkerSettings> SettingsFrom(const Given& given) {
  WorkerSettingSources sources;
  sources.environment = Environment;
  for (const auto& [key, text] : given.flags) {
    if (!text.empty()) sources.flags.emplace(key, text);
  }
  const std::string path =
      given.config.empty() ? Environment("PAWL_CONFIG").value_or("") : given.config;
  if (!path.empty()) {
    Result<std::string> text = platform::ReadFileText(path, kConfigBytesMax);
    if (!text.ok()) {
      return Status(text.status().code(),
                    fmt::format("the configuration file: {}", text.status().message()));
    }
    sources.file_name = path;
    sources.file_text = *std::move(text);
  }
  return LoadWorkerSettings(sources);
}

// The package of an installed program is beside it; that of a program in a build tree is where the
// build says.
std::string PackageDirectory(const std::string& setting) {
  if (!setting.empty()) return setting;
  std::error_code error;
  const std::filesystem::path program = std::filesystem::read_symlink("/proc/self/exe", error);
  if (!error) {
    const std::filesystem::path installed = program.parent_path().parent_path() / "lib/pawl/python";
    if (std::filesystem::is_directory(installed / "pawl", error)) return installed.string();
  }
  return PAWL_PYTHON_PACKAGE;
}

std::string HostAndProcess() {
  char host[HOST_NAME_MAX + 1] = {};
  if (gethostname(host, HOST_NAME_MAX) != 0) host[0] = '\0';
  return fmt::format("{}:{}", host, getpid());
}

std::string ArnPrefix() {
  const std::string region =
      Environment("AWS_REGION").value_or(Environment("AWS_DEFAULT_REGION").value_or("us-east-1"));
  return fmt::format("arn:aws:lambda:{}:123456789012:function:", region);
}

void PrintLine(const std::string& line) {
  platform::SystemClock clock;
  // A line that cannot be written is lost, and the worker goes on.
  std::fputs(fmt::format("{} {}\n", FormatTimestamp(clock.WallNow()), line).c_str(), stderr);
}

void PrintLog(WorkerLogLevel level, const std::string& text) {
  const char* const name = level == WorkerLogLevel::kInfo      ? "info"
                           : level == WorkerLogLevel::kWarning ? "warning"
                                                               : "error";
  PrintLine(fmt::format("{} {}", name, text));
}

void PrintFunctionLog(const LogLine& line) {
  std::string_view text = line.text;
  while (text.ends_with('\n'))
    text.remove_suffix(1);
  PrintLine(fmt::format("{}: {}", line.function, text));
}

// Children, sockets and pipes need files.
void RaiseFileLimit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

// Where people keep what can be fetched again (XDG Base Directory Specification); empty: nowhere.
std::string DefaultCodeCache() {
  const std::string cache = Environment("XDG_CACHE_HOME").value_or("");
  if (cache.starts_with('/')) return cache + "/pawl/code";
  const std::string home = Environment("HOME").value_or("");
  return home.starts_with('/') ? home + "/.cache/pawl/code" : "";
}

// A directory that was asked for must do. In place of the default one a private one will.
Result<std::unique_ptr<CodeCache>> OpenCodeCache(const std::string& setting) {
  if (!setting.empty()) return CodeCache::Open(setting);
  if (const std::string directory = DefaultCodeCache(); !directory.empty()) {
    Result<std::unique_ptr<CodeCache>> cache = CodeCache::Open(directory);
    if (cache.ok()) return cache;
    PrintLog(WorkerLogLevel::kWarning,
             cache.status().message() + "; code is kept in a temporary directory");
  }
  std::error_code error;
  const std::filesystem::path temporary = std::filesystem::temp_directory_path(error);
  return CodeCache::OpenPrivate(error ? "/tmp" : temporary.string());
}

WorkerCoreOptions CoreOptions(const WorkerSettings& settings) {
  WorkerCoreOptions options;
  options.address = settings.address;
  options.name = settings.name.empty() ? HostAndProcess() : settings.name;
  options.namespace_name = settings.namespace_name;
  options.functions_directory = settings.functions;
  options.concurrency = settings.concurrency > 0
                            ? settings.concurrency
                            : static_cast<std::uint32_t>(platform::ProcessorCount());
  options.arn_prefix = ArnPrefix();
  options.pool.python = settings.python;
  options.pool.package_directory = PackageDirectory(settings.python_path);
  for (char** variable = environ; *variable != nullptr; ++variable)
    options.pool.environment.emplace_back(*variable);
  options.built_in = {.calls_aws = settings.calls_aws, .http_tasks = settings.http_tasks};
  // What the stream may hold; credits keep it far below.
  options.pool.invocations_max = kHelloHeldMax;
  options.log = PrintLog;
  options.function_log = PrintFunctionLog;
  return options;
}

// Waits for one of `signals`; 0 when `timeout` passed first.
int WaitForSignal(const sigset_t& signals, std::chrono::milliseconds timeout) {
  timespec time{};
  time.tv_sec = timeout.count() / 1000;
  time.tv_nsec = timeout.count() % 1000 * 1'000'000;
  const int number = sigtimedwait(&signals, nullptr, &time);
  return number > 0 ? number : 0;
}

int Fail(const Status& status, int exit_code) {
  std::fputs(fmt::format("pawl worker: {}\n", status.message()).c_str(), stderr);
  return exit_code;
}

int Run(const WorkerSettings& settings) {
  RaiseFileLimit();
  // Whoever reads the log may go away. Python ignores it too, in every function.
  std::signal(SIGPIPE, SIG_IGN);
  // Blocked in every thread, and taken by this one.
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);

  WorkerCoreOptions options = CoreOptions(settings);
  if (settings.takes_deployed) {
    Result<std::unique_ptr<CodeCache>> cache = OpenCodeCache(settings.code_cache);
    if (!cache.ok()) return Fail(cache.status(), kFailed);
    options.code_cache = std::move(cache).value();
  }
  Result<std::unique_ptr<WorkerCore>> core = WorkerCore::Start(std::move(options));
  if (!core.ok()) return Fail(core.status(), kFailed);
  bool is_ready = false;
  int signal = 0;
  while (signal == 0) {
    if (!is_ready && (*core)->was_welcomed()) {
      is_ready = true;
      fmt::print("pawl worker is ready: {} functions, server {}\n",
                 (*core)->functions(),
                 settings.address);
      std::fflush(stdout);
    }
    signal = WaitForSignal(signals, is_ready ? kDirectoryPollEvery : kUntilWelcomePoll);
    if (signal == 0 && is_ready) (*core)->RefreshFunctions();
  }
  // From now on a second signal ends the process at once.
  pthread_sigmask(SIG_UNBLOCK, &signals, nullptr);
  PrintLog(WorkerLogLevel::kInfo,
           fmt::format("{}: taking no more tasks; running ones may take {} s",
                       signal == SIGTERM ? "SIGTERM" : "SIGINT",
                       settings.drain_timeout.count()));
  const bool is_drained = (*core)->Drain(settings.drain_timeout);
  if (!is_drained) {
    PrintLog(WorkerLogLevel::kWarning, "some tasks did not end in time; others will run them");
  }
  core->reset();
  return is_drained ? kDone : kFailed;
}

}  // namespace

void AddWorkerCommand(CLI::App& app, int& exit_code) {
  CLI::App* command = app.add_subcommand("worker", "Run Python functions for a server");
  command->footer(
      "Each DIR/NAME.py with 'handler' or 'lambda_handler' is the function NAME; files that "
      "appear,\n"
      "change or go are picked up. A manifest DIR/pawl.yaml names them instead, if there is one.\n"
      "Functions that are deployed to the server are fetched and run too; where DIR has one of "
      "the\n"
      "same name, that one is run.\n"
      "\n"
      "Every setting may also stand in the environment (PAWL_FUNCTIONS for --functions) or in the\n"
      "file (functions: DIR). A flag goes before the environment, that before the file.\n"
      "\n"
      "Examples:\n"
      "  pawl worker\n"
      "  pawl worker --functions ./functions --deployed-functions off\n"
      "  pawl worker --functions ./functions --address 127.0.0.1:7600 --concurrency 8\n"
      "  AWS_ENDPOINT_URL=http://127.0.0.1:4566 pawl worker --functions ./functions\n"
      "  pawl worker --functions ./functions --http-tasks ./http.json");
  auto given = std::make_shared<Given>();
  command->add_option("--config", given->config, "Read settings from FILE (YAML) [PAWL_CONFIG]")
      ->type_name("FILE");
  const WorkerSettings defaults;
  for (const WorkerSetting& setting : AllWorkerSettings()) {
    const std::string help = fmt::format("{} [{}]", setting.help, setting.EnvironmentName());
    command->add_option(setting.Flag(), given->flags[std::string(setting.key)], help)
        ->type_name(std::string(setting.value_name))
        ->default_str(setting.get(defaults));
  }
  command->callback([given, &exit_code] {
    const Result<WorkerSettings> settings = SettingsFrom(*given);
    exit_code = settings.ok() ? Run(*settings) : Fail(settings.status(), kUsage);
  });
}

}  // namespace pawl::workers
