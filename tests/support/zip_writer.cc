#include "tests/support/zip_writer.h"

#include <zlib.h>

#include <cstddef>

namespace pawl::test {
namespace {

constexpr std::uint16_t kDeflated = 8;
constexpr std::uint16_t kMadeOnUnix = 3 << 8 | 20;
constexpr std::uint16_t kVersionNeeded = 20;

void Put(std::string& text, std::uint64_t number, int bytes) {
  for (int i = 0; i < bytes; ++i)
    text.push_back(static_cast<char>(number >> (8 * i) & 0xFF));
}

std::string Deflate(const std::string& content) {
  z_stream stream{};
  // Negative: without zlib's own header.
  deflateInit2(&stream, Z_BEST_COMPRESSION, Z_DEFLATED, -MAX_WBITS, 8, Z_DEFAULT_STRATEGY);
  std::string deflated(deflateBound(&stream, content.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(content.data()));
  stream.avail_in = static_cast<uInt>(content.size());
  stream.next_out = reinterpret_cast<Bytef*>(deflated.data());
  stream.avail_out = static_cast<uInt>(deflated.size());
  deflate(&stream, Z_FINISH);
  deflated.resize(stream.total_out);
  deflateEnd(&stream);
  return deflated;
}

std::uint32_t CrcOf(const std::string& content) {
  const auto* bytes = reinterpret_cast<const Bytef*>(content.data());
  return static_cast<std::uint32_t>(crc32(0, bytes, static_cast<uInt>(content.size())));
}

// What local header and central directory have alike, from the flags to the name's size.
std::string CommonHeader(const ZippedFile& file, std::size_t stored_bytes) {
  std::string header;
  Put(header, file.flags, 2);
  Put(header, file.method.value_or(file.is_deflated ? kDeflated : 0), 2);
  Put(header, 0x58210000, 4);  // 2024-01-01
  Put(header, file.crc.value_or(CrcOf(file.content)), 4);
  Put(header, stored_bytes, 4);
  Put(header, file.content_bytes.value_or(static_cast<std::uint32_t>(file.content.size())), 4);
  Put(header, file.name.size(), 2);
  return header;
}

}  // namespace

std::string ZipOf(const std::vector<ZippedFile>& files) {
  std::string archive;
  std::string directory;
  std::size_t offset = 0;
  for (const ZippedFile& file : files) {
    const std::string stored = file.is_deflated ? Deflate(file.content) : file.content;
    if (!file.shares_bytes) {
      offset = archive.size();
      archive += "PK\3\4";
      Put(archive, kVersionNeeded, 2);
      archive += CommonHeader(file, stored.size());
      Put(archive, 0, 2);
      archive += file.name + stored;
    }
    directory += "PK\1\2";
    Put(directory, kMadeOnUnix, 2);
    Put(directory, kVersionNeeded, 2);
    directory += CommonHeader(file, stored.size());
    Put(directory, 0, 2 + 2 + 2 + 2);  // extra field, comment, disk, internal attributes
    Put(directory, std::uint64_t{file.mode} << 16, 4);
    Put(directory, offset, 4);
    directory += file.name;
  }
  const std::size_t directory_offset = archive.size();
  archive += directory + "PK\5\6";
  Put(archive, 0, 4);
  Put(archive, files.size(), 2);
  Put(archive, files.size(), 2);
  Put(archive, directory.size(), 4);
  Put(archive, directory_offset, 4);
  Put(archive, 0, 2);
  return archive;
}

}  // namespace pawl::test
