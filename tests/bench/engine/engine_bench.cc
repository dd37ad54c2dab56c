// The engine without gRPC and Python: durable steps on RocksDB with an echo worker in the process.
// Prints one JSON object a workload; tests/bench/README.md says what the figures mean.
//
//   engine_bench [--dir DIR] [--in-memory] [--only NAME] [--scale PERCENT]
#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "engine/runtime/engine.h"

namespace pawl::bench {
namespace {

using Clock = std::chrono::steady_clock;

double Seconds(Clock::duration duration) {
  return std::chrono::duration<double>(duration).count();
}

double CpuSeconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
         static_cast<double>(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) * 1e-6;
}

double Percentile(std::vector<double>& values, double fraction) {
  if (values.empty()) return 0;
  const auto at = static_cast<std::size_t>(fraction * static_cast<double>(values.size() - 1));
  std::nth_element(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(at), values.end());
  return values[at];
}

// Answers each task with its payload, from a thread of its own as a worker's stream would.
class EchoWorker final : public TaskSink {
 public:
  explicit EchoWorker(Engine& engine) {
    session_ = engine.ConnectWorker({.worker = "bench", .functions = {"echo"}}, *this);
    session_->Grant({{.function = "echo", .credits = 1'000'000}});
    thread_ = std::thread([this] { Work(); });
  }

  ~EchoWorker() override {
    {
      const std::lock_guard lock(mutex_);
      is_stopping_ = true;
      arrived_.notify_one();
    }
    thread_.join();
    session_.reset();
  }

  void Deliver(std::vector<Task> tasks) override {
    const std::lock_guard lock(mutex_);
    if (tasks_.empty()) arrived_.notify_one();
    tasks_.insert(
        tasks_.end(), std::make_move_iterator(tasks.begin()), std::make_move_iterator(tasks.end()));
  }

  void Cancel(std::vector<TaskRef>) override {}

  void Acknowledge(std::vector<CompletionAck>) override {}

 private:
  void Work() {
    for (;;) {
      std::vector<Task> tasks;
      {
        std::unique_lock lock(mutex_);
        arrived_.wait(lock, [this] { return is_stopping_ || !tasks_.empty(); });
        if (is_stopping_) return;
        tasks.swap(tasks_);
      }
      std::vector<Completion> done;
      done.reserve(tasks.size());
      for (Task& task : tasks)
        done.push_back({.ref = task.ref, .output = std::move(task.payload)});
      const auto count = static_cast<std::uint32_t>(done.size());
      session_->Complete(std::move(done));
      session_->Grant({{.function = "echo", .credits = count}});
    }
  }

  std::unique_ptr<WorkerSession> session_;
  std::mutex mutex_;
  std::condition_variable arrived_;
  std::vector<Task> tasks_;
  bool is_stopping_ = false;
  std::thread thread_;
};

// Keeps a number of executions in flight and counts their ends.
class Load final : public WatchSink {
 public:
  explicit Load(Engine& engine) : engine_(engine), watch_(engine.StartWatch(*this)) {}

  void OnChanges(std::vector<ExecutionChange> changes) override {
    const std::lock_guard lock(mutex_);
    for (const ExecutionChange& change : changes) {
      if (change.status == ExecutionStatus::kRunning) continue;
      if (change.status != ExecutionStatus::kSucceeded) ++failed_;
      ++ended_;
    }
    moved_.notify_one();
  }

  struct Outcome {
    double seconds = 0;
    double cpu_seconds = 0;
    std::vector<double> latencies_ms;
    std::size_t failed = 0;
  };

  Outcome Run(const std::string& machine,
              const std::string& input,
              std::size_t executions,
              std::size_t in_flight) {
    Outcome outcome;
    const double cpu = CpuSeconds();
    const auto begin = Clock::now();
    std::size_t started = 0;
    ended_ = 0;
    failed_ = 0;
    while (true) {
      std::size_t room = 0;
      {
        std::unique_lock lock(mutex_);
        moved_.wait(lock, [&] {
          return ended_ == executions || (started < executions && started - ended_ < in_flight);
        });
        if (ended_ == executions) break;
        room = std::min(executions - started, in_flight - (started - ended_));
      }
      const auto one = Clock::now();
      StartSome(machine, input, room);
      started += room;
      if (in_flight == 1) {
        std::unique_lock lock(mutex_);
        moved_.wait(lock, [&] { return ended_ == started; });
        outcome.latencies_ms.push_back(Seconds(Clock::now() - one) * 1e3);
      }
    }
    outcome.seconds = Seconds(Clock::now() - begin);
    outcome.cpu_seconds = CpuSeconds() - cpu;
    outcome.failed = failed_;
    return outcome;
  }

 private:
  void StartSome(const std::string& machine, const std::string& input, std::size_t count) {
    std::vector<StartRequest> requests;
    for (std::size_t i = 0; i < count; ++i) {
      requests.push_back({.state_machine = machine, .input = input});
    }
    engine_.StartExecutions(
        std::move(requests), [this](std::vector<Result<StartResponse>> results) {
          std::vector<ExecutionName> names;
          for (const auto& result : results) {
            if (result.ok()) {
              names.push_back(result->name);
            } else {
              std::fprintf(stderr, "start: %s\n", result.status().ToString().c_str());
              std::exit(1);
            }
          }
          const std::lock_guard lock(to_watch_mutex_);
          to_watch_.insert(to_watch_.end(), names.begin(), names.end());
          watch_wanted_.notify_one();
        });
    // Add reads the store: not on the executor's thread.
    std::vector<ExecutionName> names;
    {
      std::unique_lock lock(to_watch_mutex_);
      watch_wanted_.wait(lock, [&] { return to_watch_.size() >= count; });
      names.swap(to_watch_);
    }
    for (const ExecutionName& name : names)
      static_cast<void>(watch_->Add(name, true).ok());
  }

  Engine& engine_;
  std::mutex mutex_;
  std::condition_variable moved_;
  std::size_t ended_ = 0;
  std::size_t failed_ = 0;
  std::mutex to_watch_mutex_;
  std::condition_variable watch_wanted_;
  std::vector<ExecutionName> to_watch_;
  std::unique_ptr<Watch> watch_;
};

std::string Chain(int steps) {
  std::string text = R"({"StartAt":"S0","States":{)";
  for (int i = 0; i < steps; ++i) {
    const std::string name = "S" + std::to_string(i);
    text += (i > 0 ? ",\"" : "\"") + name + R"(":{"Type":"Task","Resource":"echo",)" +
            (i + 1 < steps ? "\"Next\":\"S" + std::to_string(i + 1) + "\"}" : "\"End\":true}");
  }
  return text + "}}";
}

std::string FanOut(int branches) {
  std::string text = R"({"StartAt":"P","States":{"P":{"Type":"Parallel","End":true,"Branches":[)";
  for (int i = 0; i < branches; ++i) {
    const std::string name = "B" + std::to_string(i);
    text += std::string(i > 0 ? "," : "") + R"({"StartAt":")" + name + R"(","States":{")" + name +
            R"(":{"Type":"Task","Resource":"echo","End":true}}})";
  }
  return text + "]}}}";
}

constexpr char kMap[] =
    R"({"StartAt":"M","States":{"M":{"Type":"Map","End":true,"ItemProcessor":{"StartAt":"T",
    "States":{"T":{"Type":"Task","Resource":"echo","End":true}}}}}})";

std::string DistributedMap(const std::string& type) {
  return R"({"StartAt":"M","States":{"M":{"Type":"Map","End":true,"ItemProcessor":{
      "ProcessorConfig":{"Mode":"DISTRIBUTED","ExecutionType":")" +
         type + R"("},"StartAt":"P","States":{"P":{"Type":"Pass","End":true}}}}}})";
}

// Four events a round, until the count is reached.
constexpr char kLoop[] = R"asl({"StartAt":"Add","States":{
    "Add":{"Type":"Pass","Parameters":{"n.$":"States.MathAdd($.n, 1)","end.$":"$.end"},
      "Next":"More"},
    "More":{"Type":"Choice","Choices":[{"Variable":"$.n","NumericLessThanPath":"$.end",
      "Next":"Add"}],"Default":"Done"},
    "Done":{"Type":"Succeed"}}})asl";

std::string Rounds(int count) {
  return R"({"n":0,"end":)" + std::to_string(count) + "}";
}

std::string Array(int items) {
  std::string text = "[";
  for (int i = 0; i < items; ++i)
    text += (i > 0 ? "," : "") + std::to_string(i);
  return text + "]";
}

std::string SmallPayload() {
  return "{\"p\":\"" + std::string(91, 'x') + "\"}";
}

std::string LargePayload() {
  std::string text = "{";
  for (int i = 0; i < 200; ++i) {
    text += (i > 0 ? ",\"" : "\"") + std::string("field") + std::to_string(i) + "\":\"" +
            std::string(310, static_cast<char>('a' + i % 26)) + "\"";
  }
  return text + "}";
}

// The machine's floor: an append of 4 KiB and fdatasync.
double FdatasyncP50Ms(const std::string& directory) {
  const std::string path = directory + "/floor";
  const int fd = open(path.c_str(), O_CREAT | O_WRONLY | O_TRUNC, 0600);
  const std::string block(4096, 'x');
  std::vector<double> times;
  for (int i = 0; i < 200; ++i) {
    const auto begin = Clock::now();
    if (write(fd, block.data(), block.size()) < 0 || fdatasync(fd) != 0) break;
    times.push_back(Seconds(Clock::now() - begin) * 1e3);
  }
  close(fd);
  std::filesystem::remove(path);
  return Percentile(times, 0.5);
}

struct Options {
  std::string directory;
  std::string only;
  double scale = 1;
  bool in_memory = false;
};

class Bench {
 public:
  explicit Bench(Options options) : options_(std::move(options)) {
    std::filesystem::create_directories(options_.directory);
    const double floor_ms = FdatasyncP50Ms(options_.directory);
    EngineOptions engine_options;
    // The longest history has a million events.
    engine_options.limits.history_events_max = 1'100'000;
    // As many as items of the distributed Maps give results.
    engine_options.limits.payload_bytes_max = std::size_t{1024} * 1024;
    if (!options_.in_memory) engine_options.data_dir = options_.directory + "/store";
    auto engine = Engine::Open(engine_options);
    if (!engine.ok()) {
      std::fprintf(stderr, "%s\n", engine.status().ToString().c_str());
      std::exit(1);
    }
    engine_ = std::move(*engine);
    worker_ = std::make_unique<EchoWorker>(*engine_);
    Deploy("chain5", Chain(5));
    Deploy("chain25", Chain(25));
    Deploy("one", Chain(1));
    Deploy("fan", FanOut(100));
    Deploy("map", kMap);
    Deploy("distributed", DistributedMap("STANDARD"));
    Deploy("distributed_express", DistributedMap("EXPRESS"));
    Deploy("loop", kLoop);
    std::printf("{\"workload\":\"floor\",\"fdatasync_p50_ms\":%.3f}\n", floor_ms);
  }

  void Run() {
    Report("chain5", "chain5", SmallPayload(), 20'000, 256, 5);
    Report("chain25", "chain25", SmallPayload(), 4'000, 256, 25);
    Report("latency", "chain5", SmallPayload(), 300, 1, 5);
    Report("fan_parallel", "fan", SmallPayload(), 300, 16, 100);
    Report("fan_map", "map", Array(100), 300, 16, 100);
    // One at a time: what grows with the size of a Map is not hidden by its neighbours.
    Report("map_100", "map", Array(100), 200, 1, 100);
    Report("map_1000", "map", Array(1'000), 40, 1, 1'000);
    Report("map_10000", "map", Array(10'000), 4, 1, 10'000);
    Report("large", "chain5", LargePayload(), 1'000, 64, 5);
    Report("distributed", "distributed", Array(20'000), 2, 1, 20'000);
    Report("distributed_express", "distributed_express", Array(20'000), 2, 1, 20'000);
    // Steps are events.
    Report("history_10000", "loop", Rounds(2'500), 20, 1, 10'000);
    Report("history_1000000", "loop", Rounds(250'000), 1, 1, 1'000'000);
    Report("storm", "one", SmallPayload(), 20'000, 20'000, 1);
  }

 private:
  void Deploy(const std::string& name, const std::string& definition) {
    const auto deployed = engine_->Deploy({.name = name, .definition = definition});
    if (!deployed.ok()) {
      std::fprintf(stderr, "%s\n", deployed.status().ToString().c_str());
      std::exit(1);
    }
  }

  void Report(const std::string& workload,
              const std::string& machine,
              const std::string& input,
              double executions,
              std::size_t in_flight,
              double steps) {
    if (!options_.only.empty() && workload != options_.only) return;
    const auto count = static_cast<std::size_t>(std::max(1.0, executions * options_.scale));
    Load load(*engine_);
    const EngineStatistics before = engine_->Statistics();
    Load::Outcome outcome = load.Run(machine, input, count, std::min(in_flight, count));
    // The counters of the executors are gathered every 100 ms.
    const EngineStatistics after = engine_->Statistics();
    const double total = steps * static_cast<double>(count);
    std::printf(
        "{\"workload\":\"%s\",\"executions\":%zu,\"steps\":%.0f,\"seconds\":%.3f,"
        "\"steps_per_second\":%.0f,\"executions_per_second\":%.0f,\"us_per_step\":%.2f,\"cpu_us_"
        "per_step\":%.2f,"
        "\"rows_per_step\":%.2f,\"log_bytes_per_step\":%.0f,\"p50_ms\":%.3f,\"p99_ms\":%.3f,"
        "\"failed\":%zu}\n",
        workload.c_str(),
        count,
        total,
        outcome.seconds,
        total / outcome.seconds,
        static_cast<double>(count) / outcome.seconds,
        outcome.seconds / total * 1e6,
        outcome.cpu_seconds / total * 1e6,
        static_cast<double>(after.rows_written - before.rows_written) / total,
        static_cast<double>(after.log_bytes - before.log_bytes) / total,
        Percentile(outcome.latencies_ms, 0.5),
        Percentile(outcome.latencies_ms, 0.99),
        outcome.failed);
    std::fflush(stdout);
  }

  Options options_;
  std::unique_ptr<Engine> engine_;
  std::unique_ptr<EchoWorker> worker_;
};

}  // namespace
}  // namespace pawl::bench

int main(int argc, char** argv) {
  pawl::bench::Options options;
  for (int i = 1; i < argc; ++i) {
    const std::string flag = argv[i];
    const std::string value = i + 1 < argc ? argv[i + 1] : "";
    if (flag == "--in-memory") {
      options.in_memory = true;
      continue;
    }
    if (flag == "--dir") options.directory = value;
    if (flag == "--only") options.only = value;
    if (flag == "--scale") options.scale = std::atof(value.c_str()) / 100;
    ++i;
  }
  if (options.directory.empty()) {
    options.directory =
        std::filesystem::temp_directory_path() / ("pawl-bench-" + std::to_string(getpid()));
  }
  pawl::bench::Bench(options).Run();
  std::filesystem::remove_all(options.directory + "/store");
  return 0;
}
