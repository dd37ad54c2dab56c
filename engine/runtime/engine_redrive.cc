// What the engine does at its door for redrives and for changes of Map runs.
#include <string>
#include <utility>

#include "engine/rows/keys.h"
#include "engine/runtime/engine_impl.h"

namespace pawl {

std::string_view RedriveStatusName(RedriveStatus status) {
  switch (status) {
    case RedriveStatus::kRedrivable:
      return "REDRIVABLE";
    case RedriveStatus::kNotRedrivable:
      return "NOT_REDRIVABLE";
    case RedriveStatus::kRedrivableByMapRun:
      return "REDRIVABLE_BY_MAP_RUN";
  }
  return "";
}

namespace runtime {

void EngineImpl::RedriveExecution(RedriveRequest request, Callback<RedriveResponse> done) {
  if (const Status room = CheckRoom(); !room.ok()) return done(room);
  RedriveCommand command{.request = std::move(request), .done = std::move(done)};
  const ExecutionName& name = command.request.name;
  // Executions of a Map run belong to no machine of their own; they are refused later.
  if (name.state_machine.find('/') == std::string::npos) {
    auto permit = catalog_->PermitStart(name.namespace_id, name.state_machine, "");
    if (permit.ok()) {
      command.hold = std::move(permit->hold);
    } else if (permit.status().reason() == "StateMachineDeleting") {
      return command.done(FailedPrecondition("State machine is in DELETING status")
                              .WithReason("ExecutionNotRedrivable"));
    } else if (permit.status().code() != StatusCode::kNotFound) {
      return command.done(permit.status());
    }
  }
  const ShardId shard = rows::ShardOf(name.namespace_id, name.state_machine, name.name);
  Post(shard, std::move(command));
}

void EngineImpl::UpdateMapRun(MapRunUpdate update, Callback<bool> done) {
  const auto& percentage = update.tolerated_failure_percentage;
  if (percentage && !(*percentage >= 0 && *percentage <= 100)) {
    return done(
        InvalidArgument("a percentage is between 0 and 100, not " + std::to_string(*percentage),
                        "tolerated_failure_percentage"));
  }
  const auto run = map_run_reader_->Find(update.namespace_id, update.arn);
  if (!run.ok()) return done(run.status());
  const std::uint32_t most = options_.limits.distributed_map_concurrency;
  if (update.max_concurrency && (*update.max_concurrency == 0 || *update.max_concurrency > most)) {
    update.max_concurrency = most;
  }
  Post(run->execution.shard,
       UpdateMapRunCommand{
           .execution = run->execution,
           .frame = run->row.frame,
           .update = {.run = run->run,
                      .concurrency = update.max_concurrency,
                      .tolerated_failure_count = update.tolerated_failure_count,
                      .tolerated_failure_percentage = update.tolerated_failure_percentage},
           .done = std::move(done)});
}

}  // namespace runtime
}  // namespace pawl
