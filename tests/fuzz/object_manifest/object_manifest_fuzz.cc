// Any bytes as a manifest of an S3 inventory and of Athena: what is read names files, an inventory
// has columns, and what is refused is refused as kInvalidArgument with the manifest's name.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "engine/base/check.h"
#include "engine/objects/manifest.h"

namespace pawl::objects {
namespace {

const ObjectName kName{.bucket = "bucket", .key = "manifest"};

void CheckManifest(const Result<Manifest>& manifest, bool has_columns) {
  if (!manifest.ok()) {
    PAWL_CHECK(manifest.status().code() == StatusCode::kInvalidArgument);
    PAWL_CHECK(manifest.status().message().starts_with("s3://bucket/manifest"));
    return;
  }
  PAWL_CHECK(manifest->columns.empty() != has_columns);
}

void Run(std::string_view data) {
  CheckManifest(ParseInventoryManifest(kName, data), /*has_columns=*/true);

  const Result<Manifest> athena = ParseAthenaManifest(kName, data);
  CheckManifest(athena, /*has_columns=*/false);
  if (!athena.ok()) return;
  std::string text;
  for (const ObjectName& file : athena->files) {
    PAWL_CHECK(!file.bucket.empty() && !file.key.empty());
    text += "\"" + file.ToString() + "\"\n";
  }
  PAWL_CHECK(ParseAthenaManifest(kName, text).value() == *athena);
}

}  // namespace
}  // namespace pawl::objects

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  pawl::objects::Run({reinterpret_cast<const char*>(data), size});
  return 0;
}
