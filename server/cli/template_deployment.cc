#include "server/cli/template_deployment.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "engine/asl/compile.h"
#include "engine/base/limits.h"
#include "server/cli/definition_file.h"
#include "server/cli/json_object.h"
#include "server/cli/resource_deployment.h"
#include "server/cli/template_files.h"
#include "server/cli/terminal_text.h"
#include "server/templates/template.h"

namespace pawl::cli {
namespace {

using templates::Reading;
using templates::ReadTemplate;
using templates::Resource;
using templates::TemplateOptions;

constexpr std::string_view kCommand = "deploy";

class TemplateDeployer {
 public:
  TemplateDeployer(const ClientOptions& options, Client& client, const TemplateFile& file)
      : options_(options),
        client_(client),
        file_(file),
        files_(file.path),
        template_options_({.parameters = file.parameters,
                           .stack_name = file.stack_name,
                           .skipped = file.skipped}) {}

  int Run() {
    if (const Status asked = AskAccount(); !asked.ok()) {
      return ReportError(kCommand, options_, asked);
    }
    Reading reading = ReadTemplate(file_.text, template_options_);
    if (const int exit_code = Check(reading); exit_code != kDone) return exit_code;
    const int exit_code = file_.is_dry_run ? Plan(reading) : Deploy(std::move(reading));
    if (exit_code == kDone) TellLeftOut();
    return exit_code;
  }

 private:
  // A plan without a server is one for a server with the usual account.
  Status AskAccount() {
    const auto server = client_.Call(&Client::Stub::DescribeServer, v1::DescribeServerRequest());
    if (!server.ok()) {
      is_offline_ = file_.is_dry_run && server.status().code() == StatusCode::kUnavailable;
      return is_offline_ ? OkStatus() : server.status();
    }
    template_options_.account = {
        .partition = server->partition(), .region = server->region(), .id = server->account()};
    return {};
  }

  // Everything that can be wrong before anything is deployed.
  int Check(const Reading& reading) {
    for (const asl::Diagnostic& diagnostic : reading.diagnostics)
      PrintNote(DiagnosticText(file_.path, diagnostic));
    if (!reading.ok()) return Refuse();
    left_out_ = reading.content.left_out;
    if (file_.is_strict && (!left_out_.empty() || !reading.diagnostics.empty())) {
      TellLeftOut();
      PrintNote("--strict: warnings, and what is left out, are errors");
      return Refuse();
    }
    // What a version's number will be, nobody knows; any will do to see whether a definition with
    // one is right.
    TemplateOptions numbered = template_options_;
    for (const Resource& resource : reading.content.resources) {
      if (IsVersion(resource)) numbered.published.emplace(resource.logical_id, 1);
    }
    const Reading checked = ReadTemplate(file_.text, numbered);
    int exit_code = kDone;
    for (const Resource& resource : checked.content.resources) {
      const int checked_code = CheckFiles(resource);
      if (exit_code == kDone) exit_code = checked_code;
    }
    return exit_code == kFailed ? Refuse() : exit_code;
  }

  int CheckFiles(const Resource& resource) {
    if (const auto* function = std::get_if<templates::Function>(&resource.details)) {
      const Result<std::string> archive = files_.Archive(*function);
      return archive.ok() ? static_cast<int>(kDone) : TellFile(resource, archive.status());
    }
    const auto* machine = std::get_if<templates::StateMachine>(&resource.details);
    if (machine == nullptr) return kDone;
    const Result<DefinitionText> definition = files_.Definition(resource.logical_id, *machine);
    if (!definition.ok()) return TellFile(resource, definition.status());
    for (const std::string& name : definition->unknown) {
      PrintNote(fmt::format("{}: warning: DefinitionSubstitutions has no '{}'; it stays as it is",
                            SafeText(definition->label),
                            SafeText(name)));
    }
    const asl::Compilation compilation = asl::Compile(
        definition->text,
        Limits().definition_bytes_max,
        machine->type == "EXPRESS" ? asl::MachineType::kExpress : asl::MachineType::kStandard);
    for (const asl::Diagnostic& diagnostic : compilation.diagnostics)
      PrintNote(DiagnosticText(definition->label, diagnostic));
    return compilation.ok() ? kDone : kFailed;
  }

  int TellFile(const Resource& resource, const Status& status) {
    PrintNote(fmt::format("{}:{}:{}: error: {}: {}",
                          SafeText(file_.path),
                          resource.line,
                          resource.column,
                          SafeText(resource.logical_id),
                          SafeText(status.message())));
    return kUsage;
  }

  int Refuse() {
    PrintNote(fmt::format("pawl {}: {} was not deployed: mend the errors above first",
                          kCommand,
                          SafeText(file_.path)));
    return kFailed;
  }

  static bool IsVersion(const Resource& resource) {
    return std::holds_alternative<templates::FunctionVersion>(resource.details) ||
           std::holds_alternative<templates::StateMachineVersion>(resource.details);
  }

  int Plan(const Reading& reading) {
    for (const Resource& resource : reading.content.resources) {
      Result<std::string> plan = std::string("deploy");
      if (!is_offline_) plan = PlanResource(resource, files_, client_);
      if (!plan.ok()) return ReportError(kCommand, options_, plan.status());
      Print(resource, *plan, 0);
    }
    if (is_offline_) {
      PrintNote(fmt::format("no server answers at {}: what exists already is not known",
                            SafeText(options_.address)));
    }
    return kDone;
  }

  int Deploy(Reading reading) {
    for (std::size_t i = 0; i < reading.content.resources.size(); ++i) {
      const Resource resource = reading.content.resources[i];
      const Result<DeployedResource> deployed = DeployResource(resource, files_, client_);
      if (!deployed.ok()) return TellStop(resource, deployed.status());
      Print(resource, deployed->what, deployed->version);
      if (!IsVersion(resource)) continue;
      // The order does not change: what the number stands in refers to it either way.
      template_options_.published.insert_or_assign(resource.logical_id, deployed->version);
      reading = ReadTemplate(file_.text, template_options_);
    }
    return kDone;
  }

  int TellStop(const Resource& resource, const Status& status) {
    const int exit_code = ReportError(kCommand, options_, status);
    PrintNote(fmt::format(
        "{}:{}:{}: {} was not deployed; what stands above was, and stays: deploy again to go on",
        SafeText(file_.path),
        resource.line,
        resource.column,
        SafeText(resource.logical_id)));
    return exit_code;
  }

  void Print(const Resource& resource, const std::string& what, std::uint64_t version) {
    const std::string kind = KindOf(resource);
    const std::string name = NameOf(resource);
    if (!options_.is_json()) {
      return PrintLine(fmt::format("{:<22} {:<30} {}{}",
                                   kind,
                                   SafeText(name),
                                   what,
                                   version == 0 ? "" : fmt::format(" {}", version)));
    }
    JsonObject object;
    object.Text("logical_id", resource.logical_id)
        .Text("type", resource.type)
        .Text("kind", kind)
        .Text("name", name)
        .Text(file_.is_dry_run ? "plan" : "result", what);
    if (version != 0) object.Number("version", static_cast<std::int64_t>(version));
    PrintLine(object.ToString());
  }

  void TellLeftOut() {
    for (const templates::LeftOut& entry : left_out_) {
      if (options_.is_json()) {
        JsonObject object;
        object.Text("left_out", entry.what);
        if (!entry.type.empty()) object.Text("type", entry.type);
        PrintLine(object.Text("why", entry.why).ToString());
        continue;
      }
      const std::string type = entry.type.empty() ? "" : " (" + entry.type + ")";
      PrintNote(fmt::format("left out: {}{}: {}", SafeText(entry.what), SafeText(type), entry.why));
    }
  }

  const ClientOptions& options_;
  Client& client_;
  const TemplateFile& file_;
  TemplateFiles files_;
  TemplateOptions template_options_;
  std::vector<templates::LeftOut> left_out_;
  bool is_offline_ = false;
};

}  // namespace

int DeployTemplate(const ClientOptions& options, Client& client, const TemplateFile& file) {
  return TemplateDeployer(options, client, file).Run();
}

}  // namespace pawl::cli
