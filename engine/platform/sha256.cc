#include "engine/platform/sha256.h"

#include <fcntl.h>
#include <openssl/evp.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <memory>
#include <system_error>

#include "engine/base/check.h"

namespace pawl::platform {
namespace {

constexpr std::size_t kHashReadBytes = std::size_t{64} * 1024;

struct FreeContext {
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};

// Reads to the end. 0, or the number of an error.
int DigestRest(int fd, EVP_MD_CTX* context) {
  std::array<char, kHashReadBytes> buffer;
  while (true) {
    const ssize_t count = read(fd, buffer.data(), buffer.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return errno;
    if (count == 0) return 0;
    PAWL_CHECK(EVP_DigestUpdate(context, buffer.data(), static_cast<std::size_t>(count)) == 1);
  }
}

}  // namespace

std::string Sha256(std::string_view bytes) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest = {};
  unsigned size = 0;
  PAWL_CHECK(EVP_Digest(bytes.data(), bytes.size(), digest.data(), &size, EVP_sha256(), nullptr) ==
             1);
  return {digest.begin(), digest.begin() + size};
}

Result<std::string> Sha256OfFile(const std::string& path) {
  const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
  int error = fd < 0 ? errno : 0;
  const std::unique_ptr<EVP_MD_CTX, FreeContext> context(EVP_MD_CTX_new());
  PAWL_CHECK(context != nullptr);
  PAWL_CHECK(EVP_DigestInit_ex(context.get(), EVP_sha256(), nullptr) == 1);
  if (fd >= 0) {
    error = DigestRest(fd, context.get());
    close(fd);
  }
  if (error != 0) {
    return Unavailable("'" + path + "' cannot be read: " + std::generic_category().message(error));
  }
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest = {};
  unsigned size = 0;
  PAWL_CHECK(EVP_DigestFinal_ex(context.get(), digest.data(), &size) == 1);
  return std::string(digest.begin(), digest.begin() + size);
}

}  // namespace pawl::platform
