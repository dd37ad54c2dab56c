#include "server/deployed_outbox.h"

#include <fmt/format.h>

#include <utility>

namespace pawl::server {
namespace {

constexpr std::size_t kSha256Bytes = 32;

void FillFunction(const RunnableFunction& function, v1::ProvidedFunction& wire) {
  wire.set_task_name(function.task_name);
  wire.set_name(function.name);
  wire.set_arn(function.arn);
  wire.set_version(function.version);
  wire.set_handler(function.configuration.handler);
  wire.set_timeout_seconds(function.configuration.timeout_seconds);
  wire.set_memory_mb(function.configuration.memory_mb);
  for (const auto& [name, value] : function.configuration.environment)
    (*wire.mutable_environment())[name] = value;
  wire.set_code_sha256(function.code_sha256);
  wire.set_code_bytes(function.code_bytes);
}

}  // namespace

void DeployedOutbox::Provide(std::vector<RunnableFunction> functions) {
  functions_ = std::move(functions);
  next_function_ = 0;
  must_provide_ = true;
}

Status DeployedOutbox::Ask(
    const google::protobuf::RepeatedPtrField<v1::CodePieceRequest>& requests) {
  for (const v1::CodePieceRequest& request : requests) {
    if (request.code_sha256().size() != kSha256Bytes) {
      return InvalidArgument(
          fmt::format("code_piece_requests.code_sha256: has {} bytes; {} would be right",
                      request.code_sha256().size(),
                      kSha256Bytes),
          "code_piece_requests.code_sha256");
    }
    if (requests_.size() == kCodePieceRequestsMax) {
      return InvalidArgument(fmt::format("code_piece_requests: more than {} wait for an answer",
                                         kCodePieceRequestsMax),
                             "code_piece_requests");
    }
    requests_.push_back(request);
  }
  return {};
}

std::size_t DeployedOutbox::bytes_wanted() const {
  if (must_provide_) return kProvidedBytesMax;
  return requests_.empty() ? 0 : kCodeChunkBytes;
}

bool DeployedOutbox::FillFunctions(v1::WorkResponse& response) {
  if (!must_provide_) return false;
  v1::ProvidedFunctions& provided = *response.mutable_provided();
  provided.set_is_first(next_function_ == 0);
  std::size_t bytes = 0;
  while (next_function_ < functions_.size() && bytes < kProvidedBytesMax) {
    v1::ProvidedFunction& wire = *provided.add_functions();
    FillFunction(functions_[next_function_++], wire);
    bytes += wire.ByteSizeLong();
  }
  if (next_function_ == functions_.size()) {
    provided.set_is_last(true);
    functions_.clear();
    must_provide_ = false;
  }
  return true;
}

std::optional<v1::CodePieceRequest> DeployedOutbox::TakeRequest() {
  if (requests_.empty()) return std::nullopt;
  v1::CodePieceRequest request = std::move(requests_.front());
  requests_.pop_front();
  return request;
}

v1::CodePiece ReadPiece(DeployedFunctions& functions,
                        NamespaceId namespace_id,
                        const v1::CodePieceRequest& request) {
  v1::CodePiece piece;
  piece.set_code_sha256(request.code_sha256());
  piece.set_index(request.index());
  const Result<Bytes> data =
      functions.ReadCode(namespace_id, request.code_sha256(), request.index());
  if (data.ok()) {
    piece.set_data(data->str());
  } else {
    piece.set_is_missing(true);
  }
  return piece;
}

}  // namespace pawl::server
