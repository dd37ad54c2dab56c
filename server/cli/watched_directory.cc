#include "server/cli/watched_directory.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <string_view>
#include <utility>

#include "server/cli/definition_file.h"

namespace pawl::cli {
namespace {

constexpr std::string_view kManifest = "pawl.yaml";
constexpr std::int64_t kNanosPerSecond = 1'000'000'000;

bool HasDefinitionSuffix(const std::string& name) {
  return name.front() != '.' && name != kManifest && StateMachineNameOf(name) != name;
}

bool IsDefinition(const std::string& path) {
  if (path.find(".asl.") != std::string::npos) return true;
  const Result<std::string> text = ReadDefinition(path);
  return text.ok() && text->find("StartAt") != std::string::npos &&
         text->find("States") != std::string::npos;
}

std::vector<std::string> NamesIn(const std::string& directory, std::error_code& error) {
  std::vector<std::string> names;
  std::filesystem::directory_iterator entry(directory, error);
  for (; !error && entry != std::filesystem::directory_iterator(); entry.increment(error))
    names.push_back(entry->path().filename().string());
  return names;
}

}  // namespace

Result<DirectoryChange> WatchedDirectory::Poll() {
  std::error_code error;
  const std::vector<std::string> names = NamesIn(path_, error);
  if (error) return NotFound(fmt::format("cannot read '{}': {}", path_, error.message()));
  std::map<std::string, FileState> found;
  DirectoryChange change;
  for (const std::string& name : names) {
    const std::string path = path_ + "/" + name;

    struct stat status {};

    if (!HasDefinitionSuffix(name) || stat(path.c_str(), &status) != 0) continue;
    if (!S_ISREG(status.st_mode)) continue;
    FileState state{
        .modified_nanoseconds = status.st_mtim.tv_sec * kNanosPerSecond + status.st_mtim.tv_nsec,
        .bytes = static_cast<std::uint64_t>(status.st_size),
        .inode = status.st_ino};
    const auto known = files_.find(name);
    if (known != files_.end() && known->second.IsSameFile(state)) {
      found.insert(*known);
      continue;
    }
    state.is_definition = IsDefinition(path);
    if (state.is_definition) change.changed.push_back(name);
    found.emplace(name, state);
  }
  for (const auto& [name, state] : files_) {
    if (state.is_definition && found.count(name) == 0) change.removed.push_back(name);
  }
  files_ = std::move(found);
  std::sort(change.changed.begin(), change.changed.end());
  return change;
}

bool HasFunctions(const std::string& directory) {
  std::error_code error;
  for (const std::string& name : NamesIn(directory, error)) {
    if (name == kManifest || std::filesystem::path(name).extension() == ".py") return true;
  }
  return false;
}

}  // namespace pawl::cli
