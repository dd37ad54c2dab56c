#include "server/function_service.h"

#include <utility>

#include "server/caller.h"
#include "server/request_fields.h"

namespace pawl::server {

Result<FunctionName> NameOfFunction(const grpc::ServerContextBase& context,
                                    const std::string& namespace_name,
                                    const std::string& name,
                                    const std::string& qualifier) {
  ASSIGN_OR_RETURN(const Caller caller, IdentifyCaller(context, namespace_name));
  RETURN_IF_ERROR(Required(name, "name"));
  return FunctionName{.namespace_id = caller.namespace_id, .name = name, .qualifier = qualifier};
}

void FunctionService::AddTo(rpc::MethodTable& methods) {
  methods.BeginService("pawl.v1.FunctionService");
  methods.AddStream("DeployFunction", [this](rpc::Call& call) -> std::unique_ptr<rpc::CallHandler> {
    return std::make_unique<FunctionDeployment>(engine_.Functions(), open_deployments_, call);
  });
  methods.AddUnary("DescribeFunction", *this, &FunctionService::DescribeFunction);
  methods.AddUnary("ListFunctions", *this, &FunctionService::ListFunctions);
  methods.AddUnary("DeleteFunction", *this, &FunctionService::DeleteFunction);
  methods.AddUnary("PublishFunctionVersion", *this, &FunctionService::PublishFunctionVersion);
  methods.AddUnary("ListFunctionVersions", *this, &FunctionService::ListFunctionVersions);
  methods.AddUnary("SetFunctionConcurrency", *this, &FunctionService::SetFunctionConcurrency);
  methods.AddUnary("InvokeFunction", *this, &FunctionService::InvokeFunction);
  methods.AddUnary("SetFunctionAlias", *this, &FunctionService::SetFunctionAlias);
  methods.AddUnary("ListFunctionAliases", *this, &FunctionService::ListFunctionAliases);
  methods.AddUnary("DeleteFunctionAlias", *this, &FunctionService::DeleteFunctionAlias);
}

Status FunctionService::DescribeFunction(const grpc::ServerContextBase& context,
                                         const v1::DescribeFunctionRequest& request,
                                         v1::DescribeFunctionResponse& response) {
  ASSIGN_OR_RETURN(
      const FunctionName name,
      NameOfFunction(context, request.namespace_(), request.name(), request.qualifier()));
  ASSIGN_OR_RETURN(const FunctionInfo function, engine_.Functions().Describe(name));
  *response.mutable_function() = ToWire(function);
  return {};
}

Status FunctionService::ListFunctions(const grpc::ServerContextBase& context,
                                      const v1::ListFunctionsRequest& request,
                                      v1::ListFunctionsResponse& response) {
  ASSIGN_OR_RETURN(const Caller caller, IdentifyCaller(context, request.namespace_()));
  ASSIGN_OR_RETURN(const std::size_t page_size, PageSize(request.page_size()));
  const runtime::TokenScope scope{
      .namespace_id = caller.namespace_id, .kind = "ListFunctions", .request = {}};
  ASSIGN_OR_RETURN(const std::string after, OpenPageToken(tokens_, scope, request.page_token()));
  ASSIGN_OR_RETURN(const FunctionList page,
                   engine_.Functions().List(caller.namespace_id, page_size, after));
  for (const FunctionInfo& function : page.functions)
    *response.add_functions() = ToWire(function);
  if (!page.next.empty()) {
    response.set_next_page_token(tokens_.Seal(scope, page.next));
    return {};
  }
  for (const std::string& name : engine_.Functions().Announced(caller.namespace_id))
    response.add_announced(name);
  return {};
}

Status FunctionService::DeleteFunction(const grpc::ServerContextBase& context,
                                       const v1::DeleteFunctionRequest& request,
                                       v1::DeleteFunctionResponse& /*response*/) {
  ASSIGN_OR_RETURN(
      const FunctionName name,
      NameOfFunction(context, request.namespace_(), request.name(), request.qualifier()));
  return engine_.Functions().Delete(name);
}

Status FunctionService::PublishFunctionVersion(const grpc::ServerContextBase& context,
                                               const v1::PublishFunctionVersionRequest& request,
                                               v1::PublishFunctionVersionResponse& response) {
  ASSIGN_OR_RETURN(FunctionName name,
                   NameOfFunction(context, request.namespace_(), request.name()));
  ASSIGN_OR_RETURN(
      const FunctionInfo function,
      engine_.Functions().Publish({.name = std::move(name), .description = request.description()}));
  *response.mutable_function() = ToWire(function);
  return {};
}

Status FunctionService::ListFunctionVersions(const grpc::ServerContextBase& context,
                                             const v1::ListFunctionVersionsRequest& request,
                                             v1::ListFunctionVersionsResponse& response) {
  ASSIGN_OR_RETURN(const FunctionName name,
                   NameOfFunction(context, request.namespace_(), request.name()));
  ASSIGN_OR_RETURN(const std::size_t page_size, PageSize(request.page_size()));
  const runtime::TokenScope scope{
      .namespace_id = name.namespace_id, .kind = "ListFunctionVersions", .request = request.name()};
  ASSIGN_OR_RETURN(const std::string after, OpenPageToken(tokens_, scope, request.page_token()));
  ASSIGN_OR_RETURN(const FunctionList page,
                   engine_.Functions().ListVersions(name, page_size, after));
  for (const FunctionInfo& function : page.functions)
    *response.add_functions() = ToWire(function);
  if (!page.next.empty()) response.set_next_page_token(tokens_.Seal(scope, page.next));
  return {};
}

Status FunctionService::SetFunctionConcurrency(const grpc::ServerContextBase& context,
                                               const v1::SetFunctionConcurrencyRequest& request,
                                               v1::SetFunctionConcurrencyResponse& /*response*/) {
  ASSIGN_OR_RETURN(const FunctionName name,
                   NameOfFunction(context, request.namespace_(), request.name()));
  std::optional<std::uint32_t> concurrency;
  if (request.has_concurrency()) concurrency = request.concurrency();
  return engine_.Functions().SetConcurrency(name, concurrency);
}

void FunctionService::InvokeFunction(const grpc::ServerContextBase& context,
                                     const v1::InvokeFunctionRequest& request,
                                     rpc::Answer<v1::InvokeFunctionResponse> answer) {
  Result<FunctionName> name =
      NameOfFunction(context, request.namespace_(), request.name(), request.qualifier());
  if (!name.ok()) return answer.Fail(name.status());
  InvocationRequest invocation{.namespace_id = name->namespace_id,
                               .function = name->name,
                               .qualifier = name->qualifier,
                               .wants_log = request.wants_log()};
  if (!request.payload().empty()) invocation.payload = Bytes(request.payload());
  engine_.InvokeFunction(
      std::move(invocation),
      answer.From([](const InvocationResponse& ended, v1::InvokeFunctionResponse& response) {
        response.set_request_id(ended.request_id);
        if (ended.output) response.set_output(ended.output->str());
        response.set_error(ended.error);
        response.set_cause(ended.cause);
        response.set_log_tail(ended.log_tail);
        response.set_executed_version(ended.executed_version);
      }));
}

}  // namespace pawl::server
