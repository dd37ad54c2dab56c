// Advance by hand: one message, one turn.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <variant>

#include "engine/asl/compile.h"
#include "engine/interpreter/advance.h"

namespace pawl::interpreter {
namespace {

using std::chrono::seconds;

constexpr Timestamp kNoon = FromMicros(1'767'268'800'000'000);

class TurnTest : public testing::Test {
 protected:
  void Define(const std::string& definition) {
    machine_ = asl::Compile(definition).machine;
    ASSERT_NE(machine_, nullptr);
  }

  Turn Take(Message message) {
    auto outcome = Advance(*machine_, environment_, rows_, message);
    EXPECT_TRUE(std::holds_alternative<Turn>(outcome));
    Turn turn = std::get<Turn>(std::move(outcome));
    Apply(turn, rows_);
    return turn;
  }

  Turn StartAt(Timestamp at) {
    return Take({.frame = kRootFrame, .at = at, .body = Start{.input = Bytes("{}")}});
  }

  Turn CompleteRootTask(Timestamp at) {
    return Take({.frame = kRootFrame,
                 .at = at,
                 .body = TaskEnded{.wait_number = rows_.frames.at(kRootFrame).wait_number,
                                   .output = Bytes("1")}});
  }

  std::shared_ptr<const asl::StateMachine> machine_;
  Environment environment_;
  WorkingSet rows_;
};

// A branch that ends while its sibling goes on stands behind the sibling in the turn.
TEST_F(TurnTest, BranchThatEndedIsJoinedWhenTheTurnIsCutShort) {
  Define(R"({"StartAt":"P","States":{"P":{"Type":"Parallel","End":true,"Branches":[
      {"StartAt":"A","States":{"A":{"Type":"Pass","End":true}}},
      {"StartAt":"B","States":{"B":{"Type":"Pass","Next":"C"},"C":{"Type":"Pass","End":true}}}]}}})");
  environment_.limits.turn_transitions_max = 3;
  const Turn first = StartAt(kNoon);
  ASSERT_EQ(first.results.size(), 1U);
  EXPECT_EQ(std::get<BranchResult>(first.results[0]).index, 0U);

  const FrameNumber second = std::get<ContinueFrame>(first.effects.back()).frame;
  const Turn last = Take({.frame = second, .at = kNoon, .body = Continue{}});
  ASSERT_TRUE(last.close.has_value());
  EXPECT_EQ(last.close->output.bytes.view(), "[{},{}]");
}

TEST_F(TurnTest, HistoryThatFillsUpEndsTheExecutionThere) {
  Define(
      R"({"StartAt":"A","States":{"A":{"Type":"Pass","Next":"B"},"B":{"Type":"Pass","End":true}}})");
  // Room for the start, A and the entry of B; its exit would take the closing event's place.
  environment_.limits.history_events_max = 5;
  const Turn turn = StartAt(kNoon);
  ASSERT_TRUE(turn.close.has_value());
  EXPECT_EQ(turn.close->status, ExecutionStatus::kFailed);
  EXPECT_EQ(turn.close->error, "States.Runtime");
  EXPECT_EQ(turn.history.back().type, EventType::kExecutionFailed);
  EXPECT_EQ(turn.history.back().id, 5U);
  EXPECT_LT(turn.history.back().previous, turn.history.back().id);
}

// Engine time may begin up to a second earlier after a restart; an execution's time does not.
TEST_F(TurnTest, WaitIsCountedFromTheLastEventWhereEngineTimeIsBehindIt) {
  Define(R"({"StartAt":"T","States":{"T":{"Type":"Task","Resource":"f","Next":"W"},
      "W":{"Type":"Wait","Seconds":10,"End":true}}})");
  StartAt(kNoon);
  CompleteRootTask(kNoon - seconds(1));
  EXPECT_EQ(std::get<TimerWait>(rows_.frames.at(kRootFrame).wait).due, kNoon + seconds(10));
}

TEST_F(TurnTest, RestartArmsTheExecutionsDeadlineBesidesThatOfItsWait) {
  Define(R"({"StartAt":"W","TimeoutSeconds":60,"States":{
      "W":{"Type":"Wait","Seconds":10,"Next":"T"},"T":{"Type":"Task","Resource":"f","End":true}}})");
  StartAt(kNoon);
  std::vector<Timestamp> due;
  for (const Effect& effect : EffectsOf(rows_.frames.at(kRootFrame))) {
    due.push_back(std::get<ArmTimer>(effect).due);
  }
  EXPECT_THAT(due, testing::UnorderedElementsAre(kNoon + seconds(10), kNoon + seconds(60)));
}

}  // namespace
}  // namespace pawl::interpreter
