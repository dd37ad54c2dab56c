#include "workers/child.h"

#include <fcntl.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>

#include "workers/pidfd.h"
#include "workers/protocol.h"
#include "workers/system_error.h"

namespace pawl::workers {
namespace {

// A record that comes through the socket: header, error type, payload.
constexpr std::size_t kRecordBytesMax = kResultBytesMax + std::size_t{64} * 1024;
// Packets of the log taken at once, so that a function that only prints starves nobody.
constexpr int kLogPacketsAtOnce = 256;
constexpr std::size_t kOutputLineBytesMax = std::size_t{64} * 1024;

void SetNonBlocking(int fd) {
  ::fcntl(fd, F_SETFL, ::fcntl(fd, F_GETFL) | O_NONBLOCK);
}

}  // namespace

Result<std::pair<std::unique_ptr<Child>, Child::Ends>> Child::Create(std::uint32_t number) {
  std::array<int, 2> fds{};
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds.data()) != 0) {
    return SystemError("socketpair");
  }
  UniqueFd socket(fds[0]);
  Ends ends{.socket = UniqueFd(fds[1]), .log = {}, .output = {}};
  if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds.data()) != 0) {
    return SystemError("socketpair");
  }
  UniqueFd log(fds[0]);
  ends.log = UniqueFd(fds[1]);
  if (::pipe2(fds.data(), O_CLOEXEC) != 0) return SystemError("pipe2");
  UniqueFd output(fds[0]);
  ends.output = UniqueFd(fds[1]);
  for (const int fd : {socket.get(), log.get(), output.get()})
    SetNonBlocking(fd);
  ASSIGN_OR_RETURN(SharedResults shared, SharedResults::Create());
  std::unique_ptr<Child> child(new Child(  // NOLINT: the constructor is private
      number,
      std::move(socket),
      std::move(log),
      std::move(output),
      std::move(shared)));
  return std::pair(std::move(child), std::move(ends));
}

Child::Child(
    std::uint32_t number, UniqueFd socket, UniqueFd log, UniqueFd output, SharedResults shared)
    : number_(number),
      socket_(std::move(socket)),
      log_(std::move(log)),
      output_(std::move(output)),
      shared_(std::move(shared)) {}

Flight* Child::Find(std::uint64_t sequence) {
  for (Flight& flight : flights_) {
    if (flight.sequence == sequence) return &flight;
    if (flight.sequence > sequence) return nullptr;
  }
  return nullptr;
}

Task Child::Take(std::uint64_t sequence) {
  const auto found = std::find_if(flights_.begin(), flights_.end(), [sequence](const Flight& one) {
    return one.sequence == sequence;
  });
  PAWL_CHECK(found != flights_.end());
  Task task = std::move(found->task);
  flight_bytes_ -= task.invocation.event.size();
  flights_.erase(found);
  return task;
}

std::vector<Flight> Child::TakeUnstarted() {
  std::vector<Flight> taken;
  const std::uint64_t started = shared_.started();
  while (!flights_.empty() && flights_.back().sequence > started) {
    flight_bytes_ -= flights_.back().task.invocation.event.size();
    taken.push_back(std::move(flights_.back()));
    flights_.pop_back();
  }
  return taken;
}

void Child::Write(Task task, std::string_view default_arn, SteadyTime now) {
  const Invocation& call = task.invocation;
  const std::string_view arn = call.invoked_arn.empty() ? default_arn : call.invoked_arn;
  const std::string_view event = call.event.view();
  const std::size_t body =
      call.request_id.size() + arn.size() + call.client_context.size() + event.size();
  const std::int64_t deadline =
      call.deadline ? std::chrono::nanoseconds(call.deadline->time_since_epoch()).count() : 0;
  AppendNumber(outgoing_, static_cast<std::uint32_t>(body));
  AppendNumber(outgoing_, static_cast<std::uint16_t>(call.request_id.size()));
  AppendNumber(outgoing_, static_cast<std::uint16_t>(arn.size()));
  AppendNumber(outgoing_, static_cast<std::uint32_t>(call.client_context.size()));
  AppendNumber(outgoing_, next_sequence_);
  AppendNumber(outgoing_, deadline);
  outgoing_.append(call.request_id).append(arn).append(call.client_context).append(event);
  flight_bytes_ += event.size();
  flights_.push_back(Flight{.sequence = next_sequence_, .sent_at = now, .task = std::move(task)});
  ++next_sequence_;
}

bool Child::Flush() {
  while (sent_ < outgoing_.size()) {
    const ssize_t count = ::send(socket_.get(),
                                 outgoing_.data() + sent_,
                                 outgoing_.size() - sent_,
                                 MSG_NOSIGNAL | MSG_DONTWAIT);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0 && errno == EAGAIN) return true;
    // The child is gone: its end says what becomes of the rest.
    if (count < 0) break;
    sent_ += static_cast<std::size_t>(count);
  }
  outgoing_.clear();
  sent_ = 0;
  return false;
}

Child::ReadResult Child::Read(std::string& scratch,
                              const std::function<void(const ResultRecord&)>& each) {
  if (!socket_.is_open()) return ReadResult::kEnded;
  while (true) {
    const ssize_t count = ::recv(socket_.get(), scratch.data(), scratch.size(), MSG_DONTWAIT);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0 && errno == EAGAIN) return ReadResult::kOk;
    if (count <= 0) return ReadResult::kEnded;
    incoming_.append(scratch.data(), static_cast<std::size_t>(count));
    if (ParseMessages(each) == ReadResult::kBroken) return ReadResult::kBroken;
    if (static_cast<std::size_t>(count) < scratch.size()) return ReadResult::kOk;
  }
}

Child::ReadResult Child::ParseMessages(const std::function<void(const ResultRecord&)>& each) {
  std::string_view rest = incoming_;
  while (rest.size() >= kChildMessageBytes) {
    const auto kind = ReadNumber<std::uint32_t>(rest, 0);
    const std::size_t size = ReadNumber<std::uint32_t>(rest, 4);
    const auto value = ReadNumber<std::uint64_t>(rest, 8);
    if (kind == kChildMessageRing && size == 0) {
      if (!shared_.Read(value, each)) return ReadResult::kBroken;
    } else if (kind == kChildMessageRecord && size <= kRecordBytesMax) {
      if (rest.size() - kChildMessageBytes < size) break;
      const auto record = ParseRecord(rest.substr(kChildMessageBytes, size));
      if (!record || record->second != size) return ReadResult::kBroken;
      each(record->first);
    } else {
      return ReadResult::kBroken;
    }
    rest.remove_prefix(kChildMessageBytes + size);
  }
  incoming_.erase(0, incoming_.size() - rest.size());
  return ReadResult::kOk;
}

LogLine Child::LineOf(std::uint64_t sequence,
                      const std::string& function,
                      LogStream stream,
                      std::string text) {
  LogLine line{.function = function, .request_id = {}, .stream = stream, .text = std::move(text)};
  const Flight* flight = Find(sequence);
  if (flight == nullptr) return line;
  line.request_id = flight->task.invocation.request_id;
  if (flight->task.log) flight->task.log->Append(line.text);
  return line;
}

bool Child::ReadLogs(const std::string& function,
                     std::string& scratch,
                     std::vector<LogLine>& lines) {
  for (int i = 0; i < kLogPacketsAtOnce; ++i) {
    const ssize_t count = ::recv(log_.get(), scratch.data(), scratch.size(), MSG_DONTWAIT);
    if (count <= 0) return false;
    const std::string_view packet(scratch.data(), static_cast<std::size_t>(count));
    if (packet.size() < kLogHeaderBytes) continue;
    const auto stream = ReadNumber<std::uint8_t>(packet, 8);
    if (stream < 1 || stream > 3) continue;
    lines.push_back(LineOf(ReadNumber<std::uint64_t>(packet, 0),
                           function,
                           static_cast<LogStream>(stream),
                           std::string(packet.substr(kLogHeaderBytes))));
  }
  return true;
}

bool Child::ReadOutput(const std::string& function,
                       std::string& scratch,
                       std::vector<LogLine>& lines) {
  if (!output_.is_open()) return false;
  const ssize_t count = ::read(output_.get(), scratch.data(), scratch.size());
  if (count < 0 && (errno == EAGAIN || errno == EINTR)) return true;
  const bool has_ended = count <= 0;
  if (!has_ended) partial_output_.append(scratch.data(), static_cast<std::size_t>(count));
  std::size_t whole = partial_output_.rfind('\n') + 1;
  if (has_ended || partial_output_.size() - whole > kOutputLineBytesMax) {
    whole = partial_output_.size();
  }
  if (whole > 0) {
    lines.push_back(
        LineOf(shared_.started(), function, LogStream::kStderr, partial_output_.substr(0, whole)));
    partial_output_.erase(0, whole);
  }
  return !has_ended;
}

void Child::CloseSocket() {
  socket_.Reset();
}

void Child::SetProcess(pid_t pid, UniqueFd pidfd) {
  pid_ = pid;
  pidfd_ = std::move(pidfd);
  if (is_kill_wanted_) Kill();
}

bool Child::Interrupt() {
  if (!pidfd_.is_open()) return false;
  SendSignal(pidfd_, SIGUSR1);
  return true;
}

void Child::Kill() {
  is_kill_wanted_ = true;
  if (pidfd_.is_open()) SendSignal(pidfd_, SIGKILL);
}

}  // namespace pawl::workers
