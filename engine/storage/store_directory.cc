#include "engine/storage/store_directory.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <fstream>
#include <sstream>
#include <system_error>

namespace pawl::storage {

namespace {

constexpr std::string_view kMagic = "pawl-store";
constexpr std::string_view kNewMarkerFileName = "PAWL_STORE.new";
constexpr mode_t kDirectoryMode = 0700;
constexpr mode_t kFileMode = 0600;
// A marker has three short lines; a longer file is not one.
constexpr std::size_t kMarkerBytesMax = 4096;

// An open file, closed with its scope.
class File {
 public:
  File(const std::filesystem::path& path, int flags)
      : descriptor_(open(path.c_str(), flags | O_CLOEXEC, kFileMode)) {}

  ~File() {
    if (is_open()) close(descriptor_);
  }

  File(const File&) = delete;
  File& operator=(const File&) = delete;

  bool is_open() const { return descriptor_ >= 0; }

  int descriptor() const { return descriptor_; }

 private:
  int descriptor_;
};

Status SyncDirectory(const std::filesystem::path& directory) {
  const File file(directory, O_RDONLY | O_DIRECTORY);
  if (!file.is_open()) return FileError("open", directory, errno);
  if (fsync(file.descriptor()) != 0) return FileError("sync", directory, errno);
  return OkStatus();
}

// The first entry that a store does not make before its marker, "" if there is none.
Result<std::string> ForeignEntry(const std::filesystem::path& directory) {
  std::error_code error;
  for (std::filesystem::directory_iterator entry(directory, error), end; !error && entry != end;
       entry.increment(error)) {
    const std::string name = entry->path().filename().string();
    const bool may_be_there =
        name == kLockFileName || name == kNewMarkerFileName || name == "lost+found";
    if (!may_be_there) return name;
  }
  if (error) return FileError("list", directory, error.value());
  return std::string();
}

std::string MarkerText(const StoreMarker& marker) {
  return std::string(kMagic) + "\nformat " + std::to_string(marker.format_version) + "\nid " +
         marker.store_id + "\n";
}

// nullopt for anything MarkerText did not write; a newer marker may have more lines.
std::optional<StoreMarker> ParseMarker(const std::string& text) {
  std::istringstream lines(text);
  std::string magic;
  std::string name;
  StoreMarker marker;
  if (!std::getline(lines, magic) || magic != kMagic) return std::nullopt;
  if (!(lines >> name >> marker.format_version) || name != "format" || marker.format_version < 1) {
    return std::nullopt;
  }
  if (!(lines >> name >> marker.store_id) || name != "id") return std::nullopt;
  return marker;
}

// Written beside, synced and renamed: a marker is whole or missing, also after a power cut.
Status WriteMarker(const std::filesystem::path& directory, const StoreMarker& marker) {
  const std::filesystem::path path = directory / kNewMarkerFileName;
  {
    const File file(path, O_CREAT | O_TRUNC | O_WRONLY);
    if (!file.is_open()) return FileError("create", path, errno);
    const std::string text = MarkerText(marker);
    const ssize_t written = write(file.descriptor(), text.data(), text.size());
    if (written != static_cast<ssize_t>(text.size())) {
      return FileError("write", path, written < 0 ? errno : ENOSPC);
    }
    if (fsync(file.descriptor()) != 0) return FileError("sync", path, errno);
  }
  const std::filesystem::path marker_path = directory / kMarkerFileName;
  if (rename(path.c_str(), marker_path.c_str()) != 0) {
    return FileError("rename", path, errno);
  }
  return SyncDirectory(directory);
}

Result<std::string> ReadMarkerFile(const std::filesystem::path& path) {
  const File file(path, O_RDONLY);
  if (!file.is_open()) return FileError("open", path, errno);
  std::string text(kMarkerBytesMax, '\0');
  const ssize_t size = read(file.descriptor(), text.data(), text.size());
  if (size < 0) return FileError("read", path, errno);
  text.resize(static_cast<std::size_t>(size));
  return text;
}

}  // namespace

Status FileError(std::string_view action, const std::filesystem::path& path, int error_number) {
  std::string message = "cannot " + std::string(action) + " " + path.string() + ": " +
                        std::generic_category().message(error_number);
  switch (error_number) {
    case EACCES:
    case EPERM:
    case EROFS:
      return {StatusCode::kPermissionDenied, std::move(message)};
    case ENOSPC:
    case EDQUOT:
      return ResourceExhausted(std::move(message));
    case ENOTDIR:
    case ENOENT:
      return FailedPrecondition(std::move(message));
    default:
      return Unavailable(std::move(message));
  }
}

Status PrepareStoreDirectory(const std::filesystem::path& directory) {
  std::error_code error;
  const std::filesystem::file_status status = std::filesystem::status(directory, error);
  if (status.type() == std::filesystem::file_type::not_found) {
    const std::filesystem::path parent = std::filesystem::absolute(directory).parent_path();
    std::filesystem::create_directories(parent, error);
    if (error) return FileError("create", parent, error.value());
    if (mkdir(directory.c_str(), kDirectoryMode) != 0 && errno != EEXIST) {
      return FileError("create", directory, errno);
    }
    return SyncDirectory(parent);
  }
  if (error) return FileError("open", directory, error.value());
  if (status.type() != std::filesystem::file_type::directory) {
    return FailedPrecondition(directory.string() +
                              " is a file; expected a directory of a Pawl store, or a free name");
  }
  if (std::filesystem::exists(directory / kMarkerFileName, error)) return OkStatus();
  if (error) return FileError("open", directory / kMarkerFileName, error.value());
  ASSIGN_OR_RETURN(const std::string foreign, ForeignEntry(directory));
  if (foreign.empty()) return OkStatus();
  return FailedPrecondition(directory.string() + " is not a Pawl store: it holds '" + foreign +
                            "' and no " + std::string(kMarkerFileName) +
                            " file; give an empty or a new directory");
}

Result<StoreMarker> ReadOrCreateMarker(const std::filesystem::path& directory,
                                       platform::Random& random) {
  const std::filesystem::path path = directory / kMarkerFileName;
  std::error_code error;
  if (!std::filesystem::exists(path, error)) {
    if (error) return FileError("open", path, error.value());
    const StoreMarker marker{.store_id = platform::RandomUuid(random)};
    RETURN_IF_ERROR(WriteMarker(directory, marker));
    return marker;
  }
  ASSIGN_OR_RETURN(const std::string text, ReadMarkerFile(path));
  std::optional<StoreMarker> marker = ParseMarker(text);
  if (!marker.has_value()) {
    return DataLoss(path.string() + " is damaged: found " + std::to_string(text.size()) +
                    " bytes that are no marker; expected the lines 'pawl-store', 'format N' and "
                    "'id UUID'");
  }
  if (marker->format_version > kStoreFormatVersion) {
    return FailedPrecondition("the store in " + directory.string() + " has format " +
                              std::to_string(marker->format_version) +
                              "; this version of Pawl reads formats up to " +
                              std::to_string(kStoreFormatVersion) +
                              ": open it with the version that wrote it, or a newer one");
  }
  return std::move(*marker);
}

std::optional<int> LockHolder(const std::filesystem::path& path) {
  struct stat file {};

  if (stat(path.c_str(), &file) != 0) return std::nullopt;
  // A line: "1: POSIX  ADVISORY  WRITE 4711 fe:00:131 0 EOF". Opening the file and asking fcntl
  // instead would, in the process that holds the lock, release it.
  std::array<char, 64> wanted{};
  std::snprintf(wanted.data(),
                wanted.size(),
                "%02x:%02x:%ju",
                major(file.st_dev),
                minor(file.st_dev),
                static_cast<std::uintmax_t>(file.st_ino));
  std::ifstream locks("/proc/locks");
  for (std::string line; std::getline(locks, line);) {
    std::istringstream words(line);
    std::string ordinal;
    std::string kind;
    std::string advice;
    std::string mode;
    int process = 0;
    std::string inode;
    if (!(words >> ordinal >> kind >> advice >> mode >> process >> inode)) continue;
    if (kind == "POSIX" && inode == wanted.data() && process > 0) return process;
  }
  return std::nullopt;
}

}  // namespace pawl::storage
