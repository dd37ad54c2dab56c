// SpooledBytes: an object's bytes in a temporary file until all of them are there.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "engine/base/status.h"
#include "server/sigv4/digest.h"

namespace pawl::s3 {

// A request to S3 starts with the size and the hash of its body: they are known when it is whole.
// The file has no name and goes away with the process, whatever ends it. Not thread-safe.
class SpooledBytes {
 public:
  // `directory` is where the file is made.
  explicit SpooledBytes(std::string directory) : directory_(std::move(directory)) {}

  ~SpooledBytes();

  SpooledBytes(const SpooledBytes&) = delete;
  SpooledBytes& operator=(const SpooledBytes&) = delete;

  // kResourceExhausted for a full disk, kUnavailable for what else the system refuses.
  Status Append(std::string_view bytes);

  // The SHA-256 of all bytes, in hex. To be called once; nothing is appended behind it.
  std::string Finish() { return digest_.Finish(); }

  std::uint64_t size() const { return size_; }

  // Bytes from `offset` on into `buffer`; how many, 0 at the end.
  Result<std::size_t> Read(std::uint64_t offset, std::span<char> buffer) const;

 private:
  Status Open();
  Status SystemError(std::string_view action) const;

  std::string directory_;
  int file_ = -1;
  std::uint64_t size_ = 0;
  sigv4::Sha256 digest_;
};

}  // namespace pawl::s3
