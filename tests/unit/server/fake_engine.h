// FakeEngine: the façade as a test wants it. Definitions and executions are kept in maps and never
// run; a test says what happens to them. Worker sessions and watches record what they were told and
// hand out their sinks.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "engine/base/mutex.h"
#include "engine/runtime/engine.h"
#include "tests/support/taskless_engine.h"

namespace pawl::test {

// What one worker session was told, and the way to it. Outlives the session.
class FakeSession {
 public:
  FakeSession(WorkerHello said, TaskSink& sink) : hello(std::move(said)), sink_(&sink) {}

  const WorkerHello hello;

  // Nothing is delivered once the session has ended.
  void Deliver(std::vector<Task> tasks);
  void Cancel(std::vector<TaskRef> tasks);
  void Acknowledge(std::vector<CompletionAck> acks);
  void Provide(std::vector<RunnableFunction> functions);

  // These wait until the worker's stream has brought as much.
  std::vector<FunctionCredit> WaitForCredits(std::size_t count);
  std::vector<Completion> WaitForCompletions(std::size_t count);
  std::vector<TaskRef> WaitForHeartbeats(std::size_t count);
  std::vector<TaskRef> WaitForReturns(std::size_t count);
  std::vector<std::vector<std::string>> WaitForAnnouncements(std::size_t count);
  void WaitForEnd();

  std::vector<FunctionCredit> credits();

 private:
  friend class FakeWorkerSession;

  template <typename T>
  std::vector<T> WaitFor(std::vector<T> FakeSession::*list, std::size_t count);

  Mutex mutex_;
  CondVar changed_;
  TaskSink* sink_ PAWL_GUARDED_BY(mutex_);
  std::vector<FunctionCredit> credits_ PAWL_GUARDED_BY(mutex_);
  std::vector<Completion> completions_ PAWL_GUARDED_BY(mutex_);
  std::vector<TaskRef> heartbeats_ PAWL_GUARDED_BY(mutex_);
  std::vector<TaskRef> returns_ PAWL_GUARDED_BY(mutex_);
  std::vector<std::vector<std::string>> announcements_ PAWL_GUARDED_BY(mutex_);
};

class FakeEngine final : public TasklessEngine {
 public:
  // Every call fails with this while it is an error.
  void FailWith(Status status);
  void AddExecution(ExecutionInfo info, std::vector<EventInfo> events = {});
  void AddRunning(const ExecutionName& name, std::vector<EventInfo> events = {});
  // Adds events to an execution, with the next ids, and tells the watches.
  void Record(const ExecutionName& name, std::vector<EventInfo> events);
  // Closes an execution and tells the watches.
  void Close(const ExecutionName& name, ExecutionStatus status, std::string output);
  std::vector<StartRequest> starts();
  ListRequest last_list();
  // How many engine calls brought `starts`.
  int start_calls();
  // Waits for the `index`th session, counted from 0.
  std::shared_ptr<FakeSession> WaitForSession(std::size_t index = 0);
  // Waits until as many executions are watched.
  void WaitForWatched(std::size_t count);

  EngineOptions& mutable_options() { return options_; }

  // What Functions() gives; outlives the engine.
  void ServeFunctions(DeployedFunctions& functions) { functions_ = &functions; }

  Result<DeployResponse> Deploy(const DeployRequest& request) override;
  Result<StateMachineInfo> DescribeStateMachine(NamespaceId namespace_id,
                                                const std::string& name,
                                                std::uint64_t revision) override;
  Result<StateMachineList> ListStateMachines(NamespaceId namespace_id,
                                             std::size_t page_size,
                                             const std::string& after) override;
  Status DeleteStateMachine(NamespaceId namespace_id, const std::string& name) override;
  void StartExecution(StartRequest request, Callback<StartResponse> done) override;
  void StartExecutions(std::vector<StartRequest> requests,
                       std::function<void(std::vector<Result<StartResponse>>)> done) override;
  void StopExecution(StopRequest request, Callback<StopResponse> done) override;
  Result<ExecutionInfo> DescribeExecution(const ExecutionName& name) override;
  Result<HistoryPage> GetHistory(const HistoryRequest& request) override;
  Result<ListResponse> ListExecutions(const ListRequest& request) override;
  std::unique_ptr<Watch> StartWatch(WatchSink& sink) override;
  std::unique_ptr<WorkerSession> ConnectWorker(WorkerHello hello, TaskSink& sink) override;
  Result<std::string> StoreSecret(const std::string& purpose) override;
  EngineStatistics Statistics() override;

  DeployedFunctions& Functions() override {
    return functions_ == nullptr ? TasklessEngine::Functions() : *functions_;
  }

  const EngineOptions& options() const override { return options_; }

 private:
  friend class FakeWatch;

  struct Execution {
    ExecutionInfo info;
    std::vector<EventInfo> events;
  };

  Result<StartResponse> Start(const StartRequest& request) PAWL_REQUIRES(mutex_);
  void Tell(const ExecutionName& name);

  EngineOptions options_;
  DeployedFunctions* functions_ = nullptr;
  Mutex mutex_;
  CondVar changed_;
  Status failure_ PAWL_GUARDED_BY(mutex_);
  std::map<std::string, std::vector<StateMachineInfo>> state_machines_ PAWL_GUARDED_BY(mutex_);
  std::map<ExecutionName, Execution> executions_ PAWL_GUARDED_BY(mutex_);
  std::vector<StartRequest> starts_ PAWL_GUARDED_BY(mutex_);
  int start_calls_ PAWL_GUARDED_BY(mutex_) = 0;
  ListRequest last_list_ PAWL_GUARDED_BY(mutex_);
  std::vector<std::shared_ptr<FakeSession>> sessions_ PAWL_GUARDED_BY(mutex_);
  std::map<ExecutionName, std::pair<WatchSink*, bool>> watched_ PAWL_GUARDED_BY(mutex_);
};

// The time at which the fake's executions start.
inline constexpr Timestamp kFakeStart = FromMicros(1'700'000'000'123'456);

// A task whose reference is made of `number`.
Task FakeTask(std::uint32_t number, std::string function, std::string payload = "{}");
TaskRef FakeTaskRef(std::uint32_t number);

}  // namespace pawl::test
