// WatchedDirectory: the definitions in a directory, and which of them have changed since the last
// look. By polling: it works on every file system.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "engine/base/status.h"

namespace pawl::cli {

struct DirectoryChange {
  // Definitions that are new or changed, by name.
  std::vector<std::string> changed;
  // Definitions that are gone.
  std::vector<std::string> removed;
};

class WatchedDirectory {
 public:
  explicit WatchedDirectory(std::string path) : path_(std::move(path)) {}

  // What has changed since the last call; the first call reports all. Definitions are *.asl.json,
  // *.asl.yaml and *.asl.yml, and those *.json, *.yaml and *.yml that speak of StartAt and States.
  // NotFound when the directory is gone.
  Result<DirectoryChange> Poll();

 private:
  struct FileState {
    std::int64_t modified_nanoseconds = 0;
    std::uint64_t bytes = 0;
    std::uint64_t inode = 0;
    bool is_definition = false;

    bool IsSameFile(const FileState& other) const {
      return modified_nanoseconds == other.modified_nanoseconds && bytes == other.bytes &&
             inode == other.inode;
    }
  };

  std::string path_;
  std::map<std::string, FileState> files_;
};

// Whether the directory holds what `pawl worker` takes for functions: *.py or pawl.yaml.
bool HasFunctions(const std::string& directory);

}  // namespace pawl::cli
