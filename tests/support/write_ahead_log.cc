#include "tests/support/write_ahead_log.h"

#include <cstddef>
#include <cstdint>

#include "engine/storage/rocksdb_checksum.h"

namespace pawl::test {

namespace {

constexpr std::size_t kBlockBytes = 32 * 1024;
constexpr std::size_t kHeaderBytes = 7;

enum class FragmentType : char { kFull = 1, kFirst = 2, kMiddle = 3, kLast = 4 };

FragmentType TypeOf(bool is_first, bool is_last) {
  if (is_first) return is_last ? FragmentType::kFull : FragmentType::kFirst;
  return is_last ? FragmentType::kLast : FragmentType::kMiddle;
}

void AppendLittleEndian(std::string& log, std::uint32_t value, std::size_t bytes) {
  for (std::size_t i = 0; i < bytes; ++i)
    log.push_back(static_cast<char>(value >> (8 * i)));
}

void AppendFragment(std::string& log, FragmentType type, std::string_view bytes) {
  const std::string summed = static_cast<char>(type) + std::string(bytes);
  const std::uint32_t sum = rocksdb::crc32c::Extend(0, summed.data(), summed.size());
  AppendLittleEndian(log, ((sum >> 15U) | (sum << 17U)) + 0xa282ead8U, 4);
  AppendLittleEndian(log, static_cast<std::uint32_t>(bytes.size()), 2);
  log += summed;
}

}  // namespace

void AppendLogRecord(std::string& log, std::string_view record) {
  bool is_first = true;
  do {
    std::size_t left = kBlockBytes - log.size() % kBlockBytes;
    if (left < kHeaderBytes) {
      log.append(left, '\0');
      left = kBlockBytes;
    }
    const std::string_view bytes = record.substr(0, left - kHeaderBytes);
    record.remove_prefix(bytes.size());
    AppendFragment(log, TypeOf(is_first, record.empty()), bytes);
    is_first = false;
  } while (!record.empty());
}

}  // namespace pawl::test
