#include "tests/unit/engine/objects/gzip.h"

#include <zlib.h>

#include "engine/base/check.h"

namespace pawl::test {

std::string Gzip(std::string_view text) {
  constexpr int kGzipWindowBits = 15 + 16;
  constexpr int kMemoryLevel = 8;
  z_stream zlib{};
  PAWL_CHECK(deflateInit2(
                 &zlib, 6, Z_DEFLATED, kGzipWindowBits, kMemoryLevel, Z_DEFAULT_STRATEGY) == Z_OK);
  std::string input(text);
  std::string output(deflateBound(&zlib, static_cast<uLong>(text.size())), '\0');
  zlib.next_in = reinterpret_cast<Bytef*>(input.data());
  zlib.avail_in = static_cast<uInt>(input.size());
  zlib.next_out = reinterpret_cast<Bytef*>(output.data());
  zlib.avail_out = static_cast<uInt>(output.size());
  PAWL_CHECK(deflate(&zlib, Z_FINISH) == Z_STREAM_END);
  output.resize(output.size() - zlib.avail_out);
  deflateEnd(&zlib);
  return output;
}

}  // namespace pawl::test
