#include "engine/storage/memory_storage.h"

#include "tests/unit/engine/storage/storage_contract.h"

namespace pawl::storage {
namespace {

struct MemoryHarness {
  static constexpr bool kSurvivesReopen = false;

  static std::unique_ptr<Storage> Open() {
    return std::make_unique<MemoryStorage>(MemoryStorage::Durability::kImmediate);
  }
};

INSTANTIATE_TYPED_TEST_SUITE_P(Memory, StorageContractTest, MemoryHarness);

// Commits rows named after the order of the calls, and remembers the answers.
class ManualMemoryStorageTest : public ::testing::Test {
 protected:
  void Commit(const std::string& key, FencingToken token = 1) {
    std::vector<ShardBatch> group(1);
    group[0] = {.shard = kShard, .token = token, .writes = {}};
    group[0].writes.Put(Family::kState, key, "value");
    storage.Commit(std::move(group), [this](std::vector<CommitResult> results) {
      answers.insert(answers.end(), results.begin(), results.end());
    });
  }

  std::vector<std::string> Keys() {
    const StoreContents contents = storage.Snapshot();
    std::vector<std::string> keys;
    for (const auto& [key, value] : contents.families[0]) {
      keys.push_back(key);
    }
    return keys;
  }

  MemoryStorage storage{MemoryStorage::Durability::kManual, 1};
  std::vector<CommitResult> answers;
};

TEST_F(ManualMemoryStorageTest, ACommitIsNeitherSeenNorAnsweredBeforeItsSync) {
  Commit("a");
  Commit("b");
  EXPECT_EQ(storage.pending_groups(), 2U);
  EXPECT_THAT(*ScanAndWait(storage, {}), IsEmpty());
  EXPECT_THAT(answers, IsEmpty());

  storage.Sync();
  EXPECT_EQ(storage.pending_groups(), 0U);
  EXPECT_THAT(Keys(), ElementsAre("a", "b"));
  EXPECT_THAT(answers, ElementsAre(CommitResult::kOk, CommitResult::kOk));
}

TEST_F(ManualMemoryStorageTest, SyncOldestTakesOneGroup) {
  Commit("a");
  Commit("b");
  EXPECT_TRUE(storage.SyncOldest());
  EXPECT_THAT(Keys(), ElementsAre("a"));
  EXPECT_TRUE(storage.SyncOldest());
  EXPECT_FALSE(storage.SyncOldest());
}

TEST_F(ManualMemoryStorageTest, WhatAnAnswerCommitsWaitsForTheNextSync) {
  std::vector<ShardBatch> group(1);
  group[0].writes.Put(Family::kState, "a", "value");
  storage.Commit(std::move(group), [this](const std::vector<CommitResult>&) { Commit("b"); });
  storage.Sync();
  EXPECT_EQ(storage.pending_groups(), 1U);
  EXPECT_THAT(Keys(), ElementsAre("a"));
}

TEST_F(ManualMemoryStorageTest, ACrashForgetsWhatWasNotSyncedAndNeverAnswersIt) {
  Commit("a");
  storage.Sync();
  Commit("b");
  EXPECT_EQ(storage.Crash(), 0U);
  storage.Sync();
  EXPECT_THAT(Keys(), ElementsAre("a"));
  EXPECT_THAT(answers, ElementsAre(CommitResult::kOk));
}

TEST_F(ManualMemoryStorageTest, ACrashKeepsOnlyPrefixesOfThePendingGroupsAndInTimeEachOfThem) {
  std::vector<int> times(4);
  for (int i = 0; i < 200; ++i) {
    storage.Restore({});
    for (const char* key : {"a", "b", "c"}) {
      Commit(key);
    }
    const std::size_t kept = storage.CrashKeepingSome();
    const std::vector<std::string> all = {"a", "b", "c"};
    ASSERT_LE(kept, all.size());
    ASSERT_EQ(Keys(), std::vector<std::string>(all.begin(), all.begin() + static_cast<long>(kept)));
    ++times[kept];
  }
  EXPECT_THAT(times, ::testing::Each(::testing::Gt(20)));
  EXPECT_THAT(answers, IsEmpty());
}

TEST_F(ManualMemoryStorageTest, TheSameSeedKeepsTheSamePrefixes) {
  const auto run = [](std::uint64_t seed) {
    MemoryStorage seeded(MemoryStorage::Durability::kManual, seed);
    std::vector<std::size_t> kept;
    for (int i = 0; i < 20; ++i) {
      for (int group = 0; group < 9; ++group) {
        seeded.Commit(std::vector<ShardBatch>(1), [](const std::vector<CommitResult>&) {});
      }
      kept.push_back(seeded.CrashKeepingSome());
    }
    return kept;
  };
  EXPECT_EQ(run(5), run(5));
  EXPECT_NE(run(5), run(6));
}

TEST_F(ManualMemoryStorageTest, AnUnavailableCommitRefusesAllLaterOnesUntilACrash) {
  Commit("a");
  storage.FailNextCommit(CommitResult::kUnavailable);
  Commit("b");
  Commit("c");
  storage.Sync();
  EXPECT_THAT(
      answers,
      ElementsAre(CommitResult::kOk, CommitResult::kUnavailable, CommitResult::kUnavailable));
  EXPECT_THAT(Keys(), ElementsAre("a"));

  storage.Crash();
  Commit("d");
  storage.Sync();
  EXPECT_THAT(Keys(), ElementsAre("a", "d"));
}

TEST_F(ManualMemoryStorageTest, ACrashMayShowWhatAFailedDiskHadKept) {
  bool is_seen = false;
  bool is_lost = false;
  for (int i = 0; i < 50; ++i) {
    storage.Restore({});
    storage.FailNextCommit(CommitResult::kUnavailable);
    Commit("a");
    storage.Sync();
    EXPECT_THAT(Keys(), IsEmpty());
    storage.CrashKeepingSome();
    (Keys().empty() ? is_lost : is_seen) = true;
  }
  EXPECT_TRUE(is_seen);
  EXPECT_TRUE(is_lost);
}

TEST_F(ManualMemoryStorageTest, AnUnknownCommitIsSometimesStored) {
  int stored = 0;
  for (int i = 0; i < 100; ++i) {
    storage.Restore({});
    storage.FailNextCommit(CommitResult::kUnknown);
    Commit("a");
    storage.Sync();
    stored += static_cast<int>(Keys().size());
  }
  EXPECT_GT(stored, 10);
  EXPECT_LT(stored, 90);
  EXPECT_THAT(answers, ::testing::Each(CommitResult::kUnknown));
}

TEST_F(ManualMemoryStorageTest, AnInjectedAbortStoresNothingAndPasses) {
  storage.FailNextCommit(CommitResult::kAborted);
  Commit("a");
  Commit("b");
  storage.Sync();
  EXPECT_THAT(answers, ElementsAre(CommitResult::kAborted, CommitResult::kOk));
  EXPECT_THAT(Keys(), ElementsAre("b"));
}

TEST_F(ManualMemoryStorageTest, AnOlderTokenIsAbortedOnceANewerOneIsStored) {
  Commit("a", 1);
  Commit("b", 2);
  Commit("c", 1);
  Commit("d", 2);
  storage.Sync();
  EXPECT_THAT(
      answers,
      ElementsAre(CommitResult::kOk, CommitResult::kOk, CommitResult::kAborted, CommitResult::kOk));
  EXPECT_THAT(Keys(), ElementsAre("a", "b", "d"));
}

TEST_F(ManualMemoryStorageTest, ASnapshotPutBackIsTheSameStore) {
  Commit("a");
  storage.Sync();
  const StoreContents snapshot = storage.Snapshot();
  const std::uint64_t memory = storage.Statistics().memory_bytes;
  Commit("b");
  storage.Sync();
  EXPECT_NE(storage.Snapshot(), snapshot);

  storage.Restore(snapshot);
  EXPECT_EQ(storage.Snapshot(), snapshot);
  EXPECT_EQ(storage.Statistics().memory_bytes, memory);
}

TEST_F(ManualMemoryStorageTest, MemoryIsZeroAgainWhenEveryRowIsGone) {
  EXPECT_EQ(storage.Statistics().memory_bytes, 0U);
  std::vector<ShardBatch> group(1);
  for (const char* key : {"a", "b", "c", "a"}) {
    group[0].writes.Put(Family::kState, key, std::string(100, 'x'));
  }
  group[0].writes.Put(Family::kState, "a", "shorter");
  group[0].writes.Delete(Family::kState, "a");
  group[0].writes.DeleteRange(Family::kState, "b", "z");
  storage.Commit(std::move(group), [](const std::vector<CommitResult>&) {});
  storage.Sync();
  EXPECT_EQ(storage.Statistics().memory_bytes, 0U);
}

TEST_F(ManualMemoryStorageTest, FreeBytesAreWhatTheTestSays) {
  EXPECT_EQ(*storage.FreeBytes(), std::nullopt);
  storage.SetFreeBytes(12);
  EXPECT_THAT(*storage.FreeBytes(), Optional(12U));
}

}  // namespace
}  // namespace pawl::storage
