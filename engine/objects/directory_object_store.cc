// Paths are walked part by part with openat and O_NOFOLLOW: what is checked is what is opened, also
// while somebody changes the directory.
#include "engine/objects/directory_object_store.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <system_error>
#include <utility>
#include <vector>

#include "engine/base/check.h"
#include "engine/objects/directory_listing.h"
#include "engine/objects/file_descriptor.h"
#include "engine/objects/object_file.h"

namespace pawl::objects {
namespace {

constexpr mode_t kDirectoryMode = 0777;
constexpr mode_t kFileMode = 0666;

Status RefusedLink(const ObjectName& object) {
  return AccessDenied(object.ToString(),
                      "a part of its path is a symbolic link; expected files and directories");
}

// The parts of a key between its slashes.
Result<std::vector<std::string>> SplitKey(const ObjectName& object) {
  RETURN_IF_ERROR(CheckObject(object));
  std::vector<std::string> parts;
  std::string_view rest = object.key;
  for (;;) {
    const std::size_t slash = rest.find('/');
    const std::string_view part = rest.substr(0, slash);
    if (part.empty() || part == "." || part == "..") {
      return AccessDenied(object.ToString(),
                          "expected a relative path without empty parts, '.' and '..'");
    }
    if (parts.empty() && part == kPartialDirectory) {
      return AccessDenied(object.ToString(), "unfinished objects are kept under this name");
    }
    parts.emplace_back(part);
    if (slash == std::string_view::npos) return parts;
    rest.remove_prefix(slash + 1);
  }
}

Result<FileDescriptor> OpenBucket(const std::filesystem::path& root, const std::string& bucket) {
  RETURN_IF_ERROR(CheckBucket(bucket));
  const FileDescriptor directory(open(root.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!directory.is_open()) return SystemError("open", root.string(), errno);
  FileDescriptor opened(openat(directory.number(), bucket.c_str(), kDirectoryFlags));
  if (opened.is_open()) return opened;
  if (errno == ENOENT) return NoSuchBucket(bucket);
  if (errno == ELOOP || errno == ENOTDIR) {
    return AccessDenied("the bucket '" + bucket + "'", "it is no directory; expected one");
  }
  return SystemError("open", "the bucket '" + bucket + "'", errno);
}

// Whether the last openat failed because of a symbolic link. With O_DIRECTORY, Linux says ENOTDIR
// of a link, as of a file.
bool IsLink(const FileDescriptor& directory, const std::string& name) {
  struct stat file {};

  return fstatat(directory.number(), name.c_str(), &file, AT_SYMLINK_NOFOLLOW) == 0 &&
         S_ISLNK(file.st_mode);
}

enum class Missing : std::uint8_t { kIsError, kIsMade };

Status SyncDirectory(const FileDescriptor& directory, std::string_view place) {
  if (fsync(directory.number()) != 0) return SystemError("sync", place, errno);
  return OkStatus();
}

Result<FileDescriptor> OpenPart(const FileDescriptor& directory,
                                const std::string& part,
                                const ObjectName& object,
                                Missing missing) {
  if (missing == Missing::kIsMade) {
    const bool is_there =
        mkdirat(directory.number(), part.c_str(), kDirectoryMode) == 0 || errno == EEXIST;
    if (!is_there) return SystemError("create a directory for", object.ToString(), errno);
    // Also one that was there: who made it may have died before this.
    RETURN_IF_ERROR(SyncDirectory(directory, object.ToString()));
  }
  FileDescriptor opened(openat(directory.number(), part.c_str(), kDirectoryFlags));
  if (opened.is_open()) return opened;
  const int error_number = errno;
  if (error_number == ELOOP || IsLink(directory, part)) return RefusedLink(object);
  if (error_number == ENOENT || error_number == ENAMETOOLONG) return NoSuchKey(object);
  if (error_number == ENOTDIR) {
    if (missing == Missing::kIsError) return NoSuchKey(object);
    return FailedPrecondition("cannot write " + object.ToString() + ": '" + part +
                              "' in its path is an object; in a directory it cannot be both");
  }
  return SystemError("open", object.ToString(), error_number);
}

// The directory that holds an object's file.
Result<FileDescriptor> OpenParent(FileDescriptor bucket,
                                  const std::vector<std::string>& parts,
                                  const ObjectName& object,
                                  Missing missing) {
  FileDescriptor directory = std::move(bucket);
  for (std::size_t i = 0; i + 1 < parts.size(); ++i) {
    ASSIGN_OR_RETURN(directory, OpenPart(directory, parts[i], object, missing));
  }
  return directory;
}

struct OpenFile {
  FileDescriptor file;
  ObjectStat stat;
};

Result<OpenFile> OpenForReading(const std::filesystem::path& root, const ObjectName& object) {
  ASSIGN_OR_RETURN(const std::vector<std::string> parts, SplitKey(object));
  ASSIGN_OR_RETURN(FileDescriptor bucket, OpenBucket(root, object.bucket));
  ASSIGN_OR_RETURN(const FileDescriptor directory,
                   OpenParent(std::move(bucket), parts, object, Missing::kIsError));
  // Without O_NONBLOCK, opening a pipe would wait for its writer.
  FileDescriptor file(openat(
      directory.number(), parts.back().c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  if (!file.is_open()) {
    if (errno == ELOOP) return RefusedLink(object);
    if (errno == ENOENT || errno == ENAMETOOLONG || errno == ENXIO) return NoSuchKey(object);
    return SystemError("open", object.ToString(), errno);
  }

  struct stat status {};

  if (fstat(file.number(), &status) != 0) {
    return SystemError("look at", object.ToString(), errno);
  }
  if (!S_ISREG(status.st_mode)) return NoSuchKey(object);
  return OpenFile{.file = std::move(file), .stat = StatOf(status)};
}

// A file beside the objects until Close gives it its name.
class DirectoryObjectWriter final : public ObjectWriter {
 public:
  struct Place {
    ObjectName object;
    FileDescriptor parent;
    std::string name;
    FileDescriptor partial_directory;
    std::string partial_name;
    FileDescriptor file;
  };

  explicit DirectoryObjectWriter(Place place) : place_(std::move(place)) {}

  ~DirectoryObjectWriter() override {
    if (!is_published_) {
      unlinkat(place_.partial_directory.number(), place_.partial_name.c_str(), 0);
    }
  }

  DirectoryObjectWriter(const DirectoryObjectWriter&) = delete;
  DirectoryObjectWriter& operator=(const DirectoryObjectWriter&) = delete;

  Status Append(std::string_view bytes) override {
    while (!bytes.empty()) {
      const ssize_t written = write(place_.file.number(), bytes.data(), bytes.size());
      if (written < 0) {
        if (errno == EINTR) continue;
        return SystemError("write", place_.object.ToString(), errno);
      }
      bytes.remove_prefix(static_cast<std::size_t>(written));
    }
    return OkStatus();
  }

  Status Close() override {
    PAWL_CHECK(!is_published_);
    const std::string object = place_.object.ToString();
    if (fsync(place_.file.number()) != 0) return SystemError("sync", object, errno);
    if (renameat(place_.partial_directory.number(),
                 place_.partial_name.c_str(),
                 place_.parent.number(),
                 place_.name.c_str()) != 0) {
      return SystemError("name", object, errno);
    }
    is_published_ = true;
    return SyncDirectory(place_.parent, object);
  }

 private:
  Place place_;
  bool is_published_ = false;
};

// A name no other writer uses: writers of this process count, processes have numbers.
std::string PartialName() {
  static std::atomic<std::uint64_t> next{0};
  return std::to_string(getpid()) + "-" + std::to_string(next.fetch_add(1));
}

}  // namespace

Result<std::unique_ptr<DirectoryObjectStore>> DirectoryObjectStore::Open(
    const std::filesystem::path& root) {
  std::error_code error;
  if (!std::filesystem::is_directory(root, error)) {
    return NotFound("expected a directory of buckets at " + root.string() + ", found none");
  }
  return std::unique_ptr<DirectoryObjectStore>(new DirectoryObjectStore(root));
}

Result<ObjectStat> DirectoryObjectStore::Stat(const ObjectName& object) {
  ASSIGN_OR_RETURN(OpenFile opened, OpenForReading(root_, object));
  return std::move(opened.stat);
}

Result<std::string> DirectoryObjectStore::Read(const ObjectRange& range) {
  ASSIGN_OR_RETURN(const OpenFile opened, OpenForReading(root_, range.object));
  if (!range.if_match.empty() && range.if_match != opened.stat.etag) {
    return PreconditionFailed(range.object);
  }
  if (range.offset >= opened.stat.size) return std::string();
  std::string bytes(static_cast<std::size_t>(
                        std::min<std::uint64_t>(range.length, opened.stat.size - range.offset)),
                    '\0');
  std::size_t size = 0;
  while (size < bytes.size()) {
    const ssize_t count = pread(opened.file.number(),
                                bytes.data() + size,
                                bytes.size() - size,
                                static_cast<off_t>(range.offset + size));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return SystemError("read", range.object.ToString(), errno);
    if (count == 0) break;
    size += static_cast<std::size_t>(count);
  }
  bytes.resize(size);
  return bytes;
}

Result<ObjectPage> DirectoryObjectStore::List(const ListRequest& request) {
  ASSIGN_OR_RETURN(FileDescriptor bucket, OpenBucket(root_, request.bucket));
  return ListDirectory(std::move(bucket), request);
}

Result<std::unique_ptr<ObjectWriter>> DirectoryObjectStore::Write(const ObjectName& object) {
  ASSIGN_OR_RETURN(const std::vector<std::string> parts, SplitKey(object));
  ASSIGN_OR_RETURN(FileDescriptor bucket, OpenBucket(root_, object.bucket));
  ASSIGN_OR_RETURN(FileDescriptor partial_directory,
                   OpenPart(bucket, kPartialDirectory, object, Missing::kIsMade));
  ASSIGN_OR_RETURN(FileDescriptor parent,
                   OpenParent(std::move(bucket), parts, object, Missing::kIsMade));
  std::string partial_name = PartialName();
  // O_TRUNC: a process of this number may have died and left it.
  FileDescriptor file(openat(partial_directory.number(),
                             partial_name.c_str(),
                             O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC,
                             kFileMode));
  if (!file.is_open()) return SystemError("write", object.ToString(), errno);
  return std::unique_ptr<ObjectWriter>(std::make_unique<DirectoryObjectWriter>(
      DirectoryObjectWriter::Place{.object = object,
                                   .parent = std::move(parent),
                                   .name = parts.back(),
                                   .partial_directory = std::move(partial_directory),
                                   .partial_name = std::move(partial_name),
                                   .file = std::move(file)}));
}

}  // namespace pawl::objects
