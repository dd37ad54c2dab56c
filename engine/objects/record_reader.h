// RecordReader: the items of one object, one after another.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "engine/base/status.h"
#include "engine/objects/byte_reader.h"

namespace pawl::objects {

// One item as JSON text. AWS: what a child execution takes as its input.
inline constexpr std::size_t kItemBytesMax = std::size_t{256} * 1024;
// One item as it is written in its object, with spaces and skipped fields: what a reader holds.
inline constexpr std::size_t kRecordBytesMax = std::size_t{1024} * 1024;

// Where the items go on. The default is the start of the object.
struct RecordPosition {
  // Behind the last item given, from the start of the object as it is decompressed.
  std::uint64_t offset = 0;
  // The line at `offset`, where the format has lines.
  std::uint64_t line = 1;
  // Items given.
  std::uint64_t count = 0;
  // The items are the members of a JSON object, not of an array.
  bool is_object = false;

  bool operator==(const RecordPosition&) const = default;
};

// Not thread-safe.
class RecordReader {
 public:
  virtual ~RecordReader() = default;

  // The next item, compact JSON text of at most kItemBytesMax; nullopt at the end. An error
  // (kInvalidArgument: what is read is wrong, with its place; or the store's) repeats.
  virtual Result<std::optional<std::string>> Next() = 0;
  // A reader opened there gives the items that follow.
  virtual RecordPosition position() const = 0;
};

// "NAME, line 3 (byte 40): PROBLEM".
Status LineError(std::string_view name,
                 std::uint64_t line,
                 std::uint64_t offset,
                 std::string_view problem);
// "NAME, byte 40: PROBLEM".
Status ByteError(std::string_view name, std::uint64_t offset, std::string_view problem);
// Says that an item is too large; OK if it is not.
Status CheckItemSize(std::string_view name, std::uint64_t offset, std::size_t size);
Status CheckRecordSize(std::string_view name, std::uint64_t offset, std::size_t size);

}  // namespace pawl::objects
