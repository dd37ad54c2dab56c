#include "server/http/http_connection.h"

#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/string.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/write.hpp>
#include <cctype>
#include <cerrno>
#include <optional>
#include <string>
#include <utility>

#include "server/http/http_date.h"

namespace pawl::http {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
using boost::system::error_code;

constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
constexpr std::size_t kReadBytes = 4096;
constexpr std::chrono::seconds kDeadlineTickMax(1);
constexpr std::chrono::seconds kLinger(2);
constexpr std::size_t kLingerBytesMax = std::size_t{16} * 1024 * 1024;

auto Awaiting(error_code& error) {
  return asio::redirect_error(asio::use_awaitable, error);
}

std::string LowerCase(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](unsigned char character) {
    return static_cast<char>(std::tolower(character));
  });
  return text;
}

// Without the body, and without what trails it: a trailer says nothing of the request (RFC 9110,
// section 6.5.1), and nobody would look for a signature there.
template <typename Message>
HttpRequest HeadOf(const Message& message) {
  HttpRequest request;
  request.method = std::string(message.method_string());
  request.target = std::string(message.target());
  for (const auto& field : message) {
    request.headers.push_back(
        {.name = LowerCase(std::string(field.name_string())), .value = std::string(field.value())});
  }
  return request;
}

// The only coding that is undone here is that of the transfer in chunks.
template <typename Message>
bool IsCoded(const Message& message) {
  const auto coding = message[beast::http::field::transfer_encoding];
  return !coding.empty() && !beast::iequals(coding, "chunked");
}

// Whether the other side has closed the connection, or broken it.
bool IsClosed(int socket) {
  char byte = 0;
  const ssize_t count = recv(socket, &byte, 1, MSG_PEEK | MSG_DONTWAIT);
  return count == 0 || (count < 0 && errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR);
}

}  // namespace

HttpConnection::HttpConnection(HttpService& service, asio::ip::tcp::socket socket)
    : service_(service),
      socket_(std::move(socket)),
      deadline_tick_(socket_.get_executor()),
      answered_(socket_.get_executor()) {
  service_.Add(*this);
}

HttpConnection::~HttpConnection() {
  if (exchange_ != nullptr) {
    exchange_->Detach();
    exchange_->ClientGone();
  }
  service_.Remove(*this);
}

void HttpConnection::Start() {
  const auto executor = socket_.get_executor();
  asio::co_spawn(
      executor, [self = shared_from_this()] { return self->Serve(); }, asio::detached);
  asio::co_spawn(
      executor, [self = shared_from_this()] { return self->WatchDeadline(); }, asio::detached);
}

void HttpConnection::Stop() {
  asio::post(socket_.get_executor(), [self = shared_from_this()] {
    self->is_stopping_ = true;
    error_code ignored;
    if (self->exchange_ != nullptr) {
      self->exchange_->Expire();
    } else {
      self->socket_.cancel(ignored);
    }
  });
}

asio::awaitable<void> HttpConnection::Serve() {
  error_code ignored;
  socket_.set_option(asio::ip::tcp::no_delay(true), ignored);
  while (!is_stopping_ && co_await ServeOne()) {
  }
  if (is_refused_) co_await Linger();
  is_done_ = true;
  deadline_tick_.cancel();
  socket_.close(ignored);
}

asio::awaitable<bool> HttpConnection::ServeOne() {
  if (!co_await AwaitRequest()) co_return false;
  Parser parser;
  parser.header_limit(static_cast<std::uint32_t>(service_.options().header_bytes_max));
  // What it is depends on the header.
  parser.body_limit(boost::none);
  if (!co_await ReadHeader(parser)) co_return false;
  if (IsCoded(parser.get()))
    co_return co_await Refuse(parser, 501, "Transfer-Encoding: chunked alone");
  HttpRequest request = HeadOf(parser.get());
  const std::size_t bytes_max = BodyBytesMax(parser);
  parser.body_limit(bytes_max);
  const std::size_t body_bytes = parser.content_length().value_or(0);
  if (body_bytes > bytes_max) co_return co_await RefuseLargeBody(parser);
  if (body_bytes > service_.bodies().bytes_max) {
    co_return co_await Refuse(parser, 503, "there is no room for so large a request");
  }
  HttpService::BodyRoom room(service_.bodies(), 0);
  if (!co_await ReadBody(parser, room)) co_return false;

  const bool is_head = parser.get().method() == beast::http::verb::head;
  const bool keeps_alive = parser.get().keep_alive();
  request.body = std::move(parser.get().body());
  HttpResponse response = co_await Answer(std::move(request));
  const HttpService::BodyRoom answer_room(service_.answers(), response.body.size());
  if (!answer_room.fits()) co_return co_await Refuse(parser, 503, "too many large answers at once");
  const bool goes_on = keeps_alive && !is_stopping_ && !is_client_gone_;
  co_return co_await Write(std::move(response), is_head, goes_on);
}

std::size_t HttpConnection::BodyBytesMax(const Parser& parser) {
  const auto& head = parser.get();
  const auto method = head.method_string();
  const auto target = head.target();
  return service_.handler()
      .BodyBytesMax({method.data(), method.size()}, {target.data(), target.size()})
      .value_or(service_.options().body_bytes_max);
}

// The idle time is that without a byte: the rest of a request has less.
asio::awaitable<bool> HttpConnection::AwaitRequest() {
  if (buffer_.size() > 0) co_return true;
  SetDeadline(service_.options().idle_max);
  error_code error;
  const std::size_t count =
      co_await socket_.async_read_some(buffer_.prepare(kReadBytes), Awaiting(error));
  buffer_.commit(count);
  co_return !error;
}

asio::awaitable<bool> HttpConnection::ReadHeader(Parser& parser) {
  SetDeadline(service_.options().header_time_max);
  error_code error;
  co_await beast::http::async_read_header(socket_, buffer_, parser, Awaiting(error));
  if (error) co_return co_await RefuseRead(parser, error);
  co_return true;
}

// A body takes room as it comes: who announces a large one and sends nothing holds nothing.
asio::awaitable<bool> HttpConnection::ReadBody(Parser& parser, HttpService::BodyRoom& room) {
  SetDeadline(service_.options().body_time_max);
  error_code error;
  const auto expected = parser.get()[beast::http::field::expect];
  if (!parser.is_done() && beast::iequals(expected, "100-continue")) {
    const auto interim = asio::buffer(kContinue.data(), kContinue.size());
    co_await asio::async_write(socket_, interim, Awaiting(error));
    if (error) co_return false;
  }
  while (!parser.is_done()) {
    co_await beast::http::async_read_some(socket_, buffer_, parser, Awaiting(error));
    if (error) co_return co_await RefuseRead(parser, error);
    room.Grow(parser.get().body().size());
    if (!room.fits()) co_return co_await Refuse(parser, 503, "too many large requests at once");
  }
  co_return true;
}

asio::awaitable<HttpResponse> HttpConnection::Answer(HttpRequest request) {
  deadline_ = asio::steady_timer::time_point::max();
  const auto executor = socket_.get_executor();
  // The answer may come from any thread; the timer is touched on the strand only.
  const auto exchange = std::make_shared<HttpExchange>([weak = weak_from_this(), executor] {
    asio::post(executor, [weak] {
      if (const auto self = weak.lock()) self->answered_.cancel();
    });
  });
  exchange_ = exchange;
  service_.handler().Handle(std::move(request), HttpExchange::NewResponder(exchange));
  std::optional<HttpResponse> response = exchange->Take();
  if (!response && exchange->IsWatched()) {
    asio::co_spawn(
        executor,
        [self = shared_from_this(), exchange] { return self->WatchClient(exchange); },
        asio::detached);
  }
  const std::optional<Duration> wait = exchange->wait();
  const auto now = asio::steady_timer::clock_type::now();
  answered_.expires_at(wait ? now + *wait : asio::steady_timer::time_point::max());
  while (!response) {
    error_code error;
    co_await answered_.async_wait(Awaiting(error));
    if (!error) exchange->Expire();
    response = exchange->Take();
  }
  exchange->Detach();
  exchange_ = nullptr;
  co_return *std::move(response);
}

asio::awaitable<void> HttpConnection::WatchClient(std::shared_ptr<HttpExchange> exchange) {
  error_code error;
  co_await socket_.async_wait(asio::ip::tcp::socket::wait_read, Awaiting(error));
  // Where bytes are there, they are the next request, and nothing tells whether the client left.
  if (error || exchange_ != exchange || !IsClosed(socket_.native_handle())) co_return;
  is_client_gone_ = true;
  exchange->ClientGone();
}

asio::awaitable<bool> HttpConnection::Write(HttpResponse response, bool is_head, bool keeps_alive) {
  using beast::http::field;
  beast::http::response<beast::http::string_body> message;
  message.result(static_cast<unsigned>(response.status));
  message.set(field::date, HttpDate(service_.clock().WallNow()));
  if (!response.content_type.empty()) message.set(field::content_type, response.content_type);
  for (const HttpHeader& header : response.headers)
    message.set(header.name, header.value);
  message.body() = std::move(response.body);
  message.keep_alive(keeps_alive);
  message.prepare_payload();
  if (is_head) message.body().clear();

  error_code error;
  socket_.cancel(error);  // the watch over the client, if there is one
  SetDeadline(service_.options().write_time_max);
  co_await beast::http::async_write(socket_, message, Awaiting(error));
  co_return !error && keeps_alive;
}

asio::awaitable<bool> HttpConnection::Refuse(const Parser& parser, int status, std::string text) {
  is_refused_ = true;
  const HttpRequest head = HeadOf(parser.get());
  HttpResponse response =
      service_.handler().Refuse(head, {.status = status, .text = std::move(text)});
  co_return co_await Write(std::move(response), head.method == "HEAD", /*keeps_alive=*/false);
}

asio::awaitable<bool> HttpConnection::RefuseLargeBody(const Parser& parser) {
  co_return co_await Refuse(parser, 413, "the body is too long");
}

asio::awaitable<bool> HttpConnection::RefuseRead(const Parser& parser, error_code failure) {
  using beast::http::error;
  if (is_late_) co_return co_await Refuse(parser, 408, "the request did not arrive in time");
  if (failure == error::header_limit) {
    co_return co_await Refuse(parser, 431, "the headers are too long");
  }
  if (failure == error::body_limit) co_return co_await RefuseLargeBody(parser);
  if (failure == error::bad_version) {
    co_return co_await Refuse(parser, 505, "not HTTP/1.1 or HTTP/1.0");
  }
  const bool is_http = failure.category() == beast::http::make_error_code(error()).category();
  // The rest are clients that left.
  if (!is_http || failure == error::end_of_stream || failure == error::partial_message) {
    co_return false;
  }
  co_return co_await Refuse(parser, 400, "no HTTP request: " + failure.message());
}

asio::awaitable<void> HttpConnection::Linger() {
  error_code error;
  socket_.shutdown(asio::ip::tcp::socket::shutdown_send, error);
  SetDeadline(kLinger);
  std::array<char, kReadBytes> unread{};
  std::size_t count = 0;
  while (!error && count < kLingerBytesMax) {
    count += co_await socket_.async_read_some(asio::buffer(unread), Awaiting(error));
  }
}

asio::awaitable<void> HttpConnection::WatchDeadline() {
  const Duration tick =
      std::min<Duration>(kDeadlineTickMax, service_.options().header_time_max / 4);
  while (!is_done_) {
    error_code error;
    deadline_tick_.expires_after(tick);
    co_await deadline_tick_.async_wait(Awaiting(error));
    if (is_done_ || asio::steady_timer::clock_type::now() < deadline_) continue;
    is_late_ = true;
    socket_.cancel(error);
  }
}

void HttpConnection::SetDeadline(Duration wait) {
  is_late_ = false;
  deadline_ = asio::steady_timer::clock_type::now() + wait;
}

}  // namespace pawl::http
