// Any bytes as a manifest of functions: every function that is read can be run, and every problem
// has its file, a line and a message.
#include <cstddef>
#include <cstdint>
#include <set>
#include <string>
#include <string_view>

#include "engine/base/check.h"
#include "workers/child_pool.h"
#include "workers/function_manifest.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const pawl::workers::ManifestFunctions read = pawl::workers::ReadManifest(text, "pawl.yaml");
  std::set<std::string> names;
  for (pawl::workers::FunctionSpec function : read.functions) {
    PAWL_CHECK(names.insert(function.name).second);
    function.code_directory = "/";
    PAWL_CHECK(pawl::workers::CheckFunctionSpec(function).ok());
  }
  for (const pawl::workers::FunctionProblem& problem : read.problems) {
    PAWL_CHECK(problem.file == "pawl.yaml" && problem.line >= 1 && !problem.message.empty());
  }
  return 0;
}
