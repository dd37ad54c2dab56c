// The byte encodings that stored rows are made of: big-endian integers where order matters (keys),
// LEB128 varints and length-prefixed strings elsewhere (values).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace pawl {

// Appends integers and strings to a byte string.
class Encoder {
 public:
  // `out` outlives the encoder; what it already holds stays.
  explicit Encoder(std::string& out) : out_(out) {}

  void Byte(std::uint8_t value) { out_.push_back(static_cast<char>(value)); }

  // Most significant byte first: byte order is numeric order.
  void BigEndian16(std::uint16_t value);
  void BigEndian32(std::uint32_t value);
  void BigEndian64(std::uint64_t value);

  // LEB128: 7 bits a byte, at most 10 bytes.
  void Varint(std::uint64_t value) {
    value < 0x80 ? Byte(static_cast<std::uint8_t>(value)) : LongVarint(value);
  }

  // Zigzag, then LEB128: small magnitudes of either sign stay short.
  void SignedVarint(std::int64_t value);
  // Varint length, then the bytes.
  void String(std::string_view value);

  void Raw(std::string_view value) { out_.append(value); }

 private:
  void LongVarint(std::uint64_t value);

  std::string& out_;
};

// Reads what Encoder wrote, from bytes that may be anything. After the first read that does not
// fit, ok() is false and every read returns zero or nothing; check once at the end.
class Decoder {
 public:
  explicit Decoder(std::string_view bytes) : rest_(bytes) {}

  bool ok() const { return ok_; }

  // All bytes were taken and every read fitted.
  bool Finished() const { return ok_ && rest_.empty(); }

  std::string_view rest() const { return rest_; }

  std::uint8_t Byte();
  std::uint16_t BigEndian16();
  std::uint32_t BigEndian32();
  std::uint64_t BigEndian64();
  std::uint64_t Varint();
  // A varint that must fit in 32 bits.
  std::uint32_t Varint32();
  std::int64_t SignedVarint();
  // Points into the bytes the decoder was made from.
  std::string_view String();
  std::string_view Raw(std::size_t size);

  // Makes ok() false: for values the caller finds out of range.
  void Fail() {
    ok_ = false;
    rest_ = {};
  }

 private:
  std::string_view rest_;
  bool ok_ = true;
};

}  // namespace pawl
