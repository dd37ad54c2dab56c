// pawl_load: puts a load on a server and prints one JSON object about it.
#include <fmt/format.h>
#include <grpcpp/create_channel.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "engine/platform/clock.h"
#include "tests/bench/load/execution_load.h"
#include "tests/bench/load/process_cpu.h"
#include "tests/support/echo_worker.h"

namespace pawl::bench {
namespace {

struct Arguments {
  std::string address = "127.0.0.1:7600";
  ExecutionLoadOptions load;
  int echo_workers = 0;
  std::uint32_t echo_concurrency = 256;
  int server_pid = 0;
};

std::shared_ptr<grpc::Channel> Connect(const std::string& address, int number) {
  grpc::ChannelArguments arguments;
  arguments.SetMaxReceiveMessageSize(-1);
  // A connection for each, as separate processes would have.
  arguments.SetInt("pawl.channel", number);
  return grpc::CreateCustomChannel(address, grpc::InsecureChannelCredentials(), arguments);
}

int StepsOf(const LoadDefinition& load) {
  return load.shape == LoadShape::kSleep ? 1 : load.width;
}

int Run(const Arguments& arguments) {
  platform::SystemClock clock;
  std::vector<std::unique_ptr<test::EchoWorker>> workers;
  for (int i = 0; i < arguments.echo_workers; ++i) {
    workers.push_back(std::make_unique<test::EchoWorker>(
        Connect(arguments.address, i + 1),
        test::EchoWorkerOptions{.functions = {arguments.load.definition.function},
                                .concurrency = arguments.echo_concurrency}));
    workers.back()->WaitForWelcome();
  }
  const double cpu_before = CpuSeconds(arguments.server_pid);
  const Result<ExecutionLoadResult> result =
      RunExecutionLoad(Connect(arguments.address, 0), clock, arguments.load);
  if (!result.ok()) {
    fmt::print(stderr, "pawl_load: {}\n", result.status().ToString());
    return 1;
  }
  const double cpu = CpuSeconds(arguments.server_pid) - cpu_before;
  const double seconds = std::chrono::duration<double>(result->elapsed).count();
  const std::uint64_t steps =
      result->executions * static_cast<std::uint64_t>(StepsOf(arguments.load.definition));
  fmt::print(
      R"({{"executions": {}, "failed": {}, "steps": {}, "seconds": {:.3f}, "steps_per_second": {:.0f}, )"
      R"("p50_ms": {:.3f}, "p99_ms": {:.3f}, "server_cpu_us_per_step": {:.2f}}})"
      "\n",
      result->executions,
      result->failed,
      steps,
      seconds,
      static_cast<double>(steps) / seconds,
      result->latencies.Quantile(0.5),
      result->latencies.Quantile(0.99),
      cpu * 1e6 / static_cast<double>(steps));
  return result->failed == 0 ? 0 : 1;
}

}  // namespace
}  // namespace pawl::bench

int main(int argc, char** argv) {
  CLI::App app("Runs chains of tasks on a Pawl server and prints what it measured.", "pawl_load");
  pawl::bench::Arguments arguments;
  pawl::bench::ExecutionLoadOptions& load = arguments.load;
  app.add_option("--address", arguments.address, "The server")->capture_default_str();
  app.add_option("--shape",
                 load.definition.shape,
                 "What an execution does: tasks in a row, in branches, for items, or a wait")
      ->transform(CLI::CheckedTransformer(std::map<std::string, pawl::bench::LoadShape>{
          {"chain", pawl::bench::LoadShape::kChain},
          {"parallel", pawl::bench::LoadShape::kParallel},
          {"map", pawl::bench::LoadShape::kMap},
          {"sleep", pawl::bench::LoadShape::kSleep}}));
  app.add_option("--width", load.definition.width, "Tasks of one execution, or seconds of its wait")
      ->check(CLI::Range(1, 100'000))
      ->capture_default_str();
  app.add_option("--rate", load.rate, "Starts a second; 0: as fast as they can be")
      ->check(CLI::Range(0.0, 1e6))
      ->capture_default_str();
  app.add_flag("--detached", load.is_detached, "Start only, in batches; wait for no end");
  app.add_option("--executions", load.executions, "Executions in all")
      ->check(CLI::Range(1, 100'000'000))
      ->capture_default_str();
  app.add_option("--in-flight", load.in_flight, "Executions at once")
      ->check(CLI::Range(1, 100'000))
      ->capture_default_str();
  app.add_option("--batch", load.batch, "Most starts in one call; 1 uses single starts")
      ->check(CLI::Range(1, 10'000))
      ->capture_default_str();
  app.add_option("--payload-bytes", load.payload_bytes, "Input of each execution")
      ->check(CLI::Range(8, 1 << 20))
      ->capture_default_str();
  app.add_option("--function", load.definition.function, "Function of each task")
      ->capture_default_str();
  app.add_option("--echo-workers",
                 arguments.echo_workers,
                 "Workers in this program that answer at once; 0 leaves it to others")
      ->check(CLI::Range(0, 64))
      ->capture_default_str();
  app.add_option("--echo-concurrency", arguments.echo_concurrency, "Tasks that each takes at once")
      ->check(CLI::Range(1, 100'000))
      ->capture_default_str();
  app.add_option("--server-pid", arguments.server_pid, "Measure the CPU time of this process too");
  CLI11_PARSE(app, argc, argv);
  return pawl::bench::Run(arguments);
}
