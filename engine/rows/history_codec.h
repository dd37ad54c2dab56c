// The value of a history row: the events of one turn.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/status.h"
#include "engine/interpreter/history_event.h"

namespace pawl::rows {

// `events` is not empty and its ids follow each other.
std::string EncodeEvents(std::span<const interpreter::HistoryEvent> events);

// `first_event` stands in the row's key. A payload that another event holds comes back with its
// home only. DataLoss for bytes that EncodeEvents did not write.
Result<std::vector<interpreter::HistoryEvent>> DecodeEvents(EventId first_event,
                                                            std::string_view value);

}  // namespace pawl::rows
