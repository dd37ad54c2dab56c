// Any bytes as a template, in JSON or in YAML: each problem has a code, a place and a message, what
// is read twice reads the same, and what is deployed is complete and in order.
#include <cstddef>
#include <cstdint>
#include <set>
#include <string>
#include <string_view>

#include "engine/base/check.h"
#include "server/templates/substitution.h"
#include "server/templates/template.h"

namespace {

using pawl::templates::Content;
using pawl::templates::Function;
using pawl::templates::Reading;
using pawl::templates::StateMachine;

void CheckContent(const Content& content) {
  PAWL_CHECK(content.text.empty() || content.path.empty());
}

void CheckResources(const Reading& reading) {
  std::set<std::string> names;
  for (const pawl::templates::Resource& resource : reading.content.resources) {
    PAWL_CHECK(resource.line >= 1 && resource.column >= 1);
    PAWL_CHECK(names.insert(resource.logical_id).second);
    if (const auto* function = std::get_if<Function>(&resource.details)) {
      CheckContent(function->code);
      PAWL_CHECK(function->configuration.runtime.starts_with("python"));
    }
    if (const auto* machine = std::get_if<StateMachine>(&resource.details)) {
      CheckContent(machine->definition);
      PAWL_CHECK(machine->type == "STANDARD" || machine->type == "EXPRESS");
      pawl::templates::Substitute(machine->definition.text, machine->substitutions);
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  pawl::templates::IsTemplate(text);
  const Reading reading = pawl::templates::ReadTemplate(text, {.published = {{"V", 1}}});
  for (const pawl::asl::Diagnostic& diagnostic : reading.diagnostics) {
    PAWL_CHECK(!diagnostic.code.empty() && !diagnostic.message.empty());
    PAWL_CHECK(diagnostic.line >= 1 && diagnostic.column >= 1);
  }
  if (reading.ok()) CheckResources(reading);
  const Reading again = pawl::templates::ReadTemplate(text, {.published = {{"V", 1}}});
  PAWL_CHECK(again.content.resources.size() == reading.content.resources.size());
  PAWL_CHECK(again.diagnostics.size() == reading.diagnostics.size());
  return 0;
}
