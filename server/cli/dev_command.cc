#include <fmt/format.h>
#include <sys/stat.h>

#include <csignal>
#include <cstdlib>
#include <ctime>
#include <list>
#include <memory>
#include <set>
#include <string>

#include "engine/platform/clock.h"
#include "server/cli/child_process.h"
#include "server/cli/command.h"
#include "server/cli/definition_file.h"
#include "server/cli/deployment.h"
#include "server/cli/terminal_text.h"
#include "server/cli/watched_directory.h"

namespace pawl::cli {
namespace {

constexpr std::chrono::milliseconds kLookForChangesEvery(500);
constexpr std::chrono::seconds kServerReadyWithin(120);
constexpr std::chrono::milliseconds kStopPoll(50);
constexpr std::chrono::seconds kStopWithin(20);
constexpr std::string_view kGrpcWord = "grpc ";
constexpr std::string_view kHttpWord = "http ";

struct DevOptions : ClientOptions {
  std::string directory;
  std::string data_dir;
  bool is_in_memory = false;
  std::string log_level = "warn";
  std::string http_address = "127.0.0.1:8083";
};

bool IsDirectory(const std::string& path) {
  struct stat status {};

  return stat(path.c_str(), &status) == 0 && S_ISDIR(status.st_mode);
}

// SIGINT and SIGTERM, blocked and waited for.
class StopSignals {
 public:
  StopSignals() {
    sigemptyset(&signals_);
    sigaddset(&signals_, SIGINT);
    sigaddset(&signals_, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &signals_, nullptr);
  }

  // Whether one came within `wait`.
  bool Wait(std::chrono::milliseconds wait) const {
    timespec time{};
    time.tv_sec = wait.count() / 1000;
    time.tv_nsec = wait.count() % 1000 * 1'000'000;
    return sigtimedwait(&signals_, nullptr, &time) > 0;
  }

 private:
  sigset_t signals_{};
};

// "pawl server is ready: grpc 127.0.0.1:7600, http 127.0.0.1:8083, data d" says where.
std::optional<std::string> AddressIn(const std::string& line, std::string_view word) {
  const std::size_t begin = line.find(word);
  if (begin == std::string::npos) return std::nullopt;
  const std::size_t end = line.find(',', begin);
  if (end == std::string::npos || end == begin + word.size()) return std::nullopt;
  return line.substr(begin + word.size(), end - begin - word.size());
}

class Dev {
 public:
  explicit Dev(DevOptions options)
      : options_(std::move(options)), definitions_(options_.directory) {}

  int Run() {
    const Status started = StartServer();
    if (!started.ok()) return Fail(started);
    Client client(options_.address, clock_);
    bool is_ready = false;
    while (true) {
      if (const Status workers = StartWorkers(); !workers.ok()) return Fail(workers);
      Deploy(client);
      if (!is_ready) TellReady();
      is_ready = true;
      if (signals_.Wait(kLookForChangesEvery)) {
        PrintNote("pawl dev: stopping");
        return Stop() ? kDone : kFailed;
      }
      if (const Status running = CheckRunning(); !running.ok()) return Fail(running);
    }
  }

 private:
  struct Child {
    std::string name;
    ChildProcess process;
  };

  Status StartServer() {
    std::vector<std::string> arguments = {"server",
                                          "--grpc-address",
                                          options_.address,
                                          "--http-address",
                                          options_.http_address,
                                          "--log-level",
                                          options_.log_level};
    if (options_.is_in_memory) {
      arguments.emplace_back("--in-memory");
    } else {
      arguments.emplace_back("--data-dir");
      arguments.push_back(options_.data_dir);
    }
    ASSIGN_OR_RETURN(ChildProcess process, ChildProcess::Start(arguments));
    children_.push_back({"server", std::move(process)});
    const Result<std::string> line = children_.back().process.ReadLine(clock_, kServerReadyWithin);
    if (!line.ok()) return Unavailable("the server did not start; see above");
    const std::optional<std::string> grpc = AddressIn(*line, kGrpcWord);
    const std::optional<std::string> http = AddressIn(*line, kHttpWord);
    if (!grpc || !http) {
      return Internal("the server's ready message was not understood: " + *line);
    }
    options_.address = *grpc;
    options_.http_address = *http;
    return {};
  }

  // One worker for each directory, once it has functions. If there is none, one without functions
  // of its own runs those that are deployed.
  Status StartWorkers() {
    for (const std::string& directory : {options_.directory, options_.directory + "/functions"}) {
      if (working_.count(directory) > 0 || !HasFunctions(directory)) continue;
      RETURN_IF_ERROR(StartWorker("worker for " + directory, {"--functions", directory}));
      working_.insert(directory);
    }
    if (children_.size() > 1) return {};
    return StartWorker("worker for deployed functions", {});
  }

  Status StartWorker(const std::string& name, const std::vector<std::string>& functions) {
    std::vector<std::string> arguments = {"worker", "--address", options_.address};
    arguments.insert(arguments.end(), functions.begin(), functions.end());
    ASSIGN_OR_RETURN(ChildProcess process, ChildProcess::Start(arguments));
    children_.push_back({name, std::move(process)});
    return {};
  }

  void Deploy(Client& client) {
    const Result<DirectoryChange> change = definitions_.Poll();
    if (!change.ok()) return PrintNote("pawl dev: " + SafeText(change.status().message()));
    for (const std::string& file : change->changed) {
      const std::string name = StateMachineNameOf(file);
      const Deployment deployment =
          DeployFile("dev", options_, client, {options_.directory + "/" + file, name});
      if (deployment.exit_code != kDone) continue;
      PrintNote(fmt::format("pawl dev: {} is revision {} of '{}'",
                            SafeText(file),
                            deployment.response.state_machine().revision(),
                            SafeText(name)));
    }
    for (const std::string& file : change->removed) {
      PrintNote(fmt::format("pawl dev: {} is gone; state machine '{}' stays deployed",
                            SafeText(file),
                            SafeText(StateMachineNameOf(file))));
    }
  }

  void TellReady() const {
    PrintLine(fmt::format("pawl dev is ready: grpc {}, http {}, data {}",
                          options_.address,
                          options_.http_address,
                          options_.is_in_memory ? "in memory" : SafeText(options_.data_dir)));
    PrintNote("Ctrl-C stops everything; executions go on at the next start.");
    FlushOutput(kDone);
  }

  Status CheckRunning() {
    for (Child& child : children_) {
      if (const std::optional<std::string> end = child.process.Ended()) {
        return Aborted(fmt::format("the {} ended with {}; see above", child.name, *end));
      }
    }
    return {};
  }

  int Fail(const Status& status) {
    PrintNote("pawl dev: " + SafeText(status.message()));
    Stop();
    return kFailed;
  }

  // Workers first, so that what they have done is still acknowledged. Whether all ended by
  // themselves.
  bool Stop() {
    children_.reverse();
    for (Child& child : children_) {
      if (&child != &children_.back()) child.process.Signal(SIGTERM);
    }
    const std::chrono::nanoseconds until = clock_.MonotonicNow() + kStopWithin;
    bool is_server_told = false;
    while (clock_.MonotonicNow() < until) {
      std::size_t running = 0;
      for (Child& child : children_)
        running += child.process.Ended() ? 0 : 1;
      if (running == 0) return true;
      if (running == 1 && !is_server_told) {
        children_.back().process.Signal(SIGTERM);
        is_server_told = true;
      }
      if (signals_.Wait(kStopPoll)) break;
    }
    PrintNote(
        "pawl dev: not everything ended in time and was killed; what runs goes on at the "
        "next start");
    return false;
  }

  DevOptions options_;
  StopSignals signals_;
  platform::SystemClock clock_;
  WatchedDirectory definitions_;
  // The server is the first.
  std::list<Child> children_;
  std::set<std::string> working_;
};

// The options say both; a variable beside them would contradict one.
void ForgetStoreInEnvironment() {
  unsetenv("PAWL_DATA_DIR");   // NOLINT(concurrency-mt-unsafe): there is one thread yet.
  unsetenv("PAWL_IN_MEMORY");  // NOLINT(concurrency-mt-unsafe)
}

int RunDev(DevOptions options) {
  if (!IsDirectory(options.directory)) {
    return ReportUsage("dev", "'" + options.directory + "' is no directory");
  }
  while (options.directory.size() > 1 && options.directory.back() == '/')
    options.directory.pop_back();
  if (options.data_dir.empty()) options.data_dir = options.directory + "/.pawl";
  ForgetStoreInEnvironment();
  return Dev(std::move(options)).Run();
}

}  // namespace

void AddDevCommand(Command& app, int& exit_code) {
  Command command =
      app.AddCommand("dev", "Server, worker and definitions of a directory, all at once");
  command.Footer(
      "Deploys every definition in DIR (*.asl.json, *.asl.yaml, and *.json, *.yaml that define\n"
      "states), runs the functions in DIR and DIR/functions and those that are deployed to its\n"
      "server, and takes up whatever changes. Ctrl-C stops everything. Executions are kept in\n"
      "DIR/.pawl and go on at the next start.\n"
      "\n"
      "Examples:\n"
      "  pawl dev statemachines/examples\n"
      "  pawl dev . --in-memory --address 127.0.0.1:0 --http-address 127.0.0.1:0");
  auto options = std::make_shared<DevOptions>();
  command.AddOption("DIR", options->directory, "Definitions and functions").Required();
  Option data_dir = command.AddOption(
      "--data-dir", options->data_dir, "Where executions are kept; DIR/.pawl if absent");
  command.AddFlag("--in-memory", options->is_in_memory, "Keep executions in memory only")
      .Excludes(data_dir);
  command.AddOption("--address", options->address, "Where the server listens [PAWL_ADDRESS]")
      .FromEnvironment("PAWL_ADDRESS")
      .TypeName("HOST:PORT")
      .ShowDefault();
  command
      .AddOption(
          "--http-address", options->http_address, "Where the AWS API is [PAWL_HTTP_ADDRESS]")
      .FromEnvironment("PAWL_HTTP_ADDRESS")
      .TypeName("HOST:PORT")
      .ShowDefault();
  command.AddOption("--log-level", options->log_level, "What the server tells on standard error")
      .TypeName("LEVEL")
      .ShowDefault();
  command.Run([options, &exit_code] { exit_code = RunDev(*options); });
}

}  // namespace pawl::cli
