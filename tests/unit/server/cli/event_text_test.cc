#include "server/cli/event_text.h"

#include <gtest/gtest.h>

namespace pawl::cli {
namespace {

TEST(EventTextTest, AFunctionsErrorIsToldByItsMessage) {
  EXPECT_EQ(CauseText(R"({"errorMessage":"no \"disk\"","errorType":"E","stackTrace":[]})"),
            "no \"disk\"");
}

TEST(EventTextTest, AnyOtherCauseStaysAsItIs) {
  EXPECT_EQ(CauseText("the customer called"), "the customer called");
  EXPECT_EQ(CauseText(R"({"errorMessage":5})"), R"({"errorMessage":5})");
  EXPECT_EQ(CauseText("[1]"), "[1]");
  EXPECT_EQ(CauseText(""), "");
}

TEST(EventTextTest, ALineSaysWhatHappenedAndCannotBeBroken) {
  v1::HistoryEvent event;
  event.set_id(7);
  event.set_type(v1::HISTORY_EVENT_TYPE_MAP_ITERATION_STARTED);
  event.set_state("M\n");
  event.set_index(3);
  EXPECT_EQ(EventLine(event),
            "    7  1970-01-01T00:00:00.000Z  MapIterationStarted  M\\u000a  item 3");
}

TEST(EventTextTest, VariablesAreShownByName) {
  v1::HistoryEvent event;
  (*event.mutable_assigned_variables())["total"] = "15";
  (*event.mutable_assigned_variables())["a"] = R"("x")";
  EXPECT_EQ(EventDetail(event), R"($a = "x"  $total = 15)");
}

TEST(EventTextTest, AFailedEvaluationNamesItsField) {
  v1::HistoryEvent event;
  event.set_error("States.QueryEvaluationError");
  event.set_location("Output/total");
  EXPECT_EQ(EventDetail(event), "Output/total  States.QueryEvaluationError");
}

}  // namespace
}  // namespace pawl::cli
