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

TEST(MetricsTest, TheProcessIsAmongThem) {
  EXPECT_THAT(MetricsText({}), ContainsRegex("\nprocess_resident_memory_bytes [1-9]"));
}

}  // namespace
}  // namespace pawl::server
