#include "server/rpc/message.h"

#include <grpcpp/support/proto_buffer_reader.h>
#include <grpcpp/support/slice.h>

namespace pawl::rpc {

grpc::Status Parse(grpc::ByteBuffer& bytes, google::protobuf::MessageLite& message) {
  bool is_message = false;
  if (bytes.Length() == 0) {
    // The reader refuses a buffer without slices.
    message.Clear();
    is_message = true;
  } else {
    grpc::ProtoBufferReader reader(&bytes);
    is_message = reader.status().ok() && message.ParseFromZeroCopyStream(&reader);
  }
  bytes.Clear();
  if (is_message) return grpc::Status::OK;
  return {grpc::StatusCode::INTERNAL, "the request is no " + message.GetTypeName()};
}

grpc::ByteBuffer Serialize(const google::protobuf::MessageLite& message) {
  const std::size_t size = message.ByteSizeLong();
  // One piece: what gRPC's own serializer cuts into pieces of 8 KiB costs an allocation each.
  grpc::Slice slice(grpc_slice_malloc(size), grpc::Slice::STEAL_REF);
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-const-cast): nobody else has the new slice.
  message.SerializeWithCachedSizesToArray(const_cast<std::uint8_t*>(slice.begin()));
  return {&slice, 1};
}

}  // namespace pawl::rpc
