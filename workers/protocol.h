// The bytes between the pool, its zygotes and their children. PROTOCOL.md explains them; the other
// side is python/pawl/zygote.py and python/pawl/serving.py.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

namespace pawl::workers {

// To a child: u32 bytes after this header; u16, u16, u32 bytes of the request id, the ARN and the
// client context; u64 number; i64 deadline.
inline constexpr std::size_t kInvocationHeaderBytes = 28;
// In the ring: u32 bytes after this header; u16 kind; u16 bytes of the error type; u64 number; u32
// microseconds.
inline constexpr std::size_t kRecordHeaderBytes = 20;
// From a child: u32 kind; u32 bytes after this header; u64 value.
inline constexpr std::size_t kChildMessageBytes = 16;
inline constexpr std::uint32_t kChildMessageRing = 1;
inline constexpr std::uint32_t kChildMessageRecord = 2;
// In a packet of the log: u64 number; u8 stream.
inline constexpr std::size_t kLogHeaderBytes = 9;
inline constexpr std::size_t kLogPacketBytesMax = std::size_t{64} * 1024;

// To and from a zygote: u32 kind; u32 number of the child; i32 value.
inline constexpr std::size_t kZygoteMessageBytes = 12;
inline constexpr std::uint32_t kToZygoteCreate = 1;
inline constexpr std::uint32_t kFromZygoteReady = 2;
inline constexpr std::uint32_t kFromZygoteFailed = 3;
inline constexpr std::uint32_t kFromZygoteCreated = 4;
inline constexpr std::uint32_t kFromZygoteNotCreated = 5;
inline constexpr std::uint32_t kFromZygoteExited = 6;
// After kFromZygoteFailed: u32, u32, u32 bytes of the error type and of the payload before and
// after the request id.
inline constexpr std::size_t kZygoteFailureBytes = 12;
inline constexpr std::size_t kZygotePacketBytesMax = std::size_t{192} * 1024;

// `bytes` holds the number at `offset`.
template <typename T>
T ReadNumber(std::string_view bytes, std::size_t offset) {
  T value;
  std::memcpy(&value, bytes.data() + offset, sizeof value);
  return value;
}

template <typename T>
void AppendNumber(std::string& out, T value) {
  const auto bytes = std::bit_cast<std::array<char, sizeof value>>(value);
  out.append(bytes.data(), bytes.size());
}

}  // namespace pawl::workers
