// Client: a connection to a server, for the commands.
#pragma once

#include <grpcpp/channel.h>
#include <grpcpp/client_context.h>

#include <chrono>
#include <memory>
#include <string>

#include "engine/base/status.h"
#include "engine/platform/clock.h"
#include "pawl/v1/workflow_service.grpc.pb.h"
#include "server/rpc_status.h"

namespace pawl::cli {

inline constexpr std::chrono::seconds kCallTimeout(30);
inline constexpr char kDefaultAddress[] = "127.0.0.1:7600";

class Client {
 public:
  using Stub = v1::WorkflowService::StubInterface;

  // Connects with the first call. `clock` outlives the client.
  Client(const std::string& address, platform::Clock& clock);

  // One call, `client.Call(&Client::Stub::StopExecution, request)`. Waits for `timeout` at most.
  // Errors: those of the call; kUnavailable where no server answers.
  template <typename Request, typename Response>
  Result<Response> Call(grpc::Status (Stub::*method)(grpc::ClientContext*,
                                                     const Request&,
                                                     Response*),
                        const Request& request,
                        std::chrono::seconds timeout = kCallTimeout) {
    grpc::ClientContext context;
    context.set_deadline(
        std::chrono::system_clock::time_point(clock_.WallNow() + Duration(timeout)));
    Response response;
    const grpc::Status status = (stub_.get()->*method)(&context, request, &response);
    RETURN_IF_ERROR(server::FromGrpcStatus(status));
    return response;
  }

  Stub& stub() { return *stub_; }

  platform::Clock& clock() { return clock_; }

 private:
  platform::Clock& clock_;
  std::unique_ptr<Stub> stub_;
};

}  // namespace pawl::cli
