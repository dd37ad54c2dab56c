#include "workers/shared_results.h"

#include <fcntl.h>
#include <sys/mman.h>

#include <atomic>
#include <bit>
#include <cerrno>
#include <cstring>
#include <string>
#include <system_error>

#include "workers/protocol.h"

namespace pawl::workers {
namespace {

static_assert(std::endian::native == std::endian::little, "the protocol is little-endian");

constexpr std::size_t kRingOffset = 4096;
constexpr std::size_t kMappingBytes = kRingOffset + SharedResults::kRingBytes;

constexpr std::size_t kWordStarted = 0;
constexpr std::size_t kWordStartedAt = 1;
constexpr std::size_t kWordWritten = 2;
constexpr std::size_t kWordSkipBelow = 8;
constexpr std::size_t kWordTaken = 9;

std::uint64_t Load(std::uint64_t* word) {
  return std::atomic_ref<std::uint64_t>(*word).load(std::memory_order_acquire);
}

void Store(std::uint64_t* word, std::uint64_t value) {
  std::atomic_ref<std::uint64_t>(*word).store(value, std::memory_order_seq_cst);
}

}  // namespace

std::optional<std::pair<ResultRecord, std::size_t>> ParseRecord(std::string_view bytes) {
  if (bytes.size() < kRecordHeaderBytes) return std::nullopt;
  const auto body = ReadNumber<std::uint32_t>(bytes, 0);
  const auto kind = ReadNumber<std::uint16_t>(bytes, 4);
  const auto error_type_bytes = ReadNumber<std::uint16_t>(bytes, 6);
  if (kind < 1 || kind > 4 || body > bytes.size() - kRecordHeaderBytes || error_type_bytes > body) {
    return std::nullopt;
  }
  ResultRecord record;
  record.kind = static_cast<ResultRecord::Kind>(kind);
  record.sequence = ReadNumber<std::uint64_t>(bytes, 8);
  record.duration = std::chrono::microseconds(ReadNumber<std::uint32_t>(bytes, 16));
  record.error_type = bytes.substr(kRecordHeaderBytes, error_type_bytes);
  record.payload = bytes.substr(kRecordHeaderBytes + error_type_bytes, body - error_type_bytes);
  return std::pair(record, kRecordHeaderBytes + body);
}

Result<SharedResults> SharedResults::Create() {
  UniqueFd fd(::memfd_create("pawl-results", MFD_CLOEXEC | MFD_ALLOW_SEALING));
  void* mapping = MAP_FAILED;
  if (fd.is_open() && ::ftruncate(fd.get(), static_cast<off_t>(kMappingBytes)) == 0 &&
      ::fcntl(fd.get(), F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) == 0) {
    mapping = ::mmap(nullptr, kMappingBytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd.get(), 0);
  }
  if (mapping == MAP_FAILED) {
    return Unavailable("memory shared with a function's process: " +
                       std::generic_category().message(errno));
  }
  return SharedResults(std::move(fd), mapping);
}

SharedResults::SharedResults(UniqueFd fd, void* mapping) : fd_(std::move(fd)), mapping_(mapping) {}

SharedResults::SharedResults(SharedResults&& other) noexcept
    : fd_(std::move(other.fd_)),
      mapping_(std::exchange(other.mapping_, nullptr)),
      taken_(other.taken_) {}

SharedResults& SharedResults::operator=(SharedResults&& other) noexcept {
  std::swap(fd_, other.fd_);
  std::swap(mapping_, other.mapping_);
  std::swap(taken_, other.taken_);
  return *this;
}

SharedResults::~SharedResults() {
  if (mapping_ != nullptr) ::munmap(mapping_, kMappingBytes);
}

std::uint64_t* SharedResults::Word(std::size_t index) const {
  return static_cast<std::uint64_t*>(mapping_) + index;
}

std::uint64_t SharedResults::started() const {
  return Load(Word(kWordStarted));
}

SteadyTime SharedResults::started_at() const {
  const auto nanoseconds = static_cast<std::int64_t>(Load(Word(kWordStartedAt)));
  return SteadyTime(std::chrono::nanoseconds(nanoseconds));
}

void SharedResults::SkipBelow(std::uint64_t sequence) {
  Store(Word(kWordSkipBelow), sequence);
}

bool SharedResults::Read(std::uint64_t written,
                         const std::function<void(const ResultRecord&)>& each) {
  if (written < taken_ || written - taken_ > kRingBytes) return false;
  const std::string_view ring(static_cast<const char*>(mapping_) + kRingOffset, kRingBytes);
  while (taken_ < written) {
    const std::size_t at = taken_ % kRingBytes;
    const std::uint64_t available = std::min<std::uint64_t>(written - taken_, kRingBytes - at);
    if (kRingBytes - at < kRecordHeaderBytes) {
      // Too little room for even a header: the child went to the start.
      if (written - taken_ < kRingBytes - at) return false;
      taken_ += kRingBytes - at;
      continue;
    }
    const auto record = ParseRecord(ring.substr(at, available));
    if (!record) return false;
    if (record->first.kind != ResultRecord::Kind::kPadding) each(record->first);
    taken_ += record->second;
  }
  Store(Word(kWordTaken), taken_);
  return true;
}

bool SharedResults::ReadRemaining(const std::function<void(const ResultRecord&)>& each) {
  return Read(Load(Word(kWordWritten)), each);
}

}  // namespace pawl::workers
