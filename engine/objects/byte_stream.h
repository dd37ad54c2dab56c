// ByteStream: bytes that come one piece after another, from an object or through a decompressor.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "engine/base/status.h"
#include "engine/objects/object_store.h"

namespace pawl::objects {

class ByteStream {
 public:
  virtual ~ByteStream() = default;

  // The next piece, of any size but 0; empty at the end, and from then on.
  virtual Result<std::string> Read() = 0;
  // Goes forward to `offset`, counted from the stream's start, before the first Read. Beyond the
  // end: the next Read is empty.
  virtual Status Skip(std::uint64_t offset) = 0;
};

// The bytes of one object as it was when it was opened.
class ObjectStream final : public ByteStream {
 public:
  // `store` outlives the stream. `etag` is the object's; `piece_bytes` is at least 1.
  ObjectStream(ObjectStore& store, ObjectName object, std::string etag, std::size_t piece_bytes);

  Result<std::string> Read() override;
  Status Skip(std::uint64_t offset) override;

 private:
  ObjectStore& store_;
  ObjectRange next_;
};

}  // namespace pawl::objects
