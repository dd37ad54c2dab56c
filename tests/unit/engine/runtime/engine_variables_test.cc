// Variables as rows: they outlive a crash and end with the frame that holds them.
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/support/engine_harness.h"

namespace pawl {
namespace {

using test::EngineHarness;

// Rows "V" of a shard (engine/rows/FORMAT.md).
std::size_t VariableRows(EngineHarness& harness) {
  const auto rows = storage::ScanAndWait(harness.store(), {.family = storage::Family::kState});
  return static_cast<std::size_t>(
      std::count_if(rows->begin(), rows->end(), [](const storage::Row& row) {
        return row.key.size() > 2 && row.key[2] == 'V';
      }));
}

constexpr char kAssignThenWait[] = R"({"StartAt":"A","States":{
    "A":{"Type":"Pass","Assign":{"v.$":"$","small":1},"Next":"P"},
    "P":{"Type":"Parallel","Branches":[{"StartAt":"B","States":{
      "B":{"Type":"Pass","Assign":{"inner.$":"$v"},"Next":"W"},
      "W":{"Type":"Wait","Seconds":60,"Assign":{"again.$":"$small"},"Next":"E"},
      "E":{"Type":"Pass","Parameters":{"v.$":"$v","inner.$":"$inner","again.$":"$again"},
           "End":true}}}],"End":true}}})";

TEST(EngineVariablesTest, AreThereAfterACrashAndGoWithTheirFrames) {
  for (const std::size_t bytes : {std::size_t{10}, std::size_t{5'000}}) {
    EngineHarness harness;
    harness.Deploy("m", kAssignThenWait);
    const std::string text = '"' + std::string(bytes, 'x') + '"';
    const ExecutionName name = harness.Start("m", text);
    EXPECT_EQ(VariableRows(harness), 3U);
    harness.Crash();
    harness.Advance(std::chrono::seconds(61));
    EXPECT_EQ(harness.Describe(name).output.view(),
              R"([{"v":)" + text + R"(,"inner":)" + text + R"(,"again":1}])");
    EXPECT_EQ(VariableRows(harness), 0U);
  }
}

}  // namespace
}  // namespace pawl
