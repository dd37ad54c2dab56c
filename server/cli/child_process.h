// ChildProcess: this program again, as a server or a worker of `pawl dev`. It stays in the caller's
// process group and ends with the caller.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "engine/base/status.h"
#include "engine/platform/clock.h"

namespace pawl::cli {

class ChildProcess {
 public:
  // Starts `pawl ARGUMENTS...`. Its standard error is the caller's; of its standard output a line
  // at a time is read by ReadLine. Kills it with the calling thread's end.
  static Result<ChildProcess> Start(const std::vector<std::string>& arguments);

  ChildProcess(ChildProcess&& other) noexcept;
  ChildProcess& operator=(ChildProcess&& other) = delete;
  // Kills it if it still runs.
  ~ChildProcess();

  // The next line without its end. DeadlineExceeded when none came in time; Cancelled when standard
  // output was closed, which is what the end of the process does.
  Result<std::string> ReadLine(platform::Clock& clock, std::chrono::milliseconds wait_max);

  // How it ended, "exit code 1" or "signal 9"; nullopt while it runs. Does not wait.
  std::optional<std::string> Ended();

  void Signal(int signal) const;

 private:
  ChildProcess(pid_t pid, int output) : pid_(pid), output_(output) {}

  pid_t pid_ = -1;
  int output_ = -1;
  std::string unread_;
  std::optional<std::string> ended_;
};

}  // namespace pawl::cli
