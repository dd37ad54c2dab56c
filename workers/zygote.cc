#include "workers/zygote.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <utility>
#include <variant>

#include "workers/pidfd.h"
#include "workers/protocol.h"
#include "workers/spawn_arguments.h"

namespace pawl::workers {
namespace {

constexpr std::size_t kDescriptorsOfChild = 4;

// A copy beyond the standard descriptors, so that setting those up cannot overwrite it.
UniqueFd MoveUp(const UniqueFd& fd) {
  return UniqueFd(::fcntl(fd.get(), F_DUPFD_CLOEXEC, 10));
}

// Starts `command` in a process group of its own. Returns errno on failure.
int Spawn(const ZygoteCommand& command, int control, const Child::Ends& ends, pid_t& pid) {
  std::vector<std::string> arguments = {command.python,
                                        command.package_directory + "/pawl/zygote.py",
                                        "import",
                                        std::to_string(control),
                                        std::to_string(ends.log.get()),
                                        std::to_string(command.timeout.count()),
                                        std::to_string(command.memory_mb),
                                        command.code_directory,
                                        command.handler};
  std::vector<std::string> environment = command.environment;
  SpawnArguments spawn;
  ::posix_spawn_file_actions_addopen(&spawn.actions, 0, "/dev/null", O_RDONLY, 0);
  ::posix_spawn_file_actions_adddup2(&spawn.actions, ends.output.get(), 1);
  ::posix_spawn_file_actions_adddup2(&spawn.actions, ends.output.get(), 2);
  // A descriptor duplicated onto itself stays open in the new process.
  ::posix_spawn_file_actions_adddup2(&spawn.actions, control, control);
  ::posix_spawn_file_actions_adddup2(&spawn.actions, ends.log.get(), ends.log.get());
  sigset_t none;
  ::sigemptyset(&none);
  sigset_t all;
  ::sigfillset(&all);
  ::posix_spawnattr_setsigmask(&spawn.attributes, &none);
  ::posix_spawnattr_setsigdefault(&spawn.attributes, &all);
  ::posix_spawnattr_setpgroup(&spawn.attributes, 0);
  ::posix_spawnattr_setflags(
      &spawn.attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  return ::posix_spawn(&pid,
                       command.python.c_str(),
                       &spawn.actions,
                       &spawn.attributes,
                       Pointers(arguments).data(),
                       Pointers(environment).data());
}

}  // namespace

std::variant<std::unique_ptr<ZygoteProcess>, int> ZygoteProcess::Start(
    const ZygoteCommand& command) {
  std::array<int, 2> fds{};
  if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds.data()) != 0) return errno;
  UniqueFd ours(fds[0]);
  const UniqueFd theirs = MoveUp(UniqueFd(fds[1]));
  auto made = Child::Create(0);
  if (!made.ok() || !theirs.is_open()) return EMFILE;
  auto [channel, ends] = std::move(made).value();
  ends.log = MoveUp(ends.log);
  ends.output = MoveUp(ends.output);
  if (!ends.log.is_open() || !ends.output.is_open()) return EMFILE;
  pid_t pid = 0;
  if (const int error = Spawn(command, theirs.get(), ends, pid); error != 0) return error;
  UniqueFd pidfd = OpenPidfd(pid);
  std::unique_ptr<ZygoteProcess> zygote(new ZygoteProcess(  // NOLINT: the constructor is private
      pid,
      std::move(pidfd),
      std::move(ours),
      std::move(channel)));
  if (!zygote->pidfd_.is_open()) return EMFILE;
  return zygote;
}

ZygoteProcess::ZygoteProcess(pid_t pid,
                             UniqueFd pidfd,
                             UniqueFd control,
                             std::unique_ptr<Child> channel)
    : pid_(pid),
      pidfd_(std::move(pidfd)),
      control_(std::move(control)),
      channel_(std::move(channel)) {}

ZygoteProcess::~ZygoteProcess() {
  if (wait_status_) return;
  ::kill(pid_, SIGKILL);
  int status = 0;
  while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
  }
}

bool ZygoteProcess::RequestChild(Child& child, const Child::Ends& ends) {
  std::string text;
  AppendNumber(text, kToZygoteCreate);
  AppendNumber(text, child.number());
  AppendNumber(text, std::int32_t{0});
  const std::array<int, kDescriptorsOfChild> descriptors = {
      ends.socket.get(), ends.log.get(), ends.output.get(), child.shared().fd()};
  alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof descriptors)> ancillary{};
  iovec part{.iov_base = text.data(), .iov_len = text.size()};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = ancillary.data();
  message.msg_controllen = ancillary.size();
  cmsghdr* header = CMSG_FIRSTHDR(&message);
  header->cmsg_level = SOL_SOCKET;
  header->cmsg_type = SCM_RIGHTS;
  header->cmsg_len = CMSG_LEN(sizeof descriptors);
  std::memcpy(CMSG_DATA(header), descriptors.data(), sizeof descriptors);
  return ::sendmsg(control_.get(), &message, MSG_NOSIGNAL | MSG_DONTWAIT) >= 0;
}

std::optional<ZygoteMessage> ZygoteProcess::Receive(std::string& scratch) {
  if (!control_.is_open()) return std::nullopt;
  alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int))> ancillary{};
  iovec part{.iov_base = scratch.data(), .iov_len = scratch.size()};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = ancillary.data();
  message.msg_controllen = ancillary.size();
  const ssize_t count = ::recvmsg(control_.get(), &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
  if (count <= 0) return std::nullopt;
  ZygoteMessage result;
  for (cmsghdr* header = CMSG_FIRSTHDR(&message); header != nullptr;
       header = CMSG_NXTHDR(&message, header)) {
    if (header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_RIGHTS) continue;
    int fd = -1;
    std::memcpy(&fd, CMSG_DATA(header), sizeof fd);
    result.pidfd = UniqueFd(fd);
  }
  std::string_view text(scratch.data(), static_cast<std::size_t>(count));
  // The function's code shares the process while it is imported: what came may be anything.
  if (text.size() < kZygoteMessageBytes) return result;
  result.kind = ReadNumber<std::uint32_t>(text, 0);
  result.number = ReadNumber<std::uint32_t>(text, 4);
  result.value = ReadNumber<std::int32_t>(text, 8);
  text.remove_prefix(kZygoteMessageBytes);
  if (result.kind == kFromZygoteFailed && text.size() >= kZygoteFailureBytes) {
    const std::size_t error_bytes = ReadNumber<std::uint32_t>(text, 0);
    const std::size_t before_bytes = ReadNumber<std::uint32_t>(text, 4);
    text.remove_prefix(kZygoteFailureBytes);
    result.failure.error = text.substr(0, error_bytes);
    text.remove_prefix(result.failure.error.size());
    result.failure.before = text.substr(0, before_bytes);
    text.remove_prefix(result.failure.before.size());
    result.failure.after = text;
  }
  return result;
}

void ZygoteProcess::Close() {
  control_.Reset();
}

void ZygoteProcess::Kill() {
  SendSignal(pidfd_, SIGKILL);
}

std::optional<int> ZygoteProcess::Reap() {
  if (wait_status_) return wait_status_;
  int status = 0;
  const pid_t reaped = ::waitpid(pid_, &status, WNOHANG);
  if (reaped == 0) return std::nullopt;
  // A program that embeds the pool may have reaped it for us; then nobody knows the status.
  wait_status_ = reaped == pid_ ? status : SIGKILL;
  return wait_status_;
}

}  // namespace pawl::workers
