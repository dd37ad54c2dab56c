// pawl._engine: the engine inside a Python process. It holds no logic: pawl/engine.py is the
// interface. No gRPC here.
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <memory>
#include <set>
#include <shared_mutex>
#include <string>
#include <utility>
#include <vector>

#include "engine/base/mutex.h"
#include "engine/base/promise.h"
#include "engine/platform/thread.h"
#include "engine/runtime/engine.h"
#include "workers/bindings/embedded_worker.h"
#include "workers/bindings/python_status.h"

namespace pawl::bindings {
namespace {

namespace py = pybind11;
using workers::EmbeddedTask;
using workers::EmbeddedWorker;

// Ctrl-C is looked at this often while something waits.
constexpr std::chrono::milliseconds kEngineWaitSlice{200};

py::object BytesOrNone(const Bytes& bytes) {
  if (!bytes.has_value()) return py::none();
  return py::bytes(bytes.view().data(), bytes.view().size());
}

py::object BytesOrNone(const std::optional<Bytes>& bytes) {
  if (!bytes) return py::none();
  return py::bytes(bytes->view().data(), bytes->view().size());
}

py::object TextOrNone(const std::optional<std::string>& text) {
  if (!text) return py::none();
  return Text(*text);
}

py::dict ToPython(const StateMachineInfo& info) {
  py::dict fields;
  fields["name"] = info.name;
  fields["arn"] = info.arn;
  fields["revision"] = info.revision;
  fields["definition"] = Text(info.definition);
  fields["created_micros"] = ToMicros(info.created_at);
  fields["updated_micros"] = ToMicros(info.updated_at);
  fields["deleting"] = info.is_deleting;
  fields["revision_id"] = info.revision_id;
  fields["role_arn"] = Text(info.role_arn);
  fields["configuration"] = Text(info.configuration);
  fields["version"] = info.version;
  fields["version_description"] = Text(info.version_description);
  return fields;
}

py::dict ToPython(const VersionInfo& version) {
  py::dict fields;
  fields["state_machine"] = version.state_machine;
  fields["version"] = version.version;
  fields["arn"] = version.arn;
  fields["revision"] = version.revision;
  fields["description"] = Text(version.description);
  fields["created_micros"] = ToMicros(version.created_at);
  return fields;
}

py::dict ToPython(const AliasInfo& alias) {
  py::dict routes;
  for (const AliasRoute& route : alias.routes)
    routes[py::int_(route.version)] = route.weight;
  py::dict fields;
  fields["state_machine"] = alias.state_machine;
  fields["name"] = alias.name;
  fields["arn"] = alias.arn;
  fields["description"] = Text(alias.description);
  fields["routes"] = routes;
  fields["created_micros"] = ToMicros(alias.created_at);
  fields["updated_micros"] = ToMicros(alias.updated_at);
  return fields;
}

py::dict ToPython(const ExecutionInfo& info) {
  py::dict fields;
  fields["state_machine"] = info.name.state_machine;
  fields["name"] = info.name.name;
  fields["arn"] = info.arn;
  fields["revision"] = info.revision;
  fields["status"] = std::string(interpreter::ExecutionStatusName(info.status));
  fields["started_micros"] = ToMicros(info.started_at);
  fields["stopped_micros"] =
      info.stopped_at ? py::object(py::int_(ToMicros(*info.stopped_at))) : py::none();
  fields["input"] = BytesOrNone(info.input);
  fields["output"] = BytesOrNone(info.output);
  fields["error"] = TextOrNone(info.error);
  fields["cause"] = TextOrNone(info.cause);
  fields["quarantine_reason"] = Text(info.quarantine_reason);
  fields["redrive_count"] = info.redrive_count;
  fields["redriven_micros"] =
      info.redriven_at ? py::object(py::int_(ToMicros(*info.redriven_at))) : py::none();
  fields["version"] = info.version;
  fields["alias"] = info.alias;
  return fields;
}

py::dict ToPython(const EventInfo& event) {
  py::dict fields;
  fields["id"] = event.id;
  fields["previous_id"] = event.previous_id;
  fields["type"] = std::string(interpreter::EventTypeName(event.type));
  fields["at_micros"] = ToMicros(event.at);
  fields["state"] = Text(event.state);
  fields["index"] = OrNone(event.index);
  fields["length"] = OrNone(event.length);
  fields["input"] = BytesOrNone(event.input);
  fields["output"] = BytesOrNone(event.output);
  fields["error"] = TextOrNone(event.error);
  fields["cause"] = TextOrNone(event.cause);
  fields["resource"] = Text(event.resource);
  fields["resource_type"] = Text(event.resource_type);
  fields["timeout_seconds"] = OrNone(event.timeout_seconds);
  fields["heartbeat_seconds"] = OrNone(event.heartbeat_seconds);
  fields["location"] = TextOrNone(event.location);
  fields["worker"] = TextOrNone(event.worker);
  fields["map_run_arn"] = event.map_run_arn;
  fields["redrive_count"] = OrNone(event.redrive_count);
  py::dict variables;
  for (const interpreter::Assignment& assignment : event.assigned_variables) {
    variables[Text(assignment.name)] = py::bytes(assignment.value.str());
  }
  fields["assigned_variables"] = variables;
  return fields;
}

py::dict ToPython(const MapRunTally& tally) {
  py::dict fields;
  fields["pending"] = tally.pending;
  fields["running"] = tally.running;
  fields["succeeded"] = tally.succeeded;
  fields["failed"] = tally.failed;
  fields["timed_out"] = tally.timed_out;
  fields["aborted"] = tally.aborted;
  fields["total"] = tally.total;
  fields["pending_redrive"] = tally.pending_redrive;
  return fields;
}

py::dict ToPython(const MapRunInfo& run) {
  py::dict fields;
  fields["arn"] = run.arn;
  fields["state_machine"] = run.execution.state_machine;
  fields["execution"] = run.execution.name;
  fields["status"] = run.status;
  fields["started_micros"] = ToMicros(run.started_at);
  fields["stopped_micros"] =
      run.stopped_at ? py::object(py::int_(ToMicros(*run.stopped_at))) : py::none();
  fields["max_concurrency"] = run.max_concurrency;
  fields["tolerated_failure_count"] = run.tolerated_failure_count;
  fields["tolerated_failure_percentage"] = run.tolerated_failure_percentage;
  fields["items"] = ToPython(run.items);
  fields["executions"] = ToPython(run.executions);
  return fields;
}

py::dict ToPython(const ActivityInfo& activity) {
  py::dict fields;
  fields["name"] = activity.name;
  fields["arn"] = activity.arn;
  fields["created_micros"] = ToMicros(activity.created_at);
  return fields;
}

py::dict ToPython(const StartResponse& started) {
  py::dict fields;
  fields["state_machine"] = started.name.state_machine;
  fields["name"] = started.name.name;
  fields["arn"] = started.arn;
  fields["started_micros"] = ToMicros(started.started_at);
  fields["repeated"] = started.is_repeated;
  return fields;
}

std::optional<ExecutionStatus> StatusFrom(const std::string& name) {
  if (name.empty()) return std::nullopt;
  for (const ExecutionStatus status : {ExecutionStatus::kRunning,
                                       ExecutionStatus::kSucceeded,
                                       ExecutionStatus::kFailed,
                                       ExecutionStatus::kTimedOut,
                                       ExecutionStatus::kAborted}) {
    if (interpreter::ExecutionStatusName(status) == name) return status;
  }
  Raise(InvalidArgument("'" + name + "' is none of RUNNING, SUCCEEDED, FAILED, TIMED_OUT, ABORTED",
                        "status"));
}

// A call that waits for an activity's task.
struct ActivityWait {
  Promise<Result<ActivityTask>> answer;
  std::unique_ptr<ActivityPoll> poll;
};

// Shared by the threads of the program: calls hold `gate_` shared, Close exclusively.
class PyEngine {
 public:
  PyEngine(std::string data_dir, std::size_t threads) : process_(::getpid()) {
    EngineOptions options;
    options.data_dir = std::move(data_dir);
    Status status;
    {
      const py::gil_scoped_release release;
      Result<std::unique_ptr<Engine>> engine = Engine::Open(std::move(options));
      status = engine.status();
      if (engine.ok()) {
        engine_ = std::move(engine).value();
        worker_ = std::make_unique<EmbeddedWorker>(*engine_, threads);
      }
    }
    RaiseIfError(status);
  }

  PyEngine(const PyEngine&) = delete;
  PyEngine& operator=(const PyEngine&) = delete;

  ~PyEngine() {
    if (::getpid() != process_) {
      // A fork's copy: its threads do not exist here, and the store belongs to the other process.
      static_cast<void>(worker_.release());
      static_cast<void>(engine_.release());
      return;
    }
    Close();
  }

  void Close() {
    if (::getpid() != process_) return;
    const py::gil_scoped_release release;
    is_closing_ = true;
    if (worker_) worker_->Stop();
    const std::unique_lock gate(gate_);
    EndWaits();
    worker_.reset();
    engine_.reset();
  }

  py::dict Deploy(const std::string& name,
                  const std::string& definition,
                  bool publish,
                  std::optional<std::string> description) {
    DeployResponse response = Call<DeployResponse>([&] {
      return engine_->Deploy({.name = name,
                              .definition = definition,
                              .publish = publish,
                              .version_description = std::move(description)});
    });
    py::dict fields = ToPython(response.state_machine);
    fields["changed"] = response.is_changed;
    fields["version"] = response.version;
    py::list warnings;
    for (const asl::Diagnostic& warning : response.warnings)
      warnings.append(Text(warning.pointer + ": " + asl::FullMessage(warning)));
    fields["warnings"] = warnings;
    return fields;
  }

  py::dict Start(const std::string& machine,
                 const std::string& name,
                 const std::string& input,
                 const std::string& test_case) {
    QualifiedName what = SplitQualified(machine);
    return ToPython(Call<StartResponse>([&] {
      return engine_->StartExecutionAndWait({.state_machine = std::move(what.state_machine),
                                             .qualifier = std::move(what.qualifier),
                                             .name = name,
                                             .input = input,
                                             .test_case = test_case});
    }));
  }

  py::list StartMany(const std::string& machine, const std::vector<std::string>& inputs) {
    using Results = std::vector<Result<StartResponse>>;
    std::vector<StartRequest> requests;
    requests.reserve(inputs.size());
    const QualifiedName what = SplitQualified(machine);
    for (const std::string& input : inputs) {
      requests.push_back(
          {.state_machine = what.state_machine, .qualifier = what.qualifier, .input = input});
    }
    Results results = Call<Results>([&]() -> Result<Results> {
      Promise<Results> answer;
      engine_->StartExecutions(std::move(requests),
                               [&answer](Results done) { answer.Set(std::move(done)); });
      return answer.Wait();
    });
    py::list list;
    for (Result<StartResponse>& result : results)
      list.append(ToPython(ValueOrRaise(std::move(result))));
    return list;
  }

  py::dict Describe(const std::string& machine, const std::string& name) {
    return ToPython(Call<ExecutionInfo>(
        [&] { return engine_->DescribeExecution({.state_machine = machine, .name = name}); }));
  }

  py::dict Wait(const std::string& machine, const std::string& name, double timeout) {
    const auto end = std::chrono::steady_clock::now() +
                     std::chrono::duration_cast<std::chrono::nanoseconds>(
                         std::chrono::duration<double>(std::clamp(timeout, 0.0, 1e9)));
    while (true) {
      const auto left =
          std::chrono::duration_cast<Duration>(end - std::chrono::steady_clock::now());
      const bool is_last = timeout >= 0 && left <= kEngineWaitSlice;
      const Duration slice = is_last ? std::max(left, Duration(1)) : Duration(kEngineWaitSlice);
      const Result<ExecutionInfo> info = Try<ExecutionInfo>([&] {
        return engine_->WaitForExecution({.state_machine = machine, .name = name}, slice);
      });
      if (info.ok()) return ToPython(*info);
      if (info.status().code() != StatusCode::kDeadlineExceeded || is_last) Raise(info.status());
      if (PyErr_CheckSignals() != 0) throw py::error_already_set();
    }
  }

  py::tuple History(const std::string& machine,
                    const std::string& name,
                    EventId after,
                    std::size_t page_size) {
    const HistoryPage page = Call<HistoryPage>([&] {
      return engine_->GetHistory({.name = {.state_machine = machine, .name = name},
                                  .after = after,
                                  .page_size = page_size});
    });
    py::list events;
    for (const EventInfo& event : page.events)
      events.append(ToPython(event));
    return py::make_tuple(events, page.has_more);
  }

  py::tuple List(const std::string& machine,
                 const std::string& map_run,
                 const std::string& status,
                 std::size_t page_size,
                 const std::string& token) {
    const std::optional<ExecutionStatus> wanted = StatusFrom(status);
    const ListResponse response = Call<ListResponse>([&]() -> Result<ListResponse> {
      ASSIGN_OR_RETURN(const QualifiedName listed, ListedMachine(machine, map_run));
      return engine_->ListExecutions({.state_machine = listed.state_machine,
                                      .qualifier = listed.qualifier,
                                      .status = wanted,
                                      .page_size = page_size,
                                      .after = token});
    });
    py::list executions;
    for (const ExecutionInfo& info : response.executions)
      executions.append(ToPython(info));
    return py::make_tuple(executions, py::bytes(response.next));
  }

  std::int64_t Stop(const std::string& machine,
                    const std::string& name,
                    std::optional<std::string> error,
                    std::optional<std::string> cause) {
    const StopResponse response = Call<StopResponse>([&] {
      return engine_->StopExecutionAndWait({.name = {.state_machine = machine, .name = name},
                                            .error = std::move(error),
                                            .cause = std::move(cause)});
    });
    return ToMicros(response.stopped_at);
  }

  std::int64_t Redrive(const std::string& machine, const std::string& name) {
    const RedriveResponse response = Call<RedriveResponse>([&] {
      return engine_->RedriveExecutionAndWait({.name = {.state_machine = machine, .name = name}});
    });
    return ToMicros(response.redriven_at);
  }

  py::tuple MapRuns(const std::string& machine,
                    const std::string& name,
                    std::size_t page_size,
                    const std::string& token) {
    const MapRunList page = Call<MapRunList>([&] {
      return engine_->ListMapRuns({.state_machine = machine, .name = name}, page_size, token);
    });
    py::list runs;
    for (const MapRunInfo& run : page.map_runs)
      runs.append(ToPython(run));
    return py::make_tuple(runs, py::bytes(page.next));
  }

  py::dict DescribeMapRun(const std::string& arn) {
    return ToPython(Call<MapRunInfo>([&] { return engine_->DescribeMapRun({}, arn); }));
  }

  py::dict Publish(const std::string& machine,
                   std::optional<std::string> description,
                   std::optional<std::string> revision_id) {
    return ToPython(Call<VersionInfo>([&] {
      return engine_->PublishVersion({.state_machine = machine,
                                      .revision_id = std::move(revision_id),
                                      .description = std::move(description)});
    }));
  }

  py::tuple Versions(const std::string& machine, std::size_t page_size, const std::string& token) {
    const VersionList page =
        Call<VersionList>([&] { return engine_->ListVersions({}, machine, page_size, token); });
    py::list versions;
    for (const VersionInfo& version : page.versions)
      versions.append(ToPython(version));
    return py::make_tuple(versions, py::bytes(page.next));
  }

  void DeleteVersion(const std::string& machine, std::uint64_t version) {
    CallForStatus([&] { return engine_->DeleteVersion({}, machine, version); });
  }

  py::dict CreateAlias(const std::string& machine,
                       const std::string& name,
                       const std::map<std::uint64_t, std::int32_t>& routes,
                       const std::string& description) {
    const AliasRequest request = ToAliasRequest(machine, name, routes, description);
    return ToPython(Call<AliasInfo>([&] { return engine_->CreateAlias(request); }));
  }

  py::dict UpdateAlias(const std::string& machine,
                       const std::string& name,
                       const std::map<std::uint64_t, std::int32_t>& routes,
                       std::optional<std::string> description) {
    const AliasRequest request = ToAliasRequest(machine, name, routes, std::move(description));
    return ToPython(Call<AliasInfo>([&] { return engine_->UpdateAlias(request); }));
  }

  py::dict DescribeAlias(const std::string& machine, const std::string& name) {
    return ToPython(Call<AliasInfo>([&] { return engine_->DescribeAlias({}, machine, name); }));
  }

  py::tuple Aliases(const std::string& machine, std::size_t page_size, const std::string& token) {
    const AliasList page = Call<AliasList>([&] {
      return engine_->ListAliases(
          {.state_machine = machine, .page_size = page_size, .after = token});
    });
    py::list aliases;
    for (const AliasInfo& alias : page.aliases)
      aliases.append(ToPython(alias));
    return py::make_tuple(aliases, py::bytes(page.next));
  }

  void DeleteAlias(const std::string& machine, const std::string& name) {
    CallForStatus([&] { return engine_->DeleteAlias({}, machine, name); });
  }

  // A state machine, or an activity.
  void Tag(const std::string& machine,
           const std::string& activity,
           const std::map<std::string, std::string>& tags) {
    std::vector<pawl::Tag> list;
    for (const auto& [key, value] : tags)
      list.push_back({.key = key, .value = value});
    CallForStatus([&] { return engine_->TagResource(ToResource(machine, activity), list); });
  }

  void Untag(const std::string& machine,
             const std::string& activity,
             const std::vector<std::string>& keys) {
    CallForStatus([&] { return engine_->UntagResource(ToResource(machine, activity), keys); });
  }

  py::dict Tags(const std::string& machine, const std::string& activity) {
    const auto tags = Call<std::vector<pawl::Tag>>(
        [&] { return engine_->ListTags(ToResource(machine, activity)); });
    py::dict fields;
    for (const pawl::Tag& tag : tags)
      fields[Text(tag.key)] = Text(tag.value);
    return fields;
  }

  py::dict CreateActivity(const std::string& name) {
    return ToPython(Call<ActivityInfo>([&] { return engine_->CreateActivity({}, name); }));
  }

  py::dict DescribeActivity(const std::string& name) {
    return ToPython(Call<ActivityInfo>([&] { return engine_->DescribeActivity({}, name); }));
  }

  py::tuple Activities(std::size_t page_size, const std::string& token) {
    const ActivityList page =
        Call<ActivityList>([&] { return engine_->ListActivities({}, page_size, token); });
    py::list activities;
    for (const ActivityInfo& activity : page.activities)
      activities.append(ToPython(activity));
    return py::make_tuple(activities, py::bytes(page.next));
  }

  void DeleteActivity(const std::string& name) {
    CallForStatus([&] { return engine_->DeleteActivity({}, name); });
  }

  // (token, input), or None when `timeout` seconds passed first; a negative one never passes. One
  // poll for the whole wait: a task that comes just as a poll ends is lost until it times out.
  py::object TakeActivityTask(const std::string& activity,
                              const std::string& worker,
                              double timeout) {
    const auto end = std::chrono::steady_clock::now() +
                     std::chrono::duration_cast<std::chrono::nanoseconds>(
                         std::chrono::duration<double>(std::clamp(timeout, 0.0, 1e9)));
    const auto wait = std::make_shared<ActivityWait>();
    Call<bool>([&] { return Begin(wait, activity, worker); });
    const WaitEnd at_end(*this, wait);
    while (true) {
      const std::chrono::nanoseconds left = end - std::chrono::steady_clock::now();
      const bool is_last = timeout >= 0 && left <= kEngineWaitSlice;
      std::optional<Result<ActivityTask>> answer;
      Call<bool>([&]() -> Result<bool> {
        constexpr std::chrono::nanoseconds kNow{0};
        answer = wait->answer.WaitFor(is_last ? std::max(left, kNow) : kEngineWaitSlice);
        if (is_last && !answer) {
          // From here on there is no answer but one that came before.
          wait->poll.reset();
          answer = wait->answer.WaitFor(kNow);
        }
        return true;
      });
      if (answer) {
        const ActivityTask task = ValueOrRaise(*answer);
        return py::make_tuple(task.token,
                              py::bytes(task.input.view().data(), task.input.view().size()));
      }
      if (is_last) return py::none();
      if (PyErr_CheckSignals() != 0) throw py::error_already_set();
    }
  }

  void SendTaskSuccess(const std::string& token, const std::string& output) {
    EndTask(token, {.output = Bytes(output)});
  }

  void SendTaskFailure(const std::string& token,
                       std::optional<std::string> error,
                       std::optional<std::string> cause) {
    EndTask(token, {.error = std::move(error), .cause = std::move(cause)});
  }

  void SendTaskHeartbeat(const std::string& token) {
    WaitForAnswer([&](Callback<bool> done) { engine_->HeartbeatTask(token, std::move(done)); });
  }

  void Register(const std::string& name) {
    RaiseIfError(Try<bool>([&]() -> Result<bool> {
                   worker_->Register(name);
                   return true;
                 }).status());
  }

  void Functions(const std::string& directory,
                 const std::string& python,
                 const std::string& package_directory) {
    RaiseIfError(Try<bool>([&]() -> Result<bool> {
                   RETURN_IF_ERROR(worker_->Serve(directory, Pool(python, package_directory)));
                   return true;
                 }).status());
  }

  std::vector<std::string> Integrations(bool calls_aws,
                                        const std::string& http_tasks,
                                        const std::string& python,
                                        const std::string& package_directory) {
    return ValueOrRaise(Try<std::vector<std::string>>([&] {
      return worker_->Serve({.calls_aws = calls_aws, .http_tasks = http_tasks},
                            Pool(python, package_directory));
    }));
  }

  // (id, function, event, request id, seconds left or None); None when there will be no more.
  // Without the gate: Close waits for the program's threads, which may run for long.
  py::object Take() {
    bool has_waited = false;
    while (true) {
      const std::shared_lock gate(gate_, std::try_to_lock);
      if (!gate.owns_lock() || is_closing_ || !worker_) return py::none();
      if (std::optional<EmbeddedTask> task = worker_->TryTake(has_waited)) {
        py::object left = py::none();
        if (task->deadline) {
          const std::chrono::duration<double> seconds =
              *task->deadline - std::chrono::steady_clock::now();
          left = py::float_(seconds.count());
        }
        return py::make_tuple(task->id,
                              py::str(task->function),
                              py::bytes(task->event.view().data(), task->event.view().size()),
                              py::str(task->request_id),
                              left);
      }
      const py::gil_scoped_release release;
      has_waited = true;
      if (!worker_->Wait()) break;
    }
    return py::none();
  }

  void Succeed(std::uint64_t id, const py::bytes& output) {
    Completion completion;
    completion.output = Bytes(static_cast<std::string>(output));
    Complete(id, std::move(completion));
  }

  void Fail(std::uint64_t id, std::string error, std::string cause) {
    Completion completion;
    completion.error = std::move(error);
    completion.cause = std::move(cause);
    Complete(id, std::move(completion));
  }

 private:
  static workers::EmbeddedPool Pool(const std::string& python,
                                    const std::string& package_directory) {
    workers::EmbeddedPool pool;
    pool.options.python = python;
    pool.options.package_directory = package_directory;
    for (char** variable = environ; *variable != nullptr; ++variable)
      pool.options.environment.emplace_back(*variable);
    pool.concurrency = static_cast<std::uint32_t>(platform::ProcessorCount());
    pool.log = [](const std::string& text) {
      std::string line = text.ends_with('\n') ? text : text + '\n';
      // Past Python: its lock is not needed for this.
      static_cast<void>(::write(STDERR_FILENO, line.data(), line.size()) == 0);
    };
    return pool;
  }

  // Whose executions are to be listed: those of a Map run have a name of their own.
  static AliasRequest ToAliasRequest(const std::string& machine,
                                     const std::string& name,
                                     const std::map<std::uint64_t, std::int32_t>& routes,
                                     std::optional<std::string> description) {
    AliasRequest request{
        .state_machine = machine, .name = name, .description = std::move(description)};
    for (const auto& [version, weight] : routes)
      request.routes.push_back({.version = version, .weight = weight});
    return request;
  }

  // One of the two is given: pawl/workflows.py has seen to it.
  static ResourceName ToResource(const std::string& machine, const std::string& activity) {
    if (activity.empty()) return {.kind = ResourceKind::kStateMachine, .name = machine};
    return {.kind = ResourceKind::kActivity, .name = activity};
  }

  // As Call, of what gives no value.
  template <typename Function>
  void CallForStatus(const Function& function) {
    Call<bool>([&]() -> Result<bool> {
      RETURN_IF_ERROR(function());
      return true;
    });
  }

  Result<QualifiedName> ListedMachine(const std::string& machine, const std::string& map_run) {
    if (map_run.empty()) return SplitQualified(machine);
    if (!machine.empty()) {
      return InvalidArgument("map_run: stands beside machine; one of the two would be right",
                             "map_run");
    }
    ASSIGN_OR_RETURN(const MapRunInfo run, engine_->DescribeMapRun({}, map_run));
    return QualifiedName{.state_machine = run.listed_as};
  }

  // Nobody is in a call: the gate is held alone.
  void EndWaits() {
    const MutexLock lock(waits_mutex_);
    for (const std::shared_ptr<ActivityWait>& wait : waits_)
      wait->poll.reset();
    waits_.clear();
  }

  // The poll goes with the wait, or with the engine if that is first. Holds the gate.
  Result<bool> Begin(const std::shared_ptr<ActivityWait>& wait,
                     const std::string& activity,
                     const std::string& worker) {
    ASSIGN_OR_RETURN(wait->poll,
                     engine_->PollActivity({.activity = activity, .worker = worker},
                                           [wait = wait.get()](const Result<ActivityTask>& task) {
                                             wait->answer.Set(task);
                                           }));
    const MutexLock lock(waits_mutex_);
    waits_.insert(wait);
    return true;
  }

  // Withdraws what Begin has asked for.
  class WaitEnd {
   public:
    WaitEnd(PyEngine& engine, std::shared_ptr<ActivityWait> wait)
        : engine_(engine), wait_(std::move(wait)) {}

    WaitEnd(const WaitEnd&) = delete;
    WaitEnd& operator=(const WaitEnd&) = delete;

    ~WaitEnd() {
      const py::gil_scoped_release release;
      const std::shared_lock gate(engine_.gate_);
      const MutexLock lock(engine_.waits_mutex_);
      wait_->poll.reset();
      engine_.waits_.erase(wait_);
    }

   private:
    PyEngine& engine_;
    const std::shared_ptr<ActivityWait> wait_;
  };

  void EndTask(const std::string& token, TaskEnd end) {
    WaitForAnswer(
        [&](Callback<bool> done) { engine_->EndTask(token, std::move(end), std::move(done)); });
  }

  // `ask` gives its callback to the engine.
  template <typename Ask>
  void WaitForAnswer(const Ask& ask) {
    Call<bool>([&]() -> Result<bool> {
      Promise<Result<bool>> answer;
      ask([&answer](Result<bool> result) { answer.Set(std::move(result)); });
      return answer.Wait();
    });
  }

  // Short and without waiting for anything: the lock of the interpreter stays.
  void Complete(std::uint64_t id, Completion completion) {
    const std::shared_lock gate(gate_, std::try_to_lock);
    if (!gate.owns_lock() || is_closing_ || !worker_ || ::getpid() != process_) return;
    worker_->Complete(id, std::move(completion));
  }

  // Runs `call` without the lock of the interpreter.
  template <typename T, typename Function>
  Result<T> Try(const Function& call) {
    if (::getpid() != process_) {
      return FailedPrecondition(
          "this engine belongs to the process " + std::to_string(process_) +
          " and cannot be used after fork(); open an engine after forking, on other data");
    }
    const py::gil_scoped_release release;
    const std::shared_lock gate(gate_);
    if (is_closing_ || !engine_) return FailedPrecondition("the engine is closed");
    return call();
  }

  template <typename T, typename Function>
  T Call(const Function& call) {
    return ValueOrRaise(Try<T>(call));
  }

  const pid_t process_;
  std::atomic<bool> is_closing_ = false;
  std::shared_mutex gate_;
  std::unique_ptr<Engine> engine_;
  std::unique_ptr<EmbeddedWorker> worker_;
  Mutex waits_mutex_;
  std::set<std::shared_ptr<ActivityWait>> waits_ PAWL_GUARDED_BY(waits_mutex_);
};

}  // namespace

PYBIND11_MODULE(_engine, module) {
  module.doc() = "The engine inside this process; use pawl.Engine.";
  py::class_<PyEngine>(module, "Engine")
      .def(py::init<std::string, std::size_t>(), py::arg("data_dir"), py::arg("threads"))
      .def("close", &PyEngine::Close)
      .def("deploy", &PyEngine::Deploy)
      .def("start", &PyEngine::Start)
      .def("start_many", &PyEngine::StartMany)
      .def("describe", &PyEngine::Describe)
      .def("wait", &PyEngine::Wait)
      .def("history", &PyEngine::History)
      .def("list", &PyEngine::List)
      .def("stop", &PyEngine::Stop)
      .def("redrive", &PyEngine::Redrive)
      .def("map_runs", &PyEngine::MapRuns)
      .def("describe_map_run", &PyEngine::DescribeMapRun)
      .def("publish", &PyEngine::Publish)
      .def("versions", &PyEngine::Versions)
      .def("delete_version", &PyEngine::DeleteVersion)
      .def("create_alias", &PyEngine::CreateAlias)
      .def("update_alias", &PyEngine::UpdateAlias)
      .def("describe_alias", &PyEngine::DescribeAlias)
      .def("aliases", &PyEngine::Aliases)
      .def("delete_alias", &PyEngine::DeleteAlias)
      .def("tag", &PyEngine::Tag)
      .def("untag", &PyEngine::Untag)
      .def("tags", &PyEngine::Tags)
      .def("create_activity", &PyEngine::CreateActivity)
      .def("describe_activity", &PyEngine::DescribeActivity)
      .def("activities", &PyEngine::Activities)
      .def("delete_activity", &PyEngine::DeleteActivity)
      .def("take_activity_task", &PyEngine::TakeActivityTask)
      .def("send_task_success", &PyEngine::SendTaskSuccess)
      .def("send_task_failure", &PyEngine::SendTaskFailure)
      .def("send_task_heartbeat", &PyEngine::SendTaskHeartbeat)
      .def("register", &PyEngine::Register)
      .def("functions", &PyEngine::Functions)
      .def("integrations", &PyEngine::Integrations)
      .def("take", &PyEngine::Take)
      .def("succeed", &PyEngine::Succeed)
      .def("fail", &PyEngine::Fail);
}

}  // namespace pawl::bindings
