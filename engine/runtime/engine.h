// Engine: Pawl as a library, and the one header that an embedding program includes. It runs state
// machines on a data directory (or in memory), durably: what a callback has reported as done
// survives any crash.
//
//   auto engine = Engine::Open({.data_dir = "orders"});
//   engine.value()->Deploy({.name = "order", .definition = text});
//   auto started = engine.value()->StartExecutionAndWait({.state_machine = "order", .input =
//   "{}"});
//
// Threads: every method may be called from any thread. Callbacks and sinks run on the engine's
// executor threads: they must not block and must not call an *AndWait method.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "engine/asl/compile.h"
#include "engine/base/bytes.h"
#include "engine/base/duration_histogram.h"
#include "engine/base/ids.h"
#include "engine/base/limits.h"
#include "engine/base/status.h"
#include "engine/base/time.h"
#include "engine/interpreter/task_mocks.h"
#include "engine/interpreter/turn.h"
#include "engine/runtime/deployed_functions.h"
#include "engine/runtime/invocation.h"
#include "engine/runtime/tags.h"
#include "engine/runtime/test_state.h"
#include "engine/runtime/versions.h"

namespace pawl::objects {
class ObjectStore;
}

namespace pawl {

using interpreter::ArnScheme;
using interpreter::EventType;
using interpreter::ExecutionStatus;
using interpreter::MockedEnd;
using interpreter::TaskMocks;

struct EngineOptions {
  // Where executions are kept; made if absent. Empty: in memory, gone with the engine.
  std::string data_dir = {};
  // Where the buckets of ItemReader and ResultWriter are: a directory with one subdirectory for
  // each. Open fails if it is not there. Empty: Maps with them fail.
  std::string objects_directory = {};
  // In place of objects_directory, which is empty then: a store of the program's own, safe from any
  // thread.
  std::shared_ptr<objects::ObjectStore> object_store = {};
  // For executions that are tests (StartRequest::test_case); may be empty.
  std::shared_ptr<const TaskMocks> task_mocks = {};
  // Where tasks call functions in place of workers' own: the URL of an AWS Lambda API, which the
  // function kLambdaFunction of a worker calls. Empty: workers run them.
  std::string lambda_endpoint = {};
  // By how much the seconds of Wait states are multiplied, at least 0: less than 1 makes a trial
  // quick. Points in time (Timestamp) and time-outs are as they are.
  double wait_time_scale = 1;
  // Threads that run turns; 0 is max(1, cores / 2).
  int executors = 0;
  Limits limits = {};
  ArnScheme arns = {};
  // How long a task waits for a function that no worker ever announced before it fails with
  // Lambda.ResourceNotFoundException.
  Duration function_grace = std::chrono::seconds(2);
  // How long tasks found at start, or held by a worker that went away, wait for a worker to claim
  // them before they are offered again.
  Duration reconnect_window = std::chrono::seconds(2);
  // How long closed executions are kept. AWS: 90 days.
  Duration retention = std::chrono::hours(24 * 90);
  // Starts are refused (ResourceExhausted) while this many messages wait to be taken.
  std::size_t inbox_messages_max = 200'000;
  // Memory for executions at hand; beyond it those that are idle leave memory (they stay on disk).
  std::size_t resident_bytes_max = std::size_t{64} * 1024 * 1024;
  // Keys and values of one write to the store, about; what is beyond it is the next one's. As much
  // as fits in a processor's cache: larger writes wait for memory with each copy of them.
  std::size_t group_bytes_max = std::size_t{2} * 1024 * 1024;
  // Disk space below which starts and deployments are refused, and below which completions are
  // refused too (workers keep them).
  std::uint64_t disk_soft_reserve_bytes = 256ULL * 1024 * 1024;
  std::uint64_t disk_hard_reserve_bytes = 64ULL * 1024 * 1024;
};

// --- State machines ---

struct DeployRequest {
  NamespaceId namespace_id = {};
  // 1 to 80 characters as AWS allows: no white space, brackets, wildcards or control characters.
  std::string name = {};
  // JSON or YAML. An update leaves what is not given as it is.
  std::optional<std::string> definition = {};
  // Fixed with the first deployment of the name, which is STANDARD if it says nothing.
  std::optional<asl::MachineType> type = {};
  // Create only: AlreadyExists if the name exists with another definition.
  bool must_be_new = false;
  // Update only: NotFound if the name does not exist. It says what is to be changed: `definition`,
  // `role_arn` or `configuration` (else InvalidArgument with reason MissingRequiredParameter).
  bool must_exist = false;
  // Kept with the revision and given back. At most 256 characters.
  std::optional<std::string> role_arn = {};
  // JSON text, kept with the revision and given back; the engine does not read it. At most 64 KiB.
  std::optional<std::string> configuration = {};
  // Whether the revision is published too, together with it: both are stored or neither is.
  bool publish = false;
  // Of the version that is published; InvalidArgument without `publish`.
  std::optional<std::string> version_description = {};
  // Of a new state machine; one that exists keeps its own.
  std::vector<Tag> tags = {};
};

struct StateMachineInfo {
  std::string name = {};
  std::string arn = {};
  asl::MachineType type = asl::MachineType::kStandard;
  // Grows with each deployment that changes something; executions stay on the revision they started
  // with.
  std::uint64_t revision = 0;
  // The revision's UUID; empty for the first revision of a state machine, as on AWS.
  std::string revision_id = {};
  std::string definition = {};
  std::string role_arn = {};
  std::string configuration = {};
  // Of a version: its number (else 0), its description; `arn` and `created_at` are its own too.
  std::uint64_t version = 0;
  std::string version_description = {};
  Timestamp created_at = {};
  Timestamp updated_at = {};
  // Deleted, but executions still run on it.
  bool is_deleting = false;
};

struct DeployResponse {
  StateMachineInfo state_machine = {};
  // There is a new revision (always the first time).
  bool is_changed = false;
  // What was published, now or before; 0 if nothing was to be.
  std::uint64_t version = 0;
  // Empty with it.
  std::string version_arn = {};
  std::vector<asl::Diagnostic> warnings = {};
};

struct StateMachineList {
  // By name; what the revision holds (`definition`, `revision_id` and so on) is empty.
  std::vector<StateMachineInfo> state_machines = {};
  // Empty: the list is complete. Else pass it as `after`.
  std::string next = {};
};

// --- Executions ---

// An execution by the names people give.
struct ExecutionName {
  NamespaceId namespace_id = {};
  std::string state_machine = {};
  std::string name = {};

  auto operator<=>(const ExecutionName&) const = default;
};

struct StartRequest {
  NamespaceId namespace_id = {};
  std::string state_machine = {};
  // Which version runs: a version's number, or the name of an alias, which chooses one by its
  // weights. Empty: the latest revision.
  std::string qualifier = {};
  // Empty: a UUID. The same name and input again, while the execution is open, is the same
  // execution (Step Functions' rule); otherwise AlreadyExists with reason "ExecutionAlreadyExists".
  std::string name = {};
  // JSON text; "{}" if empty.
  std::string input = {};
  // Higher goes first among tasks that wait for the same function. -100 to 100.
  std::int32_t priority = 0;
  // Tasks of one key share a function's workers fairly with those of others.
  std::string fairness_key = {};
  // Of an execution that is a test: tasks that this case of EngineOptions::task_mocks mocks are not
  // run. Empty: it is none.
  std::string test_case = {};
};

struct StartResponse {
  ExecutionName name = {};
  std::string arn = {};
  Timestamp started_at = {};
  // The execution was already there: this start is a repetition.
  bool is_repeated = false;
};

struct StopRequest {
  ExecutionName name = {};
  std::optional<std::string> error = {};
  std::optional<std::string> cause = {};
};

struct StopResponse {
  Timestamp stopped_at = {};
};

struct RedriveRequest {
  ExecutionName name = {};
  // The same token again within 15 minutes is the same redrive. May be empty.
  std::string client_token = {};
};

struct RedriveResponse {
  Timestamp redriven_at = {};
};

// As AWS spells them: REDRIVABLE, NOT_REDRIVABLE, REDRIVABLE_BY_MAP_RUN.
enum class RedriveStatus : std::uint8_t { kRedrivable, kNotRedrivable, kRedrivableByMapRun };
std::string_view RedriveStatusName(RedriveStatus status);

struct ExecutionInfo {
  ExecutionName name = {};
  std::string arn = {};
  std::string state_machine_arn = {};
  std::uint64_t revision = 0;
  // The version that the execution was started with, also if it has been deleted since; 0: none.
  std::uint64_t version = 0;
  std::string state_machine_version_arn = {};
  // The alias that led to it; empty: none.
  std::string alias = {};
  std::string state_machine_alias_arn = {};
  ExecutionStatus status = ExecutionStatus::kRunning;
  Timestamp started_at = {};
  std::optional<Timestamp> stopped_at = {};
  Bytes input = {};
  // Of a succeeded execution.
  Bytes output = {};
  std::optional<std::string> error = {};
  std::optional<std::string> cause = {};
  std::uint32_t redrive_count = 0;
  // Of an execution that was redriven: when last.
  std::optional<Timestamp> redriven_at = {};
  // Not in a list. Why it is kNotRedrivable, `redrive_status_reason` says in AWS's words.
  RedriveStatus redrive_status = RedriveStatus::kNotRedrivable;
  std::string redrive_status_reason = {};
  // Of an execution of a Map run.
  std::string map_run_arn = {};
  // The engine found stored rows of the execution that contradict each other and will not run it;
  // says what was found.
  std::string quarantine_reason = {};
};

// What an execution runs.
struct ExecutionMachineInfo {
  // The execution's revision. For an execution of a Map run, `arn` is that of the run's executions.
  StateMachineInfo state_machine = {};
  // Of a Map run's execution: the Map's label and the run; else empty.
  std::string label = {};
  std::string map_run_arn = {};
};

struct ListRequest {
  NamespaceId namespace_id = {};
  // Empty: of all state machines.
  std::string state_machine = {};
  // Only executions that were started with this version (number) or alias (name). Reads through
  // the state machine's list: the rarer they are, the longer it takes.
  std::string qualifier = {};
  std::optional<ExecutionStatus> status = {};
  std::optional<Timestamp> started_from = {};    // inclusive
  std::optional<Timestamp> started_before = {};  // exclusive
  std::size_t page_size = 100;                   // at most 1,000
  // ListResponse::next of the page before.
  std::string after = {};
};

// A line of a list: `input`, `output`, `error` and `cause` are empty. Newest first.
struct ListResponse {
  std::vector<ExecutionInfo> executions = {};
  std::string next = {};
};

// How many executions of a Map run, or how many of its items, are where.
struct MapRunTally {
  std::uint64_t pending = 0;
  std::uint64_t running = 0;
  std::uint64_t succeeded = 0;
  std::uint64_t failed = 0;
  std::uint64_t timed_out = 0;
  std::uint64_t aborted = 0;
  // As far as they are known: while an ItemReader reads, more may come.
  std::uint64_t total = 0;
  // Did not succeed before the run was redriven, and have not been started again.
  std::uint64_t pending_redrive = 0;
  // By a ResultWriter.
  std::uint64_t results_written = 0;
};

// A run of a distributed Map.
struct MapRunInfo {
  std::string arn = {};
  // What ListRequest::state_machine names the run's executions by.
  std::string listed_as = {};
  // The execution that the Map is in.
  ExecutionName execution = {};
  std::string execution_arn = {};
  // Of the run's executions.
  std::string state_machine_arn = {};
  // "RUNNING", "SUCCEEDED", "FAILED" or "ABORTED".
  std::string status = {};
  Timestamp started_at = {};
  std::optional<Timestamp> stopped_at = {};
  std::uint32_t max_concurrency = 0;
  std::uint64_t tolerated_failure_count = 0;
  double tolerated_failure_percentage = 0;
  std::uint32_t redrive_count = 0;
  std::optional<Timestamp> redriven_at = {};
  MapRunTally items = {};
  MapRunTally executions = {};
};

struct MapRunList {
  std::vector<MapRunInfo> map_runs = {};
  // For the page after; empty on the last one.
  std::string next = {};
};

struct MapRunUpdate {
  NamespaceId namespace_id = {};
  // As DescribeMapRun takes it.
  std::string arn = {};
  // What is not given stays. 0 executions at once are as many as there may be.
  std::optional<std::uint32_t> max_concurrency = {};
  std::optional<std::uint64_t> tolerated_failure_count = {};
  std::optional<double> tolerated_failure_percentage = {};
};

// One history event, readable: names and ARNs instead of numbers.
struct EventInfo {
  EventId id = 0;
  EventId previous_id = 0;
  EventType type = EventType::kExecutionStarted;
  Timestamp at = {};
  std::string state = {};                    // name; empty for events of the whole execution
  std::optional<std::uint32_t> index = {};   // of a Map's iteration
  std::optional<std::uint32_t> length = {};  // of a Map's items
  std::optional<Bytes> input = {};           // also a task's parameters
  std::optional<Bytes> output = {};
  std::optional<std::string> error = {};
  std::optional<std::string> cause = {};
  std::string resource = {};       // function ARN, or "invoke"
  std::string resource_type = {};  // "lambda"; empty for function ARNs
  std::optional<std::int64_t> timeout_seconds = {};
  std::optional<std::int64_t> heartbeat_seconds = {};
  std::optional<std::string> location = {};         // of an evaluation that failed: "Output/total"
  std::optional<std::string> worker = {};           // of an activity that was taken
  std::string map_run_arn = {};                     // of a Map run that started or was redriven
  std::optional<std::uint32_t> redrive_count = {};  // of a redrive
  std::vector<interpreter::Assignment> assigned_variables = {};  // of a state that was left
};

struct HistoryRequest {
  ExecutionName name = {};
  // Events with an id greater than this (or smaller, in reverse). 0: from the beginning (the end).
  EventId after = 0;
  std::size_t page_size = 100;  // at most 1,000; a page ends early at 1 MiB of payloads
  bool is_reverse = false;
  bool without_payloads = false;
};

struct HistoryPage {
  std::vector<EventInfo> events = {};
  // Whether there are events behind the last one (now).
  bool has_more = false;
};

// --- Watching ---

// Something about a watched execution became durable. Changes of one execution come in order; some
// may be skipped where later ones have happened. Read the history from the last event id seen.
struct ExecutionChange {
  ExecutionName name = {};
  EventId last_event = 0;
  ExecutionStatus status = ExecutionStatus::kRunning;
  // Of a closed execution: as in ExecutionInfo.
  Bytes output = {};
  std::optional<std::string> error = {};
  std::optional<std::string> cause = {};
};

// Gets changes, on an executor thread or on that of Watch::Add; must not block, nor call the watch.
class WatchSink {
 public:
  virtual ~WatchSink() = default;
  virtual void OnChanges(std::vector<ExecutionChange> changes) = 0;

  // See Watch::TryAdd, which alone leads to it.
  virtual void OnNotInMemory(const ExecutionName& /*name*/) {}
};

// Many executions watched over one sink, each until it has closed. Destroying it ends the watch;
// after that the sink is not called any more. Threads: any.
class Watch {
 public:
  virtual ~Watch() = default;
  // The current state arrives as a first change (NotFound comes back from here instead).
  // `only_close`: one change, when it closes. Reads the store.
  virtual Status Add(const ExecutionName& name, bool only_close) = 0;
  // As Add, without a wait: for what has started a moment ago. The sink hears OnNotInMemory where
  // the execution has closed, has left memory or never was: Add finds out which.
  virtual void TryAdd(const ExecutionName& name, bool only_close) = 0;
  virtual void Remove(const ExecutionName& name) = 0;
};

// --- Workers ---

// One attempt of a task, durably: what fences late and repeated answers. Opaque to workers.
struct TaskRef {
  ExecutionId execution = {};
  FrameNumber frame = {};
  std::uint32_t wait_number = 0;

  auto operator<=>(const TaskRef&) const = default;
};

struct TaskRefHash {
  std::size_t operator()(const TaskRef& ref) const noexcept {
    return std::hash<ExecutionId>()(ref.execution) * 31 + std::size_t{ref.frame.value} * 7 +
           ref.wait_number;
  }
};

std::string EncodeTaskRef(const TaskRef& ref);
// nullopt for bytes that EncodeTaskRef did not make.
std::optional<TaskRef> DecodeTaskRef(std::string_view bytes);

struct Task {
  TaskRef ref = {};
  std::string function = {};
  std::string qualifier = {};
  Bytes payload = {};
  // Stable over redelivery of the attempt: the function's idempotency key (aws_request_id).
  std::string request_id = {};
  // When the state times out.
  std::optional<Timestamp> deadline = {};
  std::optional<Duration> heartbeat = {};
  ExecutionName execution = {};
  std::string state = {};
  // How often this attempt was given to a worker before.
  std::uint32_t redeliveries = 0;
  // The caller wants Completion::log_tail.
  bool wants_log = false;
  // JSON text: see InvocationRequest. May be empty.
  std::string client_context = {};
};

struct Completion {
  TaskRef ref = {};
  // JSON text of the result; or the error and its cause.
  std::optional<Bytes> output = {};
  std::string error = {};
  std::string cause = {};
  // Where Task::wants_log asks for it: the last kLogTailBytesMax bytes of what the function wrote,
  // as AWS Lambda's LogResult has it; of more, the end is taken. Any bytes.
  std::string log_tail = {};
};

enum class CompletionOutcome : std::uint8_t {
  kAccepted,  // durable
  kSettled,   // nothing waits for it (any more): late, repeated or cancelled; forget it
  kRefused,   // the disk is full; keep it and send it again
};

struct CompletionAck {
  TaskRef ref = {};
  CompletionOutcome outcome = CompletionOutcome::kAccepted;
};

// A worker's side of the engine; runs on executor threads, must not block.
class TaskSink {
 public:
  virtual ~TaskSink() = default;
  virtual void Deliver(std::vector<Task> tasks) = 0;
  // Nothing waits for these any more: stop them. No answer is needed.
  virtual void Cancel(std::vector<TaskRef> tasks) = 0;
  virtual void Acknowledge(std::vector<CompletionAck> acks) = 0;

  // To a worker with WorkerHello::takes_deployed: all versions of deployed functions there are now,
  // by task_name; at once, and again after each change. The worker announces what it has fetched.
  // NOLINTNEXTLINE(performance-unnecessary-value-param): a sink that takes them keeps them.
  virtual void Provide(std::vector<RunnableFunction> /*functions*/) {}
};

struct FunctionCredit {
  std::string function = {};
  std::uint32_t credits = 0;
};

struct WorkerHello {
  NamespaceId namespace_id = {};
  // For people: host and process.
  std::string worker = {};
  std::vector<std::string> functions = {};
  // Tasks the worker holds from before, running or with a completion still to be acknowledged.
  std::vector<TaskRef> held = {};
  // The worker runs deployed functions too: see TaskSink::Provide.
  bool takes_deployed = false;
};

// A connected worker. Destroying it is the end of the connection: what it held is offered to others
// after the reconnect window, unless the worker comes back with it.
class WorkerSession {
 public:
  virtual ~WorkerSession() = default;
  // Replaces the functions this worker serves. New names are remembered across restarts.
  virtual void Announce(std::vector<std::string> functions) = 0;
  // Adds credits: each lets one task of the function be delivered.
  virtual void Grant(std::vector<FunctionCredit> credits) = 0;
  virtual void Complete(std::vector<Completion> completions) = 0;
  virtual void Heartbeat(std::vector<TaskRef> tasks) = 0;
  // Gives back tasks that were not begun; not an attempt.
  virtual void Return(std::vector<TaskRef> tasks) = 0;
};

// --- Activities and task tokens ---

// Work that programs outside take by polling and answer with a token (Step Functions Developer
// Guide, "Activities").
struct ActivityInfo {
  std::string name = {};
  std::string arn = {};
  Timestamp created_at = {};
};

struct ActivityList {
  std::vector<ActivityInfo> activities = {};
  // For the page after; empty on the last one.
  std::string next = {};
};

struct ActivityTask {
  // Opaque: what ends the task or shows that somebody is at work.
  std::string token = {};
  Bytes input = {};
};

// Who asks for an activity's task.
struct ActivityRequest {
  NamespaceId namespace_id = {};
  std::string activity = {};
  // Recorded in the history; may be empty.
  std::string worker = {};
};

// A request for a task that has not been answered. Destroying it withdraws the request.
class ActivityPoll {
 public:
  virtual ~ActivityPoll() = default;
};

struct TaskEnd {
  // JSON text of the result; or the error and its cause.
  std::optional<Bytes> output = {};
  std::optional<std::string> error = {};
  std::optional<std::string> cause = {};
};

// --- Statistics ---

// A function as its tasks name it.
struct FunctionStatistics {
  // Tasks that wait for a worker, and that workers hold.
  std::uint64_t queued = 0;
  std::uint64_t leased = 0;
  // From the delivery to a worker to the worker's answer.
  DurationHistogram durations = {};
};

// Counters since the engine was opened, and how things stand now.
struct EngineStatistics {
  std::uint64_t executions_started = 0;
  std::uint64_t executions_succeeded = 0;
  std::uint64_t executions_failed = 0;
  std::uint64_t executions_timed_out = 0;
  std::uint64_t executions_aborted = 0;
  std::uint64_t turns = 0;
  std::uint64_t events = 0;
  std::uint64_t tasks_dispatched = 0;
  std::uint64_t tasks_completed = 0;
  std::uint64_t commits = 0;
  std::uint64_t rows_written = 0;
  std::uint64_t log_bytes = 0;
  std::uint64_t resident_executions = 0;
  std::uint64_t queued_tasks = 0;
  std::uint64_t leased_tasks = 0;
  std::uint64_t armed_timers = 0;
  std::uint64_t workers = 0;
  std::uint64_t quarantined = 0;
  std::uint64_t scrubbed = 0;
  // How long groups of rows took until they were durable.
  DurationHistogram commit_durations = {};
  // Of functions that tasks or workers have named, by name.
  std::map<std::string, FunctionStatistics> functions = {};
  // Memory that the store holds: memtables, caches.
  std::uint64_t store_memory_bytes = 0;
  // The store's own figures, by name; none in memory.
  std::vector<std::pair<std::string, std::uint64_t>> store = {};

  std::uint64_t executions_closed() const {
    return executions_succeeded + executions_failed + executions_timed_out + executions_aborted;
  }
};

template <typename T>
using Callback = std::function<void(Result<T>)>;

class Engine {
 public:
  // Opens the data directory, recovers what is there and goes on with it. Errors:
  // FailedPrecondition (another process has it open; it belongs to another program or to a newer
  // release), Unavailable (the disk refuses), DataLoss (the store is damaged).
  static Result<std::unique_ptr<Engine>> Open(EngineOptions options);

  Engine() = default;
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;
  // Stops at once, waiting for no task: everything goes on at the next Open.
  virtual ~Engine() = default;

  // Durable when it returns: revision, version and tags, or nothing. An update that changes nothing
  // makes no revision. A creation (`must_be_new`) of what is there already is a repetition; another
  // role and other tags are passed over then (AWS API reference, CreateStateMachine). Errors:
  // InvalidArgument (the definition's diagnostics, each as a line), AlreadyExists, NotFound,
  // FailedPrecondition (the name is being deleted), ResourceExhausted; as PublishVersion and
  // TagResource.
  virtual Result<DeployResponse> Deploy(const DeployRequest& request) = 0;
  // `revision` 0: the latest.
  virtual Result<StateMachineInfo> DescribeStateMachine(NamespaceId namespace_id,
                                                        const std::string& name,
                                                        std::uint64_t revision) = 0;
  // The state machine as a version or an alias (the version with the greater weight, the first of
  // equal ones) has it; `arn` is the qualified one. NotFound (reason StateMachineDoesNotExist).
  virtual Result<StateMachineInfo> DescribeQualified(NamespaceId namespace_id,
                                                     const std::string& name,
                                                     const std::string& qualifier) = 0;
  virtual Result<StateMachineList> ListStateMachines(NamespaceId namespace_id,
                                                     std::size_t page_size,
                                                     const std::string& after) = 0;
  // No more starts; the name is free once its executions have ended. Versions, aliases and tags go
  // with it.
  virtual Status DeleteStateMachine(NamespaceId namespace_id, const std::string& name) = 0;

  // Makes a version of the latest revision, or gives the one that was made of it before. Durable
  // when it returns, as all of these. Errors: NotFound (reason StateMachineDoesNotExist),
  // FailedPrecondition (reason StateMachineDeleting), Aborted (reason Conflict: `revision_id` is
  // not the latest, or the revision is published with another description), ResourceExhausted
  // (reason ServiceQuotaExceeded: kVersionsMax), InvalidArgument (see field()).
  virtual Result<VersionInfo> PublishVersion(const PublishRequest& request) = 0;
  // NotFound: the state machine; InvalidArgument (field page_token): `after`.
  virtual Result<VersionList> ListVersions(NamespaceId namespace_id,
                                           const std::string& state_machine,
                                           std::size_t page_size,
                                           const std::string& after) = 0;
  // Executions of it go on. OK also if there is no such version or state machine, as on AWS.
  // Aborted (reason Conflict): aliases lead to it.
  virtual Status DeleteVersion(NamespaceId namespace_id,
                               const std::string& state_machine,
                               std::uint64_t version) = 0;

  // The same alias again is no error; another one of this name is Aborted (reason Conflict). Other
  // errors: NotFound (reason StateMachineDoesNotExist; ResourceNotFound: a version in `routes`),
  // FailedPrecondition (reason StateMachineDeleting), InvalidArgument (see field()),
  // ResourceExhausted (reason ServiceQuotaExceeded: kAliasesMax).
  virtual Result<AliasInfo> CreateAlias(const AliasRequest& request) = 0;
  // Starts from then on follow it. Errors: as CreateAlias; NotFound (reason ResourceNotFound: no
  // such alias).
  virtual Result<AliasInfo> UpdateAlias(const AliasRequest& request) = 0;
  // NotFound (reason ResourceNotFound).
  virtual Result<AliasInfo> DescribeAlias(NamespaceId namespace_id,
                                          const std::string& state_machine,
                                          const std::string& name) = 0;
  // NotFound (reason StateMachineDoesNotExist).
  virtual Result<AliasList> ListAliases(const ListAliasesRequest& request) = 0;
  // Its versions stay. NotFound (reason ResourceNotFound).
  virtual Status DeleteAlias(NamespaceId namespace_id,
                             const std::string& state_machine,
                             const std::string& name) = 0;

  // Adds tags; one with a key that is there replaces its value. All of `tags` or none. Errors:
  // NotFound (reason ResourceNotFound), ResourceExhausted (reason TooManyTags: more than kTagsMax),
  // InvalidArgument (see field()).
  virtual Status TagResource(const ResourceName& resource, const std::vector<Tag>& tags) = 0;
  // Keys that are not there are no error. NotFound (reason ResourceNotFound).
  virtual Status UntagResource(const ResourceName& resource,
                               const std::vector<std::string>& keys) = 0;
  // By key. NotFound (reason ResourceNotFound).
  virtual Result<std::vector<Tag>> ListTags(const ResourceName& resource) = 0;

  // `done` runs once the start is durable; an EXPRESS execution is never durable: what a crash ends
  // is lost, and only StartSyncExecution tells how one ended. Errors: NotFound (state machine),
  // InvalidArgument (name, input; see field()), AlreadyExists (reason ExecutionAlreadyExists),
  // ResourceExhausted.
  virtual void StartExecution(StartRequest request, Callback<StartResponse> done) = 0;
  // Many starts, one callback, results in the order of the requests.
  virtual void StartExecutions(std::vector<StartRequest> requests,
                               std::function<void(std::vector<Result<StartResponse>>)> done) = 0;
  // Errors: NotFound; InvalidArgument (cause over 32,768 characters, error over 256). A closed
  // execution stays as it is and is no error, as on AWS.
  virtual void StopExecution(StopRequest request, Callback<StopResponse> done) = 0;

  // Lets an execution go on that ended without success, from where it failed: what succeeded stays,
  // the failed states are tried again with their retriers fresh (Step Functions Developer Guide,
  // "Redriving executions"). `done` runs once that is durable. Errors: NotFound;
  // FailedPrecondition (reason ExecutionNotRedrivable), ResourceExhausted.
  virtual void RedriveExecution(RedriveRequest request, Callback<RedriveResponse> done) = 0;

  // Starts an execution of an EXPRESS state machine; `done` runs when it has ended, however.
  // Errors: as StartExecution; InvalidArgument (reason StateMachineTypeNotSupported) for a STANDARD
  // one; Unavailable if the engine lost it.
  virtual void StartSyncExecution(StartRequest request, Callback<ExecutionInfo> done) = 0;

  Result<StartResponse> StartExecutionAndWait(StartRequest request);
  Result<StopResponse> StopExecutionAndWait(StopRequest request);
  Result<RedriveResponse> RedriveExecutionAndWait(RedriveRequest request);

  // Reads see everything that was acknowledged before. Errors: NotFound, InvalidArgument.
  virtual Result<ExecutionInfo> DescribeExecution(const ExecutionName& name) = 0;
  // What the execution runs, also if the state machine was changed or deleted since.
  virtual Result<ExecutionMachineInfo> DescribeStateMachineForExecution(
      const ExecutionName& name) = 0;
  virtual Result<HistoryPage> GetHistory(const HistoryRequest& request) = 0;
  virtual Result<ListResponse> ListExecutions(const ListRequest& request) = 0;

  // `arn`: the run's ARN, or what stands behind "mapRun:" in it. Errors: NotFound (reason
  // ResourceNotFound), InvalidArgument (reason InvalidArn).
  virtual Result<MapRunInfo> DescribeMapRun(NamespaceId namespace_id, const std::string& arn) = 0;
  // The runs of one execution, newest first. NotFound: the execution.
  virtual Result<MapRunList> ListMapRuns(const ExecutionName& execution,
                                         std::size_t page_size,
                                         const std::string& after) = 0;

  // Changes the bounds of a run that goes on; of one that is over nothing changes. `done` runs once
  // that is durable. Errors: as DescribeMapRun; InvalidArgument (a percentage beyond 0 to 100).
  virtual void UpdateMapRun(MapRunUpdate update, Callback<bool> done) = 0;

  // Runs one state alone: nothing is stored, no retry is made, no time passes. A Task without a
  // mock calls its function, on a worker, for five minutes at most; its TimeoutSeconds are not
  // watched. `done` runs once, before this returns or when the function has ended; also when the
  // engine stops. Errors: InvalidArgument (the definition's diagnostics, with reason
  // InvalidDefinition; what TestState does not take, in AWS's words where they are recorded; see
  // field()), ResourceExhausted, DeadlineExceeded, Unavailable.
  virtual void TestState(TestStateRequest request, Callback<StateTestResult> done) = 0;

  // Calls a function on a worker without any execution: nothing is stored and nothing is tried
  // again, but what a worker that went away held goes to another. That the function failed is an
  // answer. `done` runs once, before this returns or when there is an answer; also when the engine
  // stops. Errors: InvalidArgument (see field(); reason PayloadTooLarge), NotFound (reason
  // ResourceNotFound: within EngineOptions::function_grace no worker has announced the function),
  // DeadlineExceeded, ResourceExhausted (too many calls wait), Unavailable (its workers were lost;
  // the engine stops).
  virtual void InvokeFunction(InvocationRequest request, Callback<InvocationResponse> done) = 0;

  // `sink` outlives the watch.
  virtual std::unique_ptr<Watch> StartWatch(WatchSink& sink) = 0;
  // Returns the execution once it is closed. DeadlineExceeded after `timeout` (0: never).
  Result<ExecutionInfo> WaitForExecution(const ExecutionName& name, Duration timeout);

  // `sink` outlives the session.
  virtual std::unique_ptr<WorkerSession> ConnectWorker(WorkerHello hello, TaskSink& sink) = 0;

  // Makes the activity, or gives the one that is there. InvalidArgument: the name.
  virtual Result<ActivityInfo> CreateActivity(NamespaceId namespace_id,
                                              const std::string& name) = 0;
  // NotFound.
  virtual Result<ActivityInfo> DescribeActivity(NamespaceId namespace_id,
                                                const std::string& name) = 0;
  virtual Result<ActivityList> ListActivities(NamespaceId namespace_id,
                                              std::size_t page_size,
                                              const std::string& after) = 0;
  // Tasks that wait for it wait on. No error if there is none.
  virtual Status DeleteActivity(NamespaceId namespace_id, const std::string& name) = 0;
  // `done` runs once, on an executor thread, when a task is taken, durably; never if the poll ends
  // before. NotFound (no such activity) comes back from here.
  virtual Result<std::unique_ptr<ActivityPoll>> PollActivity(ActivityRequest request,
                                                             Callback<ActivityTask> done) = 0;
  // The end of the task that `token` stands for: durable when `done` runs. Errors: InvalidArgument
  // (reason InvalidToken, InvalidOutput; an error over 256 or a cause over 32,768 characters),
  // NotFound (reason TaskTimedOut: nothing waits for it any more).
  virtual void EndTask(const std::string& token, TaskEnd end, Callback<bool> done) = 0;
  // Puts off the time-out of HeartbeatSeconds. Errors as EndTask.
  virtual void HeartbeatTask(const std::string& token, Callback<bool> done) = 0;

  // As long as the engine.
  virtual DeployedFunctions& Functions() = 0;

  // 32 secret random bytes, made once for each store and purpose ("page-tokens") and kept in it.
  virtual Result<std::string> StoreSecret(const std::string& purpose) = 0;

  virtual EngineStatistics Statistics() = 0;
  virtual const EngineOptions& options() const = 0;
};

}  // namespace pawl
