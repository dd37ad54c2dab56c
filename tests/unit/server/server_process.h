// `pawl server` as a process of its own: what only the whole program can show.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

namespace pawl::test {

// Killed by its destructor if it still runs.
class ServerProcess {
 public:
  // `arguments` follow "pawl server"; `environment` is added to the test's own, as "NAME=VALUE".
  explicit ServerProcess(const std::vector<std::string>& arguments,
                         const std::vector<std::string>& environment = {});
  ~ServerProcess();
  ServerProcess(const ServerProcess&) = delete;
  ServerProcess& operator=(const ServerProcess&) = delete;

  // The ready message, without its end of line; empty if the process ended without one.
  std::string WaitForReady();

  // From the ready message.
  std::string WaitForAddress();

  void Signal(int number) const;

  // The exit code, or minus the signal that ended it.
  int WaitForEnd();

  // All of it; the process has ended.
  std::string ErrorOutput();

 private:
  pid_t pid_ = -1;
  int out_ = -1;
  int error_ = -1;
};

}  // namespace pawl::test
