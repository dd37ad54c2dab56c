// Definitions in files: names, reading, and telling what is wrong with them.
#pragma once

#include <string>
#include <string_view>

#include "engine/asl/compile.h"
#include "engine/base/status.h"

namespace pawl::cli {

// Whether the command line means a file rather than the name of a state machine: it ends with
// .json, .yaml or .yml, or has a slash.
bool IsDefinitionPath(std::string_view text);

// The file's base name without .asl.json, .asl.yaml, .asl.yml, .json, .yaml or .yml.
std::string StateMachineNameOf(std::string_view path);

// "-" is standard input. NotFound where it cannot be read, InvalidArgument where it is a directory
// or has more bytes than a definition may have.
Result<std::string> ReadDefinition(const std::string& path);

// "packages.asl.json:12:7: error: ... [CODE at /States/X]", safe for a terminal.
std::string DiagnosticText(const std::string& path, const asl::Diagnostic& diagnostic);

}  // namespace pawl::cli
