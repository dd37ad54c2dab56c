#include "engine/runtime/engine_impl.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <utility>

#include "engine/base/coding.h"
#include "engine/json/parse.h"
#include "engine/objects/directory_object_store.h"
#include "engine/rows/keys.h"
#include "engine/runtime/error_text.h"
#include "engine/runtime/name_check.h"
#include "engine/storage/memory_storage.h"
#include "engine/storage/rocksdb_storage.h"

namespace pawl::runtime {

namespace {

using storage::Family;

// sysexits.h, EX_TEMPFAIL: the store failed; nothing unacknowledged was promised to anybody.
constexpr int kExitStoreFailed = 75;
constexpr std::int32_t kPriorityMax = 100;
constexpr std::size_t kFairnessKeyBytesMax = 128;
// They wait for files, and copy bytes.
constexpr int kObjectThreads = 2;
// How long a thread sleeps at most when nothing is due.
constexpr std::chrono::nanoseconds kSleepMax = std::chrono::milliseconds(50);

void EndProcess(const Status& status) {
  std::fprintf(stderr, "pawl: the store failed: %s\n", status.ToString().c_str());
  std::_Exit(kExitStoreFailed);
}

// What upkeep may remove at any moment is not redriven: its rows could come back without those that
// are on their way out.
EngineOptions WithinRetention(EngineOptions options) {
  options.limits.redrive_period = std::min(options.limits.redrive_period, options.retention);
  return options;
}

}  // namespace

EngineImpl::EngineImpl(EngineOptions options, EngineParts parts)
    : options_(WithinRetention(std::move(options))),
      environment_{.limits = options_.limits,
                   .arns = options_.arns,
                   .task_mocks = options_.task_mocks.get(),
                   .wait_time_scale = options_.wait_time_scale},
      storage_(std::move(parts.storage)),
      system_clock_(std::move(parts.clock)),
      random_(std::move(parts.random)),
      express_epoch_(random_->Next64()),
      on_store_failed_(std::move(parts.on_store_failed)),
      has_threads_(parts.has_threads),
      object_jobs_(
          std::move(parts.objects), has_threads_ ? kObjectThreads : 0, parts.object_bounds) {
  if (!on_store_failed_) on_store_failed_ = EndProcess;
}

Result<std::unique_ptr<EngineImpl>> EngineImpl::Make(EngineOptions options, EngineParts parts) {
  std::unique_ptr<EngineImpl> engine(new EngineImpl(std::move(options), std::move(parts)));
  RETURN_IF_ERROR(engine->Open());
  return engine;
}

Status EngineImpl::Open() {
  Timestamp high_water;
  storage::LoadRequest marks;
  for (std::uint16_t shard = 0; shard < rows::kShards; ++shard) {
    marks.keys.push_back({.family = Family::kState, .bytes = rows::EngineTimeKey(ShardId{shard})});
  }
  ASSIGN_OR_RETURN(const auto stored, storage::LoadAndWait(*storage_, std::move(marks)));
  for (const auto& value : stored.values) {
    if (!value) continue;
    Decoder decoder(*value);
    high_water = std::max(high_water, FromMicros(static_cast<std::int64_t>(decoder.BigEndian64())));
  }
  clock_ = std::make_unique<EngineClock>(*system_clock_, high_water);
  catalog_ = std::make_unique<Catalog>(*storage_, *random_, options_.limits, options_.arns);
  reader_ = std::make_unique<ExecutionReader>(*storage_, *catalog_, options_.arns, options_.limits);
  map_run_reader_ = std::make_unique<MapRunReader>(*storage_, *catalog_, options_.arns);
  ASSIGN_OR_RETURN(std::string secret, StoreSecret("task-tokens"));
  task_tokens_ = std::make_unique<SealedTaskTokens>(std::move(secret));
  environment_.task_tokens = task_tokens_.get();
  matcher_ = std::make_unique<Matcher>(
      MatcherOptions{.function_grace = options_.function_grace,
                     .reconnect_window = options_.reconnect_window},
      options_.arns,
      [this](const TaskRef& ref) {
        if (FunctionCalls::Owns(ref)) return calls_->Load(ref);
        ExecutorOf(ref.execution.shard).Post(ref.execution.shard, LoadTaskCommand{.ref = ref});
      },
      [this] {
        // While the engine opens there is nobody to wake.
        if (!runners_.empty()) runners_.front()->event.Notify();
      });
  calls_ = std::make_unique<FunctionCalls>(*matcher_, *random_);
  state_tests_ = std::make_unique<StateTests>(*calls_, environment_, *random_);
  ASSIGN_OR_RETURN(const auto functions, storage::ScanAndWait(*storage_, rows::AllFunctions()));
  for (const storage::Row& row : functions) {
    const auto key = rows::ParseFunctionKey(row.key);
    if (!key) return DataLoss("a function's key is not readable");
    matcher_->AddKnownFunctions(key->namespace_id, {key->function});
  }

  functions_ =
      std::make_unique<FunctionCatalog>(*storage_, *random_, options_.arns, FunctionSeams());
  RETURN_IF_ERROR(functions_->Open());

  const int count =
      options_.executors > 0 ? options_.executors : std::max(1, platform::ProcessorCount() / 2);
  for (int i = 0; i < count; ++i) {
    std::vector<ShardId> shards;
    for (int shard = i; shard < rows::kShards; shard += count) {
      shards.push_back(ShardId{static_cast<std::uint16_t>(shard)});
    }
    auto runner = std::make_unique<Runner>();
    runner->polls_matcher = i == 0;
    runner->executor = std::make_unique<Executor>(
        *this,
        shards,
        ExecutorOptions{
            .retention = options_.retention,
            // An idle execution takes about a kilobyte.
            .resident_max = options_.resident_bytes_max / 1024 / static_cast<std::size_t>(count),
            .group_bytes_max = options_.group_bytes_max,
            .disk_soft_reserve_bytes = options_.disk_soft_reserve_bytes,
            .disk_hard_reserve_bytes = options_.disk_hard_reserve_bytes},
        [raw = runner.get()] { raw->event.Notify(); },
        on_store_failed_);
    runners_.push_back(std::move(runner));
  }
  for (auto& runner : runners_)
    RETURN_IF_ERROR(runner->executor->Recover(clock_->Now()));
  if (has_threads_) {
    for (auto& runner : runners_) {
      runner->thread = std::make_unique<platform::Thread>(
          "pawl-executor", [this, raw = runner.get()] { RunThread(*raw); });
    }
  }
  return OkStatus();
}

EngineImpl::~EngineImpl() {
  is_stopping_ = true;
  object_jobs_.Stop();
  for (auto& runner : runners_) {
    runner->event.Notify();
    if (runner->thread) runner->thread->Join();
  }
}

void EngineImpl::RunThread(Runner& runner) {
  while (!is_stopping_) {
    const Timestamp now = clock_->Now();
    if (PollRunner(runner, now)) continue;
    std::chrono::nanoseconds sleep = kSleepMax;
    const auto next = runner.executor->NextDeadline();
    if (next) sleep = std::min<std::chrono::nanoseconds>(sleep, *next - clock_->Now());
    if (sleep > std::chrono::nanoseconds::zero()) runner.event.WaitFor(sleep);
  }
}

bool EngineImpl::PollRunner(Runner& runner, Timestamp now) {
  constexpr Duration kGatherEvery = std::chrono::milliseconds(100);
  constexpr Duration kSweepEvery = std::chrono::seconds(2);
  bool was_busy = runner.executor->Poll(now);
  if (runner.polls_matcher) {
    const auto due = matcher_->NextDeadline();
    if (due && *due <= now) {
      was_busy = true;
      for (FailedTask& task : matcher_->Poll(now)) {
        const ShardId shard = task.ref.execution.shard;
        if (FunctionCalls::Owns(task.ref)) {
          calls_->Fail(std::move(task));
          continue;
        }
        ExecutorOf(shard).Post(shard,
                               CompletionCommand{.completion = {.ref = task.ref,
                                                                .error = std::move(task.error),
                                                                .cause = std::move(task.cause)}});
      }
    }
    calls_->Poll(now);
    if (now >= runner.swept_at + kSweepEvery) {
      runner.swept_at = now;
      static_cast<void>(catalog_->Sweep().ok());
    }
  }
  if (now >= runner.gathered_at + kGatherEvery) {
    runner.gathered_at = now;
    const MutexLock lock(runner.statistics_mutex);
    runner.statistics = runner.executor->Gather();
  }
  return was_busy;
}

bool EngineImpl::Poll() {
  const bool was_busy = PollExecutors();
  return object_jobs_.RunOne() || was_busy;
}

bool EngineImpl::PollExecutors() {
  PAWL_CHECK(!has_threads_);
  bool was_busy = false;
  const Timestamp now = clock_->Now();
  for (auto& runner : runners_)
    was_busy = PollRunner(*runner, now) || was_busy;
  return was_busy;
}

Timestamp EngineImpl::NextDeadline() {
  Timestamp next = clock_->Now() + std::chrono::hours(1);
  for (auto& runner : runners_) {
    if (const auto due = runner->executor->NextDeadline()) next = std::min(next, *due);
  }
  if (const auto due = matcher_->NextDeadline()) next = std::min(next, *due);
  if (const auto due = calls_->NextDeadline()) next = std::min(next, *due);
  return next;
}

Result<std::shared_ptr<const asl::StateMachine>> EngineImpl::FindMachine(
    NamespaceId namespace_id, const std::string& state_machine, std::uint64_t revision) {
  return catalog_->FindRevision(namespace_id, state_machine, revision);
}

Executor& EngineImpl::ExecutorOf(ShardId shard) {
  return *runners_[shard.value % runners_.size()]->executor;
}

Status EngineImpl::CheckRoom() const {
  std::size_t waiting = 0;
  for (const auto& runner : runners_)
    waiting += runner->executor->inbox_size();
  if (waiting < options_.inbox_messages_max) return OkStatus();
  return ResourceExhausted("the engine is behind with " + std::to_string(waiting) +
                           " messages: try again a little later");
}

Status EngineImpl::CheckDisk(std::uint64_t bytes) {
  ASSIGN_OR_RETURN(const auto free, storage_->FreeBytes());
  if (!free || *free >= options_.disk_soft_reserve_bytes + bytes) return OkStatus();
  return ResourceExhausted("the disk of the data directory is almost full");
}

Result<DeployResponse> EngineImpl::Deploy(const DeployRequest& request) {
  RETURN_IF_ERROR(CheckDisk());
  return catalog_->Deploy(request, clock_->Now());
}

Result<StateMachineInfo> EngineImpl::DescribeStateMachine(NamespaceId namespace_id,
                                                          const std::string& name,
                                                          std::uint64_t revision) {
  return catalog_->Describe(namespace_id, name, revision);
}

Result<StateMachineInfo> EngineImpl::DescribeQualified(NamespaceId namespace_id,
                                                       const std::string& name,
                                                       const std::string& qualifier) {
  return catalog_->DescribeQualified(namespace_id, name, qualifier);
}

Result<StateMachineList> EngineImpl::ListStateMachines(NamespaceId namespace_id,
                                                       std::size_t page_size,
                                                       const std::string& after) {
  return catalog_->List(namespace_id, page_size, after);
}

Status EngineImpl::DeleteStateMachine(NamespaceId namespace_id, const std::string& name) {
  return catalog_->Delete(namespace_id, name, clock_->Now());
}

Status EngineImpl::CheckTestCase(const StartRequest& request) const {
  if (request.test_case.empty()) return {};
  if (options_.task_mocks == nullptr) {
    return InvalidArgument(
        "there is no mock configuration that could have the test case '" + request.test_case + "'",
        "test_case");
  }
  const Status status = options_.task_mocks->Check(request.state_machine, request.test_case);
  return status.ok() ? status : InvalidArgument(status.message(), "test_case");
}

Result<StartCommand> EngineImpl::Prepare(StartRequest request) {
  if (request.input.empty()) request.input = "{}";
  if (request.input.size() > options_.limits.payload_bytes_max) {
    return InvalidArgument("the input has " + std::to_string(request.input.size()) +
                               " bytes; at most " +
                               std::to_string(options_.limits.payload_bytes_max) + " are taken",
                           "input")
        .WithReason("InvalidExecutionInput");
  }
  if (const Status status = json::Check(request.input); !status.ok()) {
    return InvalidArgument("Invalid State Machine Execution Input: '" + status.message() + "'",
                           "input")
        .WithReason("InvalidExecutionInput");
  }
  if (request.priority < -kPriorityMax || request.priority > kPriorityMax) {
    return InvalidArgument(
        "the priority is between -100 and 100, not " + std::to_string(request.priority),
        "priority");
  }
  if (request.fairness_key.size() > kFairnessKeyBytesMax) {
    return InvalidArgument("the fairness key has at most 128 bytes", "fairness_key");
  }
  StartCommand command;
  if (request.name.empty()) {
    request.name = platform::RandomUuid(*random_);
    command.is_name_new = true;
  } else {
    RETURN_IF_ERROR(CheckName(request.name, "an execution", "name"));
  }
  ASSIGN_OR_RETURN(
      Catalog::StartPermit permit,
      catalog_->PermitStart(request.namespace_id, request.state_machine, request.qualifier));
  RETURN_IF_ERROR(CheckTestCase(request));
  command.revision = permit.revision;
  command.version = permit.version;
  command.alias = std::move(permit.alias);
  command.machine = std::move(permit.machine);
  command.seed = random_->Next64();
  if (permit.type == asl::MachineType::kExpress)
    command.express_id = platform::RandomUuid(*random_);
  command.request = std::move(request);
  // The machine cannot vanish before the start is answered.
  command.done = [hold = std::move(permit.hold)](const Result<StartResponse>&) {};
  return command;
}

void EngineImpl::StartExecution(StartRequest request, Callback<StartResponse> done) {
  if (const Status room = CheckRoom(); !room.ok()) return done(room);
  auto command = Prepare(std::move(request));
  if (!command.ok()) return done(command.status());
  command->done = [hold = std::move(command->done), done = std::move(done)](
                      Result<StartResponse> response) { done(std::move(response)); };
  const ShardId shard = rows::ShardOf(
      command->request.namespace_id, command->request.state_machine, command->request.name);
  ExecutorOf(shard).Post(shard, std::move(*command));
}

namespace {

// Collects the results of a batch; the last one calls back.
class BatchResults {
 public:
  BatchResults(std::size_t size, std::function<void(std::vector<Result<StartResponse>>)> done)
      : results_(size, Result<StartResponse>(Internal("not answered"))),
        open_(size),
        done_(std::move(done)) {}

  void Set(std::size_t index, Result<StartResponse> result) {
    results_[index] = std::move(result);
    if (open_.fetch_sub(1, std::memory_order_acq_rel) == 1) done_(std::move(results_));
  }

 private:
  std::vector<Result<StartResponse>> results_;
  std::atomic<std::size_t> open_;
  std::function<void(std::vector<Result<StartResponse>>)> done_;
};

}  // namespace

void EngineImpl::StartExecutions(std::vector<StartRequest> requests,
                                 std::function<void(std::vector<Result<StartResponse>>)> done) {
  if (requests.empty()) return done({});
  const Status room = CheckRoom();
  auto results = std::make_shared<BatchResults>(requests.size(), std::move(done));
  std::vector<std::vector<std::pair<ShardId, ShardRequest>>> posts(runners_.size());
  for (std::size_t i = 0; i < requests.size(); ++i) {
    if (!room.ok()) {
      results->Set(i, room);
      continue;
    }
    auto command = Prepare(std::move(requests[i]));
    if (!command.ok()) {
      results->Set(i, command.status());
      continue;
    }
    command->done = [hold = std::move(command->done), results, i](Result<StartResponse> response) {
      results->Set(i, std::move(response));
    };
    const ShardId shard = rows::ShardOf(
        command->request.namespace_id, command->request.state_machine, command->request.name);
    posts[shard.value % runners_.size()].emplace_back(shard, std::move(*command));
  }
  for (std::size_t i = 0; i < posts.size(); ++i) {
    runners_[i]->executor->PostAll(std::move(posts[i]));
  }
}

void EngineImpl::StopExecution(StopRequest request, Callback<StopResponse> done) {
  const Status checked = CheckErrorText(request.error, request.cause);
  if (!checked.ok()) return done(checked);
  const ShardId shard =
      rows::ShardOf(request.name.namespace_id, request.name.state_machine, request.name.name);
  ExecutorOf(shard).Post(shard,
                         StopCommand{.request = std::move(request), .done = std::move(done)});
}

Result<ExecutionInfo> EngineImpl::DescribeExecution(const ExecutionName& name) {
  return reader_->Describe(name, clock_->Now());
}

Result<ExecutionMachineInfo> EngineImpl::DescribeStateMachineForExecution(
    const ExecutionName& name) {
  return reader_->DescribeMachine(name);
}

Result<HistoryPage> EngineImpl::GetHistory(const HistoryRequest& request) {
  return reader_->History(request);
}

Result<ListResponse> EngineImpl::ListExecutions(const ListRequest& request) {
  return reader_->List(request);
}

Result<MapRunInfo> EngineImpl::DescribeMapRun(NamespaceId namespace_id, const std::string& arn) {
  return map_run_reader_->Describe(namespace_id, arn);
}

Result<MapRunList> EngineImpl::ListMapRuns(const ExecutionName& execution,
                                           std::size_t page_size,
                                           const std::string& after) {
  return map_run_reader_->List(execution, page_size, after);
}

Result<std::string> EngineImpl::StoreSecret(const std::string& purpose) {
  const storage::Key key{.family = Family::kIndex, .bytes = rows::SecretKey(purpose)};
  ASSIGN_OR_RETURN(const auto stored, storage::GetAndWait(*storage_, key));
  if (stored) return *stored;
  const auto random = platform::RandomKey(*random_);
  std::string secret(random.begin(), random.end());
  storage::ShardBatch batch{.shard = rows::kCatalogShard};
  batch.writes.Put(key.family, key.bytes, secret);
  RETURN_IF_ERROR(storage::CommitAndWait(*storage_, std::move(batch)));
  return secret;
}

EngineStatistics EngineImpl::Statistics() {
  EngineStatistics sum;
  for (auto& runner : runners_) {
    Executor::Statistics one;
    {
      const MutexLock lock(runner->statistics_mutex);
      one = runner->statistics;
    }
    sum.executions_started += one.shards.executions_started;
    const auto closed = [&one](ExecutionStatus status) {
      return one.shards.executions_closed[static_cast<std::size_t>(status)];
    };
    sum.executions_succeeded += closed(ExecutionStatus::kSucceeded);
    sum.executions_failed += closed(ExecutionStatus::kFailed);
    sum.executions_timed_out += closed(ExecutionStatus::kTimedOut);
    sum.executions_aborted += closed(ExecutionStatus::kAborted);
    sum.turns += one.shards.turns;
    sum.events += one.shards.events;
    sum.quarantined += one.shards.quarantined;
    sum.scrubbed += one.shards.scrubbed;
    sum.commits += one.groups;
    sum.resident_executions += one.residents;
    sum.armed_timers += one.timers;
  }
  Matcher::Counts tasks = matcher_->Count();
  sum.queued_tasks = tasks.queued;
  sum.leased_tasks = tasks.leased;
  sum.workers = tasks.workers;
  sum.tasks_dispatched = tasks.dispatched;
  sum.functions = std::move(tasks.functions);
  sum.tasks_completed = tasks_completed_;
  storage::StorageStatistics store = storage_->Statistics();
  sum.rows_written = store.rows_written;
  sum.log_bytes = store.log_bytes;
  sum.commit_durations = store.commits;
  sum.store_memory_bytes = store.memory_bytes;
  sum.store = std::move(store.own);
  return sum;
}

}  // namespace pawl::runtime

namespace pawl {

Result<std::unique_ptr<Engine>> Engine::Open(EngineOptions options) {
  runtime::EngineParts parts;
  if (options.data_dir.empty()) {
    parts.storage =
        std::make_unique<storage::MemoryStorage>(storage::MemoryStorage::Durability::kImmediate);
  } else {
    ASSIGN_OR_RETURN(
        parts.storage,
        storage::RocksDbStorage::Open(
            {.directory = options.data_dir, .reserve_bytes = options.disk_hard_reserve_bytes}));
  }
  if (!options.objects_directory.empty() && options.object_store != nullptr) {
    return InvalidArgument("objects_directory and object_store at once; expected one of them",
                           "objects_directory");
  }
  parts.objects = options.object_store;
  if (!options.objects_directory.empty()) {
    ASSIGN_OR_RETURN(parts.objects, objects::DirectoryObjectStore::Open(options.objects_directory));
  }
  parts.clock = std::make_unique<platform::SystemClock>();
  parts.random = std::make_unique<platform::SystemRandom>();
  ASSIGN_OR_RETURN(auto engine, runtime::EngineImpl::Make(std::move(options), std::move(parts)));
  return std::unique_ptr<Engine>(std::move(engine));
}

}  // namespace pawl
