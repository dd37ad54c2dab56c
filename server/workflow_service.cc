#include "server/workflow_service.h"

#include <fmt/format.h>

#include <charconv>
#include <memory>
#include <utility>
#include <vector>

#include "engine/asl/compile.h"
#include "engine/base/coding.h"
#include "server/caller.h"
#include "server/execution_watch.h"
#include "server/request_fields.h"
#include "server/rpc_status.h"
#include "server/version.h"
#include "server/wire.h"
#include "server/wire_tags.h"

namespace pawl::server {
namespace {

constexpr std::int32_t kPriorityMax = 100;
constexpr std::size_t kFairnessKeyBytesMax = 128;

Result<StartRequest> ToStartRequest(NamespaceId namespace_id, const v1::ExecutionStart& start) {
  RETURN_IF_ERROR(Required(start.state_machine(), "state_machine"));
  if (start.priority() < -kPriorityMax || start.priority() > kPriorityMax) {
    return InvalidArgument(
        fmt::format(
            "priority: {} is not between {} and {}", start.priority(), -kPriorityMax, kPriorityMax),
        "priority");
  }
  if (start.fairness_key().size() > kFairnessKeyBytesMax) {
    return InvalidArgument(fmt::format("fairness_key: has {} bytes; at most {} would be right",
                                       start.fairness_key().size(),
                                       kFairnessKeyBytesMax),
                           "fairness_key");
  }
  QualifiedName machine = SplitQualified(start.state_machine());
  return StartRequest{.namespace_id = namespace_id,
                      .state_machine = std::move(machine.state_machine),
                      .qualifier = std::move(machine.qualifier),
                      .name = start.name(),
                      .input = start.input(),
                      .priority = start.priority(),
                      .fairness_key = start.fairness_key(),
                      .test_case = start.test_case()};
}

Result<StartRequest> ReadStart(const grpc::ServerContextBase& context,
                               const std::string& namespace_name,
                               const v1::ExecutionStart& execution) {
  ASSIGN_OR_RETURN(const Caller caller, IdentifyCaller(context, namespace_name));
  Result<StartRequest> start = ToStartRequest(caller.namespace_id, execution);
  if (!start.ok()) return InsideField(start.status(), "execution");
  return start;
}

// Whose executions are to be listed, as the façade names it: those of a Map run have a name of
// their own.
Result<QualifiedName> ListedMachine(Engine& engine,
                                    NamespaceId namespace_id,
                                    const v1::ListExecutionsRequest& request) {
  if (request.map_run().empty()) return SplitQualified(request.state_machine());
  if (!request.state_machine().empty()) {
    return InvalidArgument("map_run: stands beside state_machine; one of the two would be right",
                           "map_run");
  }
  ASSIGN_OR_RETURN(const MapRunInfo run, engine.DescribeMapRun(namespace_id, request.map_run()));
  return QualifiedName{.state_machine = run.listed_as};
}

// The fields of a listing that its page tokens are bound to.
std::string ExecutionListScope(const ListRequest& request) {
  std::string scope;
  Encoder encoder(scope);
  encoder.String(request.state_machine);
  encoder.String(request.qualifier);
  encoder.Byte(request.status ? static_cast<std::uint8_t>(*request.status) + 1 : 0);
  for (const std::optional<Timestamp>& time : {request.started_from, request.started_before}) {
    encoder.Byte(time ? 1 : 0);
    encoder.SignedVarint(time ? ToMicros(*time) : 0);
  }
  return scope;
}

std::string HistoryScope(const HistoryRequest& request) {
  std::string scope;
  Encoder encoder(scope);
  encoder.String(request.name.state_machine);
  encoder.String(request.name.name);
  encoder.Byte(request.is_reverse ? 1 : 0);
  encoder.Varint(request.after);
  return scope;
}

// A sealed number; the seal vouches that it is one.
EventId ParseEventId(const std::string& text) {
  EventId id = 0;
  std::from_chars(text.data(), text.data() + text.size(), id);
  return id;
}

Result<StateMachineInfo> DescribeMachine(Engine& engine,
                                         NamespaceId namespace_id,
                                         const v1::DescribeStateMachineRequest& request) {
  const QualifiedName name = SplitQualified(request.name());
  if (name.qualifier.empty()) {
    return engine.DescribeStateMachine(namespace_id, name.state_machine, request.revision());
  }
  if (request.revision() != 0) {
    return InvalidArgument(
        "revision: stands beside a version or an alias; one of the two would be right", "revision");
  }
  return engine.DescribeQualified(namespace_id, name.state_machine, name.qualifier);
}

}  // namespace

namespace {

Result<std::optional<asl::MachineType>> MachineTypeFromWire(v1::StateMachineType type) {
  switch (type) {
    case v1::STATE_MACHINE_TYPE_UNSPECIFIED:
      return std::optional<asl::MachineType>();
    case v1::STATE_MACHINE_TYPE_STANDARD:
      return std::optional(asl::MachineType::kStandard);
    case v1::STATE_MACHINE_TYPE_EXPRESS:
      return std::optional(asl::MachineType::kExpress);
    default:
      return InvalidArgument(fmt::format("type: {} is no StateMachineType", static_cast<int>(type)),
                             "type");
  }
}

}  // namespace

void WorkflowService::AddTo(rpc::MethodTable& methods) {
  methods.BeginService("pawl.v1.WorkflowService");
  methods.AddUnary("DeployStateMachine", *this, &WorkflowService::DeployStateMachine);
  methods.AddUnary("DescribeStateMachine", *this, &WorkflowService::DescribeStateMachine);
  methods.AddUnary("ListStateMachines", *this, &WorkflowService::ListStateMachines);
  methods.AddUnary("DeleteStateMachine", *this, &WorkflowService::DeleteStateMachine);
  methods.AddUnary("ValidateDefinition", *this, &WorkflowService::ValidateDefinition);
  methods.AddUnary("TestState", *this, &WorkflowService::TestState, rpc::Runs::kWhereItMayWait);
  methods.AddUnary("StartExecution", *this, &WorkflowService::StartExecution);
  methods.AddUnary("StartSyncExecution", *this, &WorkflowService::StartSyncExecution);
  methods.AddUnary("StartExecutions", *this, &WorkflowService::StartExecutions);
  methods.AddUnary("StopExecution", *this, &WorkflowService::StopExecution);
  methods.AddUnary("RedriveExecution", *this, &WorkflowService::RedriveExecution);
  methods.AddUnary("DescribeExecution", *this, &WorkflowService::DescribeExecution);
  methods.AddUnary("ListExecutions", *this, &WorkflowService::ListExecutions);
  methods.AddUnary("GetExecutionHistory", *this, &WorkflowService::GetExecutionHistory);
  methods.AddUnary("CreateActivity", *this, &WorkflowService::CreateActivity);
  methods.AddUnary("DescribeActivity", *this, &WorkflowService::DescribeActivity);
  methods.AddUnary("ListActivities", *this, &WorkflowService::ListActivities);
  methods.AddUnary("DeleteActivity", *this, &WorkflowService::DeleteActivity);
  methods.AddUnary("GetActivityTask", *this, &WorkflowService::GetActivityTask);
  methods.AddUnary("SendTaskSuccess", *this, &WorkflowService::SendTaskSuccess);
  methods.AddUnary("SendTaskFailure", *this, &WorkflowService::SendTaskFailure);
  methods.AddUnary("SendTaskHeartbeat", *this, &WorkflowService::SendTaskHeartbeat);
  methods.AddUnary("DescribeStateMachineForExecution",
                   *this,
                   &WorkflowService::DescribeStateMachineForExecution);
  methods.AddUnary("PublishVersion", *this, &WorkflowService::PublishVersion);
  methods.AddUnary("ListVersions", *this, &WorkflowService::ListVersions);
  methods.AddUnary("DeleteVersion", *this, &WorkflowService::DeleteVersion);
  methods.AddUnary("CreateAlias", *this, &WorkflowService::CreateAlias);
  methods.AddUnary("UpdateAlias", *this, &WorkflowService::UpdateAlias);
  methods.AddUnary("DescribeAlias", *this, &WorkflowService::DescribeAlias);
  methods.AddUnary("ListAliases", *this, &WorkflowService::ListAliases);
  methods.AddUnary("DeleteAlias", *this, &WorkflowService::DeleteAlias);
  methods.AddUnary("TagResource", *this, &WorkflowService::TagResource);
  methods.AddUnary("UntagResource", *this, &WorkflowService::UntagResource);
  methods.AddUnary("ListTags", *this, &WorkflowService::ListTags);
  methods.AddUnary("DescribeMapRun", *this, &WorkflowService::DescribeMapRun);
  methods.AddUnary("UpdateMapRun", *this, &WorkflowService::UpdateMapRun);
  methods.AddUnary("ListMapRuns", *this, &WorkflowService::ListMapRuns);
  methods.AddUnary("DescribeServer", *this, &WorkflowService::DescribeServer);
  methods.AddStream("WatchExecutions",
                    [this](rpc::Call& call) -> std::unique_ptr<rpc::CallHandler> {
                      return std::make_unique<ExecutionWatch>(engine_, streams_, call);
                    });
}

Status WorkflowService::DeployStateMachine(const grpc::ServerContextBase& context,
                                           const v1::DeployStateMachineRequest& request,
                                           v1::DeployStateMachineResponse& response) {
  ASSIGN_OR_RETURN(const Caller caller, IdentifyCaller(context, request.namespace_()));
  RETURN_IF_ERROR(Required(request.name(), "name"));
  if (request.mode() != v1::DEPLOY_MODE_UPDATE)
    RETURN_IF_ERROR(Required(request.definition(), "definition"));
  if (!v1::DeployMode_IsValid(request.mode())) {
    return InvalidArgument(
        fmt::format("mode: {} is no DeployMode", static_cast<int>(request.mode())), "mode");
  }
  ASSIGN_OR_RETURN(const auto type, MachineTypeFromWire(request.type()));
  DeployRequest deployment{.namespace_id = caller.namespace_id,
                           .name = request.name(),
                           .type = type,
                           .must_be_new = request.mode() == v1::DEPLOY_MODE_CREATE,
                           .must_exist = request.mode() == v1::DEPLOY_MODE_UPDATE,
                           .publish = request.publish(),
                           .tags = FromWire(request.tags())};
  if (request.has_definition()) deployment.definition = request.definition();
  if (request.has_role_arn()) deployment.role_arn = request.role_arn();
  if (request.has_configuration()) deployment.configuration = request.configuration();
  if (request.has_version_description())
    deployment.version_description = request.version_description();
  ASSIGN_OR_RETURN(const DeployResponse deployed, engine_.Deploy(deployment));
  *response.mutable_state_machine() = ToWire(deployed.state_machine);
  response.set_changed(deployed.is_changed);
  response.set_version(deployed.version);
  response.set_version_arn(deployed.version_arn);
  for (const asl::Diagnostic& warning : deployed.warnings) {
    *response.add_warnings() = ToWire(warning);
  }
  return {};
}

Status WorkflowService::DescribeStateMachine(const grpc::ServerContextBase& context,
                                             const v1::DescribeStateMachineRequest& request,
                                             v1::DescribeStateMachineResponse& response) {
  ASSIGN_OR_RETURN(const Caller caller, IdentifyCaller(context, request.namespace_()));
  RETURN_IF_ERROR(Required(request.name(), "name"));
  ASSIGN_OR_RETURN(const StateMachineInfo info,
                   DescribeMachine(engine_, caller.namespace_id, request));
  *response.mutable_state_machine() = ToWire(info);
  return {};
}

Status WorkflowService::ListStateMachines(const grpc::ServerContextBase& context,
                                          const v1::ListStateMachinesRequest& request,
                                          v1::ListStateMachinesResponse& response) {
  ASSIGN_OR_RETURN(const Caller caller, IdentifyCaller(context, request.namespace_()));
  ASSIGN_OR_RETURN(const std::size_t page_size, PageSize(request.page_size()));
  const runtime::TokenScope scope{
      .namespace_id = caller.namespace_id, .kind = "ListStateMachines", .request = {}};
  ASSIGN_OR_RETURN(const std::string after, OpenPageToken(tokens_, scope, request.page_token()));
  ASSIGN_OR_RETURN(const StateMachineList page,
                   engine_.ListStateMachines(caller.namespace_id, page_size, after));
  for (const StateMachineInfo& info : page.state_machines) {
    *response.add_state_machines() = ToWire(info);
  }
  if (!page.next.empty()) response.set_next_page_token(tokens_.Seal(scope, page.next));
  return {};
}

Status WorkflowService::DeleteStateMachine(const grpc::ServerContextBase& context,
                                           const v1::DeleteStateMachineRequest& request,
                                           v1::DeleteStateMachineResponse& /*response*/) {
  ASSIGN_OR_RETURN(const Caller caller, IdentifyCaller(context, request.namespace_()));
  RETURN_IF_ERROR(Required(request.name(), "name"));
  return engine_.DeleteStateMachine(caller.namespace_id, request.name());
}

Status WorkflowService::ValidateDefinition(const grpc::ServerContextBase& context,
                                           const v1::ValidateDefinitionRequest& request,
                                           v1::ValidateDefinitionResponse& response) {
  ASSIGN_OR_RETURN(const Caller caller, IdentifyCaller(context, request.namespace_()));
  static_cast<void>(caller);
  RETURN_IF_ERROR(Required(request.definition(), "definition"));
  const asl::Compilation compilation =
      asl::Compile(request.definition(), engine_.options().limits.definition_bytes_max);
  response.set_valid(compilation.ok());
  for (const asl::Diagnostic& diagnostic : compilation.diagnostics) {
    *response.add_diagnostics() = ToWire(diagnostic);
  }
  return {};
}

void WorkflowService::StartExecution(const grpc::ServerContextBase& context,
                                     const v1::StartExecutionRequest& request,
                                     rpc::Answer<v1::StartExecutionResponse> answer) {
  Result<StartRequest> start = ReadStart(context, request.namespace_(), request.execution());
  if (!start.ok()) return answer.Fail(start.status());
  if (start->name.empty()) start->name = request.request_id();
  engine_.StartExecution(*std::move(start), [answer](const Result<StartResponse>& started) {
    if (!started.ok()) return answer.Fail(InsideField(started.status(), "execution"));
    v1::StartExecutionResponse response;
    *response.mutable_execution() = ToWire(*started);
    answer.Finish(response);
  });
}

void WorkflowService::StartSyncExecution(const grpc::ServerContextBase& context,
                                         const v1::StartSyncExecutionRequest& request,
                                         rpc::Answer<v1::StartSyncExecutionResponse> answer) {
  Result<StartRequest> start = ReadStart(context, request.namespace_(), request.execution());
  if (!start.ok()) return answer.Fail(start.status());
  engine_.StartSyncExecution(
      *std::move(start),
      answer.From([](const ExecutionInfo& execution, v1::StartSyncExecutionResponse& response) {
        *response.mutable_execution() = ToWire(execution);
      }));
}

void WorkflowService::StartExecutions(const grpc::ServerContextBase& context,
                                      const v1::StartExecutionsRequest& request,
                                      rpc::Answer<v1::StartExecutionsResponse> answer) {
  std::vector<StartRequest> starts;
  // Where in the response each of `starts` belongs.
  std::vector<int> places;
  const auto response = std::make_shared<v1::StartExecutionsResponse>();
  const auto translate = [&]() -> Status {
    ASSIGN_OR_RETURN(const Caller caller, IdentifyCaller(context, request.namespace_()));
    const int count = request.executions_size();
    if (count < 1 || count > kStartsMax) {
      return InvalidArgument(
          fmt::format("executions: has {} entries; 1 to {} would be right", count, kStartsMax),
          "executions");
    }
    starts.reserve(static_cast<std::size_t>(count));
    places.reserve(static_cast<std::size_t>(count));
    response->mutable_results()->Reserve(count);
    for (int i = 0; i < count; ++i) {
      v1::StartExecutionsResponse::Result& result = *response->add_results();
      Result<StartRequest> start = ToStartRequest(caller.namespace_id, request.executions(i));
      if (start.ok()) {
        starts.push_back(*std::move(start));
        places.push_back(i);
      } else {
        *result.mutable_error() =
            ToRpcStatus(InsideField(start.status(), fmt::format("executions[{}]", i)));
      }
    }
    return {};
  };
  if (const Status status = translate(); !status.ok()) return answer.Fail(status);
  if (starts.empty()) return answer.Finish(*response);
  engine_.StartExecutions(std::move(starts),
                          [answer, response, places = std::move(places)](
                              const std::vector<Result<StartResponse>>& started) {
                            for (std::size_t i = 0; i < started.size(); ++i) {
                              v1::StartExecutionsResponse::Result& result =
                                  *response->mutable_results(places[i]);
                              if (started[i].ok()) {
                                *result.mutable_execution() = ToWire(*started[i]);
                                continue;
                              }
                              *result.mutable_error() = ToRpcStatus(InsideField(
                                  started[i].status(), fmt::format("executions[{}]", places[i])));
                            }
                            answer.Finish(*response);
                          });
}

void WorkflowService::StopExecution(const grpc::ServerContextBase& context,
                                    const v1::StopExecutionRequest& request,
                                    rpc::Answer<v1::StopExecutionResponse> answer) {
  const auto translate = [&]() -> Result<StopRequest> {
    ASSIGN_OR_RETURN(const Caller caller, IdentifyCaller(context, request.namespace_()));
    StopRequest stop;
    ASSIGN_OR_RETURN(
        stop.name,
        NameOfExecution(caller.namespace_id, request.state_machine(), request.execution()));
    if (request.has_error()) stop.error = request.error();
    if (request.has_cause()) stop.cause = request.cause();
    return stop;
  };
  Result<StopRequest> stop = translate();
  if (!stop.ok()) return answer.Fail(stop.status());
  engine_.StopExecution(
      *std::move(stop),
      answer.From([](const StopResponse& stopped, v1::StopExecutionResponse& response) {
        *response.mutable_stop_time() = ToWire(stopped.stopped_at);
      }));
}

void WorkflowService::RedriveExecution(const grpc::ServerContextBase& context,
                                       const v1::RedriveExecutionRequest& request,
                                       rpc::Answer<v1::RedriveExecutionResponse> answer) {
  constexpr std::size_t kTokenMax = 64;
  const auto translate = [&]() -> Result<RedriveRequest> {
    ASSIGN_OR_RETURN(const Caller caller, IdentifyCaller(context, request.namespace_()));
    RedriveRequest redrive{.client_token = request.client_token()};
    ASSIGN_OR_RETURN(
        redrive.name,
        NameOfExecution(caller.namespace_id, request.state_machine(), request.execution()));
    if (redrive.client_token.size() > kTokenMax) {
      return InvalidArgument("a client token has at most 64 characters", "client_token");
    }
    return redrive;
  };
  Result<RedriveRequest> redrive = translate();
  if (!redrive.ok()) return answer.Fail(redrive.status());
  engine_.RedriveExecution(
      *std::move(redrive),
      answer.From([](const RedriveResponse& redriven, v1::RedriveExecutionResponse& response) {
        *response.mutable_redrive_time() = ToWire(redriven.redriven_at);
      }));
}

Status WorkflowService::DescribeExecution(const grpc::ServerContextBase& context,
                                          const v1::DescribeExecutionRequest& request,
                                          v1::DescribeExecutionResponse& response) {
  ASSIGN_OR_RETURN(const Caller caller, IdentifyCaller(context, request.namespace_()));
  ASSIGN_OR_RETURN(
      const ExecutionName name,
      NameOfExecution(caller.namespace_id, request.state_machine(), request.execution()));
  ASSIGN_OR_RETURN(const ExecutionInfo info, engine_.DescribeExecution(name));
  *response.mutable_execution() = ToWire(info);
  return {};
}

Status WorkflowService::ListExecutions(const grpc::ServerContextBase& context,
                                       const v1::ListExecutionsRequest& request,
                                       v1::ListExecutionsResponse& response) {
  ASSIGN_OR_RETURN(const Caller caller, IdentifyCaller(context, request.namespace_()));
  ListRequest query;
  query.namespace_id = caller.namespace_id;
  ASSIGN_OR_RETURN(QualifiedName listed, ListedMachine(engine_, caller.namespace_id, request));
  query.state_machine = std::move(listed.state_machine);
  query.qualifier = std::move(listed.qualifier);
  ASSIGN_OR_RETURN(query.status, FromWire(request.status(), "status"));
  if (request.has_started_from()) {
    ASSIGN_OR_RETURN(query.started_from, FromWire(request.started_from(), "started_from"));
  }
  if (request.has_started_before()) {
    ASSIGN_OR_RETURN(query.started_before, FromWire(request.started_before(), "started_before"));
  }
  ASSIGN_OR_RETURN(query.page_size, PageSize(request.page_size()));
  const std::string bound_to = ExecutionListScope(query);
  const runtime::TokenScope scope{
      .namespace_id = caller.namespace_id, .kind = "ListExecutions", .request = bound_to};
  ASSIGN_OR_RETURN(query.after, OpenPageToken(tokens_, scope, request.page_token()));
  ASSIGN_OR_RETURN(const ListResponse page, engine_.ListExecutions(query));
  for (const ExecutionInfo& info : page.executions)
    *response.add_executions() = ToWire(info);
  if (!page.next.empty()) response.set_next_page_token(tokens_.Seal(scope, page.next));
  return {};
}

Status WorkflowService::GetExecutionHistory(const grpc::ServerContextBase& context,
                                            const v1::GetExecutionHistoryRequest& request,
                                            v1::GetExecutionHistoryResponse& response) {
  ASSIGN_OR_RETURN(const Caller caller, IdentifyCaller(context, request.namespace_()));
  HistoryRequest query;
  ASSIGN_OR_RETURN(
      query.name,
      NameOfExecution(caller.namespace_id, request.state_machine(), request.execution()));
  query.after = request.after_event_id();
  query.is_reverse = request.reverse();
  query.without_payloads = request.without_payloads();
  ASSIGN_OR_RETURN(query.page_size, PageSize(request.page_size()));
  const std::string bound_to = HistoryScope(query);
  const runtime::TokenScope scope{
      .namespace_id = caller.namespace_id, .kind = "GetExecutionHistory", .request = bound_to};
  ASSIGN_OR_RETURN(const std::string after, OpenPageToken(tokens_, scope, request.page_token()));
  if (!after.empty()) query.after = ParseEventId(after);
  ASSIGN_OR_RETURN(const HistoryPage page, engine_.GetHistory(query));
  for (const EventInfo& event : page.events)
    *response.add_events() = ToWire(event);
  if (page.has_more && !page.events.empty()) {
    response.set_next_page_token(tokens_.Seal(scope, std::to_string(page.events.back().id)));
  }
  return {};
}

Status WorkflowService::DescribeServer(const grpc::ServerContextBase& /*context*/,
                                       const v1::DescribeServerRequest& /*request*/,
                                       v1::DescribeServerResponse& response) {
  response = ToWire(engine_.Statistics());
  response.set_version(kVersion);
  const ArnScheme& arns = engine_.options().arns;
  response.set_partition(arns.partition);
  response.set_region(arns.region);
  response.set_account(arns.account);
  return {};
}

}  // namespace pawl::server
