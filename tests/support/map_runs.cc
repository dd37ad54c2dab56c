#include "tests/support/map_runs.h"

#include <gtest/gtest.h>

#include "engine/rows/keys.h"

namespace pawl::test {

std::string Numbers(int count) {
  std::string text = "[";
  for (int i = 0; i < count; ++i)
    text += (i > 0 ? "," : "") + std::to_string(i);
  return text + "]";
}

MapRunInfo LastMapRun(EngineHarness& harness, const ExecutionName& name) {
  const auto list = harness.engine().ListMapRuns(name, 1, "");
  EXPECT_TRUE(list.ok()) << list.status().ToString();
  if (!list.ok()) return {};
  EXPECT_FALSE(list->map_runs.empty());
  return list->map_runs.empty() ? MapRunInfo{} : list->map_runs[0];
}

std::vector<storage::Row> AllRowsOf(EngineHarness& harness, char tag) {
  std::vector<storage::Row> all;
  for (std::uint16_t shard = 0; shard < rows::kShards; ++shard) {
    storage::Range range = rows::OutboxOf(ShardId{shard});
    range.begin[2] = tag;
    range.end = rows::PrefixEnd(range.begin);
    const auto some = storage::ScanAndWait(harness.store(), range);
    all.insert(all.end(), some->begin(), some->end());
  }
  return all;
}

}  // namespace pawl::test
