// Any bytes as what a function's process wrote: the record lies inside them, and the ring of its
// results condemns what does not fit.
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "engine/base/check.h"
#include "workers/protocol.h"
#include "workers/shared_results.h"

namespace pawl::workers {
namespace {

// workers/PROTOCOL.md: the ring is behind one page of words.
constexpr off_t kRingOffset = 4096;

void CheckInside(std::string_view part, std::string_view whole) {
  PAWL_CHECK(part.data() >= whole.data());
  PAWL_CHECK(part.data() + part.size() <= whole.data() + whole.size());
}

void CheckRecord(std::string_view bytes) {
  const auto record = ParseRecord(bytes);
  if (!record) return;
  PAWL_CHECK(record->second <= bytes.size());
  CheckInside(record->first.error_type, bytes.substr(0, record->second));
  CheckInside(record->first.payload, bytes.substr(0, record->second));
}

// The first bytes say how far the child claims to have written, before and after its last message;
// the others fill the ring, again and again.
void CheckRing(std::string_view bytes) {
  constexpr std::size_t kClaims = 2 * sizeof(std::uint32_t);
  if (bytes.size() <= kClaims) return;
  const auto first = ReadNumber<std::uint32_t>(bytes, 0);
  const auto second = ReadNumber<std::uint32_t>(bytes, sizeof first);
  bytes.remove_prefix(kClaims);
  std::string ring;
  while (ring.size() < SharedResults::kRingBytes) {
    ring.append(bytes.substr(0, SharedResults::kRingBytes - ring.size()));
  }
  Result<SharedResults> results = SharedResults::Create();
  PAWL_CHECK(results.ok());
  PAWL_CHECK(::pwrite(results->fd(), ring.data(), ring.size(), kRingOffset) ==
             static_cast<ssize_t>(ring.size()));
  std::size_t payload_bytes = 0;
  const auto count = [&](const ResultRecord& record) { payload_bytes += record.payload.size(); };
  const bool makes_sense = results->Read(first, count) && results->Read(second, count);
  PAWL_CHECK(!makes_sense || second >= first);
  PAWL_CHECK(payload_bytes <= 2 * SharedResults::kRingBytes);
}

}  // namespace
}  // namespace pawl::workers

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  pawl::workers::CheckRecord(bytes);
  pawl::workers::CheckRing(bytes);
  return 0;
}
