// A directory sorts among its neighbours as its name with '/' behind it: so walking the tree in
// that order meets the keys in theirs. Of each directory only the first names that may be in the
// page are kept, in a heap.
#include "engine/objects/directory_listing.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/objects/object_file.h"

namespace pawl::objects {
namespace {

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
    ObjectStat stat = StatOf(file);
    page_.records.push_back({.etag = std::move(stat.etag),
                             .key = key,
                             .last_modified = stat.last_modified,
                             .size = stat.size});
    return OkStatus();
  }

  FileDescriptor bucket_;
  const ListRequest& request_;
  ObjectPage page_;
};

}  // namespace

Result<ObjectPage> ListDirectory(FileDescriptor bucket, const ListRequest& request) {
  return Lister(std::move(bucket), request).List();
}

}  // namespace pawl::objects
