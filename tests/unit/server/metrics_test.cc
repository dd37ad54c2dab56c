#include "server/metrics.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace pawl::server {
namespace {

using testing::ContainsRegex;
using testing::HasSubstr;

TEST(MetricsTest, CountersAndGaugesSayWhatTheyAre) {
  const std::string text = MetricsText({.executions_started = 3, .workers = 2});
  EXPECT_THAT(text,
              HasSubstr("# HELP pawl_executions_started_total Executions that were started\n"
                        "# TYPE pawl_executions_started_total counter\n"
                        "pawl_executions_started_total 3\n"));
  EXPECT_THAT(text, HasSubstr("# TYPE pawl_workers gauge\npawl_workers 2\n"));
}

TEST(MetricsTest, ExecutionsAreCountedByTheirEnd) {
  const std::string text = MetricsText({.executions_failed = 2, .executions_aborted = 1});
  EXPECT_THAT(text, HasSubstr("pawl_executions_closed_total{status=\"FAILED\"} 2\n"));
  EXPECT_THAT(text, HasSubstr("pawl_executions_closed_total{status=\"TIMED_OUT\"} 0\n"));
}

TEST(MetricsTest, DurationsAreHistograms) {
  EngineStatistics statistics;
  statistics.commit_durations.Add(std::chrono::microseconds(300));
  FunctionStatistics& function = statistics.functions["resize"];
  function.queued = 4;
  function.durations.Add(std::chrono::seconds(2));
  function.durations.Add(std::chrono::hours(2));
  const std::string text = MetricsText(statistics);
  EXPECT_THAT(text, HasSubstr("pawl_commit_duration_seconds_bucket{le=\"0.00025\"} 0\n"));
  EXPECT_THAT(text, HasSubstr("pawl_commit_duration_seconds_bucket{le=\"0.0005\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("pawl_function_tasks_queued{function=\"resize\"} 4\n"));
  const std::string of = "{function=\"resize\"";
  EXPECT_THAT(text, HasSubstr("pawl_task_duration_seconds_count" + of + "} 2\n"));
  EXPECT_THAT(text, HasSubstr("pawl_task_duration_seconds_bucket" + of + ",le=\"900\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("pawl_task_duration_seconds_bucket" + of + ",le=\"+Inf\"} 2\n"));
}

TEST(MetricsTest, TheStoresOwnFiguresAreShown) {
  EXPECT_THAT(MetricsText({.store = {{"keys", 7}}}),
              HasSubstr("# TYPE pawl_rocksdb_keys gauge\npawl_rocksdb_keys 7\n"));
}

TEST(MetricsTest, TheProcessIsAmongThem) {
  EXPECT_THAT(MetricsText({}), ContainsRegex("\nprocess_resident_memory_bytes [1-9]"));
}

}  // namespace
}  // namespace pawl::server
