// Steps of the people who hold task tokens.
#include "tests/simulator/world.h"

namespace pawl::simulator {

void World::CallbackStep() {
  const std::uint64_t kind = random_.Below(20);
  if (kind < 7) return token_holder_.Poll();
  if (kind < 13) return token_holder_.EndOne();
  if (kind < 16) return token_holder_.Heartbeat();
  if (kind < 18) return token_holder_.EndAgain();
  if (kind < 19) return token_holder_.EndWrongly();
  token_holder_.Withdraw();
}

// What healthy people would do now; true if there was anything.
bool World::WorkOnCallbacks() {
  if (!mix_.has_callbacks) return false;
  for (const auto& [id, execution] : checker_.executions()) {
    const DefinitionText* text =
        FindDefinition(execution.row.header.state_machine, execution.row.revision);
    for (const auto& [number, frame] : execution.frames) {
      const auto* token = std::get_if<interpreter::TokenWait>(&frame.wait);
      // What ends by itself may stay without anybody who knows its token.
      if (token == nullptr || token->deadline || token->heartbeat) continue;
      const auto& task = std::get<asl::TaskState>(text->machine->states[frame.state].details);
      const auto activity = asl::ActivityOf(task.function_name);
      if (!activity) continue;
      const interpreter::Payload& payload = *execution.events[token->scheduled_event - 1].payload;
      token_holder_.Recall({.execution = id, .frame = number, .wait_number = frame.wait_number},
                           *activity,
                           checker_.TextOf(execution, payload));
    }
  }
  return token_holder_.WorkHealthily();
}

// A task whose token is not heard of ends when its heartbeats are due.
void World::CheckTokens() {
  // A shard that is read again counts from there.
  if (temper_.has_disk_faults) return;
  const Timestamp now = engine_->Now();
  for (const auto& [id, execution] : checker_.executions()) {
    for (const auto& [number, frame] : execution.frames) {
      const auto* token = std::get_if<interpreter::TokenWait>(&frame.wait);
      if (token == nullptr || !token->heartbeat) continue;
      const FoldedFrame& folded = execution.folded.frames.at(number);
      Timestamp last =
          std::max(opened_at_, *execution.folded.attempts[*folded.open_attempt].token_since);
      const auto beat = token_holder_.LastHeartbeat(
          {.execution = id, .frame = number, .wait_number = frame.wait_number});
      if (beat) last = std::max(last, *beat);
      if (last + *token->heartbeat <= now) {
        return Fail("execution '" + execution.row.header.name +
                    "' at rest: the heartbeats of a token are missing");
      }
    }
  }
}

}  // namespace pawl::simulator
