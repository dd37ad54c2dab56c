// DeployedServing: makes the worker run the functions that the server has deployed, as their code
// comes to be on this machine. A function whose code changes runs as it did until the new code is
// there.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "engine/base/status.h"
#include "engine/base/time.h"
#include "pawl/v1/worker_service.pb.h"
#include "workers/code_cache.h"
#include "workers/code_fetch.h"
#include "workers/served_functions.h"

namespace pawl::workers {

// Threads: one at a time.
class DeployedServing {
 public:
  // `concurrency`: of each function. `served` outlives the object.
  DeployedServing(std::unique_ptr<CodeCache> cache,
                  ServedFunctions& served,
                  std::uint32_t concurrency)
      : cache_(std::move(cache)), served_(served), concurrency_(concurrency) {}

  // These are deployed now. Removes old code from the cache, the first time.
  void SetFunctions(std::vector<v1::ProvidedFunction> functions, Timestamp now);
  // Unpacks an archive; errors as CodeCache::Store, and Unavailable where the disk cannot lock. It
  // takes as long as the disk does.
  Status Store(const FetchedCode& code);
  // Serves what can be served and returns what is missing for the rest.
  std::vector<WantedCode> Apply();

 private:
  struct Serving {
    ServedFunction function;
    std::string code_sha256;
  };

  ServedFunction Make(const v1::ProvidedFunction& provided, std::string code_directory) const;
  void ReleaseUnused();

  const std::unique_ptr<CodeCache> cache_;
  ServedFunctions& served_;
  const std::uint32_t concurrency_;
  bool has_cleaned_ = false;
  std::vector<v1::ProvidedFunction> functions_;
  // By task name.
  std::map<std::string, Serving> serving_;
  std::set<std::string> used_;
};

}  // namespace pawl::workers
