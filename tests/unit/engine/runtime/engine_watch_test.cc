// What a watch of many executions hears, and when it does not.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "tests/support/engine_harness.h"

namespace pawl {
namespace {

using test::EngineHarness;
using test::ScriptedWorker;
using testing::ElementsAre;
using testing::IsEmpty;

// What sleeps may leave memory; what waits for a worker stays a while.
constexpr const char* kTaskMachine =
    R"({"StartAt":"T","States":{"T":{"Type":"Task","Resource":"f","End":true}}})";

// "e RUNNING", "e CLOSED", "e is not in memory", in the order in which it was heard.
class Heard final : public WatchSink {
 public:
  void OnChanges(std::vector<ExecutionChange> changes) override {
    for (const ExecutionChange& change : changes) {
      const bool is_open = change.status == ExecutionStatus::kRunning;
      texts.push_back(change.name.name + (is_open ? " RUNNING" : " CLOSED"));
    }
  }

  void OnNotInMemory(const ExecutionName& name) override {
    texts.push_back(name.name + " is not in memory");
  }

  std::vector<std::string> Take() { return std::exchange(texts, {}); }

  std::vector<std::string> texts;
};

class EngineWatchTest : public testing::Test {
 protected:
  EngineWatchTest() { harness_.Deploy("m", kTaskMachine); }

  ExecutionName Start(const std::string& name) {
    const ExecutionName started = harness_.Start("m", "{}", name);
    harness_.Settle();
    return started;
  }

  // Ends everything that runs.
  void End() {
    for (const Task& task : std::exchange(worker_.tasks, {}))
      worker_.Complete(task, {.output = "1"});
    harness_.Settle();
  }

  EngineHarness harness_;
  ScriptedWorker& worker_ = harness_.AddWorker({"f"});
  Heard heard_;
  std::unique_ptr<Watch> watch_ = harness_.engine().StartWatch(heard_);
};

TEST_F(EngineWatchTest, WhatRunsIsToldFirstAndThenItsEnd) {
  watch_->TryAdd(Start("a"), false);
  harness_.Settle();
  EXPECT_THAT(heard_.Take(), ElementsAre("a RUNNING"));
  End();
  EXPECT_THAT(heard_.Take(), ElementsAre("a CLOSED"));
}

TEST_F(EngineWatchTest, OnlyTheEndIsToldWhereOnlyItIsWanted) {
  watch_->TryAdd(Start("a"), true);
  EXPECT_TRUE(watch_->Add(Start("b"), true).ok());
  harness_.Settle();
  EXPECT_THAT(heard_.Take(), IsEmpty());
  End();
  EXPECT_THAT(heard_.Take(), testing::UnorderedElementsAre("a CLOSED", "b CLOSED"));
}

TEST_F(EngineWatchTest, WhatHasClosedOrNeverWasIsNotInMemory) {
  const ExecutionName closed = Start("a");
  End();
  const ExecutionName absent{.state_machine = "m", .name = "b"};
  watch_->TryAdd(closed, true);
  harness_.Settle();
  watch_->TryAdd(absent, true);
  harness_.Settle();
  EXPECT_THAT(heard_.Take(), ElementsAre("a is not in memory", "b is not in memory"));
  EXPECT_TRUE(watch_->Add(closed, true).ok());
  EXPECT_EQ(watch_->Add(absent, true).code(), StatusCode::kNotFound);
  EXPECT_THAT(heard_.Take(), ElementsAre("a CLOSED"));
}

// Nobody may hear of what a crash can still undo.
TEST_F(EngineWatchTest, AStartThatIsNotStoredIsNotInMemory) {
  const ExecutionName name{.state_machine = "m", .name = "a"};
  harness_.store().FailNextCommit(storage::CommitResult::kAborted);
  harness_.engine().StartExecution({.state_machine = "m", .name = "a", .input = "{}"},
                                   [](const auto&) {});
  watch_->TryAdd(name, false);
  harness_.Settle();
  EXPECT_THAT(heard_.Take(), ElementsAre("a is not in memory"));
}

TEST_F(EngineWatchTest, WhatIsRemovedIsSilentAndSoIsEverythingAtTheEnd) {
  const ExecutionName a = Start("a");
  watch_->TryAdd(a, true);
  watch_->TryAdd(Start("b"), true);
  watch_->Remove(a);
  End();
  EXPECT_THAT(heard_.Take(), ElementsAre("b CLOSED"));
  watch_->TryAdd(Start("c"), true);
  watch_.reset();
  End();
  EXPECT_THAT(heard_.Take(), IsEmpty());
}

// The store may keep a change without saying so: the engine finds out when it reads the shard
// again.
TEST_F(EngineWatchTest, AnEndWhoseCommitHadNoAnswerIsTold) {
  int kept = 0;
  for (int i = 0; i < 20; ++i) {
    const ExecutionName name = Start("e" + std::to_string(i));
    watch_->TryAdd(name, true);
    harness_.Settle();
    harness_.store().FailNextCommit(storage::CommitResult::kUnknown);
    End();
    const bool is_closed = harness_.Describe(name).status == ExecutionStatus::kSucceeded;
    kept += is_closed ? 1 : 0;
    EXPECT_EQ(heard_.Take().size(), is_closed ? 1U : 0U) << name.name;
  }
  EXPECT_GT(kept, 0);
}

}  // namespace
}  // namespace pawl
