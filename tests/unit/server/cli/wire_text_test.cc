#include "server/cli/wire_text.h"

#include <gtest/gtest.h>

namespace pawl::cli {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::seconds;

TEST(WireTextTest, DurationsHaveTwoUnitsAtMost) {
  EXPECT_EQ(DurationText(milliseconds(850)), "850 ms");
  EXPECT_EQ(DurationText(milliseconds(2450)), "2.4 s");
  EXPECT_EQ(DurationText(seconds(200)), "3 min 20 s");
  EXPECT_EQ(DurationText(hours(5) + seconds(720)), "5 h 12 min");
  EXPECT_EQ(DurationText(hours(76)), "3 d 4 h");
}

TEST(WireTextTest, EventTypesHaveTheNamesOfStepFunctions) {
  EXPECT_EQ(EventTypeText(v1::HISTORY_EVENT_TYPE_LAMBDA_FUNCTION_SCHEDULED),
            "LambdaFunctionScheduled");
  EXPECT_EQ(EventTypeText(v1::HISTORY_EVENT_TYPE_MAP_STATE_ENTERED), "MapStateEntered");
}

TEST(WireTextTest, StatusesHaveTheNamesOfStepFunctions) {
  EXPECT_EQ(StatusText(v1::EXECUTION_STATUS_TIMED_OUT), "TIMED_OUT");
}

TEST(WireTextTest, AnEventSaysOnlyWhatItHas) {
  v1::HistoryEvent event;
  event.set_id(2);
  event.set_previous_id(0);
  event.set_type(v1::HISTORY_EVENT_TYPE_PASS_STATE_ENTERED);
  event.set_state("A");
  event.set_input("{}");
  EXPECT_EQ(ToJson(event),
            R"({"id":2,"previous_id":0,"type":"PassStateEntered",)"
            R"("time":"1970-01-01T00:00:00.000Z","state":"A","input":{}})");
}

TEST(WireTextTest, AMapRunThatStartedIsNamed) {
  v1::HistoryEvent event;
  event.set_map_run_arn("arn");
  EXPECT_NE(ToJson(event).find(R"("map_run_arn":"arn")"), std::string::npos);
}

TEST(WireTextTest, ATallySaysWhatThereIs) {
  v1::MapRunTally tally;
  EXPECT_EQ(TallyText(tally), "none");
  tally.set_running(2);
  tally.set_timed_out(1);
  tally.set_total(3);
  EXPECT_EQ(TallyText(tally), "2 running, 1 timed out of 3");
}

TEST(WireTextTest, AMapRunHasAllItsCounts) {
  v1::MapRun run;
  run.set_arn("arn");
  run.set_status(v1::MAP_RUN_STATUS_RUNNING);
  run.set_tolerated_failure_percentage(12.5);
  run.mutable_items()->set_pending(4);
  const std::string json = ToJson(run);
  EXPECT_NE(json.find(R"("status":"RUNNING")"), std::string::npos) << json;
  EXPECT_EQ(json.find("stop_time"), std::string::npos) << json;
  EXPECT_NE(json.find(R"("tolerated_failure_percentage":12.5,"items":{"pending":4,"running":0,)"),
            std::string::npos)
      << json;
}

TEST(WireTextTest, AnActivityHasItsNameArnAndTime) {
  v1::Activity activity;
  activity.set_name("n");
  activity.set_arn("arn");
  EXPECT_EQ(ToJson(activity),
            R"({"name":"n","arn":"arn","create_time":"1970-01-01T00:00:00.000Z"})");
}

TEST(WireTextTest, AFailedExecutionSaysWhy) {
  v1::Execution execution;
  execution.set_name("n");
  execution.set_status(v1::EXECUTION_STATUS_FAILED);
  execution.set_error("E");
  execution.set_cause("because");
  const std::string json = ToJson(execution);
  EXPECT_NE(json.find(R"("status":"FAILED")"), std::string::npos) << json;
  EXPECT_NE(json.find(R"("error":"E","cause":"because")"), std::string::npos) << json;
  EXPECT_EQ(json.find("output"), std::string::npos) << json;
}

}  // namespace
}  // namespace pawl::cli
