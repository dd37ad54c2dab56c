// FunctionDeployment: DeployFunction of pawl.v1.FunctionService, one stream.
#pragma once

#include <grpcpp/server_context.h>
#include <grpcpp/support/server_callback.h>

#include <atomic>
#include <optional>
#include <string>

#include "engine/base/status.h"
#include "engine/runtime/deployed_functions.h"
#include "pawl/v1/function_service.pb.h"

namespace pawl::server {

// Archives gather in memory until they are complete.
inline constexpr int kDeploymentsMax = 8;

// Gathers the archive, then makes or changes the function. Deletes itself once gRPC is done with
// it.
class FunctionDeployment final : public grpc::ServerReadReactor<v1::DeployFunctionRequest> {
 public:
  // All outlive the deployment; `open` counts those that there are.
  FunctionDeployment(DeployedFunctions& functions,
                     std::atomic<int>& open,
                     const grpc::CallbackServerContext& context,
                     v1::DeployFunctionResponse& response);

  ~FunctionDeployment() override { --open_; }

  FunctionDeployment(const FunctionDeployment&) = delete;
  FunctionDeployment& operator=(const FunctionDeployment&) = delete;

  void OnReadDone(bool ok) override;

  void OnDone() override { delete this; }

 private:
  // Takes one message; an error ends the stream.
  Status Take();
  Status TakeConfiguration(const v1::DeployedConfiguration& configuration);
  // All messages are there.
  Status Deploy();
  Status Create();
  Status Update(const FunctionInfo& current);
  void End(const Status& status);

  DeployedFunctions& functions_;
  std::atomic<int>& open_;
  const grpc::CallbackServerContext& context_;
  v1::DeployFunctionResponse& response_;
  v1::DeployFunctionRequest message_;
  std::optional<FunctionName> name_;
  std::optional<FunctionConfiguration> configuration_;
  std::vector<Tag> tags_;
  std::string code_;
};

// A function as the wire has it.
v1::DeployedFunction ToWire(const FunctionInfo& function);

}  // namespace pawl::server
