#include "workers/tree_digest.h"

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <vector>

#include "engine/base/coding.h"
#include "engine/platform/sha256.h"

namespace pawl::workers {
namespace {

namespace fs = std::filesystem;

Status CannotRead(const fs::path& path, const std::string& reason) {
  return Unavailable("'" + path.string() + "' cannot be read: " + reason);
}

Status AppendEntry(const fs::path& path, const std::string& name, Encoder& encoder) {
  std::error_code error;
  const fs::file_status status = fs::symlink_status(path, error);
  if (error) return CannotRead(path, error.message());
  encoder.String(name);
  if (fs::is_directory(status)) {
    encoder.Byte('d');
    return {};
  }
  if (!fs::is_regular_file(status)) return CannotRead(path, "it is no file and no directory");
  const bool is_executable = (status.permissions() & fs::perms::owner_exec) != fs::perms::none;
  encoder.Byte(is_executable ? 'x' : 'f');
  ASSIGN_OR_RETURN(const std::string content, platform::Sha256OfFile(path.string()));
  encoder.String(content);
  return {};
}

}  // namespace

Result<std::string> TreeDigest(const std::string& directory) {
  std::error_code error;
  std::vector<std::string> names;
  fs::recursive_directory_iterator entry(directory, error);
  for (const fs::recursive_directory_iterator end; !error && entry != end; entry.increment(error)) {
    names.push_back(entry->path().lexically_relative(directory).string());
  }
  if (error) return CannotRead(directory, error.message());
  std::sort(names.begin(), names.end());
  std::string tree;
  Encoder encoder(tree);
  for (const std::string& name : names) {
    RETURN_IF_ERROR(AppendEntry(fs::path(directory) / name, name, encoder));
  }
  return platform::Sha256(tree);
}

}  // namespace pawl::workers
