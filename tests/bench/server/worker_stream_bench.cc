// What the worker stream costs a task, without an engine behind it: an engine that does nothing
// keeps a number of tasks in flight, a worker in another process answers each at once. Prints one
// JSON object a line, for several numbers in flight and payload sizes.
#include <fmt/format.h>
#include <grpcpp/create_channel.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <string>
#include <vector>

#include "engine/base/mutex.h"
#include "engine/platform/clock.h"
#include "engine/platform/thread.h"
#include "engine/runtime/engine.h"
#include "server/rpc_server.h"
#include "tests/support/echo_worker.h"
#include "tests/support/taskless_engine.h"

namespace pawl::bench {
namespace {

constexpr char kFunction[] = "noop";

double Seconds(const timeval& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
}

double CpuSeconds(int who) {
  rusage usage{};
  getrusage(who, &usage);
  return Seconds(usage.ru_utime) + Seconds(usage.ru_stime);
}

// An engine whose tasks come from nowhere: each completion is accepted, and each credit is a new
// task. Like the real one it takes what has gathered in one go, on a thread of its own.
class IdleEngine final : public test::TasklessEngine {
 public:
  explicit IdleEngine(std::size_t payload_bytes)
      : payload_(Bytes(std::string(payload_bytes, 'x'))),
        thread_("executor", [this] { Execute(); }) {}

  ~IdleEngine() override {
    {
      const MutexLock lock(mutex_);
      is_stopping_ = true;
    }
    event_.Notify();
    thread_.Join();
  }

  std::uint64_t completed() {
    const MutexLock lock(mutex_);
    return completed_;
  }

  std::unique_ptr<WorkerSession> ConnectWorker(WorkerHello /*hello*/, TaskSink& sink) override {
    const MutexLock lock(mutex_);
    sink_ = &sink;
    return std::make_unique<Session>(*this);
  }

  Result<std::string> StoreSecret(const std::string& /*purpose*/) override {
    return std::string(32, 'k');
  }

  const EngineOptions& options() const override { return options_; }

  EngineStatistics Statistics() override { return {}; }

  Result<DeployResponse> Deploy(const DeployRequest& /*request*/) override { return None(); }

  Result<StateMachineInfo> DescribeStateMachine(NamespaceId /*namespace_id*/,
                                                const std::string& /*name*/,
                                                std::uint64_t /*revision*/) override {
    return None();
  }

  Result<StateMachineList> ListStateMachines(NamespaceId /*namespace_id*/,
                                             std::size_t /*page_size*/,
                                             const std::string& /*after*/) override {
    return None();
  }

  Status DeleteStateMachine(NamespaceId /*namespace_id*/, const std::string& /*name*/) override {
    return None();
  }

  void StartExecution(StartRequest /*request*/, Callback<StartResponse> done) override {
    done(None());
  }

  void StartExecutions(std::vector<StartRequest> /*requests*/,
                       std::function<void(std::vector<Result<StartResponse>>)> done) override {
    done({});
  }

  void StopExecution(StopRequest /*request*/, Callback<StopResponse> done) override {
    done(None());
  }

  Result<ExecutionInfo> DescribeExecution(const ExecutionName& /*name*/) override { return None(); }

  Result<HistoryPage> GetHistory(const HistoryRequest& /*request*/) override { return None(); }

  Result<ListResponse> ListExecutions(const ListRequest& /*request*/) override { return None(); }

  std::unique_ptr<Watch> StartWatch(WatchSink& /*sink*/) override { return nullptr; }

 private:
  class Session final : public WorkerSession {
   public:
    explicit Session(IdleEngine& engine) : engine_(engine) {}

    ~Session() override {
      const MutexLock lock(engine_.mutex_);
      while (engine_.is_calling_)
        engine_.called_.Wait(engine_.mutex_);
      engine_.sink_ = nullptr;
    }

    void Announce(std::vector<std::string> /*functions*/) override {}

    void Grant(std::vector<FunctionCredit> credits) override {
      {
        const MutexLock lock(engine_.mutex_);
        for (const FunctionCredit& credit : credits)
          engine_.credits_ += credit.credits;
      }
      engine_.event_.Notify();
    }

    void Complete(std::vector<Completion> completions) override {
      {
        const MutexLock lock(engine_.mutex_);
        std::move(completions.begin(), completions.end(), std::back_inserter(engine_.completions_));
      }
      engine_.event_.Notify();
    }

    void Heartbeat(std::vector<TaskRef> /*tasks*/) override {}

    void Return(std::vector<TaskRef> /*tasks*/) override {}

   private:
    IdleEngine& engine_;
  };

  static Status None() { return Unimplemented("there is nothing here"); }

  void Execute() {
    while (true) {
      event_.Wait();
      std::vector<Completion> completions;
      std::uint32_t credits = 0;
      TaskSink* sink = nullptr;
      {
        const MutexLock lock(mutex_);
        if (is_stopping_) return;
        completions.swap(completions_);
        credits = std::exchange(credits_, 0);
        completed_ += completions.size();
        sink = sink_;
        is_calling_ = sink != nullptr;
      }
      if (sink == nullptr) continue;
      if (!completions.empty()) sink->Acknowledge(Accept(completions));
      if (credits > 0) sink->Deliver(MakeTasks(credits));
      const MutexLock lock(mutex_);
      is_calling_ = false;
      called_.NotifyAll();
    }
  }

  static std::vector<CompletionAck> Accept(const std::vector<Completion>& completions) {
    std::vector<CompletionAck> acks;
    acks.reserve(completions.size());
    for (const Completion& completion : completions)
      acks.push_back({.ref = completion.ref});
    return acks;
  }

  std::vector<Task> MakeTasks(std::uint32_t count) {
    std::vector<Task> tasks(count);
    for (Task& task : tasks) {
      task.ref = {.execution = {.shard = {7}, .number = {++next_}}, .frame = {}, .wait_number = 3};
      task.function = kFunction;
      task.payload = payload_;
      task.request_id = "1b4e28ba-2fa1-4d3b-9c5e-7b1d0f6a8e42";
      task.execution = {
          .namespace_id = {}, .state_machine = "load-chain", .name = "5f3a9c21-123456"};
      task.state = "S1";
    }
    return tasks;
  }

  const EngineOptions options_;
  const Bytes payload_;
  std::uint64_t next_ = 0;
  Mutex mutex_;
  CondVar called_;
  platform::Event event_;
  TaskSink* sink_ PAWL_GUARDED_BY(mutex_) = nullptr;
  bool is_calling_ PAWL_GUARDED_BY(mutex_) = false;
  bool is_stopping_ PAWL_GUARDED_BY(mutex_) = false;
  std::vector<Completion> completions_ PAWL_GUARDED_BY(mutex_);
  std::uint32_t credits_ PAWL_GUARDED_BY(mutex_) = 0;
  std::uint64_t completed_ PAWL_GUARDED_BY(mutex_) = 0;
  platform::Thread thread_;
};

struct Case {
  std::uint32_t in_flight = 0;
  std::size_t payload_bytes = 0;
};

// The worker's process: reads its case from `pipe` byte by byte as "ADDRESS IN_FLIGHT\n" lines.
[[noreturn]] void RunWorker(int commands) {
  std::string line;
  while (true) {
    char character = 0;
    if (read(commands, &character, 1) != 1) _exit(0);
    if (character != '\n') {
      line += character;
      continue;
    }
    const std::size_t space = line.find(' ');
    const auto concurrency = static_cast<std::uint32_t>(std::stoul(line.substr(space + 1)));
    test::EchoWorker worker(
        grpc::CreateChannel(line.substr(0, space), grpc::InsecureChannelCredentials()),
        {.functions = {kFunction}, .concurrency = concurrency});
    // The next byte says that the case is over.
    if (read(commands, &character, 1) != 1) _exit(0);
    line.clear();
  }
}

void Measure(const Case& measured, int commands, std::chrono::nanoseconds duration) {
  platform::SystemClock clock;
  IdleEngine engine(measured.payload_bytes);
  server::RpcServerOptions options;
  options.address = "127.0.0.1:0";
  const auto server = server::RpcServer::Start(engine, clock, std::move(options)).value();
  const std::string command = fmt::format("{} {}\n", server->address(), measured.in_flight);
  static_cast<void>(write(commands, command.data(), command.size()));

  platform::Event timer;
  while (engine.completed() < 1000)
    timer.WaitFor(std::chrono::milliseconds(1));
  timer.WaitFor(duration / 10);
  const std::uint64_t tasks_before = engine.completed();
  const double cpu_before = CpuSeconds(RUSAGE_SELF);
  const std::chrono::nanoseconds start = clock.MonotonicNow();
  timer.WaitFor(duration);
  const auto tasks = static_cast<double>(engine.completed() - tasks_before);
  const double cpu = CpuSeconds(RUSAGE_SELF) - cpu_before;
  const double seconds = std::chrono::duration<double>(clock.MonotonicNow() - start).count();
  fmt::print(R"({{"in_flight": {}, "payload_bytes": {}, "tasks_per_second": {:.0f}, )"
             R"("server_cpu_us_per_task": {:.2f}}})"
             "\n",
             measured.in_flight,
             measured.payload_bytes,
             tasks / seconds,
             cpu * 1e6 / tasks);
  std::fflush(stdout);
  static_cast<void>(write(commands, "!", 1));
}

int Main() {
  int commands[2] = {};
  if (pipe(commands) != 0) return 1;
  // Before anything of gRPC: its threads do not survive a fork.
  const pid_t worker = fork();
  if (worker == 0) {
    close(commands[1]);
    RunWorker(commands[0]);
  }
  close(commands[0]);
  std::signal(SIGPIPE, SIG_IGN);
  for (const Case& measured : {Case{1, 100},
                               Case{16, 100},
                               Case{64, 100},
                               Case{256, 100},
                               Case{1024, 100},
                               Case{64, 4096},
                               Case{64, 65536}}) {
    Measure(measured, commands[1], std::chrono::seconds(2));
  }
  close(commands[1]);
  waitpid(worker, nullptr, 0);
  return 0;
}

}  // namespace
}  // namespace pawl::bench

int main() {
  return pawl::bench::Main();
}
