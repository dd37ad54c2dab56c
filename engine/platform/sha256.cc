#include "engine/platform/sha256.h"

#include <openssl/evp.h>

#include <array>

#include "engine/base/check.h"

namespace pawl::platform {

std::string Sha256(std::string_view bytes) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest = {};
  unsigned size = 0;
  PAWL_CHECK(EVP_Digest(bytes.data(), bytes.size(), digest.data(), &size, EVP_sha256(), nullptr) ==
             1);
  return {digest.begin(), digest.begin() + size};
}

}  // namespace pawl::platform
