#include "tests/bench/load/http_load.h"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <charconv>
#include <cstring>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

namespace pawl::bench {
namespace {

constexpr std::size_t kReadBytes = 16'384;
constexpr std::string_view kEndOfHead = "\r\n\r\n";
constexpr std::string_view kLength = "\r\nContent-Length: ";
constexpr std::string_view kSuccess = "HTTP/1.1 200";
constexpr int kEventsAtOnce = 64;

class Connection {
 public:
  explicit Connection(int socket) : socket_(socket) {}

  ~Connection() { close(socket_); }

  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  int socket() const { return socket_; }

  std::chrono::nanoseconds sent_at() const { return sent_at_; }

  // A request is far smaller than a socket's buffer, and the one before has been read.
  Status Send(std::string_view request, std::chrono::nanoseconds now) {
    sent_at_ = now;
    answer_.clear();
    if (send(socket_, request.data(), request.size(), MSG_NOSIGNAL) !=
        static_cast<ssize_t>(request.size())) {
      return Unavailable(std::string("cannot send: ") + std::strerror(errno));
    }
    return {};
  }

  // Whether the answer is whole.
  Result<bool> Read() {
    std::array<char, kReadBytes> bytes{};
    const ssize_t got = recv(socket_, bytes.data(), bytes.size(), 0);
    if (got <= 0) return Unavailable("the server has closed a connection");
    answer_.append(bytes.data(), static_cast<std::size_t>(got));
    const std::size_t head = answer_.find(kEndOfHead);
    if (head == std::string::npos) return false;
    const std::size_t length = answer_.find(kLength);
    if (length == std::string::npos || length > head) {
      return Internal("an answer without Content-Length: " + answer_);
    }
    std::size_t size = 0;
    const char* digits = answer_.data() + length + kLength.size();
    std::from_chars(digits, answer_.data() + answer_.size(), size);
    return answer_.size() >= head + kEndOfHead.size() + size;
  }

  const std::string& answer() const { return answer_; }

 private:
  const int socket_;
  std::string answer_;
  std::chrono::nanoseconds sent_at_{0};
};

Result<std::unique_ptr<Connection>> Connect(std::uint16_t port) {
  auto connection = std::make_unique<Connection>(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): as sockets want it.
  const auto* generic = reinterpret_cast<const sockaddr*>(&address);
  if (connect(connection->socket(), generic, sizeof address) != 0) {
    return Unavailable(std::string("cannot connect: ") + std::strerror(errno));
  }
  const int on = 1;
  setsockopt(connection->socket(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  return connection;
}

class Load {
 public:
  Load(platform::Clock& clock, const HttpLoadOptions& options)
      : clock_(clock), options_(options), poller_(epoll_create1(EPOLL_CLOEXEC)) {}

  ~Load() { close(poller_); }

  Load(const Load&) = delete;
  Load& operator=(const Load&) = delete;

  Result<HttpLoadResult> Run() {
    for (int i = 0; i < options_.connections; ++i) {
      ASSIGN_OR_RETURN(auto connection, Connect(options_.port));
      epoll_event event{};
      event.events = EPOLLIN;
      event.data.ptr = connection.get();
      epoll_ctl(poller_, EPOLL_CTL_ADD, connection->socket(), &event);
      connections_.push_back(std::move(connection));
    }
    const std::chrono::nanoseconds begin = clock_.MonotonicNow();
    for (const auto& connection : connections_)
      RETURN_IF_ERROR(SendNext(*connection));
    while (result_.answered + result_.refused < sent_)
      RETURN_IF_ERROR(TakeAnswers());
    result_.elapsed = clock_.MonotonicNow() - begin;
    return std::move(result_);
  }

 private:
  Status SendNext(Connection& connection) {
    if (sent_ == options_.requests) return {};
    return connection.Send(options_.request(sent_++), clock_.MonotonicNow());
  }

  Status TakeAnswers() {
    std::array<epoll_event, kEventsAtOnce> events{};
    const int count = epoll_wait(poller_, events.data(), kEventsAtOnce, -1);
    for (int i = 0; i < count; ++i) {
      auto& connection = *static_cast<Connection*>(events[static_cast<std::size_t>(i)].data.ptr);
      ASSIGN_OR_RETURN(const bool is_whole, connection.Read());
      if (!is_whole) continue;
      result_.latencies.Add(clock_.MonotonicNow() - connection.sent_at());
      Count(connection.answer());
      RETURN_IF_ERROR(SendNext(connection));
    }
    return {};
  }

  void Count(const std::string& answer) {
    if (answer.starts_with(kSuccess)) {
      ++result_.answered;
      return;
    }
    if (result_.refused++ == 0) result_.first_refusal = answer;
  }

  platform::Clock& clock_;
  const HttpLoadOptions& options_;
  const int poller_;
  std::vector<std::unique_ptr<Connection>> connections_;
  std::uint64_t sent_ = 0;
  HttpLoadResult result_;
};

}  // namespace

Result<HttpLoadResult> RunHttpLoad(platform::Clock& clock, const HttpLoadOptions& options) {
  return Load(clock, options).Run();
}

}  // namespace pawl::bench
