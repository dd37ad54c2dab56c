// Any bytes as a token: they open only if sealing their content gives them again. The same bytes as
// content: sealed they open, changed in any place or for another request they do not.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "engine/base/check.h"
#include "engine/runtime/sealed_token.h"

namespace pawl::runtime {
namespace {

// A token of 4,096 characters is the longest that opens.
constexpr std::size_t kContentBytesMax = 3'000;

void CheckRefused(const Result<std::string>& opened) {
  PAWL_CHECK(!opened.ok());
  PAWL_CHECK(opened.status().code() == StatusCode::kInvalidArgument);
}

void Run(std::string_view data) {
  // The seeds hold tokens that this key sealed.
  static const TokenSealer sealer({{.id = 7, .secret = std::string(32, 's')}});
  const TokenScope scope{.namespace_id = NamespaceId{1}, .kind = "List", .request = "machine"};
  const Result<std::string> opened = sealer.Open(scope, data);
  if (opened.ok()) {
    PAWL_CHECK(sealer.Seal(scope, *opened) == data);
  } else {
    CheckRefused(opened);
  }

  const std::string_view content = data.substr(0, kContentBytesMax);
  std::string token = sealer.Seal(scope, content);
  PAWL_CHECK(sealer.Open(scope, token).value() == content);
  const TokenScope other{.namespace_id = NamespaceId{1}, .kind = "Lis", .request = "tmachine"};
  CheckRefused(sealer.Open(other, token));
  char& changed = token[content.size() % token.size()];
  changed = changed == 'A' ? 'B' : 'A';
  CheckRefused(sealer.Open(scope, token));
}

}  // namespace
}  // namespace pawl::runtime

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  pawl::runtime::Run({reinterpret_cast<const char*>(data), size});
  return 0;
}
