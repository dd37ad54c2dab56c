// Paths are walked part by part with openat and O_NOFOLLOW: what is checked is what is opened, also
// while somebody changes the directory.
#include "engine/objects/directory_object_store.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <optional>
#include <system_error>
#include <utility>
#include <vector>

#include "engine/base/check.h"
#include "engine/objects/file_descriptor.h"

namespace pawl::objects {
namespace {

constexpr const char* kPartialDirectory = ".pawl-partial";
constexpr mode_t kDirectoryMode = 0777;
constexpr mode_t kFileMode = 0666;
constexpr int kDirectoryFlags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
constexpr std::int64_t kNanosPerSecond = 1'000'000'000;
constexpr std::int64_t kMicrosPerSecond = 1'000'000;

// What errno says of `place`, for errors that have no meaning of their own here.
Status SystemError(std::string_view action, std::string_view place, int error_number) {
  const std::string what = std::generic_category().message(error_number);
  std::string message = "cannot " + std::string(action) + " " + std::string(place) + ": " + what;
  switch (error_number) {
    case EACCES:
    case EPERM:
    case EROFS:
      return AccessDenied(place, "the file system says: " + what);
    case ENOSPC:
    case EDQUOT:
      return ResourceExhausted(std::move(message));
    case ENAMETOOLONG:
      return InvalidArgument(std::move(message), "key").WithReason(std::string(kKeyTooLong));
    case EEXIST:
    case EISDIR:
    case ENOTDIR:
      return FailedPrecondition(std::move(message));
    default:
      return Unavailable(std::move(message));
  }
}

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

std::string Hex(std::uint64_t value) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  for (int shift = 60; shift >= 0; shift -= 4) {
    text += kDigits[(value >> static_cast<unsigned>(shift)) & 0xFU];
  }
  return text;
}

// A digest would take reading the object: what changes with every replacement will do.
std::string Etag(const struct stat& file) {
  const auto nanos =
      static_cast<std::uint64_t>(file.st_mtim.tv_sec * kNanosPerSecond + file.st_mtim.tv_nsec);
  return "\"" + Hex(nanos) + Hex(static_cast<std::uint64_t>(file.st_ino)) + "-" +
         std::to_string(file.st_size) + "\"";
}

Timestamp LastModified(const struct stat& file) {
  return FromMicros(file.st_mtim.tv_sec * kMicrosPerSecond);
}

struct OpenObject {
  FileDescriptor file;
  ObjectStat stat;
};

Result<OpenObject> OpenForReading(const std::filesystem::path& root, const ObjectName& object) {
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
  return OpenObject{.file = std::move(file),
                    .stat = {.size = static_cast<std::uint64_t>(status.st_size),
                             .etag = Etag(status),
                             .last_modified = LastModified(status)}};
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

// One entry of a directory, with the text that it contributes to keys.
struct Entry {
  // A directory's ends with '/': so they sort as the keys below them do.
  std::string text;

  bool is_directory() const { return text.ends_with('/'); }

  bool operator<(const Entry& other) const { return text < other.text; }
};

// The kinds a listing shows; nullopt for links, pipes and the like.
std::optional<bool> IsDirectory(int directory, const dirent& entry) {
  if (entry.d_type == DT_DIR) return true;
  if (entry.d_type == DT_REG) return false;
  if (entry.d_type != DT_UNKNOWN) return std::nullopt;

  struct stat file {};

  if (fstatat(directory, entry.d_name, &file, AT_SYMLINK_NOFOLLOW) != 0) return std::nullopt;
  if (S_ISDIR(file.st_mode)) return true;
  if (S_ISREG(file.st_mode)) return false;
  return std::nullopt;
}

class Lister {
 public:
  Lister(FileDescriptor bucket, const ListRequest& request)
      : bucket_(std::move(bucket)), request_(request) {}

  Result<ObjectPage> List() {
    RETURN_IF_ERROR(Walk(bucket_, ""));
    return std::move(page_);
  }

 private:
  bool is_full() const { return page_.is_truncated; }

  // Whether keys that start with `text` (or, for a file, the key itself) can be in the page.
  bool MayMatch(const std::string& path, bool is_directory) const {
    const std::string_view prefix = request_.prefix;
    const bool fits =
        std::string_view(path).starts_with(prefix) || (is_directory && prefix.starts_with(path));
    if (!fits) return false;
    if (path > request_.start_after) return true;
    return is_directory && request_.start_after.starts_with(path);
  }

  // The first entries of a directory that may be in the page; one more than fits, so that a full
  // page is seen. A directory may hold nothing that is listed: `after` continues behind such.
  Result<std::vector<Entry>> ReadEntries(const FileDescriptor& directory,
                                         const std::string& path,
                                         const std::string& after) {
    const std::size_t count_max = request_.count_max + 1;
    const int duplicate = openat(directory.number(), ".", kDirectoryFlags);
    DIR* const stream = duplicate < 0 ? nullptr : fdopendir(duplicate);
    if (stream == nullptr) {
      if (duplicate >= 0) close(duplicate);
      return SystemError("list", "the bucket '" + request_.bucket + "'", errno);
    }
    std::vector<Entry> heap;
    while (const dirent* const found = readdir(stream)) {  // NOLINT(concurrency-mt-unsafe)
      const std::string_view name = found->d_name;
      if (name == "." || name == ".." || (path.empty() && name == kPartialDirectory)) continue;
      const std::optional<bool> is_directory = IsDirectory(duplicate, *found);
      if (!is_directory.has_value()) continue;
      Entry entry{.text = std::string(name) + (*is_directory ? "/" : "")};
      if (entry.text <= after || !MayMatch(path + entry.text, *is_directory)) continue;
      if (heap.size() == count_max && !(entry < heap.front())) continue;
      heap.push_back(std::move(entry));
      std::push_heap(heap.begin(), heap.end());
      if (heap.size() > count_max) {
        std::pop_heap(heap.begin(), heap.end());
        heap.pop_back();
      }
    }
    closedir(stream);
    std::sort_heap(heap.begin(), heap.end());
    return heap;
  }

  // Depth is bounded by a key's length: longer paths are no keys.
  Status Walk(const FileDescriptor& directory, const std::string& path) {
    std::string after;
    for (;;) {
      ASSIGN_OR_RETURN(const std::vector<Entry> entries, ReadEntries(directory, path, after));
      for (const Entry& entry : entries) {
        RETURN_IF_ERROR(Visit(directory, path + entry.text, entry));
        if (is_full()) return OkStatus();
      }
      if (entries.size() <= request_.count_max) return OkStatus();
      after = entries.back().text;
    }
  }

  Status Visit(const FileDescriptor& directory, const std::string& path, const Entry& entry) {
    if (path.size() > kKeyBytesMax) return OkStatus();
    if (!entry.is_directory()) return Add(directory, path, entry.text);
    const std::string name = entry.text.substr(0, entry.text.size() - 1);
    const FileDescriptor below(openat(directory.number(), name.c_str(), kDirectoryFlags));
    if (below.is_open()) return Walk(below, path);
    if (errno == ENOENT || errno == ENOTDIR || errno == ELOOP) return OkStatus();
    return SystemError("list", "s3://" + request_.bucket + "/" + path, errno);
  }

  Status Add(const FileDescriptor& directory, const std::string& key, const std::string& name) {
    struct stat file {};

    // It may have gone since its directory was read.
    if (fstatat(directory.number(), name.c_str(), &file, AT_SYMLINK_NOFOLLOW) != 0 ||
        !S_ISREG(file.st_mode)) {
      return OkStatus();
    }
    if (page_.records.size() == request_.count_max) {
      page_.is_truncated = true;
      return OkStatus();
    }
    page_.records.push_back({.etag = Etag(file),
                             .key = key,
                             .last_modified = LastModified(file),
                             .size = static_cast<std::uint64_t>(file.st_size)});
    return OkStatus();
  }

  FileDescriptor bucket_;
  const ListRequest& request_;
  ObjectPage page_;
};

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
  ASSIGN_OR_RETURN(OpenObject opened, OpenForReading(root_, object));
  return std::move(opened.stat);
}

Result<std::string> DirectoryObjectStore::Read(const ObjectRange& range) {
  ASSIGN_OR_RETURN(const OpenObject opened, OpenForReading(root_, range.object));
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
  return Lister(std::move(bucket), request).List();
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
