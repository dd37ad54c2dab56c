// Steps of the people who hold task tokens.
#include "tests/simulator/script.h"
#include "tests/simulator/world.h"

namespace pawl::simulator {

void World::CallbackStep() {
  RecallTokens(false);
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
  if (!mix_.has_callbacks && !mix_.has_children) return false;
  RecallTokens(true);
  return token_holder_.WorkHealthily();
}

void World::RecallTokens(bool with_lost) {
  for (const auto& [id, execution] : checker_.executions()) {
    const DefinitionText* text =
        FindDefinition(execution.row.header.state_machine, execution.row.revision);
    for (const auto& [number, frame] : execution.frames) {
      const auto* token = std::get_if<interpreter::TokenWait>(&frame.wait);
      if (token == nullptr) continue;
      const auto& task = std::get<asl::TaskState>(text->machine->states[frame.state].details);
      const TaskRef ref{.execution = id, .frame = number, .wait_number = frame.wait_number};
      const std::string parameters =
          checker_.TextOf(execution, *execution.events[token->scheduled_event - 1].payload);
      if (task.integration == asl::TaskState::Integration::kEngineCall) {
        token_holder_.Recall(
            ref, kTokenChildFunction, PlainJson::Parse(parameters).Find("Input")->Write());
        continue;
      }
      // What ends by itself may stay without anybody who knows its token.
      const auto activity = asl::ActivityOf(task.function_name);
      const bool is_lost = activity && !token->deadline && !token->heartbeat;
      if (!with_lost || !is_lost || token_holder_.Holds(ref)) continue;
      coverage_.Hit(Mark::kTokenLost);
      token_holder_.Recall(ref, *activity, parameters);
    }
  }
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
