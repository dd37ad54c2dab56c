#include "engine/interpreter/item_batcher.h"

#include <algorithm>
#include <limits>
#include <utility>

namespace pawl::interpreter {
namespace {

constexpr std::string_view kClosing = "]}";

}  // namespace

ItemBatcher::ItemBatcher(ItemBatcherOptions options)
    : items_max_(options.items_max == 0 ? std::numeric_limits<std::size_t>::max()
                                        : options.items_max),
      bytes_max_(options.bytes_max == 0 ? kBatchBytesMax
                                        : std::min(options.bytes_max, kBatchBytesMax)),
      opening_("{") {
  if (!options.batch_input.empty()) {
    opening_ += R"("BatchInput":)" + std::move(options.batch_input) + ",";
  }
  opening_ += R"("Items":[)";
  open_.text = opening_;
}

Result<std::optional<Batch>> ItemBatcher::Add(std::string_view item) {
  const std::size_t bytes_alone = opening_.size() + item.size() + kClosing.size();
  if (bytes_alone > bytes_max_) {
    return InvalidArgument("expected an item that fits in a batch of " +
                           std::to_string(bytes_max_) + " bytes, found one that makes it " +
                           std::to_string(bytes_alone))
        .WithReason(std::string(kDataLimitExceeded));
  }
  std::optional<Batch> full;
  const std::size_t bytes_with_comma = open_.text.size() + 1 + item.size() + kClosing.size();
  if (open_.item_count > 0 && bytes_with_comma > bytes_max_) full = Close();
  if (open_.item_count > 0) open_.text += ',';
  open_.text += item;
  ++open_.item_count;
  // After a batch was closed this one holds one item, and a limit of one closes each at once.
  if (open_.item_count == items_max_) full = Close();
  return full;
}

std::optional<Batch> ItemBatcher::Finish() {
  if (open_.item_count == 0) return std::nullopt;
  return Close();
}

Batch ItemBatcher::Close() {
  open_.text += kClosing;
  return std::exchange(open_, Batch{.text = opening_, .item_count = 0});
}

}  // namespace pawl::interpreter
