#include "engine/runtime/matcher.h"

#include <algorithm>
#include <utility>

#include "engine/base/built_in_function.h"
#include "engine/interpreter/task_call.h"

namespace pawl::runtime {

Matcher::Matcher(MatcherOptions options,
                 ArnScheme arns,
                 std::function<void(const TaskRef&)> load,
                 std::function<void()> wake)
    : options_(options), arns_(std::move(arns)), load_(std::move(load)), wake_(std::move(wake)) {}

void Matcher::Enqueue(Entry& entry) {
  entry.state = State::kQueued;
  entry.is_completing = false;
  entry.session = 0;
  queued_bytes_ += entry.task.payload.size();
  if (queued_bytes_ > options_.queued_bytes_max) {
    queued_bytes_ -= entry.task.payload.size();
    entry.task.payload = {};
  }
  ++queued_;
  Function& function = *entry.function;
  ++function.queued;
  if (entry.deployed != function.deployed) function.deployed = entry.deployed;
  Level& level = function.levels[entry.priority];
  std::deque<TaskRef>& queue = level.by_key[entry.fairness_key];
  if (queue.empty()) level.turn.push_back(entry.fairness_key);
  queue.push_back(entry.task.ref);
}

Matcher::Function& Matcher::FunctionOf(const FunctionId& id) {
  Function& function = functions_[id];
  if (function.id.second.empty()) function.id = id;
  return function;
}

void Matcher::Touch(std::vector<Function*>& touched, const Entry& entry) {
  // The last one first: mostly it is that.
  const bool is_there =
      std::find(touched.rbegin(), touched.rend(), entry.function) != touched.rend();
  if (!is_there) touched.push_back(entry.function);
}

Matcher::Entry* Matcher::Dequeue(Function& function) {
  while (!function.levels.empty()) {
    const auto level = function.levels.begin();
    while (!level->second.turn.empty()) {
      std::string key = std::move(level->second.turn.front());
      level->second.turn.pop_front();
      const auto queue = level->second.by_key.find(key);
      const TaskRef ref = queue->second.front();
      queue->second.pop_front();
      if (queue->second.empty()) {
        level->second.by_key.erase(queue);
      } else {
        level->second.turn.push_back(std::move(key));
      }
      const auto entry = tasks_.find(ref);
      // Withdrawn, claimed or led elsewhere meanwhile: only its place in the queue was left.
      if (entry == tasks_.end() || entry->second.state != State::kQueued) continue;
      if (entry->second.function != &function) continue;
      queued_bytes_ -= std::min(queued_bytes_, entry->second.task.payload.size());
      --queued_;
      --function.queued;
      return &entry->second;
    }
    function.levels.erase(level);
  }
  return nullptr;
}

void Matcher::Match(Function& function, Timestamp now, Outbox& out) {
  while (!function.sessions.empty() && function.queued > 0) {
    if (function.deployed && !function.deployed->has_room()) return;
    const SessionId session_id = function.sessions.front();
    function.sessions.pop_front();
    const auto session = sessions_.find(session_id);
    if (session == sessions_.end() || session->second.is_closing) continue;
    const auto credit = session->second.credits.find(function.id.second);
    if (credit == session->second.credits.end() || credit->second == 0) continue;
    Entry* entry = Dequeue(function);
    if (entry == nullptr) {
      function.sessions.push_front(session_id);
      return;
    }
    if (--credit->second > 0) function.sessions.push_back(session_id);
    entry->state = State::kLeased;
    entry->session = session_id;
    entry->lease = {.started_at = now, .last_heartbeat_at = now};
    BeginLease(*entry, session->second);
    entry->is_delivered = entry->task.payload.has_value();
    if (entry->is_delivered) {
      std::vector<Task>& tasks = out.deliveries[session_id];
      if (tasks.empty()) tasks.reserve(std::min<std::size_t>(function.queued, credit->second) + 1);
      const Task& given = tasks.emplace_back(std::move(entry->task));
      // The worker has it now: a redelivery loads it again. What is kept is what its failure names.
      entry->task = {.ref = given.ref,
                     .function = given.function,
                     .qualifier = given.qualifier,
                     .request_id = given.request_id};
    } else {
      out.loads.push_back(entry->task.ref);
    }
  }
}

void Matcher::MatchIfAny(const FunctionId& id, Timestamp now, Outbox& out) {
  const auto function = functions_.find(id);
  if (function != functions_.end()) Match(function->second, now, out);
}

void Matcher::Forget(const TaskRef& ref) {
  const auto found = tasks_.find(ref);
  if (found == tasks_.end()) return;
  Entry& entry = found->second;
  switch (entry.state) {
    case State::kQueued:
      queued_bytes_ -= std::min(queued_bytes_, entry.task.payload.size());
      --queued_;
      --entry.function->queued;
      break;
    case State::kLeased: {
      if (!entry.is_delivered) GiveBackCredit(entry);
      EndLease(entry);
      break;
    }
    case State::kUnclaimed:
      unclaimed_.erase({.at = entry.offer_at, .ref = ref});
      break;
  }
  // As Drop, without looking for it again.
  if (entry.deployed && entry.is_call) --entry.deployed->waiting_calls;
  tasks_.erase(found);
}

void Matcher::Drop(const TaskRef& ref) {
  const auto found = tasks_.find(ref);
  if (found == tasks_.end()) return;
  const Entry& entry = found->second;
  if (entry.deployed && entry.is_call) --entry.deployed->waiting_calls;
  tasks_.erase(found);
}

void Matcher::BeginLease(Entry& entry, Session& session) {
  entry.held_at = session.held.size();
  session.held.push_back(&entry);
  ++leased_;
  ++dispatched_;
  ++entry.function->leased;
  if (!entry.deployed) return;
  ++entry.deployed->running;
  if (entry.is_call) --entry.deployed->waiting_calls;
}

void Matcher::EndLease(Entry& entry) {
  std::vector<Entry*>& held = sessions_.at(entry.session).held;
  held.back()->held_at = entry.held_at;
  held[entry.held_at] = held.back();
  held.pop_back();
  --leased_;
  --entry.function->leased;
  if (!entry.deployed) return;
  --entry.deployed->running;
  if (entry.is_call) ++entry.deployed->waiting_calls;
  if (entry.deployed->routes.concurrency) freed_.push_back(entry.deployed);
}

void Matcher::GiveBackCredit(const Entry& entry) {
  const auto session = sessions_.find(entry.session);
  if (session == sessions_.end()) return;
  std::uint32_t& credits = session->second.credits[entry.function->id.second];
  if (credits++ == 0) entry.function->sessions.push_back(entry.session);
}

void Matcher::Unclaim(Entry& entry, Timestamp offer_at, bool is_lost) {
  entry.state = State::kUnclaimed;
  entry.is_completing = false;
  entry.session = 0;
  entry.offer_at = offer_at;
  entry.is_lost = is_lost;
  unclaimed_.insert({.at = offer_at, .ref = entry.task.ref});
}

FailedTask Matcher::Unserved(const TaskRef& ref, const Task& task) const {
  if (const auto activity = asl::ActivityOf(task.function)) {
    return {
        .ref = ref,
        .error = "ActivityDoesNotExist",
        .cause = "Activity Does Not Exist: '" + interpreter::ActivityArn(arns_, *activity) + "'"};
  }
  if (task.function == kAwsFunction || task.function == kAwsJobFunction ||
      task.function == kLambdaEndpointFunction) {
    return {.ref = ref,
            .error = "Pawl.NoWorker",
            .cause =
                "No worker calls AWS services or another Lambda. A 'pawl worker' does whose Python "
                "has boto3 "
                "(Debian: python3-boto3), unless it runs with --aws off; in a program, "
                "Engine.integrations()."};
  }
  if (task.function == kHttpFunction) {
    return {.ref = ref,
            .error = "Pawl.NoWorker",
            .cause =
                "No worker makes HTTP tasks. A 'pawl worker' does that runs with --http-tasks "
                "FILE, which says the endpoints that are allowed; in a program, "
                "Engine.integrations()."};
  }
  return NoSuchFunction(task);
}

void Matcher::WatchUnknown(const FunctionId& id, Timestamp now) {
  if (!known_.contains(id)) unknown_.try_emplace(id, now + options_.function_grace);
}

void Matcher::Offer(std::list<ReadyTask> tasks, Timestamp now) {
  Outbox out;
  {
    const MutexLock lock(mutex_);
    std::vector<Function*> touched;
    // Of the task before: mostly this one's too.
    Function* named = nullptr;
    for (ReadyTask& ready : tasks) {
      const TaskRef ref = ready.task.ref;
      const auto [place, is_new] = tasks_.try_emplace(ref);
      if (!is_new) continue;
      const std::uint32_t namespace_id = ready.namespace_id.value;
      if (named == nullptr || named->id.first != namespace_id ||
          named->id.second != ready.task.function) {
        named = &FunctionOf({namespace_id, ready.task.function});
      }
      Entry& entry = place->second;
      entry.function = named;
      entry.task = std::move(ready.task);
      entry.priority = ready.priority;
      entry.fairness_key = std::move(ready.fairness_key);
      entry.is_call = ready.is_call;
      if (!deployed_.empty()) {
        if (auto failed = Lead(entry)) {
          failed_.push_back(*std::move(failed));
          Drop(ref);
          continue;
        }
      }
      if (!entry.deployed) WatchUnknown(entry.function->id, now);
      if (ready.is_recovered) {
        Unclaim(entry, now + options_.reconnect_window, false);
        continue;
      }
      if (IsThrottled(entry, true)) {
        failed_.push_back(TooManyRequests(entry.task));
        Drop(ref);
        continue;
      }
      Enqueue(entry);
      Touch(touched, entry);
    }
    for (Function* function : touched)
      Match(*function, now, out);
    out.wakes = HasNews();
  }
  Deliver(std::move(out));
}

void Matcher::Withdraw(const std::vector<TaskRef>& tasks) {
  Outbox out;
  {
    const MutexLock lock(mutex_);
    for (const TaskRef& ref : tasks) {
      const auto entry = tasks_.find(ref);
      if (entry == tasks_.end()) continue;
      const Entry& task = entry->second;
      if (task.state == State::kLeased && task.is_delivered && !task.is_completing) {
        out.cancels[entry->second.session].push_back(ref);
      }
      Forget(ref);
    }
    out.wakes = HasNews();
  }
  Deliver(std::move(out));
}

void Matcher::WithdrawAllBut(ShardId shard, const std::set<TaskRef>& open) {
  // Sorted: the order of a hash table must not decide anything.
  std::set<TaskRef> gone;
  {
    const MutexLock lock(mutex_);
    for (const auto& [ref, entry] : tasks_) {
      if (ref.execution.shard == shard && !open.contains(ref)) gone.insert(ref);
    }
  }
  Withdraw({gone.begin(), gone.end()});
}

void Matcher::Loaded(const TaskRef& ref, std::optional<Task> task) {
  Outbox out;
  {
    const MutexLock lock(mutex_);
    const auto entry = tasks_.find(ref);
    if (entry == tasks_.end()) return;
    if (!task) {
      Forget(ref);
    } else if (entry->second.state == State::kLeased && !entry->second.is_delivered) {
      entry->second.is_delivered = true;
      task->redeliveries = entry->second.lost_workers;
      // A version of a deployed function is named by what it was led to.
      task->function = entry->second.function->id.second;
      out.deliveries[entry->second.session].push_back(std::move(*task));
    }
    out.wakes = HasNews();
  }
  Deliver(std::move(out));
}

std::optional<interpreter::Lease> Matcher::FindLease(const TaskRef& ref) {
  const MutexLock lock(mutex_);
  const auto entry = tasks_.find(ref);
  if (entry == tasks_.end() || entry->second.state != State::kLeased) return std::nullopt;
  return entry->second.lease;
}

bool Matcher::Knows(const TaskRef& ref) {
  const MutexLock lock(mutex_);
  return tasks_.contains(ref);
}

SessionId Matcher::Connect(const WorkerHello& hello, TaskSink& sink, Timestamp now) {
  Outbox out;
  SessionId id = 0;
  {
    const MutexLock lock(mutex_);
    id = ++last_session_;
    Session& session = sessions_[id];
    session.sink = &sink;
    session.namespace_id = hello.namespace_id;
    session.functions.insert(hello.functions.begin(), hello.functions.end());
    session.takes_deployed = hello.takes_deployed;
    session.is_behind = hello.takes_deployed;
    is_any_behind_ = is_any_behind_ || hello.takes_deployed;
    for (const TaskRef& ref : hello.held) {
      const auto entry = tasks_.find(ref);
      const bool is_served = entry != tasks_.end() &&
                             entry->second.function->id.first == hello.namespace_id.value &&
                             session.functions.contains(entry->second.function->id.second);
      // Held by another worker by now, settled, or not this worker's: it is not to go on with it.
      if (!is_served || entry->second.state == State::kLeased) {
        out.cancels[id].push_back(ref);
        continue;
      }
      Entry& claimed = entry->second;
      if (claimed.state == State::kUnclaimed) {
        unclaimed_.erase({.at = claimed.offer_at, .ref = ref});
      } else {
        queued_bytes_ -= std::min(queued_bytes_, claimed.task.payload.size());
        --queued_;
        --claimed.function->queued;
      }
      claimed.state = State::kLeased;
      claimed.is_delivered = true;
      claimed.session = id;
      if (claimed.lease.started_at == Timestamp()) claimed.lease.started_at = now;
      claimed.lease.last_heartbeat_at = now;
      claimed.task.payload = {};
      BeginLease(claimed, session);
    }
    out.wakes = HasNews();
  }
  Deliver(std::move(out));
  return id;
}

void Matcher::Disconnect(SessionId session_id, Timestamp now, bool is_lost) {
  Outbox out;
  {
    const MutexLock lock(mutex_);
    const auto found = sessions_.find(session_id);
    if (found == sessions_.end()) return;
    found->second.is_closing = true;
    while (found->second.calls > 0)
      calls_ended_.Wait(mutex_);
    // Sorted: the order of what it held must not decide anything.
    std::vector<Entry*> held = found->second.held;
    std::sort(held.begin(), held.end(), [](const Entry* a, const Entry* b) {
      return a->task.ref < b->task.ref;
    });
    for (Entry* entry : held) {
      EndLease(*entry);
      Unclaim(*entry, now + options_.reconnect_window, is_lost);
    }
    sessions_.erase(found);
    out.wakes = HasNews();
  }
  Deliver(std::move(out));
}

void Matcher::Announce(SessionId session_id,
                       const std::vector<std::string>& functions,
                       Timestamp now) {
  Outbox out;
  {
    const MutexLock lock(mutex_);
    const auto session = sessions_.find(session_id);
    if (session == sessions_.end()) return;
    session->second.functions = {functions.begin(), functions.end()};
    for (const std::string& function : functions) {
      MatchIfAny({session->second.namespace_id.value, function}, now, out);
    }
  }
  Deliver(std::move(out));
}

void Matcher::Grant(SessionId session_id,
                    const std::vector<FunctionCredit>& credits,
                    Timestamp now) {
  Outbox out;
  {
    const MutexLock lock(mutex_);
    const auto session = sessions_.find(session_id);
    if (session == sessions_.end()) return;
    for (const FunctionCredit& credit : credits) {
      if (credit.credits == 0 || !session->second.functions.contains(credit.function)) continue;
      Function& function = FunctionOf({session->second.namespace_id.value, credit.function});
      std::uint32_t& have = session->second.credits[credit.function];
      if (have == 0) function.sessions.push_back(session_id);
      have += credit.credits;
      Match(function, now, out);
    }
  }
  Deliver(std::move(out));
}

void Matcher::Heartbeat(SessionId session_id, const std::vector<TaskRef>& tasks, Timestamp now) {
  const MutexLock lock(mutex_);
  for (const TaskRef& ref : tasks) {
    const auto entry = tasks_.find(ref);
    if (entry == tasks_.end() || entry->second.session != session_id) continue;
    entry->second.lease.last_heartbeat_at = std::max(entry->second.lease.last_heartbeat_at, now);
  }
}

void Matcher::Return(SessionId session_id, const std::vector<TaskRef>& tasks, Timestamp now) {
  Outbox out;
  {
    const MutexLock lock(mutex_);
    std::vector<Function*> touched;
    for (const TaskRef& ref : tasks) {
      const auto entry = tasks_.find(ref);
      if (entry == tasks_.end() || entry->second.state != State::kLeased ||
          entry->second.session != session_id) {
        continue;
      }
      EndLease(entry->second);
      Enqueue(entry->second);
      Touch(touched, entry->second);
    }
    for (Function* function : touched)
      Match(*function, now, out);
    out.wakes = HasNews();
  }
  Deliver(std::move(out));
}

Matcher::Ending Matcher::Completing(SessionId session_id, const TaskRef& ref, Timestamp now) {
  const MutexLock lock(mutex_);
  const auto found = tasks_.find(ref);
  const auto session = sessions_.find(session_id);
  if (found == tasks_.end() || session == sessions_.end()) return {};
  Entry& entry = found->second;
  if (entry.state == State::kLeased) {
    entry.is_completing = entry.session == session_id;
    if (entry.is_completing) {
      entry.function->durations.Add(now - entry.lease.started_at);
    }
    return {.lease = entry.lease, .version = entry.version};
  }
  // It was about to go to another worker.
  if (entry.state == State::kUnclaimed) {
    unclaimed_.erase({.at = entry.offer_at, .ref = ref});
  } else {
    queued_bytes_ -= std::min(queued_bytes_, entry.task.payload.size());
    --queued_;
    --entry.function->queued;
  }
  entry.state = State::kLeased;
  entry.session = session_id;
  entry.is_delivered = true;
  entry.is_completing = true;
  if (entry.lease.started_at == Timestamp()) entry.lease.started_at = now;
  entry.lease.last_heartbeat_at = now;
  entry.task.payload = {};
  BeginLease(entry, session->second);
  return {.version = entry.version};
}

void Matcher::Acknowledge(SessionId session, std::vector<CompletionAck> acks) {
  Outbox out;
  out.acks[session] = std::move(acks);
  Deliver(std::move(out));
}

void Matcher::AddKnownFunctions(NamespaceId namespace_id,
                                const std::vector<std::string>& functions) {
  const MutexLock lock(mutex_);
  for (const std::string& function : functions) {
    known_.insert({namespace_id.value, function});
    unknown_.erase({namespace_id.value, function});
  }
}

std::vector<std::string> Matcher::AddNewFunctions(NamespaceId namespace_id,
                                                  const std::vector<std::string>& functions) {
  const MutexLock lock(mutex_);
  std::vector<std::string> added;
  for (const std::string& function : functions) {
    const FunctionId id{namespace_id.value, function};
    // What is deployed is known for as long as it is.
    if (deployed_.contains(id) || NamesVersion(function)) continue;
    if (known_.insert(id).second) added.push_back(function);
    unknown_.erase(id);
  }
  return added;
}

void Matcher::RemoveKnownFunction(NamespaceId namespace_id, const std::string& function) {
  const MutexLock lock(mutex_);
  known_.erase({namespace_id.value, function});
}

bool Matcher::KnowsFunction(NamespaceId namespace_id, const std::string& function) {
  const MutexLock lock(mutex_);
  return known_.contains({namespace_id.value, function});
}

std::vector<std::string> Matcher::KnownFunctions(NamespaceId namespace_id) {
  const MutexLock lock(mutex_);
  std::vector<std::string> names;
  for (auto known = known_.lower_bound({namespace_id.value, ""});
       known != known_.end() && known->first == namespace_id.value;
       ++known) {
    names.push_back(known->second);
  }
  return names;
}

std::vector<FailedTask> Matcher::Poll(Timestamp now) {
  Outbox out;
  std::vector<FailedTask> failed;
  {
    const MutexLock lock(mutex_);
    std::vector<Function*> touched;
    while (!unclaimed_.empty() && unclaimed_.begin()->at <= now) {
      const TaskRef ref = unclaimed_.begin()->ref;
      unclaimed_.erase(unclaimed_.begin());
      Entry& entry = tasks_.at(ref);
      if (entry.is_lost && ++entry.lost_workers >= kLostWorkersMax) {
        failed.push_back({.ref = ref,
                          .error = "Pawl.WorkerLost",
                          .cause = "The function's worker was lost " +
                                   std::to_string(kLostWorkersMax) +
                                   " times during this attempt."});
        Drop(ref);
        continue;
      }
      entry.task.redeliveries = entry.lost_workers;
      std::optional<FailedTask> refused;
      if (entry.deployed && entry.deployed->is_gone) {
        refused = LeadAnew(entry, FunctionId(entry.deployed->id), now);
      }
      if (!refused && IsThrottled(entry, false)) refused = TooManyRequests(entry.task);
      if (refused) {
        failed.push_back(*std::move(refused));
        Drop(ref);
        continue;
      }
      Enqueue(entry);
      Touch(touched, entry);
    }
    for (Function* function : touched)
      Match(*function, now, out);
    for (auto unknown = unknown_.begin(); unknown != unknown_.end();) {
      if (unknown->second > now) {
        ++unknown;
        continue;
      }
      for (const auto& [ref, entry] : tasks_) {
        if (entry.function->id != unknown->first || entry.state == State::kLeased) continue;
        failed.push_back(Unserved(ref, entry.task));
      }
      unknown = unknown_.erase(unknown);
    }
    for (const FailedTask& task : failed)
      Forget(task.ref);
    TakeNews(now, out, failed);
  }
  Deliver(std::move(out));
  // The order of a hash table must not decide anything.
  std::sort(failed.begin(), failed.end(), [](const FailedTask& a, const FailedTask& b) {
    return a.ref < b.ref;
  });
  return failed;
}

std::optional<Timestamp> Matcher::NextDeadline() {
  const MutexLock lock(mutex_);
  if (HasNews()) return Timestamp();
  std::optional<Timestamp> next;
  if (!unclaimed_.empty()) next = unclaimed_.begin()->at;
  for (const auto& [id, at] : unknown_)
    next = next ? std::min(*next, at) : at;
  return next;
}

Matcher::Counts Matcher::Count() {
  const MutexLock lock(mutex_);
  Counts counts{.queued = queued_ + unclaimed_.size(),
                .leased = leased_,
                .workers = sessions_.size(),
                .dispatched = dispatched_};
  for (const auto& [id, function] : functions_) {
    FunctionStatistics& statistics = counts.functions[id.second];
    statistics.queued += function.queued;
    statistics.leased += function.leased;
    statistics.durations.Add(function.durations);
  }
  return counts;
}

TaskSink* Matcher::BeginCall(SessionId session_id) {
  const MutexLock lock(mutex_);
  const auto session = sessions_.find(session_id);
  if (session == sessions_.end() || session->second.is_closing) return nullptr;
  ++session->second.calls;
  return session->second.sink;
}

void Matcher::EndCall(SessionId session_id) {
  const MutexLock lock(mutex_);
  --sessions_.at(session_id).calls;
  calls_ended_.NotifyAll();
}

void Matcher::Deliver(Outbox out) {
  for (auto& [session, tasks] : out.deliveries) {
    if (TaskSink* sink = BeginCall(session)) {
      sink->Deliver(std::move(tasks));
      EndCall(session);
    }
  }
  for (auto& [session, tasks] : out.cancels) {
    if (TaskSink* sink = BeginCall(session)) {
      sink->Cancel(std::move(tasks));
      EndCall(session);
    }
  }
  for (auto& [session, acks] : out.acks) {
    if (TaskSink* sink = BeginCall(session)) {
      sink->Acknowledge(std::move(acks));
      EndCall(session);
    }
  }
  for (auto& [session, functions] : out.functions) {
    if (TaskSink* sink = BeginCall(session)) {
      sink->Provide(std::move(functions));
      EndCall(session);
    }
  }
  for (const TaskRef& ref : out.loads)
    load_(ref);
  if (out.wakes && wake_) wake_();
}

}  // namespace pawl::runtime
