#include "workers/bindings/embedded_worker.h"

#include <unistd.h>

#include <algorithm>
#include <utility>

#include "workers/invocation_log.h"

namespace pawl::workers {
namespace {

using std::chrono::steady_clock;

// Heartbeats are due after whole seconds; a third of the shortest is above this.
constexpr std::chrono::milliseconds kUpkeepEvery{250};
// Credits go back in groups: each group costs the engine a lock.
constexpr std::uint32_t kCreditsTogether = 64;

// What a registered function prints goes where the program's output goes; its log is the lines that
// stand around it, and its error.
std::string LogOf(const std::string& request_id, SteadyTime began, const std::string& error) {
  InvocationLog log(request_id, "$LATEST", 0);
  if (!error.empty()) log.Append("[ERROR] " + error + "\n");
  log.NoteRun(std::chrono::duration_cast<std::chrono::microseconds>(steady_clock::now() - began),
              0);
  return log.Tail({});
}

}  // namespace

EmbeddedWorker::EmbeddedWorker(Engine& engine, std::size_t threads) : threads_(threads) {
  WorkerHello hello;
  hello.worker = "embedded:" + std::to_string(::getpid());
  session_ = engine.ConnectWorker(std::move(hello), *this);
  upkeep_ = std::make_unique<platform::Thread>("pawl-upkeep", [this] { Upkeep(); });
}

EmbeddedWorker::~EmbeddedWorker() {
  Stop();
  upkeep_.reset();
  // Before the session, which its results would go to.
  if (pool_) pool_->Stop();
  session_.reset();
}

void EmbeddedWorker::Stop() {
  Flush();
  const MutexLock lock(mutex_);
  is_stopping_ = true;
  ready_.NotifyAll();
  stopped_.NotifyAll();
}

// --- Functions ---

void EmbeddedWorker::Register(const std::string& name) {
  {
    const MutexLock lock(mutex_);
    if (!registered_.insert(name).second) return;
  }
  AnnounceAll();
  session_->Grant({{.function = name, .credits = kEmbeddedCredits}});
}

void EmbeddedWorker::AnnounceAll() {
  std::vector<std::string> names;
  {
    const MutexLock lock(mutex_);
    names.assign(registered_.begin(), registered_.end());
    for (const auto& [name, credits] : pooled_) {
      if (!registered_.contains(name)) names.push_back(name);
    }
  }
  session_->Announce(std::move(names));
}

Status EmbeddedWorker::Serve(const std::string& directory, EmbeddedPool pool) {
  {
    const MutexLock lock(mutex_);
    if (directory_) {
      return AlreadyExists("functions of '" + directory_->path() + "' are served already");
    }
  }
  ASSIGN_OR_RETURN(FunctionsDirectory opened, FunctionsDirectory::Open(directory));
  RETURN_IF_ERROR(StartPool(std::move(pool)));
  {
    const MutexLock lock(mutex_);
    directory_ = std::make_unique<FunctionsDirectory>(std::move(opened));
  }
  PollDirectory();
  return {};
}

Result<std::vector<std::string>> EmbeddedWorker::Serve(const BuiltInOptions& options,
                                                       EmbeddedPool pool) {
  ASSIGN_OR_RETURN(std::vector<FunctionSpec> functions, BuiltInFunctions(pool.options, options));
  RETURN_IF_ERROR(StartPool(std::move(pool)));
  std::vector<FunctionCredit> grants;
  std::vector<std::string> names;
  for (FunctionSpec& spec : functions) {
    names.push_back(spec.name);
    SetFunction(std::move(spec), grants);
  }
  AnnounceAll();
  if (!grants.empty()) session_->Grant(std::move(grants));
  return names;
}

Status EmbeddedWorker::StartPool(EmbeddedPool pool) {
  if (pool_) return {};
  ChildPoolCallbacks callbacks;
  callbacks.on_results = [this](std::vector<InvocationResult> results) {
    OnResults(std::move(results));
  };
  callbacks.on_logs = [this](const std::vector<LogLine>& lines) {
    for (const LogLine& line : lines) {
      if (pooling_.log) pooling_.log(line.function + ": " + line.text);
    }
  };
  pooling_ = std::move(pool);
  ASSIGN_OR_RETURN(pool_, ChildPool::Start(pooling_.options, std::move(callbacks)));
  return {};
}

void EmbeddedWorker::SetFunction(FunctionSpec spec, std::vector<FunctionCredit>& grants) {
  if (spec.concurrency == 0) spec.concurrency = pooling_.concurrency;
  const std::string name = spec.name;
  const std::uint32_t credits = spec.concurrency * kEmbeddedCreditsPerChild;
  if (const Status status = pool_->SetFunction(std::move(spec)); !status.ok()) {
    if (pooling_.log) pooling_.log(status.message());
    return;
  }
  const MutexLock lock(mutex_);
  std::uint32_t& had = pooled_[name];
  if (credits > had) grants.push_back({.function = name, .credits = credits - had});
  had = std::max(had, credits);
}

void EmbeddedWorker::PollDirectory() {
  Result<FunctionsChange> change = [this]() -> Result<FunctionsChange> {
    const MutexLock lock(mutex_);
    if (!directory_) return FunctionsChange();
    return directory_->Poll();
  }();
  if (!change.ok() || change->empty()) return;
  std::vector<FunctionCredit> grants;
  for (FunctionSpec& spec : change->set)
    SetFunction(std::move(spec), grants);
  for (const std::string& name : change->removed) {
    {
      const MutexLock lock(mutex_);
      pooled_.erase(name);
    }
    const Status status = pool_->RemoveFunction(name);
    if (!status.ok() && pooling_.log) pooling_.log(status.message());
  }
  for (const FunctionProblem& problem : change->problems) {
    if (change->has_new_problems && pooling_.log) pooling_.log(problem.ToString());
  }
  AnnounceAll();
  if (!grants.empty()) session_->Grant(std::move(grants));
}

// --- The engine ---

void EmbeddedWorker::Deliver(std::vector<Task> tasks) {
  std::vector<Invocation> calls;
  {
    const MutexLock lock(mutex_);
    for (Task& task : tasks) {
      const std::uint64_t id = next_id_++;
      const bool is_pooled = !registered_.contains(task.function);
      std::optional<SteadyTime> deadline;
      if (task.deadline) deadline = steady_clock::now() + (*task.deadline - clock_.WallNow());
      by_ref_.insert_or_assign(task.ref, id);
      Held held{.ref = task.ref,
                .function = task.function,
                .needs_heartbeat = task.heartbeat.has_value(),
                .is_pooled = is_pooled};
      if (task.wants_log && !is_pooled) held.logged_request = task.request_id;
      held_.emplace(id, std::move(held));
      if (is_pooled) {
        Invocation& call = calls.emplace_back();
        call.id = id;
        call.function = std::move(task.function);
        call.request_id = std::move(task.request_id);
        call.event = std::move(task.payload);
        call.deadline = deadline;
        call.client_context = std::move(task.client_context);
        call.wants_log = task.wants_log;
      } else {
        queue_.push_back({.id = id,
                          .function = std::move(task.function),
                          .event = std::move(task.payload),
                          .request_id = std::move(task.request_id),
                          .deadline = deadline});
      }
    }
    WakeOne();
  }
  for (Invocation& call : calls) {
    const std::uint64_t id = call.id;
    std::vector<Invocation> one;
    one.push_back(std::move(call));
    const Status status = pool_->Submit(std::move(one));
    if (status.ok()) continue;
    // Removed meanwhile, or full: the upkeep gives it back.
    const MutexLock lock(mutex_);
    if (const std::optional<Held> held = Release(id)) returns_.push_back(held->ref);
  }
}

void EmbeddedWorker::WakeOne() {
  if (queue_.empty() || waiting_ == 0 || woken_ > 0) return;
  ++woken_;
  ready_.NotifyOne();
}

void EmbeddedWorker::Cancel(std::vector<TaskRef> tasks) {
  std::vector<std::uint64_t> pooled;
  {
    const MutexLock lock(mutex_);
    for (const TaskRef& ref : tasks) {
      unacknowledged_.erase(ref);
      const auto found = by_ref_.find(ref);
      if (found == by_ref_.end()) continue;
      const std::uint64_t id = found->second;
      const auto queued = std::find_if(
          queue_.begin(), queue_.end(), [id](const EmbeddedTask& task) { return task.id == id; });
      if (queued != queue_.end()) queue_.erase(queued);
      if (held_.at(id).is_pooled) pooled.push_back(id);
      Release(id);
    }
  }
  for (const std::uint64_t id : pooled)
    pool_->Cancel(id);
}

void EmbeddedWorker::Acknowledge(std::vector<CompletionAck> acks) {
  const MutexLock lock(mutex_);
  for (const CompletionAck& ack : acks) {
    if (ack.outcome == CompletionOutcome::kRefused) {
      refused_.push_back(ack.ref);
    } else {
      unacknowledged_.erase(ack.ref);
    }
  }
}

// --- The program's threads ---

std::optional<EmbeddedTask> EmbeddedWorker::TryTake(bool has_waited) {
  std::optional<EmbeddedTask> task;
  bool must_flush = false;
  {
    const MutexLock lock(mutex_);
    if (has_waited && woken_ > 0) --woken_;
    if (is_stopping_) return std::nullopt;
    if (!queue_.empty()) {
      task = std::move(queue_.front());
      queue_.pop_front();
      if (Held& held = held_.at(task->id); held.logged_request) held.taken_at = steady_clock::now();
      ++taken_;
      WakeOne();
    }
    // Where nobody looks on, nobody would hand on what gathers.
    must_flush =
        queue_.empty() || waiting_ == 0 || has_waited || results_.size() >= kResultsTogether;
  }
  if (must_flush) Flush();
  return task;
}

void EmbeddedWorker::Flush() {
  std::vector<Completion> results;
  std::vector<FunctionCredit> credits;
  {
    const MutexLock lock(mutex_);
    if (is_stopping_ || results_.empty()) return;
    results.swap(results_);
    credits = TakeCredits(kCreditsTogether);
  }
  session_->Complete(std::move(results));
  if (!credits.empty()) session_->Grant(std::move(credits));
}

bool EmbeddedWorker::Wait() {
  const MutexLock lock(mutex_);
  ++waiting_;
  while (!is_stopping_) {
    if (queue_.empty()) {
      ready_.Wait(mutex_);
      // Another thread was quicker.
      if (queue_.empty() && woken_ > 0) --woken_;
      continue;
    }
    if (waiting_ >= threads_) break;
    const std::uint64_t taken = taken_;
    ready_.WaitFor(mutex_, kLookOn);
    if (!queue_.empty() && taken_ - taken < kQuickTasks) break;
    if (queue_.empty() && woken_ > 0) --woken_;
  }
  --waiting_;
  return !is_stopping_;
}

std::optional<EmbeddedWorker::Held> EmbeddedWorker::Release(std::uint64_t id) {
  const auto found = held_.find(id);
  if (found == held_.end()) return std::nullopt;
  Held held = std::move(found->second);
  held_.erase(found);
  by_ref_.erase(held.ref);
  ++used_credits_[held.function];
  return held;
}

std::vector<FunctionCredit> EmbeddedWorker::TakeCredits(std::uint32_t at_least) {
  std::vector<FunctionCredit> credits;
  for (auto& [function, count] : used_credits_) {
    if (count < std::max(at_least, 1U)) continue;
    credits.push_back({.function = function, .credits = std::exchange(count, 0)});
  }
  return credits;
}

void EmbeddedWorker::Complete(std::uint64_t id, Completion completion) {
  const MutexLock lock(mutex_);
  const std::optional<Held> held = Release(id);
  if (!held || is_stopping_) return;
  completion.ref = held->ref;
  if (held->logged_request) {
    completion.log_tail = LogOf(*held->logged_request, held->taken_at, completion.error);
  }
  unacknowledged_.insert_or_assign(held->ref, completion);
  results_.push_back(std::move(completion));
}

void EmbeddedWorker::OnResults(std::vector<InvocationResult> results) {
  std::vector<Completion> completions;
  std::vector<FunctionCredit> credits;
  {
    const MutexLock lock(mutex_);
    for (InvocationResult& result : results) {
      const std::optional<Held> held = Release(result.id);
      if (!held || result.outcome == Outcome::kCancelled) continue;
      if (result.outcome == Outcome::kReturned) {
        returns_.push_back(held->ref);
        continue;
      }
      Completion completion{.ref = held->ref};
      if (result.outcome == Outcome::kSucceeded) {
        completion.output = Bytes(std::move(result.payload));
      } else {
        completion.error = std::move(result.error);
        completion.cause = std::move(result.payload);
      }
      completion.log_tail = std::move(result.log_tail);
      unacknowledged_.insert_or_assign(held->ref, completion);
      completions.push_back(std::move(completion));
    }
    if (is_stopping_) return;
    credits = TakeCredits(1);
  }
  session_->Complete(std::move(completions));
  if (!credits.empty()) session_->Grant(std::move(credits));
}

// --- Upkeep ---

void EmbeddedWorker::Upkeep() {
  auto next_poll = steady_clock::now() + kDirectoryPollEvery;
  while (true) {
    std::vector<TaskRef> heartbeats;
    std::vector<TaskRef> returns;
    std::vector<Completion> completions;
    std::vector<FunctionCredit> credits;
    {
      const MutexLock lock(mutex_);
      if (!is_stopping_) stopped_.WaitFor(mutex_, kUpkeepEvery);
      if (is_stopping_) return;
      for (const auto& [id, held] : held_) {
        if (held.needs_heartbeat) heartbeats.push_back(held.ref);
      }
      returns.swap(returns_);
      for (const TaskRef& ref : std::exchange(refused_, {})) {
        const auto found = unacknowledged_.find(ref);
        if (found != unacknowledged_.end()) completions.push_back(found->second);
      }
      credits = TakeCredits(1);
    }
    if (!heartbeats.empty()) session_->Heartbeat(std::move(heartbeats));
    if (!returns.empty()) session_->Return(std::move(returns));
    if (!completions.empty()) session_->Complete(std::move(completions));
    if (!credits.empty()) session_->Grant(std::move(credits));
    if (steady_clock::now() >= next_poll) {
      PollDirectory();
      next_poll = steady_clock::now() + kDirectoryPollEvery;
    }
  }
}

}  // namespace pawl::workers
