#include "server/aws/definition_json.h"

#include <algorithm>
#include <string_view>

#include "server/aws/json_fields.h"

namespace pawl::aws {
namespace {

bool IsError(const asl::Diagnostic& diagnostic) {
  return diagnostic.severity == asl::Severity::kError;
}

std::string_view Location(const asl::Diagnostic& diagnostic) {
  return diagnostic.pointer.empty() ? "/" : std::string_view(diagnostic.pointer);
}

constexpr std::string_view kInvalidLabel = "INVALID_LABEL";

// As Python's repr() shows a text.
std::string Quoted(std::string_view text) {
  const bool has_single = text.find('\'') != std::string_view::npos;
  const bool has_double = text.find('"') != std::string_view::npos;
  const char quote = has_single && !has_double ? '"' : '\'';
  std::string quoted(1, quote);
  for (const char character : text) {
    if (character == quote || character == '\\') quoted += '\\';
    quoted += character;
  }
  return quoted + quote;
}

// The first error, where all errors are about labels; else nullptr.
const asl::Diagnostic* OnlyLabels(std::span<const asl::Diagnostic> diagnostics) {
  const asl::Diagnostic* first = nullptr;
  for (const asl::Diagnostic& diagnostic : diagnostics) {
    if (!IsError(diagnostic)) continue;
    if (diagnostic.code != kInvalidLabel) return nullptr;
    if (first == nullptr) first = &diagnostic;
  }
  return first;
}

}  // namespace

std::string InvalidDefinitionMessage(std::span<const asl::Diagnostic> diagnostics,
                                     std::string_view definition) {
  if (const asl::Diagnostic* label = OnlyLabels(diagnostics); label != nullptr) {
    return "Error=ValueError Args=[" + Quoted(label->message) + "] in definition '" +
           std::string(definition) + "'.";
  }
  std::string problems;
  for (const asl::Diagnostic& diagnostic : diagnostics) {
    if (!IsError(diagnostic)) continue;
    if (!problems.empty()) problems += ", ";
    problems += diagnostic.code + ": " + diagnostic.message + " at ";
    problems += Location(diagnostic);
  }
  return "Invalid State Machine Definition: '" + problems + "'";
}

void WriteValidation(std::string& out,
                     std::span<const asl::Diagnostic> diagnostics,
                     std::size_t diagnostics_max) {
  JsonFields fields(out);
  const bool has_errors = std::any_of(diagnostics.begin(), diagnostics.end(), IsError);
  fields.Text("result", has_errors ? "FAIL" : "OK");
  fields.Begin("diagnostics");
  out += '[';
  for (const asl::Diagnostic& diagnostic :
       diagnostics.first(std::min(diagnostics.size(), diagnostics_max))) {
    if (&diagnostic != diagnostics.data()) out += ',';
    JsonFields entry(out);
    entry.Text("severity", IsError(diagnostic) ? "ERROR" : "WARNING");
    entry.Text("code", diagnostic.code);
    entry.Text("message", diagnostic.message);
    entry.Text("location", Location(diagnostic));
  }
  out += ']';
  fields.Boolean("truncated", diagnostics.size() > diagnostics_max);
}

}  // namespace pawl::aws
