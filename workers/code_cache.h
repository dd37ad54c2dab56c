// CodeCache: the code of deployed functions on this machine's disk, one directory for each archive,
// named by its SHA-256 in hexadecimal.
//
// An entry is there whole or not at all, and never changes: so several workers may share the
// directory. Disks, and people, damage what lies around: what an entry holds is held against the
// digest that was taken when it was made (TreeDigest) whenever a process begins to use it. A
// damaged one counts as missing, and storing it again replaces it. An entry in use is locked
// (flock, shared), which keeps others from removing it; the lock goes with the process.
#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "engine/base/status.h"
#include "engine/base/time.h"
#include "workers/unique_fd.h"

namespace pawl::workers {

// How long an entry stays that nobody uses.
inline constexpr std::chrono::hours kUnusedCodeStays{24 * 7};

// Threads: one at a time.
class CodeCache {
 public:
  // Makes the directory if it is not there. Unavailable: it cannot be made or written to.
  static Result<std::unique_ptr<CodeCache>> Open(const std::string& directory);
  // A private directory below `parent`, which goes with the object.
  static Result<std::unique_ptr<CodeCache>> OpenPrivate(const std::string& parent);
  CodeCache(const CodeCache&) = delete;
  CodeCache& operator=(const CodeCache&) = delete;
  ~CodeCache();

  const std::string& directory() const { return directory_; }

  // The directory with the code, which stays as long as it is in use; nullopt: it is not there, or
  // damaged. The first time it reads all of the code.
  std::optional<std::string> Use(const std::string& sha256);
  // Nothing of it is needed any more.
  void Release(const std::string& sha256);

  // Unpacks an archive, in the place of a damaged entry if there is one. DataLoss: it does not have
  // this hash; Unavailable: its place cannot be written to; others as platform::Unpack.
  Status Store(const std::string& sha256, std::string_view archive);

  // Removes entries that nobody has used for kUnusedCodeStays, and what crashes left behind for as
  // long. Other files stay.
  void RemoveUnused(Timestamp now);

 private:
  CodeCache(std::string directory, bool is_private)
      : directory_(std::move(directory)), is_private_(is_private) {}

  std::string PathOf(const std::string& sha256) const;

  const std::string directory_;
  const bool is_private_;
  // By hash: the descriptors that hold the locks.
  std::map<std::string, UniqueFd> used_;
};

}  // namespace pawl::workers
