#include "engine/objects/object_file.h"

#include <cerrno>
#include <cstdint>
#include <string>
#include <system_error>
#include <utility>

namespace pawl::objects {
namespace {

constexpr std::int64_t kNanosPerSecond = 1'000'000'000;
constexpr std::int64_t kMicrosPerSecond = 1'000'000;

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

}  // namespace

ObjectStat StatOf(const struct stat& file) {
  return {.size = static_cast<std::uint64_t>(file.st_size),
          .etag = Etag(file),
          .last_modified = LastModified(file)};
}

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

}  // namespace pawl::objects
