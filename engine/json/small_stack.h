// SmallStack: a stack whose first elements live inside it, so that reading a small text touches no
// heap.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>
#include <type_traits>
#include <utility>
#include <vector>

namespace pawl::json {

template <typename T, std::size_t kInline>
class SmallStack final {
  static_assert(std::is_trivially_copyable_v<T>);

 public:
  SmallStack() = default;
  SmallStack(const SmallStack&) = delete;
  SmallStack& operator=(const SmallStack&) = delete;

  void Push(const T& value) {
    if (size_ == capacity_) Grow();
    data_[size_++] = value;
  }

  // Drops all above the first `size`.
  void Truncate(std::size_t size) { size_ = size; }

  T& back() { return data_[size_ - 1]; }

  std::size_t size() const { return size_; }

  bool empty() const { return size_ == 0; }

  // The elements from `begin` on; valid until the next Push.
  std::span<T> From(std::size_t begin) { return {data_ + begin, size_ - begin}; }

 private:
  // Out of the way of Push, which is everywhere.
  [[gnu::noinline]] void Grow() {
    std::vector<T> larger(capacity_ * 2);
    std::copy(data_, data_ + size_, larger.begin());
    heap_ = std::move(larger);
    data_ = heap_.data();
    capacity_ *= 2;
  }

  // Not initialised on purpose: a kilobyte of it would cost more than reading a small text.
  struct Slots {
    alignas(T) std::array<std::byte, kInline * sizeof(T)> bytes;
  };

  Slots inline_;
  std::vector<T> heap_;
  T* data_ = reinterpret_cast<T*>(inline_.bytes.data());
  std::size_t size_ = 0;
  std::size_t capacity_ = kInline;
};

}  // namespace pawl::json
