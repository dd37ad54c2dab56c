#include "workers/code_cache.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <system_error>
#include <utility>

#include "engine/platform/file_text.h"
#include "engine/platform/sha256.h"
#include "engine/platform/zip_archive.h"
#include "workers/tree_digest.h"

namespace pawl::workers {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kSha256Bytes = 32;
// What unpacking adds to the name of an entry that is not finished: a dot and six characters.
constexpr std::size_t kUnfinishedSuffixBytes = 7;
// An entry holds the code, and beside it what TreeDigest says of it, in hexadecimal.
constexpr char kCode[] = "/code";
constexpr char kDigest[] = "/digest";
constexpr std::size_t kDigestBytesMax = 2 * kSha256Bytes;

std::string Hexadecimal(std::string_view bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  for (const char byte : bytes) {
    const auto value = static_cast<unsigned char>(byte);
    text += kDigits[value >> 4U];
    text += kDigits[value & 0xFU];
  }
  return text;
}

bool IsHexadecimal(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
  });
}

// The name is one of ours, finished or not.
bool IsEntry(std::string_view name) {
  constexpr std::size_t kNameBytes = 2 * kSha256Bytes;
  if (name.size() < kNameBytes || !IsHexadecimal(name.substr(0, kNameBytes))) return false;
  return name.size() == kNameBytes ||
         (name.size() == kNameBytes + kUnfinishedSuffixBytes && name[kNameBytes] == '.');
}

UniqueFd OpenDirectory(const std::string& path) {
  return UniqueFd(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
}

// The descriptor's directory is the one that has this name now.
bool IsStillThere(int fd, const std::string& path) {
  struct stat opened {};

  struct stat named {};

  return ::fstat(fd, &opened) == 0 && ::lstat(path.c_str(), &named) == 0 &&
         opened.st_dev == named.st_dev && opened.st_ino == named.st_ino;
}

Status CannotUse(const std::string& directory, const std::string& reason) {
  return Unavailable("the directory '" + directory + "' cannot hold functions' code: " + reason);
}

// Whether the code in an entry is what was stored there.
bool IsIntact(const std::string& entry) {
  const Result<std::string> stored = platform::ReadFileText(entry + kDigest, kDigestBytesMax);
  if (!stored.ok()) return false;
  const Result<std::string> found = TreeDigest(entry + kCode);
  return found.ok() && Hexadecimal(*found) == *stored;
}

// A new directory beside `path`, with an unfinished entry's name.
Result<std::string> MakeBeside(const std::string& path) {
  std::string made = path + ".XXXXXX";
  // Workers of other users may read it.
  if (::mkdtemp(made.data()) != nullptr && ::chmod(made.c_str(), 0755) == 0) return made;
  return CannotUse(made, std::generic_category().message(errno));
}

// Unpacks into an unfinished entry.
Status Fill(const std::string& entry, std::string_view archive) {
  RETURN_IF_ERROR(platform::Unpack(archive, entry + kCode, platform::ZipLimits()));
  ASSIGN_OR_RETURN(const std::string digest, TreeDigest(entry + kCode));
  std::ofstream file(entry + kDigest, std::ios::binary);
  file << Hexadecimal(digest);
  file.close();
  if (file) return {};
  return Unavailable("'" + entry + kDigest + "' cannot be written");
}

// Gives a finished entry its name. One that is there already stays if it is intact, and goes if it
// is damaged.
Status Finish(const std::string& entry, const std::string& path) {
  std::error_code error;
  fs::rename(entry, path, error);
  if (!error || IsIntact(path)) return {};
  ASSIGN_OR_RETURN(const std::string damaged, MakeBeside(path));
  // Whoever has it open keeps it; by its name there is the new one at once.
  fs::rename(path, damaged, error);
  if (!error) fs::rename(entry, path, error);
  std::error_code ignored;
  fs::remove_all(damaged, ignored);
  return error ? CannotUse(path, error.message()) : OkStatus();
}

void RemoveIfUnused(const fs::path& path, Timestamp now) {
  const UniqueFd entry = OpenDirectory(path.string());

  struct stat status {};

  if (!entry.is_open() || ::fstat(entry.get(), &status) != 0) return;
  const Timestamp used_at = FromMicros(std::int64_t{status.st_mtim.tv_sec} * 1'000'000);
  if (now - used_at < kUnusedCodeStays) return;
  // Whoever uses it holds a lock; whoever opens it now looks whether it still has its name.
  if (::flock(entry.get(), LOCK_EX | LOCK_NB) != 0) return;
  std::string gone =
      path.string().substr(0, path.string().size() - path.filename().string().size());
  gone += path.filename().string().substr(0, 2 * kSha256Bytes) + ".remove";
  std::error_code ignored;
  fs::rename(path, gone, ignored);
  if (!ignored) fs::remove_all(gone, ignored);
}

}  // namespace

Result<std::unique_ptr<CodeCache>> CodeCache::Open(const std::string& directory) {
  std::error_code error;
  fs::create_directories(directory, error);
  if (error) return CannotUse(directory, error.message());
  const fs::path path = fs::canonical(directory, error);
  if (error) return CannotUse(directory, error.message());
  if (!fs::is_directory(path, error)) return CannotUse(directory, "it is no directory");
  if (::access(path.c_str(), R_OK | W_OK | X_OK) != 0) {
    return CannotUse(directory, std::generic_category().message(errno));
  }
  return std::unique_ptr<CodeCache>(new CodeCache(path.string(), false));
}

Result<std::unique_ptr<CodeCache>> CodeCache::OpenPrivate(const std::string& parent) {
  std::error_code error;
  std::string path = (fs::absolute(parent, error) / "pawl-code.XXXXXX").string();
  if (::mkdtemp(path.data()) == nullptr) {
    return CannotUse(path, std::generic_category().message(errno));
  }
  return std::unique_ptr<CodeCache>(new CodeCache(std::move(path), true));
}

CodeCache::~CodeCache() {
  std::error_code ignored;
  if (is_private_) fs::remove_all(directory_, ignored);
}

std::string CodeCache::PathOf(const std::string& sha256) const {
  return directory_ + "/" + Hexadecimal(sha256);
}

std::optional<std::string> CodeCache::Use(const std::string& sha256) {
  std::string path = PathOf(sha256);
  if (const auto used = used_.find(sha256); used != used_.end()) {
    if (IsStillThere(used->second.get(), path)) return path + kCode;
    used_.erase(used);
  }
  UniqueFd entry = OpenDirectory(path);
  if (!entry.is_open() || ::flock(entry.get(), LOCK_SH) != 0 || !IsStillThere(entry.get(), path) ||
      !IsIntact(path)) {
    return std::nullopt;
  }
  ::futimens(entry.get(), nullptr);
  used_.emplace(sha256, std::move(entry));
  return path + kCode;
}

void CodeCache::Release(const std::string& sha256) {
  const auto used = used_.find(sha256);
  if (used == used_.end()) return;
  // What still runs has until then to end.
  ::futimens(used->second.get(), nullptr);
  used_.erase(used);
}

Status CodeCache::Store(const std::string& sha256, std::string_view archive) {
  if (platform::Sha256(archive) != sha256) {
    return DataLoss("code of " + std::to_string(archive.size()) + " bytes came with SHA-256 " +
                    Hexadecimal(platform::Sha256(archive)) + "; " + Hexadecimal(sha256) +
                    " would be right");
  }
  const std::string path = PathOf(sha256);
  ASSIGN_OR_RETURN(const std::string entry, MakeBeside(path));
  Status status = Fill(entry, archive);
  if (status.ok()) status = Finish(entry, path);
  std::error_code ignored;
  fs::remove_all(entry, ignored);
  return status;
}

void CodeCache::RemoveUnused(Timestamp now) {
  std::error_code error;
  for (fs::directory_iterator entry(directory_, error), end; !error && entry != end;
       entry.increment(error)) {
    if (!IsEntry(entry->path().filename().string())) continue;
    RemoveIfUnused(entry->path(), now);
  }
}

}  // namespace pawl::workers
