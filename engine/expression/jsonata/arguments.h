// The arguments of one call. A few of them need no memory.
#pragma once

#include <array>
#include <cstddef>
#include <span>

#include "engine/expression/jsonata/value.h"
#include "engine/json/arena.h"

namespace pawl::expression::jsonata {

class Arguments final {
 public:
  void Add(Value value, json::Arena& arena) {
    if (size_ < few_.size()) {
      few_[size_] = value;
    } else {
      if (size_ == few_.size()) {
        for (const Value few : few_) {
          many_.Push(few, arena);
        }
      }
      many_.Push(value, arena);
    }
    ++size_;
  }

  std::span<const Value> span() const {
    return size_ <= few_.size() ? std::span<const Value>(few_.data(), size_)
                                : std::span<const Value>(many_.items, many_.size);
  }

 private:
  std::array<Value, 4> few_;
  Array many_;
  std::size_t size_ = 0;
};

}  // namespace pawl::expression::jsonata
