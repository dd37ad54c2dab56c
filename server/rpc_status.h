// Status on the wire and back: google.rpc codes, with details that name the field at fault
// (google.rpc.BadRequest) and the finer reason (google.rpc.ErrorInfo, domain "pawl").
#pragma once

#include <grpcpp/support/status.h>

#include <cstddef>

#include "engine/base/status.h"
#include "google/rpc/status.pb.h"

namespace pawl::server {

// Longer messages are cut: gRPC refuses trailers of more than 8 KiB, and the message stands in them
// up to three times.
inline constexpr std::size_t kWireMessageBytesMax = 1024;

google::rpc::Status ToRpcStatus(const Status& status);
grpc::Status ToGrpcStatus(const Status& status);

// For clients. What another gRPC server or the transport reports becomes a Status too.
Status FromRpcStatus(const google::rpc::Status& status);
Status FromGrpcStatus(const grpc::Status& status);

// The same error about a field of a message inside the request: field "name" of "executions[3]"
// becomes "executions[3].name". An error that names no field stays as it is.
Status InsideField(const Status& status, const std::string& outer);

}  // namespace pawl::server
