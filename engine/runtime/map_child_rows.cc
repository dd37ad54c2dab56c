#include "engine/runtime/map_child_rows.h"

#include <utility>

#include "engine/rows/keys.h"

namespace pawl::runtime {

Status ForEachChildRow(
    storage::Storage& storage,
    storage::Range range,
    const std::function<Status(std::uint32_t index, std::string_view value)>& take,
    const std::function<bool()>& is_stopping) {
  for (;;) {
    ASSIGN_OR_RETURN(const auto slice, storage::ScanAndWait(storage, range));
    if (is_stopping && is_stopping()) return Status(StatusCode::kCancelled, "the engine ends");
    for (const storage::Row& row : slice) {
      const auto index = rows::ParseChildKey(row.key);
      if (!index) return DataLoss("a Map run's key is not readable");
      RETURN_IF_ERROR(take(*index, row.value));
    }
    if (slice.size() < range.limit) return OkStatus();
    range.begin = slice.back().key + '\0';
  }
}

}  // namespace pawl::runtime
