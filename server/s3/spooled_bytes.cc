#include "server/s3/spooled_bytes.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <system_error>

namespace pawl::s3 {

SpooledBytes::~SpooledBytes() {
  if (file_ >= 0) close(file_);
}

Status SpooledBytes::Append(std::string_view bytes) {
  if (file_ < 0) RETURN_IF_ERROR(Open());
  digest_.Add(bytes);
  while (!bytes.empty()) {
    const ssize_t written = write(file_, bytes.data(), bytes.size());
    if (written < 0) {
      if (errno == EINTR) continue;
      return SystemError("write");
    }
    bytes.remove_prefix(static_cast<std::size_t>(written));
    size_ += static_cast<std::uint64_t>(written);
  }
  return OkStatus();
}

Result<std::size_t> SpooledBytes::Read(std::uint64_t offset, std::span<char> buffer) const {
  if (file_ < 0) return std::size_t{0};
  for (;;) {
    const ssize_t count = pread(file_, buffer.data(), buffer.size(), static_cast<off_t>(offset));
    if (count >= 0) return static_cast<std::size_t>(count);
    if (errno != EINTR) return SystemError("read");
  }
}

Status SpooledBytes::Open() {
  std::string name = directory_ + "/pawl-object-XXXXXX";
  file_ = mkostemp(name.data(), O_CLOEXEC);
  if (file_ < 0) return SystemError("make");
  unlink(name.c_str());
  return OkStatus();
}

Status SpooledBytes::SystemError(std::string_view action) const {
  const int number = errno;
  std::string message = "cannot " + std::string(action) + " a temporary file in '" + directory_ +
                        "': " + std::generic_category().message(number);
  if (number == ENOSPC || number == EDQUOT) return ResourceExhausted(std::move(message));
  return Unavailable(std::move(message));
}

}  // namespace pawl::s3
