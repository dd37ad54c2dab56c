#include "server/function_deployment.h"

#include <fmt/format.h>
#include <openssl/sha.h>

#include <utility>

#include "server/function_service.h"
#include "server/rpc/message.h"
#include "server/rpc_status.h"
#include "server/wire.h"
#include "server/wire_tags.h"

namespace pawl::server {
namespace {

constexpr std::size_t kPieceBytesMax = std::size_t{1024} * 1024;

FunctionConfiguration ConfigurationFromWire(const v1::FunctionConfiguration& wire) {
  FunctionConfiguration configuration;
  configuration.handler = wire.handler();
  if (wire.timeout_seconds() != 0) configuration.timeout_seconds = wire.timeout_seconds();
  if (wire.memory_mb() != 0) configuration.memory_mb = wire.memory_mb();
  configuration.environment = {wire.environment().begin(), wire.environment().end()};
  configuration.description = wire.description();
  configuration.runtime = wire.runtime();
  configuration.role = wire.role();
  configuration.other = wire.other();
  return configuration;
}

v1::FunctionConfiguration ConfigurationToWire(const FunctionConfiguration& configuration) {
  v1::FunctionConfiguration wire;
  wire.set_handler(configuration.handler);
  wire.set_timeout_seconds(configuration.timeout_seconds);
  wire.set_memory_mb(configuration.memory_mb);
  for (const auto& [name, value] : configuration.environment)
    (*wire.mutable_environment())[name] = value;
  wire.set_description(configuration.description);
  wire.set_runtime(configuration.runtime);
  wire.set_role(configuration.role);
  wire.set_other(configuration.other);
  return wire;
}

std::string Sha256Of(std::string_view bytes) {
  std::string hash(SHA256_DIGEST_LENGTH, '\0');
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): OpenSSL's bytes are unsigned.
  const auto* data = reinterpret_cast<const unsigned char*>(bytes.data());
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): as above.
  SHA256(data, bytes.size(), reinterpret_cast<unsigned char*>(hash.data()));
  return hash;
}

}  // namespace

v1::DeployedFunction ToWire(const FunctionInfo& function) {
  v1::DeployedFunction wire;
  wire.set_name(function.name);
  wire.set_arn(function.arn);
  wire.set_version(function.version);
  *wire.mutable_configuration() = ConfigurationToWire(function.configuration);
  wire.set_code_sha256(function.code_sha256);
  wire.set_code_bytes(function.code_bytes);
  wire.set_revision_id(function.revision_id);
  *wire.mutable_update_time() = ToWire(function.updated_at);
  if (function.reserved_concurrency) wire.set_reserved_concurrency(*function.reserved_concurrency);
  return wire;
}

FunctionDeployment::FunctionDeployment(DeployedFunctions& functions,
                                       std::atomic<int>& open,
                                       rpc::Call& call)
    : functions_(functions), open_(open), call_(call) {
  if (++open_ > kDeploymentsMax) {
    End(ResourceExhausted(
        fmt::format("{} functions are being deployed already; try again", kDeploymentsMax)));
  } else {
    call_.Read();
  }
}

void FunctionDeployment::OnRead(grpc::ByteBuffer* message) {
  if (message == nullptr) {
    call_.SendHeaders([this](bool is_there) {
      // What has come may be a part.
      if (!is_there) return End(Cancelled("the caller has left"));
      call_.RunLater([this] { End(Deploy()); });
    });
    return;
  }
  if (const grpc::Status parsed = rpc::Parse(*message, message_); !parsed.ok()) {
    return call_.Finish(parsed);
  }
  if (const Status status = Take(); !status.ok()) return End(status);
  call_.Read();
}

Status FunctionDeployment::Take() {
  if (message_.has_configuration()) {
    if (name_) return InvalidArgument("configuration: came before already", "configuration");
    return TakeConfiguration(message_.configuration());
  }
  if (!name_) {
    return InvalidArgument("configuration: is required in the first message", "configuration");
  }
  const std::string& piece = message_.code();
  if (piece.size() > kPieceBytesMax) {
    return InvalidArgument(
        fmt::format(
            "code: a piece has {} bytes; at most {} are allowed", piece.size(), kPieceBytesMax),
        "code");
  }
  if (code_.size() + piece.size() > kCodeBytesMax) {
    return InvalidArgument(fmt::format("code: the archive has more than {} bytes", kCodeBytesMax),
                           "code");
  }
  code_ += piece;
  return {};
}

Status FunctionDeployment::TakeConfiguration(const v1::DeployedConfiguration& configuration) {
  ASSIGN_OR_RETURN(
      name_, NameOfFunction(call_.context(), configuration.namespace_(), configuration.name()));
  if (configuration.has_configuration()) {
    configuration_ = ConfigurationFromWire(configuration.configuration());
  }
  tags_ = FromWire(configuration.tags());
  return {};
}

Status FunctionDeployment::Deploy() {
  if (!name_) {
    return InvalidArgument("configuration: is required in the first message", "configuration");
  }
  const Result<FunctionInfo> current = functions_.Describe(*name_);
  if (current.ok()) return Update(*current);
  if (current.status().code() != StatusCode::kNotFound) return current.status();
  return Create();
}

Status FunctionDeployment::Create() {
  if (code_.empty()) {
    return InvalidArgument(
        fmt::format("code: is required: there is no function '{}' yet", name_->name), "code");
  }
  ASSIGN_OR_RETURN(
      const FunctionInfo function,
      functions_.Create({.name = *name_,
                         .configuration = configuration_.value_or(FunctionConfiguration()),
                         .code = Bytes(std::move(code_)),
                         .tags = std::move(tags_)}));
  *response_.mutable_function() = ToWire(function);
  response_.set_created(true);
  response_.set_changed(true);
  return {};
}

Status FunctionDeployment::Update(const FunctionInfo& current) {
  UpdateFunctionRequest request{.name = *name_};
  if (configuration_ && *configuration_ != current.configuration) {
    request.configuration = *std::move(configuration_);
  }
  if (!code_.empty() && Sha256Of(code_) != current.code_sha256) {
    request.code = Bytes(std::move(code_));
  }
  if (!request.configuration && !request.code) {
    *response_.mutable_function() = ToWire(current);
    return {};
  }
  ASSIGN_OR_RETURN(const FunctionInfo function, functions_.Update(request));
  *response_.mutable_function() = ToWire(function);
  response_.set_changed(true);
  return {};
}

void FunctionDeployment::End(const Status& status) {
  status.ok() ? call_.FinishWith(rpc::Serialize(response_)) : call_.Finish(ToGrpcStatus(status));
}

}  // namespace pawl::server
