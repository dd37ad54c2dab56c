// Step Functions Developer Guide, "ItemBatcher (Map)".
#include "engine/interpreter/item_batcher.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace pawl::test {
namespace {

using interpreter::Batch;
using interpreter::ItemBatcher;
using interpreter::ItemBatcherOptions;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::vector<Batch> BatchAll(ItemBatcherOptions options, const std::vector<std::string>& items) {
  ItemBatcher batcher(std::move(options));
  std::vector<Batch> batches;
  for (const std::string& item : items) {
    std::optional<Batch> full = batcher.Add(item).value();
    if (full.has_value()) batches.push_back(*std::move(full));
  }
  std::optional<Batch> last = batcher.Finish();
  if (last.has_value()) batches.push_back(*std::move(last));
  return batches;
}

TEST(ItemBatcherTest, CountsItems) {
  EXPECT_THAT(BatchAll({.items_max = 2}, {"1", "2", "3"}),
              ElementsAre(Batch{R"({"Items":[1,2]})", 2}, Batch{R"({"Items":[3]})", 1}));
  EXPECT_THAT(BatchAll({.items_max = 1}, {"1", "2"}),
              ElementsAre(Batch{R"({"Items":[1]})", 1}, Batch{R"({"Items":[2]})", 1}));
}

// Recorded on AWS: test_map_item_batching_base_json_max_per_batch_jsonata.
TEST(ItemBatcherTest, PutsTheBatchInputFirst) {
  EXPECT_THAT(
      BatchAll({.items_max = 2, .bytes_max = 150'000, .batch_input = R"({"a":1})"}, {"1", "2"}),
      ElementsAre(Batch{R"({"BatchInput":{"a":1},"Items":[1,2]})", 2}));
}

TEST(ItemBatcherTest, HoldsTheWholeTextToTheBytes) {
  const std::size_t bytes = std::string(R"({"Items":[1,2]})").size();
  EXPECT_THAT(BatchAll({.bytes_max = bytes}, {"1", "2", "3"}),
              ElementsAre(Batch{R"({"Items":[1,2]})", 2}, Batch{R"({"Items":[3]})", 1}));
  EXPECT_THAT(BatchAll({.bytes_max = bytes - 1}, {"1", "2"}),
              ElementsAre(Batch{R"({"Items":[1]})", 1}, Batch{R"({"Items":[2]})", 1}));
}

TEST(ItemBatcherTest, BothLimitsHold) {
  const std::size_t bytes = std::string(R"({"Items":["xx"]})").size();
  EXPECT_THAT(BatchAll({.items_max = 2, .bytes_max = bytes}, {"1", "2", R"("xx")", "3"}),
              ElementsAre(Batch{R"({"Items":[1,2]})", 2},
                          Batch{R"({"Items":["xx"]})", 1},
                          Batch{R"({"Items":[3]})", 1}));
}

TEST(ItemBatcherTest, NoBatchIsLargerThanAPayload) {
  const std::string item = "\"" + std::string(100'000, 'x') + "\"";
  for (const std::size_t bytes_max : {std::size_t{0}, std::size_t{10'000'000}}) {
    const std::vector<Batch> batches = BatchAll({.bytes_max = bytes_max}, {item, item, item});
    ASSERT_EQ(batches.size(), 2U);
    EXPECT_EQ(batches[0].item_count, 2U);
    EXPECT_LE(batches[0].text.size(), 256U * 1024);
  }
}

TEST(ItemBatcherTest, RefusesAnItemThatFitsInNoBatch) {
  ItemBatcher batcher({.bytes_max = 20});
  ASSERT_TRUE(batcher.Add("1").ok());
  const Status status = batcher.Add("\"0123456789\"").status();
  EXPECT_EQ(status.reason(), "States.DataLimitExceeded");
  EXPECT_THAT(status.message(), HasSubstr("a batch of 20 bytes, found one that makes it 24"));
  EXPECT_EQ(batcher.pending_count(), 1U);
  EXPECT_EQ(batcher.Finish()->text, R"({"Items":[1]})");
}

TEST(ItemBatcherTest, WithoutItemsThereIsNoBatch) {
  EXPECT_THAT(BatchAll({.items_max = 2}, {}), ElementsAre());
}

}  // namespace
}  // namespace pawl::test
