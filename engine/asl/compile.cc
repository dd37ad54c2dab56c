#include "engine/asl/compile.h"

#include <utility>

#include "engine/asl/machine_compiler.h"
#include "engine/asl/problems.h"
#include "engine/asl/source.h"
#include "engine/asl/source_reader.h"

namespace pawl::asl {

namespace {

std::shared_ptr<const StateMachine> CompileSource(std::string_view source,
                                                  std::size_t bytes_max,
                                                  MachineType type,
                                                  Problems& problems) {
  SourceTree tree;
  if (!ReadSource(source, bytes_max, tree, problems)) {
    return nullptr;
  }
  auto machine = std::make_shared<const StateMachine>(CompileMachine(*tree.root(), type, problems));
  return problems.has_errors() ? nullptr : machine;
}

}  // namespace

Compilation Compile(std::string_view source, std::size_t definition_bytes_max, MachineType type) {
  Problems problems;
  Compilation compilation;
  compilation.machine = CompileSource(source, definition_bytes_max, type, problems);
  compilation.diagnostics = problems.Take();
  return compilation;
}

}  // namespace pawl::asl
