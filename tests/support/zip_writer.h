// Zip archives for tests, byte by byte: those too that no honest program writes.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace pawl::test {

struct ZippedFile {
  // As it goes into the archive; "/" at the end makes a directory of it.
  std::string name;
  std::string content = {};
  // Of Unix: type and permissions.
  std::uint32_t mode = 0100644;
  bool is_deflated = false;
  // What the archive says in place of the truth.
  std::uint16_t flags = 0;
  std::optional<std::uint16_t> method = {};
  std::optional<std::uint32_t> crc = {};
  std::optional<std::uint32_t> content_bytes = {};
  // This entry has the bytes of the one before.
  bool shares_bytes = false;
};

// PKWARE APPNOTE 4.3: local headers with the contents, the central directory and its end.
std::string ZipOf(const std::vector<ZippedFile>& files);

}  // namespace pawl::test
