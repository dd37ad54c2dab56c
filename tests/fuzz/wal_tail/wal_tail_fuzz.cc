// Any bytes as a write-ahead log, and as records of one that is cut off somewhere: no more than
// what is there is whole, what is whole stays so, and of a log that was cut off exactly the records
// in front of the cut are whole.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/check.h"
#include "engine/storage/rocksdb_wal_tail.h"
#include "tests/support/write_ahead_log.h"

namespace pawl::storage {
namespace {

void TryAsLog(std::string_view log) {
  const std::optional<std::size_t> end = EndOfWholeRecords(log);
  if (!end.has_value()) return;
  PAWL_CHECK(*end <= log.size());
  PAWL_CHECK(EndOfWholeRecords(log.substr(0, *end)) == end);
}

// Two bytes where to cut, then records: a byte of length, in units of 300, and its bytes as often
// as they fit.
void TryAsRecords(std::string_view input) {
  if (input.size() < 2) return;
  const auto high = static_cast<std::uint8_t>(input[0]);
  const auto low = static_cast<std::uint8_t>(input[1]);
  const std::size_t cut_at = (high * std::size_t{256} + low) * 2;
  input.remove_prefix(2);
  std::string log;
  std::vector<std::size_t> ends = {0};
  while (input.size() > 1) {
    const std::size_t size = static_cast<std::uint8_t>(input[0]) * std::size_t{300};
    const std::string_view unit = input.substr(1, 8);
    input.remove_prefix(1 + unit.size());
    std::string record;
    while (record.size() < size)
      record += unit;
    test::AppendLogRecord(log, record);
    ends.push_back(log.size());
  }
  PAWL_CHECK(EndOfWholeRecords(log) == log.size());
  PAWL_CHECK(EndOfWholeRecords(log + std::string(5000, '\0')) == log.size());
  log.resize(std::min(log.size(), cut_at));
  const std::size_t whole = *std::prev(std::upper_bound(ends.begin(), ends.end(), log.size()));
  PAWL_CHECK(EndOfWholeRecords(log) == whole);
}

}  // namespace
}  // namespace pawl::storage

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  pawl::storage::TryAsLog(input);
  pawl::storage::TryAsRecords(input);
  return 0;
}
