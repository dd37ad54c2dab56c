#include "server/page_token_sealer.h"

#include <cstdint>
#include <string>
#include <utility>

namespace pawl::server {
namespace {

constexpr std::uint8_t kFirstSealingKeyId = 1;

}  // namespace

Result<runtime::TokenSealer> MakePageTokenSealer(Engine& engine) {
  ASSIGN_OR_RETURN(std::string secret, engine.StoreSecret("page-tokens"));
  return runtime::TokenSealer({{.id = kFirstSealingKeyId, .secret = std::move(secret)}});
}

}  // namespace pawl::server
