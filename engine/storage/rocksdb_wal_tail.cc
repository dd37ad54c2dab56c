// Source of the layout: RocksDB's wiki, "Write Ahead Log File Format". Blocks of 32 KiB hold
// fragments of records: a masked CRC32C(4, little-endian) of type and bytes, length(2,
// little-endian), type(1), bytes. Fewer than seven bytes at the end of a block are left empty.
#include "engine/storage/rocksdb_wal_tail.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <string>
#include <utility>

#include "engine/storage/rocksdb_checksum.h"

namespace pawl::storage {

namespace {

constexpr std::size_t kLogBlockBytes = 32 * 1024;
constexpr std::size_t kHeaderBytes = 7;
// A record is a write batch: a sequence number(8), a count(4), and more.
constexpr std::size_t kBatchBytesMin = 12;
// What a disk writes whole or not at all.
constexpr std::size_t kSectorBytes = 512;
// So many zeros at the end of a record were never written. Fewer may be its own.
constexpr std::size_t kUnwrittenBytesMin = 16;

enum class FragmentType : std::uint8_t { kFull = 1, kFirst = 2, kMiddle = 3, kLast = 4 };

struct Fragment {
  FragmentType type = FragmentType::kFull;
  std::size_t end = 0;
};

bool BeginsRecord(FragmentType type) {
  return type == FragmentType::kFull || type == FragmentType::kFirst;
}

bool EndsRecord(FragmentType type) {
  return type == FragmentType::kFull || type == FragmentType::kLast;
}

std::uint8_t ByteAt(std::string_view log, std::size_t position) {
  return static_cast<std::uint8_t>(log[position]);
}

std::uint32_t LittleEndianAt(std::string_view log, std::size_t position, std::size_t bytes) {
  std::uint32_t value = 0;
  for (std::size_t i = bytes; i-- > 0;)
    value = value << 8U | ByteAt(log, position + i);
  return value;
}

std::size_t EndOfBlock(std::size_t position) {
  return (position / kLogBlockBytes + 1) * kLogBlockBytes;
}

// Where the fragment at `position` ends by its own account; nullopt where that is impossible, be it
// because there is no header.
std::optional<std::size_t> ClaimedEnd(std::string_view log, std::size_t position) {
  if (EndOfBlock(position) - position < kHeaderBytes || log.size() - position < kHeaderBytes) {
    return std::nullopt;
  }
  const std::uint8_t type = ByteAt(log, position + 6);
  if (type < 1 || type > 4) return std::nullopt;
  const std::size_t length = LittleEndianAt(log, position + 4, 2);
  const std::size_t end = position + kHeaderBytes + length;
  if (end > EndOfBlock(position)) return std::nullopt;
  return end;
}

std::optional<Fragment> FragmentAt(std::string_view log, std::size_t position) {
  const std::optional<std::size_t> end = ClaimedEnd(log, position);
  if (!end.has_value() || *end > log.size()) return std::nullopt;
  const std::uint32_t stored = LittleEndianAt(log, position, 4);
  const std::uint32_t sum =
      rocksdb::crc32c::Extend(0, log.data() + position + 6, *end - position - 6);
  constexpr std::uint32_t kMask = 0xa282ead8;
  if (((sum >> 15U) | (sum << 17U)) + kMask != stored) return std::nullopt;
  return Fragment{static_cast<FragmentType>(log[position + 6]), *end};
}

struct WholeRecords {
  std::size_t end = 0;  // of the last one
  std::size_t bad = 0;  // where the first fragment is that cannot be read or does not belong there
};

WholeRecords ReadWholeRecords(std::string_view log) {
  WholeRecords whole;
  bool is_inside = false;
  std::size_t position = 0;
  while (position < log.size()) {
    if (EndOfBlock(position) - position < kHeaderBytes) {
      position = EndOfBlock(position);
      continue;
    }
    const std::optional<Fragment> fragment = FragmentAt(log, position);
    if (!fragment.has_value() || BeginsRecord(fragment->type) == is_inside) break;
    position = fragment->end;
    is_inside = !EndsRecord(fragment->type);
    if (!is_inside) whole.end = position;
  }
  whole.bad = std::min(position, log.size());
  return whole;
}

// Whether RocksDB may have begun a record so. A few bytes of a record that was cut off may look
// like a fragment by themselves: seven are enough for one that holds nothing, which a writer leaves
// only where no more than a header has place in the block.
bool IsBeginOfBatch(const Fragment& fragment, std::size_t position) {
  if (fragment.type == FragmentType::kFull) {
    return fragment.end - position >= kHeaderBytes + kBatchBytesMin;
  }
  return fragment.type == FragmentType::kFirst && fragment.end == EndOfBlock(position);
}

// Wherever it begins: a length that is damaged does not hide what follows in its block.
bool HasBeginOfRecord(std::string_view log, std::size_t from) {
  for (std::size_t position = from; position + kHeaderBytes <= log.size(); ++position) {
    const std::optional<Fragment> fragment = FragmentAt(log, position);
    if (fragment.has_value() && IsBeginOfBatch(*fragment, position)) return true;
  }
  return false;
}

bool IsZero(std::string_view bytes) {
  return bytes.find_first_not_of('\0') == std::string_view::npos;
}

// Whether some of what begins at `begin` and goes to `end`, perhaps beyond the log, is missing.
bool HasHole(std::string_view log, std::size_t begin, std::size_t end) {
  if (end > log.size()) return true;
  for (std::size_t from = begin; from < end;) {
    const std::size_t to = std::min((from / kSectorBytes + 1) * kSectorBytes, end);
    if (IsZero(log.substr(from, to - from))) return true;
    from = to;
  }
  return end - begin >= kUnwrittenBytesMin &&
         IsZero(log.substr(end - kUnwrittenBytesMin, kUnwrittenBytesMin));
}

Status LogFileError(const char* what, const std::filesystem::path& path) {
  return Unavailable(std::string("cannot ") + what + " " + path.string() + ": " +
                     std::strerror(errno));  // NOLINT(concurrency-mt-unsafe): glibc's is
}

// An open file with all of it in the address space, for reading. Nothing is copied: a log may be as
// large as all memtables.
class MappedFile {
 public:
  static Result<MappedFile> Open(const std::filesystem::path& path) {
    MappedFile file;
    file.descriptor_ = open(path.c_str(), O_RDWR | O_CLOEXEC);

    struct stat about {};

    if (file.descriptor_ < 0 || fstat(file.descriptor_, &about) != 0) {
      return LogFileError("open", path);
    }
    const auto size = static_cast<std::size_t>(about.st_size);
    if (size == 0) return file;
    void* const bytes = mmap(nullptr, size, PROT_READ, MAP_SHARED, file.descriptor_, 0);
    if (bytes == MAP_FAILED) return LogFileError("read", path);
    file.text_ = {static_cast<const char*>(bytes), size};
    return file;
  }

  ~MappedFile() {
    if (!text_.empty()) munmap(const_cast<char*>(text_.data()), text_.size());
    if (descriptor_ >= 0) close(descriptor_);
  }

  MappedFile(MappedFile&& other) noexcept
      : descriptor_(std::exchange(other.descriptor_, -1)), text_(std::exchange(other.text_, {})) {}

  MappedFile& operator=(MappedFile&&) = delete;
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;

  // Valid up to the next cut.
  std::string_view text() const { return text_; }

  // False leaves the reason in errno.
  bool CutAt(std::size_t size) const {
    return ftruncate(descriptor_, static_cast<off_t>(size)) == 0 && fsync(descriptor_) == 0;
  }

 private:
  MappedFile() = default;

  int descriptor_ = -1;
  std::string_view text_;
};

}  // namespace

std::optional<std::size_t> EndOfWholeRecords(std::string_view log) {
  const auto [end, bad] = ReadWholeRecords(log);
  // What is behind the last byte that is no zero was not written, however much it is.
  const std::size_t written = log.find_last_not_of('\0') + 1;
  if (bad >= written) return end;
  if (HasBeginOfRecord(log.substr(0, written), bad + 1)) return std::nullopt;
  if (!HasHole(log, bad, ClaimedEnd(log, bad).value_or(EndOfBlock(bad)))) return std::nullopt;
  return end;
}

Status TrimWriteAheadLog(const std::filesystem::path& path) {
  ASSIGN_OR_RETURN(const MappedFile log, MappedFile::Open(path));
  const std::optional<std::size_t> end = EndOfWholeRecords(log.text());
  if (!end.has_value() || *end == log.text().size()) return OkStatus();
  return log.CutAt(*end) ? OkStatus() : LogFileError("shorten", path);
}

}  // namespace pawl::storage
