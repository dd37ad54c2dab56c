// Deployed functions from end to end: a real engine and its server here, the program `pawl worker`
// as a process, and Python functions that it fetches and runs.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <csignal>
#include <filesystem>
#include <future>
#include <memory>
#include <random>
#include <string>
#include <thread>

#include "engine/platform/clock.h"
#include "engine/runtime/engine.h"
#include "server/rpc_server.h"
#include "server_process.h"
#include "tests/support/temporary_directory.h"
#include "tests/support/zip_writer.h"

namespace pawl::test {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

constexpr std::chrono::seconds kPatience{60};
constexpr std::chrono::milliseconds kLookEvery{5};
// Its code is some twenty pieces, and takes a while to unpack.
constexpr std::size_t kLargeCodeBytes = std::size_t{10} * 1024 * 1024;

class DeployedFunctionsTest : public testing::Test {
 protected:
  DeployedFunctionsTest() { StartServer(); }

  ~DeployedFunctionsTest() override {
    worker_.reset();
    StopServer();
  }

  void StartServer() {
    auto engine = Engine::Open({.data_dir = (directory_.path() / "data").string()});
    ASSERT_TRUE(engine.ok()) << engine.status().ToString();
    engine_ = std::move(engine).value();
    server::RpcServerOptions options;
    options.address = address_;
    auto started = server::RpcServer::Start(*engine_, clock_, std::move(options));
    ASSERT_TRUE(started.ok()) << started.status().ToString();
    server_ = std::move(started).value();
    // The second one listens where the first one did.
    address_ = server_->address();
  }

  void StopServer() {
    server_->Stop(std::chrono::milliseconds(0));
    server_.reset();
    engine_.reset();
  }

  std::string Cache() const { return (directory_.path() / "cache").string(); }

  void StartWorker(const std::vector<std::string>& more = {}) {
    std::vector<std::string> arguments = {
        "--address", address_, "--code-cache", Cache(), "--aws", "off"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    worker_ = std::make_unique<WorkerProcess>(arguments);
    EXPECT_THAT(worker_->WaitForReady(), HasSubstr("pawl worker is ready"));
  }

  // A function that answers with `text` and what it sees of itself.
  static Bytes Code(const std::string& text, const std::string& more = "") {
    return Bytes(ZipOf({{.name = "lib/__init__.py"},
                        {.name = "lib/app.py",
                         .content = "import os\n"
                                    "def handler(event, context):\n"
                                    "    e = os.environ\n"
                                    "    return ['" +
                                    text +
                                    "', e['MODE'], context.function_name,\n"
                                    "            context.function_version,\n"
                                    "            context.invoked_function_arn.split(':', 6)[6],\n"
                                    "            context.memory_limit_in_mb, event]\n"},
                        {.name = "data", .content = more}}));
  }

  void Create(const Bytes& code) {
    const auto created = engine_->Functions().Create(
        {.name = {.name = "resize"}, .configuration = Configuration(), .code = code});
    ASSERT_TRUE(created.ok()) << created.status().ToString();
  }

  void Update(const Bytes& code) {
    const auto updated = engine_->Functions().Update({.name = {.name = "resize"}, .code = code});
    ASSERT_TRUE(updated.ok()) << updated.status().ToString();
  }

  static FunctionConfiguration Configuration() {
    return {.handler = "lib.app.handler",
            .timeout_seconds = 30,
            .memory_mb = 256,
            .environment = {{"MODE", "fast"}}};
  }

  // The JSON text of the function's result, or its error and cause.
  std::string Invoke(const std::string& qualifier = "") {
    std::promise<std::string> answer;
    engine_->InvokeFunction(
        {.function = "resize", .qualifier = qualifier, .payload = Bytes("7"), .timeout = kPatience},
        [&answer](Result<InvocationResponse> response) {
          if (!response.ok()) return answer.set_value(response.status().ToString());
          answer.set_value(response->output ? response->output->str()
                                            : response->error + ": " + response->cause);
        });
    return answer.get_future().get();
  }

  // Waits for what another process does.
  template <typename Condition>
  static bool Until(Condition condition) {
    const auto end = std::chrono::steady_clock::now() + kPatience;
    while (!condition()) {
      if (std::chrono::steady_clock::now() > end) return false;
      std::this_thread::sleep_for(kLookEvery);
    }
    return true;
  }

  // Names in the cache: finished entries, or those that are being unpacked.
  std::size_t Entries(bool is_finished) const {
    std::size_t count = 0;
    std::error_code error;
    for (const auto& entry : fs::directory_iterator(Cache(), error)) {
      count += (entry.path().filename().string().size() == 64) == is_finished ? 1 : 0;
    }
    return count;
  }

  TemporaryDirectory directory_;
  platform::SystemClock clock_;
  std::string address_ = "127.0.0.1:0";
  std::unique_ptr<Engine> engine_;
  std::unique_ptr<server::RpcServer> server_;
  std::unique_ptr<WorkerProcess> worker_;
};

TEST_F(DeployedFunctionsTest, ADeployedFunctionIsFetchedAndRun) {
  Create(Code("one"));
  StartWorker();
  EXPECT_EQ(Invoke(), R"(["one","fast","resize","$LATEST","resize","256",7])");
}

TEST_F(DeployedFunctionsTest, WhatIsDeployedWhileAWorkerIsThereRunsToo) {
  StartWorker();
  Create(Code("one"));
  EXPECT_EQ(Invoke(), R"(["one","fast","resize","$LATEST","resize","256",7])");
  Update(Code("two"));
  EXPECT_TRUE(Until([this] { return Invoke().starts_with(R"(["two")"); }));
}

TEST_F(DeployedFunctionsTest, AVersionStaysAsItWasPublished) {
  Create(Code("one"));
  ASSERT_TRUE(engine_->Functions().Publish({.name = {.name = "resize"}}).ok());
  Update(Code("two"));
  StartWorker();
  EXPECT_EQ(Invoke("1"), R"(["one","fast","resize","1","resize:1","256",7])");
  EXPECT_EQ(Invoke(), R"(["two","fast","resize","$LATEST","resize","256",7])");
}

TEST_F(DeployedFunctionsTest, AWorkerOutlivesItsServer) {
  Create(Code("one"));
  StartWorker();
  EXPECT_THAT(Invoke(), HasSubstr("one"));
  StopServer();
  StartServer();
  EXPECT_THAT(Invoke(), HasSubstr("one"));
}

TEST_F(DeployedFunctionsTest, AWorkerThatComesBackHasTheCodeStill) {
  Create(Code("one"));
  StartWorker();
  EXPECT_THAT(Invoke(), HasSubstr("one"));
  worker_.reset();
  ASSERT_EQ(Entries(true), 1U);
  const auto written_at = fs::last_write_time(fs::path(Cache()));
  StartWorker();
  EXPECT_THAT(Invoke(), HasSubstr("one"));
  // Nothing was unpacked anew.
  EXPECT_EQ(fs::last_write_time(fs::path(Cache())), written_at);
}

TEST_F(DeployedFunctionsTest, AWorkerThatIsKilledWhileItUnpacksStartsAnew) {
  std::mt19937 random(1);
  std::string noise(kLargeCodeBytes, '\0');
  for (char& byte : noise)
    byte = static_cast<char>(random());
  Create(Code("one", noise));
  StartWorker();
  ASSERT_TRUE(Until([this] { return Entries(true) + Entries(false) > 0; }));
  worker_->Signal(SIGKILL);
  worker_->WaitForEnd();
  worker_.reset();
  StartWorker();
  EXPECT_THAT(Invoke(), HasSubstr("one"));
  EXPECT_EQ(Entries(true), 1U);
}

TEST_F(DeployedFunctionsTest, AFunctionOfTheWorkersDirectoryGoesBeforeIt) {
  Create(Code("one"));
  ASSERT_TRUE(engine_->Functions().Publish({.name = {.name = "resize"}}).ok());
  const fs::path own = directory_.path() / "own";
  fs::create_directory(own);
  WriteFile(own / "resize.py", "def handler(event, context):\n    return 'own'\n");
  StartWorker({"--functions", own.string()});
  EXPECT_THAT(Invoke("1"), HasSubstr("one"));
  EXPECT_EQ(Invoke(), R"("own")");
}

}  // namespace
}  // namespace pawl::test
