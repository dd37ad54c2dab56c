#include "workers/invocation_log.h"

#include <array>
#include <cstdio>
#include <utility>

#include "engine/base/log_tail.h"

namespace pawl::workers {
namespace {

constexpr std::size_t kBytesPerMegabyte = std::size_t{1024} * 1024;
constexpr std::int64_t kMicrosPerMilli = 1000;
// What is kept before the beginning is cut off, so that not every line moves all that is there.
constexpr std::size_t kWrittenBytesMax = 4 * kLogTailBytesMax;

std::string Milliseconds(std::chrono::microseconds duration) {
  std::array<char, 32> text{};
  std::snprintf(text.data(),
                text.size(),
                "%.2f",
                static_cast<double>(duration.count()) / static_cast<double>(kMicrosPerMilli));
  return text.data();
}

}  // namespace

InvocationLog::InvocationLog(std::string request_id, std::string version, std::uint32_t memory_mb)
    : request_id_(std::move(request_id)), version_(std::move(version)), memory_mb_(memory_mb) {}

void InvocationLog::Append(std::string_view text) {
  written_ += text;
  if (written_.size() <= kWrittenBytesMax) return;
  KeepLogTail(written_);
  is_cut_ = true;
}

void InvocationLog::NoteRun(std::chrono::microseconds duration, std::size_t resident_bytes) {
  duration_ = duration;
  resident_bytes_ = resident_bytes;
}

std::string InvocationLog::Tail(std::string_view error) const {
  std::string log;
  if (!is_cut_) log = "START RequestId: " + request_id_ + " Version: " + version_ + "\n";
  log += written_;
  if (!log.ends_with('\n')) log += '\n';
  log += "END RequestId: " + request_id_ + "\n" + Report(error) + "\n";
  KeepLogTail(log);
  return log;
}

// AWS Lambda bills whole milliseconds. The status is told of what the function could not tell.
std::string InvocationLog::Report(std::string_view error) const {
  const std::int64_t billed = (duration_.count() + kMicrosPerMilli - 1) / kMicrosPerMilli;
  std::string line = "REPORT RequestId: " + request_id_ + "\tDuration: " + Milliseconds(duration_) +
                     " ms\tBilled Duration: " + std::to_string(billed) +
                     " ms\tMemory Size: " + std::to_string(memory_mb_) + " MB\t";
  if (resident_bytes_ > 0) {
    const std::size_t megabytes = (resident_bytes_ + kBytesPerMegabyte - 1) / kBytesPerMegabyte;
    line += "Max Memory Used: " + std::to_string(megabytes) + " MB\t";
  }
  if (error == "Sandbox.Timedout") {
    line += "Status: timeout\t";
  } else if (!error.empty()) {
    line.append("Status: error\tError Type: ").append(error).append("\t");
  }
  return line;
}

}  // namespace pawl::workers
