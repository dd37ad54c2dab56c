// What arrives together is written together, up to a bound.
#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <vector>

#include "engine/rows/keys.h"
#include "tests/support/engine_harness.h"

namespace pawl {
namespace {

using test::EngineHarness;

constexpr int kStarts = 16;
constexpr std::size_t kInputBytes = 1000;

// How many groups it takes to start kStarts executions that arrive at once.
std::uint64_t GroupsOfStarts(EngineHarness& harness) {
  harness.Deploy("m", R"({"StartAt":"W","States":{"W":{"Type":"Wait","Seconds":5,"End":true}}})");
  harness.Settle();
  std::vector<StartRequest> requests(kStarts);
  for (StartRequest& request : requests) {
    request.state_machine = "m";
    request.input = '"' + std::string(kInputBytes, 'x') + '"';
  }
  const std::uint64_t before = harness.store().Statistics().syncs;
  int durable = 0;
  harness.engine().StartExecutions(std::move(requests),
                                   [&](const std::vector<Result<StartResponse>>& started) {
                                     for (const Result<StartResponse>& one : started)
                                       durable += one.ok() ? 1 : 0;
                                   });
  harness.PollExecutors();
  EXPECT_EQ(durable, kStarts);
  return harness.store().Statistics().syncs - before;
}

TEST(EngineGroupsTest, WhatArrivesTogetherIsOneGroup) {
  EngineOptions options;
  options.executors = 1;
  EngineHarness harness(options);
  EXPECT_EQ(GroupsOfStarts(harness), 1U);
}

TEST(EngineGroupsTest, ALargeGroupIsWrittenInParts) {
  EngineOptions options;
  options.executors = 1;
  options.group_bytes_max = 4 * kInputBytes;
  EngineHarness harness(options);
  const std::uint64_t groups = GroupsOfStarts(harness);
  EXPECT_GE(groups, 4U);
  EXPECT_LE(groups, 8U);
}

// What comes while a group is under way waits for the next one, however large that gets.
TEST(EngineGroupsTest, OneGroupIsUnderWayAtATime) {
  EngineOptions options;
  options.executors = 1;
  options.group_bytes_max = 1;
  EngineHarness harness(options);
  harness.Deploy("m", R"({"StartAt":"P","States":{"P":{"Type":"Pass","End":true}}})");
  harness.Settle();
  harness.HoldCommits();
  const std::uint64_t before = harness.store().Statistics().syncs;
  std::vector<StartRequest> requests(kStarts);
  for (StartRequest& request : requests)
    request.state_machine = "m";
  std::vector<Result<StartResponse>> started;
  harness.engine().StartExecutions(
      std::move(requests),
      [&](std::vector<Result<StartResponse>> results) { started = std::move(results); });
  harness.PollExecutors();
  EXPECT_EQ(harness.store().Statistics().syncs, before);
  EXPECT_TRUE(started.empty());
  harness.EndCommits();
  harness.Settle();
  EXPECT_EQ(harness.store().Statistics().syncs, before + 2);
  ASSERT_EQ(started.size(), static_cast<std::size_t>(kStarts));
  for (const Result<StartResponse>& one : started) {
    ASSERT_TRUE(one.ok()) << one.status().ToString();
    EXPECT_EQ(harness.Describe(one->name).status, ExecutionStatus::kSucceeded);
  }
}

// The turns of one execution come in several groups: what is stored between two of them is not
// taken for forgotten by upkeep.
TEST(EngineGroupsTest, WhatGoesOnWithTheNextRoundIsNotForgotten) {
  EngineOptions options;
  options.executors = 1;
  options.group_bytes_max = 1;
  options.limits.turn_transitions_max = 1;
  EngineHarness harness(options);
  harness.Deploy("m", R"({"StartAt":"M","States":{"M":{"Type":"Map","End":true,"ItemProcessor":{
      "StartAt":"P","States":{"P":{"Type":"Pass","Next":"Q"},"Q":{"Type":"Pass","End":true}}}}}})");
  // Each takes several rounds, in a shard of its own. One shard gets its upkeep in a round.
  std::vector<ExecutionName> names;
  for (int round = 0; round < rows::kShards; ++round) {
    names.push_back(harness.Start("m", "[1,2,3,4,5,6,7,8,9,10,11,12]"));
    harness.clock().Advance(std::chrono::milliseconds(50));
    harness.PollExecutors();
  }
  harness.Advance(std::chrono::seconds(1));
  for (const ExecutionName& name : names)
    EXPECT_EQ(harness.Describe(name).status, ExecutionStatus::kSucceeded);
  EXPECT_EQ(harness.engine().Statistics().scrubbed, 0U);
}

}  // namespace
}  // namespace pawl
