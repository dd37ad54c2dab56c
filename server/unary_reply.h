// The end of an rpc that was answered where it was called.
#pragma once

#include <grpcpp/server_context.h>

#include "engine/base/status.h"
#include "server/rpc_status.h"

namespace pawl::server {

// Finishes the call with `status`; the response was filled before. Give the result to gRPC.
inline grpc::ServerUnaryReactor* Reply(grpc::CallbackServerContext& context, const Status& status) {
  grpc::ServerUnaryReactor* reactor = context.DefaultReactor();
  reactor->Finish(ToGrpcStatus(status));
  return reactor;
}

}  // namespace pawl::server
