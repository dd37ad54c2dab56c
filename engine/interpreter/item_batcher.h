// ItemBatcher: puts items together into the inputs of child executions.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "engine/base/status.h"

namespace pawl::interpreter {

// The reason of an item that fits in no batch: the error's name.
inline constexpr std::string_view kDataLimitExceeded = "States.DataLimitExceeded";
// A batch as JSON text. AWS: what an execution takes as its input.
inline constexpr std::size_t kBatchBytesMax = std::size_t{256} * 1024;

// The fields of ItemBatcher, evaluated. (Step Functions Developer Guide, "ItemBatcher (Map)".)
struct ItemBatcherOptions {
  // MaxItemsPerBatch; 0 for as many as fit.
  std::size_t items_max = 0;
  // MaxInputBytesPerBatch, of the whole text of a batch; 0, and more than kBatchBytesMax, for
  // kBatchBytesMax.
  std::size_t bytes_max = 0;
  // BatchInput as JSON text; empty for none.
  std::string batch_input = {};
};

struct Batch {
  // {"BatchInput":…,"Items":[…]}, or {"Items":[…]} without a BatchInput.
  std::string text = {};
  std::size_t item_count = 0;

  bool operator==(const Batch&) const = default;
};

// Pure and incremental: equal items in equal order give equal batches, wherever the caller pauses.
// Memory: one batch. Not thread-safe.
class ItemBatcher {
 public:
  explicit ItemBatcher(ItemBatcherOptions options);

  // Adds an item, which is JSON text, and gives the batch that is full because of it: with it, or
  // before it, where it opens the next. kInvalidArgument (States.DataLimitExceeded): it exceeds a
  // batch of its own; nothing was added.
  Result<std::optional<Batch>> Add(std::string_view item);
  // The last batch; nullopt if no item is left over.
  std::optional<Batch> Finish();

  // Items added that no batch holds yet: where to start over after a pause.
  std::size_t pending_count() const { return open_.item_count; }

 private:
  Batch Close();

  std::size_t items_max_;
  std::size_t bytes_max_;
  std::string opening_;
  // Without its closing brackets.
  Batch open_;
};

}  // namespace pawl::interpreter
