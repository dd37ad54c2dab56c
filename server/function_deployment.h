// FunctionDeployment: DeployFunction of pawl.v1.FunctionService, one stream.
#pragma once

#include <atomic>
#include <optional>
#include <string>
#include <vector>

#include "engine/base/status.h"
#include "engine/runtime/deployed_functions.h"
#include "pawl/v1/function_service.pb.h"
#include "server/rpc/call.h"

namespace pawl::server {

// Archives gather in memory until they are complete.
inline constexpr int kDeploymentsMax = 8;

// Gathers the archive, then makes or changes the function.
class FunctionDeployment final : public rpc::CallHandler {
 public:
  // All outlive the deployment; `open` counts those that there are.
  FunctionDeployment(DeployedFunctions& functions, std::atomic<int>& open, rpc::Call& call);

  ~FunctionDeployment() override { --open_; }

  FunctionDeployment(const FunctionDeployment&) = delete;
  FunctionDeployment& operator=(const FunctionDeployment&) = delete;

  void OnRead(grpc::ByteBuffer* message) override;

  void OnWritten(bool /*ok*/) override {}

  // What is under way ends by itself, and the call with it.
  void OnCancel() override {}

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
  rpc::Call& call_;
  v1::DeployFunctionResponse response_;
  v1::DeployFunctionRequest message_;
  std::optional<FunctionName> name_;
  std::optional<FunctionConfiguration> configuration_;
  std::vector<Tag> tags_;
  std::string code_;
};

// A function as the wire has it.
v1::DeployedFunction ToWire(const FunctionInfo& function);

}  // namespace pawl::server
