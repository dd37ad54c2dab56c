#include "engine/objects/byte_reader.h"

namespace pawl::objects {

// A text that starts with a part of the mark is no UTF-8 and fails wherever it is read, so nothing
// has to be put back.
Status SkipByteOrderMark(ByteReader& reader) {
  constexpr std::string_view kMark = "\xEF\xBB\xBF";
  for (const char expected : kMark) {
    ASSIGN_OR_RETURN(const std::string_view bytes, reader.Peek());
    if (bytes.empty() || bytes.front() != expected) return OkStatus();
    reader.Take(1);
  }
  return OkStatus();
}

}  // namespace pawl::objects
