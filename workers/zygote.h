// ZygoteProcess: the Python process that imports one function and makes its children. Moves bytes;
// generation.h decides.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "workers/child.h"
#include "workers/unique_fd.h"

namespace pawl::workers {

struct ZygoteCommand {
  // The interpreter; found as a path, not through PATH.
  std::string python;
  // The directory that holds the package `pawl`.
  std::string package_directory;
  std::string code_directory;
  std::string handler;
  std::chrono::milliseconds timeout;
  std::uint32_t memory_mb = 0;
  // "NAME=value".
  std::vector<std::string> environment;
};

// Why every invocation of a function fails: the import did.
struct ImportFailure {
  std::string error;
  // The payload's text, before and after the request id.
  std::string before;
  std::string after;
};

struct ZygoteMessage {
  std::uint32_t kind = 0;
  std::uint32_t number = 0;
  std::int32_t value = 0;
  UniqueFd pidfd;
  ImportFailure failure;
};

class ZygoteProcess {
 public:
  // Starts the process. The calling thread must outlive it: the kernel kills the process when the
  // thread ends. An error's number is errno.
  static std::variant<std::unique_ptr<ZygoteProcess>, int> Start(const ZygoteCommand& command);
  ZygoteProcess(const ZygoteProcess&) = delete;
  ZygoteProcess& operator=(const ZygoteProcess&) = delete;
  // Kills and reaps what still runs.
  ~ZygoteProcess();

  int control_fd() const { return control_.get(); }

  int pidfd() const { return pidfd_.get(); }

  pid_t pid() const { return pid_; }

  // The channel that carries what is printed while the module is imported.
  Child& channel() { return *channel_; }

  // Asks for a child with the ends of `child`. False where the zygote cannot be told now.
  bool RequestChild(Child& child, const Child::Ends& ends);
  // The next message; nullopt when there is none now.
  std::optional<ZygoteMessage> Receive(std::string& scratch);
  // Ends the zygote, and its children with it.
  void Close();
  void Kill();
  // The wait status once the process has ended; nullopt before.
  std::optional<int> Reap();

 private:
  ZygoteProcess(pid_t pid, UniqueFd pidfd, UniqueFd control, std::unique_ptr<Child> channel);

  const pid_t pid_;
  UniqueFd pidfd_;
  UniqueFd control_;
  std::unique_ptr<Child> channel_;
  std::optional<int> wait_status_;
};

}  // namespace pawl::workers
