#include "engine/objects/byte_stream.h"

#include <utility>

namespace pawl::objects {

ObjectStream::ObjectStream(ObjectStore& store,
                           ObjectName object,
                           std::string etag,
                           std::size_t piece_bytes)
    : store_(store),
      next_{.object = std::move(object),
            .offset = 0,
            .length = piece_bytes,
            .if_match = std::move(etag)} {}

Result<std::string> ObjectStream::Read() {
  Result<std::string> piece = store_.Read(next_);
  if (piece.ok()) next_.offset += piece->size();
  return piece;
}

Status ObjectStream::Skip(std::uint64_t offset) {
  next_.offset = offset;
  return OkStatus();
}

}  // namespace pawl::objects
