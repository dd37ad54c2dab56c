#include "server/function_service.h"

#include <utility>

#include "server/caller.h"
#include "server/request_fields.h"
#include "server/unary_reply.h"
#include "server/waiting_call.h"

namespace pawl::server {

Result<FunctionName> NameOfFunction(const grpc::CallbackServerContext& context,
                                    const std::string& namespace_name,
                                    const std::string& name,
                                    const std::string& qualifier) {
  ASSIGN_OR_RETURN(const Caller caller, IdentifyCaller(context, namespace_name));
  RETURN_IF_ERROR(Required(name, "name"));
  return FunctionName{.namespace_id = caller.namespace_id, .name = name, .qualifier = qualifier};
}

grpc::ServerUnaryReactor* FunctionService::DescribeFunction(
    grpc::CallbackServerContext* context,
    const v1::DescribeFunctionRequest* request,
    v1::DescribeFunctionResponse* response) {
  const auto describe = [&]() -> Status {
    ASSIGN_OR_RETURN(
        const FunctionName name,
        NameOfFunction(*context, request->namespace_(), request->name(), request->qualifier()));
    ASSIGN_OR_RETURN(const FunctionInfo function, engine_.Functions().Describe(name));
    *response->mutable_function() = ToWire(function);
    return {};
  };
  return Reply(*context, describe());
}

grpc::ServerUnaryReactor* FunctionService::ListFunctions(grpc::CallbackServerContext* context,
                                                         const v1::ListFunctionsRequest* request,
                                                         v1::ListFunctionsResponse* response) {
  const auto list = [&]() -> Status {
    ASSIGN_OR_RETURN(const Caller caller, IdentifyCaller(*context, request->namespace_()));
    ASSIGN_OR_RETURN(const std::size_t page_size, PageSize(request->page_size()));
    const runtime::TokenScope scope{
        .namespace_id = caller.namespace_id, .kind = "ListFunctions", .request = {}};
    ASSIGN_OR_RETURN(const std::string after, OpenPageToken(tokens_, scope, request->page_token()));
    ASSIGN_OR_RETURN(const FunctionList page,
                     engine_.Functions().List(caller.namespace_id, page_size, after));
    for (const FunctionInfo& function : page.functions)
      *response->add_functions() = ToWire(function);
    if (!page.next.empty()) {
      response->set_next_page_token(tokens_.Seal(scope, page.next));
      return {};
    }
    for (const std::string& name : engine_.Functions().Announced(caller.namespace_id))
      response->add_announced(name);
    return {};
  };
  return Reply(*context, list());
}

grpc::ServerUnaryReactor* FunctionService::DeleteFunction(
    grpc::CallbackServerContext* context,
    const v1::DeleteFunctionRequest* request,
    v1::DeleteFunctionResponse* /*response*/) {
  const auto remove = [&]() -> Status {
    ASSIGN_OR_RETURN(
        const FunctionName name,
        NameOfFunction(*context, request->namespace_(), request->name(), request->qualifier()));
    return engine_.Functions().Delete(name);
  };
  return Reply(*context, remove());
}

grpc::ServerUnaryReactor* FunctionService::PublishFunctionVersion(
    grpc::CallbackServerContext* context,
    const v1::PublishFunctionVersionRequest* request,
    v1::PublishFunctionVersionResponse* response) {
  const auto publish = [&]() -> Status {
    ASSIGN_OR_RETURN(FunctionName name,
                     NameOfFunction(*context, request->namespace_(), request->name()));
    ASSIGN_OR_RETURN(const FunctionInfo function,
                     engine_.Functions().Publish(
                         {.name = std::move(name), .description = request->description()}));
    *response->mutable_function() = ToWire(function);
    return {};
  };
  return Reply(*context, publish());
}

grpc::ServerUnaryReactor* FunctionService::ListFunctionVersions(
    grpc::CallbackServerContext* context,
    const v1::ListFunctionVersionsRequest* request,
    v1::ListFunctionVersionsResponse* response) {
  const auto list = [&]() -> Status {
    ASSIGN_OR_RETURN(const FunctionName name,
                     NameOfFunction(*context, request->namespace_(), request->name()));
    ASSIGN_OR_RETURN(const std::size_t page_size, PageSize(request->page_size()));
    const runtime::TokenScope scope{.namespace_id = name.namespace_id,
                                    .kind = "ListFunctionVersions",
                                    .request = request->name()};
    ASSIGN_OR_RETURN(const std::string after, OpenPageToken(tokens_, scope, request->page_token()));
    ASSIGN_OR_RETURN(const FunctionList page,
                     engine_.Functions().ListVersions(name, page_size, after));
    for (const FunctionInfo& function : page.functions)
      *response->add_functions() = ToWire(function);
    if (!page.next.empty()) response->set_next_page_token(tokens_.Seal(scope, page.next));
    return {};
  };
  return Reply(*context, list());
}

grpc::ServerUnaryReactor* FunctionService::SetFunctionConcurrency(
    grpc::CallbackServerContext* context,
    const v1::SetFunctionConcurrencyRequest* request,
    v1::SetFunctionConcurrencyResponse* /*response*/) {
  const auto set = [&]() -> Status {
    ASSIGN_OR_RETURN(const FunctionName name,
                     NameOfFunction(*context, request->namespace_(), request->name()));
    std::optional<std::uint32_t> concurrency;
    if (request->has_concurrency()) concurrency = request->concurrency();
    return engine_.Functions().SetConcurrency(name, concurrency);
  };
  return Reply(*context, set());
}

grpc::ServerUnaryReactor* FunctionService::InvokeFunction(grpc::CallbackServerContext* context,
                                                          const v1::InvokeFunctionRequest* request,
                                                          v1::InvokeFunctionResponse* response) {
  Result<FunctionName> name =
      NameOfFunction(*context, request->namespace_(), request->name(), request->qualifier());
  if (!name.ok()) return Reply(*context, name.status());
  InvocationRequest invocation{.namespace_id = name->namespace_id,
                               .function = name->name,
                               .qualifier = name->qualifier,
                               .wants_log = request->wants_log()};
  if (!request->payload().empty()) invocation.payload = Bytes(request->payload());
  using Call = WaitingCall<InvocationResponse, v1::InvokeFunctionResponse>;
  auto* call =
      new Call(*response, [](const InvocationResponse& answer, v1::InvokeFunctionResponse& wire) {
        wire.set_request_id(answer.request_id);
        if (answer.output) wire.set_output(answer.output->str());
        wire.set_error(answer.error);
        wire.set_cause(answer.cause);
        wire.set_log_tail(answer.log_tail);
        wire.set_executed_version(answer.executed_version);
      });
  engine_.InvokeFunction(std::move(invocation), call->Done());
  return call;
}

}  // namespace pawl::server
