// FunctionsDirectory: the functions of a directory, and what becomes of them while it changes.
//
// DIR/NAME.py with `handler` or `lambda_handler` is the function NAME; where DIR/pawl.yaml exists,
// it alone says which functions there are (function_manifest.h). Files are looked at, never run.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "engine/base/status.h"
#include "workers/function_manifest.h"
#include "workers/invocation.h"

namespace pawl::workers {

// How often a caller that watches a directory asks for changes.
inline constexpr std::chrono::milliseconds kDirectoryPollEvery{500};

struct FunctionsChange {
  // New, or changed in any way: ready for ChildPool::SetFunction but for the ARN.
  std::vector<FunctionSpec> set;
  // No longer there.
  std::vector<std::string> removed;
  // Everything that is wrong now, and whether that differs from last time.
  std::vector<FunctionProblem> problems;
  bool has_new_problems = false;

  bool empty() const { return set.empty() && removed.empty() && !has_new_problems; }
};

class FunctionsDirectory {
 public:
  // `directory` is made absolute. kNotFound where it is no directory.
  static Result<FunctionsDirectory> Open(const std::string& directory);

  const std::string& path() const { return path_; }

  // What has changed since the last call; the first call reports every function. It stats every
  // .py file below the directory and reads those that are new or have changed. A change to any of
  // them changes all functions, because any of them may import it.
  //
  // Errors: kNotFound when the directory is gone; the functions stay as they were.
  Result<FunctionsChange> Poll();

 private:
  struct FileState {
    std::int64_t modified_nanoseconds = 0;
    std::uint64_t size = 0;
    std::uint64_t inode = 0;

    bool operator==(const FileState&) const = default;
  };

  using Files = std::map<std::string, FileState>;

  explicit FunctionsDirectory(std::string path);
  Result<Files> Scan(std::vector<FunctionProblem>& problems) const;
  std::map<std::string, FunctionSpec> Discover(const Files& files,
                                               std::vector<FunctionProblem>& problems) const;

  std::string path_;
  bool has_polled_ = false;
  Files files_;
  std::map<std::string, FunctionSpec> functions_;
  std::vector<FunctionProblem> problems_;
};

}  // namespace pawl::workers
