#include "server/cli/child_process.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <utility>

namespace pawl::cli {
namespace {

constexpr std::size_t kLineBytesMax = 64 * 1024;
constexpr char kProgram[] = "/proc/self/exe";
constexpr int kCannotExecute = 127;

Status SystemError(const char* what) {
  return Internal(fmt::format("{}: {}",
                              what,
                              std::strerror(errno)));  // NOLINT(concurrency-mt-unsafe)
}

// In the child, between fork and exec: only what is safe in a signal handler.
[[noreturn]] void Execute(char* const* arguments, int output, pid_t parent) {
  prctl(PR_SET_PDEATHSIG, SIGTERM);
  // The parent may have ended before that.
  if (getppid() != parent) _exit(kCannotExecute);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  dup2(output, STDOUT_FILENO);
  execv(kProgram, arguments);
  _exit(kCannotExecute);
}

}  // namespace

Result<ChildProcess> ChildProcess::Start(const std::vector<std::string>& arguments) {
  std::vector<std::string> words{"pawl"};
  words.insert(words.end(), arguments.begin(), arguments.end());
  std::vector<char*> pointers;
  for (std::string& word : words)
    pointers.push_back(word.data());
  pointers.push_back(nullptr);
  std::array<int, 2> ends{};
  if (pipe2(ends.data(), O_CLOEXEC) != 0) return SystemError("cannot make a pipe");
  const pid_t parent = getpid();
  const pid_t pid = fork();
  if (pid == 0) Execute(pointers.data(), ends[1], parent);
  close(ends[1]);
  if (pid < 0) {
    close(ends[0]);
    return SystemError("cannot start a process");
  }
  return ChildProcess(pid, ends[0]);
}

ChildProcess::ChildProcess(ChildProcess&& other) noexcept
    : pid_(std::exchange(other.pid_, -1)),
      output_(std::exchange(other.output_, -1)),
      unread_(std::move(other.unread_)),
      ended_(std::move(other.ended_)) {}

ChildProcess::~ChildProcess() {
  if (pid_ > 0 && !Ended()) {
    Signal(SIGKILL);
    waitpid(pid_, nullptr, 0);
  }
  if (output_ >= 0) close(output_);
}

Result<std::string> ChildProcess::ReadLine(platform::Clock& clock,
                                           std::chrono::milliseconds wait_max) {
  const std::chrono::nanoseconds until = clock.MonotonicNow() + wait_max;
  while (true) {
    const std::size_t end = unread_.find('\n');
    if (end != std::string::npos) {
      std::string line = unread_.substr(0, end);
      unread_.erase(0, end + 1);
      return line;
    }
    if (unread_.size() > kLineBytesMax) return OutOfRange("a line of more than 64 KiB");
    const auto left =
        std::chrono::ceil<std::chrono::milliseconds>(until - clock.MonotonicNow()).count();
    pollfd waited{.fd = output_, .events = POLLIN, .revents = 0};
    const int ready = poll(&waited, 1, static_cast<int>(std::max<std::int64_t>(left, 0)));
    if (ready < 0 && errno == EINTR) continue;
    if (ready == 0) return DeadlineExceeded("no line came in time");
    std::array<char, 4096> buffer{};
    const ssize_t count = read(output_, buffer.data(), buffer.size());
    if (count <= 0) return Cancelled("standard output was closed");
    unread_.append(buffer.data(), static_cast<std::size_t>(count));
  }
}

std::optional<std::string> ChildProcess::Ended() {
  if (ended_) return ended_;
  int status = 0;
  if (waitpid(pid_, &status, WNOHANG) != pid_) return std::nullopt;
  ended_ = WIFSIGNALED(status) ? fmt::format("signal {}", WTERMSIG(status))
                               : fmt::format("exit code {}", WEXITSTATUS(status));
  return ended_;
}

void ChildProcess::Signal(int signal) const {
  if (!ended_) kill(pid_, signal);
}

}  // namespace pawl::cli
