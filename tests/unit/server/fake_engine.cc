#include "fake_engine.h"

#include <algorithm>

namespace pawl::test {

// --- Sessions ---

class FakeWorkerSession final : public WorkerSession {
 public:
  explicit FakeWorkerSession(std::shared_ptr<FakeSession> record) : record_(std::move(record)) {}

  ~FakeWorkerSession() override {
    const MutexLock lock(record_->mutex_);
    record_->sink_ = nullptr;
    record_->changed_.NotifyAll();
  }

  void Announce(std::vector<std::string> functions) override {
    const MutexLock lock(record_->mutex_);
    record_->announcements_.push_back(std::move(functions));
    record_->changed_.NotifyAll();
  }

  void Grant(std::vector<FunctionCredit> credits) override {
    Append(&FakeSession::credits_, credits);
  }

  void Complete(std::vector<Completion> completions) override {
    Append(&FakeSession::completions_, completions);
  }

  void Heartbeat(std::vector<TaskRef> tasks) override { Append(&FakeSession::heartbeats_, tasks); }

  void Return(std::vector<TaskRef> tasks) override { Append(&FakeSession::returns_, tasks); }

 private:
  template <typename T>
  void Append(std::vector<T> FakeSession::*list, const std::vector<T>& more) {
    const MutexLock lock(record_->mutex_);
    std::vector<T>& all = record_.get()->*list;
    all.insert(all.end(), more.begin(), more.end());
    record_->changed_.NotifyAll();
  }

  std::shared_ptr<FakeSession> record_;
};

void FakeSession::Deliver(std::vector<Task> tasks) {
  const MutexLock lock(mutex_);
  if (sink_ != nullptr) sink_->Deliver(std::move(tasks));
}

void FakeSession::Provide(std::vector<RunnableFunction> functions) {
  const MutexLock lock(mutex_);
  if (sink_ != nullptr) sink_->Provide(std::move(functions));
}

void FakeSession::Cancel(std::vector<TaskRef> tasks) {
  const MutexLock lock(mutex_);
  if (sink_ != nullptr) sink_->Cancel(std::move(tasks));
}

void FakeSession::Acknowledge(std::vector<CompletionAck> acks) {
  const MutexLock lock(mutex_);
  if (sink_ != nullptr) sink_->Acknowledge(std::move(acks));
}

template <typename T>
std::vector<T> FakeSession::WaitFor(std::vector<T> FakeSession::*list, std::size_t count) {
  const MutexLock lock(mutex_);
  while ((this->*list).size() < count)
    changed_.Wait(mutex_);
  return this->*list;
}

std::vector<FunctionCredit> FakeSession::WaitForCredits(std::size_t count) {
  return WaitFor(&FakeSession::credits_, count);
}

std::vector<Completion> FakeSession::WaitForCompletions(std::size_t count) {
  return WaitFor(&FakeSession::completions_, count);
}

std::vector<TaskRef> FakeSession::WaitForHeartbeats(std::size_t count) {
  return WaitFor(&FakeSession::heartbeats_, count);
}

std::vector<TaskRef> FakeSession::WaitForReturns(std::size_t count) {
  return WaitFor(&FakeSession::returns_, count);
}

std::vector<std::vector<std::string>> FakeSession::WaitForAnnouncements(std::size_t count) {
  return WaitFor(&FakeSession::announcements_, count);
}

void FakeSession::WaitForEnd() {
  const MutexLock lock(mutex_);
  while (sink_ != nullptr)
    changed_.Wait(mutex_);
}

std::vector<FunctionCredit> FakeSession::credits() {
  const MutexLock lock(mutex_);
  return credits_;
}

// --- Watches ---

class FakeWatch final : public Watch {
 public:
  FakeWatch(FakeEngine& engine, WatchSink& sink) : engine_(engine), sink_(sink) {}

  ~FakeWatch() override {
    const MutexLock lock(engine_.mutex_);
    for (const ExecutionName& name : names_)
      engine_.watched_.erase(name);
    engine_.changed_.NotifyAll();
  }

  Status Add(const ExecutionName& name, bool only_close) override {
    {
      const MutexLock lock(engine_.mutex_);
      if (!engine_.executions_.contains(name)) return NotFound("execution " + name.name);
      engine_.watched_[name] = {&sink_, only_close};
      names_.insert(name);
      engine_.changed_.NotifyAll();
    }
    engine_.Tell(name);
    return {};
  }

  // In the fake's memory is what has not closed.
  void TryAdd(const ExecutionName& name, bool only_close) override {
    const auto is_running = [&] {
      const MutexLock lock(engine_.mutex_);
      const auto found = engine_.executions_.find(name);
      return found != engine_.executions_.end() &&
             found->second.info.status == ExecutionStatus::kRunning;
    };
    if (!is_running()) return sink_.OnNotInMemory(name);
    PAWL_CHECK(Add(name, only_close).ok());
  }

  void Remove(const ExecutionName& name) override {
    const MutexLock lock(engine_.mutex_);
    engine_.watched_.erase(name);
    engine_.changed_.NotifyAll();
  }

 private:
  FakeEngine& engine_;
  WatchSink& sink_;
  std::set<ExecutionName> names_;
};

void FakeEngine::Tell(const ExecutionName& name) {
  const MutexLock lock(mutex_);
  const auto watched = watched_.find(name);
  if (watched == watched_.end()) return;
  const auto [sink, is_only_close] = watched->second;
  const Execution& execution = executions_.at(name);
  const bool is_closed = execution.info.status != ExecutionStatus::kRunning;
  if (is_only_close && !is_closed) return;
  ExecutionChange change;
  change.name = name;
  change.last_event = static_cast<EventId>(execution.events.size());
  change.status = execution.info.status;
  change.output = execution.info.output;
  change.error = execution.info.error;
  change.cause = execution.info.cause;
  sink->OnChanges({change});
  if (is_closed) watched_.erase(watched);
}

std::unique_ptr<Watch> FakeEngine::StartWatch(WatchSink& sink) {
  return std::make_unique<FakeWatch>(*this, sink);
}

// --- What a test says ---

void FakeEngine::FailWith(Status status) {
  const MutexLock lock(mutex_);
  failure_ = std::move(status);
}

void FakeEngine::AddExecution(ExecutionInfo info, std::vector<EventInfo> events) {
  const ExecutionName name = info.name;
  {
    const MutexLock lock(mutex_);
    executions_[name].info = std::move(info);
  }
  Record(name, std::move(events));
}

void FakeEngine::AddRunning(const ExecutionName& name, std::vector<EventInfo> events) {
  ExecutionInfo info;
  info.name = name;
  info.started_at = kFakeStart;
  AddExecution(std::move(info), std::move(events));
}

void FakeEngine::Record(const ExecutionName& name, std::vector<EventInfo> events) {
  {
    const MutexLock lock(mutex_);
    std::vector<EventInfo>& history = executions_.at(name).events;
    for (EventInfo& event : events) {
      event.id = static_cast<EventId>(history.size() + 1);
      event.previous_id = event.id - 1;
      history.push_back(std::move(event));
    }
  }
  Tell(name);
}

void FakeEngine::Close(const ExecutionName& name, ExecutionStatus status, std::string output) {
  {
    const MutexLock lock(mutex_);
    ExecutionInfo& info = executions_.at(name).info;
    info.status = status;
    info.stopped_at = kFakeStart + std::chrono::seconds(1);
    info.output = Bytes(std::move(output));
  }
  Tell(name);
}

std::vector<StartRequest> FakeEngine::starts() {
  const MutexLock lock(mutex_);
  return starts_;
}

ListRequest FakeEngine::last_list() {
  const MutexLock lock(mutex_);
  return last_list_;
}

int FakeEngine::start_calls() {
  const MutexLock lock(mutex_);
  return start_calls_;
}

std::shared_ptr<FakeSession> FakeEngine::WaitForSession(std::size_t index) {
  const MutexLock lock(mutex_);
  while (sessions_.size() <= index)
    changed_.Wait(mutex_);
  return sessions_[index];
}

void FakeEngine::WaitForWatched(std::size_t count) {
  const MutexLock lock(mutex_);
  while (watched_.size() != count)
    changed_.Wait(mutex_);
}

// --- The façade ---

Result<DeployResponse> FakeEngine::Deploy(const DeployRequest& request) {
  const MutexLock lock(mutex_);
  RETURN_IF_ERROR(failure_);
  std::vector<StateMachineInfo>& revisions = state_machines_[request.name];
  if (request.must_exist && revisions.empty()) return NotFound("state machine " + request.name);
  const bool is_changed =
      revisions.empty() || revisions.back().definition != request.definition.value_or("");
  if (request.must_be_new && !revisions.empty() && is_changed) {
    return AlreadyExists("state machine " + request.name);
  }
  if (is_changed) {
    revisions.push_back({.name = request.name,
                         .arn = "arn:" + request.name,
                         .revision = revisions.size() + 1,
                         .definition = request.definition.value_or(""),
                         .created_at = kFakeStart,
                         .updated_at = kFakeStart});
  }
  return DeployResponse{.state_machine = revisions.back(),
                        .is_changed = is_changed,
                        .warnings = {{.code = "UNREACHABLE_STATE",
                                      .severity = asl::Severity::kWarning,
                                      .pointer = "/States/A",
                                      .line = 2,
                                      .column = 3,
                                      .message = "no state leads here"}}};
}

Result<StateMachineInfo> FakeEngine::DescribeStateMachine(NamespaceId /*namespace_id*/,
                                                          const std::string& name,
                                                          std::uint64_t revision) {
  const MutexLock lock(mutex_);
  RETURN_IF_ERROR(failure_);
  const auto found = state_machines_.find(name);
  if (found == state_machines_.end() || revision > found->second.size()) {
    return NotFound("state machine '" + name + "' does not exist");
  }
  return revision == 0 ? found->second.back() : found->second[revision - 1];
}

Result<StateMachineList> FakeEngine::ListStateMachines(NamespaceId /*namespace_id*/,
                                                       std::size_t page_size,
                                                       const std::string& after) {
  const MutexLock lock(mutex_);
  RETURN_IF_ERROR(failure_);
  StateMachineList list;
  for (auto entry = state_machines_.upper_bound(after); entry != state_machines_.end(); ++entry) {
    if (list.state_machines.size() == page_size) {
      list.next = list.state_machines.back().name;
      break;
    }
    list.state_machines.push_back(entry->second.back());
    list.state_machines.back().definition.clear();
  }
  return list;
}

Status FakeEngine::DeleteStateMachine(NamespaceId /*namespace_id*/, const std::string& name) {
  const MutexLock lock(mutex_);
  RETURN_IF_ERROR(failure_);
  if (state_machines_.erase(name) == 0) return NotFound("state machine " + name);
  return {};
}

Result<StartResponse> FakeEngine::Start(const StartRequest& request) {
  starts_.push_back(request);
  RETURN_IF_ERROR(failure_);
  if (request.input == "no JSON") return InvalidArgument("input: no JSON", "input");
  ExecutionName name{.namespace_id = request.namespace_id,
                     .state_machine = request.state_machine,
                     .name = request.name.empty() ? "made-up" : request.name};
  const auto [entry, is_new] = executions_.try_emplace(name);
  if (!is_new && entry->second.info.input.view() != request.input) {
    return AlreadyExists("execution '" + name.name + "' exists")
        .WithReason("ExecutionAlreadyExists");
  }
  entry->second.info.name = name;
  entry->second.info.started_at = kFakeStart;
  entry->second.info.input = Bytes(request.input);
  return StartResponse{
      .name = name, .arn = "arn:" + name.name, .started_at = kFakeStart, .is_repeated = !is_new};
}

void FakeEngine::StartExecution(StartRequest request, Callback<StartResponse> done) {
  const Result<StartResponse> result = [&] {
    const MutexLock lock(mutex_);
    ++start_calls_;
    return Start(request);
  }();
  done(result);
}

void FakeEngine::StartExecutions(std::vector<StartRequest> requests,
                                 std::function<void(std::vector<Result<StartResponse>>)> done) {
  std::vector<Result<StartResponse>> results;
  {
    const MutexLock lock(mutex_);
    ++start_calls_;
    for (const StartRequest& request : requests)
      results.push_back(Start(request));
  }
  done(std::move(results));
}

void FakeEngine::StopExecution(StopRequest request, Callback<StopResponse> done) {
  const Result<StopResponse> result = [&]() -> Result<StopResponse> {
    const MutexLock lock(mutex_);
    RETURN_IF_ERROR(failure_);
    const auto found = executions_.find(request.name);
    if (found == executions_.end()) return NotFound("execution " + request.name.name);
    found->second.info.status = ExecutionStatus::kAborted;
    found->second.info.error = request.error;
    found->second.info.cause = request.cause;
    return StopResponse{.stopped_at = kFakeStart};
  }();
  done(result);
}

Result<ExecutionInfo> FakeEngine::DescribeExecution(const ExecutionName& name) {
  const MutexLock lock(mutex_);
  RETURN_IF_ERROR(failure_);
  const auto found = executions_.find(name);
  if (found == executions_.end()) return NotFound("execution '" + name.name + "' does not exist");
  return found->second.info;
}

Result<HistoryPage> FakeEngine::GetHistory(const HistoryRequest& request) {
  const MutexLock lock(mutex_);
  RETURN_IF_ERROR(failure_);
  const auto found = executions_.find(request.name);
  if (found == executions_.end()) return NotFound("execution " + request.name.name);
  std::vector<EventInfo> events = found->second.events;
  if (request.is_reverse) std::reverse(events.begin(), events.end());
  HistoryPage page;
  for (EventInfo& event : events) {
    const bool is_behind = request.after == 0 || (request.is_reverse ? event.id < request.after
                                                                     : event.id > request.after);
    if (!is_behind) continue;
    if (page.events.size() == request.page_size) {
      page.has_more = true;
      break;
    }
    if (request.without_payloads) event.input.reset();
    page.events.push_back(std::move(event));
  }
  return page;
}

Result<ListResponse> FakeEngine::ListExecutions(const ListRequest& request) {
  const MutexLock lock(mutex_);
  RETURN_IF_ERROR(failure_);
  last_list_ = request;
  ListResponse list;
  for (const auto& [name, execution] : executions_) {
    if (name.name <= request.after) continue;
    if (request.status && execution.info.status != *request.status) continue;
    if (list.executions.size() == request.page_size) {
      list.next = list.executions.back().name.name;
      break;
    }
    list.executions.push_back(execution.info);
  }
  return list;
}

std::unique_ptr<WorkerSession> FakeEngine::ConnectWorker(WorkerHello hello, TaskSink& sink) {
  auto record = std::make_shared<FakeSession>(std::move(hello), sink);
  const MutexLock lock(mutex_);
  sessions_.push_back(record);
  changed_.NotifyAll();
  return std::make_unique<FakeWorkerSession>(std::move(record));
}

Result<std::string> FakeEngine::StoreSecret(const std::string& purpose) {
  return std::string(32, purpose.front());
}

EngineStatistics FakeEngine::Statistics() {
  return {.executions_started = 7, .turns = 21};
}

TaskRef FakeTaskRef(std::uint32_t number) {
  return {.execution = {.shard = {3}, .number = {1000U + number}},
          .frame = {number},
          .wait_number = number + 1};
}

Task FakeTask(std::uint32_t number, std::string function, std::string payload) {
  Task task;
  task.ref = FakeTaskRef(number);
  task.function = std::move(function);
  task.payload = Bytes(std::move(payload));
  task.request_id = "request-" + std::to_string(number);
  task.execution = {.namespace_id = {}, .state_machine = "m", .name = "e"};
  task.state = "S";
  return task;
}

}  // namespace pawl::test
