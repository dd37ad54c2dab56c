// GzipStream: what a gzip file (RFC 1952) holds, as it is read.
#pragma once

#include <zlib.h>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "engine/objects/byte_stream.h"

namespace pawl::objects {

// Several members one behind another are one stream, as gzip itself has it. Memory: one piece of
// the source, one of the output and zlib's window of 32 KiB, however well the file is compressed.
class GzipStream final : public ByteStream {
 public:
  // `name` is the source's, for messages.
  GzipStream(std::unique_ptr<ByteStream> source, std::string name);
  ~GzipStream() override;

  GzipStream(const GzipStream&) = delete;
  GzipStream& operator=(const GzipStream&) = delete;

  // kDataLoss if the source is no gzip, is damaged or ends too early; the source's errors.
  Result<std::string> Read() override;
  // Decompresses all that is passed over: gzip cannot be entered in the middle.
  Status Skip(std::uint64_t offset) override;

 private:
  Result<std::string> Inflate();
  // Makes input available; false at the end of the source.
  Result<bool> FillInput();

  Status Damaged() const;

  std::unique_ptr<ByteStream> source_;
  std::string name_;
  std::string input_;
  // What Skip read too far.
  std::string rest_;
  z_stream zlib_{};
  bool is_between_members_ = true;
  bool is_damaged_ = false;
  bool is_ended_ = false;
};

// Whether bytes start as every gzip file does.
bool StartsAsGzip(std::string_view bytes);

}  // namespace pawl::objects
