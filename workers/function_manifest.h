// The manifest of a directory of functions, `pawl.yaml`:
//
//   functions:
//     resize:
//       handler: images.resize      # module.function; the only member that is required
//       timeout: 30                 # seconds
//       memory: 512                 # MB
//       concurrency: 4
//       environment:
//         MODE: fast
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "workers/invocation.h"

namespace pawl::workers {

// What is wrong with a file, and what would be right.
struct FunctionProblem {
  std::string file;
  // From 1; 0 where the problem has no line.
  int line = 0;
  std::string message;

  bool operator==(const FunctionProblem&) const = default;

  // "pawl.yaml:3: …".
  std::string ToString() const;
};

struct ManifestFunctions {
  // Name, handler, timeout, memory_mb, concurrency and environment are set.
  std::vector<FunctionSpec> functions;
  std::vector<FunctionProblem> problems;
};

// Reads a manifest. A function with a problem is left out, the others are there. `file` is for the
// problems.
ManifestFunctions ReadManifest(std::string_view text, const std::string& file);

}  // namespace pawl::workers
