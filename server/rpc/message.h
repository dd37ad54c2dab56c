// Protobuf messages as the bytes that gRPC carries.
#pragma once

#include <google/protobuf/message_lite.h>
#include <grpcpp/support/byte_buffer.h>
#include <grpcpp/support/status.h>

namespace pawl::rpc {

// Takes the message out of `bytes`, which are empty then. INTERNAL, as other gRPC servers answer,
// if they are no such message.
grpc::Status Parse(grpc::ByteBuffer& bytes, google::protobuf::MessageLite& message);

grpc::ByteBuffer Serialize(const google::protobuf::MessageLite& message);

}  // namespace pawl::rpc
