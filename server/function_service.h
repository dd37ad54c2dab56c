// pawl.v1.FunctionService on the façade's DeployedFunctions: checks what the wire can get wrong,
// translates, and leaves the rest to the engine.
#pragma once

#include "engine/runtime/engine.h"
#include "engine/runtime/sealed_token.h"
#include "pawl/v1/function_service.pb.h"
#include "server/function_deployment.h"
#include "server/rpc/answer.h"
#include "server/rpc/method_table.h"

namespace pawl::server {

// Threads: what gives a Status back reads or deploys, waits for the disk and has a thread for that;
// what takes an Answer does not wait.
class FunctionService final {
 public:
  // Both outlive the service.
  FunctionService(Engine& engine, const runtime::TokenSealer& tokens)
      : engine_(engine), tokens_(tokens) {}

  FunctionService(const FunctionService&) = delete;
  FunctionService& operator=(const FunctionService&) = delete;

  void AddTo(rpc::MethodTable& methods);

 private:
  Status DescribeFunction(const grpc::ServerContextBase& context,
                          const v1::DescribeFunctionRequest& request,
                          v1::DescribeFunctionResponse& response);
  Status ListFunctions(const grpc::ServerContextBase& context,
                       const v1::ListFunctionsRequest& request,
                       v1::ListFunctionsResponse& response);
  Status DeleteFunction(const grpc::ServerContextBase& context,
                        const v1::DeleteFunctionRequest& request,
                        v1::DeleteFunctionResponse& response);
  Status PublishFunctionVersion(const grpc::ServerContextBase& context,
                                const v1::PublishFunctionVersionRequest& request,
                                v1::PublishFunctionVersionResponse& response);
  Status ListFunctionVersions(const grpc::ServerContextBase& context,
                              const v1::ListFunctionVersionsRequest& request,
                              v1::ListFunctionVersionsResponse& response);
  Status SetFunctionConcurrency(const grpc::ServerContextBase& context,
                                const v1::SetFunctionConcurrencyRequest& request,
                                v1::SetFunctionConcurrencyResponse& response);
  void InvokeFunction(const grpc::ServerContextBase& context,
                      const v1::InvokeFunctionRequest& request,
                      rpc::Answer<v1::InvokeFunctionResponse> answer);

  // --- Aliases (function_aliases.cc) ---
  Status SetFunctionAlias(const grpc::ServerContextBase& context,
                          const v1::SetFunctionAliasRequest& request,
                          v1::SetFunctionAliasResponse& response);
  Status ListFunctionAliases(const grpc::ServerContextBase& context,
                             const v1::ListFunctionAliasesRequest& request,
                             v1::ListFunctionAliasesResponse& response);
  Status DeleteFunctionAlias(const grpc::ServerContextBase& context,
                             const v1::DeleteFunctionAliasRequest& request,
                             v1::DeleteFunctionAliasResponse& response);

  Engine& engine_;
  const runtime::TokenSealer& tokens_;
  std::atomic<int> open_deployments_ = 0;
};

// A function, or a version or alias of it. InvalidArgument (field "name") where it has no name;
// those of IdentifyCaller.
Result<FunctionName> NameOfFunction(const grpc::ServerContextBase& context,
                                    const std::string& namespace_name,
                                    const std::string& name,
                                    const std::string& qualifier = {});

}  // namespace pawl::server
