// The memory that a child shares with the pool: what it has started, and the ring of its results.
// workers/PROTOCOL.md has the layout.
//
// The function runs in the child's process and may overwrite all of it. So everything read from
// here is checked, and what does not fit condemns the child.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>
#include <utility>

#include "engine/base/status.h"
#include "workers/invocation.h"
#include "workers/unique_fd.h"

namespace pawl::workers {

// What a child says about one invocation. The views point into memory that the child can write.
struct ResultRecord {
  enum class Kind : std::uint16_t { kResult = 1, kError = 2, kSkipped = 3, kPadding = 4 };

  Kind kind = Kind::kResult;
  std::uint64_t sequence = 0;
  std::chrono::microseconds duration{0};
  std::string_view error_type;
  std::string_view payload;
};

// Reads the record at the start of `bytes`, which may be anything; also says how long it is.
std::optional<std::pair<ResultRecord, std::size_t>> ParseRecord(std::string_view bytes);

class SharedResults {
 public:
  // Bytes of the ring; a result that finds no room in it comes through the socket.
  static constexpr std::size_t kRingBytes = std::size_t{128} * 1024;

  // Makes the memory and maps it.
  static Result<SharedResults> Create();
  SharedResults(SharedResults&& other) noexcept;
  SharedResults& operator=(SharedResults&& other) noexcept;
  ~SharedResults();

  // What the child maps. Its size is sealed, so no child can cut it under the pool's feet.
  int fd() const { return fd_.get(); }

  // The invocation that started last, and when.
  std::uint64_t started() const;
  SteadyTime started_at() const;

  // Has the child skip what is numbered below `sequence` and has not started.
  void SkipBelow(std::uint64_t sequence);

  // Calls `each` for the records up to `written` bytes, as the child told it. False when they make
  // no sense.
  bool Read(std::uint64_t written, const std::function<void(const ResultRecord&)>& each);

  // All records; only for a child that has ended.
  bool ReadRemaining(const std::function<void(const ResultRecord&)>& each);

 private:
  SharedResults(UniqueFd fd, void* mapping);
  std::uint64_t* Word(std::size_t index) const;

  UniqueFd fd_;
  void* mapping_ = nullptr;
  std::uint64_t taken_ = 0;
};

}  // namespace pawl::workers
