// SmallStack: a stack whose first elements live inside it, so that reading a small text touches no
// heap.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <memory>
#include <span>
#include <type_traits>

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
  void Grow() {
    auto larger = std::make_unique_for_overwrite<T[]>(capacity_ * 2);
    std::copy(data_, data_ + size_, larger.get());
    heap_ = std::move(larger);
    data_ = heap_.get();
    capacity_ *= 2;
  }

  // Not initialised on purpose: a kilobyte of it would cost more than reading a small text.
  struct Slots {
    alignas(T) std::byte bytes[kInline * sizeof(T)];  // NOLINT(modernize-avoid-c-arrays)
  };

  Slots inline_;
  std::unique_ptr<T[]> heap_;
  T* data_ = reinterpret_cast<T*>(inline_.bytes);
  std::size_t size_ = 0;
  std::size_t capacity_ = kInline;
};

}  // namespace pawl::json
