// A history event in one line for people.
#pragma once

#include <string>

#include "pawl/v1/history_event.pb.h"

namespace pawl::cli {

// A cause for people: the message of a function's error, which is recorded as an object; any other
// cause as it is. Not yet safe for a terminal.
std::string CauseText(const std::string& cause);

// What happened beside type and state: the item, the function, the variables, the error; "" if
// nothing. Not yet safe for a terminal.
std::string EventDetail(const v1::HistoryEvent& event);

// "   12  2026-11-20T10:00:00.123Z  TaskStateEntered  Fetch", safe for a terminal.
std::string EventLine(const v1::HistoryEvent& event);

}  // namespace pawl::cli
