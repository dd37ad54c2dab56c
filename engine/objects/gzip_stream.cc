#include "engine/objects/gzip_stream.h"

#include <algorithm>
#include <utility>

#include "engine/base/check.h"

namespace pawl::objects {
namespace {

constexpr std::size_t kOutputBytes = std::size_t{256} * 1024;
// zlib: the largest window, and 16 more for gzip's header and trailer.
constexpr int kGzipWindowBits = 15 + 16;
constexpr std::string_view kMagic = "\x1F\x8B";

}  // namespace

bool StartsAsGzip(std::string_view bytes) {
  return bytes.starts_with(kMagic);
}

GzipStream::GzipStream(std::unique_ptr<ByteStream> source, std::string name)
    : source_(std::move(source)), name_(std::move(name)) {
  PAWL_CHECK(inflateInit2(&zlib_, kGzipWindowBits) == Z_OK);
}

GzipStream::~GzipStream() {
  inflateEnd(&zlib_);
}

Result<std::string> GzipStream::Read() {
  if (!rest_.empty()) return std::exchange(rest_, {});
  while (!is_ended_) {
    ASSIGN_OR_RETURN(std::string piece, Inflate());
    if (!piece.empty()) return piece;
  }
  return std::string();
}

Status GzipStream::Skip(std::uint64_t offset) {
  while (offset > 0) {
    ASSIGN_OR_RETURN(std::string piece, Read());
    if (piece.empty()) return OkStatus();
    if (piece.size() > offset) rest_ = piece.substr(static_cast<std::size_t>(offset));
    offset -= std::min<std::uint64_t>(offset, piece.size());
  }
  return OkStatus();
}

Result<std::string> GzipStream::Inflate() {
  if (is_damaged_) return Damaged();
  if (zlib_.avail_in == 0) {
    ASSIGN_OR_RETURN(const bool has_input, FillInput());
    if (!has_input) {
      if (!is_between_members_) {
        return DataLoss(name_ +
                        ": expected whole gzip-compressed data, found that its end is missing");
      }
      is_ended_ = true;
      return std::string();
    }
  }
  std::string output(kOutputBytes, '\0');
  zlib_.next_out = reinterpret_cast<Bytef*>(output.data());
  zlib_.avail_out = static_cast<uInt>(output.size());
  is_between_members_ = false;
  const int result = inflate(&zlib_, Z_NO_FLUSH);
  output.resize(output.size() - zlib_.avail_out);
  if (result == Z_STREAM_END) {
    is_between_members_ = true;
    PAWL_CHECK(inflateReset(&zlib_) == Z_OK);
    return output;
  }
  // Z_BUF_ERROR: all input is taken and more is needed. What was read before the damage is given
  // first, so that it does not depend on the pieces; the next call fails again.
  is_damaged_ = result != Z_OK && result != Z_BUF_ERROR;
  if (is_damaged_ && output.empty()) return Damaged();
  return output;
}

Result<bool> GzipStream::FillInput() {
  ASSIGN_OR_RETURN(input_, source_->Read());
  zlib_.next_in = reinterpret_cast<Bytef*>(input_.data());
  zlib_.avail_in = static_cast<uInt>(input_.size());
  return !input_.empty();
}

Status GzipStream::Damaged() const {
  return DataLoss(name_ + ": expected gzip-compressed data, found damaged bytes (" +
                  (zlib_.msg == nullptr ? "no member of a gzip file" : zlib_.msg) + ")");
}

}  // namespace pawl::objects
