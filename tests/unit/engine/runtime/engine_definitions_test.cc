// State machines, names, lists and history pages through the façade.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/engine_harness.h"
#include "tests/unit/engine/runtime/definitions.h"

namespace pawl {
namespace {

using test::EngineHarness;
using test::kPassMachine;
using test::kWaitMachine;
using testing::HasSubstr;

constexpr char kPassB[] = R"({"StartAt":"B","States":{"B":{"Type":"Pass","End":true}}})";

class EngineDefinitionsTest : public testing::Test {
 protected:
  EngineHarness harness_;
};

TEST_F(EngineDefinitionsTest, TheSameTextIsTheSameRevision) {
  harness_.Deploy("m", kPassMachine);
  const auto again = harness_.engine().Deploy({.name = "m", .definition = kPassMachine});
  EXPECT_EQ(again->state_machine.revision, 1U);
  EXPECT_FALSE(again->is_changed);
  EXPECT_EQ(harness_.engine().Deploy({.name = "m", .definition = kPassB})->state_machine.revision,
            2U);
  EXPECT_EQ(harness_.engine().DescribeStateMachine({}, "m", 1)->definition, kPassMachine);
}

TEST_F(EngineDefinitionsTest, ARunningExecutionStaysOnItsRevision) {
  harness_.Deploy("m", kWaitMachine);
  const ExecutionName name = harness_.Start("m");
  harness_.Deploy("m", kPassMachine);
  harness_.Crash();
  harness_.Advance(std::chrono::seconds(61));
  EXPECT_EQ(harness_.Describe(name).status, ExecutionStatus::kSucceeded);
  EXPECT_EQ(harness_.History(name)[1].state, "W");
}

TEST_F(EngineDefinitionsTest, AnInvalidDefinitionIsRefusedWithItsPlaces) {
  const auto refused = harness_.engine().Deploy(
      {.name = "m", .definition = R"({"StartAt":"A","States":{"A":{"Type":"Pass","Next":"B"}}})"});
  EXPECT_EQ(refused.status().code(), StatusCode::kInvalidArgument);
  EXPECT_THAT(refused.status().message(), HasSubstr("/States/A/Next"));
}

TEST_F(EngineDefinitionsTest, ADeletedStateMachineGoesWhenItsExecutionsHaveEnded) {
  harness_.Deploy("m", kWaitMachine);
  const ExecutionName name = harness_.Start("m");
  EXPECT_TRUE(harness_.engine().DeleteStateMachine({}, "m").ok());
  EXPECT_EQ(harness_.TryStart({.state_machine = "m"}).status().reason(), "StateMachineDeleting");
  EXPECT_TRUE(harness_.engine().DescribeStateMachine({}, "m", 0)->is_deleting);
  harness_.Advance(std::chrono::seconds(65));
  EXPECT_EQ(harness_.Describe(name).status, ExecutionStatus::kSucceeded);
  EXPECT_EQ(harness_.engine().DescribeStateMachine({}, "m", 0).status().code(),
            StatusCode::kNotFound);
  // Its name is free, and its histories still say what they said.
  harness_.Deploy("m", kPassB);
  EXPECT_EQ(harness_.History(name)[1].state, "W");
}

TEST_F(EngineDefinitionsTest, AStartByNameIsIdempotentWhileTheExecutionIsOpen) {
  harness_.Deploy("m", kWaitMachine);
  const auto first = harness_.TryStart({.state_machine = "m", .name = "n", .input = R"({"a":1})"});
  harness_.Advance(std::chrono::seconds(1));
  const auto second = harness_.TryStart({.state_machine = "m", .name = "n", .input = R"({"a":1})"});
  ASSERT_TRUE(second.ok());
  EXPECT_TRUE(second->is_repeated);
  EXPECT_EQ(second->started_at, first->started_at);
  EXPECT_EQ(harness_.TryStart({.state_machine = "m", .name = "n", .input = R"({"a":2})"})
                .status()
                .reason(),
            "ExecutionAlreadyExists");
  harness_.Crash();
  EXPECT_TRUE(
      harness_.TryStart({.state_machine = "m", .name = "n", .input = R"({"a":1})"})->is_repeated);
  harness_.Advance(std::chrono::minutes(2));
  EXPECT_EQ(
      harness_.TryStart({.state_machine = "m", .name = "n", .input = R"({"a":1})"}).status().code(),
      StatusCode::kAlreadyExists);
}

TEST_F(EngineDefinitionsTest, BadStartsSayWhatIsWrong) {
  harness_.Deploy("m", kPassMachine);
  EXPECT_EQ(harness_.TryStart({.state_machine = "x"}).status().reason(),
            "StateMachineDoesNotExist");
  EXPECT_EQ(harness_.TryStart({.state_machine = "m", .name = "a b"}).status().field(), "name");
  EXPECT_EQ(harness_.TryStart({.state_machine = "m", .input = "{"}).status().field(), "input");
  EXPECT_EQ(
      harness_.TryStart({.state_machine = "m", .input = '"' + std::string(300 * 1024, 'x') + '"'})
          .status()
          .field(),
      "input");
}

TEST_F(EngineDefinitionsTest, ListsComeNewestFirstInPages) {
  harness_.Deploy("m", kPassMachine);
  harness_.Deploy("w", kWaitMachine);
  for (int i = 0; i < 5; ++i) {
    harness_.Start(i % 2 == 0 ? "m" : "w", "{}", "e" + std::to_string(i));
    harness_.Advance(std::chrono::seconds(1));
  }
  std::vector<std::string> names;
  ListRequest request{.page_size = 2};
  do {
    const auto page = harness_.engine().ListExecutions(request);
    ASSERT_TRUE(page.ok());
    for (const ExecutionInfo& info : page->executions)
      names.push_back(info.name.name);
    request.after = page->next;
  } while (!request.after.empty());
  EXPECT_THAT(names, testing::ElementsAre("e4", "e3", "e2", "e1", "e0"));
  const auto running =
      harness_.engine().ListExecutions({.status = ExecutionStatus::kRunning, .page_size = 10});
  EXPECT_EQ(running->executions.size(), 2U);
}

TEST_F(EngineDefinitionsTest, AHistoryIsReadInPagesFromEitherEnd) {
  const ExecutionInfo info = harness_.Run(kPassMachine);
  const auto first = harness_.engine().GetHistory({.name = info.name, .page_size = 3});
  EXPECT_EQ(first->events.size(), 3U);
  EXPECT_TRUE(first->has_more);
  const auto rest = harness_.engine().GetHistory({.name = info.name, .after = 3});
  ASSERT_EQ(rest->events.size(), 1U);
  EXPECT_EQ(rest->events[0].id, 4U);
  const auto backwards =
      harness_.engine().GetHistory({.name = info.name, .page_size = 2, .is_reverse = true});
  EXPECT_EQ(backwards->events[0].id, 4U);
  EXPECT_EQ(backwards->events[1].id, 3U);
}

TEST_F(EngineDefinitionsTest, ClosedExecutionsAreGoneAfterTheirRetention) {
  EngineOptions options;
  options.retention = std::chrono::hours(1);
  EngineHarness harness(options);
  const ExecutionInfo info = harness.Run(kPassMachine);
  harness.Advance(std::chrono::minutes(59));
  EXPECT_TRUE(harness.engine().DescribeExecution(info.name).ok());
  harness.Advance(std::chrono::minutes(2));
  EXPECT_EQ(harness.engine().DescribeExecution(info.name).status().code(), StatusCode::kNotFound);
  EXPECT_TRUE(harness.engine().ListExecutions({})->executions.empty());
}

// The disk may be slower than the upkeep, which then looks at the same rows again.
TEST_F(EngineDefinitionsTest, TheNameOfAnExecutionThatIsBeingRemovedCanBeUsedAgain) {
  EngineHarness harness(EngineOptions{.retention = std::chrono::minutes(1)});
  harness.Deploy("m", kPassMachine);
  const ExecutionName name = harness.Start("m", "1", "a");
  harness.HoldCommits();
  harness.Advance(std::chrono::minutes(2));
  bool is_started = false;
  harness.engine().StartExecution(
      {.state_machine = "m", .name = "a", .input = "2"},
      [&](const Result<StartResponse>& response) { is_started = response.ok(); });
  harness.Advance(std::chrono::seconds(30));
  harness.EndCommits();
  harness.Settle();
  EXPECT_TRUE(is_started);
  const auto found = harness.engine().DescribeExecution(name);
  ASSERT_TRUE(found.ok()) << found.status().ToString();
  EXPECT_EQ(found->input.view(), "2");
  EXPECT_EQ(harness.engine().ListExecutions({})->executions.size(), 1U);
}

TEST_F(EngineDefinitionsTest, ExecutionsSeeTheRoleOfTheirRevision) {
  const std::string definition = R"({"StartAt":"P","States":{"P":{"Type":"Pass",
      "Parameters":{"role.$":"$$.Execution.RoleArn"},"End":true}}})";
  const auto run = [&] {
    const ExecutionName name = harness_.Start("m");
    harness_.Settle();
    return harness_.Describe(name).output.str();
  };
  harness_.Deploy("m", definition);
  EXPECT_EQ(run(), R"({"role":"arn:aws:iam::123456789012:role/pawl"})");
  ASSERT_TRUE(harness_.engine()
                  .Deploy({.name = "m", .must_exist = true, .role_arn = "arn:aws:iam::1:role/mine"})
                  .ok());
  EXPECT_EQ(run(), R"({"role":"arn:aws:iam::1:role/mine"})");
  harness_.Crash();
  EXPECT_EQ(run(), R"({"role":"arn:aws:iam::1:role/mine"})");
}

}  // namespace
}  // namespace pawl
