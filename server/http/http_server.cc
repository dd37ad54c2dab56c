#include "server/http/http_server.h"

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <list>
#include <optional>
#include <utility>

#include "engine/platform/thread.h"
#include "server/http/http_connection.h"
#include "server/http/http_service.h"

namespace pawl::http {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

constexpr int kThreadsMin = 2;
constexpr int kThreadsMax = 8;
// Between two looks whether a connection may be taken again.
constexpr std::chrono::milliseconds kAcceptPause(50);

int ThreadCount(int asked) {
  if (asked > 0) return asked;
  return std::clamp(platform::ProcessorCount(), kThreadsMin, kThreadsMax);
}

class BeastServer final : public HttpServer {
 public:
  BeastServer(HttpHandler& handler, platform::Clock& clock, HttpServerOptions options)
      : service_(handler, clock, std::move(options)),
        strand_(asio::make_strand(context_)),
        acceptor_(strand_),
        pause_(strand_) {}

  ~BeastServer() override { Stop(std::chrono::milliseconds(0)); }

  Status Listen() {
    const HttpServerOptions& options = service_.options();
    error_code error;
    const auto address = asio::ip::make_address(options.host, error);
    if (error) return InvalidArgument("'" + options.host + "' is no address", "host");
    const tcp::endpoint endpoint(address, options.port);
    acceptor_.open(endpoint.protocol(), error);
    if (!error) acceptor_.set_option(tcp::acceptor::reuse_address(true), error);
    if (!error) acceptor_.bind(endpoint, error);
    if (!error) acceptor_.listen(asio::socket_base::max_listen_connections, error);
    if (error) {
      return Unavailable("cannot listen on " + options.host + ":" + std::to_string(options.port) +
                         ": " + error.message());
    }
    port_ = acceptor_.local_endpoint(error).port();
    return {};
  }

  void Run() {
    work_.emplace(context_.get_executor());
    asio::co_spawn(
        strand_, [this] { return Accept(); }, asio::detached);
    for (int i = 0; i < ThreadCount(service_.options().threads); ++i)
      threads_.emplace_back("http", [this] { context_.run(); });
  }

  std::uint16_t port() const override { return port_; }

  void Stop(std::chrono::milliseconds grace) override {
    if (threads_.empty()) return;
    asio::post(strand_, [this] {
      error_code ignored;
      acceptor_.close(ignored);
      pause_.cancel();
      // Behind the last connection that was taken.
      for (const auto& connection : service_.Open())
        connection->Stop();
    });
    service_.AwaitEnd(grace);
    work_.reset();
    context_.stop();
    threads_.clear();
  }

 private:
  asio::awaitable<void> Accept() {
    while (acceptor_.is_open()) {
      error_code error;
      auto awaiting = asio::redirect_error(asio::use_awaitable, error);
      if (service_.connections() >= service_.options().connections_max) {
        pause_.expires_after(kAcceptPause);
        co_await pause_.async_wait(awaiting);
        continue;
      }
      tcp::socket socket = co_await acceptor_.async_accept(asio::make_strand(context_), awaiting);
      if (!error) {
        std::make_shared<HttpConnection>(service_, std::move(socket))->Start();
      } else if (acceptor_.is_open()) {
        // Such as: no more files. Others may be closed meanwhile.
        pause_.expires_after(kAcceptPause);
        co_await pause_.async_wait(awaiting);
      }
    }
  }

  // Outlives the connections, which end with the context at the latest.
  HttpService service_;
  asio::io_context context_;
  asio::strand<asio::io_context::executor_type> strand_;
  tcp::acceptor acceptor_;
  asio::steady_timer pause_;
  std::optional<asio::executor_work_guard<asio::io_context::executor_type>> work_;
  std::uint16_t port_ = 0;
  std::list<platform::Thread> threads_;
};

}  // namespace

Result<std::unique_ptr<HttpServer>> HttpServer::Start(HttpHandler& handler,
                                                      platform::Clock& clock,
                                                      HttpServerOptions options) {
  auto server = std::make_unique<BeastServer>(handler, clock, std::move(options));
  RETURN_IF_ERROR(server->Listen());
  server->Run();
  return std::unique_ptr<HttpServer>(std::move(server));
}

}  // namespace pawl::http
