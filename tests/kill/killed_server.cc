// killed_server: `pawl server` on a store that kills the process at a named moment. Its memtables
// are small, so that flushes and compactions are under way at most times.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <csignal>
#include <cstdio>
#include <map>
#include <memory>
#include <string>
#include <utility>

#include "engine/platform/clock.h"
#include "engine/platform/random.h"
#include "engine/runtime/engine_impl.h"
#include "engine/storage/rocksdb_storage.h"
#include "server/rpc_server.h"
#include "tests/kill/killing_storage.h"

namespace pawl::test {
namespace {

struct Arguments {
  std::string data_dir;
  std::string address = "127.0.0.1:0";
  KillPoint point = KillPoint::kBeforeCommit;
  std::uint64_t countdown = 1;
};

int Fail(const Status& status) {
  fmt::print(stderr, "killed_server: {}\n", status.ToString());
  return 1;
}

int Run(const Arguments& arguments) {
  sigset_t signals{};
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  platform::SystemClock clock;
  auto store = storage::RocksDbStorage::Open(
      {.directory = arguments.data_dir, .memtable_bytes = std::size_t{1} << 20});
  if (!store.ok()) return Fail(store.status());
  EngineOptions options;
  options.data_dir = arguments.data_dir;
  options.reconnect_window = std::chrono::milliseconds(500);
  runtime::EngineParts parts;
  parts.storage =
      std::make_unique<KillingStorage>(std::move(*store), arguments.point, arguments.countdown);
  parts.clock = std::make_unique<platform::SystemClock>();
  parts.random = std::make_unique<platform::SystemRandom>();
  auto engine = runtime::EngineImpl::Make(std::move(options), std::move(parts));
  if (!engine.ok()) return Fail(engine.status());
  server::RpcServerOptions rpc;
  rpc.address = arguments.address;
  auto server = server::RpcServer::Start(**engine, clock, std::move(rpc));
  if (!server.ok()) return Fail(server.status());
  fmt::print(
      "killed_server is ready: grpc {}, data {}\n", (*server)->address(), arguments.data_dir);
  std::fflush(stdout);
  int number = 0;
  sigwait(&signals, &number);
  (*server)->Stop(std::chrono::seconds(1));
  return 0;
}

}  // namespace
}  // namespace pawl::test

int main(int argc, char** argv) {
  using pawl::test::KillPoint;
  CLI::App app("A server that kills itself at a named moment.", "killed_server");
  pawl::test::Arguments arguments;
  app.add_option("--data-dir", arguments.data_dir)->required();
  app.add_option("--grpc-address", arguments.address);
  app.add_option("--kill-at", arguments.point)
      ->transform(CLI::CheckedTransformer(std::map<std::string, KillPoint>{
          {"before-commit", KillPoint::kBeforeCommit},
          {"halfway-through-commit", KillPoint::kHalfwayThroughCommit},
          {"after-commit", KillPoint::kAfterCommit},
          {"after-telling", KillPoint::kAfterTelling},
          {"before-load", KillPoint::kBeforeLoad}}))
      ->required();
  app.add_option("--after", arguments.countdown, "The how manyth time")
      ->check(CLI::Range(1, 1 << 30));
  CLI11_PARSE(app, argc, argv);
  return pawl::test::Run(arguments);
}
