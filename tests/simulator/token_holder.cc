#include "tests/simulator/token_holder.h"

#include <algorithm>
#include <utility>

#include "engine/rows/frame_codec.h"
#include "engine/rows/history_codec.h"
#include "engine/rows/keys.h"
#include "tests/simulator/script.h"

namespace pawl::simulator {
namespace {

constexpr std::size_t kPollsMax = 6;

TaskEnd EndOf(const Answer& answer) {
  if (answer.output) return {.output = Bytes(*answer.output)};
  return {.error = answer.error, .cause = answer.cause};
}

}  // namespace

void TokenHolder::Problem(const std::string& what) {
  if (all_.problem.empty()) all_.problem = "the holder of a task token: " + what;
}

void TokenHolder::Connect(Engine& engine) {
  engine_ = &engine;
  const auto secret = engine.StoreSecret("task-tokens");
  if (!secret.ok()) return Problem("the store has no secret: " + secret.status().ToString());
  tokens_of_store_.emplace(*secret);
  for (const std::string_view activity : kActivities) {
    const auto made = engine.CreateActivity({}, std::string(activity));
    if (!made.ok()) Problem("an activity cannot be made: " + made.status().ToString());
  }
}

void TokenHolder::LoseEngine() {
  polls_.clear();
  engine_ = nullptr;
  unanswered_ = 0;
  for (auto& [ref, held] : tokens_)
    held.is_sent = false;
}

void TokenHolder::Hold(const TaskRef& ref, std::string_view function, const PlainJson& payload) {
  FunctionOutcome outcome = CallFunction(function, payload);
  Held held{.token = tokens_of_store_->TokenOf(ref.execution, ref.frame, ref.wait_number),
            .is_neglected = all_.random.Below(5) == 0};
  if (outcome.output) {
    held.answer.output = outcome.output->Write();
  } else {
    held.answer = {.error = std::move(outcome.error), .cause = std::move(outcome.cause)};
  }
  tokens_.try_emplace(ref, std::move(held));
}

void TokenHolder::PassOn(const Task& task) {
  const PlainJson payload = PlainJson::Parse(task.payload.view());
  const PlainJson* token = payload.Find("token");
  if (token == nullptr || !token->is_string()) return;
  // A payload may bring the token of a task that is long over.
  const auto ref = tokens_of_store_->Open(token->text);
  if (ref.ok() && *ref == task.ref) Hold(*ref, task.function, payload);
}

void TokenHolder::Recall(const TaskRef& ref, std::string_view function, std::string_view payload) {
  if (tokens_.contains(ref)) return;
  Hold(ref, function, PlainJson::Parse(payload));
  tokens_.at(ref).is_neglected = false;
}

// --- Activities ---

void TokenHolder::PollFor(const std::string& activity) {
  ++all_.ledger.messages;
  auto poll = std::make_unique<OpenPoll>();
  poll->activity = activity;
  poll->name = "poll" + std::to_string(++poll_counter_);
  OpenPoll* const place = poll.get();
  auto started =
      engine_->PollActivity({.activity = activity, .worker = poll->name},
                            [this, place, life = all_.life](const Result<ActivityTask>& task) {
                              if (life != all_.life)
                                return Problem("an engine that is gone gives a task");
                              if (std::exchange(place->is_answered, true))
                                return Problem("a poll was answered twice");
                              if (task.ok()) OnTaken(*place, *task);
                            });
  if (!started.ok()) {
    return Problem("an activity cannot be polled: " + started.status().ToString());
  }
  poll->poll = std::move(*started);
  polls_.push_back(std::move(poll));
}

void TokenHolder::OnTaken(OpenPoll& poll, const ActivityTask& task) {
  const auto ref = tokens_of_store_->Open(task.token);
  if (!ref.ok()) return Problem("was given a token that the store does not know");
  if (!IsTakenDurably(*ref, poll.name)) Problem("got a task before that was durable");
  if (!all_.ledger.taken.try_emplace(*ref, poll.name).second) {
    Problem("a task was given to two polls");
  }
  all_.coverage.Hit(Mark::kActivityTaken);
  Hold(*ref, poll.activity, PlainJson::Parse(task.input.view()));
}

bool TokenHolder::IsTakenDurably(const TaskRef& ref, const std::string& name) {
  for (const storage::Row& row : all_.disk.Scan(rows::HistoryOf(ref.execution))) {
    const auto events = rows::DecodeEvents(rows::ParseHistoryKey(row.key).value_or(1), row.value);
    if (!events.ok()) continue;
    for (const interpreter::HistoryEvent& event : *events) {
      if (event.worker == name) return true;
    }
  }
  return false;
}

void TokenHolder::SweepPolls() {
  std::erase_if(polls_, [](const auto& poll) { return poll->is_answered; });
}

void TokenHolder::Poll() {
  SweepPolls();
  if (polls_.size() < kPollsMax) {
    PollFor(std::string(kActivities[all_.random.Below(kActivities.size())]));
  }
}

void TokenHolder::Withdraw() {
  SweepPolls();
  if (polls_.empty()) return;
  polls_.erase(polls_.begin() + static_cast<std::ptrdiff_t>(all_.random.Below(polls_.size())));
}

// --- Tokens ---

std::optional<interpreter::Wait> TokenHolder::DurableWait(const TaskRef& ref) {
  const auto row =
      all_.disk.Get(storage::Family::kState, rows::HotFrameKey(ref.execution, ref.frame));
  if (!row) return std::nullopt;
  const auto frame = rows::DecodeFrame(ref.frame, *row);
  const bool is_waiting = frame.ok() && frame->wait_number == ref.wait_number &&
                          (std::holds_alternative<interpreter::TaskWait>(frame->wait) ||
                           std::holds_alternative<interpreter::TokenWait>(frame->wait));
  if (!is_waiting) return std::nullopt;
  return frame->wait;
}

std::string TokenHolder::PresentToken(const TaskRef& ref) {
  const auto row =
      all_.disk.Get(storage::Family::kState, rows::HotFrameKey(ref.execution, ref.frame));
  const auto frame =
      row ? rows::DecodeFrame(ref.frame, *row) : Result<interpreter::Frame>(NotFound("no frame"));
  const bool is_newer = frame.ok() && frame->wait_number > ref.wait_number &&
                        std::holds_alternative<interpreter::TokenWait>(frame->wait);
  if (!is_newer) return tokens_.at(ref).token;
  return tokens_of_store_->TokenOf(ref.execution, ref.frame, frame->wait_number);
}

TokenHolder::TokenEntry* TokenHolder::Pick(bool is_over) {
  std::vector<TokenEntry*> fitting;
  for (TokenEntry& entry : tokens_) {
    if (entry.second.is_over == is_over) fitting.push_back(&entry);
  }
  return fitting.empty() ? nullptr : fitting[all_.random.Below(fitting.size())];
}

void TokenHolder::Send(const TaskRef& ref) {
  ++all_.ledger.messages;
  ++unanswered_;
  Held& held = tokens_.at(ref);
  held.is_sent = true;
  all_.ledger.sent_with_token[ref].insert(held.answer);
  if (const auto wait = DurableWait(ref)) {
    const bool has_returned = std::holds_alternative<interpreter::TokenWait>(*wait);
    all_.coverage.Hit(has_returned ? Mark::kTokenAfterReturn : Mark::kTokenBeforeReturn);
  }
  const bool is_mutated = all_.mutant == Mutant::kAcceptOldTokens;
  engine_->EndTask(is_mutated ? PresentToken(ref) : held.token,
                   EndOf(held.answer),
                   [this, ref, life = all_.life](const Result<bool>& result) {
                     if (life != all_.life) return Problem("an engine that is gone answers");
                     --unanswered_;
                     OnAnswered(ref, result.status());
                   });
}

void TokenHolder::OnAnswered(const TaskRef& ref, const Status& status) {
  Held& held = tokens_.at(ref);
  held.is_sent = false;
  if (status.ok()) {
    held.is_over = true;
    if (DurableWait(ref)) Problem("a task's end was accepted before that is durable");
    if (!all_.ledger.accepted_with_token.try_emplace(ref, held.answer).second) {
      Problem("two ends of one task were accepted");
    }
    return;
  }
  if (status.code() == StatusCode::kUnavailable || status.code() == StatusCode::kAborted) return;
  if (status.code() != StatusCode::kNotFound || status.reason() != "TaskTimedOut") {
    return Problem("a task's end is refused: " + status.ToString());
  }
  if (DurableWait(ref)) Problem("a task's end is refused, and the task is open");
  const bool is_repeated = all_.ledger.accepted_with_token.contains(ref);
  all_.coverage.Hit(is_repeated ? Mark::kTokenAnsweredTwice : Mark::kOldTokenRefused);
  held.is_over = true;
}

void TokenHolder::EndOne() {
  if (const TokenEntry* entry = Pick(false)) Send(entry->first);
}

void TokenHolder::EndAgain() {
  if (const TokenEntry* entry = Pick(true)) Send(entry->first);
}

void TokenHolder::EndWrongly() {
  const TokenEntry* entry = Pick(false);
  if (entry == nullptr) return;
  ++all_.ledger.messages;
  std::string token = entry->second.token;
  TaskEnd end = EndOf(entry->second.answer);
  const bool is_token_wrong = all_.random.Below(2) == 0;
  if (is_token_wrong) {
    char& letter = token.at(all_.random.Below(token.size() - 2));
    letter = letter == 'A' ? 'B' : 'A';
  } else {
    end = {.output = Bytes("{no JSON")};
  }
  engine_->EndTask(token, std::move(end), [this, is_token_wrong](const Result<bool>& result) {
    const std::string expected = is_token_wrong ? "InvalidToken" : "InvalidOutput";
    if (result.status().reason() != expected) {
      Problem("instead of " + expected + " it was told " + result.status().ToString());
    }
    all_.coverage.Hit(Mark::kWrongTokenRefused);
  });
}

void TokenHolder::Heartbeat() {
  TokenEntry* const entry = Pick(false);
  if (entry == nullptr) return;
  ++all_.ledger.messages;
  ++unanswered_;
  engine_->HeartbeatTask(entry->second.token,
                         [this, ref = entry->first, life = all_.life](const Result<bool>& result) {
                           if (life != all_.life) return Problem("an engine that is gone answers");
                           --unanswered_;
                           if (result.ok()) tokens_.at(ref).last_heartbeat = all_.now();
                         });
}

std::optional<Timestamp> TokenHolder::LastHeartbeat(const TaskRef& ref) const {
  const auto held = tokens_.find(ref);
  if (held == tokens_.end()) return std::nullopt;
  return held->second.last_heartbeat;
}

bool TokenHolder::WorkHealthily() {
  SweepPolls();
  for (const std::string_view activity : kActivities) {
    const bool is_polled = std::any_of(
        polls_.begin(), polls_.end(), [&](const auto& poll) { return poll->activity == activity; });
    if (!is_polled) PollFor(std::string(activity));
  }
  bool was_busy = false;
  for (auto& [ref, held] : tokens_) {
    if (held.is_over || held.is_sent) continue;
    const auto wait = DurableWait(ref);
    const auto* token = wait ? std::get_if<interpreter::TokenWait>(&*wait) : nullptr;
    const bool ends_by_itself = token != nullptr && (token->deadline || token->heartbeat);
    if (held.is_neglected && ends_by_itself) continue;
    was_busy = true;
    Send(ref);
  }
  return was_busy;
}

}  // namespace pawl::simulator
