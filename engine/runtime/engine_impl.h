// EngineImpl: the façade over catalog, executors and matcher. Private to this folder.
#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include "engine/platform/clock.h"
#include "engine/platform/random.h"
#include "engine/platform/thread.h"
#include "engine/runtime/catalog.h"
#include "engine/runtime/engine.h"
#include "engine/runtime/engine_clock.h"
#include "engine/runtime/execution_reader.h"
#include "engine/runtime/executor.h"
#include "engine/runtime/function_calls.h"
#include "engine/runtime/function_catalog.h"
#include "engine/runtime/map_run_reader.h"
#include "engine/runtime/matcher.h"
#include "engine/runtime/object_jobs.h"
#include "engine/runtime/state_tests.h"
#include "engine/runtime/task_tokens.h"
#include "engine/storage/storage.h"

namespace pawl::runtime {

// What an engine is made of besides its options. Tests and the simulator give their own.
struct EngineParts {
  std::unique_ptr<storage::Storage> storage;
  std::unique_ptr<platform::Clock> clock;
  std::unique_ptr<platform::Random> random;
  // What ItemReader and ResultWriter use; nullptr: they fail.
  std::shared_ptr<objects::ObjectStore> objects = {};
  ObjectBounds object_bounds = {};
  // Called when the store accepts no more; the default ends the process with exit code 75.
  std::function<void(const Status&)> on_store_failed;
  // False: no threads. The owner drives rounds by Engine's Poll.
  bool has_threads = true;
};

class EngineImpl final : public Engine, public ShardEnvironment {
 public:
  static Result<std::unique_ptr<EngineImpl>> Make(EngineOptions options, EngineParts parts);
  ~EngineImpl() override;

  // One round of every executor; only without threads. True if there was something to do.
  bool Poll();
  // The same, but who reads and writes objects has no turn: answers of a store that is slow.
  bool PollExecutors();
  // When Poll has something to do next, if nothing arrives.
  Timestamp NextDeadline();

  Timestamp Now() { return clock_->Now(); }

  storage::Storage& store() { return *storage_; }

  // --- Engine ---
  Result<DeployResponse> Deploy(const DeployRequest& request) override;
  Result<StateMachineInfo> DescribeStateMachine(NamespaceId namespace_id,
                                                const std::string& name,
                                                std::uint64_t revision) override;
  Result<StateMachineInfo> DescribeQualified(NamespaceId namespace_id,
                                             const std::string& name,
                                             const std::string& qualifier) override;
  Result<StateMachineList> ListStateMachines(NamespaceId namespace_id,
                                             std::size_t page_size,
                                             const std::string& after) override;
  Status DeleteStateMachine(NamespaceId namespace_id, const std::string& name) override;
  Result<VersionInfo> PublishVersion(const PublishRequest& request) override;
  Result<VersionList> ListVersions(NamespaceId namespace_id,
                                   const std::string& state_machine,
                                   std::size_t page_size,
                                   const std::string& after) override;
  Status DeleteVersion(NamespaceId namespace_id,
                       const std::string& state_machine,
                       std::uint64_t version) override;
  Result<AliasInfo> CreateAlias(const AliasRequest& request) override;
  Result<AliasInfo> UpdateAlias(const AliasRequest& request) override;
  Result<AliasInfo> DescribeAlias(NamespaceId namespace_id,
                                  const std::string& state_machine,
                                  const std::string& name) override;
  Result<AliasList> ListAliases(const ListAliasesRequest& request) override;
  Status DeleteAlias(NamespaceId namespace_id,
                     const std::string& state_machine,
                     const std::string& name) override;
  Status TagResource(const ResourceName& resource, const std::vector<Tag>& tags) override;
  Status UntagResource(const ResourceName& resource, const std::vector<std::string>& keys) override;
  Result<std::vector<Tag>> ListTags(const ResourceName& resource) override;
  void StartExecution(StartRequest request, Callback<StartResponse> done) override;
  void StartExecutions(std::vector<StartRequest> requests,
                       std::function<void(std::vector<Result<StartResponse>>)> done) override;
  void StartSyncExecution(StartRequest request, Callback<ExecutionInfo> done) override;
  void StopExecution(StopRequest request, Callback<StopResponse> done) override;
  void RedriveExecution(RedriveRequest request, Callback<RedriveResponse> done) override;
  void UpdateMapRun(MapRunUpdate update, Callback<bool> done) override;
  Result<ExecutionInfo> DescribeExecution(const ExecutionName& name) override;
  Result<ExecutionMachineInfo> DescribeStateMachineForExecution(const ExecutionName& name) override;
  Result<HistoryPage> GetHistory(const HistoryRequest& request) override;
  Result<ListResponse> ListExecutions(const ListRequest& request) override;
  Result<MapRunInfo> DescribeMapRun(NamespaceId namespace_id, const std::string& arn) override;
  Result<MapRunList> ListMapRuns(const ExecutionName& execution,
                                 std::size_t page_size,
                                 const std::string& after) override;
  void TestState(TestStateRequest request, Callback<StateTestResult> done) override;
  void InvokeFunction(InvocationRequest request, Callback<InvocationResponse> done) override;
  std::unique_ptr<Watch> StartWatch(WatchSink& sink) override;
  std::unique_ptr<WorkerSession> ConnectWorker(WorkerHello hello, TaskSink& sink) override;
  Result<ActivityInfo> CreateActivity(NamespaceId namespace_id, const std::string& name) override;
  Result<ActivityInfo> DescribeActivity(NamespaceId namespace_id, const std::string& name) override;
  Result<ActivityList> ListActivities(NamespaceId namespace_id,
                                      std::size_t page_size,
                                      const std::string& after) override;
  Status DeleteActivity(NamespaceId namespace_id, const std::string& name) override;
  Result<std::unique_ptr<ActivityPoll>> PollActivity(ActivityRequest request,
                                                     Callback<ActivityTask> done) override;
  void EndTask(const std::string& token, TaskEnd end, Callback<bool> done) override;
  void HeartbeatTask(const std::string& token, Callback<bool> done) override;

  DeployedFunctions& Functions() override { return *functions_; }

  Result<std::string> StoreSecret(const std::string& purpose) override;
  EngineStatistics Statistics() override;

  const EngineOptions& options() const override { return options_; }

 private:
  friend class EngineWatch;
  friend class EngineWorkerSession;
  friend class EngineActivityPoll;

  // An executor with the thread that drives it.
  struct Runner {
    platform::Event event;
    std::unique_ptr<Executor> executor;
    bool polls_matcher = false;
    Mutex statistics_mutex;
    Executor::Statistics statistics PAWL_GUARDED_BY(statistics_mutex);
    Timestamp gathered_at;
    Timestamp swept_at;
    // Last, so that it ends first.
    std::unique_ptr<platform::Thread> thread;
  };

  EngineImpl(EngineOptions options, EngineParts parts);
  Status Open();
  void RunThread(Runner& runner);
  bool PollRunner(Runner& runner, Timestamp now);

  // --- ShardEnvironment ---
  const interpreter::Environment& interpreter() const override { return environment_; }

  const std::string& lambda_endpoint() const override { return options_.lambda_endpoint; }

  storage::Storage& storage() override { return *storage_; }

  Matcher& matcher() override { return *matcher_; }

  ObjectJobs& object_jobs() override { return object_jobs_; }

  std::uint64_t express_epoch() const override { return express_epoch_; }

  Result<std::shared_ptr<const asl::StateMachine>> FindMachine(NamespaceId namespace_id,
                                                               const std::string& state_machine,
                                                               std::uint64_t revision) override;
  void Post(ShardId shard, ShardRequest request) override;
  void StartChild(ChildRequest request) override;
  void SignalTask(SignalRequest request) override;
  void CallUnawaited(UnawaitedCall call) override;

  Duration function_grace() const override { return options_.function_grace; }

  void RefuseCall(const TaskRef& ref,
                  const Status& status,
                  bool is_aws_sdk,
                  const std::string& request_id);

  Executor& ExecutorOf(ShardId shard);
  // Checks a start and finds its shard; the reply is left to the caller.
  Status CheckTestCase(const StartRequest& request) const;
  Result<StartCommand> Prepare(StartRequest request);
  Status CheckRoom() const;
  // Of what only grows: deployments, versions, aliases and tags; `bytes` of them.
  Status CheckDisk(std::uint64_t bytes = 0);
  FunctionCatalogSeams FunctionSeams();
  void AnnounceFunctions(NamespaceId namespace_id, const std::vector<std::string>& functions);
  void Complete(SessionId session, std::vector<Completion> completions);

  EngineOptions options_;
  interpreter::Environment environment_;
  std::unique_ptr<storage::Storage> storage_;
  std::unique_ptr<platform::Clock> system_clock_;
  std::unique_ptr<platform::Random> random_;
  const std::uint64_t express_epoch_;
  std::function<void(const Status&)> on_store_failed_;
  const bool has_threads_;
  ObjectJobs object_jobs_;
  std::unique_ptr<EngineClock> clock_;
  std::unique_ptr<Catalog> catalog_;
  std::unique_ptr<ExecutionReader> reader_;
  std::unique_ptr<MapRunReader> map_run_reader_;
  std::unique_ptr<SealedTaskTokens> task_tokens_;
  std::unique_ptr<Matcher> matcher_;
  std::unique_ptr<FunctionCatalog> functions_;
  // Before the calls, whose callbacks use it.
  std::unique_ptr<StateTests> state_tests_;
  std::unique_ptr<FunctionCalls> calls_;
  std::vector<std::unique_ptr<Runner>> runners_;
  std::atomic<bool> is_stopping_ = false;
  std::atomic<std::uint64_t> tasks_completed_ = 0;
};

}  // namespace pawl::runtime
