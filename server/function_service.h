// pawl.v1.FunctionService on the façade's DeployedFunctions: checks what the wire can get wrong,
// translates, and leaves the rest to the engine.
#pragma once

#include "engine/runtime/engine.h"
#include "engine/runtime/sealed_token.h"
#include "pawl/v1/function_service.grpc.pb.h"
#include "server/function_deployment.h"

namespace pawl::server {

// Threads: called by gRPC from its threads, which wait for the disk there.
class FunctionService final : public v1::FunctionService::CallbackService {
 public:
  // Both outlive the service.
  FunctionService(Engine& engine, const runtime::TokenSealer& tokens)
      : engine_(engine), tokens_(tokens) {}

  grpc::ServerReadReactor<v1::DeployFunctionRequest>* DeployFunction(
      grpc::CallbackServerContext* context, v1::DeployFunctionResponse* response) override {
    return new FunctionDeployment(engine_.Functions(), open_deployments_, *context, *response);
  }

  grpc::ServerUnaryReactor* DescribeFunction(grpc::CallbackServerContext* context,
                                             const v1::DescribeFunctionRequest* request,
                                             v1::DescribeFunctionResponse* response) override;
  grpc::ServerUnaryReactor* ListFunctions(grpc::CallbackServerContext* context,
                                          const v1::ListFunctionsRequest* request,
                                          v1::ListFunctionsResponse* response) override;
  grpc::ServerUnaryReactor* DeleteFunction(grpc::CallbackServerContext* context,
                                           const v1::DeleteFunctionRequest* request,
                                           v1::DeleteFunctionResponse* response) override;
  grpc::ServerUnaryReactor* PublishFunctionVersion(
      grpc::CallbackServerContext* context,
      const v1::PublishFunctionVersionRequest* request,
      v1::PublishFunctionVersionResponse* response) override;
  grpc::ServerUnaryReactor* ListFunctionVersions(
      grpc::CallbackServerContext* context,
      const v1::ListFunctionVersionsRequest* request,
      v1::ListFunctionVersionsResponse* response) override;
  grpc::ServerUnaryReactor* SetFunctionConcurrency(
      grpc::CallbackServerContext* context,
      const v1::SetFunctionConcurrencyRequest* request,
      v1::SetFunctionConcurrencyResponse* response) override;
  grpc::ServerUnaryReactor* InvokeFunction(grpc::CallbackServerContext* context,
                                           const v1::InvokeFunctionRequest* request,
                                           v1::InvokeFunctionResponse* response) override;

  // --- Aliases (function_aliases.cc) ---
  grpc::ServerUnaryReactor* SetFunctionAlias(grpc::CallbackServerContext* context,
                                             const v1::SetFunctionAliasRequest* request,
                                             v1::SetFunctionAliasResponse* response) override;
  grpc::ServerUnaryReactor* ListFunctionAliases(grpc::CallbackServerContext* context,
                                                const v1::ListFunctionAliasesRequest* request,
                                                v1::ListFunctionAliasesResponse* response) override;
  grpc::ServerUnaryReactor* DeleteFunctionAlias(grpc::CallbackServerContext* context,
                                                const v1::DeleteFunctionAliasRequest* request,
                                                v1::DeleteFunctionAliasResponse* response) override;

 private:
  Engine& engine_;
  const runtime::TokenSealer& tokens_;
  std::atomic<int> open_deployments_ = 0;
};

// A function, or a version or alias of it. InvalidArgument (field "name") where it has no name;
// those of IdentifyCaller.
Result<FunctionName> NameOfFunction(const grpc::CallbackServerContext& context,
                                    const std::string& namespace_name,
                                    const std::string& name,
                                    const std::string& qualifier = {});

}  // namespace pawl::server
