#include "server/cli/deployment.h"

#include <fmt/format.h>

#include "engine/asl/compile.h"
#include "server/cli/definition_file.h"
#include "server/cli/terminal_text.h"

namespace pawl::cli {

Deployment DeployFile(std::string_view command,
                      const ClientOptions& options,
                      Client& client,
                      const DefinitionFile& file) {
  const Result<std::string> text = ReadDefinition(file.path);
  if (!text.ok()) return {ReportUsage(command, text.status().message()), {}};
  const bool is_express = file.type == "EXPRESS";
  const asl::Compilation compilation =
      asl::Compile(*text,
                   Limits().definition_bytes_max,
                   is_express ? asl::MachineType::kExpress : asl::MachineType::kStandard);
  for (const asl::Diagnostic& diagnostic : compilation.diagnostics)
    PrintNote(DiagnosticText(file.path, diagnostic));
  if (!compilation.ok()) {
    PrintNote(fmt::format(
        "pawl {}: {} was not deployed: mend the errors above first", command, SafeText(file.path)));
    return {kFailed, {}};
  }
  v1::DeployStateMachineRequest request;
  request.set_name(file.name);
  request.set_definition(*text);
  request.set_publish(file.publish);
  if (!file.type.empty()) {
    request.set_type(is_express ? v1::STATE_MACHINE_TYPE_EXPRESS : v1::STATE_MACHINE_TYPE_STANDARD);
  }
  Result<v1::DeployStateMachineResponse> response =
      client.Call(&Client::Stub::DeployStateMachine, request);
  if (!response.ok()) return {ReportError(command, options, response.status()), {}};
  return {kDone, std::move(response).value()};
}

}  // namespace pawl::cli
