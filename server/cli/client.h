// Client: a connection to a server, for the commands.
#pragma once

#include <grpcpp/channel.h>
#include <grpcpp/client_context.h>

#include <chrono>
#include <memory>
#include <string>

#include "engine/base/status.h"
#include "engine/platform/clock.h"
#include "pawl/v1/function_service.grpc.pb.h"
#include "pawl/v1/workflow_service.grpc.pb.h"
#include "server/rpc_status.h"

namespace pawl::cli {

inline constexpr std::chrono::seconds kCallTimeout(30);
inline constexpr char kDefaultAddress[] = "127.0.0.1:7600";

class Client {
 public:
  using Stub = v1::WorkflowService::StubInterface;
  using FunctionStub = v1::FunctionService::StubInterface;

  // Connects with the first call. `clock` outlives the client.
  Client(const std::string& address, platform::Clock& clock);

  // One call, `client.Call(&Client::Stub::StopExecution, request)`, or of a FunctionStub's method.
  // Waits for `timeout` at most.
  // Errors: those of the call; kUnavailable where no server answers.
  template <typename Request, typename Response>
  Result<Response> Call(grpc::Status (Stub::*method)(grpc::ClientContext*,
                                                     const Request&,
                                                     Response*),
                        const Request& request,
                        std::chrono::seconds timeout = kCallTimeout) {
    return CallOn(*stub_, method, request, timeout);
  }

  template <typename Request, typename Response>
  Result<Response> Call(grpc::Status (FunctionStub::*method)(grpc::ClientContext*,
                                                             const Request&,
                                                             Response*),
                        const Request& request,
                        std::chrono::seconds timeout = kCallTimeout) {
    return CallOn(*functions_, method, request, timeout);
  }

  Stub& stub() { return *stub_; }

  FunctionStub& functions() { return *functions_; }

  // The call that `context` is for ends after `timeout` at the latest.
  void SetDeadline(grpc::ClientContext& context, std::chrono::seconds timeout) {
    context.set_deadline(
        std::chrono::system_clock::time_point(clock_.WallNow() + Duration(timeout)));
  }

  platform::Clock& clock() { return clock_; }

 private:
  Client(const std::shared_ptr<grpc::Channel>& channel, platform::Clock& clock);

  template <typename Service, typename Request, typename Response>
  Result<Response> CallOn(Service& service,
                          grpc::Status (Service::*method)(grpc::ClientContext*,
                                                          const Request&,
                                                          Response*),
                          const Request& request,
                          std::chrono::seconds timeout) {
    grpc::ClientContext context;
    SetDeadline(context, timeout);
    Response response;
    RETURN_IF_ERROR(server::FromGrpcStatus((service.*method)(&context, request, &response)));
    return response;
  }

  platform::Clock& clock_;
  std::unique_ptr<Stub> stub_;
  std::unique_ptr<FunctionStub> functions_;
};

}  // namespace pawl::cli
