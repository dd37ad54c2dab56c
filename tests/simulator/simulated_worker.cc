#include "tests/simulator/simulated_worker.h"

#include <cstdio>
#include <utility>

#include "engine/base/hash.h"
#include "engine/rows/frame_codec.h"
#include "engine/rows/keys.h"
#include "tests/simulator/express_check.h"
#include "tests/simulator/script.h"
#include "tests/simulator/token_holder.h"

namespace pawl::simulator {
namespace {

constexpr std::size_t kPastMax = 16;

std::string ShownTask(const TaskRef& ref) {
  return std::to_string(ref.execution.shard.value) + "/" +
         std::to_string(ref.execution.number.value) + " frame " + std::to_string(ref.frame.value) +
         " wait " + std::to_string(ref.wait_number);
}

}  // namespace

SimulatedWorker::SimulatedWorker(int number, WorkerSurroundings& surroundings)
    : number_(number), all_(surroundings) {}

void SimulatedWorker::Problem(const std::string& what) {
  if (all_.problem.empty()) all_.problem = "worker " + std::to_string(number_) + ": " + what;
}

void SimulatedWorker::Trace(const char* what, const TaskRef& ref, std::uint64_t more) {
  all_.trace_hash = HashCombine(HashBytes(what, all_.trace_hash), ref.execution.number.value);
  all_.trace_hash = HashCombine(all_.trace_hash, ref.frame.value * 131 + ref.wait_number);
  all_.trace_hash = HashCombine(all_.trace_hash, more);
  if (all_.is_tracing) {
    std::printf("    worker %d: %s %s (%llu)\n",
                number_,
                what,
                ShownTask(ref).c_str(),
                static_cast<unsigned long long>(more));
  }
}

std::optional<std::uint32_t> SimulatedWorker::OpenWait(const TaskRef& ref) {
  const auto row =
      all_.disk.Get(storage::Family::kState, rows::HotFrameKey(ref.execution, ref.frame));
  if (!row) return std::nullopt;
  const auto frame = rows::DecodeFrame(ref.frame, *row);
  if (!frame.ok() || !std::holds_alternative<interpreter::TaskWait>(frame->wait)) {
    return std::nullopt;
  }
  return frame->wait_number;
}

void SimulatedWorker::Connect(Engine& engine, std::vector<std::string> functions) {
  if (session_) return;
  ++all_.ledger.messages;
  functions_ = {functions.begin(), functions.end()};
  std::set<TaskRef> held;
  for (const auto& [ref, task] : running_)
    held.insert(ref);
  for (const auto& [ref, answer] : unacknowledged_)
    held.insert(ref);
  all_.coverage.HitIf(was_lost_with_engine_ && !running_.empty(),
                      Mark::kWorkerReclaimsTaskAfterCrash);
  // Cancels may come before ConnectWorker returns; what is not cancelled is ours again.
  for (const TaskRef& ref : held) {
    all_.holders.try_emplace(ref, this);
    all_.given_in[ref] = all_.life;
    heard_[ref] = all_.now();
  }
  session_ = engine.ConnectWorker({.worker = "worker-" + std::to_string(number_),
                                   .functions = std::move(functions),
                                   .held = {held.begin(), held.end()}},
                                  *this);
}

void SimulatedWorker::Release() {
  std::erase_if(all_.holders, [this](const auto& holder) { return holder.second == this; });
  credits_.clear();
}

void SimulatedWorker::Disconnect() {
  if (!session_) return;
  ++all_.ledger.messages;
  ++all_.ledger.lost_workers;
  was_lost_with_engine_ = false;
  session_.reset();
  Release();
}

void SimulatedWorker::Die() {
  Disconnect();
  running_.clear();
  unacknowledged_.clear();
  past_.clear();
}

void SimulatedWorker::LoseEngine() {
  if (session_) was_lost_with_engine_ = true;
  session_.reset();
  Release();
  for (const auto& [ref, answer] : unacknowledged_)
    sent_to_dead_engine_.insert(ref);
}

void SimulatedWorker::Grant(const std::string& function, std::uint32_t credits) {
  if (!session_ || !functions_.contains(function)) return;
  ++all_.ledger.messages;
  credits_[function] += credits;
  session_->Grant({{.function = function, .credits = credits}});
}

Answer SimulatedWorker::Run(const Task& task, bool may_fail) {
  if (all_.token_holder->Holds(task.ref)) {
    if (!may_fail || all_.random.Below(10) != 0) return {.output = "{\"accepted\":true}"};
    all_.coverage.Hit(Mark::kFunctionFailedWithTokenOut);
    return {.error = std::string(kPassedOn), .cause = "the token is out"};
  }
  FunctionOutcome outcome = CallFunction(task.function, PlainJson::Parse(task.payload.view()));
  if (outcome.output) return {.output = outcome.output->Write()};
  return {.error = std::move(outcome.error), .cause = std::move(outcome.cause)};
}

void SimulatedWorker::Send(const TaskRef& ref, const Answer& answer) {
  ++all_.ledger.messages;
  TaskRef sent_as = ref;
  if (all_.mutant == Mutant::kAcceptLateAnswers) {
    const auto open = OpenWait(ref);
    if (open && *open != ref.wait_number && ref.wait_number < *open) {
      sent_as.wait_number = *open;
      passed_on_as_[sent_as] = ref;
    }
  }
  Trace("answers", ref, answer.output ? answer.output->size() : 0);
  if (const auto pending = all_.disk.PendingFrame(ref.execution, ref.frame)) {
    const auto* timer = std::get_if<interpreter::TimerWait>(&pending->wait);
    all_.coverage.HitIf(timer != nullptr && pending->wait_number == ref.wait_number + 1 &&
                            timer->purpose == interpreter::TimerWait::Purpose::kRetry,
                        Mark::kCompletionBetweenStageAndSyncOfRetry);
  }
  all_.ledger.sent[ref].insert(answer);
  Completion completion{.ref = sent_as, .error = answer.error, .cause = answer.cause};
  if (answer.output) completion.output = Bytes(*answer.output);
  session_->Complete({std::move(completion)});
}

void SimulatedWorker::Finish(const TaskRef& ref, const Answer& answer) {
  running_.erase(ref);
  unacknowledged_[ref] = answer;
  // The session does not hold it any more.
  all_.holders.erase(ref);
  Send(ref, answer);
}

std::map<TaskRef, Task>::iterator SimulatedWorker::PickRunning() {
  auto task = running_.begin();
  std::advance(task, static_cast<std::ptrdiff_t>(all_.random.Below(running_.size())));
  return task;
}

void SimulatedWorker::CompleteOne() {
  if (!session_ || running_.empty()) return;
  const auto task = PickRunning();
  const TaskRef ref = task->first;
  Finish(ref, Run(task->second, true));
}

void SimulatedWorker::CompleteAll() {
  while (session_ && !running_.empty()) {
    const TaskRef ref = running_.begin()->first;
    Finish(ref, Run(running_.begin()->second, false));
  }
}

void SimulatedWorker::AnswerGarbage() {
  if (!session_ || running_.empty()) return;
  all_.coverage.Hit(Mark::kGarbageOutput);
  const TaskRef ref = PickRunning()->first;
  Finish(ref, {.output = std::string(kGarbage) + " of wait " + std::to_string(ref.wait_number)});
}

void SimulatedWorker::Resend() {
  if (!session_) return;
  const auto again = unacknowledged_;
  for (const auto& [ref, answer] : again) {
    if (!session_ || !unacknowledged_.contains(ref)) continue;
    all_.coverage.HitIf(sent_to_dead_engine_.contains(ref),
                        Mark::kWorkerResendsCompletionAfterCrash);
    all_.coverage.HitIf(!sent_to_dead_engine_.contains(ref), Mark::kRepeatedCompletionInFlight);
    all_.holders.erase(ref);
    Send(ref, answer);
  }
}

void SimulatedWorker::Repeat() {
  if (!session_ || past_.empty()) return;
  const auto& [ref, answer] = past_[all_.random.Below(past_.size())];
  all_.coverage.Hit(Mark::kRepeatedCompletionLater);
  Send(ref, answer);
}

void SimulatedWorker::CompleteWrongWait() {
  if (!session_ || running_.empty()) return;
  constexpr std::uint32_t kNeverReached = 100'000;
  TaskRef ref = PickRunning()->first;
  ref.wait_number += kNeverReached;
  all_.coverage.Hit(Mark::kCompletionForWrongWait);
  Send(ref, {.output = "\"wrong\""});
}

void SimulatedWorker::Heartbeat() {
  if (!session_ || running_.empty()) return;
  ++all_.ledger.messages;
  std::vector<TaskRef> refs;
  for (const auto& [ref, task] : running_) {
    refs.push_back(ref);
    heard_[ref] = all_.now();
  }
  session_->Heartbeat(std::move(refs));
}

std::optional<TaskRef> SimulatedWorker::FindSilentTask(Timestamp now) const {
  if (!session_) return std::nullopt;
  for (const auto& [ref, task] : running_) {
    // Who ended it with its token may be at work still, and nobody waits for that.
    if (all_.ledger.accepted_with_token.contains(ref)) continue;
    const auto heard = heard_.find(ref);
    if (task.heartbeat && heard != heard_.end() && heard->second + *task.heartbeat <= now) {
      return ref;
    }
  }
  return std::nullopt;
}

void SimulatedWorker::ReturnOne() {
  if (!session_ || running_.empty()) return;
  ++all_.ledger.messages;
  const TaskRef ref = PickRunning()->first;
  all_.coverage.Hit(Mark::kTaskReturned);
  running_.erase(ref);
  all_.holders.erase(ref);
  session_->Return({ref});
}

void SimulatedWorker::Deliver(std::vector<Task> tasks) {
  for (Task& task : tasks) {
    const TaskRef ref = task.ref;
    Trace("gets", ref, task.redeliveries);
    ++all_.ledger.messages;
    if (!functions_.contains(task.function)) {
      Problem("got a task of '" + task.function + "', which it does not serve");
    }
    if (credits_[task.function] == 0)
      Problem("got a task without credit");
    else
      --credits_[task.function];
    // What went out must be what the disk says, and nothing that is not on it.
    const bool has_ended_with_token = all_.ledger.accepted_with_token.contains(ref);
    if (IsExpress(ref)) {
      const auto life = all_.ledger.express_lives.try_emplace(ref, all_.life).first->second;
      if (life != all_.life) Problem("got a task that a crash ended: " + ShownTask(ref));
    } else if (OpenWait(ref) != ref.wait_number && !has_ended_with_token) {
      Problem("got a task that is not durably open: " + ShownTask(ref));
    }
    const auto [holder, is_free] = all_.holders.try_emplace(ref, this);
    if (!is_free) Problem("got a task that another connection holds: " + ShownTask(ref));
    const auto [known, is_new] = all_.ledger.delivered.try_emplace(ref, task);
    if (!is_new && (known->second.request_id != task.request_id ||
                    known->second.payload != task.payload || known->second.state != task.state)) {
      Problem("got another task under a name that was used before: " + ShownTask(ref));
    }
    all_.coverage.HitIf(task.redeliveries > 0, Mark::kRedeliveryAfterLostWorker);
    const auto [given, is_first] = all_.given_in.try_emplace(ref, all_.life);
    if (!is_first && given->second != all_.life && all_.now() < all_.reserved_until) {
      Problem("got a task before the one who may hold it could claim it: " + ShownTask(ref));
    }
    given->second = all_.life;
    unacknowledged_.erase(ref);
    heard_[ref] = all_.now();
    all_.token_holder->PassOn(task);
    running_.insert_or_assign(ref, std::move(task));
  }
}

void SimulatedWorker::Cancel(std::vector<TaskRef> tasks) {
  for (const TaskRef& ref : tasks) {
    Trace("is told to stop", ref, 0);
    all_.coverage.HitIf(running_.contains(ref), Mark::kTaskCancelled);
    const auto life = all_.ledger.express_lives.find(ref);
    all_.coverage.HitIf(life != all_.ledger.express_lives.end() && life->second != all_.life,
                        Mark::kExpressTaskOfLostEngine);
    running_.erase(ref);
    unacknowledged_.erase(ref);
    const auto holder = all_.holders.find(ref);
    if (holder != all_.holders.end() && holder->second == this) all_.holders.erase(holder);
  }
}

void SimulatedWorker::Acknowledge(std::vector<CompletionAck> acks) {
  for (CompletionAck& ack : acks) {
    if (const auto original = passed_on_as_.find(ack.ref); original != passed_on_as_.end()) {
      ack.ref = original->second;
    }
    Trace("is acknowledged", ack.ref, static_cast<std::uint64_t>(ack.outcome));
    if (ack.outcome == CompletionOutcome::kRefused) continue;
    const auto sent = unacknowledged_.find(ack.ref);
    if (ack.outcome == CompletionOutcome::kSettled) {
      if (OpenWait(ack.ref) == ack.ref.wait_number) {
        Problem("was told that a task is settled which is open: " + ShownTask(ack.ref));
      }
      all_.coverage.HitIf(sent_to_dead_engine_.contains(ack.ref),
                          Mark::kWorkerToldSettledAfterLostAcknowledgement);
      if (sent != unacknowledged_.end() && !all_.ledger.accepted.contains(ack.ref)) {
        const bool is_open =
            all_.disk.Get(storage::Family::kState, rows::HotFrameKey(ack.ref.execution, kRootFrame))
                .has_value();
        all_.coverage.Hit(is_open ? Mark::kLateCompletionAfterTimeout
                                  : Mark::kLateCompletionAfterClose);
      }
    } else {
      const auto answers = all_.ledger.sent.find(ack.ref);
      if (answers == all_.ledger.sent.end()) {
        Problem("got an acknowledgement for an answer it never gave: " + ShownTask(ack.ref));
        continue;
      }
      if (OpenWait(ack.ref) == ack.ref.wait_number) {
        Problem("an answer was accepted before that is durable: " + ShownTask(ack.ref));
      }
      if (IsExpress(ack.ref)) {
        AcceptExpress(ack.ref);
        Retire(ack.ref);
        continue;
      }
      const Answer accepted =
          sent != unacknowledged_.end() ? sent->second : *answers->second.begin();
      if (!all_.ledger.accepted.try_emplace(ack.ref, accepted).second) {
        Problem("two answers to one attempt were accepted: " + ShownTask(ack.ref));
      }
    }
    Retire(ack.ref);
  }
}

void SimulatedWorker::Retire(const TaskRef& ref) {
  const auto sent = unacknowledged_.find(ref);
  if (sent == unacknowledged_.end()) return;
  past_.emplace_back(*sent);
  if (past_.size() > kPastMax) past_.pop_front();
  unacknowledged_.erase(sent);
}

void SimulatedWorker::AcceptExpress(const TaskRef& ref) {
  if (all_.ledger.express_lives[ref] != all_.life) {
    Problem("the answer to a task that a crash ended was accepted: " + ShownTask(ref));
  }
  if (!all_.ledger.express_accepted.insert(ref).second) {
    Problem("two answers to one attempt were accepted: " + ShownTask(ref));
  }
}

}  // namespace pawl::simulator
