#include "server/cli/definition_file.h"

#include <fmt/format.h>

#include <array>

#include "engine/base/limits.h"
#include "server/cli/input_file.h"
#include "server/cli/terminal_text.h"

namespace pawl::cli {
namespace {

constexpr std::array<std::string_view, 6> kSuffixes = {
    ".asl.json", ".asl.yaml", ".asl.yml", ".json", ".yaml", ".yml"};

// Behind a name: ".json" alone is one.
bool HasSuffix(std::string_view name, std::string_view suffix) {
  return name.size() > suffix.size() && name.ends_with(suffix);
}

}  // namespace

bool IsDefinitionPath(std::string_view text) {
  if (text.find('/') != std::string_view::npos) return true;
  for (const std::string_view suffix : kSuffixes) {
    if (HasSuffix(text, suffix)) return true;
  }
  return false;
}

std::string StateMachineNameOf(std::string_view path) {
  std::string_view name = path.substr(path.rfind('/') + 1);
  for (const std::string_view suffix : kSuffixes) {
    if (HasSuffix(name, suffix)) return std::string(name.substr(0, name.size() - suffix.size()));
  }
  return std::string(name);
}

Result<std::string> ReadDefinition(const std::string& path) {
  return ReadInputFile(path, Limits().definition_bytes_max);
}

std::string DiagnosticText(const std::string& path, const asl::Diagnostic& diagnostic) {
  return SafeText(fmt::format("{}:{}:{}: {}: {} [{} at {}]",
                              path,
                              diagnostic.line,
                              diagnostic.column,
                              diagnostic.severity == asl::Severity::kError ? "error" : "warning",
                              asl::FullMessage(diagnostic),
                              diagnostic.code,
                              diagnostic.pointer.empty() ? "/" : diagnostic.pointer));
}

}  // namespace pawl::cli
