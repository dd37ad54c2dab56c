#include "engine/json/arena.h"

#include <algorithm>
#include <cstring>

namespace pawl::json {
namespace {

constexpr std::size_t kAlignment = 8;
constexpr std::size_t kFirstBlockBytes = std::size_t{2} * 1024;
constexpr std::size_t kGrownBlockBytesMax = std::size_t{256} * 1024;

}  // namespace

void* Arena::Allocate(std::size_t size) {
  const std::size_t rounded = (size + kAlignment - 1) / kAlignment * kAlignment;
  if (rounded > left_) {
    // Blocks double, so that a large value costs few of them and a small one little memory.
    const std::size_t grown =
        blocks_.empty() ? kFirstBlockBytes : std::min(allocated_bytes_, kGrownBlockBytesMax);
    Block block{.data = nullptr, .size = std::max(grown, rounded)};
    // NOLINTNEXTLINE(modernize-avoid-c-arrays): no C array, an owner
    block.data = std::make_unique_for_overwrite<std::byte[]>(block.size);
    next_ = block.data.get();
    left_ = block.size;
    allocated_bytes_ += block.size;
    blocks_.push_back(std::move(block));
  }
  void* const result = next_;
  next_ += rounded;
  left_ -= rounded;
  return result;
}

std::string_view Arena::Copy(std::string_view text) {
  if (text.empty()) return {};
  char* const copy = static_cast<char*>(Allocate(text.size()));
  std::memcpy(copy, text.data(), text.size());
  return {copy, text.size()};
}

void Arena::Reset() {
  if (blocks_.empty()) return;
  auto largest = std::max_element(blocks_.begin(),
                                  blocks_.end(),
                                  [](const Block& a, const Block& b) { return a.size < b.size; });
  std::swap(*largest, blocks_.front());
  blocks_.resize(1);
  next_ = blocks_.front().data.get();
  left_ = blocks_.front().size;
  allocated_bytes_ = left_;
}

}  // namespace pawl::json
