#include "engine/objects/item_cursor.h"

#include <cstddef>
#include <optional>

#include "engine/base/coding.h"
#include "engine/base/hash.h"

namespace pawl::objects {
namespace {

constexpr std::uint8_t kVersion = 1;
// Hash seeds of this folder: stored in cursors, never changed.
constexpr std::uint64_t kEtagSeed = 0x6F626A31;
constexpr std::uint64_t kCursorSeed = 0x6F626A32;
constexpr unsigned kChecksumShift = 32;
// A key of 1,024 bytes, the numbers, two digits a byte.
constexpr std::size_t kTextBytesMax = 2400;

// Everything that decides which items there are, and their order.
std::uint64_t Fingerprint(const ItemReaderOptions& options) {
  std::string bytes;
  Encoder encoder(bytes);
  encoder.Byte(static_cast<std::uint8_t>(options.resource));
  encoder.String(options.bucket);
  encoder.String(options.key);
  encoder.String(options.prefix);
  encoder.Byte(static_cast<std::uint8_t>(options.input_type));
  encoder.Byte(static_cast<std::uint8_t>(options.manifest_type));
  encoder.Byte(static_cast<std::uint8_t>(options.csv_header_location));
  encoder.Varint(options.csv_headers.size());
  for (const std::string& header : options.csv_headers) {
    encoder.String(header);
  }
  encoder.Byte(static_cast<std::uint8_t>(options.csv_delimiter));
  encoder.String(options.items_pointer);
  encoder.Byte(static_cast<std::uint8_t>(options.transformation));
  return HashBytes(bytes, kCursorSeed);
}

std::uint32_t Checksum(std::string_view bytes, const ItemReaderOptions& options) {
  return static_cast<std::uint32_t>(HashBytes(bytes, Fingerprint(options)) >> kChecksumShift);
}

std::string ToHex(std::string_view bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    text += kDigits[byte >> 4U];
    text += kDigits[byte & 0xFU];
  }
  return text;
}

// The bytes of lower-case hexadecimal digits.
std::optional<std::string> FromHex(std::string_view text) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  if (text.size() % 2 != 0 || text.size() > kTextBytesMax) return std::nullopt;
  std::string bytes;
  for (std::size_t i = 0; i < text.size(); i += 2) {
    const std::size_t high = kDigits.find(text[i]);
    const std::size_t low = kDigits.find(text[i + 1]);
    if (high == std::string_view::npos || low == std::string_view::npos) return std::nullopt;
    bytes += static_cast<char>(high << 4U | low);
  }
  return bytes;
}

Status NotACursor() {
  return InvalidArgument(
      "expected a cursor that a source with these options gave, found another text", "cursor");
}

}  // namespace

std::uint64_t EtagTag(std::string_view etag) {
  return HashBytes(etag, kEtagSeed);
}

std::string EncodeCursor(const ItemCursor& cursor, const ItemReaderOptions& options) {
  std::string bytes;
  Encoder encoder(bytes);
  encoder.Byte(kVersion);
  encoder.Varint(cursor.items);
  encoder.Varint(cursor.objects);
  encoder.String(cursor.key);
  encoder.Varint(cursor.manifest_tag);
  encoder.Byte(cursor.is_in_object ? 1 : 0);
  encoder.Varint(cursor.object_tag);
  encoder.Varint(cursor.position.offset);
  encoder.Varint(cursor.position.line);
  encoder.Varint(cursor.position.count);
  encoder.Byte(cursor.position.is_object ? 1 : 0);
  encoder.BigEndian32(Checksum(bytes, options));
  return ToHex(bytes);
}

Result<ItemCursor> DecodeCursor(std::string_view text, const ItemReaderOptions& options) {
  const std::optional<std::string> bytes = FromHex(text);
  if (!bytes.has_value()) return NotACursor();
  Decoder decoder(*bytes);
  if (decoder.Byte() != kVersion) return NotACursor();
  ItemCursor cursor;
  cursor.items = decoder.Varint();
  cursor.objects = decoder.Varint();
  cursor.key = decoder.String();
  cursor.manifest_tag = decoder.Varint();
  cursor.is_in_object = decoder.Byte() != 0;
  cursor.object_tag = decoder.Varint();
  cursor.position.offset = decoder.Varint();
  cursor.position.line = decoder.Varint();
  cursor.position.count = decoder.Varint();
  cursor.position.is_object = decoder.Byte() != 0;
  decoder.BigEndian32();
  // A cursor has one text: the checksum is compared with it, and every field has one form.
  if (!decoder.Finished() || EncodeCursor(cursor, options) != text) return NotACursor();
  return cursor;
}

}  // namespace pawl::objects
