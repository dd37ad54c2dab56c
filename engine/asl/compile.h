// Reading a definition: JSON or YAML text in, a compiled StateMachine and all its problems out.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "engine/asl/state_machine.h"
#include "engine/base/limits.h"

namespace pawl::asl {

enum class Severity : std::uint8_t { kError, kWarning };

// One problem of a definition. Codes are stable: programs may compare them.
struct Diagnostic {
  // Upper snake case, such as "MISSING_TRANSITION_TARGET".
  std::string code;
  Severity severity = Severity::kError;
  // JSON pointer of the place (RFC 6901), "/States/Fetch/Next"; "" is the whole definition.
  std::string pointer;
  // Where the place stands in the source, both from 1; columns count bytes.
  std::uint32_t line = 1;
  std::uint32_t column = 1;
  // What was found and how to mend it; AWS's own words where those are recorded.
  std::string message;
  // What is to be added to AWS's words for people; mostly empty.
  std::string detail = {};
};

// Message and detail together: what people read.
std::string FullMessage(const Diagnostic& diagnostic);

struct Compilation {
  // nullptr if there is any error.
  std::shared_ptr<const StateMachine> machine;
  // In source order; errors and warnings.
  std::vector<Diagnostic> diagnostics;

  bool ok() const { return machine != nullptr; }
};

// Compiles `source` for a state machine of `type`, JSON if its first character (after white space)
// is '{', else YAML. Never fails otherwise than by diagnostics, whatever the bytes; time and memory
// are bounded by the size of the source, which may be `definition_bytes_max` at most. Threads: safe
// from any thread.
Compilation Compile(std::string_view source,
                    std::size_t definition_bytes_max = Limits().definition_bytes_max,
                    MachineType type = MachineType::kStandard);

}  // namespace pawl::asl
