// Where a turn ends, what it counts, and which rows it asks for.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <variant>

#include "engine/asl/compile.h"
#include "engine/interpreter/advance.h"
#include "tests/support/execution_harness.h"

namespace pawl::interpreter {
namespace {

using namespace std::chrono_literals;
using std::chrono::seconds;
using test::ExecutionHarness;
using testing::ElementsAre;
using testing::Field;
using testing::SizeIs;

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

// A loop of two Pass states that ends when the history is full.
constexpr char kEndless[] = R"({"StartAt":"A","States":{"A":{"Type":"Pass","Next":"B"},
    "B":{"Type":"Choice","Choices":[{"Variable":"$","IsNull":true,"Next":"C"}],"Default":"A"},
    "C":{"Type":"Succeed"}}})";

// The design's quantum: 64 transitions, so that a loop starves nobody.
TEST(QuantumTest, ATurnEndsAfterSixtyFourTransitions) {
  Limits limits;
  limits.history_events_max = 1'000;
  ExecutionHarness run(kEndless, "{}", limits);
  ASSERT_GE(run.turns().size(), 7U);
  for (std::size_t i = 0; i < 7; ++i) {
    // Entry and exit of each state, and the execution's start.
    EXPECT_THAT(run.turns()[i].history, SizeIs(i == 0 ? 129 : 128));
    EXPECT_THAT(
        run.turns()[i].effects,
        ElementsAre(testing::VariantWith<ContinueFrame>(Field(&ContinueFrame::frame, kRootFrame))));
  }
}

// The design's quantum: 1 MiB of history, each payload at most 256 KiB.
TEST(QuantumTest, ATurnEndsAfterOneMebibyteOfHistory) {
  Limits limits;
  limits.history_events_max = 100;
  const std::string large(240 * 1024, 'x');
  ExecutionHarness run(R"-({"StartAt":"A","States":{
      "A":{"Type":"Pass","Parameters":{"x.$":"$.x","id.$":"States.UUID()"},"Next":"B"},
      "B":{"Type":"Choice","Choices":[{"Variable":"$.x","IsPresent":false,"Next":"S"}],"Default":"A"},
      "S":{"Type":"Succeed"}}})-",
                       R"({"x":")" + large + R"("})",
                       limits);
  ASSERT_GE(run.turns().size(), 5U);
  for (std::size_t i = 0; i < 4; ++i) {
    std::size_t bytes = 0;
    for (const HistoryEvent& event : run.turns()[i].history) {
      if (event.payload && event.payload->home == event.id) bytes += event.payload->bytes.size();
    }
    EXPECT_GE(bytes, 1024U * 1024);
    EXPECT_LE(bytes, 1024U * 1024 + 256 * 1024);
  }
}

// Children count like transitions, and a turn that is cut short starts at least one.
TEST(QuantumTest, AMapStartsItsItemsOverManyTurns) {
  Limits limits;
  limits.turn_transitions_max = 1;
  ExecutionHarness run(R"({"StartAt":"M","States":{"M":{"Type":"Map","ItemProcessor":{"StartAt":"A",
      "States":{"A":{"Type":"Pass","Next":"B"},"B":{"Type":"Pass","End":true}}},"End":true}}})",
                       "[1,2,3]",
                       limits);
  EXPECT_EQ(run.Outcome(), "SUCCEEDED [1,2,3]");
  // One for each state of each item.
  EXPECT_GE(run.turns().size(), 6U);
}

// AWS's quota: 25,000 events. The last one tells how the execution ended; what had come after it is
// never written.
TEST(HistoryLimitTest, TheTwentyFiveThousandthEventClosesTheExecution) {
  ExecutionHarness run(kEndless);
  EXPECT_EQ(run.Outcome(), "FAILED States.Runtime");
  EXPECT_EQ(run.history().size(), 25'000U);
  EXPECT_EQ(run.history().back().type, EventType::kExecutionFailed);
  EXPECT_EQ(run.history().back().previous, 24'999U);
}

TEST(HistoryLimitTest, AnExecutionThatJustFitsSucceeds) {
  constexpr char kOne[] = R"({"StartAt":"A","States":{"A":{"Type":"Pass","End":true}}})";
  Limits limits;
  limits.history_events_max = 4;
  EXPECT_EQ(ExecutionHarness(kOne, "{}", limits).Outcome(), "SUCCEEDED {}");
  limits.history_events_max = 3;
  EXPECT_EQ(ExecutionHarness(kOne, "{}", limits).Outcome(), "FAILED States.Runtime");
}

// The end of a task brings four events and more; where they do not fit, none of them leads on.
TEST(HistoryLimitTest, EventsStillToComeInTheTurnCount) {
  for (std::uint32_t room = 4; room < 7; ++room) {
    Limits limits;
    limits.history_events_max = room;
    ExecutionHarness run(
        R"({"StartAt":"T","States":{"T":{"Type":"Task","Resource":"f","End":true}}})",
        "{}",
        limits);
    run.CompleteTask("1");
    EXPECT_EQ(run.Outcome(), "FAILED States.Runtime") << room;
    EXPECT_EQ(run.history().size(), room);
  }
}

TEST(HistoryLimitTest, OpenBranchesAreEndedWithTheExecution) {
  Limits limits;
  limits.history_events_max = 9;
  ExecutionHarness run(R"({"StartAt":"P","States":{"P":{"Type":"Parallel","End":true,"Branches":[
      {"StartAt":"A","States":{"A":{"Type":"Task","Resource":"f","End":true}}},
      {"StartAt":"B","States":{"B":{"Type":"Task","Resource":"f","End":true}}}]}}})",
                       "{}",
                       limits);
  run.CompleteTask("1", run.In("A"));
  EXPECT_EQ(run.Outcome(), "FAILED States.Runtime");
  EXPECT_THAT(run.TakeEffects(), ElementsAre(test::CancelsTask()));
  EXPECT_THAT(run.States(), testing::IsEmpty());
}

// What Missing names, one kind of row at a time. (That the turn is the same with few rows and with
// all of them, the harness checks for every message of every test.)
class MissingTest : public TurnTest {
 protected:
  // A Map over two items with one task open, stored and read again without results and payloads.
  void StopBeforeTheLastItem() {
    Define(R"({"StartAt":"M","States":{"M":{"Type":"Map","MaxConcurrency":1,"ResultPath":"$.r",
        "ItemsPath":"$.items","ItemProcessor":{"StartAt":"T","States":{"T":{"Type":"Task",
        "Resource":"f","End":true}}},"End":true}}})");
    Take({.at = kNoon, .body = Start{.input = Bytes(R"({"items":[1,2]})")}});
    CompleteTask("1");
    rows_.results.clear();
    for (auto& [number, frame] : rows_.frames)
      frame.input.bytes = {};
  }

  Message TaskEnd(const std::string& output) const {
    const Frame& frame = rows_.frames.rbegin()->second;
    return {.frame = frame.number,
            .at = kNoon,
            .body = TaskEnded{.wait_number = frame.wait_number, .output = Bytes(output)}};
  }

  void CompleteTask(const std::string& output) { Take(TaskEnd(output)); }

  Missing MissingFor(const Message& message) const {
    const auto outcome = Advance(*machine_, environment_, rows_, message);
    const auto* missing = std::get_if<Missing>(&outcome);
    EXPECT_NE(missing, nullptr);
    return missing == nullptr ? Missing{} : *missing;
  }
};

TEST_F(MissingTest, AJoinThatClosesNamesItsResultsThenThePayloadsTheyReferTo) {
  StopBeforeTheLastItem();
  const Message last = TaskEnd("2");
  const Missing first = MissingFor(last);
  EXPECT_THAT(first.results, ElementsAre(kRootFrame));
  EXPECT_FALSE(first.needs_all_frames);

  rows_.results[kRootFrame][0] = Payload{.bytes = {}, .home = 8};
  EXPECT_THAT(MissingFor(last).payloads, testing::Contains(8U));
  rows_.payloads[8] = Bytes("1");
  EXPECT_THAT(MissingFor(last).payloads, ElementsAre(1U));
  rows_.payloads[1] = Bytes(R"({"items":[1,2]})");
  EXPECT_EQ(Take(last).close->output.bytes.view(), R"({"items":[1,2],"r":[1,2]})");
}

// An item that ends while the results are not there adds to the rows, and does not make a part of
// them look like all.
TEST_F(MissingTest, AResultThatComesInDoesNotStandForTheRest) {
  StopBeforeTheLastItem();
  Turn turn;
  turn.results = {BranchResult{.join = kRootFrame, .index = 1, .output = {.bytes = Bytes("2")}}};
  Apply(turn, rows_);
  EXPECT_FALSE(rows_.results.contains(kRootFrame));
}

TEST_F(MissingTest, AFailureNamesAllFrames) {
  StopBeforeTheLastItem();
  EXPECT_FALSE(MissingFor(TaskEnd("2")).needs_all_frames);
  rows_.has_all_frames = false;
  EXPECT_TRUE(MissingFor({.at = kNoon, .body = Stop{}}).needs_all_frames);
}

}  // namespace
}  // namespace pawl::interpreter
