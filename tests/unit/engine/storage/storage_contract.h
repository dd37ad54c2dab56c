// What every Storage promises, as one test suite over a list of implementations. A harness opens
// the implementation under test:
//
//   struct Harness {
//     std::unique_ptr<Storage> Open();   // the same store each time; the one before is closed
//     static constexpr bool kSurvivesReopen;
//   };
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "engine/platform/thread.h"
#include "engine/storage/storage.h"

namespace pawl::storage {

inline constexpr ShardId kShard{7};

template <typename Harness>
class StorageContractTest : public ::testing::Test {
 protected:
  StorageContractTest() : storage_(harness_.Open()) {}

  void Reopen() {
    storage_.reset();
    storage_ = harness_.Open();
  }

  Storage& storage() { return *storage_; }

  // Commits what `write` puts into a batch.
  template <typename Write>
  void Commit(Write write) {
    ShardBatch batch{.shard = kShard, .token = 1, .writes = {}};
    write(batch.writes);
    const Status status = CommitAndWait(*storage_, std::move(batch));
    ASSERT_TRUE(status.ok()) << status.ToString();
  }

  void Put(std::string key, std::string value, Family family = Family::kState) {
    Commit([&](WriteBatch& writes) { writes.Put(family, std::move(key), std::move(value)); });
  }

  std::optional<std::string> Get(std::string key, Family family = Family::kState) {
    auto value = GetAndWait(*storage_, {family, std::move(key)});
    EXPECT_TRUE(value.ok()) << value.status().ToString();
    return value.ok() ? *value : std::nullopt;
  }

  std::vector<std::string> Keys(Range range) {
    auto rows = ScanAndWait(*storage_, std::move(range));
    EXPECT_TRUE(rows.ok()) << rows.status().ToString();
    std::vector<std::string> keys;
    if (!rows.ok()) return keys;
    for (Row& row : *rows) {
      keys.push_back(std::move(row.key));
    }
    return keys;
  }

  // Rows "a" to "e".
  void PutLetters() {
    Commit([](WriteBatch& writes) {
      for (const char* key : {"c", "a", "e", "b", "d"}) {
        writes.Put(Family::kState, key, std::string("value of ") + key);
      }
    });
  }

 private:
  Harness harness_;
  std::unique_ptr<Storage> storage_;
};

TYPED_TEST_SUITE_P(StorageContractTest);

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Optional;

TYPED_TEST_P(StorageContractTest, AnEmptyStoreHasNoRows) {
  EXPECT_EQ(this->Get("a"), std::nullopt);
  for (const Family family : {Family::kState, Family::kHistory, Family::kIndex}) {
    EXPECT_THAT(this->Keys({.family = family}), IsEmpty());
  }
}

TYPED_TEST_P(StorageContractTest, ARowIsReadBackAsItWasPut) {
  this->Put("key", "value");
  EXPECT_THAT(this->Get("key"), Optional(std::string("value")));
  EXPECT_EQ(this->Get("ke"), std::nullopt);
  EXPECT_EQ(this->Get("key0"), std::nullopt);
}

TYPED_TEST_P(StorageContractTest, AnEmptyValueIsNotAMissingRow) {
  this->Put("key", "");
  EXPECT_THAT(this->Get("key"), Optional(std::string()));
  EXPECT_THAT(this->Keys({}), ElementsAre("key"));
}

TYPED_TEST_P(StorageContractTest, KeysAndValuesAreAnyBytes) {
  const std::string key("\0\xFF\x80k\0", 5);
  const std::string value("\0\0\xFE", 3);
  this->Put(key, value);
  EXPECT_THAT(this->Get(key), Optional(value));
  EXPECT_THAT(this->Keys({}), ElementsAre(key));
}

TYPED_TEST_P(StorageContractTest, KeysAreOrderedAsUnsignedBytes) {
  const std::string zero("\0", 1);
  for (const std::string& key : {std::string("\xFF"),
                                 std::string("a"),
                                 zero,
                                 std::string("\x80"),
                                 std::string("aa"),
                                 std::string("B")}) {
    this->Put(key, "");
  }
  EXPECT_THAT(this->Keys({}), ElementsAre(zero, "B", "a", "aa", "\x80", "\xFF"));
}

TYPED_TEST_P(StorageContractTest, FamiliesDoNotShareKeys) {
  this->Put("key", "state", Family::kState);
  this->Put("key", "history", Family::kHistory);
  EXPECT_THAT(this->Get("key", Family::kState), Optional(std::string("state")));
  EXPECT_THAT(this->Get("key", Family::kHistory), Optional(std::string("history")));
  EXPECT_EQ(this->Get("key", Family::kIndex), std::nullopt);
}

TYPED_TEST_P(StorageContractTest, ARangeHoldsItsBeginAndNotItsEnd) {
  this->PutLetters();
  EXPECT_THAT(this->Keys({.begin = "b", .end = "d"}), ElementsAre("b", "c"));
  EXPECT_THAT(this->Keys({.begin = "bb", .end = "dd"}), ElementsAre("c", "d"));
  EXPECT_THAT(this->Keys({.begin = "d"}), ElementsAre("d", "e"));
  EXPECT_THAT(this->Keys({.end = "b"}), ElementsAre("a"));
  EXPECT_THAT(this->Keys({.begin = "f"}), IsEmpty());
}

TYPED_TEST_P(StorageContractTest, ARangeThatEndsBeforeItBeginsIsEmpty) {
  this->PutLetters();
  EXPECT_THAT(this->Keys({.begin = "d", .end = "b"}), IsEmpty());
  EXPECT_THAT(this->Keys({.begin = "d", .end = "b", .is_reverse = true}), IsEmpty());
  EXPECT_THAT(this->Keys({.begin = "b", .end = "b"}), IsEmpty());
}

TYPED_TEST_P(StorageContractTest, AReverseRangeHoldsTheSameRowsBackwards) {
  this->PutLetters();
  EXPECT_THAT(this->Keys({.begin = "b", .end = "d", .is_reverse = true}), ElementsAre("c", "b"));
  EXPECT_THAT(this->Keys({.is_reverse = true}), ElementsAre("e", "d", "c", "b", "a"));
  EXPECT_THAT(this->Keys({.begin = "bb", .end = "dd", .is_reverse = true}), ElementsAre("d", "c"));
}

TYPED_TEST_P(StorageContractTest, ALimitKeepsTheFirstRowsOfTheDirection) {
  this->PutLetters();
  EXPECT_THAT(this->Keys({.begin = "b", .limit = 2}), ElementsAre("b", "c"));
  EXPECT_THAT(this->Keys({.end = "d", .limit = 2, .is_reverse = true}), ElementsAre("c", "b"));
  EXPECT_THAT(this->Keys({.begin = "d", .limit = 9}), ElementsAre("d", "e"));
}

TYPED_TEST_P(StorageContractTest, ALoadAnswersInTheOrderOfItsRequest) {
  this->PutLetters();
  LoadRequest request;
  request.keys = {{Family::kState, "c"}, {Family::kState, "x"}, {Family::kState, "a"}};
  request.ranges = {{.begin = "d"}, {.end = "b"}};
  const auto response = LoadAndWait(this->storage(), request);
  ASSERT_TRUE(response.ok());
  EXPECT_THAT(
      response->values,
      ElementsAre(
          Optional(std::string("value of c")), std::nullopt, Optional(std::string("value of a"))));
  EXPECT_THAT(response->rows,
              ElementsAre(ElementsAre(Row{"d", "value of d"}, Row{"e", "value of e"}),
                          ElementsAre(Row{"a", "value of a"})));
}

TYPED_TEST_P(StorageContractTest, ALaterOperationOfABatchWins) {
  this->Put("deleted", "old");
  this->Commit([](WriteBatch& writes) {
    writes.Put(Family::kState, "twice", "first");
    writes.Put(Family::kState, "twice", "second");
    writes.Delete(Family::kState, "again");
    writes.Put(Family::kState, "again", "put");
    writes.Put(Family::kState, "deleted", "new");
    writes.Delete(Family::kState, "deleted");
  });
  EXPECT_THAT(this->Get("twice"), Optional(std::string("second")));
  EXPECT_THAT(this->Get("again"), Optional(std::string("put")));
  EXPECT_EQ(this->Get("deleted"), std::nullopt);
}

TYPED_TEST_P(StorageContractTest, DeletingAMissingRowIsNoError) {
  this->Commit([](WriteBatch& writes) { writes.Delete(Family::kState, "nothing"); });
  EXPECT_THAT(this->Keys({}), IsEmpty());
}

TYPED_TEST_P(StorageContractTest, DeleteRangeDeletesItsBeginAndNotItsEnd) {
  this->PutLetters();
  this->Put("b", "history", Family::kHistory);
  this->Commit([](WriteBatch& writes) { writes.DeleteRange(Family::kState, "b", "d"); });
  EXPECT_THAT(this->Keys({}), ElementsAre("a", "d", "e"));
  EXPECT_EQ(this->Get("c"), std::nullopt);
  EXPECT_THAT(this->Get("b", Family::kHistory), Optional(std::string("history")));
}

TYPED_TEST_P(StorageContractTest, DeleteRangeThatEndsBeforeItBeginsDeletesNothing) {
  this->PutLetters();
  this->Commit([](WriteBatch& writes) {
    writes.DeleteRange(Family::kState, "d", "b");
    writes.DeleteRange(Family::kState, "c", "c");
    writes.DeleteRange(Family::kState, "a", "");
  });
  EXPECT_THAT(this->Keys({}), ElementsAre("a", "b", "c", "d", "e"));
}

TYPED_TEST_P(StorageContractTest, ARowPutAfterDeleteRangeOfItsBatchStays) {
  this->PutLetters();
  this->Commit([](WriteBatch& writes) {
    writes.Put(Family::kState, "bb", "before");
    writes.DeleteRange(Family::kState, "b", "d");
    writes.Put(Family::kState, "c", "after");
  });
  EXPECT_THAT(this->Keys({}), ElementsAre("a", "c", "d", "e"));
  EXPECT_THAT(this->Get("c"), Optional(std::string("after")));
}

// Ranges that begin with keys of every length, among rows of every length around them.
TYPED_TEST_P(StorageContractTest, DeleteRangeTakesExactlyItsRowsWhateverTheLengthOfKeys) {
  const std::string zeros(40, '\0');
  for (std::size_t begin = 0; begin <= 40; ++begin) {
    std::vector<std::string> kept;
    this->Commit([&](WriteBatch& writes) {
      for (std::size_t bytes = 0; bytes <= 40; ++bytes) {
        for (const char* stem : {"sh", "shH", "si"}) {
          const std::string key = stem + zeros.substr(0, bytes);
          writes.Put(Family::kHistory, key, "value");
          const bool is_deleted = stem == std::string("sh") && bytes >= begin;
          if (!is_deleted) kept.push_back(key);
        }
      }
    });
    this->Commit([&](WriteBatch& writes) {
      writes.DeleteRange(Family::kHistory, "sh" + zeros.substr(0, begin), "shH");
    });
    std::sort(kept.begin(), kept.end());
    ASSERT_EQ(this->Keys({.family = Family::kHistory}), kept) << begin;
  }
}

TYPED_TEST_P(StorageContractTest, LaterCommitsWinOverEarlierOnes) {
  for (int i = 0; i < 100; ++i) {
    this->Put("key", std::to_string(i));
  }
  EXPECT_THAT(this->Get("key"), Optional(std::string("99")));
  EXPECT_THAT(this->Keys({}), ElementsAre("key"));
}

TYPED_TEST_P(StorageContractTest, AGroupGetsOneResultForEachOfItsShards) {
  std::vector<ShardBatch> group(3);
  for (std::uint16_t i = 0; i < 3; ++i) {
    group[i].shard = ShardId{i};
    group[i].writes.Put(Family::kState, std::string(1, static_cast<char>('a' + i)), "value");
  }
  std::vector<CommitResult> results;
  platform::Event finished;
  this->storage().Commit(std::move(group), [&](std::vector<CommitResult> answer) {
    results = std::move(answer);
    finished.Notify();
  });
  finished.Wait();
  EXPECT_THAT(results, ElementsAre(CommitResult::kOk, CommitResult::kOk, CommitResult::kOk));
  EXPECT_THAT(this->Keys({}), ElementsAre("a", "b", "c"));
}

TYPED_TEST_P(StorageContractTest, AnEmptyGroupAndAnEmptyBatchSucceed) {
  this->Commit([](WriteBatch&) {});
  std::optional<std::size_t> results;
  platform::Event finished;
  this->storage().Commit({}, [&](const std::vector<CommitResult>& answer) {
    results = answer.size();
    finished.Notify();
  });
  finished.Wait();
  EXPECT_THAT(results, Optional(0U));
}

TYPED_TEST_P(StorageContractTest, LargeValuesOfEveryFamilyAreReadBackWhole) {
  std::string value(std::size_t{512} << 10, 'x');
  for (std::size_t i = 0; i < value.size(); i += 7) {
    value[i] = static_cast<char>(i % 251);
  }
  for (const Family family : {Family::kState, Family::kHistory, Family::kIndex}) {
    this->Put("large", value, family);
    this->Put("small", "s", family);
    EXPECT_THAT(this->Get("large", family), Optional(value));
  }
  this->Reopen();
  if (!TypeParam::kSurvivesReopen) return;
  for (const Family family : {Family::kState, Family::kHistory, Family::kIndex}) {
    EXPECT_THAT(this->Get("large", family), Optional(value));
    EXPECT_THAT(this->Keys({.family = family}), ElementsAre("large", "small"));
  }
}

TYPED_TEST_P(StorageContractTest, EverythingCommittedIsThereAfterReopening) {
  if (!TypeParam::kSurvivesReopen) GTEST_SKIP() << "this store ends with its object";
  this->PutLetters();
  this->Commit([](WriteBatch& writes) {
    writes.Delete(Family::kState, "a");
    writes.DeleteRange(Family::kState, "c", "e");
    writes.Put(Family::kIndex, "definition", "text");
  });
  this->Reopen();
  EXPECT_THAT(this->Keys({}), ElementsAre("b", "e"));
  EXPECT_THAT(this->Get("definition", Family::kIndex), Optional(std::string("text")));
  this->Put("f", "after");
  this->Reopen();
  EXPECT_THAT(this->Keys({}), ElementsAre("b", "e", "f"));
}

// A writer changes two rows together; a reader never sees one of them changed alone, be it through
// keys or through a range.
TYPED_TEST_P(StorageContractTest, AConcurrentLoadSeesABatchWholeOrNotAtAll) {
  std::atomic<bool> is_stopping = false;
  const auto put_both = [&](int i) {
    this->Commit([&](WriteBatch& writes) {
      writes.Put(Family::kState, "one", std::to_string(i));
      writes.Put(Family::kHistory, "other", std::to_string(i));
    });
  };
  put_both(0);
  std::uint64_t torn = 0;
  std::uint64_t loads = 0;
  platform::Thread reader("reader", [&] {
    do {
      LoadRequest request;
      request.keys = {{Family::kState, "one"}, {Family::kHistory, "other"}};
      request.ranges = {{.family = Family::kHistory}, {.family = Family::kState}};
      const auto response = LoadAndWait(this->storage(), request);
      const bool is_whole = response.ok() && response->values[0] == response->values[1] &&
                            response->rows[0].at(0).value == response->rows[1].at(0).value &&
                            response->rows[0].at(0).value == response->values[0];
      if (!is_whole) ++torn;
      ++loads;
    } while (!is_stopping);
  });
  for (int i = 1; i <= 300; ++i) {
    put_both(i);
  }
  is_stopping = true;
  reader.Join();
  EXPECT_EQ(torn, 0U);
  EXPECT_GT(loads, 0U);
}

TYPED_TEST_P(StorageContractTest, CommitsFromSeveralThreadsAllArrive) {
  constexpr int kThreads = 4;
  constexpr int kCommits = 50;
  {
    std::vector<std::unique_ptr<platform::Thread>> threads;
    threads.reserve(kThreads);
    for (int thread = 0; thread < kThreads; ++thread) {
      threads.push_back(std::make_unique<platform::Thread>("writer", [this, thread] {
        for (int i = 0; i < kCommits; ++i) {
          this->Put(std::to_string(thread) + "/" + std::to_string(i), "value");
        }
      }));
    }
  }
  EXPECT_EQ(this->Keys({}).size(), static_cast<std::size_t>(kThreads * kCommits));
}

TYPED_TEST_P(StorageContractTest, StatisticsCountWhatWasCommitted) {
  const StorageStatistics before = this->storage().Statistics();
  this->Commit([](WriteBatch& writes) {
    writes.Put(Family::kState, "key", "value");
    writes.Delete(Family::kHistory, "other");
  });
  const StorageStatistics after = this->storage().Statistics();
  EXPECT_EQ(after.syncs - before.syncs, 1U);
  EXPECT_EQ(after.batches - before.batches, 1U);
  EXPECT_EQ(after.rows_written - before.rows_written, 2U);
  EXPECT_EQ(after.bytes_written - before.bytes_written, 13U);
  EXPECT_GE(after.log_bytes - before.log_bytes, 13U);
  EXPECT_GT(after.memory_bytes, 0U);
}

REGISTER_TYPED_TEST_SUITE_P(StorageContractTest,
                            AnEmptyStoreHasNoRows,
                            ARowIsReadBackAsItWasPut,
                            AnEmptyValueIsNotAMissingRow,
                            KeysAndValuesAreAnyBytes,
                            KeysAreOrderedAsUnsignedBytes,
                            FamiliesDoNotShareKeys,
                            ARangeHoldsItsBeginAndNotItsEnd,
                            ARangeThatEndsBeforeItBeginsIsEmpty,
                            AReverseRangeHoldsTheSameRowsBackwards,
                            ALimitKeepsTheFirstRowsOfTheDirection,
                            ALoadAnswersInTheOrderOfItsRequest,
                            ALaterOperationOfABatchWins,
                            DeletingAMissingRowIsNoError,
                            DeleteRangeDeletesItsBeginAndNotItsEnd,
                            DeleteRangeThatEndsBeforeItBeginsDeletesNothing,
                            ARowPutAfterDeleteRangeOfItsBatchStays,
                            DeleteRangeTakesExactlyItsRowsWhateverTheLengthOfKeys,
                            LaterCommitsWinOverEarlierOnes,
                            AGroupGetsOneResultForEachOfItsShards,
                            AnEmptyGroupAndAnEmptyBatchSucceed,
                            LargeValuesOfEveryFamilyAreReadBackWhole,
                            EverythingCommittedIsThereAfterReopening,
                            AConcurrentLoadSeesABatchWholeOrNotAtAll,
                            CommitsFromSeveralThreadsAllArrive,
                            StatisticsCountWhatWasCommitted);

}  // namespace pawl::storage
