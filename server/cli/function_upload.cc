#include "server/cli/function_upload.h"

#include <algorithm>
#include <map>

#include "server/cli/json_object.h"
#include "server/cli/wire_text.h"
#include "server/rpc_status.h"

namespace pawl::cli {
namespace {

constexpr std::size_t kPieceBytes = std::size_t{512} * 1024;
// Fifty megabytes and a disk.
constexpr std::chrono::seconds kUploadTimeout(300);

std::string EnvironmentJson(const v1::FunctionConfiguration& configuration) {
  std::map<std::string, std::string> sorted(configuration.environment().begin(),
                                            configuration.environment().end());
  JsonObject environment;
  for (const auto& [name, value] : sorted)
    environment.Text(name, value);
  return environment.ToString();
}

}  // namespace

std::string HexOf(std::string_view bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    text += kDigits[byte >> 4U];
    text += kDigits[byte & 15U];
  }
  return text;
}

Result<v1::DeployFunctionResponse> UploadFunction(Client& client,
                                                  const v1::DeployedConfiguration& configuration,
                                                  std::string_view archive) {
  grpc::ClientContext context;
  client.SetDeadline(context, kUploadTimeout);
  v1::DeployFunctionResponse response;
  const auto writer = client.functions().DeployFunction(&context, &response);
  v1::DeployFunctionRequest message;
  *message.mutable_configuration() = configuration;
  bool is_open = writer->Write(message);
  for (std::size_t at = 0; is_open && at < archive.size(); at += kPieceBytes) {
    message.set_code(std::string(archive.substr(at, kPieceBytes)));
    is_open = writer->Write(message);
  }
  // Where the server has ended the stream, it says why.
  writer->WritesDone();
  RETURN_IF_ERROR(server::FromGrpcStatus(writer->Finish()));
  return response;
}

std::string ToJson(const v1::DeployedFunction& function) {
  const v1::FunctionConfiguration& configuration = function.configuration();
  JsonObject object;
  object.Text("name", function.name())
      .Text("arn", function.arn())
      .Text("version", function.version())
      .Text("handler", configuration.handler())
      .Number("timeout_seconds", configuration.timeout_seconds())
      .Number("memory_mb", configuration.memory_mb());
  if (!configuration.environment().empty()) {
    object.Json("environment", EnvironmentJson(configuration));
  }
  if (!configuration.description().empty()) object.Text("description", configuration.description());
  if (!configuration.runtime().empty()) object.Text("runtime", configuration.runtime());
  if (!configuration.role().empty()) object.Text("role", configuration.role());
  if (function.has_reserved_concurrency()) {
    object.Number("reserved_concurrency", function.reserved_concurrency());
  }
  return object.Text("code_sha256", HexOf(function.code_sha256()))
      .Number("code_bytes", static_cast<std::int64_t>(function.code_bytes()))
      .Text("revision_id", function.revision_id())
      .Text("update_time", TimeText(function.update_time()))
      .ToString();
}

}  // namespace pawl::cli
