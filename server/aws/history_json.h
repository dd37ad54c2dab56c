// A history event as GetExecutionHistory of AWS Step Functions gives it.
#pragma once

#include <string>

#include "engine/runtime/engine.h"

namespace pawl::aws {

// What events say that the engine does not keep with them.
struct HistoryNames {
  // taskScheduledEventDetails.region: where the called service is.
  std::string region = {};
  // executionStartedEventDetails.roleArn.
  std::string role_arn = {};
};

// Appends `event` as one JSON object: AWS's HistoryEvent, with the one details member of its type.
// Payloads are there when the event has them, and never cut short.
void WriteHistoryEvent(std::string& out, const EventInfo& event, const HistoryNames& names);

}  // namespace pawl::aws
