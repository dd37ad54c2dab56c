#include "server/rpc_status.h"

#include <string>
#include <utility>

#include "google/rpc/error_details.pb.h"

namespace pawl::server {
namespace {

constexpr char kDomain[] = "pawl";

// Cuts at a character's boundary, and never leaves bytes that are not UTF-8: protobuf would refuse
// them.
std::string Shortened(const std::string& message) {
  if (message.size() <= kWireMessageBytesMax) return message;
  constexpr std::string_view kEllipsis = " …";
  std::size_t end = kWireMessageBytesMax - kEllipsis.size();
  while (end > 0 && (static_cast<unsigned char>(message[end]) & 0xC0U) == 0x80U)
    --end;
  return message.substr(0, end).append(kEllipsis);
}

}  // namespace

google::rpc::Status ToRpcStatus(const Status& status) {
  google::rpc::Status wire;
  wire.set_code(static_cast<int>(status.code()));
  wire.set_message(Shortened(status.message()));
  if (!status.field().empty()) {
    google::rpc::BadRequest bad_request;
    google::rpc::BadRequest::FieldViolation& violation = *bad_request.add_field_violations();
    violation.set_field(status.field());
    violation.set_description(wire.message());
    wire.add_details()->PackFrom(bad_request);
  }
  if (!status.reason().empty()) {
    google::rpc::ErrorInfo info;
    info.set_reason(status.reason());
    info.set_domain(kDomain);
    wire.add_details()->PackFrom(info);
  }
  return wire;
}

grpc::Status ToGrpcStatus(const Status& status) {
  if (status.ok()) return grpc::Status::OK;
  google::rpc::Status wire = ToRpcStatus(status);
  return {static_cast<grpc::StatusCode>(wire.code()), wire.message(), wire.SerializeAsString()};
}

Status FromRpcStatus(const google::rpc::Status& status) {
  if (status.code() == 0) return {};
  std::string field;
  std::string reason;
  for (const google::protobuf::Any& detail : status.details()) {
    google::rpc::BadRequest bad_request;
    google::rpc::ErrorInfo info;
    if (detail.Is<google::rpc::BadRequest>() && detail.UnpackTo(&bad_request) &&
        bad_request.field_violations_size() > 0) {
      field = bad_request.field_violations(0).field();
    } else if (detail.Is<google::rpc::ErrorInfo>() && detail.UnpackTo(&info)) {
      reason = info.reason();
    }
  }
  const bool is_known = status.code() > 0 && status.code() <= 16;
  return Status(is_known ? static_cast<StatusCode>(status.code()) : StatusCode::kUnknown,
                status.message(),
                std::move(field))
      .WithReason(std::move(reason));
}

Status FromGrpcStatus(const grpc::Status& status) {
  if (status.ok()) return {};
  google::rpc::Status wire;
  if (!status.error_details().empty() && wire.ParseFromString(status.error_details()) &&
      wire.code() == static_cast<int>(status.error_code())) {
    return FromRpcStatus(wire);
  }
  wire.Clear();
  wire.set_code(static_cast<int>(status.error_code()));
  Status result = FromRpcStatus(wire);
  return {result.code(), status.error_message()};
}

Status InsideField(const Status& status, const std::string& outer) {
  if (status.ok() || status.field().empty()) return status;
  return Status(status.code(), status.message(), outer + "." + status.field())
      .WithReason(status.reason());
}

}  // namespace pawl::server
