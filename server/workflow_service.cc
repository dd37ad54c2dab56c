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
#include "server/unary_reply.h"
#include "server/version.h"
#include "server/waiting_call.h"
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
std::string ListScope(const ListRequest& request) {
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

Result<std::optional<asl::MachineType>> FromWire(v1::StateMachineType type) {
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

grpc::ServerUnaryReactor* WorkflowService::DeployStateMachine(
    grpc::CallbackServerContext* context,
    const v1::DeployStateMachineRequest* request,
    v1::DeployStateMachineResponse* response) {
  const auto deploy = [&]() -> Status {
    ASSIGN_OR_RETURN(const Caller caller, IdentifyCaller(*context, request->namespace_()));
    RETURN_IF_ERROR(Required(request->name(), "name"));
    if (request->mode() != v1::DEPLOY_MODE_UPDATE)
      RETURN_IF_ERROR(Required(request->definition(), "definition"));
    if (!v1::DeployMode_IsValid(request->mode())) {
      return InvalidArgument(
          fmt::format("mode: {} is no DeployMode", static_cast<int>(request->mode())), "mode");
    }
    ASSIGN_OR_RETURN(const auto type, FromWire(request->type()));
    DeployRequest deployment{.namespace_id = caller.namespace_id,
                             .name = request->name(),
                             .type = type,
                             .must_be_new = request->mode() == v1::DEPLOY_MODE_CREATE,
                             .must_exist = request->mode() == v1::DEPLOY_MODE_UPDATE,
                             .publish = request->publish(),
                             .tags = FromWire(request->tags())};
    if (request->has_definition()) deployment.definition = request->definition();
    if (request->has_role_arn()) deployment.role_arn = request->role_arn();
    if (request->has_configuration()) deployment.configuration = request->configuration();
    if (request->has_version_description())
      deployment.version_description = request->version_description();
    ASSIGN_OR_RETURN(const DeployResponse deployed, engine_.Deploy(deployment));
    *response->mutable_state_machine() = ToWire(deployed.state_machine);
    response->set_changed(deployed.is_changed);
    response->set_version(deployed.version);
    response->set_version_arn(deployed.version_arn);
    for (const asl::Diagnostic& warning : deployed.warnings) {
      *response->add_warnings() = ToWire(warning);
    }
    return {};
  };
  return Reply(*context, deploy());
}

grpc::ServerUnaryReactor* WorkflowService::DescribeStateMachine(
    grpc::CallbackServerContext* context,
    const v1::DescribeStateMachineRequest* request,
    v1::DescribeStateMachineResponse* response) {
  const auto describe = [&]() -> Status {
    ASSIGN_OR_RETURN(const Caller caller, IdentifyCaller(*context, request->namespace_()));
    RETURN_IF_ERROR(Required(request->name(), "name"));
    ASSIGN_OR_RETURN(const StateMachineInfo info,
                     DescribeMachine(engine_, caller.namespace_id, *request));
    *response->mutable_state_machine() = ToWire(info);
    return {};
  };
  return Reply(*context, describe());
}

grpc::ServerUnaryReactor* WorkflowService::ListStateMachines(
    grpc::CallbackServerContext* context,
    const v1::ListStateMachinesRequest* request,
    v1::ListStateMachinesResponse* response) {
  const auto list = [&]() -> Status {
    ASSIGN_OR_RETURN(const Caller caller, IdentifyCaller(*context, request->namespace_()));
    ASSIGN_OR_RETURN(const std::size_t page_size, PageSize(request->page_size()));
    const runtime::TokenScope scope{
        .namespace_id = caller.namespace_id, .kind = "ListStateMachines", .request = {}};
    ASSIGN_OR_RETURN(const std::string after, OpenPageToken(tokens_, scope, request->page_token()));
    ASSIGN_OR_RETURN(const StateMachineList page,
                     engine_.ListStateMachines(caller.namespace_id, page_size, after));
    for (const StateMachineInfo& info : page.state_machines) {
      *response->add_state_machines() = ToWire(info);
    }
    if (!page.next.empty()) response->set_next_page_token(tokens_.Seal(scope, page.next));
    return {};
  };
  return Reply(*context, list());
}

grpc::ServerUnaryReactor* WorkflowService::DeleteStateMachine(
    grpc::CallbackServerContext* context,
    const v1::DeleteStateMachineRequest* request,
    v1::DeleteStateMachineResponse* /*response*/) {
  const auto remove = [&]() -> Status {
    ASSIGN_OR_RETURN(const Caller caller, IdentifyCaller(*context, request->namespace_()));
    RETURN_IF_ERROR(Required(request->name(), "name"));
    return engine_.DeleteStateMachine(caller.namespace_id, request->name());
  };
  return Reply(*context, remove());
}

grpc::ServerUnaryReactor* WorkflowService::ValidateDefinition(
    grpc::CallbackServerContext* context,
    const v1::ValidateDefinitionRequest* request,
    v1::ValidateDefinitionResponse* response) {
  const auto validate = [&]() -> Status {
    ASSIGN_OR_RETURN(const Caller caller, IdentifyCaller(*context, request->namespace_()));
    static_cast<void>(caller);
    RETURN_IF_ERROR(Required(request->definition(), "definition"));
    const asl::Compilation compilation =
        asl::Compile(request->definition(), engine_.options().limits.definition_bytes_max);
    response->set_valid(compilation.ok());
    for (const asl::Diagnostic& diagnostic : compilation.diagnostics) {
      *response->add_diagnostics() = ToWire(diagnostic);
    }
    return {};
  };
  return Reply(*context, validate());
}

grpc::ServerUnaryReactor* WorkflowService::StartExecution(grpc::CallbackServerContext* context,
                                                          const v1::StartExecutionRequest* request,
                                                          v1::StartExecutionResponse* response) {
  grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
  const auto translate = [&]() -> Result<StartRequest> {
    ASSIGN_OR_RETURN(const Caller caller, IdentifyCaller(*context, request->namespace_()));
    Result<StartRequest> result = ToStartRequest(caller.namespace_id, request->execution());
    if (!result.ok()) return InsideField(result.status(), "execution");
    return result;
  };
  Result<StartRequest> start = translate();
  if (!start.ok()) {
    reactor->Finish(ToGrpcStatus(start.status()));
    return reactor;
  }
  if (start->name.empty()) start->name = request->request_id();
  engine_.StartExecution(
      std::move(*start), [reactor, response](const Result<StartResponse>& started) {
        if (started.ok()) *response->mutable_execution() = ToWire(*started);
        reactor->Finish(ToGrpcStatus(InsideField(started.status(), "execution")));
      });
  return reactor;
}

grpc::ServerUnaryReactor* WorkflowService::StartSyncExecution(
    grpc::CallbackServerContext* context,
    const v1::StartSyncExecutionRequest* request,
    v1::StartSyncExecutionResponse* response) {
  const auto translate = [&]() -> Result<StartRequest> {
    ASSIGN_OR_RETURN(const Caller caller, IdentifyCaller(*context, request->namespace_()));
    Result<StartRequest> result = ToStartRequest(caller.namespace_id, request->execution());
    if (!result.ok()) return InsideField(result.status(), "execution");
    return result;
  };
  Result<StartRequest> start = translate();
  if (!start.ok()) {
    grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
    reactor->Finish(ToGrpcStatus(start.status()));
    return reactor;
  }
  // Deletes itself.
  auto* call = new WaitingCall<ExecutionInfo, v1::StartSyncExecutionResponse>(
      *response, [](const ExecutionInfo& execution, v1::StartSyncExecutionResponse& wire) {
        *wire.mutable_execution() = ToWire(execution);
      });
  engine_.StartSyncExecution(*std::move(start), call->Done());
  return call;
}

grpc::ServerUnaryReactor* WorkflowService::StartExecutions(
    grpc::CallbackServerContext* context,
    const v1::StartExecutionsRequest* request,
    v1::StartExecutionsResponse* response) {
  grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
  std::vector<StartRequest> starts;
  // Where in the response each of `starts` belongs.
  auto places = std::make_shared<std::vector<int>>();
  const auto translate = [&]() -> Status {
    ASSIGN_OR_RETURN(const Caller caller, IdentifyCaller(*context, request->namespace_()));
    const int count = request->executions_size();
    if (count < 1 || count > kStartsMax) {
      return InvalidArgument(
          fmt::format("executions: has {} entries; 1 to {} would be right", count, kStartsMax),
          "executions");
    }
    starts.reserve(static_cast<std::size_t>(count));
    places->reserve(static_cast<std::size_t>(count));
    response->mutable_results()->Reserve(count);
    for (int i = 0; i < count; ++i) {
      v1::StartExecutionsResponse::Result& result = *response->add_results();
      Result<StartRequest> start = ToStartRequest(caller.namespace_id, request->executions(i));
      if (start.ok()) {
        starts.push_back(std::move(*start));
        places->push_back(i);
      } else {
        *result.mutable_error() =
            ToRpcStatus(InsideField(start.status(), fmt::format("executions[{}]", i)));
      }
    }
    return {};
  };
  if (const Status status = translate(); !status.ok() || starts.empty()) {
    reactor->Finish(ToGrpcStatus(status));
    return reactor;
  }
  engine_.StartExecutions(
      std::move(starts),
      [reactor, response, places](const std::vector<Result<StartResponse>>& started) {
        for (std::size_t i = 0; i < started.size(); ++i) {
          const int place = (*places)[i];
          v1::StartExecutionsResponse::Result& result = *response->mutable_results(place);
          if (started[i].ok()) {
            *result.mutable_execution() = ToWire(*started[i]);
            continue;
          }
          const Status status = started[i].status();
          *result.mutable_error() =
              ToRpcStatus(InsideField(status, fmt::format("executions[{}]", place)));
        }
        reactor->Finish(grpc::Status::OK);
      });
  return reactor;
}

grpc::ServerUnaryReactor* WorkflowService::StopExecution(grpc::CallbackServerContext* context,
                                                         const v1::StopExecutionRequest* request,
                                                         v1::StopExecutionResponse* response) {
  grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
  const auto translate = [&]() -> Result<StopRequest> {
    ASSIGN_OR_RETURN(const Caller caller, IdentifyCaller(*context, request->namespace_()));
    StopRequest stop;
    ASSIGN_OR_RETURN(
        stop.name,
        NameOfExecution(caller.namespace_id, request->state_machine(), request->execution()));
    if (request->has_error()) stop.error = request->error();
    if (request->has_cause()) stop.cause = request->cause();
    return stop;
  };
  Result<StopRequest> stop = translate();
  if (!stop.ok()) {
    reactor->Finish(ToGrpcStatus(stop.status()));
    return reactor;
  }
  engine_.StopExecution(std::move(*stop), [reactor, response](const Result<StopResponse>& stopped) {
    if (stopped.ok()) *response->mutable_stop_time() = ToWire(stopped->stopped_at);
    reactor->Finish(ToGrpcStatus(stopped.status()));
  });
  return reactor;
}

grpc::ServerUnaryReactor* WorkflowService::RedriveExecution(
    grpc::CallbackServerContext* context,
    const v1::RedriveExecutionRequest* request,
    v1::RedriveExecutionResponse* response) {
  constexpr std::size_t kTokenMax = 64;
  grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
  const auto translate = [&]() -> Result<RedriveRequest> {
    ASSIGN_OR_RETURN(const Caller caller, IdentifyCaller(*context, request->namespace_()));
    RedriveRequest redrive{.client_token = request->client_token()};
    ASSIGN_OR_RETURN(
        redrive.name,
        NameOfExecution(caller.namespace_id, request->state_machine(), request->execution()));
    if (redrive.client_token.size() > kTokenMax) {
      return InvalidArgument("a client token has at most 64 characters", "client_token");
    }
    return redrive;
  };
  Result<RedriveRequest> redrive = translate();
  if (!redrive.ok()) {
    reactor->Finish(ToGrpcStatus(redrive.status()));
    return reactor;
  }
  engine_.RedriveExecution(*std::move(redrive),
                           [reactor, response](const Result<RedriveResponse>& redriven) {
                             if (redriven.ok()) {
                               *response->mutable_redrive_time() = ToWire(redriven->redriven_at);
                             }
                             reactor->Finish(ToGrpcStatus(redriven.status()));
                           });
  return reactor;
}

grpc::ServerUnaryReactor* WorkflowService::DescribeExecution(
    grpc::CallbackServerContext* context,
    const v1::DescribeExecutionRequest* request,
    v1::DescribeExecutionResponse* response) {
  const auto describe = [&]() -> Status {
    ASSIGN_OR_RETURN(const Caller caller, IdentifyCaller(*context, request->namespace_()));
    ASSIGN_OR_RETURN(
        const ExecutionName name,
        NameOfExecution(caller.namespace_id, request->state_machine(), request->execution()));
    ASSIGN_OR_RETURN(const ExecutionInfo info, engine_.DescribeExecution(name));
    *response->mutable_execution() = ToWire(info);
    return {};
  };
  return Reply(*context, describe());
}

grpc::ServerUnaryReactor* WorkflowService::ListExecutions(grpc::CallbackServerContext* context,
                                                          const v1::ListExecutionsRequest* request,
                                                          v1::ListExecutionsResponse* response) {
  const auto list = [&]() -> Status {
    ASSIGN_OR_RETURN(const Caller caller, IdentifyCaller(*context, request->namespace_()));
    ListRequest query;
    query.namespace_id = caller.namespace_id;
    ASSIGN_OR_RETURN(QualifiedName listed, ListedMachine(engine_, caller.namespace_id, *request));
    query.state_machine = std::move(listed.state_machine);
    query.qualifier = std::move(listed.qualifier);
    ASSIGN_OR_RETURN(query.status, FromWire(request->status(), "status"));
    if (request->has_started_from()) {
      ASSIGN_OR_RETURN(query.started_from, FromWire(request->started_from(), "started_from"));
    }
    if (request->has_started_before()) {
      ASSIGN_OR_RETURN(query.started_before, FromWire(request->started_before(), "started_before"));
    }
    ASSIGN_OR_RETURN(query.page_size, PageSize(request->page_size()));
    const std::string bound_to = ListScope(query);
    const runtime::TokenScope scope{
        .namespace_id = caller.namespace_id, .kind = "ListExecutions", .request = bound_to};
    ASSIGN_OR_RETURN(query.after, OpenPageToken(tokens_, scope, request->page_token()));
    ASSIGN_OR_RETURN(const ListResponse page, engine_.ListExecutions(query));
    for (const ExecutionInfo& info : page.executions)
      *response->add_executions() = ToWire(info);
    if (!page.next.empty()) response->set_next_page_token(tokens_.Seal(scope, page.next));
    return {};
  };
  return Reply(*context, list());
}

grpc::ServerUnaryReactor* WorkflowService::GetExecutionHistory(
    grpc::CallbackServerContext* context,
    const v1::GetExecutionHistoryRequest* request,
    v1::GetExecutionHistoryResponse* response) {
  const auto read = [&]() -> Status {
    ASSIGN_OR_RETURN(const Caller caller, IdentifyCaller(*context, request->namespace_()));
    HistoryRequest query;
    ASSIGN_OR_RETURN(
        query.name,
        NameOfExecution(caller.namespace_id, request->state_machine(), request->execution()));
    query.after = request->after_event_id();
    query.is_reverse = request->reverse();
    query.without_payloads = request->without_payloads();
    ASSIGN_OR_RETURN(query.page_size, PageSize(request->page_size()));
    const std::string bound_to = HistoryScope(query);
    const runtime::TokenScope scope{
        .namespace_id = caller.namespace_id, .kind = "GetExecutionHistory", .request = bound_to};
    ASSIGN_OR_RETURN(const std::string after, OpenPageToken(tokens_, scope, request->page_token()));
    if (!after.empty()) query.after = ParseEventId(after);
    ASSIGN_OR_RETURN(const HistoryPage page, engine_.GetHistory(query));
    for (const EventInfo& event : page.events)
      *response->add_events() = ToWire(event);
    if (page.has_more && !page.events.empty()) {
      response->set_next_page_token(tokens_.Seal(scope, std::to_string(page.events.back().id)));
    }
    return {};
  };
  return Reply(*context, read());
}

grpc::ServerBidiReactor<v1::WatchExecutionsRequest, v1::WatchExecutionsResponse>*
WorkflowService::WatchExecutions(grpc::CallbackServerContext* context) {
  return new ExecutionWatch(engine_, streams_, *context);
}

grpc::ServerUnaryReactor* WorkflowService::DescribeServer(
    grpc::CallbackServerContext* context,
    const v1::DescribeServerRequest* /*request*/,
    v1::DescribeServerResponse* response) {
  *response = ToWire(engine_.Statistics());
  response->set_version(kVersion);
  const ArnScheme& arns = engine_.options().arns;
  response->set_partition(arns.partition);
  response->set_region(arns.region);
  response->set_account(arns.account);
  return Reply(*context, OkStatus());
}

}  // namespace pawl::server
