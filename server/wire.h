// The façade's structs as messages of pawl.v1. Every struct is written completely: what a message
// cannot say, the façade does not tell.
#pragma once

#include <google/protobuf/duration.pb.h>
#include <google/protobuf/timestamp.pb.h>

#include <optional>

#include "engine/asl/compile.h"
#include "engine/base/time.h"
#include "engine/runtime/engine.h"
#include "pawl/v1/alias.pb.h"
#include "pawl/v1/diagnostic.pb.h"
#include "pawl/v1/execution.pb.h"
#include "pawl/v1/history_event.pb.h"
#include "pawl/v1/state_machine.pb.h"
#include "pawl/v1/version.pb.h"
#include "pawl/v1/workflow_service.pb.h"

namespace pawl::server {

google::protobuf::Timestamp ToWire(Timestamp time);
google::protobuf::Duration ToWire(Duration duration);
v1::ExecutionStatus ToWire(ExecutionStatus status);
v1::Diagnostic ToWire(const asl::Diagnostic& diagnostic);
v1::StateMachine ToWire(const StateMachineInfo& state_machine);
v1::Version ToWire(const VersionInfo& version);
v1::Alias ToWire(const AliasInfo& alias);
v1::Execution ToWire(const ExecutionInfo& execution);
v1::StartedExecution ToWire(const StartResponse& started);
v1::HistoryEvent ToWire(const EventInfo& event);
v1::DescribeServerResponse ToWire(const EngineStatistics& statistics);

// Rounded down to microseconds. InvalidArgument (naming `field`) outside the years 1 to 9999, which
// is what the message allows.
Result<Timestamp> FromWire(const google::protobuf::Timestamp& time, const char* field);
// nullopt for EXECUTION_STATUS_UNSPECIFIED; InvalidArgument for a number that is no status.
Result<std::optional<ExecutionStatus>> FromWire(v1::ExecutionStatus status, const char* field);

}  // namespace pawl::server
