// Bytes: an immutable, shared byte string. A JSON payload is held as Bytes from the door to the
// disk: it is copied by reference and parsed only where an expression looks into it.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace pawl {

// Threads: copies may be used from different threads; the text never changes.
class Bytes {
 public:
  // Empty; tells "no bytes" from "zero bytes" by has_value().
  Bytes() = default;

  explicit Bytes(std::string text) : text_(std::make_shared<const std::string>(std::move(text))) {}

  bool has_value() const { return text_ != nullptr; }

  std::string_view view() const { return text_ ? std::string_view(*text_) : std::string_view(); }

  std::size_t size() const { return text_ ? text_->size() : 0; }

  std::string str() const { return text_ ? *text_ : std::string(); }

  // Equal bytes; two values without bytes are equal.
  bool operator==(const Bytes& other) const {
    return text_ == other.text_ || (has_value() == other.has_value() && view() == other.view());
  }

 private:
  std::shared_ptr<const std::string> text_;
};

}  // namespace pawl
