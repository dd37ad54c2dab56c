#include "engine/interpreter/task_events.h"

namespace pawl::interpreter {

using Integration = asl::TaskState::Integration;

TaskEvents EventsOf(const asl::TaskState& task) {
  if (task.integration == Integration::kLambdaFunction) {
    return {EventType::kLambdaFunctionScheduled,
            EventType::kLambdaFunctionStarted,
            EventType::kLambdaFunctionSucceeded,
            EventType::kLambdaFunctionFailed,
            EventType::kLambdaFunctionTimedOut};
  }
  if (task.integration == Integration::kActivity) {
    return {EventType::kActivityScheduled,
            EventType::kActivityStarted,
            EventType::kActivitySucceeded,
            EventType::kActivityFailed,
            EventType::kActivityTimedOut};
  }
  return {EventType::kTaskScheduled,
          EventType::kTaskStarted,
          EventType::kTaskSucceeded,
          EventType::kTaskFailed,
          EventType::kTaskTimedOut};
}

}  // namespace pawl::interpreter
