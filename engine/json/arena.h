// Arena: memory for values that die together. A turn parses and builds its JSON in one arena and
// frees it at its end; nothing in it is destroyed one by one.
#pragma once

#include <cstddef>
#include <memory>
#include <string_view>
#include <vector>

namespace pawl::json {

// Not thread-safe. Memory is returned only by Reset and the destructor.
class Arena {
 public:
  Arena() = default;
  Arena(const Arena&) = delete;
  Arena& operator=(const Arena&) = delete;
  Arena(Arena&&) noexcept = default;
  Arena& operator=(Arena&&) noexcept = default;

  // `size` bytes aligned to 8. The pointer lives until Reset.
  void* Allocate(std::size_t size);
  // A copy of `text` in the arena.
  std::string_view Copy(std::string_view text);
  // Forgets everything and keeps one block for the next use.
  void Reset();

  // Bytes taken from the system.
  std::size_t allocated_bytes() const { return allocated_bytes_; }

 private:
  struct Block {
    std::unique_ptr<std::byte[]> data;  // NOLINT(modernize-avoid-c-arrays): no C array, an owner
    std::size_t size = 0;
  };

  std::vector<Block> blocks_;
  std::byte* next_ = nullptr;
  std::size_t left_ = 0;
  std::size_t allocated_bytes_ = 0;
};

}  // namespace pawl::json
