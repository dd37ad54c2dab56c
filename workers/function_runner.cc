#include "workers/function_runner.h"

#include <algorithm>
#include <chrono>
#include <utility>

namespace pawl::workers {
namespace {

using namespace std::chrono_literals;

// What has failed to import fails again, so for this long nobody tries.
constexpr auto kRefusalLasts = 1s;
// How soon to look again for a process that the system had no room for.
constexpr auto kStarvedRetry = 100ms;

}  // namespace

FunctionRunner::FunctionRunner(FunctionSpec spec, PoolContext& context)
    : spec_(std::move(spec)), context_(context) {}

void FunctionRunner::Change(FunctionSpec spec) {
  next_spec_.reset();
  // Also where it has just been imported and nothing is handed over yet.
  const bool is_awaited =
      !pending_.empty() && !generations_.empty() && generations_.back()->has_future();
  if (is_awaited) {
    next_spec_ = std::move(spec);
  } else {
    TakeUp(std::move(spec));
  }
}

bool FunctionRunner::TakeUpChange() {
  if (!next_spec_) return false;
  if (!generations_.empty() && generations_.back()->is_importing()) return false;
  TakeUp(*std::exchange(next_spec_, std::nullopt));
  return true;
}

void FunctionRunner::TakeUp(FunctionSpec spec) {
  if (spec == spec_) return;
  for (const auto& generation : generations_)
    generation->Retire();
  spec_ = std::move(spec);
  refusal_.reset();
}

void FunctionRunner::Submit(Invocation invocation) {
  if (invocation.deadline) next_deadline_ = std::min(next_deadline_, *invocation.deadline);
  Task task{.invocation = std::move(invocation)};
  if (task.invocation.wants_log) {
    task.log =
        std::make_unique<InvocationLog>(task.invocation.request_id, spec_.version, spec_.memory_mb);
  }
  pending_.push_back(std::move(task));
}

void FunctionRunner::Dispatch() {
  is_starved_ = false;
  // Where nothing is to be handed over before.
  if (pending_.empty() || refusal_) TakeUpChange();
  if (pending_.empty()) return;
  if (is_stopping_) {
    ReturnPending();
    return;
  }
  if (refusal_ && context_.now < refusal_->until) {
    Refuse(refusal_->make_error);
    return;
  }
  if (generations_.empty() || !generations_.back()->has_future()) {
    generations_.push_back(std::make_unique<Generation>(spec_, *this, context_));
  }
  is_starved_ = !generations_.back()->Dispatch(pending_);
  // What found no process goes to one of the new code.
  if (TakeUpChange()) Dispatch();
}

void FunctionRunner::PutBack(Task task) {
  pending_.push_front(std::move(task));
}

void FunctionRunner::Refuse(MakeError make_error) {
  for (const Task& task : pending_) {
    context_.Fail(task, make_error(task.invocation.request_id));
  }
  pending_.clear();
  if (!refusal_ || refusal_->until <= context_.now) {
    refusal_ = Refusal{.until = context_.now + kRefusalLasts, .make_error = std::move(make_error)};
  }
}

bool FunctionRunner::Cancel(std::uint64_t id) {
  const auto found = std::find_if(pending_.begin(), pending_.end(), [id](const Task& task) {
    return task.invocation.id == id;
  });
  if (found != pending_.end()) {
    context_.Deliver(*found, Outcome::kCancelled);
    pending_.erase(found);
    return true;
  }
  return std::any_of(generations_.begin(), generations_.end(), [id](const auto& generation) {
    return generation->Cancel(id);
  });
}

SteadyTime FunctionRunner::Tick() {
  if (context_.now >= next_deadline_) CancelExpired();
  SteadyTime next = next_deadline_;
  if (is_starved_) next = std::min(next, context_.now + kStarvedRetry);
  for (auto it = generations_.begin(); it != generations_.end();) {
    next = std::min(next, (*it)->Tick());
    if ((*it)->has_ended()) {
      context_.graveyard.push_back(std::shared_ptr<Generation>(std::move(*it)));
      it = generations_.erase(it);
    } else {
      ++it;
    }
  }
  return next;
}

void FunctionRunner::CancelExpired() {
  next_deadline_ = SteadyTime::max();
  std::vector<std::uint64_t> expired;
  const auto look = [&](const Task& task) {
    if (!task.invocation.deadline || task.is_cancelled) return;
    if (*task.invocation.deadline <= context_.now) {
      expired.push_back(task.invocation.id);
    } else {
      next_deadline_ = std::min(next_deadline_, *task.invocation.deadline);
    }
  };
  for (const Task& task : pending_)
    look(task);
  for (const auto& generation : generations_)
    generation->ForEachTask(look);
  for (const std::uint64_t id : expired)
    Cancel(id);
}

void FunctionRunner::ReturnPending() {
  for (const Task& task : pending_)
    context_.Deliver(task, Outcome::kReturned);
  pending_.clear();
}

void FunctionRunner::Retire() {
  is_stopping_ = true;
  ReturnPending();
  for (const auto& generation : generations_)
    generation->Retire();
}

void FunctionRunner::Stop() {
  Retire();
  for (const auto& generation : generations_)
    generation->Stop();
}

bool FunctionRunner::EndIdleChild() {
  return std::any_of(generations_.begin(), generations_.end(), [](const auto& generation) {
    return generation->EndIdleChild();
  });
}

}  // namespace pawl::workers
