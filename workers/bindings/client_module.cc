// pawl._client: a server behind gRPC. It holds no logic: pawl/client.py is the interface. The
// engine is not in here.
#include <google/protobuf/any.pb.h>
#include <grpcpp/client_context.h>
#include <grpcpp/completion_queue.h>
#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cctype>
#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"
#include "pawl/v1/workflow_service.grpc.pb.h"
#include "workers/bindings/python_status.h"

namespace pawl::bindings {
namespace {

namespace py = pybind11;
using std::chrono::system_clock;

// Ctrl-C is looked at this often while something waits.
constexpr std::chrono::milliseconds kServerWaitSlice{500};
// How long the server waits for an activity's task in one call.
constexpr std::chrono::seconds kTaskWaitMax{60};
// A call that is not a wait.
constexpr std::chrono::seconds kCallTimeout{60};
constexpr int kReconnectMillis = 200;
constexpr std::chrono::seconds kConnectPatience{1};
constexpr int kConnectMillis = 2000;
// A wait goes on while the server is away, for a restart, but not for longer than this.
constexpr std::chrono::seconds kOutageMax{30};
constexpr std::string_view kMapRunStatusPrefix = "MAP_RUN_STATUS_";
constexpr int kMessageBytesMax = 256 * 1024 * 1024;

Status FromRpc(const google::rpc::Status& wire) {
  std::string field;
  std::string reason;
  for (const google::protobuf::Any& detail : wire.details()) {
    google::rpc::BadRequest bad_request;
    google::rpc::ErrorInfo info;
    if (detail.UnpackTo(&bad_request) && bad_request.field_violations_size() > 0) {
      field = bad_request.field_violations(0).field();
    } else if (detail.UnpackTo(&info)) {
      reason = info.reason();
    }
  }
  return Status(static_cast<StatusCode>(wire.code()), wire.message(), std::move(field))
      .WithReason(std::move(reason));
}

Status FromGrpc(const grpc::Status& status) {
  if (status.ok()) return {};
  google::rpc::Status wire;
  if (!status.error_details().empty() && wire.ParseFromString(status.error_details()) &&
      wire.code() != 0) {
    return FromRpc(wire);
  }
  return {static_cast<StatusCode>(status.error_code()), status.error_message()};
}

std::int64_t Micros(const google::protobuf::Timestamp& time) {
  return time.seconds() * 1'000'000 + time.nanos() / 1000;
}

// "EXECUTION_STATUS_TIMED_OUT" is "TIMED_OUT".
std::string StatusName(v1::ExecutionStatus status) {
  return v1::ExecutionStatus_Name(status).substr(std::string("EXECUTION_STATUS_").size());
}

// "HISTORY_EVENT_TYPE_TASK_STATE_ENTERED" is "TaskStateEntered".
std::string EventName(v1::HistoryEventType type) {
  const std::string words =
      v1::HistoryEventType_Name(type).substr(std::string("HISTORY_EVENT_TYPE").size());
  std::string name;
  bool is_first = false;
  for (const char c : words) {
    if (c == '_') {
      is_first = true;
      continue;
    }
    name += is_first ? c : static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    is_first = false;
  }
  return name;
}

py::dict WireToPython(const v1::Execution& execution) {
  py::dict fields;
  fields["state_machine"] = execution.state_machine();
  fields["name"] = execution.name();
  fields["arn"] = execution.arn();
  fields["revision"] = execution.revision();
  fields["status"] = StatusName(execution.status());
  fields["started_micros"] = Micros(execution.start_time());
  fields["stopped_micros"] =
      execution.has_stop_time() ? py::object(py::int_(Micros(execution.stop_time()))) : py::none();
  fields["input"] =
      execution.input().empty() ? py::object(py::none()) : py::object(py::bytes(execution.input()));
  fields["output"] =
      execution.has_output() ? py::object(py::bytes(execution.output())) : py::none();
  fields["error"] = execution.has_error() ? py::object(Text(execution.error())) : py::none();
  fields["cause"] = execution.has_cause() ? py::object(Text(execution.cause())) : py::none();
  fields["quarantine_reason"] = execution.quarantine_reason();
  fields["redrive_count"] = execution.redrive_count();
  fields["redriven_micros"] = execution.has_redrive_time()
                                  ? py::object(py::int_(Micros(execution.redrive_time())))
                                  : py::none();
  fields["version"] = execution.version();
  fields["alias"] = execution.alias();
  return fields;
}

py::dict WireToPython(const v1::Version& version) {
  py::dict fields;
  fields["state_machine"] = version.state_machine();
  fields["version"] = version.version();
  fields["arn"] = version.arn();
  fields["revision"] = version.revision();
  fields["description"] = Text(version.description());
  fields["created_micros"] = Micros(version.create_time());
  return fields;
}

py::dict WireToPython(const v1::Alias& alias) {
  py::dict routes;
  for (const v1::AliasRoute& route : alias.routes())
    routes[py::int_(route.version())] = route.weight();
  py::dict fields;
  fields["state_machine"] = alias.state_machine();
  fields["name"] = alias.name();
  fields["arn"] = alias.arn();
  fields["description"] = Text(alias.description());
  fields["routes"] = routes;
  fields["created_micros"] = Micros(alias.create_time());
  fields["updated_micros"] = Micros(alias.update_time());
  return fields;
}

template <typename Request>
void SetRoutes(const std::map<std::uint64_t, std::int32_t>& routes, Request& request) {
  for (const auto& [version, weight] : routes) {
    v1::AliasRoute& route = *request.add_routes();
    route.set_version(version);
    route.set_weight(weight);
  }
}

// One of the two is given: pawl/workflows.py has seen to it.
void SetResource(const std::string& machine,
                 const std::string& activity,
                 v1::TaggedResource& resource) {
  if (activity.empty()) {
    resource.set_state_machine(machine);
  } else {
    resource.set_activity(activity);
  }
}

py::dict WireToPython(const v1::HistoryEvent& event) {
  py::dict fields;
  fields["id"] = event.id();
  fields["previous_id"] = event.previous_id();
  fields["type"] = EventName(event.type());
  fields["at_micros"] = Micros(event.time());
  fields["state"] = event.state();
  fields["index"] = event.has_index() ? py::object(py::int_(event.index())) : py::none();
  fields["length"] = event.has_length() ? py::object(py::int_(event.length())) : py::none();
  fields["input"] = event.has_input() ? py::object(py::bytes(event.input())) : py::none();
  fields["output"] = event.has_output() ? py::object(py::bytes(event.output())) : py::none();
  fields["error"] = event.has_error() ? py::object(Text(event.error())) : py::none();
  fields["cause"] = event.has_cause() ? py::object(Text(event.cause())) : py::none();
  fields["resource"] = event.resource();
  fields["resource_type"] = event.resource_type();
  fields["timeout_seconds"] =
      event.has_timeout_seconds() ? py::object(py::int_(event.timeout_seconds())) : py::none();
  fields["heartbeat_seconds"] =
      event.has_heartbeat_seconds() ? py::object(py::int_(event.heartbeat_seconds())) : py::none();
  fields["location"] = event.has_location() ? py::object(Text(event.location())) : py::none();
  fields["worker"] = event.has_worker() ? py::object(Text(event.worker())) : py::none();
  fields["map_run_arn"] = event.map_run_arn();
  fields["redrive_count"] =
      event.has_redrive_count() ? py::object(py::int_(event.redrive_count())) : py::none();
  py::dict variables;
  for (const auto& [name, value] : event.assigned_variables())
    variables[Text(name)] = py::bytes(value);
  fields["assigned_variables"] = variables;
  return fields;
}

py::dict WireToPython(const std::string& machine, const v1::StartedExecution& started) {
  py::dict fields;
  // The execution is the state machine's, whatever version of it runs.
  fields["state_machine"] = machine.substr(0, machine.find(':'));
  fields["name"] = started.name();
  fields["arn"] = started.arn();
  fields["started_micros"] = Micros(started.start_time());
  fields["repeated"] = started.repeated();
  return fields;
}

py::dict WireToPython(const v1::MapRunTally& tally) {
  py::dict fields;
  fields["pending"] = tally.pending();
  fields["running"] = tally.running();
  fields["succeeded"] = tally.succeeded();
  fields["failed"] = tally.failed();
  fields["timed_out"] = tally.timed_out();
  fields["aborted"] = tally.aborted();
  fields["total"] = tally.total();
  fields["pending_redrive"] = tally.pending_redrive();
  return fields;
}

py::dict WireToPython(const v1::MapRun& run) {
  py::dict fields;
  fields["arn"] = run.arn();
  fields["state_machine"] = run.state_machine();
  fields["execution"] = run.execution();
  fields["status"] = v1::MapRunStatus_Name(run.status()).substr(kMapRunStatusPrefix.size());
  fields["started_micros"] = Micros(run.start_time());
  fields["stopped_micros"] =
      run.has_stop_time() ? py::object(py::int_(Micros(run.stop_time()))) : py::none();
  fields["max_concurrency"] = run.max_concurrency();
  fields["tolerated_failure_count"] = run.tolerated_failure_count();
  fields["tolerated_failure_percentage"] = run.tolerated_failure_percentage();
  fields["items"] = WireToPython(run.items());
  fields["executions"] = WireToPython(run.executions());
  return fields;
}

py::dict WireToPython(const v1::Activity& activity) {
  py::dict fields;
  fields["name"] = activity.name();
  fields["arn"] = activity.arn();
  fields["created_micros"] = Micros(activity.create_time());
  return fields;
}

class PyClient {
 public:
  PyClient(const std::string& address, std::string namespace_name)
      : process_(::getpid()), address_(address), namespace_(std::move(namespace_name)) {
    grpc::ChannelArguments arguments;
    arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, kReconnectMillis);
    arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, kReconnectMillis);
    // The time that one attempt gets, in spite of its name.
    arguments.SetInt(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, kConnectMillis);
    // What another client has seen of the server does not matter to this one.
    arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
    arguments.SetMaxReceiveMessageSize(kMessageBytesMax);
    connection_ = std::make_unique<Connection>();
    connection_->channel =
        grpc::CreateCustomChannel(address, grpc::InsecureChannelCredentials(), arguments);
    connection_->stub = v1::WorkflowService::NewStub(connection_->channel);
  }

  PyClient(const PyClient&) = delete;
  PyClient& operator=(const PyClient&) = delete;

  ~PyClient() {
    // A fork's copy: gRPC's threads do not exist here, so nothing of it may end.
    if (::getpid() == process_) return;
    static_cast<void>(connection_.release());
  }

  void Close() { is_closed_ = true; }

  py::dict Deploy(const std::string& name,
                  const std::string& definition,
                  bool publish,
                  const std::optional<std::string>& description) {
    v1::DeployStateMachineRequest request;
    request.set_name(name);
    request.set_definition(definition);
    request.set_publish(publish);
    if (description) request.set_version_description(*description);
    const auto response = Call<v1::DeployStateMachineResponse>(
        request, &v1::WorkflowService::Stub::DeployStateMachine);
    py::dict fields;
    fields["name"] = response.state_machine().name();
    fields["arn"] = response.state_machine().arn();
    fields["revision"] = response.state_machine().revision();
    fields["changed"] = response.changed();
    fields["version"] = response.version();
    py::list warnings;
    for (const v1::Diagnostic& warning : response.warnings())
      warnings.append(Text(warning.pointer() + ": " + warning.message()));
    fields["warnings"] = warnings;
    return fields;
  }

  py::dict Start(const std::string& machine,
                 const std::string& name,
                 const std::string& input,
                 const std::string& test_case) {
    v1::StartExecutionRequest request;
    request.mutable_execution()->set_test_case(test_case);
    request.mutable_execution()->set_state_machine(machine);
    request.mutable_execution()->set_name(name);
    request.mutable_execution()->set_input(input);
    const auto response =
        Call<v1::StartExecutionResponse>(request, &v1::WorkflowService::Stub::StartExecution);
    return WireToPython(machine, response.execution());
  }

  py::list StartMany(const std::string& machine, const std::vector<std::string>& inputs) {
    v1::StartExecutionsRequest request;
    for (const std::string& input : inputs) {
      v1::ExecutionStart& start = *request.add_executions();
      start.set_state_machine(machine);
      start.set_input(input);
    }
    const auto response =
        Call<v1::StartExecutionsResponse>(request, &v1::WorkflowService::Stub::StartExecutions);
    py::list list;
    for (const auto& result : response.results()) {
      if (result.has_error()) Raise(FromRpc(result.error()));
      list.append(WireToPython(machine, result.execution()));
    }
    return list;
  }

  py::dict Describe(const std::string& machine, const std::string& name) {
    v1::DescribeExecutionRequest request;
    request.set_state_machine(machine);
    request.set_execution(name);
    const auto response =
        Call<v1::DescribeExecutionResponse>(request, &v1::WorkflowService::Stub::DescribeExecution);
    return WireToPython(response.execution());
  }

  py::dict Wait(const std::string& machine, const std::string& name, double timeout) {
    const auto end =
        system_clock::now() + std::chrono::duration_cast<system_clock::duration>(
                                  std::chrono::duration<double>(std::clamp(timeout, 0.0, 1e9)));
    system_clock::time_point last_seen = system_clock::now();
    while (true) {
      const system_clock::time_point now = system_clock::now();
      const bool is_last = timeout >= 0 && end - now <= kServerWaitSlice;
      const Result<bool> is_closed =
          WatchUntilClosed(machine, name, is_last ? end : now + kServerWaitSlice);
      if (is_closed.ok()) {
        last_seen = now;
        if (*is_closed) return Describe(machine, name);
      } else {
        const bool is_outage = is_closed.status().code() == StatusCode::kUnavailable;
        if (!is_outage || is_last || now - last_seen > kOutageMax) Raise(is_closed.status());
        const py::gil_scoped_release release;
        std::this_thread::sleep_for(std::chrono::milliseconds(kReconnectMillis));
      }
      if (PyErr_CheckSignals() != 0) throw py::error_already_set();
      if (!is_last) continue;
      Raise(DeadlineExceeded("the execution '" + name + "' is still running"));
    }
  }

  py::tuple History(const std::string& machine,
                    const std::string& name,
                    std::uint32_t after,
                    std::int32_t page_size) {
    v1::GetExecutionHistoryRequest request;
    request.set_state_machine(machine);
    request.set_execution(name);
    request.set_after_event_id(after);
    request.set_page_size(page_size);
    const auto response = Call<v1::GetExecutionHistoryResponse>(
        request, &v1::WorkflowService::Stub::GetExecutionHistory);
    py::list events;
    for (const v1::HistoryEvent& event : response.events())
      events.append(WireToPython(event));
    return py::make_tuple(events, !response.next_page_token().empty());
  }

  py::tuple List(const std::string& machine,
                 const std::string& map_run,
                 const std::string& status,
                 std::int32_t page_size,
                 const std::string& token) {
    v1::ListExecutionsRequest request;
    request.set_state_machine(machine);
    request.set_map_run(map_run);
    request.set_page_size(page_size);
    request.set_page_token(token);
    if (!status.empty()) {
      v1::ExecutionStatus value{};
      if (!v1::ExecutionStatus_Parse("EXECUTION_STATUS_" + status, &value)) {
        Raise(InvalidArgument(
            "'" + status + "' is none of RUNNING, SUCCEEDED, FAILED, TIMED_OUT, ABORTED",
            "status"));
      }
      request.set_status(value);
    }
    const auto response =
        Call<v1::ListExecutionsResponse>(request, &v1::WorkflowService::Stub::ListExecutions);
    py::list executions;
    for (const v1::Execution& execution : response.executions())
      executions.append(WireToPython(execution));
    return py::make_tuple(executions, py::bytes(response.next_page_token()));
  }

  std::int64_t Stop(const std::string& machine,
                    const std::string& name,
                    const std::optional<std::string>& error,
                    const std::optional<std::string>& cause) {
    v1::StopExecutionRequest request;
    request.set_state_machine(machine);
    request.set_execution(name);
    if (error) request.set_error(*error);
    if (cause) request.set_cause(*cause);
    return Micros(
        Call<v1::StopExecutionResponse>(request, &v1::WorkflowService::Stub::StopExecution)
            .stop_time());
  }

  std::int64_t Redrive(const std::string& machine, const std::string& name) {
    v1::RedriveExecutionRequest request;
    request.set_state_machine(machine);
    request.set_execution(name);
    return Micros(
        Call<v1::RedriveExecutionResponse>(request, &v1::WorkflowService::Stub::RedriveExecution)
            .redrive_time());
  }

  py::tuple MapRuns(const std::string& machine,
                    const std::string& name,
                    std::int32_t page_size,
                    const std::string& token) {
    v1::ListMapRunsRequest request;
    request.set_state_machine(machine);
    request.set_execution(name);
    request.set_page_size(page_size);
    request.set_page_token(token);
    const auto response =
        Call<v1::ListMapRunsResponse>(request, &v1::WorkflowService::Stub::ListMapRuns);
    py::list runs;
    for (const v1::MapRun& run : response.map_runs())
      runs.append(WireToPython(run));
    return py::make_tuple(runs, py::bytes(response.next_page_token()));
  }

  py::dict DescribeMapRun(const std::string& arn) {
    v1::DescribeMapRunRequest request;
    request.set_map_run(arn);
    return WireToPython(
        Call<v1::DescribeMapRunResponse>(request, &v1::WorkflowService::Stub::DescribeMapRun)
            .map_run());
  }

  py::dict Publish(const std::string& machine,
                   const std::optional<std::string>& description,
                   const std::optional<std::string>& revision_id) {
    v1::PublishVersionRequest request;
    request.set_state_machine(machine);
    if (description) request.set_description(*description);
    if (revision_id) request.set_revision_id(*revision_id);
    return WireToPython(
        Call<v1::PublishVersionResponse>(request, &v1::WorkflowService::Stub::PublishVersion)
            .version());
  }

  py::tuple Versions(const std::string& machine, std::int32_t page_size, const std::string& token) {
    v1::ListVersionsRequest request;
    request.set_state_machine(machine);
    request.set_page_size(page_size);
    request.set_page_token(token);
    const auto response =
        Call<v1::ListVersionsResponse>(request, &v1::WorkflowService::Stub::ListVersions);
    py::list versions;
    for (const v1::Version& version : response.versions())
      versions.append(WireToPython(version));
    return py::make_tuple(versions, py::bytes(response.next_page_token()));
  }

  void DeleteVersion(const std::string& machine, std::uint64_t version) {
    v1::DeleteVersionRequest request;
    request.set_state_machine(machine);
    request.set_version(version);
    Call<v1::DeleteVersionResponse>(request, &v1::WorkflowService::Stub::DeleteVersion);
  }

  py::dict CreateAlias(const std::string& machine,
                       const std::string& name,
                       const std::map<std::uint64_t, std::int32_t>& routes,
                       const std::string& description) {
    v1::CreateAliasRequest request;
    request.set_state_machine(machine);
    request.set_name(name);
    request.set_description(description);
    SetRoutes(routes, request);
    return WireToPython(
        Call<v1::CreateAliasResponse>(request, &v1::WorkflowService::Stub::CreateAlias).alias());
  }

  py::dict UpdateAlias(const std::string& machine,
                       const std::string& name,
                       const std::map<std::uint64_t, std::int32_t>& routes,
                       const std::optional<std::string>& description) {
    v1::UpdateAliasRequest request;
    request.set_state_machine(machine);
    request.set_name(name);
    if (description) request.set_description(*description);
    SetRoutes(routes, request);
    return WireToPython(
        Call<v1::UpdateAliasResponse>(request, &v1::WorkflowService::Stub::UpdateAlias).alias());
  }

  py::dict DescribeAlias(const std::string& machine, const std::string& name) {
    v1::DescribeAliasRequest request;
    request.set_state_machine(machine);
    request.set_name(name);
    return WireToPython(
        Call<v1::DescribeAliasResponse>(request, &v1::WorkflowService::Stub::DescribeAlias)
            .alias());
  }

  py::tuple Aliases(const std::string& machine, std::int32_t page_size, const std::string& token) {
    v1::ListAliasesRequest request;
    request.set_state_machine(machine);
    request.set_page_size(page_size);
    request.set_page_token(token);
    const auto response =
        Call<v1::ListAliasesResponse>(request, &v1::WorkflowService::Stub::ListAliases);
    py::list aliases;
    for (const v1::Alias& alias : response.aliases())
      aliases.append(WireToPython(alias));
    return py::make_tuple(aliases, py::bytes(response.next_page_token()));
  }

  void DeleteAlias(const std::string& machine, const std::string& name) {
    v1::DeleteAliasRequest request;
    request.set_state_machine(machine);
    request.set_name(name);
    Call<v1::DeleteAliasResponse>(request, &v1::WorkflowService::Stub::DeleteAlias);
  }

  // A state machine, or an activity.
  void Tag(const std::string& machine,
           const std::string& activity,
           const std::map<std::string, std::string>& tags) {
    v1::TagResourceRequest request;
    SetResource(machine, activity, *request.mutable_resource());
    request.mutable_tags()->insert(tags.begin(), tags.end());
    Call<v1::TagResourceResponse>(request, &v1::WorkflowService::Stub::TagResource);
  }

  void Untag(const std::string& machine,
             const std::string& activity,
             const std::vector<std::string>& keys) {
    v1::UntagResourceRequest request;
    SetResource(machine, activity, *request.mutable_resource());
    request.mutable_keys()->Assign(keys.begin(), keys.end());
    Call<v1::UntagResourceResponse>(request, &v1::WorkflowService::Stub::UntagResource);
  }

  py::dict Tags(const std::string& machine, const std::string& activity) {
    v1::ListTagsRequest request;
    SetResource(machine, activity, *request.mutable_resource());
    const auto response = Call<v1::ListTagsResponse>(request, &v1::WorkflowService::Stub::ListTags);
    const std::map<std::string, std::string> sorted(response.tags().begin(), response.tags().end());
    py::dict fields;
    for (const auto& [key, value] : sorted)
      fields[Text(key)] = Text(value);
    return fields;
  }

  py::dict CreateActivity(const std::string& name) {
    v1::CreateActivityRequest request;
    request.set_name(name);
    return WireToPython(
        Call<v1::CreateActivityResponse>(request, &v1::WorkflowService::Stub::CreateActivity)
            .activity());
  }

  py::dict DescribeActivity(const std::string& name) {
    v1::DescribeActivityRequest request;
    request.set_name(name);
    return WireToPython(
        Call<v1::DescribeActivityResponse>(request, &v1::WorkflowService::Stub::DescribeActivity)
            .activity());
  }

  py::tuple Activities(std::int32_t page_size, const std::string& token) {
    v1::ListActivitiesRequest request;
    request.set_page_size(page_size);
    request.set_page_token(token);
    const auto response =
        Call<v1::ListActivitiesResponse>(request, &v1::WorkflowService::Stub::ListActivities);
    py::list activities;
    for (const v1::Activity& activity : response.activities())
      activities.append(WireToPython(activity));
    return py::make_tuple(activities, py::bytes(response.next_page_token()));
  }

  void DeleteActivity(const std::string& name) {
    v1::DeleteActivityRequest request;
    request.set_name(name);
    Call<v1::DeleteActivityResponse>(request, &v1::WorkflowService::Stub::DeleteActivity);
  }

  // (token, input), or None when `timeout` seconds passed first; a negative one never passes.
  py::object TakeActivityTask(const std::string& activity,
                              const std::string& worker,
                              double timeout) {
    const auto end =
        system_clock::now() + std::chrono::duration_cast<system_clock::duration>(
                                  std::chrono::duration<double>(std::clamp(timeout, 0.0, 1e9)));
    v1::GetActivityTaskRequest request;
    request.set_namespace_(namespace_);
    request.set_activity(activity);
    request.set_worker(worker);
    while (true) {
      const auto left =
          std::max(end - system_clock::now(), system_clock::duration(std::chrono::seconds(0)));
      const bool is_last = timeout >= 0 && left <= kTaskWaitMax;
      const std::chrono::nanoseconds wait = is_last ? left : kTaskWaitMax;
      request.mutable_wait()->set_seconds(
          std::chrono::duration_cast<std::chrono::seconds>(wait).count());
      request.mutable_wait()->set_nanos(
          static_cast<std::int32_t>((wait % std::chrono::seconds(1)).count()));
      const v1::GetActivityTaskResponse task = AskForTask(request);
      if (!task.task_token().empty()) {
        return py::make_tuple(task.task_token(), py::bytes(task.input()));
      }
      if (is_last) return py::none();
    }
  }

  void SendTaskSuccess(const std::string& token, const std::string& output) {
    v1::SendTaskSuccessRequest request;
    request.set_task_token(token);
    request.set_output(output);
    Call<v1::SendTaskSuccessResponse>(request, &v1::WorkflowService::Stub::SendTaskSuccess);
  }

  void SendTaskFailure(const std::string& token,
                       const std::optional<std::string>& error,
                       const std::optional<std::string>& cause) {
    v1::SendTaskFailureRequest request;
    request.set_task_token(token);
    if (error) request.set_error(*error);
    if (cause) request.set_cause(*cause);
    Call<v1::SendTaskFailureResponse>(request, &v1::WorkflowService::Stub::SendTaskFailure);
  }

  void SendTaskHeartbeat(const std::string& token) {
    v1::SendTaskHeartbeatRequest request;
    request.set_task_token(token);
    Call<v1::SendTaskHeartbeatResponse>(request, &v1::WorkflowService::Stub::SendTaskHeartbeat);
  }

 private:
  struct Connection {
    std::shared_ptr<grpc::Channel> channel;
    std::unique_ptr<v1::WorkflowService::Stub> stub;
  };

  Status Check() const {
    if (::getpid() != process_) {
      return FailedPrecondition("this client belongs to the process " + std::to_string(process_) +
                                " and cannot be used after fork(); make one after forking");
    }
    if (is_closed_) return FailedPrecondition("the client is closed");
    return {};
  }

  // Waits for a connection. A call on a channel without one would fail at once and not drive the
  // connecting, which then goes on only every five seconds. Without the lock of the interpreter.
  Status Connect() {
    if (connection_->channel->WaitForConnected(system_clock::now() + kConnectPatience)) return {};
    return Unavailable("no server answers at " + address_ +
                       "; start one with 'pawl server', or give its address");
  }

  // Runs without the lock of the interpreter.
  template <typename Response, typename Request>
  Response Call(Request& request,
                grpc::Status (v1::WorkflowService::Stub::*method)(grpc::ClientContext*,
                                                                  const Request&,
                                                                  Response*)) {
    RaiseIfError(Check());
    // A task's token says where it belongs.
    if constexpr (requires { request.set_namespace_(namespace_); }) {
      request.set_namespace_(namespace_);
    }
    Response response;
    grpc::Status status;
    Status connected;
    {
      const py::gil_scoped_release release;
      connected = Connect();
      grpc::ClientContext context;
      context.set_deadline(system_clock::now() + kCallTimeout);
      if (connected.ok()) status = ((*connection_->stub).*method)(&context, request, &response);
    }
    RaiseIfError(connected);
    RaiseIfError(FromGrpc(status));
    return response;
  }

  // One call for the whole wait: a task that comes just as a call ends is lost until it times out.
  // Looks at Ctrl-C and at close meanwhile.
  v1::GetActivityTaskResponse AskForTask(const v1::GetActivityTaskRequest& request) {
    RaiseIfError(Check());
    Status connected;
    {
      const py::gil_scoped_release release;
      connected = Connect();
    }
    RaiseIfError(connected);
    grpc::ClientContext context;
    context.set_deadline(system_clock::now() + std::chrono::seconds(request.wait().seconds()) +
                         kCallTimeout);
    grpc::CompletionQueue queue;
    v1::GetActivityTaskResponse response;
    grpc::Status status;
    const auto call = connection_->stub->AsyncGetActivityTask(&context, request, &queue);
    call->Finish(&response, &status, nullptr);
    bool is_interrupted = false;
    while (!HasNext(queue, system_clock::now() + kServerWaitSlice)) {
      is_interrupted = PyErr_CheckSignals() != 0;
      if (!is_interrupted && !is_closed_) continue;
      context.TryCancel();
      HasNext(queue, system_clock::time_point::max());
      break;
    }
    if (is_interrupted) throw py::error_already_set();
    RaiseIfError(Check());
    RaiseIfError(FromGrpc(status));
    return response;
  }

  // False when `deadline` passed first. Without the lock of the interpreter.
  static bool HasNext(grpc::CompletionQueue& queue, system_clock::time_point deadline) {
    const py::gil_scoped_release release;
    void* tag = nullptr;
    bool is_ok = false;
    return queue.AsyncNext(&tag, &is_ok, deadline) == grpc::CompletionQueue::GOT_EVENT;
  }

  // False when `deadline` passed first.
  Result<bool> WatchUntilClosed(const std::string& machine,
                                const std::string& name,
                                system_clock::time_point deadline) {
    RaiseIfError(Check());
    grpc::Status status;
    Status failure;
    bool is_closed = false;
    {
      const py::gil_scoped_release release;
      RETURN_IF_ERROR(Connect());
      grpc::ClientContext context;
      context.set_deadline(deadline);
      const auto stream = connection_->stub->WatchExecutions(&context);
      v1::WatchExecutionsRequest request;
      request.set_namespace_(namespace_);
      v1::WatchedExecution& watched = *request.add_add();
      watched.set_watch_id(1);
      watched.set_state_machine(machine);
      watched.set_execution(name);
      watched.set_only_close(true);
      v1::WatchExecutionsResponse response;
      if (stream->Write(request)) {
        while (!is_closed && failure.ok() && stream->Read(&response)) {
          for (const v1::ExecutionChange& change : response.changes()) {
            if (change.has_failure()) failure = FromRpc(change.failure());
            is_closed = is_closed || (change.status() != v1::EXECUTION_STATUS_UNSPECIFIED &&
                                      change.status() != v1::EXECUTION_STATUS_RUNNING);
          }
        }
      }
      context.TryCancel();
      status = stream->Finish();
    }
    RETURN_IF_ERROR(failure);
    if (!is_closed && status.error_code() != grpc::StatusCode::DEADLINE_EXCEEDED &&
        status.error_code() != grpc::StatusCode::CANCELLED) {
      RETURN_IF_ERROR(FromGrpc(status));
    }
    return is_closed;
  }

  const pid_t process_;
  const std::string address_;
  const std::string namespace_;
  std::atomic<bool> is_closed_ = false;
  std::unique_ptr<Connection> connection_;
};

}  // namespace

PYBIND11_MODULE(_client, module) {
  module.doc() = "A server behind gRPC; use pawl.Client.";
  py::class_<PyClient>(module, "Client")
      .def(py::init<std::string, std::string>(), py::arg("address"), py::arg("namespace"))
      .def("close", &PyClient::Close)
      .def("deploy", &PyClient::Deploy)
      .def("start", &PyClient::Start)
      .def("start_many", &PyClient::StartMany)
      .def("describe", &PyClient::Describe)
      .def("wait", &PyClient::Wait)
      .def("history", &PyClient::History)
      .def("list", &PyClient::List)
      .def("stop", &PyClient::Stop)
      .def("redrive", &PyClient::Redrive)
      .def("map_runs", &PyClient::MapRuns)
      .def("describe_map_run", &PyClient::DescribeMapRun)
      .def("publish", &PyClient::Publish)
      .def("versions", &PyClient::Versions)
      .def("delete_version", &PyClient::DeleteVersion)
      .def("create_alias", &PyClient::CreateAlias)
      .def("update_alias", &PyClient::UpdateAlias)
      .def("describe_alias", &PyClient::DescribeAlias)
      .def("aliases", &PyClient::Aliases)
      .def("delete_alias", &PyClient::DeleteAlias)
      .def("tag", &PyClient::Tag)
      .def("untag", &PyClient::Untag)
      .def("tags", &PyClient::Tags)
      .def("create_activity", &PyClient::CreateActivity)
      .def("describe_activity", &PyClient::DescribeActivity)
      .def("activities", &PyClient::Activities)
      .def("delete_activity", &PyClient::DeleteActivity)
      .def("take_activity_task", &PyClient::TakeActivityTask)
      .def("send_task_success", &PyClient::SendTaskSuccess)
      .def("send_task_failure", &PyClient::SendTaskFailure)
      .def("send_task_heartbeat", &PyClient::SendTaskHeartbeat);
}

}  // namespace pawl::bindings
