// Any bytes as a definition, in JSON or in YAML: Compile answers with a machine or with errors,
// never both, and each problem has a code, a place and a message.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "engine/asl/compile.h"
#include "engine/base/check.h"

namespace {

void CheckMachine(const pawl::asl::StateMachine& machine) {
  const auto is_state = [&](pawl::StateIndex index) { return index < machine.states.size(); };
  PAWL_CHECK(is_state(machine.start));
  for (const pawl::asl::State& state : machine.states) {
    PAWL_CHECK(state.next == pawl::asl::kNoState || is_state(state.next));
    PAWL_CHECK(state.parent == pawl::asl::kNoState || is_state(state.parent));
    for (const pawl::asl::Catcher& catcher : state.catchers) {
      PAWL_CHECK(is_state(catcher.next));
    }
    if (const auto* choice = std::get_if<pawl::asl::ChoiceState>(&state.details)) {
      for (const pawl::asl::ChoiceRule& rule : choice->rules) {
        PAWL_CHECK(is_state(rule.next));
      }
    }
    if (const auto* map = std::get_if<pawl::asl::MapState>(&state.details)) {
      PAWL_CHECK(is_state(map->processor));
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view source(reinterpret_cast<const char*>(data), size);
  const pawl::asl::Compilation compilation = pawl::asl::Compile(source);
  bool has_error = false;
  for (const pawl::asl::Diagnostic& diagnostic : compilation.diagnostics) {
    has_error = has_error || diagnostic.severity == pawl::asl::Severity::kError;
    PAWL_CHECK(!diagnostic.code.empty() && !diagnostic.message.empty());
    PAWL_CHECK(diagnostic.line >= 1 && diagnostic.column >= 1);
  }
  PAWL_CHECK(has_error != compilation.ok());
  if (compilation.ok()) {
    CheckMachine(*compilation.machine);
  }
  return 0;
}
