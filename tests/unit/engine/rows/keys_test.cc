#include "engine/rows/keys.h"

#include <gtest/gtest.h>

namespace pawl::rows {
namespace {

constexpr ExecutionId kOne{.shard = ShardId{5}, .number = ExecutionNumber{1'000}};
constexpr ExecutionId kTwo{.shard = ShardId{5}, .number = ExecutionNumber{1'001}};

bool Contains(const storage::Range& range, const std::string& key) {
  return range.begin <= key && (range.end.empty() || key < range.end);
}

TEST(KeysTest, TheShardOfAnExecutionNeverChanges) {
  // Stored data depends on these numbers.
  EXPECT_EQ(ShardOf({}, "order", "a").value, ShardOf({}, "order", "a").value);
  EXPECT_LT(ShardOf({}, "order", "b").value, kShards);
  EXPECT_NE(ShardOf({}, "ab", "c"), ShardOf(NamespaceId{1}, "ab", "c"));
}

TEST(KeysTest, RangesHoldWhatIsTheirsAndNothingElse) {
  EXPECT_TRUE(Contains(HotFramesOf(kOne), HotFrameKey(kOne, FrameNumber{7})));
  EXPECT_FALSE(Contains(HotFramesOf(kOne), HotFrameKey(kTwo, FrameNumber{0})));
  EXPECT_FALSE(Contains(HotFramesOf(kOne), ParkedFrameKey(kOne, FrameNumber{7})));
  EXPECT_TRUE(Contains(ResultsOf(kOne, FrameNumber{2}), ResultKey(kOne, FrameNumber{2}, 9)));
  EXPECT_FALSE(Contains(ResultsOf(kOne, FrameNumber{2}), ResultKey(kOne, FrameNumber{3}, 0)));
  EXPECT_TRUE(Contains(HistoryOf(kOne), HistoryKey(kOne, 0xFFFFFFFF)));
  EXPECT_FALSE(Contains(HistoryOf(kOne), HistoryKey(kTwo, 1)));
}

TEST(KeysTest, TheRowOfAnEventIsTheLastNotAfterIt) {
  const storage::Range range = HistoryRowOf(kOne, 8);
  EXPECT_TRUE(Contains(range, HistoryKey(kOne, 8)));
  EXPECT_FALSE(Contains(range, HistoryKey(kOne, 9)));
  EXPECT_TRUE(range.is_reverse);
}

TEST(KeysTest, KeysComeBackAsTheirParts) {
  const auto frame = ParseFrameKey(ArchivedFrameKey(kOne, FrameNumber{3}));
  ASSERT_TRUE(frame);
  EXPECT_EQ(frame->id, kOne);
  EXPECT_EQ(frame->frame, FrameNumber{3});
  const auto timer = ParseTimerKey(TimerKey(kTwo, FromMicros(77), FrameNumber{4}));
  ASSERT_TRUE(timer);
  EXPECT_EQ(timer->due, FromMicros(77));
  EXPECT_EQ(ParseExecutionKey(ExecutionKey(kOne)), kOne);
  EXPECT_EQ(ParseResultKey(ResultKey(kOne, FrameNumber{2}, 9))->index, 9U);
  EXPECT_EQ(ParseHistoryKey(HistoryKey(kOne, 12)), 12U);
  EXPECT_EQ(ParseStateMachineKey(StateMachineKey(NamespaceId{2}, "m")), "m");
  EXPECT_EQ(NamespaceOfStateMachineKey(StateMachineKey(NamespaceId{2}, "m")), NamespaceId{2});
  EXPECT_EQ(ParseFunctionKey(FunctionKey(NamespaceId{2}, "f"))->function, "f");
}

TEST(KeysTest, KeysOfAnotherKindAreRefused) {
  EXPECT_FALSE(ParseFrameKey(ExecutionKey(kOne)));
  EXPECT_FALSE(ParseFrameKey(HotFrameKey(kOne, FrameNumber{1}) + "x"));
  EXPECT_FALSE(ParseTimerKey(""));
  EXPECT_FALSE(ParseListingKey("L"));
}

// Such a time would sort behind every other, and never be due.
TEST(KeysTest, ATimeThatNoKeyHoldsIsRefused) {
  std::string timer = TimerKey(kOne, FromMicros(77), FrameNumber{4});
  timer[3] = '\x80';  // behind shard and tag
  EXPECT_FALSE(ParseTimerKey(timer));
  std::string listing =
      ListingKey({.state_machine = "m", .started_at = FromMicros(10), .id = kOne});
  listing[9] = '\x7F';  // behind tag, namespace, name and status
  EXPECT_FALSE(ParseListingKey(listing));
}

TEST(KeysTest, ListingsComeNewestFirst) {
  ListingKeyParts older{.state_machine = "m", .started_at = FromMicros(10), .id = kOne};
  ListingKeyParts newer = older;
  newer.started_at = FromMicros(11);
  EXPECT_LT(ListingKey(newer), ListingKey(older));
  EXPECT_EQ(ParseListingKey(ListingKey(older)), older);
  EXPECT_TRUE(Contains(ListingOf({}, "m", older.status), ListingKey(older)));
  EXPECT_FALSE(Contains(ListingOf({}, "mm", older.status), ListingKey(older)));
}

TEST(KeysTest, VersionsAndAliasesAreReadFromTheirKeys) {
  EXPECT_EQ(ParseVersionKey(VersionKey({}, "m", 300)), 300U);
  EXPECT_LT(VersionKey({}, "m", 255), VersionKey({}, "m", 256));
  EXPECT_EQ(ParseAliasKey(AliasKey({}, "m", "PROD")), "PROD");
  EXPECT_TRUE(Contains(VersionsOf({}, "m"), VersionKey({}, "m", 1)));
  EXPECT_FALSE(Contains(VersionsOf({}, "m"), VersionKey({}, "mm", 1)));
  EXPECT_FALSE(Contains(AliasesOf({}, "m"), AliasKey({}, "mm", "PROD")));
  EXPECT_NE(TagsKey({}, TaggedKind::kStateMachine, "m"), TagsKey({}, TaggedKind::kActivity, "m"));
}

TEST(KeysTest, TheEndOfAPrefixIsBehindAllThatBeginWithIt) {
  EXPECT_EQ(PrefixEnd("ab"), "ac");
  EXPECT_EQ(PrefixEnd("a\xFF"), "b");
  EXPECT_EQ(PrefixEnd("\xFF\xFF"), "");
}

}  // namespace
}  // namespace pawl::rows
