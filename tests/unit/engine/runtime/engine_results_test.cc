// When results of joins are read from the store: when the join closes, and only if they are not in
// memory.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "engine/rows/keys.h"
#include "tests/support/engine_harness.h"

namespace pawl {
namespace {

using test::EngineHarness;
using test::ScriptedWorker;
using testing::Each;
using testing::Gt;
using testing::IsEmpty;
using testing::Le;
using testing::SizeIs;

constexpr char kTaskMap[] = R"({"StartAt":"M","States":{"M":{"Type":"Map","ItemProcessor":{
    "StartAt":"T","States":{"T":{"Type":"Task","Resource":"work","End":true}}},"End":true}}})";

class EngineResultsTest : public testing::Test {
 protected:
  EngineResultsTest() {
    harness_.ObserveLoads([this](const storage::LoadRequest& request) {
      for (const storage::Range& range : request.ranges) {
        // Rows "R" of a shard (engine/rows/FORMAT.md).
        const bool is_results = range.family == storage::Family::kState && range.begin.size() > 2 &&
                                range.begin[2] == 'R';
        if (is_results) result_reads_.push_back(range.limit);
      }
    });
  }

  // Items 0 to count - 1, each its own result.
  static std::string Items(int count) {
    std::string text = "[";
    for (int i = 0; i < count; ++i)
      text += (i > 0 ? "," : "") + std::to_string(i);
    return text + "]";
  }

  ExecutionName StartMap(int items) {
    harness_.Deploy("m", kTaskMap);
    return harness_.Start("m", Items(items));
  }

  // `count` tasks answer with their item, those that are open at once in one group.
  void Work(std::size_t count) {
    if (worker_ == nullptr) {
      worker_ = &harness_.AddWorker({"work"});
      // What was recovered is offered after the reconnect window.
      harness_.Advance(std::chrono::seconds(3));
    }
    while (count > 0) {
      const std::size_t together = std::min(count, worker_->tasks.size());
      ASSERT_GT(together, 0U);
      for (std::size_t i = 0; i < together; ++i) {
        const Task task = std::move(worker_->tasks.front());
        worker_->tasks.pop_front();
        worker_->Complete(task, {.output = task.payload.str()});
        worker_->session().Grant({{.function = "work", .credits = 1}});
      }
      count -= together;
      harness_.Settle();
    }
  }

  void Crash() {
    worker_ = nullptr;
    harness_.Crash();
  }

  void LoseOneResult(ShardId shard) {
    const auto rows = storage::ScanAndWait(harness_.store(), {.family = storage::Family::kState});
    ASSERT_TRUE(rows.ok());
    const auto result = std::find_if(rows->begin(), rows->end(), [](const storage::Row& row) {
      return rows::ParseResultKey(row.key).has_value();
    });
    ASSERT_NE(result, rows->end());
    storage::ShardBatch batch{.shard = shard};
    batch.writes.Delete(storage::Family::kState, result->key);
    ASSERT_TRUE(storage::CommitAndWait(harness_.store(), std::move(batch)).ok());
  }

  // Not by EXPECT_EQ, which would print thousands of items.
  bool HasJoined(const ExecutionName& name, int items) {
    return harness_.Describe(name).output.view() == Items(items);
  }

  EngineHarness harness_;
  ScriptedWorker* worker_ = nullptr;
  // The limit of each range of results that was read.
  std::vector<std::size_t> result_reads_;
};

TEST_F(EngineResultsTest, ASmallMapNeverReadsItsResults) {
  const ExecutionName name = StartMap(100);
  Work(100);
  EXPECT_TRUE(HasJoined(name, 100));
  EXPECT_THAT(result_reads_, IsEmpty());
}

TEST_F(EngineResultsTest, AMapThatWasReadAgainReadsItsResultsOnceWhenItCloses) {
  const ExecutionName name = StartMap(3'000);
  Work(1'500);
  Crash();
  Work(1'499);
  EXPECT_EQ(harness_.Describe(name).status, ExecutionStatus::kRunning);
  EXPECT_THAT(result_reads_, IsEmpty());
  Work(1);
  EXPECT_TRUE(HasJoined(name, 3'000));
  // 3,000 rows in slices of bounded size, each read once.
  EXPECT_THAT(result_reads_, SizeIs(3));
  EXPECT_THAT(result_reads_, Each(testing::AllOf(Gt(0U), Le(1'024U))));
}

// The last items end together: the store does not hold their results yet when the Map closes.
TEST_F(EngineResultsTest, ResultsThatAreNotDurableYetAreJoinedToo) {
  const ExecutionName name = StartMap(30);
  Work(10);
  Crash();
  Work(20);
  EXPECT_TRUE(HasJoined(name, 30));
  EXPECT_THAT(result_reads_, SizeIs(1));
}

TEST_F(EngineResultsTest, ALargeMapDoesNotKeepItsResultsInMemory) {
  const ExecutionName name = StartMap(1'000);
  Work(999);
  EXPECT_THAT(result_reads_, IsEmpty());
  Work(1);
  EXPECT_TRUE(HasJoined(name, 1'000));
  EXPECT_THAT(result_reads_, SizeIs(1));
}

// Each join that closes leads to the next one's rows, all in one turn.
TEST_F(EngineResultsTest, JoinsWithinJoinsMayCloseTogether) {
  constexpr std::size_t kDepth = 20;
  std::string state = R"({"Type":"Task","Resource":"work","End":true})";
  std::string output = R"("in")";
  for (std::size_t i = 0; i < kDepth; ++i) {
    const std::string name = "S" + std::to_string(i);
    state = R"({"Type":"Parallel","Branches":[{"StartAt":")" + name + R"(","States":{")" + name +
            R"(":)" + state + R"(}}],"End":true})";
    output = "[" + output + "]";
  }
  harness_.Deploy("m", R"({"StartAt":"P","States":{"P":)" + state + "}}");
  const ExecutionName name = harness_.Start("m", R"("in")");
  Crash();
  Work(1);
  EXPECT_EQ(harness_.Describe(name).output.view(), output);
  EXPECT_THAT(result_reads_, SizeIs(kDepth));
}

// The rows must be all that the join has counted: a part of them is never taken for the whole.
TEST_F(EngineResultsTest, AJoinWhoseResultsAreLostIsSetAside) {
  const ExecutionName name = StartMap(5);
  Work(3);
  LoseOneResult(rows::ShardOf({}, "m", name.name));
  Crash();
  Work(2);
  const ExecutionInfo info = harness_.Describe(name);
  EXPECT_EQ(info.status, ExecutionStatus::kRunning);
  EXPECT_EQ(info.quarantine_reason, "a join counts 4 results and 3 are there");
}

}  // namespace
}  // namespace pawl
