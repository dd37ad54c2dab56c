// Any bytes as a zip archive: checking and unpacking agree, what is refused leaves nothing behind,
// and what is unpacked is files and directories inside, no more of them than the limits say.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <string_view>

#include "engine/base/check.h"
#include "engine/platform/zip_archive.h"

namespace {

namespace fs = std::filesystem;

constexpr pawl::platform::ZipLimits kLimits = {.unpacked_bytes_max = 100'000, .entries_max = 100};

fs::path Playground() {
  std::string path = (fs::temp_directory_path() / "pawl-zip-fuzz.XXXXXX").string();
  PAWL_CHECK(mkdtemp(path.data()) != nullptr);
  return path;
}

void CheckFiles(const fs::path& directory) {
  std::size_t entries = 0;
  std::uint64_t bytes = 0;
  for (const fs::directory_entry& entry : fs::recursive_directory_iterator(directory)) {
    const fs::file_status status = entry.symlink_status();
    PAWL_CHECK(fs::is_directory(status) || fs::is_regular_file(status));
    if (fs::is_regular_file(status)) bytes += entry.file_size();
    ++entries;
  }
  PAWL_CHECK(entries <= kLimits.entries_max && bytes <= kLimits.unpacked_bytes_max);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const fs::path playground = Playground();
  const std::string_view archive(reinterpret_cast<const char*>(data), size);
  const pawl::Status checked = pawl::platform::CheckZip(archive, kLimits);
  PAWL_CHECK(checked.ok() || checked.code() == pawl::StatusCode::kInvalidArgument);
  PAWL_CHECK(checked.ok() || !checked.message().empty());

  const fs::path directory = playground / "unpacked";
  const pawl::Status unpacked = pawl::platform::Unpack(archive, directory, kLimits);
  PAWL_CHECK(unpacked == checked);
  if (unpacked.ok()) CheckFiles(directory);
  fs::remove_all(directory);
  PAWL_CHECK(fs::is_empty(playground));
  return 0;
}
