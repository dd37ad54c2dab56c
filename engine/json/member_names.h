// Finds a member name that an object has twice.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>
#include <vector>

namespace pawl::json {

// A member name as it was read.
struct MemberName {
  const char* data = nullptr;
  std::uint32_t size = 0;
  // Where its opening quote stands in the text.
  std::uint32_t offset = 0;
  // Equal names have equal fingerprints.
  std::uint32_t fingerprint = 0;

  std::string_view text() const { return {data, size}; }
};

// Made from the name's length and its ends, which is where names in one object differ.
inline std::uint32_t NameFingerprint(std::string_view name) {
  std::uint64_t head = 0;
  std::uint64_t tail = 0;
  if (name.size() >= sizeof(head)) {
    std::memcpy(&head, name.data(), sizeof(head));
    std::memcpy(&tail, name.data() + name.size() - sizeof(tail), sizeof(tail));
  } else if (name.size() >= sizeof(std::uint32_t)) {
    std::memcpy(&head, name.data(), sizeof(std::uint32_t));
    std::memcpy(&tail, name.data() + name.size() - sizeof(std::uint32_t), sizeof(std::uint32_t));
  } else {
    for (const char c : name) {
      head = head << 8U | static_cast<unsigned char>(c);
    }
  }
  std::uint64_t mixed = (head ^ name.size()) * 0x9E3779B97F4A7C15U;
  mixed = (std::rotl(mixed, 29) ^ tail) * 0xBF58476D1CE4E5B9U;
  return static_cast<std::uint32_t>(mixed >> 32U);
}

// Not thread-safe; keeps its memory for the next object. Small objects are compared pair by pair
// and need no memory. Larger ones go through a hash table; where names collide, by chance or by
// design, they are sorted. So the cost is never quadratic.
class DuplicateNames final {
 public:
  // The later of two equal names; nullptr if all differ. With several duplicates, any of them.
  const MemberName* Find(std::span<const MemberName> names);

 private:
  static const MemberName* FindSorted(std::span<const MemberName> names);

  std::vector<std::uint32_t> slots_;
};

}  // namespace pawl::json
