#include "workers/python_process.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <optional>
#include <system_error>

#include "workers/spawn_arguments.h"
#include "workers/unique_fd.h"

namespace pawl::workers {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr std::size_t kOutputBytesMax = 4096;
constexpr int kUnknownExit = 255;

Status CannotStart(const PythonQuestion& question, int error) {
  return Unavailable("'" + question.python +
                     "' cannot be started: " + std::generic_category().message(error));
}

std::optional<pid_t> Start(const PythonQuestion& question, int error_output) {
  std::vector<std::string> arguments = {question.python};
  arguments.insert(arguments.end(), question.arguments.begin(), question.arguments.end());
  std::vector<std::string> environment = question.environment;
  SpawnArguments spawn;
  ::posix_spawn_file_actions_addopen(&spawn.actions, 0, "/dev/null", O_RDONLY, 0);
  ::posix_spawn_file_actions_addopen(&spawn.actions, 1, "/dev/null", O_WRONLY, 0);
  ::posix_spawn_file_actions_adddup2(&spawn.actions, error_output, 2);
  sigset_t none;
  ::sigemptyset(&none);
  ::posix_spawnattr_setsigmask(&spawn.attributes, &none);
  ::posix_spawnattr_setflags(&spawn.attributes, POSIX_SPAWN_SETSIGMASK);
  pid_t pid = 0;
  errno = ::posix_spawn(&pid,
                        question.python.c_str(),
                        &spawn.actions,
                        &spawn.attributes,
                        Pointers(arguments).data(),
                        Pointers(environment).data());
  if (errno != 0) return std::nullopt;
  return pid;
}

// Reads until the other end is closed. False when the time is over first.
bool ReadAll(int fd, milliseconds timeout, std::string& text) {
  const auto end = steady_clock::now() + timeout;
  std::array<char, 1024> buffer{};
  while (true) {
    const auto left = std::chrono::duration_cast<milliseconds>(end - steady_clock::now());
    pollfd waits{.fd = fd, .events = POLLIN, .revents = 0};
    const int ready = left.count() > 0 ? ::poll(&waits, 1, static_cast<int>(left.count())) : 0;
    if (ready < 0 && errno == EINTR) continue;
    if (ready <= 0) return false;
    const ssize_t count = ::read(fd, buffer.data(), buffer.size());
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return true;
    const std::size_t room = kOutputBytesMax - text.size();
    text.append(buffer.data(), std::min(static_cast<std::size_t>(count), room));
  }
}

int Await(pid_t pid) {
  int status = 0;
  while (::waitpid(pid, &status, 0) < 0) {
    // The program around does not keep what its children end with.
    if (errno != EINTR) return kUnknownExit;
  }
  return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

}  // namespace

Result<PythonAnswer> AskPython(const PythonQuestion& question) {
  std::array<int, 2> fds{};
  if (::pipe2(fds.data(), O_CLOEXEC) != 0) return CannotStart(question, errno);
  const UniqueFd output(fds[0]);
  UniqueFd input(fds[1]);
  const std::optional<pid_t> pid = Start(question, input.get());
  if (!pid) return CannotStart(question, errno);
  input.Reset();
  PythonAnswer answer;
  if (!ReadAll(output.get(), question.timeout, answer.error_output)) ::kill(*pid, SIGKILL);
  answer.exit_code = Await(*pid);
  const std::size_t end = answer.error_output.find_last_not_of(" \r\n\t");
  answer.error_output.resize(end == std::string::npos ? 0 : end + 1);
  return answer;
}

}  // namespace pawl::workers
