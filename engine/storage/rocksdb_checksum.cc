#include "engine/storage/rocksdb_checksum.h"

#include <isa-l/crc.h>

#include <algorithm>
#include <limits>

namespace rocksdb::crc32c {

__attribute__((visibility("default"))) std::uint32_t Extend(std::uint32_t crc,
                                                            const char* data,
                                                            std::size_t size) {
  // ISA-L leaves the inversions at both ends to its caller, and counts in int.
  std::uint32_t register_value = ~crc;
  while (size > 0) {
    constexpr std::size_t kMost = std::numeric_limits<int>::max();
    const std::size_t bytes = std::min(size, kMost);
    // It only reads.
    auto* begin = reinterpret_cast<unsigned char*>(const_cast<char*>(data));
    register_value = crc32_iscsi(begin, static_cast<int>(bytes), register_value);
    data += bytes;
    size -= bytes;
  }
  return ~register_value;
}

}  // namespace rocksdb::crc32c
