#include "engine/runtime/definition_error.h"

#include <string>
#include <utility>

namespace pawl::runtime {

Status DefinitionError(const asl::Compilation& compilation) {
  std::string message = "the definition is not valid:";
  for (const asl::Diagnostic& diagnostic : compilation.diagnostics) {
    if (diagnostic.severity != asl::Severity::kError) continue;
    message += "\n  " + std::to_string(diagnostic.line) + ":" + std::to_string(diagnostic.column) +
               " " + diagnostic.code + " at " +
               (diagnostic.pointer.empty() ? "the top" : diagnostic.pointer) + ": " +
               asl::FullMessage(diagnostic);
  }
  return InvalidArgument(std::move(message), "definition").WithReason("InvalidDefinition");
}

}  // namespace pawl::runtime
