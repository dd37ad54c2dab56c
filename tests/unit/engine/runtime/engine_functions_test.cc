// Tasks of deployed functions: where qualifiers lead, and how many run at once (AWS Lambda
// Developer Guide, "Lambda function aliases" and "Configuring reserved concurrency").
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/engine_harness.h"
#include "tests/unit/engine/runtime/greet_function.h"

namespace pawl {
namespace {

using namespace std::chrono_literals;
using test::ArchiveOf;
using test::EngineHarness;
using test::kGreetArn;
using test::ScriptedWorker;
using testing::AllOf;
using testing::ElementsAre;
using testing::Gt;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Lt;
using testing::SizeIs;

// A worker's connection that keeps what it is told about deployed functions.
class Taker final : public TaskSink {
 public:
  void Deliver(std::vector<Task>) override {}

  void Cancel(std::vector<TaskRef>) override {}

  void Acknowledge(std::vector<CompletionAck>) override {}

  void Provide(std::vector<RunnableFunction> functions) override {
    ++times;
    names.clear();
    for (const RunnableFunction& function : functions)
      names.push_back(function.task_name);
    last = std::move(functions);
  }

  int times = 0;
  std::vector<std::string> names;
  std::vector<RunnableFunction> last;
};

class EngineFunctionsTest : public testing::Test {
 protected:
  DeployedFunctions& functions() { return harness_.engine().Functions(); }

  // Versions 1 and 2 of "greet".
  void DeployTwoVersions() {
    ASSERT_TRUE(functions()
                    .Create({.name = {.name = "greet"},
                             .configuration = {.handler = "app.handler"},
                             .code = ArchiveOf("one"),
                             .publish = true})
                    .ok());
    ASSERT_TRUE(functions()
                    .Update({.name = {.name = "greet"}, .code = ArchiveOf("two"), .publish = true})
                    .ok());
    harness_.Settle();
  }

  void MakeAlias(const std::string& version, const std::string& other = "", double weight = 0) {
    ASSERT_TRUE(functions()
                    .CreateAlias({.name = {.name = "greet", .qualifier = "PROD"},
                                  .version = version,
                                  .other_version = other,
                                  .other_weight = weight})
                    .ok());
  }

  void SetConcurrency(std::optional<std::uint32_t> concurrency) {
    ASSERT_TRUE(functions().SetConcurrency({.name = "greet"}, concurrency).ok());
    harness_.Settle();
  }

  // A worker whose functions say what they were called by.
  ScriptedWorker& AddWorker() {
    const std::vector<std::string> names = {"greet", "greet:1", "greet:2"};
    ScriptedWorker& worker = harness_.AddWorker(names);
    for (const std::string& name : names) {
      worker.On(name, [](const Task& task) {
        return ScriptedWorker::Outcome{.output = "\"" + task.function + "\""};
      });
    }
    return worker;
  }

  static std::string Calling(const std::string& qualifier) {
    const std::string arn = std::string(kGreetArn) + (qualifier.empty() ? "" : ":" + qualifier);
    return R"({"StartAt":"T","States":{"T":{"Type":"Task","Resource":")" + arn +
           R"(","End":true}}})";
  }

  // The output, or the error.
  std::string Call(const std::string& qualifier) {
    const ExecutionInfo info = harness_.Run(Calling(qualifier));
    cause_ = info.cause.value_or("");
    return info.output.has_value() ? info.output.str() : info.error.value_or("open");
  }

  ExecutionName Start(const std::string& qualifier, const std::string& name) {
    harness_.Deploy("m" + qualifier, Calling(qualifier));
    const ExecutionName started = harness_.Start("m" + qualifier, "{}", name);
    harness_.Settle();
    return started;
  }

  void Invoke(const std::string& qualifier = "") {
    harness_.engine().InvokeFunction(
        {.function = "greet", .qualifier = qualifier},
        [this](Result<InvocationResponse> result) { results_.push_back(std::move(result)); });
    harness_.Settle();
  }

  std::string cause_;
  std::vector<Result<InvocationResponse>> results_;
  // Ends first: it answers what still waits.
  EngineHarness harness_;
};

TEST_F(EngineFunctionsTest, QualifiersLeadToVersions) {
  DeployTwoVersions();
  MakeAlias("1");
  AddWorker();
  EXPECT_EQ(Call(""), "\"greet\"");
  EXPECT_EQ(Call("$LATEST"), "\"greet\"");
  EXPECT_EQ(Call("2"), "\"greet:2\"");
  EXPECT_EQ(Call("PROD"), "\"greet:1\"");
}

TEST_F(EngineFunctionsTest, AQualifierThatLeadsNowhereFailsAtOnce) {
  DeployTwoVersions();
  EXPECT_EQ(Call("STAGE"), "Lambda.ResourceNotFoundException");
  EXPECT_THAT(cause_,
              HasSubstr(std::string("Function not found: ") + kGreetArn + ":STAGE (Service: "));
  EXPECT_EQ(Call("3"), "Lambda.ResourceNotFoundException");
  Invoke("STAGE");
  ASSERT_THAT(results_, SizeIs(1));
  EXPECT_EQ(results_[0].status().reason(), "ResourceNotFound");
}

TEST_F(EngineFunctionsTest, TheQualifierOfAFunctionThatIsNotDeployedIsNotRead) {
  AddWorker();
  EXPECT_EQ(Call("STAGE"), "\"greet\"");
}

TEST_F(EngineFunctionsTest, TasksOfADeployedFunctionWaitForAWorker) {
  DeployTwoVersions();
  const ExecutionName started = Start("2", "a");
  harness_.Advance(1h);
  EXPECT_EQ(harness_.Describe(started).status, ExecutionStatus::kRunning);
  AddWorker();
  harness_.Settle();
  EXPECT_EQ(harness_.Describe(started).output.str(), "\"greet:2\"");
}

TEST_F(EngineFunctionsTest, AnAliasSharesItsCallsByWeight) {
  DeployTwoVersions();
  MakeAlias("2", "1", 0.25);
  AddWorker();
  harness_.Deploy("m", Calling("PROD"));
  int others = 0;
  for (int i = 0; i < 200; ++i) {
    const ExecutionName started = harness_.Start("m", "{}", "e" + std::to_string(i));
    harness_.Settle();
    if (harness_.Describe(started).output.str() == "\"greet:1\"") ++others;
  }
  EXPECT_THAT(others, AllOf(Gt(25), Lt(75)));
}

TEST_F(EngineFunctionsTest, AnAttemptStaysWithItsVersionAfterACrash) {
  DeployTwoVersions();
  MakeAlias("2", "1", 0.5);
  ScriptedWorker& worker = harness_.AddWorker({"greet:1", "greet:2"});
  std::map<std::string, std::string> before;
  for (int i = 0; i < 10; ++i)
    Start("PROD", "e" + std::to_string(i));
  for (const Task& task : worker.tasks)
    before[task.execution.name] = task.function;
  EXPECT_THAT(before, SizeIs(10));
  harness_.Crash();
  ScriptedWorker& next = harness_.AddWorker({"greet:1", "greet:2"});
  harness_.Advance(10s);
  std::map<std::string, std::string> after;
  for (const Task& task : next.tasks)
    after[task.execution.name] = task.function;
  EXPECT_EQ(after, before);
}

TEST_F(EngineFunctionsTest, TheAnswerOfACallSaysWhichVersionRan) {
  DeployTwoVersions();
  MakeAlias("1");
  AddWorker();
  Invoke("PROD");
  Invoke();
  ASSERT_THAT(results_, SizeIs(2));
  EXPECT_EQ(results_[0]->executed_version, "1");
  EXPECT_EQ(results_[0]->output->str(), "\"greet:1\"");
  EXPECT_EQ(results_[1]->executed_version, "$LATEST");
  const ExecutionInfo info = harness_.Run(
      R"({"StartAt":"T","States":{"T":{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke",
          "Parameters":{"FunctionName":"greet","Qualifier":"PROD"},"End":true}}})");
  EXPECT_THAT(info.output.str(), HasSubstr(R"("ExecutedVersion":"1")"));
  EXPECT_THAT(info.output.str(), HasSubstr(R"("X-Amz-Executed-Version":["1"])"));
}

TEST_F(EngineFunctionsTest, WaitingTasksFollowChanges) {
  const ExecutionName before = Start("1", "before");
  DeployTwoVersions();
  const ExecutionName latest = Start("", "latest");
  AddWorker();
  harness_.Settle();
  EXPECT_EQ(harness_.Describe(before).output.str(), "\"greet:1\"");
  EXPECT_EQ(harness_.Describe(latest).output.str(), "\"greet\"");
}

TEST_F(EngineFunctionsTest, TasksOfAFunctionThatIsDeletedFail) {
  DeployTwoVersions();
  const ExecutionName started = Start("1", "a");
  ASSERT_TRUE(functions().Delete({.name = "greet"}).ok());
  harness_.Advance(3s);
  EXPECT_EQ(harness_.Describe(started).error, "Lambda.ResourceNotFoundException");
}

TEST_F(EngineFunctionsTest, WhatRunsWhenAFunctionIsDeletedEndsAsItWould) {
  DeployTwoVersions();
  ScriptedWorker& worker = harness_.AddWorker({"greet:1"});
  const ExecutionName started = Start("1", "a");
  ASSERT_THAT(worker.tasks, SizeIs(1));
  ASSERT_TRUE(functions().Delete({.name = "greet"}).ok());
  harness_.Settle();
  worker.Complete(worker.tasks.front(), {.output = "7"});
  harness_.Settle();
  EXPECT_EQ(harness_.Describe(started).output.str(), "7");
}

TEST_F(EngineFunctionsTest, ATaskLostWithItsWorkerAndFunctionFails) {
  DeployTwoVersions();
  ScriptedWorker& worker = harness_.AddWorker({"greet:1"});
  const ExecutionName started = Start("1", "a");
  ASSERT_TRUE(functions().Delete({.name = "greet"}).ok());
  worker.Vanish();
  harness_.Advance(10s);
  EXPECT_EQ(harness_.Describe(started).error, "Lambda.ResourceNotFoundException");
}

// --- Reserved concurrency ---

TEST_F(EngineFunctionsTest, ReservedConcurrencyBoundsAllVersionsTogether) {
  DeployTwoVersions();
  SetConcurrency(2);
  ScriptedWorker& one = harness_.AddWorker({"greet", "greet:1", "greet:2"});
  ScriptedWorker& two = harness_.AddWorker({"greet", "greet:1", "greet:2"});
  for (const char* qualifier : {"", "1", "2"}) {
    for (int i = 0; i < 2; ++i)
      Start(qualifier, "e" + std::string(qualifier) + std::to_string(i));
  }
  int ended = 0;
  for (; !one.tasks.empty() || !two.tasks.empty(); ++ended) {
    EXPECT_LE(one.tasks.size() + two.tasks.size(), 2U);
    ScriptedWorker& worker = one.tasks.empty() ? two : one;
    const Task task = worker.tasks.front();
    worker.tasks.pop_front();
    worker.Complete(task, {.output = "1"});
    harness_.Settle();
  }
  EXPECT_EQ(ended, 6);
}

TEST_F(EngineFunctionsTest, AHigherBoundLetsWaitingTasksRun) {
  DeployTwoVersions();
  SetConcurrency(1);
  ScriptedWorker& worker = harness_.AddWorker({"greet"});
  for (int i = 0; i < 3; ++i)
    Start("", "e" + std::to_string(i));
  EXPECT_THAT(worker.tasks, SizeIs(1));
  SetConcurrency(2);
  EXPECT_THAT(worker.tasks, SizeIs(2));
  SetConcurrency(std::nullopt);
  EXPECT_THAT(worker.tasks, SizeIs(3));
}

TEST_F(EngineFunctionsTest, ALostWorkerGivesItsPlaceBack) {
  DeployTwoVersions();
  SetConcurrency(1);
  ScriptedWorker& lost = harness_.AddWorker({"greet"});
  Start("", "a");
  ASSERT_THAT(lost.tasks, SizeIs(1));
  Start("", "b");
  lost.Vanish();
  ScriptedWorker& next = harness_.AddWorker({"greet"});
  harness_.Settle();
  ASSERT_THAT(next.tasks, SizeIs(1));
  EXPECT_EQ(next.tasks.front().execution.name, "b");
}

TEST_F(EngineFunctionsTest, NoConcurrencyRefusesEveryTask) {
  DeployTwoVersions();
  const ExecutionName waiting = Start("", "a");
  SetConcurrency(0);
  EXPECT_EQ(harness_.Describe(waiting).error, "Lambda.TooManyRequestsException");
  EXPECT_EQ(Call("1"), "Lambda.TooManyRequestsException");
  EXPECT_THAT(cause_,
              HasSubstr("Rate Exceeded. (Service: AWSLambda; Status Code: 429; Error Code: "
                        "TooManyRequestsException; Request ID: "));
  Invoke();
  ASSERT_THAT(results_, SizeIs(1));
  EXPECT_EQ(results_[0].status().code(), StatusCode::kResourceExhausted);
  EXPECT_EQ(results_[0].status().reason(), "ReservedFunctionConcurrentInvocationLimitExceeded");
}

TEST_F(EngineFunctionsTest, ADirectCallBeyondTheBoundIsRefused) {
  DeployTwoVersions();
  SetConcurrency(1);
  Invoke();
  EXPECT_THAT(results_, IsEmpty());
  Invoke("1");
  ASSERT_THAT(results_, SizeIs(1));
  EXPECT_EQ(results_[0].status().reason(), "ReservedFunctionConcurrentInvocationLimitExceeded");
  AddWorker();
  harness_.Settle();
  ASSERT_THAT(results_, SizeIs(2));
  EXPECT_TRUE(results_[1].ok());
  Invoke("1");
  ASSERT_THAT(results_, SizeIs(3));
  EXPECT_TRUE(results_[2].ok());
}

// --- Workers ---

TEST_F(EngineFunctionsTest, WorkersThatTakeThemAreToldOfAllVersions) {
  Taker taker;
  Taker other;
  const auto session = harness_.engine().ConnectWorker({.takes_deployed = true}, taker);
  const auto plain = harness_.engine().ConnectWorker({}, other);
  const auto elsewhere_sink = std::make_unique<Taker>();
  const auto elsewhere = harness_.engine().ConnectWorker(
      {.namespace_id = NamespaceId{1}, .takes_deployed = true}, *elsewhere_sink);
  harness_.Settle();
  EXPECT_EQ(taker.times, 1);
  EXPECT_THAT(taker.names, IsEmpty());
  DeployTwoVersions();
  EXPECT_THAT(taker.names, ElementsAre("greet", "greet:1", "greet:2"));
  EXPECT_EQ(taker.last[1].arn, std::string(kGreetArn) + ":1");
  EXPECT_EQ(taker.last[1].version, "1");
  EXPECT_NE(taker.last[1].code_sha256, taker.last[0].code_sha256);
  ASSERT_TRUE(functions().Delete({.name = "greet"}).ok());
  harness_.Settle();
  EXPECT_THAT(taker.names, IsEmpty());
  EXPECT_EQ(other.times, 0);
  EXPECT_EQ(elsewhere_sink->times, 1);
}

TEST_F(EngineFunctionsTest, WorkersAreToldAfterARestart) {
  DeployTwoVersions();
  harness_.Crash();
  Taker taker;
  const auto session = harness_.engine().ConnectWorker({.takes_deployed = true}, taker);
  harness_.Settle();
  EXPECT_THAT(taker.names, ElementsAre("greet", "greet:1", "greet:2"));
}

TEST_F(EngineFunctionsTest, WhatIsDeployedIsNotRememberedAsAnnounced) {
  DeployTwoVersions();
  AddWorker();
  ASSERT_TRUE(functions().Delete({.name = "greet"}).ok());
  harness_.Settle();
  EXPECT_THAT(functions().Announced({}), IsEmpty());
}

}  // namespace
}  // namespace pawl
