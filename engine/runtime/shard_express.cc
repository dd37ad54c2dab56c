// EXPRESS executions: they are in memory only. Their turns go with the shard's groups like any
// other, but write no row; a crash ends them, and nobody is told.
#include <set>

#include "engine/interpreter/advance.h"
#include "engine/runtime/execution_qualifier.h"
#include "engine/runtime/shard.h"

namespace pawl::runtime {
namespace {

// Microseconds since 1970 take less for a hundred thousand years.
constexpr std::uint64_t kBeyondTimes = std::uint64_t{1} << 62U;
constexpr std::uint64_t kEpochs = std::uint64_t{1} << 30U;
constexpr unsigned kCountBits = 32;

// Payloads of one execution that are kept without asking who needs them.
constexpr std::size_t kPayloadBytes = 256 * 1024;

std::size_t PayloadBytes(const std::map<EventId, Bytes>& payloads) {
  std::size_t bytes = 0;
  for (const auto& [event, payload] : payloads)
    bytes += payload.size();
  return bytes;
}

// Events whose payloads something open refers to.
std::set<EventId> NeededPayloads(const Resident& execution) {
  // The execution's input, for the context object.
  std::set<EventId> needed{1};
  for (const auto& [number, frame] : execution.set.frames) {
    needed.insert(frame.input.home);
    if (const auto* task = std::get_if<interpreter::TaskWait>(&frame.wait)) {
      needed.insert(task->parameters.home);
      if (task->job) needed.insert(task->job->home);
    }
  }
  for (const auto& [join, results] : execution.set.results) {
    for (const auto& [index, output] : results)
      needed.insert(output.home);
  }
  return needed;
}

}  // namespace

ExecutionNumber Shard::NextExpressNumber() {
  const std::uint64_t epoch = environment_.express_epoch() % kEpochs;
  return ExecutionNumber{kBeyondTimes | (epoch << kCountBits) | ++express_count_};
}

void Shard::TellLoss(const Resident& execution) {
  const auto& parent = execution.row.parent;
  if (!execution.is_in_memory() || !parent || !parent->map_run) return;
  environment_.Post(parent->execution.shard, ChildRefusedCommand{parent->execution, parent->frame});
}

void Shard::KeepTurn(Resident& execution, const interpreter::Turn& turn) {
  ForgetHeartbeats(execution, turn);
  interpreter::Apply(turn, execution.set);
  for (const interpreter::HistoryEvent& event : turn.history) {
    if (event.payload && event.payload->home == event.id) {
      execution.set.payloads.insert_or_assign(event.id, event.payload->bytes);
    }
  }
  StageEffects(execution, turn);
  if (!turn.close) return DropPayloads(execution);
  StageClose(execution, *turn.close, turn.history.back().at);
  TellEnd(execution);
}

void Shard::DropPayloads(Resident& execution) {
  auto& payloads = execution.set.payloads;
  const std::size_t bytes = PayloadBytes(payloads);
  if (bytes < kPayloadBytes || bytes < 2 * execution.payload_bytes) return;
  const std::set<EventId> needed = NeededPayloads(execution);
  std::erase_if(payloads, [&](const auto& payload) { return !needed.contains(payload.first); });
  execution.payload_bytes = PayloadBytes(payloads);
}

Result<ExecutionInfo> Shard::InfoOf(const Resident& execution) {
  const rows::ExecutionRow& row = execution.row;
  const interpreter::ArnScheme& arns = environment_.interpreter().arns;
  ExecutionInfo info{
      .name = {.namespace_id = row.namespace_id,
               .state_machine = row.header.state_machine,
               .name = row.header.name},
      .arn = interpreter::ExecutionArn(arns, row.header),
      .state_machine_arn = interpreter::StateMachineArn(arns, row.header.state_machine),
      .revision = row.revision,
      .status = row.status,
      .started_at = row.header.started_at,
      .stopped_at = row.stopped_at,
      .error = row.error,
      .cause = row.cause};
  SetQualifier(arns, row, info);
  ASSIGN_OR_RETURN(info.input, LoadPayload(execution.id, 1));
  if (row.output) {
    info.output = row.output->bytes;
    if (!info.output.has_value()) {
      ASSIGN_OR_RETURN(info.output, LoadPayload(execution.id, row.output->home));
    }
  }
  return info;
}

void Shard::TellEnd(Resident& execution) {
  if (!execution.on_close) return;
  // Whether the group reaches the disk is nothing to this execution.
  Reply([done = std::exchange(execution.on_close, {}), info = InfoOf(execution)](const Status&) {
    done(info);
  });
}

}  // namespace pawl::runtime
