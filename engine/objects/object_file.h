// A file that is an object: what it is called while it is written, and what the system says of it.
#pragma once

#include <fcntl.h>
#include <sys/stat.h>

#include <string_view>

#include "engine/base/status.h"
#include "engine/objects/object_store.h"

namespace pawl::objects {

// In a bucket: where objects are while they are written.
inline constexpr const char* kPartialDirectory = ".pawl-partial";
// How a directory of objects is opened: never through a symbolic link.
inline constexpr int kDirectoryFlags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;

ObjectStat StatOf(const struct stat& file);

// What errno says of `place`, where it has no other meaning: kPermissionDenied (AccessDenied),
// kResourceExhausted for a full disk, kInvalidArgument (KeyTooLongError), kFailedPrecondition for a
// file where a directory should be or the other way round, else kUnavailable.
Status SystemError(std::string_view action, std::string_view place, int error_number);

}  // namespace pawl::objects
