// libzip reads the central directory and inflates; names and sizes are judged here. Everything is
// planned before the first file is written: the plan is a tree of names, so that it takes no more
// room than the names do, and its nodes are what entries_max bounds.
#include "engine/platform/zip_archive.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zip.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <system_error>
#include <utility>
#include <vector>

namespace pawl::platform {
namespace {

constexpr std::size_t kArchiveReadBytes = std::size_t{64} * 1024;
// Names of entries come from outside; this much of one is shown.
constexpr std::size_t kShownNameBytesMax = 200;
// APPNOTE 4.3.12.
constexpr std::string_view kCentralHeader = "PK\1\2";
constexpr std::size_t kCentralHeaderBytes = 46;
constexpr std::size_t kNameSizeAt = 28;
constexpr mode_t kDirectoryMode = 0755;
constexpr mode_t kFileMode = 0644;
constexpr mode_t kExecutableMode = 0755;

struct CloseArchive {
  void operator()(zip_t* archive) const { zip_discard(archive); }
};

struct CloseEntry {
  void operator()(zip_file_t* file) const { zip_fclose(file); }
};

using Archive = std::unique_ptr<zip_t, CloseArchive>;
using OpenEntry = std::unique_ptr<zip_file_t, CloseEntry>;

// What becomes a file or a directory, in an order in which directories come before what they hold.
struct PlannedEntry {
  // Of the archive; meaningless for a directory.
  zip_uint64_t index = 0;
  // Relative, without "." and empty parts.
  std::string path;
  bool is_directory = false;
  bool is_executable = false;
  std::uint64_t declared_bytes = 0;
};

// Takes a piece of a file's content.
using TakeBytes = std::function<Status(std::string_view)>;

std::string Shown(std::string_view name) {
  std::string shown(name.substr(0, kShownNameBytesMax));
  for (char& c : shown) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) c = '?';
  }
  return "'" + shown + (name.size() > kShownNameBytesMax ? "...'" : "'");
}

Status Refused(std::string_view name, const std::string& reason) {
  return InvalidArgument("the entry " + Shown(name) + " of the archive " + reason);
}

Status TooMany(std::size_t entries_max) {
  return InvalidArgument("the archive has more than " + std::to_string(entries_max) +
                         " files and directories; that many are taken");
}

Result<Archive> OpenArchive(std::string_view bytes) {
  // To libzip nothing is an archive without files.
  if (bytes.empty()) return InvalidArgument("no zip archive but nothing at all");
  zip_error_t error;
  zip_error_init(&error);
  zip_source_t* source = zip_source_buffer_create(bytes.data(), bytes.size(), 0, &error);
  zip_t* archive = source == nullptr ? nullptr : zip_open_from_source(source, ZIP_RDONLY, &error);
  if (archive == nullptr) {
    if (source != nullptr) zip_source_free(source);
    const std::string reason = zip_error_strerror(&error);
    zip_error_fini(&error);
    return InvalidArgument("no zip archive that can be read (" + reason +
                           "); one with stored or deflated files is expected");
  }
  zip_error_fini(&error);
  return Archive(archive);
}

// Names with NUL, which libzip shows as spaces. They are looked for where a header of the central
// directory begins, or something that looks like one.
std::set<std::string, std::less<>> NamesWithNul(std::string_view archive) {
  std::set<std::string, std::less<>> names;
  for (std::size_t at = archive.find(kCentralHeader); at != std::string_view::npos;
       at = archive.find(kCentralHeader, at + kCentralHeader.size())) {
    if (archive.size() - at < kCentralHeaderBytes) break;
    const auto low = static_cast<unsigned char>(archive[at + kNameSizeAt]);
    const auto high = static_cast<unsigned char>(archive[at + kNameSizeAt + 1]);
    std::string name(archive.substr(at + kCentralHeaderBytes, low + std::size_t{256} * high));
    if (name.find('\0') == std::string::npos) continue;
    std::replace(name.begin(), name.end(), '\0', ' ');
    names.insert(std::move(name));
  }
  return names;
}

bool HasControlCharacter(std::string_view name) {
  return std::any_of(name.begin(), name.end(), [](char c) {
    return static_cast<unsigned char>(c) < 0x20 || c == 0x7F;
  });
}

// Refuses what would lead out of the directory or cannot be a file's name.
Status CheckName(std::string_view name) {
  if (name.empty()) return Refused(name, "has no name");
  if (name.size() > kZipNameBytesMax) {
    return Refused(name,
                   "has a name of " + std::to_string(name.size()) + " bytes; at most " +
                       std::to_string(kZipNameBytesMax) + " are taken");
  }
  if (name.front() == '/') return Refused(name, "has an absolute path; a relative one is expected");
  if (name.find('\\') != std::string_view::npos) {
    return Refused(name, "has a backslash in its name; '/' separates directories");
  }
  const bool is_letter = (name[0] >= 'a' && name[0] <= 'z') || (name[0] >= 'A' && name[0] <= 'Z');
  if (is_letter && name.size() > 1 && name[1] == ':') {
    return Refused(name, "begins with a drive letter; a relative path is expected");
  }
  return OkStatus();
}

// The parts of a path, without "." and empty ones.
Result<std::vector<std::string_view>> PartsOf(std::string_view name) {
  std::vector<std::string_view> parts;
  std::string_view rest = name;
  while (!rest.empty()) {
    const std::size_t slash = rest.find('/');
    const std::string_view part = rest.substr(0, slash);
    rest = slash == std::string_view::npos ? std::string_view() : rest.substr(slash + 1);
    if (part == "..") return Refused(name, "has '..' in its name, which leads out of the archive");
    if (part.size() > kZipNamePartBytesMax) {
      return Refused(name,
                     "has a part of " + std::to_string(part.size()) +
                         " bytes in its name; at most " + std::to_string(kZipNamePartBytesMax) +
                         " are taken");
    }
    if (!part.empty() && part != ".") parts.push_back(part);
  }
  return parts;
}

// The files and directories of an archive, before any is written.
class Plan {
 public:
  Plan(std::string_view archive, const ZipLimits& limits)
      : limits_(limits), names_with_nul_(NamesWithNul(archive)) {}

  // Entries are added in the archive's order.
  Status Add(zip_t* archive, zip_uint64_t index);

  const std::vector<PlannedEntry>& entries() const { return entries_; }

 private:
  // A file or directory; which one it is, and how it came.
  struct Node {
    std::size_t id = 0;
    bool is_directory = false;
    // By an entry of its own, not only as part of another's name.
    bool is_named = false;
  };

  Status AddPath(const std::vector<std::string_view>& parts,
                 std::string_view name,
                 PlannedEntry entry);

  const ZipLimits& limits_;
  std::set<std::string, std::less<>> names_with_nul_;
  // By the directory's id (0: the root) and the name in it.
  std::map<std::pair<std::size_t, std::string>, Node> nodes_;
  std::vector<PlannedEntry> entries_;
};

// How an entry is stored.
Status CheckStorage(const zip_stat_t& stat, std::string_view name) {
  if (stat.encryption_method != ZIP_EM_NONE) {
    return Refused(name, "is encrypted; only plain ones can be read");
  }
  if (stat.comp_method != ZIP_CM_STORE && stat.comp_method != ZIP_CM_DEFLATE) {
    return Refused(name,
                   "is compressed by method " + std::to_string(stat.comp_method) +
                       "; stored (0) and deflated (8) ones can be read");
  }
  return OkStatus();
}

// The mode that an archive made on Unix has for an entry; 0 where it says nothing.
mode_t ModeOf(zip_t* archive, zip_uint64_t index) {
  zip_uint8_t system = 0;
  zip_uint32_t attributes = 0;
  if (zip_file_get_external_attributes(archive, index, 0, &system, &attributes) != 0) return 0;
  return static_cast<mode_t>(attributes >> 16);
}

// Whatever the archive says about the system it was made on: others may read its mode too.
Status CheckType(mode_t mode, bool is_directory, std::string_view name) {
  const mode_t type = mode & S_IFMT;
  if (type == 0 || (is_directory ? S_ISDIR(type) : S_ISREG(type))) return OkStatus();
  if (S_ISLNK(type))
    return Refused(name, "is a symbolic link; only files and directories are taken");
  if (S_ISDIR(type) || S_ISREG(type)) {
    return Refused(name, "is a file by its name and a directory by its attributes, or the reverse");
  }
  return Refused(name, "is a special file; only files and directories are taken");
}

Status Plan::Add(zip_t* archive, zip_uint64_t index) {
  const char* raw = zip_get_name(archive, index, ZIP_FL_ENC_RAW);
  const char* guessed = zip_get_name(archive, index, ZIP_FL_ENC_GUESS);
  zip_stat_t stat;
  if (raw == nullptr || guessed == nullptr || zip_stat_index(archive, index, 0, &stat) != 0) {
    return InvalidArgument("entry " + std::to_string(index) +
                           " of the archive cannot be read: " + zip_strerror(archive));
  }
  const std::string_view name = guessed;
  // Code page 437 shows control characters as others: the raw name has them.
  if (HasControlCharacter(raw) || names_with_nul_.contains(std::string_view(raw))) {
    return Refused(name, "has NUL or another control character in its name");
  }
  RETURN_IF_ERROR(CheckName(name));
  const bool is_directory = name.back() == '/';
  const mode_t mode = ModeOf(archive, index);
  RETURN_IF_ERROR(CheckType(mode, is_directory, name));
  if (!is_directory) RETURN_IF_ERROR(CheckStorage(stat, name));
  ASSIGN_OR_RETURN(const std::vector<std::string_view> parts, PartsOf(name));
  // "./" is the directory itself.
  if (parts.empty() && is_directory) return OkStatus();
  if (parts.empty() || (!is_directory && (name.ends_with("/.") || name == "."))) {
    return Refused(name, "has a name that is a directory's");
  }
  return AddPath(parts,
                 name,
                 PlannedEntry{.index = index,
                              .path = {},
                              .is_directory = is_directory,
                              .is_executable = (mode & 0111) != 0,
                              .declared_bytes = stat.size});
}

Status Plan::AddPath(const std::vector<std::string_view>& parts,
                     std::string_view name,
                     PlannedEntry entry) {
  std::size_t parent = 0;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const bool is_last = i + 1 == parts.size();
    const bool is_directory = !is_last || entry.is_directory;
    if (!entry.path.empty()) entry.path += '/';
    entry.path += parts[i];
    const auto [found, is_new] = nodes_.try_emplace(
        {parent, std::string(parts[i])},
        Node{.id = nodes_.size() + 1, .is_directory = is_directory, .is_named = is_last});
    Node& node = found->second;
    parent = node.id;
    if (is_new) {
      if (nodes_.size() > limits_.entries_max) return TooMany(limits_.entries_max);
      PlannedEntry directory;
      directory.path = entry.path;
      directory.is_directory = true;
      entries_.push_back(is_last ? entry : directory);
      continue;
    }
    if (node.is_directory != is_directory) {
      return Refused(name, "makes " + Shown(entry.path) + " both a file and a directory");
    }
    if (!is_last) continue;
    if (node.is_named) return Refused(name, "comes twice");
    node.is_named = true;
  }
  return OkStatus();
}

// What of the archive's bytes the entries claim. Entries that overlap make little become much, and
// cost time even where they inflate to nothing.
Status CheckOverlap(zip_t* archive, zip_uint64_t count, std::size_t archive_bytes) {
  zip_uint64_t claimed = 0;
  for (zip_uint64_t i = 0; i < count; ++i) {
    zip_stat_t stat;
    if (zip_stat_index(archive, i, 0, &stat) != 0) continue;
    if (stat.comp_size > archive_bytes - claimed) {
      return Refused(stat.name == nullptr ? "" : stat.name,
                     "overlaps with others: the entries together claim more bytes than there are");
    }
    claimed += stat.comp_size;
  }
  return OkStatus();
}

Result<Plan> MakePlan(zip_t* archive, std::string_view bytes, const ZipLimits& limits) {
  const zip_int64_t count = zip_get_num_entries(archive, 0);
  if (count > static_cast<zip_int64_t>(limits.entries_max)) return TooMany(limits.entries_max);
  RETURN_IF_ERROR(CheckOverlap(archive, static_cast<zip_uint64_t>(count), bytes.size()));
  Plan plan(bytes, limits);
  for (zip_int64_t i = 0; i < count; ++i) {
    RETURN_IF_ERROR(plan.Add(archive, static_cast<zip_uint64_t>(i)));
  }
  const auto& entries = plan.entries();
  if (std::all_of(entries.begin(), entries.end(), [](const auto& e) { return e.is_directory; })) {
    return InvalidArgument("the archive has no files; at least one is expected");
  }
  return plan;
}

// Inflates one entry. `unpacked_bytes` grows by what comes out.
Status ReadEntry(zip_t* archive,
                 const PlannedEntry& entry,
                 const ZipLimits& limits,
                 std::uint64_t& unpacked_bytes,
                 const TakeBytes& take) {
  const OpenEntry file(zip_fopen_index(archive, entry.index, 0));
  if (!file) return Refused(entry.path, "cannot be read: " + std::string(zip_strerror(archive)));
  std::array<char, kArchiveReadBytes> buffer;
  const std::uint64_t before = unpacked_bytes;
  while (true) {
    const zip_int64_t size = zip_fread(file.get(), buffer.data(), buffer.size());
    if (size < 0) {
      const std::string reason = zip_error_strerror(zip_file_get_error(file.get()));
      return Refused(entry.path, "is damaged: " + reason);
    }
    if (size == 0) break;
    unpacked_bytes += static_cast<std::uint64_t>(size);
    if (unpacked_bytes > limits.unpacked_bytes_max) {
      return Refused(entry.path,
                     "takes the archive's files past " + std::to_string(limits.unpacked_bytes_max) +
                         " bytes; that many are taken unpacked");
    }
    RETURN_IF_ERROR(take(std::string_view(buffer.data(), static_cast<std::size_t>(size))));
  }
  if (unpacked_bytes - before == entry.declared_bytes) return OkStatus();
  return Refused(entry.path,
                 "is damaged: it has " + std::to_string(unpacked_bytes - before) +
                     " bytes and declares " + std::to_string(entry.declared_bytes));
}

Status DiskError(const std::string& action, const std::string& path, int error_number) {
  const std::string message =
      "cannot " + action + " '" + path + "': " + std::generic_category().message(error_number);
  if (error_number == ENOSPC || error_number == EDQUOT) return ResourceExhausted(message);
  if (error_number == EEXIST || error_number == ENOTEMPTY) return AlreadyExists(message);
  return Unavailable(message);
}

// A descriptor of ours, closed at the end.
class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}

  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;

  ~Descriptor() {
    if (fd_ >= 0) close(fd_);
  }

  int get() const { return fd_; }

  bool is_open() const { return fd_ >= 0; }

 private:
  int fd_;
};

Status WriteAll(int fd, std::string_view bytes, const std::string& path) {
  while (!bytes.empty()) {
    const ssize_t written = write(fd, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return DiskError("write", path, errno);
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return OkStatus();
}

// The fresh directory beside the real one; gone at the end unless it was renamed.
class FreshDirectory {
 public:
  static Result<std::unique_ptr<FreshDirectory>> Make(const std::string& beside) {
    std::string path = beside + ".XXXXXX";
    if (mkdtemp(path.data()) == nullptr) return DiskError("make a directory", path, errno);
    return std::make_unique<FreshDirectory>(std::move(path));
  }

  explicit FreshDirectory(std::string path)
      : path_(std::move(path)),
        directory_(open(path_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)) {}

  FreshDirectory(const FreshDirectory&) = delete;
  FreshDirectory& operator=(const FreshDirectory&) = delete;

  ~FreshDirectory() {
    std::error_code ignored;
    if (!path_.empty()) std::filesystem::remove_all(path_, ignored);
  }

  Status MakeDirectory(const std::string& path) {
    // The umask holds for what mkdir and open are given, so modes are set.
    if (mkdirat(directory_.get(), path.c_str(), kDirectoryMode) != 0 ||
        fchmodat(directory_.get(), path.c_str(), kDirectoryMode, 0) != 0) {
      return DiskError("make the directory", path_ + "/" + path, errno);
    }
    return OkStatus();
  }

  Status MakeFile(zip_t* archive,
                  const PlannedEntry& entry,
                  const ZipLimits& limits,
                  std::uint64_t& unpacked_bytes) {
    const mode_t mode = entry.is_executable ? kExecutableMode : kFileMode;
    const std::string path = path_ + "/" + entry.path;
    const int flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;
    const Descriptor file(openat(directory_.get(), entry.path.c_str(), flags, mode));
    if (!file.is_open() || fchmod(file.get(), mode) != 0) {
      return DiskError("make the file", path, errno);
    }
    return ReadEntry(archive, entry, limits, unpacked_bytes, [&](std::string_view bytes) {
      return WriteAll(file.get(), bytes, path);
    });
  }

  // Makes everything durable and renames it.
  Status Become(const std::string& target) {
    if (fchmod(directory_.get(), kDirectoryMode) != 0 || syncfs(directory_.get()) != 0) {
      return DiskError("finish", path_, errno);
    }
    if (rename(path_.c_str(), target.c_str()) != 0) {
      return DiskError("make the directory", target, errno);
    }
    path_.clear();
    return OkStatus();
  }

 private:
  std::string path_;
  Descriptor directory_;
};

}  // namespace

Status CheckZip(std::string_view archive, const ZipLimits& limits) {
  ASSIGN_OR_RETURN(const Archive opened, OpenArchive(archive));
  ASSIGN_OR_RETURN(const Plan plan, MakePlan(opened.get(), archive, limits));
  std::uint64_t unpacked_bytes = 0;
  for (const PlannedEntry& entry : plan.entries()) {
    if (entry.is_directory) continue;
    RETURN_IF_ERROR(ReadEntry(
        opened.get(), entry, limits, unpacked_bytes, [](std::string_view) { return OkStatus(); }));
  }
  return OkStatus();
}

Status Unpack(std::string_view archive, const std::string& directory, const ZipLimits& limits) {
  ASSIGN_OR_RETURN(const Archive opened, OpenArchive(archive));
  ASSIGN_OR_RETURN(const Plan plan, MakePlan(opened.get(), archive, limits));
  ASSIGN_OR_RETURN(const std::unique_ptr<FreshDirectory> fresh, FreshDirectory::Make(directory));
  std::uint64_t unpacked_bytes = 0;
  for (const PlannedEntry& entry : plan.entries()) {
    RETURN_IF_ERROR(entry.is_directory
                        ? fresh->MakeDirectory(entry.path)
                        : fresh->MakeFile(opened.get(), entry, limits, unpacked_bytes));
  }
  return fresh->Become(directory);
}

}  // namespace pawl::platform
