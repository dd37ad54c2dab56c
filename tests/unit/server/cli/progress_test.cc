#include "server/cli/progress.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "server/cli/terminal_text.h"

namespace pawl::cli {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;

v1::HistoryEvent Event(v1::HistoryEventType type, const std::string& state, int seconds = 0) {
  v1::HistoryEvent event;
  event.set_type(type);
  event.set_state(state);
  event.mutable_time()->set_seconds(seconds);
  return event;
}

class ProgressTest : public ::testing::Test {
 protected:
  std::optional<std::string> Take(const v1::HistoryEvent& event) {
    progress_.Take(event);
    return narration_.Tell(progress_, event);
  }

  void Fail(const std::string& state) {
    v1::HistoryEvent event = Event(v1::HISTORY_EVENT_TYPE_LAMBDA_FUNCTION_FAILED, state);
    event.set_error("Busy\x1b");
    event.set_cause("try later");
    last_ = Take(event);
  }

  void StartMapRun(const std::string& arn, std::uint32_t items) {
    v1::HistoryEvent map = Event(v1::HISTORY_EVENT_TYPE_MAP_STATE_STARTED, "M");
    map.set_length(items);
    Take(map);
    v1::HistoryEvent run = Event(v1::HISTORY_EVENT_TYPE_MAP_RUN_STARTED, "M");
    run.set_map_run_arn(arn);
    Take(run);
  }

  static v1::MapRun MapRun(const std::string& arn, std::uint64_t succeeded) {
    v1::MapRun run;
    run.set_arn(arn);
    run.set_status(v1::MAP_RUN_STATUS_RUNNING);
    run.mutable_items()->set_succeeded(succeeded);
    run.mutable_items()->set_total(100);
    return run;
  }

  Progress progress_;
  Narration narration_;
  std::optional<std::string> last_;
};

TEST_F(ProgressTest, AStateIsOpenUntilItIsLeft) {
  Take(Event(v1::HISTORY_EVENT_TYPE_TASK_STATE_ENTERED, "A"));
  EXPECT_TRUE(progress_.Find("A")->is_open());
  Take(Event(v1::HISTORY_EVENT_TYPE_TASK_STATE_EXITED, "A"));
  EXPECT_FALSE(progress_.Find("A")->is_open());
}

TEST_F(ProgressTest, AttemptsBeyondTheFirstOfAVisitAreRetries) {
  for (int visit = 0; visit < 2; ++visit) {
    Take(Event(v1::HISTORY_EVENT_TYPE_TASK_STATE_ENTERED, "A"));
    Take(Event(v1::HISTORY_EVENT_TYPE_LAMBDA_FUNCTION_SCHEDULED, "A"));
  }
  Fail("A");
  EXPECT_EQ(progress_.Find("A")->retries, 0U);
  Take(Event(v1::HISTORY_EVENT_TYPE_LAMBDA_FUNCTION_SCHEDULED, "A"));
  EXPECT_EQ(progress_.Find("A")->retries, 1U);
}

TEST_F(ProgressTest, AMapCountsItsItems) {
  v1::HistoryEvent started = Event(v1::HISTORY_EVENT_TYPE_MAP_STATE_STARTED, "M");
  started.set_length(2);
  Take(started);
  Take(Event(v1::HISTORY_EVENT_TYPE_MAP_ITERATION_SUCCEEDED, "M"));
  EXPECT_EQ(progress_.Find("M")->items, 2U);
  EXPECT_EQ(progress_.Find("M")->items_done, 1U);
}

TEST_F(ProgressTest, AFailureIsToldWithItsErrorMadeSafe) {
  Take(Event(v1::HISTORY_EVENT_TYPE_TASK_STATE_ENTERED, "A"));
  Fail("A");
  EXPECT_THAT(last_.value(), HasSubstr("A: failed with Busy\\u001b: try later"));
}

TEST_F(ProgressTest, AFunctionsFailureIsToldByItsMessage) {
  v1::HistoryEvent event = Event(v1::HISTORY_EVENT_TYPE_LAMBDA_FUNCTION_FAILED, "A");
  event.set_error("E");
  event.set_cause(R"({"errorMessage":"no disk","errorType":"E"})");
  EXPECT_THAT(Take(event).value(), HasSubstr("A: failed with E: no disk"));
}

TEST_F(ProgressTest, ManyFailuresAreToldAFewTimes) {
  Take(Event(v1::HISTORY_EVENT_TYPE_TASK_STATE_ENTERED, "A"));
  int told = 0;
  for (int i = 0; i < 100; ++i) {
    Fail("A");
    told += last_ ? 1 : 0;
  }
  EXPECT_EQ(told, 5);
}

TEST_F(ProgressTest, AMapOfAThousandItemsIsToldInTenths) {
  v1::HistoryEvent started = Event(v1::HISTORY_EVENT_TYPE_MAP_STATE_STARTED, "M");
  started.set_length(1000);
  Take(started);
  int told = 0;
  for (int i = 0; i < 1000; ++i) {
    told += Take(Event(v1::HISTORY_EVENT_TYPE_MAP_ITERATION_SUCCEEDED, "M")) ? 1 : 0;
  }
  EXPECT_EQ(told, 10);
}

TEST_F(ProgressTest, AMapRunsItemsAreThoseTheServerTells) {
  StartMapRun("arn", 100);
  EXPECT_THAT(progress_.OpenMapRuns(), ElementsAre("arn"));
  const StateProgress* const state = progress_.Take(MapRun("arn", 40));
  ASSERT_NE(state, nullptr);
  EXPECT_EQ(narration_.TellItems(*state, Timestamp()).value(),
            "    +0 ms  M: 40 of 100 items: 40 succeeded");
  progress_.Take(MapRun("arn", 45));
  EXPECT_EQ(narration_.TellItems(*state, Timestamp()), std::nullopt);
  EXPECT_EQ(progress_.Find("M")->items_done, 45U);
}

TEST_F(ProgressTest, AMapRunThatHasEndedIsOpenNoLonger) {
  StartMapRun("arn", 100);
  v1::MapRun run = MapRun("arn", 100);
  run.set_status(v1::MAP_RUN_STATUS_SUCCEEDED);
  EXPECT_NE(progress_.Take(run), nullptr);
  EXPECT_TRUE(progress_.OpenMapRuns().empty());
  EXPECT_EQ(progress_.Take(run), nullptr);
  EXPECT_EQ(progress_.Find("M")->items_done, 100U);
}

TEST_F(ProgressTest, RunsOfOneStateAddUp) {
  StartMapRun("one", 100);
  StartMapRun("two", 100);
  progress_.Take(MapRun("one", 30));
  progress_.Take(MapRun("two", 20));
  EXPECT_EQ(progress_.Find("M")->items, 200U);
  EXPECT_EQ(progress_.Find("M")->items_done, 50U);
}

TEST_F(ProgressTest, TheItemsOfAMapRunAreToldByWhereTheyAre) {
  StartMapRun("arn", 100);
  v1::MapRun run = MapRun("arn", 40);
  run.mutable_items()->set_pending(50);
  run.mutable_items()->set_running(7);
  run.mutable_items()->set_failed(1);
  run.mutable_items()->set_timed_out(1);
  run.mutable_items()->set_aborted(1);
  EXPECT_EQ(ItemsText(*progress_.Take(run)),
            "43 of 100 items: 50 pending, 7 running, 40 succeeded, 3 failed");
  run.mutable_items()->set_pending(0);
  run.mutable_items()->set_running(0);
  run.mutable_items()->set_succeeded(97);
  EXPECT_EQ(ItemsText(*progress_.Take(run)), "100 of 100 items: 97 succeeded, 3 failed");
}

TEST_F(ProgressTest, AMapRunsCountsAreToldOnceBeforeTheFirstTenth) {
  StartMapRun("arn", 100);
  EXPECT_NE(narration_.TellItems(*progress_.Take(MapRun("arn", 1)), Timestamp()), std::nullopt);
  EXPECT_EQ(narration_.TellItems(*progress_.Take(MapRun("arn", 2)), Timestamp()), std::nullopt);
}

TEST_F(ProgressTest, ARunWhoseStartWasNotTakenGoesByItsLabel) {
  const std::string arn = "arn:aws:states:us-east-1:123456789012:mapRun:m/orders:1-2";
  progress_.Adopt(MapRun(arn, 0));
  EXPECT_THAT(progress_.OpenMapRuns(), ElementsAre(arn));
  progress_.Take(MapRun(arn, 40));
  ASSERT_THAT(progress_.StatesOfOpenMapRuns(), SizeIs(1));
  EXPECT_EQ(progress_.StatesOfOpenMapRuns()[0].name, "orders");
  EXPECT_EQ(progress_.StatesOfOpenMapRuns()[0].items_done, 40U);
}

TEST_F(ProgressTest, ARunThatIsOverIsNotAdopted) {
  v1::MapRun run = MapRun("arn:mapRun:m/orders:1-2", 100);
  run.set_status(v1::MAP_RUN_STATUS_SUCCEEDED);
  progress_.Adopt(run);
  EXPECT_TRUE(progress_.OpenMapRuns().empty());
}

TEST_F(ProgressTest, OnlyStatesWithAnOpenRunAreAmongThem) {
  Take(Event(v1::HISTORY_EVENT_TYPE_PASS_STATE_ENTERED, "A"));
  StartMapRun("arn", 100);
  ASSERT_THAT(progress_.StatesOfOpenMapRuns(), SizeIs(1));
  EXPECT_EQ(progress_.StatesOfOpenMapRuns()[0].name, "M");
}

TEST_F(ProgressTest, NotMoreMapRunsAreFollowedThanTheBound) {
  for (std::size_t i = 0; i < 2 * kMapRunsMax; ++i)
    StartMapRun("arn" + std::to_string(i), 1);
  EXPECT_THAT(progress_.OpenMapRuns(), SizeIs(kMapRunsMax));
}

TEST_F(ProgressTest, RowsFitTheTerminal) {
  for (int i = 0; i < 50; ++i) {
    Take(Event(v1::HISTORY_EVENT_TYPE_PASS_STATE_ENTERED,
               "A state with a rather long name " + std::to_string(i)));
  }
  const DisplayStyle style{.size = {.rows = 10, .columns = 30}, .is_colored = false};
  const std::vector<std::string> rows = DisplayRows(progress_.states(), Timestamp(), style);
  EXPECT_THAT(rows, SizeIs(8));
  for (const std::string& row : rows)
    EXPECT_LT(CharacterCount(row), 30U) << row;
}

TEST_F(ProgressTest, ARowShowsNameTimeAndCounts) {
  Take(Event(v1::HISTORY_EVENT_TYPE_MAP_STATE_ENTERED, "M", 10));
  v1::HistoryEvent started = Event(v1::HISTORY_EVENT_TYPE_MAP_STATE_STARTED, "M", 10);
  started.set_length(3);
  Take(started);
  const DisplayStyle style{.size = {}, .is_unicode = false, .is_colored = false};
  EXPECT_THAT(DisplayRows(progress_.states(), Timestamp(std::chrono::seconds(12)), style),
              ::testing::ElementsAre(" > M      2.0 s  0 of 3 items"));
}

}  // namespace
}  // namespace pawl::cli
