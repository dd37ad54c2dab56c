#include "engine/base/coding.h"

#include <array>
#include <limits>

namespace pawl {
namespace {

template <typename Int>
void AppendBigEndian(std::string& out, Int value) {
  std::array<char, sizeof(Int)> bytes;
  for (std::size_t i = bytes.size(); i-- > 0; value = static_cast<Int>(value >> 8)) {
    bytes[i] = static_cast<char>(static_cast<std::uint8_t>(value));
  }
  out.append(bytes.data(), bytes.size());
}

template <typename Int>
Int ReadBigEndian(std::string_view bytes) {
  Int value = 0;
  for (const char byte : bytes) {
    value = static_cast<Int>((value << 8) | static_cast<std::uint8_t>(byte));
  }
  return value;
}

}  // namespace

void Encoder::BigEndian16(std::uint16_t value) {
  AppendBigEndian(out_, value);
}

void Encoder::BigEndian32(std::uint32_t value) {
  AppendBigEndian(out_, value);
}

void Encoder::BigEndian64(std::uint64_t value) {
  AppendBigEndian(out_, value);
}

void Encoder::LongVarint(std::uint64_t value) {
  std::array<char, 10> bytes;
  std::size_t size = 0;
  while (value >= 0x80) {
    bytes[size++] = static_cast<char>(static_cast<std::uint8_t>(value | 0x80));
    value >>= 7;
  }
  bytes[size++] = static_cast<char>(static_cast<std::uint8_t>(value));
  out_.append(bytes.data(), size);
}

void Encoder::SignedVarint(std::int64_t value) {
  Varint((static_cast<std::uint64_t>(value) << 1) ^ static_cast<std::uint64_t>(value >> 63));
}

void Encoder::String(std::string_view value) {
  Varint(value.size());
  Raw(value);
}

std::string_view Decoder::Raw(std::size_t size) {
  if (!ok_ || rest_.size() < size) {
    Fail();
    return {};
  }
  const std::string_view taken = rest_.substr(0, size);
  rest_.remove_prefix(size);
  return taken;
}

std::uint8_t Decoder::Byte() {
  const std::string_view taken = Raw(1);
  return taken.empty() ? std::uint8_t{0} : static_cast<std::uint8_t>(taken[0]);
}

std::uint16_t Decoder::BigEndian16() {
  return ReadBigEndian<std::uint16_t>(Raw(2));
}

std::uint32_t Decoder::BigEndian32() {
  return ReadBigEndian<std::uint32_t>(Raw(4));
}

std::uint64_t Decoder::BigEndian64() {
  return ReadBigEndian<std::uint64_t>(Raw(8));
}

std::uint64_t Decoder::Varint() {
  std::uint64_t value = 0;
  for (unsigned shift = 0; shift < 64; shift += 7) {
    const std::uint8_t byte = Byte();
    if (!ok_) return 0;
    if (shift == 63 && byte > 1) break;
    value |= static_cast<std::uint64_t>(byte & 0x7F) << shift;
    if ((byte & 0x80) == 0) return value;
  }
  Fail();
  return 0;
}

std::uint32_t Decoder::Varint32() {
  const std::uint64_t value = Varint();
  if (value > std::numeric_limits<std::uint32_t>::max()) {
    Fail();
    return 0;
  }
  return static_cast<std::uint32_t>(value);
}

std::int64_t Decoder::SignedVarint() {
  const std::uint64_t value = Varint();
  return static_cast<std::int64_t>(value >> 1) ^ -static_cast<std::int64_t>(value & 1);
}

std::string_view Decoder::String() {
  const std::uint64_t size = Varint();
  if (!ok_ || size > rest_.size()) {
    Fail();
    return {};
  }
  return Raw(static_cast<std::size_t>(size));
}

}  // namespace pawl
