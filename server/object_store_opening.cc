#include "server/object_store_opening.h"

#include <fmt/format.h>

#include <fstream>
#include <iterator>
#include <string>
#include <thread>
#include <utility>

#include "server/s3/s3_object_store.h"

namespace pawl::server {
namespace {

// Of a secret with white space around it.
constexpr std::size_t kSecretBytesMax = 4096;

Result<std::string> ReadSecret(const ObjectStoreSettings& settings) {
  const std::string& path = settings.secret_access_key_file;
  if (path.empty()) return settings.secret_access_key;
  std::ifstream file(path, std::ios::binary);
  if (!file) {
    return NotFound(fmt::format(
        "objects_s3_secret_access_key_file: cannot read '{}'; expected a file with the secret",
        path));
  }
  std::string secret(kSecretBytesMax, '\0');
  file.read(secret.data(), static_cast<std::streamsize>(secret.size()));
  secret.resize(static_cast<std::size_t>(file.gcount()));
  constexpr const char* kSpaces = " \t\r\n";
  secret.erase(0, secret.find_first_not_of(kSpaces));
  secret.erase(secret.find_last_not_of(kSpaces) + 1);
  if (!secret.empty()) return secret;
  return InvalidArgument(fmt::format(
      "objects_s3_secret_access_key_file: '{}' is empty; expected the secret in it", path));
}

}  // namespace

Result<std::shared_ptr<objects::ObjectStore>> OpenObjectStore(const ObjectStoreSettings& settings,
                                                              platform::Clock& clock,
                                                              platform::Random& random) {
  if (settings.endpoint.empty()) return std::shared_ptr<objects::ObjectStore>();
  ASSIGN_OR_RETURN(std::string secret, ReadSecret(settings));
  auto store = s3::S3ObjectStore::Make(
      {.endpoint = settings.endpoint,
       .region = settings.region,
       .credentials = {.access_key_id = settings.access_key_id,
                       .secret_access_key = std::move(secret)},
       .addressing = settings.is_path_style ? s3::Addressing::kPath : s3::Addressing::kVirtualHost},
      {.clock = clock, .random = random, .pause = [](std::chrono::milliseconds pause) {
         std::this_thread::sleep_for(pause);
       }});
  if (!store.ok()) return InvalidArgument("objects_s3_endpoint: " + store.status().message());
  return std::shared_ptr<objects::ObjectStore>(*std::move(store));
}

}  // namespace pawl::server
