#include <fmt/format.h>

#include <memory>
#include <utility>
#include <vector>

#include "engine/asl/compile.h"
#include "server/cli/client_command.h"
#include "server/cli/command.h"
#include "server/cli/definition_file.h"
#include "server/cli/input_file.h"
#include "server/cli/json_object.h"
#include "server/cli/terminal_text.h"
#include "server/cli/wire_text.h"

namespace pawl::cli {
namespace {

struct ValidateOptions : OutputOptions {
  std::vector<std::string> files;
};

// A definition that is too large is told so like everything else; a file beyond this is no
// definition.
constexpr std::size_t kReadBytesMax = std::size_t{64} * 1024 * 1024;

void PrintValidationJson(const std::string& path, const asl::Compilation& compilation) {
  std::vector<std::string> diagnostics;
  for (const asl::Diagnostic& diagnostic : compilation.diagnostics)
    diagnostics.push_back(ToJson(diagnostic));
  PrintLine(JsonObject()
                .Text("file", path)
                .Boolean("valid", compilation.ok())
                .Array("diagnostics", diagnostics)
                .ToString());
}

void PrintValidationText(const std::string& path, const asl::Compilation& compilation) {
  for (const asl::Diagnostic& diagnostic : compilation.diagnostics)
    PrintLine(DiagnosticText(path, diagnostic));
  PrintLine(fmt::format("{}: {}", SafeText(path), compilation.ok() ? "valid" : "not valid"));
}

int Validate(const ValidateOptions& options) {
  int exit_code = kDone;
  for (const std::string& path : options.files) {
    const Result<std::string> text = ReadInputFile(path, kReadBytesMax);
    asl::Compilation compilation;
    if (text.ok()) {
      compilation = asl::Compile(*text);
    } else {
      exit_code = ReportUsage("validate", text.status().message());
      if (!options.is_json()) continue;
      // A program gets its line for every file.
      asl::Diagnostic diagnostic;
      diagnostic.code = "FILE_NOT_READABLE";
      diagnostic.message = text.status().message();
      compilation.diagnostics.push_back(std::move(diagnostic));
    }
    options.is_json() ? PrintValidationJson(path, compilation)
                      : PrintValidationText(path, compilation);
    if (!compilation.ok() && exit_code == kDone) exit_code = kFailed;
  }
  return FlushOutput(exit_code);
}

}  // namespace

void AddValidateCommand(Command& app, int& exit_code) {
  Command command = app.AddCommand("validate", "Find what is wrong with definitions");
  command.Footer(
      "Needs no server. Exits 0 if all are valid (warnings are no errors), 1 if one is not, 2 if "
      "a\n"
      "file cannot be read (FILE_NOT_READABLE). With --output json each file is one line:\n"
      "  {\"file\", \"valid\", \"diagnostics\": [{\"code\", \"severity\", \"pointer\", \"line\",\n"
      "   \"column\", \"message\"}]}\n"
      "\n"
      "Examples:\n"
      "  pawl validate hello.asl.json orders.asl.yaml\n"
      "  cat draft.yaml | pawl validate -\n"
      "  pawl validate *.asl.json --output json");
  auto options = std::make_shared<ValidateOptions>();
  command.AddOption("FILE", options->files, "Definitions, JSON or YAML; - is standard input")
      .Required();
  AddOutputOption(command, *options);
  command.Run([options, &exit_code] { exit_code = Validate(*options); });
}

}  // namespace pawl::cli
