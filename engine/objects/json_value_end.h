// JsonValueEnd: finds where a JSON value ends, in bytes that come in pieces.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace pawl::objects {

// Follows quotes and brackets alone: what it finds is a value only if json::Check says so. Memory:
// a few bytes, however deep the value nests.
class JsonValueEnd {
 public:
  // Takes bytes of the value and says how many belong to it. The first byte is not a space.
  std::size_t Take(std::string_view bytes);

  // The value has ended; a number or word ends before the first byte that cannot belong to it, or
  // with the object.
  bool is_found() const { return is_found_; }

 private:
  enum class Kind : std::uint8_t { kUnknown, kScalar, kString, kContainer };

  void Begin(char first);
  std::size_t TakeScalar(std::string_view bytes);
  std::size_t TakeString(std::string_view bytes);
  std::size_t TakeStructure(std::string_view bytes);

  Kind kind_ = Kind::kUnknown;
  bool is_in_string_ = false;
  bool is_escaped_ = false;
  bool is_found_ = false;
  std::uint64_t open_ = 0;
};

}  // namespace pawl::objects
