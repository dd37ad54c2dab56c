// The directory of a store on disk: telling it from other directories, and its marker file.
//
//   PAWL_STORE   the marker: format version and id of the store, a few lines of text
//   PAWL_LOCK    locked by the process that has the store open
//   ballast      space kept for the day the disk is full
//   db/          what the storage engine keeps
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "engine/base/status.h"
#include "engine/platform/random.h"

namespace pawl::storage {

// The newest format this code reads and the one it writes. Raised when rows change in a way that
// older code would misread.
inline constexpr int kStoreFormatVersion = 1;

inline constexpr std::string_view kMarkerFileName = "PAWL_STORE";
inline constexpr std::string_view kLockFileName = "PAWL_LOCK";
inline constexpr std::string_view kBallastFileName = "ballast";
inline constexpr std::string_view kDatabaseDirectoryName = "db";

struct StoreMarker {
  int format_version = kStoreFormatVersion;
  // A UUID, made with the store.
  std::string store_id;

  bool operator==(const StoreMarker&) const = default;
};

// Makes `directory` (mode 0700, and its parents) where it is missing. Leaves an existing one alone.
// Errors: FailedPrecondition for a file, or for a directory that holds something and no marker;
// PermissionDenied, ResourceExhausted, Unavailable as the operating system says.
Status PrepareStoreDirectory(const std::filesystem::path& directory);

// The marker of the store in `directory`, made durable first where there is none. Call with the
// store locked. Errors: FailedPrecondition for a newer format; DataLoss for a marker that cannot be
// understood; the operating system's as above.
Result<StoreMarker> ReadOrCreateMarker(const std::filesystem::path& directory,
                                       platform::Random& random);

// The process that holds a POSIX lock on `path`, as far as the kernel tells.
std::optional<int> LockHolder(const std::filesystem::path& path);

// "cannot open /data/db: No space left on device", with the code that suits `error_number`.
Status FileError(std::string_view action, const std::filesystem::path& path, int error_number);

}  // namespace pawl::storage
