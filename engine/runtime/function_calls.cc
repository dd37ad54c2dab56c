#include "engine/runtime/function_calls.h"

#include <chrono>
#include <string>
#include <utility>
#include <vector>

namespace pawl::runtime {

FunctionCalls::FunctionCalls(Matcher& matcher, platform::Random& random)
    : matcher_(matcher), random_(random) {}

FunctionCalls::~FunctionCalls() {
  std::map<TaskRef, Waiting> waiting;
  {
    const MutexLock lock(mutex_);
    waiting.swap(waiting_);
    deadlines_.clear();
  }
  for (auto& [ref, call] : waiting)
    call.done(Unavailable("the engine stops; call the function again"));
}

void FunctionCalls::Start(Task task, Duration timeout, Timestamp now, Callback<CallEnd> done) {
  task.ref = {.execution = {.shard = kCallShard, .number = ExecutionNumber{random_.Next64()}},
              .frame = kRootFrame,
              .wait_number = 1};
  task.deadline = now + timeout;
  if (auto refused = Add({.task = task, .timeout = timeout, .done = std::move(done)})) {
    return refused->done(ResourceExhausted("too many calls of functions wait; at most " +
                                           std::to_string(kWaitingMax) + " may at once"));
  }
  const NamespaceId namespace_id = task.execution.namespace_id;
  std::list<ReadyTask> ready;
  ready.push_back({.task = std::move(task), .namespace_id = namespace_id, .is_call = true});
  matcher_.Offer(std::move(ready), now);
}

std::optional<FunctionCalls::Waiting> FunctionCalls::Add(Waiting waiting) {
  const MutexLock lock(mutex_);
  if (waiting_.size() >= kWaitingMax) return waiting;
  const TaskRef ref = waiting.task.ref;
  deadlines_.insert({.at = *waiting.task.deadline, .ref = ref});
  waiting_.emplace(ref, std::move(waiting));
  return std::nullopt;
}

std::optional<FunctionCalls::Waiting> FunctionCalls::Take(const TaskRef& ref) {
  const MutexLock lock(mutex_);
  auto taken = waiting_.extract(ref);
  if (taken.empty()) return std::nullopt;
  deadlines_.erase({.at = *taken.mapped().task.deadline, .ref = ref});
  return std::move(taken.mapped());
}

void FunctionCalls::Load(const TaskRef& ref) {
  std::optional<Task> task;
  {
    const MutexLock lock(mutex_);
    const auto found = waiting_.find(ref);
    if (found != waiting_.end()) task = found->second.task;
  }
  matcher_.Loaded(ref, std::move(task));
}

bool FunctionCalls::End(Completion completion, std::uint64_t version) {
  matcher_.Withdraw({completion.ref});
  auto waiting = Take(completion.ref);
  if (!waiting) return false;
  waiting->done(CallEnd{.function = {.output = std::move(completion.output),
                                     .error = std::move(completion.error),
                                     .cause = std::move(completion.cause),
                                     .log_tail = std::move(completion.log_tail)},
                        .version = version});
  return true;
}

void FunctionCalls::Fail(FailedTask task) {
  auto waiting = Take(task.ref);
  if (!waiting) return;
  waiting->done(
      CallEnd{.function = {.error = std::move(task.error), .cause = std::move(task.cause)},
              .is_unanswered = true});
}

void FunctionCalls::Poll(Timestamp now) {
  std::vector<TaskRef> late;
  {
    const MutexLock lock(mutex_);
    for (const Deadline& deadline : deadlines_) {
      if (deadline.at > now) break;
      late.push_back(deadline.ref);
    }
  }
  if (late.empty()) return;
  matcher_.Withdraw(late);
  for (const TaskRef& ref : late) {
    auto waiting = Take(ref);
    if (!waiting) continue;
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(waiting->timeout);
    waiting->done(DeadlineExceeded("the function '" + waiting->task.function +
                                   "' has not answered within " + std::to_string(seconds.count()) +
                                   " s"));
  }
}

std::optional<Timestamp> FunctionCalls::NextDeadline() {
  const MutexLock lock(mutex_);
  if (deadlines_.empty()) return std::nullopt;
  return deadlines_.begin()->at;
}

}  // namespace pawl::runtime
