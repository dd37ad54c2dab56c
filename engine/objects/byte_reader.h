// ByteReader: a stream of bytes looked at before they are taken, with their place counted.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "engine/base/status.h"
#include "engine/objects/byte_stream.h"

namespace pawl::objects {

// Holds one piece of the stream at a time: what reads through it keeps what it needs itself, so
// that nothing depends on where pieces end.
class ByteReader {
 public:
  // `offset` is that of the first byte that `stream` gives.
  ByteReader(std::unique_ptr<ByteStream> stream, std::uint64_t offset)
      : stream_(std::move(stream)), offset_(offset) {}

  // The bytes that follow, at least one; empty at the end. Valid until the next Peek.
  Result<std::string_view> Peek() {
    if (taken_ == piece_.size() && !is_ended_) {
      ASSIGN_OR_RETURN(piece_, stream_->Read());
      taken_ = 0;
      is_ended_ = piece_.empty();
    }
    return std::string_view(piece_).substr(taken_);
  }

  // Goes on behind `count` of the bytes that Peek gave.
  void Take(std::size_t count) {
    taken_ += count;
    offset_ += count;
  }

  // Of the next byte, from the start of the object.
  std::uint64_t offset() const { return offset_; }

 private:
  std::unique_ptr<ByteStream> stream_;
  std::string piece_;
  std::size_t taken_ = 0;
  bool is_ended_ = false;
  std::uint64_t offset_;
};

// Passes over a UTF-8 byte order mark at the start of an object.
Status SkipByteOrderMark(ByteReader& reader);

}  // namespace pawl::objects
