// Ballast: a file that holds nothing but space, given back to the disk when it is full, so that a
// store can then still be opened and its background work done.
#pragma once

#include <cstdint>
#include <filesystem>

#include "engine/base/mutex.h"
#include "engine/base/status.h"

namespace pawl::storage {

// Threads: safe from any thread.
class Ballast {
 public:
  struct Options {
    std::filesystem::path path;
    // 0: there never is a ballast.
    std::uint64_t bytes = 0;
    // Dropped when less than this is free; made when this much would be left beside it, twice.
    std::uint64_t reserve_bytes = 0;
  };

  // Looks whether the file is there; makes nothing yet.
  explicit Ballast(Options options);

  // Bytes free on the file's device. The ballast's own are never among them, be it dropped or not:
  // they belong to the store. Drops or makes the ballast as that number asks for. A device that
  // cannot reserve space has no ballast. Errors: Unavailable.
  Result<std::uint64_t> FreeBytes();

  // Gives the space back. False where there is nothing to give.
  bool Drop();

 private:
  bool DropLocked() PAWL_REQUIRES(mutex_);
  void Make() PAWL_REQUIRES(mutex_);

  const Options options_;
  Mutex mutex_;
  bool is_made_ PAWL_GUARDED_BY(mutex_) = false;
  bool is_possible_ PAWL_GUARDED_BY(mutex_) = true;
};

}  // namespace pawl::storage
