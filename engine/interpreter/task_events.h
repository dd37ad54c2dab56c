// TaskEvents: what the attempts of a task are called in the history.
#pragma once

#include "engine/asl/state_machine.h"
#include "engine/interpreter/history_event.h"

namespace pawl::interpreter {

struct TaskEvents {
  EventType scheduled;
  EventType started;
  EventType succeeded;
  EventType failed;
  EventType timed_out;
};

TaskEvents EventsOf(const asl::TaskState& task);

}  // namespace pawl::interpreter
