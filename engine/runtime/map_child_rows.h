// The rows of a Map run's executions, read in slices.
#pragma once

#include <cstdint>
#include <functional>
#include <string_view>

#include "engine/base/status.h"
#include "engine/storage/storage.h"

namespace pawl::runtime {

// Calls `take` with the place in the run and the value of each row of `range`, whose limit is how
// many are read at once. The first error of `take` ends it. Of each slice that was read it asks
// `is_stopping`, which may be empty: what makes rows go away says so first. Errors: kCancelled
// where that is so, DataLoss, the store's.
Status ForEachChildRow(
    storage::Storage& storage,
    storage::Range range,
    const std::function<Status(std::uint32_t index, std::string_view value)>& take,
    const std::function<bool()>& is_stopping = {});

}  // namespace pawl::runtime
