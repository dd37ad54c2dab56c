#include "engine/objects/record_reader.h"

namespace pawl::objects {

Status LineError(std::string_view name,
                 std::uint64_t line,
                 std::uint64_t offset,
                 std::string_view problem) {
  return InvalidArgument(std::string(name) + ", line " + std::to_string(line) + " (byte " +
                         std::to_string(offset) + "): " + std::string(problem));
}

Status ByteError(std::string_view name, std::uint64_t offset, std::string_view problem) {
  return InvalidArgument(std::string(name) + ", byte " + std::to_string(offset) + ": " +
                         std::string(problem));
}

Status CheckItemSize(std::string_view name, std::uint64_t offset, std::size_t size) {
  if (size <= kItemBytesMax) return OkStatus();
  return ByteError(name,
                   offset,
                   "expected an item of at most " + std::to_string(kItemBytesMax) +
                       " bytes of JSON, found " + std::to_string(size));
}

Status CheckRecordSize(std::string_view name, std::uint64_t offset, std::size_t size) {
  if (size <= kRecordBytesMax) return OkStatus();
  return ByteError(name,
                   offset,
                   "expected an item that takes at most " + std::to_string(kRecordBytesMax) +
                       " bytes, found one that does not end there");
}

}  // namespace pawl::objects
