// What an invocation of a trivial Python function costs, by how many travel together. README.md
// explains the rows.
#include <sys/resource.h>
#include <sys/time.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "workers/child_pool.h"

namespace pawl::workers {
namespace {

using Clock = std::chrono::steady_clock;

constexpr const char* kEvent =
    R"({"name": "pawl", "number": 12345, "items": [1, 2, 3], "text": "abcdefghijklmnopqrstuvwxyz0123456"})";
constexpr auto kWarmUp = std::chrono::milliseconds(500);

double CpuSeconds(int who) {
  rusage usage{};
  ::getrusage(who, &usage);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

// CPU seconds of the children that live, from /proc: they are not ours to wait for.
double ChildrenCpuSeconds(const std::vector<int>& pids) {
  double nanoseconds = 0;
  for (const int pid : pids) {
    std::ifstream file("/proc/" + std::to_string(pid) + "/schedstat");
    double on_cpu = 0;
    if (file >> on_cpu) nanoseconds += on_cpu;
  }
  return nanoseconds / 1e9;
}

std::vector<int> ChildrenOf(int pid) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/task/" + std::to_string(pid) + "/children");
  std::vector<int> pids;
  for (int child = 0; file >> child;)
    pids.push_back(child);
  return pids;
}

// All processes below this one: zygotes and their children.
std::vector<int> Descendants() {
  std::vector<int> all;
  for (const auto& task : std::filesystem::directory_iterator("/proc/self/task")) {
    std::ifstream file(task.path() / "children");
    for (int child = 0; file >> child;)
      all.push_back(child);
  }
  for (std::size_t i = 0; i < all.size(); ++i) {
    for (const int child : ChildrenOf(all[i]))
      all.push_back(child);
  }
  return all;
}

struct Row {
  std::string name;
  double seconds = 0;
  double invocations = 0;
  double own_cpu = 0;
  double children_cpu = 0;
};

// Keeps `in_flight` invocations going: `batch` at a time go out, when as many have come back.
class Load {
 public:
  Load(std::size_t in_flight, std::size_t batch, std::uint32_t concurrency)
      : in_flight_(in_flight), batch_(batch) {
    std::string name = (std::filesystem::temp_directory_path() / "pawl-XXXXXX").string();
    directory_ = ::mkdtemp(name.data());
    std::ofstream(directory_ / "echo.py") << "def handler(event, context):\n    return event\n";
    ChildPoolOptions options;
    options.package_directory = PAWL_PYTHON_PACKAGE;
    options.environment = {"PATH=/usr/bin:/bin"};
    ChildPoolCallbacks callbacks;
    callbacks.on_results = [this](std::vector<InvocationResult> results) {
      // What is open when the row ends is cancelled.
      if (is_over_) return;
      for (const InvocationResult& result : results) {
        if (result.outcome != Outcome::kSucceeded) std::abort();
      }
      OnResults(results.size());
    };
    pool_ = std::move(ChildPool::Start(std::move(options), std::move(callbacks))).value();
    FunctionSpec spec;
    spec.name = "echo";
    spec.code_directory = directory_.string();
    spec.handler = "echo.handler";
    spec.concurrency = concurrency;
    spec.arn = "arn:aws:lambda:us-east-1:000000000000:function:echo";
    if (!pool_->SetFunction(spec).ok()) std::abort();
  }

  ~Load() {
    pool_.reset();
    std::filesystem::remove_all(directory_);
  }

  Load(const Load&) = delete;
  Load& operator=(const Load&) = delete;

  Row Measure(std::string name, std::chrono::milliseconds time) {
    Submit(in_flight_);
    std::this_thread::sleep_for(kWarmUp);
    const std::vector<int> pids = Descendants();
    Row row{.name = std::move(name)};
    const double own = CpuSeconds(RUSAGE_SELF);
    const double children = ChildrenCpuSeconds(pids);
    const std::uint64_t before = done_.load();
    const auto start = Clock::now();
    std::this_thread::sleep_for(time);
    row.seconds = std::chrono::duration<double>(Clock::now() - start).count();
    row.invocations = static_cast<double>(done_.load() - before);
    row.own_cpu = CpuSeconds(RUSAGE_SELF) - own;
    row.children_cpu = ChildrenCpuSeconds(pids) - children;
    is_over_ = true;
    return row;
  }

 private:
  void OnResults(std::size_t count) {
    done_ += count;
    waiting_ += count;
    if (waiting_ < batch_) return;
    Submit(std::exchange(waiting_, 0));
  }

  void Submit(std::size_t count) {
    std::vector<Invocation> calls(count);
    for (Invocation& call : calls) {
      call.id = ++last_id_;
      call.function = "echo";
      call.request_id = "3f9d4c1e-8c5a-4b7a-9d7e-0123456789ab";
      call.event = event_;
    }
    if (!pool_->Submit(std::move(calls)).ok()) std::abort();
  }

  const std::size_t in_flight_;
  const std::size_t batch_;
  const Bytes event_ = Bytes(kEvent);
  std::filesystem::path directory_;
  std::atomic<std::uint64_t> done_ = 0;
  std::atomic<bool> is_over_ = false;
  std::size_t waiting_ = 0;
  std::uint64_t last_id_ = 0;
  // Last: its thread uses the rest.
  std::unique_ptr<ChildPool> pool_;
};

void Print(const Row& row, bool is_json) {
  const double micros = 1e6 / row.invocations;
  std::printf(is_json ? "{\"name\": \"%s\", \"per_second\": %.0f, \"wall_us\": %.2f, "
                        "\"own_cpu_us\": %.2f, \"children_cpu_us\": %.2f}\n"
                      : "%-22s %12.0f %10.2f %10.2f %14.2f\n",
              row.name.c_str(),
              row.invocations / row.seconds,
              row.seconds * micros,
              row.own_cpu * micros,
              row.children_cpu * micros);
  std::fflush(stdout);
}

int Main(int argc, char** argv) {
  bool is_json = false;
  auto time = std::chrono::milliseconds(2'000);
  for (int i = 1; i < argc; ++i) {
    const std::string_view argument = argv[i];
    if (argument == "--json") {
      is_json = true;
    } else {
      time = std::chrono::milliseconds(std::atoi(argv[i]) * 1'000);
    }
  }
  if (!is_json) {
    std::printf(
        "%-22s %12s %10s %10s %14s\n", "", "per second", "wall µs", "own µs", "children µs");
  }
  for (const std::size_t size : {1U, 8U, 32U}) {
    Print(Load(size, size, 1).Measure("message of " + std::to_string(size), time), is_json);
  }
  for (const std::size_t size : {1U, 16U, 64U, 256U}) {
    Print(Load(size, 1, 0).Measure("pool, " + std::to_string(size) + " in flight", time), is_json);
  }
  return 0;
}

}  // namespace
}  // namespace pawl::workers

int main(int argc, char** argv) {
  return pawl::workers::Main(argc, argv);
}
