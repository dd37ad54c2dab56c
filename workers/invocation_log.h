// InvocationLog: the log of one invocation whose caller asked for it, as AWS Lambda's LogResult has
// it: what the function wrote, between the lines that Lambda adds, and of all that the last 4 KiB.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace pawl::workers {

class InvocationLog {
 public:
  // `memory_mb` is the function's limit; 0 for none.
  InvocationLog(std::string request_id, std::string version, std::uint32_t memory_mb);

  // What the function wrote, in the order in which it comes. Keeps no more than it has to.
  void Append(std::string_view text);

  // For the REPORT line: how long the handler ran, and the bytes resident at its end; 0 if that is
  // not known.
  void NoteRun(std::chrono::microseconds duration, std::size_t resident_bytes);

  // At most kLogTailBytesMax bytes. `error` names what the worker reports in the place of a
  // function whose process did not live to; else it is empty.
  std::string Tail(std::string_view error) const;

 private:
  std::string Report(std::string_view error) const;

  const std::string request_id_;
  const std::string version_;
  const std::uint32_t memory_mb_;
  std::string written_;
  // The beginning is gone.
  bool is_cut_ = false;
  std::chrono::microseconds duration_{0};
  std::size_t resident_bytes_ = 0;
};

}  // namespace pawl::workers
