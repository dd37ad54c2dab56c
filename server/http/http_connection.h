// HttpConnection: the requests of one client, one after the other. Private to the folder, as are
// Beast and Asio.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <memory>
#include <string>

#include "server/http/http_exchange.h"
#include "server/http/http_service.h"

namespace pawl::http {

// Threads: everything runs on the strand of its socket; Stop may be called from any thread.
class HttpConnection final : public std::enable_shared_from_this<HttpConnection> {
 public:
  // `service` outlives it.
  HttpConnection(HttpService& service, boost::asio::ip::tcp::socket socket);
  ~HttpConnection();
  HttpConnection(const HttpConnection&) = delete;
  HttpConnection& operator=(const HttpConnection&) = delete;

  // Serves until the client leaves, something is wrong, or Stop. Keeps the connection alive.
  void Start();

  // No more requests: the one that is being answered is the last.
  void Stop();

 private:
  template <typename T>
  using Awaitable = boost::asio::awaitable<T>;
  using Parser = boost::beast::http::request_parser<boost::beast::http::string_body>;

  Awaitable<void> Serve();
  // Each says whether the connection goes on.
  Awaitable<bool> ServeOne();
  Awaitable<bool> AwaitRequest();
  Awaitable<bool> ReadHeader(Parser& parser);
  Awaitable<bool> ReadBody(Parser& parser, HttpService::BodyRoom& room);
  Awaitable<bool> Write(HttpResponse response, bool is_head, bool keeps_alive);
  // Answers a request that is not handed over, as far as it was read, and ends the connection.
  Awaitable<bool> Refuse(const Parser& parser, int status, std::string text);
  Awaitable<bool> RefuseLargeBody(const Parser& parser);
  Awaitable<bool> RefuseRead(const Parser& parser, boost::system::error_code failure);
  std::size_t BodyBytesMax(const Parser& parser);

  Awaitable<HttpResponse> Answer(HttpRequest request);
  // Tells `exchange` when the client closes its side.
  Awaitable<void> WatchClient(std::shared_ptr<HttpExchange> exchange);
  // Reads on for a moment, so that a client that still sends gets to read why it was refused.
  Awaitable<void> Linger();
  // Cancels what is under way on the socket when the deadline has passed.
  Awaitable<void> WatchDeadline();
  void SetDeadline(Duration wait);

  HttpService& service_;
  boost::asio::ip::tcp::socket socket_;
  boost::beast::flat_buffer buffer_;
  boost::asio::steady_timer deadline_tick_;
  boost::asio::steady_timer::time_point deadline_ = boost::asio::steady_timer::time_point::max();
  // Its end, or its cancelling, ends the wait for an answer.
  boost::asio::steady_timer answered_;
  std::shared_ptr<HttpExchange> exchange_;
  bool is_late_ = false;
  bool is_refused_ = false;
  bool is_stopping_ = false;
  bool is_client_gone_ = false;
  bool is_done_ = false;
};

}  // namespace pawl::http
