#include "workers/functions_directory.h"

#include <sys/stat.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <optional>
#include <system_error>
#include <utility>

#include "engine/base/hash.h"
#include "workers/child_pool.h"
#include "workers/function_source.h"

namespace pawl::workers {
namespace {

namespace fs = std::filesystem;

constexpr const char* kManifestName = "pawl.yaml";
constexpr int kDepthMax = 16;
constexpr std::size_t kFilesMax = 10'000;
// A source larger than this is no function's.
constexpr std::uint64_t kSourceBytesMax = std::uint64_t{4} * 1024 * 1024;

std::string ContentOf(const std::string& path) {
  std::ifstream stream(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

bool IsSkipped(const std::string& name) {
  return name.front() == '.' || name == "__pycache__" || name == "node_modules";
}

}  // namespace

Result<FunctionsDirectory> FunctionsDirectory::Open(const std::string& directory) {
  std::error_code error;
  const fs::path path = fs::canonical(directory, error);
  if (error || !fs::is_directory(path, error)) {
    return NotFound("'" + directory + "' is no directory; a directory of functions is expected");
  }
  return FunctionsDirectory(path.string());
}

FunctionsDirectory::FunctionsDirectory(std::string path) : path_(std::move(path)) {}

Result<FunctionsChange> FunctionsDirectory::Poll() {
  FunctionsChange change;
  ASSIGN_OR_RETURN(Files files, Scan(change.problems));
  if (has_polled_ && files == files_) {
    change.problems = problems_;
    return change;
  }
  std::map<std::string, FunctionSpec> functions = Discover(files, change.problems);
  for (const auto& [name, spec] : functions) {
    const auto old = functions_.find(name);
    if (old == functions_.end() || old->second != spec) change.set.push_back(spec);
  }
  for (const auto& [name, spec] : functions_) {
    if (!functions.contains(name)) change.removed.push_back(name);
  }
  change.has_new_problems = change.problems != problems_;
  has_polled_ = true;
  files_ = std::move(files);
  functions_ = std::move(functions);
  problems_ = change.problems;
  return change;
}

Result<FunctionsDirectory::Files> FunctionsDirectory::Scan(
    std::vector<FunctionProblem>& problems) const {
  Files files;
  std::error_code error;
  fs::recursive_directory_iterator it(path_, error);
  if (error) return NotFound("the directory '" + path_ + "' cannot be read: " + error.message());
  for (; it != fs::recursive_directory_iterator(); it.increment(error)) {
    const std::string name = it->path().filename().string();
    if (IsSkipped(name) || it.depth() >= kDepthMax) {
      it.disable_recursion_pending();
      continue;
    }
    if (it->path().extension() != ".py" && !(it.depth() == 0 && name == kManifestName)) continue;

    struct stat status {};

    // A file that goes while we look is not there.
    if (::stat(it->path().c_str(), &status) != 0 || !S_ISREG(status.st_mode)) continue;
    if (files.size() == kFilesMax) {
      problems.push_back(FunctionProblem{
          .file = path_, .message = "more than 10,000 Python files; the rest is not watched"});
      break;
    }
    const auto seconds = static_cast<std::int64_t>(status.st_mtim.tv_sec);
    files[it->path().string()] =
        FileState{.modified_nanoseconds = seconds * 1'000'000'000 + status.st_mtim.tv_nsec,
                  .size = static_cast<std::uint64_t>(status.st_size),
                  .inode = status.st_ino};
  }
  return files;
}

std::map<std::string, FunctionSpec> FunctionsDirectory::Discover(
    const Files& files, std::vector<FunctionProblem>& problems) const {
  std::string states;
  for (const auto& [file, state] : files) {
    states += file + '\0' + std::to_string(state.modified_nanoseconds) + ' ' +
              std::to_string(state.size) + ' ' + std::to_string(state.inode) + '\n';
  }
  std::vector<FunctionSpec> specs;
  const std::string manifest = path_ + "/" + kManifestName;
  if (files.contains(manifest)) {
    ManifestFunctions read = ReadManifest(ContentOf(manifest), manifest);
    specs = std::move(read.functions);
    std::move(read.problems.begin(), read.problems.end(), std::back_inserter(problems));
  } else {
    for (const auto& [file, state] : files) {
      const fs::path path(file);
      if (path.parent_path() != path_ || path.stem() == "__init__" || state.size > kSourceBytesMax)
        continue;
      const auto handler = FindHandler(ContentOf(file));
      if (!handler) continue;
      FunctionSpec spec;
      spec.name = path.stem().string();
      if (spec.name.find('.') != std::string::npos) {
        problems.push_back(FunctionProblem{
            .file = file,
            .message = "a module's name has no dots: rename the file, or name the function in a "
                       "manifest 'pawl.yaml'"});
        continue;
      }
      spec.handler = spec.name + "." + *handler;
      specs.push_back(std::move(spec));
    }
  }
  std::map<std::string, FunctionSpec> functions;
  for (FunctionSpec& spec : specs) {
    spec.code_directory = path_;
    spec.fingerprint = HashBytes(states);
    if (const Status status = CheckFunctionSpec(spec); !status.ok()) {
      problems.push_back(
          FunctionProblem{.file = path_ + "/" + spec.name + ".py", .message = status.message()});
      continue;
    }
    functions.emplace(spec.name, std::move(spec));
  }
  return functions;
}

}  // namespace pawl::workers
