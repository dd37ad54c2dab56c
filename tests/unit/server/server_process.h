// `pawl server` and `pawl worker` as processes of their own: what only the whole program can show.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

namespace pawl::test {

// Killed by its destructor if it still runs.
class PawlProcess {
 public:
  // `arguments` follow "pawl COMMAND"; `environment` is added to the test's own, as "NAME=VALUE".
  PawlProcess(const std::string& command,
              const std::vector<std::string>& arguments,
              const std::vector<std::string>& environment);
  ~PawlProcess();
  PawlProcess(const PawlProcess&) = delete;
  PawlProcess& operator=(const PawlProcess&) = delete;

  // The ready message, without its end of line; empty if the process ended without one.
  std::string WaitForReady();

  // From the ready message of a server.
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

class ServerProcess final : public PawlProcess {
 public:
  explicit ServerProcess(const std::vector<std::string>& arguments,
                         const std::vector<std::string>& environment = {})
      : PawlProcess("server", arguments, environment) {}
};

class WorkerProcess final : public PawlProcess {
 public:
  explicit WorkerProcess(const std::vector<std::string>& arguments,
                         const std::vector<std::string>& environment = {})
      : PawlProcess("worker", arguments, environment) {}
};

}  // namespace pawl::test
