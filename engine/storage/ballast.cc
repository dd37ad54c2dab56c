#include "engine/storage/ballast.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "engine/storage/store_directory.h"

namespace pawl::storage {

Ballast::Ballast(Options options) : options_(std::move(options)) {
  struct stat file {};

  const MutexLock lock(mutex_);
  is_made_ = stat(options_.path.c_str(), &file) == 0;
  is_possible_ = options_.bytes > 0;
  // A ballast of another size, or one no longer wanted, makes way.
  if (is_made_ && static_cast<std::uint64_t>(file.st_size) != options_.bytes) DropLocked();
}

Result<std::uint64_t> Ballast::FreeBytes() {
  const std::filesystem::path directory = options_.path.parent_path();

  struct statvfs disk {};

  if (statvfs(directory.c_str(), &disk) != 0) return FileError("look at", directory, errno);
  const std::uint64_t free = std::uint64_t{disk.f_bavail} * std::uint64_t{disk.f_frsize};
  const MutexLock lock(mutex_);
  if (is_made_) {
    if (free < options_.reserve_bytes) DropLocked();
    return free;
  }
  if (!is_possible_) return free;
  const std::uint64_t left = free - std::min(free, options_.bytes);
  if (left >= 2 * options_.reserve_bytes) Make();
  return left;
}

bool Ballast::Drop() {
  const MutexLock lock(mutex_);
  return DropLocked();
}

bool Ballast::DropLocked() {
  if (!is_made_) return false;
  is_made_ = false;
  return unlink(options_.path.c_str()) == 0;
}

void Ballast::Make() {
  const int file = open(options_.path.c_str(), O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0600);
  if (file < 0) return;
  is_made_ = fallocate(file, 0, 0, static_cast<off_t>(options_.bytes)) == 0;
  if (!is_made_) {
    is_possible_ = errno != EOPNOTSUPP;
    unlink(options_.path.c_str());
  }
  close(file);
}

}  // namespace pawl::storage
