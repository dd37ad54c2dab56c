// A worker's core and a server's stream together, on a FakeEngine: how deployed functions come to
// be fetched, announced and run.
#include "workers/worker_core.h"

#include <gmock/gmock.h>

#include <random>
#include <string>
#include <utility>
#include <vector>

#include "engine/platform/sha256.h"
#include "server_fixture.h"
#include "tests/support/stored_code.h"
#include "tests/support/temporary_directory.h"
#include "tests/support/zip_writer.h"

namespace pawl::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr char kArn[] = "arn:aws:lambda:us-east-1:123456789012:function:resize";
constexpr std::size_t kLargeFileBytes = std::size_t{5} * 1024 * 1024;

class WorkerCoreTest : public testing::Test {
 protected:
  WorkerCoreTest() {
    engine_.ServeFunctions(code_);
    server::RpcServerOptions options;
    options.address = "127.0.0.1:0";
    server_ = server::RpcServer::Start(engine_, clock_, std::move(options)).value();
  }

  ~WorkerCoreTest() override {
    worker_.reset();
    server_->Stop(std::chrono::milliseconds(0));
  }

  std::string Cache() const { return (directory_.path() / "cache").string(); }

  // Starts a worker and returns the engine's side of it.
  std::shared_ptr<FakeSession> Connect() {
    workers::WorkerCoreOptions options;
    options.address = server_->address();
    options.name = "tested";
    options.code_cache = workers::CodeCache::Open(Cache()).value();
    options.pool.package_directory = PAWL_PYTHON_PACKAGE;
    options.built_in.calls_aws = false;
    options.log = [](workers::WorkerLogLevel, const std::string&) {};
    auto started = workers::WorkerCore::Start(std::move(options));
    EXPECT_TRUE(started.ok()) << started.status().ToString();
    worker_ = std::move(started).value();
    return engine_.WaitForSession(sessions_++);
  }

  // A function that answers with `text` and what it sees of itself; `more` goes into its archive.
  RunnableFunction Function(const std::string& text,
                            const std::string& version,
                            const std::string& more = "") {
    const std::string archive =
        ZipOf({{.name = "app.py",
                .content = "def handler(event, c):\n    return ['" + text +
                           "', c.function_name, c.function_version,\n"
                           "            c.invoked_function_arn[-10:], event]\n"},
               {.name = "more", .content = more}});
    RunnableFunction function;
    function.name = "resize";
    const std::string suffix = version == kLatestVersion ? "" : ":" + version;
    function.task_name = "resize" + suffix;
    function.arn = kArn + suffix;
    function.version = version;
    function.configuration = {.handler = "app.handler", .timeout_seconds = 30, .memory_mb = 256};
    function.code_sha256 = platform::Sha256(archive);
    function.code_bytes = archive.size();
    code_.Add(function.code_sha256, archive);
    return function;
  }

  static std::string Noise(std::size_t bytes) {
    std::mt19937 random(1);
    std::string noise(bytes, '\0');
    for (char& byte : noise)
      byte = static_cast<char>(random());
    return noise;
  }

  // What the worker makes of a task.
  std::string Run(FakeSession& session,
                  const std::string& task_name,
                  const std::string& qualifier) {
    Task task = FakeTask(++tasks_, task_name, "7");
    task.qualifier = qualifier;
    session.Deliver({task});
    const std::vector<Completion> completions = session.WaitForCompletions(tasks_);
    const Completion& completion = completions.back();
    return completion.output ? completion.output->str() : completion.error + completion.cause;
  }

  TemporaryDirectory directory_;
  StoredCode code_;
  FakeEngine engine_;
  ManualClock clock_;
  std::unique_ptr<server::RpcServer> server_;
  std::unique_ptr<workers::WorkerCore> worker_;
  std::size_t sessions_ = 0;
  std::uint32_t tasks_ = 0;
};

TEST_F(WorkerCoreTest, ADeployedFunctionIsFetchedAnnouncedAndRun) {
  const auto session = Connect();
  EXPECT_TRUE(session->hello.takes_deployed);
  session->Provide({Function("one", "$LATEST")});
  EXPECT_THAT(session->WaitForAnnouncements(1).back(), ElementsAre("resize"));
  EXPECT_EQ(Run(*session, "resize", ""), R"(["one","resize","$LATEST","ion:resize",7])");
}

TEST_F(WorkerCoreTest, VersionsRunByTheirTaskNames) {
  const auto session = Connect();
  session->Provide({Function("one", "1")});
  EXPECT_THAT(session->WaitForAnnouncements(1).back(), ElementsAre("resize:1"));
  EXPECT_EQ(Run(*session, "resize:1", "1"), R"(["one","resize","1","n:resize:1",7])");
  EXPECT_EQ(Run(*session, "resize:1", "live"), R"(["one","resize","1","esize:live",7])");
}

TEST_F(WorkerCoreTest, WhatIsNoLongerDeployedIsNoLongerAnnounced) {
  const auto session = Connect();
  session->Provide({Function("one", "$LATEST")});
  session->WaitForAnnouncements(1);
  session->Provide({});
  EXPECT_THAT(session->WaitForAnnouncements(2).back(), IsEmpty());
}

TEST_F(WorkerCoreTest, LargeCodeComesWhole) {
  const auto session = Connect();
  const std::string noise = Noise(kLargeFileBytes);
  const RunnableFunction function = Function("one", "$LATEST", noise);
  session->Provide({function});
  session->WaitForAnnouncements(1);
  const auto cache = workers::CodeCache::Open(Cache()).value();
  EXPECT_TRUE(ReadFile(*cache->Use(function.code_sha256) + "/more") == noise);
}

TEST_F(WorkerCoreTest, CodeInTheCacheNeedsNoServer) {
  const RunnableFunction function = Function("one", "$LATEST");
  auto session = Connect();
  session->Provide({function});
  session->WaitForAnnouncements(1);
  worker_.reset();
  code_.Remove(function.code_sha256);
  session = Connect();
  session->Provide({function});
  EXPECT_THAT(session->WaitForAnnouncements(1).back(), ElementsAre("resize"));
}

TEST_F(WorkerCoreTest, CodeThatIsMissingKeepsNoOtherFromRunning) {
  const auto session = Connect();
  const RunnableFunction missing = Function("gone", "1");
  code_.Remove(missing.code_sha256);
  session->Provide({missing, Function("two", "2")});
  EXPECT_THAT(session->WaitForAnnouncements(1).back(), ElementsAre("resize:2"));
}

}  // namespace
}  // namespace pawl::test
