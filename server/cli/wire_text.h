// Messages of pawl.v1 as this program prints them.
#pragma once

#include <google/protobuf/timestamp.pb.h>

#include <string>

#include "engine/asl/compile.h"
#include "engine/base/time.h"
#include "pawl/v1/alias.pb.h"
#include "pawl/v1/execution.pb.h"
#include "pawl/v1/history_event.pb.h"
#include "pawl/v1/map_run.pb.h"
#include "pawl/v1/state_machine.pb.h"
#include "pawl/v1/task.pb.h"
#include "pawl/v1/version.pb.h"

namespace pawl::cli {

Timestamp FromWire(const google::protobuf::Timestamp& time);
// "2026-11-20T10:00:00.123Z".
std::string TimeText(const google::protobuf::Timestamp& time);
// "850 ms", "2.4 s", "3 min 20 s", "5 h 12 min", "3 d 4 h".
std::string DurationText(Duration duration);
// "RUNNING", "TIMED_OUT".
std::string StatusText(v1::ExecutionStatus status);
std::string StatusText(v1::MapRunStatus status);
std::string StatusText(v1::RedriveStatus status);
// "3 succeeded, 1 failed of 10"; what is none of is left out.
std::string TallyText(const v1::MapRunTally& tally);
// AWS's name, "LambdaFunctionScheduled".
std::string EventTypeText(v1::HistoryEventType type);

// Objects for --output json. What a message does not have is left out.
std::string ToJson(const v1::Execution& execution);
// "STANDARD" or "EXPRESS".
std::string TypeText(v1::StateMachineType type);
std::string ToJson(const v1::StateMachine& state_machine);
std::string ToJson(const v1::Version& version);
std::string ToJson(const v1::Alias& alias);
std::string ToJson(const v1::HistoryEvent& event);
std::string ToJson(const v1::MapRun& run);
std::string ToJson(const v1::Activity& activity);
std::string ToJson(const asl::Diagnostic& diagnostic);

}  // namespace pawl::cli
