// A state machine of type EXPRESS, and those who start its executions. Some wait for the end.
#include <algorithm>

#include "engine/interpreter/turn.h"
#include "tests/simulator/express_check.h"
#include "tests/simulator/world.h"

namespace pawl::simulator {
namespace {

constexpr char kMachine[] = "x0";

}  // namespace

void World::DeployExpress() {
  const LanguageMix mix = ExpressMix(mix_);
  PlainJson definition = GenerateDefinition(mix, {}, random_);
  const std::string text = definition.Write();
  const asl::Compilation compiled =
      asl::Compile(text, Limits().definition_bytes_max, asl::MachineType::kExpress);
  if (!compiled.ok()) {
    return Fail("a generated EXPRESS definition is refused: " +
                compiled.diagnostics.front().message + " of " + text);
  }
  const auto deployed =
      engine_->Deploy({.name = kMachine, .definition = text, .type = asl::MachineType::kExpress});
  if (!deployed.ok()) return Fail("deployment fails: " + deployed.status().ToString());
  express_ = {.definition = std::move(definition), .machine = compiled.machine};
  Trace("deploys x0: " + text);
}

// Whether an EXPRESS execution may end otherwise than the oracle foresees by itself.
bool World::HasExpressChance() const {
  constexpr std::uint64_t kWorkersOfOneTask = 3;
  return mix_.has_task_timeouts || mix_.has_heartbeats || temper_.has_garbage ||
         ledger_.lost_workers >= kWorkersOfOneTask;
}

void World::StartSomeExpress() {
  if (express_calls_.size() >= temper_.executions_max) return;
  const std::string name = OneIn(2) ? "same" : "x" + std::to_string(ledger_.messages);
  const std::string input = GenerateInput(mix_, random_).Write();
  ++ledger_.messages;
  const StartRequest request{.state_machine = kMachine, .name = name, .input = input};
  if (OneIn(4)) return StartExpressAlone(request);
  const std::size_t call = express_calls_.size();
  express_calls_.push_back(false);
  Trace("calls x0 as " + name + " with " + input);
  engine_->StartSyncExecution(
      request, [this, life = life_, call, name, input](const Result<ExecutionInfo>& info) {
        if (life != life_) return Fail("an engine that is gone answers");
        if (express_calls_.at(call))
          return Fail("the call of an EXPRESS execution was answered twice");
        express_calls_[call] = true;
        OnExpressEnded(name, input, info);
      });
}

// Nobody waits for its end.
void World::StartExpressAlone(const StartRequest& start) {
  const std::size_t request = NewRequest("start of an EXPRESS execution");
  engine_->StartExecution(
      start, [this, life = life_, request](const Result<StartResponse>& response) {
        if (life != life_) return Fail("an engine that is gone answers");
        if (std::exchange(requests_.at(request).is_answered, true)) {
          return Fail("a request was answered twice");
        }
        if (!response.ok()) {
          if (response.status().code() == StatusCode::kUnavailable) return;
          return Fail("an EXPRESS start is refused: " + response.status().ToString());
        }
        if (response->is_repeated || !express_arns_.insert(response->arn).second) {
          Fail("two EXPRESS executions are one");
        }
        coverage_.Hit(Mark::kExpressStartedAlone);
      });
}

void World::OnExpressEnded(const std::string& name,
                           const std::string& input,
                           const Result<ExecutionInfo>& info) {
  Trace("call of x0 as " + name + " is answered: " + info.status().ToString());
  if (!info.ok()) {
    coverage_.Hit(Mark::kExpressLossTold);
    if (info.status().code() != StatusCode::kUnavailable) {
      Fail("an EXPRESS call fails: " + info.status().ToString());
    }
    return;
  }
  if (info->name.name != name || info->input.view() != input) {
    return Fail("an EXPRESS call is told of another execution");
  }
  if (!express_arns_.insert(info->arn).second) return Fail("two EXPRESS executions are one");
  ExpressEnd end{.status = interpreter::ExecutionStatusName(info->status),
                 .error = info->error,
                 .cause = info->cause,
                 .started_at = info->started_at,
                 .stopped_at = info->stopped_at.value_or(Timestamp())};
  if (info->status == interpreter::ExecutionStatus::kSucceeded) end.output = info->output.str();
  const OracleRequest request{.definition = express_.definition,
                              .input = PlainJson::Parse(input),
                              .state_machine = kMachine,
                              .state_machine_arn = info->state_machine_arn,
                              .execution = name,
                              .execution_arn = info->arn,
                              .started_at = FormatTimestamp(info->started_at)};
  const std::string disagreement =
      DisagreementOn(end, Foresee(request, {}), express_.machine->timeout, HasExpressChance());
  if (!disagreement.empty()) return Fail(disagreement);
  coverage_.HitIf(info->status == interpreter::ExecutionStatus::kSucceeded,
                  Mark::kExpressSucceeded);
  coverage_.HitIf(info->status == interpreter::ExecutionStatus::kFailed, Mark::kExpressFailed);
  coverage_.HitIf(info->status == interpreter::ExecutionStatus::kTimedOut, Mark::kExpressTimedOut);
}

bool World::HasOpenExpress() const {
  if (!mix_.has_express) return false;
  const bool has_calls =
      std::find(express_calls_.begin(), express_calls_.end(), false) != express_calls_.end();
  const EngineStatistics statistics = engine_->Statistics();
  return has_calls || statistics.queued_tasks + statistics.leased_tasks > 0;
}

}  // namespace pawl::simulator
