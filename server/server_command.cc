#include "server/server_command.h"

#include <fmt/format.h>
#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>
#include <sys/resource.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <memory>
#include <string>

#include "engine/platform/clock.h"
#include "engine/platform/file_text.h"
#include "engine/platform/random.h"
#include "server/access_keys.h"
#include "server/cli/command.h"
#include "server/http_front.h"
#include "server/mock_configuration.h"
#include "server/object_store_opening.h"
#include "server/rpc_server.h"
#include "server/settings.h"
#include "server/version.h"

namespace pawl::server {
namespace {

constexpr std::chrono::milliseconds kStopGrace(2000);
// After so long the process ends whatever is still under way: all that was acknowledged is on disk.
constexpr unsigned kStopSecondsMax = 4;
constexpr std::size_t kConfigBytesMax = 1024 * 1024;

struct Given {
  std::map<std::string, std::string, std::less<>> flags;
  std::map<std::string, bool, std::less<>> switches;
  std::string config;
};

Status ReadConfig(const std::string& path, SettingSources& sources) {
  if (path.empty()) return {};
  Result<std::string> text = platform::ReadFileText(path, kConfigBytesMax);
  if (!text.ok()) {
    return Status(text.status().code(),
                  fmt::format("the configuration file: {}", text.status().message()));
  }
  sources.file_name = path;
  sources.file_text = *std::move(text);
  return {};
}

std::optional<std::string> Environment(const std::string& name) {
  const char* value = std::getenv(name.c_str());  // NOLINT(concurrency-mt-unsafe): nobody sets it.
  if (value == nullptr) return std::nullopt;
  return value;
}

Result<Settings> SettingsFrom(const Given& given) {
  SettingSources sources;
  sources.environment = Environment;
  for (const auto& [key, text] : given.flags) {
    if (!text.empty()) sources.flags.emplace(key, text);
  }
  for (const auto& [key, is_on] : given.switches) {
    if (is_on) sources.flags.emplace(key, "true");
  }
  const std::string config =
      given.config.empty() ? Environment("PAWL_CONFIG").value_or("") : given.config;
  RETURN_IF_ERROR(ReadConfig(config, sources));
  return LoadSettings(sources);
}

void SetUpLog(const std::string& level) {
  auto log = spdlog::stderr_color_mt("pawl");
  log->set_pattern("%Y-%m-%dT%H:%M:%S.%e%z %^%l%$ %v");
  log->set_level(spdlog::level::from_str(level == "error" ? "err" : level));
  spdlog::set_default_logger(std::move(log));
}

// RocksDB and connections need files; the usual soft limit of 1,024 is for select().
void RaiseFileLimit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

int Fail(const Status& status, int exit_code) {
  fmt::print(stderr, "pawl server: {}\n", status.message());
  return exit_code;
}

// The signals that end the server, blocked in every thread and taken by Wait.
class EndSignals {
 public:
  EndSignals() {
    sigemptyset(&signals_);
    sigaddset(&signals_, SIGTERM);
    sigaddset(&signals_, SIGINT);
    pthread_sigmask(SIG_BLOCK, &signals_, nullptr);
  }

  // From then on a second signal ends the process at once.
  int Wait() {
    int number = 0;
    sigwait(&signals_, &number);
    pthread_sigmask(SIG_UNBLOCK, &signals_, nullptr);
    return number;
  }

 private:
  sigset_t signals_{};
};

void LogWorkerLine(const WorkerLogLine& line) {
  spdlog::log(
      line.is_error ? spdlog::level::warn : spdlog::level::info, "{}: {}", line.worker, line.text);
}

int Run(const Settings& settings) {
  SetUpLog(settings.log_level);
  RaiseFileLimit();
  EndSignals signals;
  platform::SystemClock clock;
  platform::SystemRandom random;

  Result<aws::AccessKeys> access_keys =
      LoadAccessKeys(settings.aws_access_keys, settings.aws_access_keys_file);
  if (!access_keys.ok()) return Fail(access_keys.status(), cli::kUsage);
  EngineOptions engine_options = settings.engine;
  Result<std::shared_ptr<objects::ObjectStore>> objects =
      OpenObjectStore(settings.objects_s3, clock, random);
  if (!objects.ok()) return Fail(objects.status(), cli::kUsage);
  engine_options.object_store = *std::move(objects);
  if (!settings.mock_config.empty()) {
    auto mocks = MockConfiguration::Load(settings.mock_config);
    if (!mocks.ok()) return Fail(mocks.status(), cli::kUsage);
    engine_options.task_mocks = *std::move(mocks);
  }
  Result<std::unique_ptr<Engine>> engine = Engine::Open(std::move(engine_options));
  if (!engine.ok()) {
    const bool is_store = engine.status().code() == StatusCode::kUnavailable;
    return Fail(engine.status(), is_store ? cli::kStoreFailed : cli::kFailed);
  }
  RpcServerOptions options;
  options.address = settings.grpc_address;
  options.worker_log = LogWorkerLine;
  Result<std::unique_ptr<RpcServer>> server = RpcServer::Start(**engine, clock, std::move(options));
  if (!server.ok()) return Fail(server.status(), cli::kFailed);

  Result<std::unique_ptr<HttpFront>> http =
      HttpFront::Start(**engine,
                       clock,
                       random,
                       {.address = settings.http_address, .access_keys = *std::move(access_keys)});
  if (!http.ok()) return Fail(http.status(), cli::kFailed);

  fmt::print("pawl server is ready: grpc {}, http {}, data {}\n",
             (*server)->address(),
             (*http)->address(),
             settings.is_in_memory ? "in memory" : settings.engine.data_dir);
  std::fflush(stdout);
  if (!settings.aws_access_keys.empty() || !settings.aws_access_keys_file.empty()) {
    spdlog::info("requests of the AWS API must be signed; they are not encrypted");
  }
  spdlog::info("pawl {} serves gRPC on {} and the AWS API on {}",
               kVersion,
               (*server)->address(),
               (*http)->address());

  const int signal = signals.Wait();
  spdlog::info("{}: stopping; what runs goes on at the next start",
               signal == SIGTERM ? "SIGTERM" : "SIGINT");
  std::signal(SIGALRM, [](int /*number*/) { _exit(cli::kDone); });
  alarm(kStopSecondsMax);
  (*http)->Stop(kStopGrace / 2);
  (*server)->Stop(kStopGrace);
  http->reset();
  server->reset();
  engine->reset();
  spdlog::info("stopped");
  spdlog::shutdown();
  return cli::kDone;
}

}  // namespace

void AddServerCommand(CLI::App& app, int& exit_code) {
  CLI::App* command = app.add_subcommand("server", "Run the server");
  command->footer(
      "Every setting may also stand in the environment (PAWL_DATA_DIR for --data-dir) or in the\n"
      "file (data_dir: DIR). A flag goes before the environment, that before the file.\n"
      "\n"
      "Examples:\n"
      "  pawl server --data-dir ./pawl-data\n"
      "  pawl server --in-memory --grpc-address 127.0.0.1:0 --http-address 127.0.0.1:0\n"
      "  pawl server --config /etc/pawl/server.yaml");
  auto given = std::make_shared<Given>();
  command->add_option("--config", given->config, "Read settings from FILE (YAML) [PAWL_CONFIG]")
      ->type_name("FILE");
  const Settings defaults;
  for (const Setting& setting : AllSettings()) {
    const std::string key(setting.key);
    const std::string other =
        setting.local_variable.empty() ? "" : fmt::format(", {}", setting.local_variable);
    const std::string help =
        fmt::format("{} [{}{}]", setting.help, setting.EnvironmentName(), other);
    if (setting.value_name.empty()) {
      command->add_flag(setting.Flag(), given->switches[key], help);
    } else {
      command->add_option(setting.Flag(), given->flags[key], help)
          ->type_name(std::string(setting.value_name))
          ->default_str(setting.get(defaults));
    }
  }
  command->callback([given, &exit_code] {
    const Result<Settings> settings = SettingsFrom(*given);
    exit_code = settings.ok() ? Run(*settings) : Fail(settings.status(), cli::kUsage);
  });
}

}  // namespace pawl::server
