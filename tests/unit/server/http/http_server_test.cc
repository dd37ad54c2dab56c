#include "server/http/http_server.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <deque>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/base/mutex.h"
#include "engine/platform/clock.h"
#include "engine/platform/thread.h"
#include "tests/unit/server/http/http_client.h"

namespace pawl::test {
namespace {

using http::HttpRequest;
using http::HttpResponse;
using http::Responder;
using std::chrono::milliseconds;

// Answers with what it was sent; requests for "/later" wait until the test answers them.
class EchoHandler final : public http::HttpHandler {
 public:
  void Handle(HttpRequest request, std::shared_ptr<Responder> responder) override {
    if (request.target == "/wait") {
      responder->RespondAfter(milliseconds(50), {.status = 204});
    }
    if (request.target == "/later" || request.target == "/wait") {
      responder->OnAbandoned([this] { abandoned_.Notify(); });
      Keep(std::move(responder));
      return;
    }
    if (request.target == "/dropped") return;
    responder->Respond({.status = 200,
                        .content_type = "text/plain",
                        .headers = {{.name = "X-Method", .value = request.method}},
                        .body = request.target + " " + std::string(request.Header("x-word")) + " " +
                                request.body});
  }

  std::optional<std::size_t> BodyBytesMax(std::string_view method,
                                          std::string_view target) override {
    if (method == "PUT" && target == "/large") return 300;
    return std::nullopt;
  }

  HttpResponse Refuse(const HttpRequest& head, http::HttpRefusal refusal) override {
    if (!head.target.starts_with("/api")) return HttpHandler::Refuse(head, std::move(refusal));
    return {.status = refusal.status,
            .content_type = "application/json",
            .body = head.method + " " + head.target + " " + std::string(head.Header("x-word")) +
                    ": " + refusal.text};
  }

  std::shared_ptr<Responder> TakeWaiting() {
    const MutexLock lock(mutex_);
    while (waiting_.empty())
      changed_.Wait(mutex_);
    auto responder = std::move(waiting_.front());
    waiting_.pop_front();
    return responder;
  }

  bool AwaitAbandoned() { return abandoned_.WaitFor(std::chrono::seconds(20)); }

 private:
  void Keep(std::shared_ptr<Responder> responder) {
    const MutexLock lock(mutex_);
    waiting_.push_back(std::move(responder));
    changed_.NotifyAll();
  }

  Mutex mutex_;
  CondVar changed_;
  std::deque<std::shared_ptr<Responder>> waiting_ PAWL_GUARDED_BY(mutex_);
  platform::Event abandoned_;
};

class HttpServerTest : public testing::Test {
 protected:
  HttpServerTest() { Start({}); }

  void Start(http::HttpServerOptions options) {
    options.threads = 2;
    auto started = http::HttpServer::Start(handler_, clock_, std::move(options));
    server_ = std::move(started).value();
  }

  HttpClient Connect() { return HttpClient(server_->port()); }

  platform::SystemClock clock_;
  EchoHandler handler_;
  std::unique_ptr<http::HttpServer> server_;
};

constexpr std::string_view kGet = "GET /a HTTP/1.1\r\nHost: x\r\n\r\n";
constexpr std::string_view kLater = "GET /later HTTP/1.1\r\nHost: x\r\n\r\n";

TEST_F(HttpServerTest, HandsOverARequestAndItsAnswer) {
  HttpClient client = Connect();
  const HttpAnswer answer =
      client.Ask("POST /a?b HTTP/1.1\r\nHost: x\r\nX-Word: Yes\r\nContent-Length: 4\r\n\r\nbody");
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.body, "/a?b Yes body");
  EXPECT_EQ(answer.headers.at("x-method"), "POST");
  EXPECT_EQ(answer.headers.at("content-type"), "text/plain");
  EXPECT_THAT(answer.headers.at("date"), testing::EndsWith(" GMT"));
}

TEST_F(HttpServerTest, KeepsAConnectionForManyRequests) {
  HttpClient client = Connect();
  for (int i = 0; i < 100; ++i)
    EXPECT_EQ(client.Ask(kGet).body, "/a  ");
}

TEST_F(HttpServerTest, EndsTheConnectionWhereTheClientAsksForIt) {
  HttpClient client = Connect();
  EXPECT_EQ(client.Ask("GET /a HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").status, 200);
  EXPECT_TRUE(client.IsEnded());
  HttpClient old = Connect();
  EXPECT_EQ(old.Ask("GET /a HTTP/1.0\r\n\r\n").status, 200);
  EXPECT_TRUE(old.IsEnded());
}

TEST_F(HttpServerTest, AnswersPipelinedRequestsInTheirOrder) {
  HttpClient client = Connect();
  ASSERT_TRUE(client.Send(std::string(kLater) + std::string(kGet) +
                          "POST /b HTTP/1.1\r\nContent-Length: 1\r\n\r\nc"));
  handler_.TakeWaiting()->Respond({.body = "late"});
  EXPECT_EQ(client.Read().body, "late");
  EXPECT_EQ(client.Read().body, "/a  ");
  EXPECT_EQ(client.Read().body, "/b  c");
}

TEST_F(HttpServerTest, ReadsChunkedBodies) {
  HttpClient client = Connect();
  EXPECT_EQ(client
                .Ask("POST /a HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n"
                     "2\r\nab\r\n1;x=y\r\nc\r\n0\r\n\r\n")
                .body,
            "/a  abc");
}

TEST_F(HttpServerTest, AsksForABodyThatWaitsForIt) {
  HttpClient client = Connect();
  EXPECT_EQ(
      client.Ask("POST /a HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 1\r\n\r\n").status,
      100);
  EXPECT_EQ(client.Ask("z").body, "/a  z");
}

TEST_F(HttpServerTest, AnswersHeadWithoutABody) {
  HttpClient client = Connect();
  ASSERT_TRUE(client.Send("HEAD /a HTTP/1.1\r\n\r\n"));
  EXPECT_EQ(client.Read(/*has_body=*/false).headers.at("content-length"), "4");
  EXPECT_EQ(client.Ask(kGet).body, "/a  ");
}

TEST_F(HttpServerTest, AnswersFromAnotherThreadLater) {
  HttpClient client = Connect();
  ASSERT_TRUE(client.Send(kLater));
  auto responder = handler_.TakeWaiting();
  {
    platform::Thread thread("answer", [&] { responder->Respond({.body = "first"}); });
  }
  responder->Respond({.body = "second"});
  EXPECT_EQ(client.Read().body, "first");
  EXPECT_EQ(client.Ask(kGet).status, 200);
}

TEST_F(HttpServerTest, AnswersARequestThatNobodyAnswersWith500) {
  HttpClient client = Connect();
  EXPECT_EQ(client.Ask("GET /dropped HTTP/1.1\r\n\r\n").status, 500);
  EXPECT_EQ(client.Ask(kGet).status, 200);
}

TEST_F(HttpServerTest, TellsWhenTheClientIsGone) {
  HttpClient client = Connect();
  ASSERT_TRUE(client.Send(kLater));
  const auto responder = handler_.TakeWaiting();
  client.Close();
  EXPECT_TRUE(handler_.AwaitAbandoned());
  responder->Respond({});
}

TEST_F(HttpServerTest, AnswersAClientThatClosedItsSideOnly) {
  HttpClient client = Connect();
  ASSERT_TRUE(client.Send(kLater));
  client.CloseSendingSide();
  ASSERT_TRUE(handler_.AwaitAbandoned());
  handler_.TakeWaiting()->Respond({.body = "still"});
  EXPECT_EQ(client.Read().body, "still");
  EXPECT_TRUE(client.IsEnded());
}

TEST_F(HttpServerTest, AnswersByItselfAfterTheWait) {
  HttpClient client = Connect();
  EXPECT_EQ(client.Ask("GET /wait HTTP/1.1\r\n\r\n").status, 204);
  EXPECT_TRUE(handler_.AwaitAbandoned());
  handler_.TakeWaiting()->Respond({.body = "too late"});
  EXPECT_EQ(client.Ask(kGet).body, "/a  ");
}

TEST_F(HttpServerTest, RefusesLongHeadersAndBodies) {
  Start({.header_bytes_max = 1000, .body_bytes_max = 100});
  HttpClient client = Connect();
  EXPECT_EQ(client.Ask("GET / HTTP/1.1\r\nX: " + std::string(2000, 'x') + "\r\n\r\n").status, 431);
  EXPECT_TRUE(client.IsEnded());
  HttpClient announced = Connect();
  EXPECT_EQ(announced.Ask("POST / HTTP/1.1\r\nContent-Length: 101\r\n\r\n").status, 413);
  HttpClient huge = Connect();
  EXPECT_EQ(huge.Ask("POST / HTTP/1.1\r\nContent-Length: 99999999999999999999\r\n\r\n").status,
            400);
  HttpClient chunked = Connect();
  EXPECT_EQ(chunked
                .Ask("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n80\r\n" +
                     std::string(128, 'x') + "\r\n0\r\n\r\n")
                .status,
            413);
}

TEST_F(HttpServerTest, TakesTheLargerBodiesThatTheHandlerAllows) {
  Start({.body_bytes_max = 100});
  const std::string body(300, 'x');
  const std::string length = "Content-Length: 300\r\n\r\n";
  HttpClient client = Connect();
  EXPECT_EQ(client.Ask("PUT /large HTTP/1.1\r\n" + length + body).body, "/large  " + body);
  const std::string chunks = "Transfer-Encoding: chunked\r\n\r\n12c\r\n" + body + "\r\n";
  EXPECT_EQ(client.Ask("PUT /large HTTP/1.1\r\n" + chunks + "0\r\n\r\n").status, 200);
  EXPECT_EQ(client.Ask("POST /large HTTP/1.1\r\n" + length).status, 413);
  HttpClient larger = Connect();
  EXPECT_EQ(larger.Ask("PUT /large HTTP/1.1\r\n" + chunks + "1\r\nx\r\n0\r\n\r\n").status, 413);
}

TEST_F(HttpServerTest, TheHandlerSaysWhatARefusalLooksLike) {
  Start({.header_bytes_max = 1000, .body_bytes_max = 100});
  HttpClient large = Connect();
  HttpAnswer answer = large.Ask("POST /api HTTP/1.1\r\nX-Word: x\r\nContent-Length: 101\r\n\r\n");
  EXPECT_EQ(answer.status, 413);
  EXPECT_EQ(answer.headers.at("content-type"), "application/json");
  EXPECT_EQ(answer.body, "POST /api x: the body is too long");
  EXPECT_TRUE(large.IsEnded());
  // What was read before the line that is wrong.
  HttpClient broken = Connect();
  answer = broken.Ask("POST /api HTTP/1.1\r\nX-Word: x\r\nBad Name: x\r\n\r\n");
  EXPECT_EQ(answer.status, 400);
  EXPECT_THAT(answer.body, ::testing::StartsWith("POST /api x: no HTTP request: "));
  HttpClient long_header = Connect();
  answer = long_header.Ask("POST /api HTTP/1.1\r\nX: " + std::string(2000, 'x') + "\r\n\r\n");
  EXPECT_EQ(answer.body, "POST /api : the headers are too long");
  HttpClient nonsense = Connect();
  EXPECT_EQ(nonsense.Ask("GET\r\n\r\n").headers.at("content-type"), "text/plain");
}

TEST_F(HttpServerTest, RefusesAnswersThatHaveNoRoom) {
  Start({.answers_bytes_max = 3});
  HttpClient client = Connect();
  EXPECT_EQ(client.Ask(kGet).status, 503);
  EXPECT_TRUE(client.IsEnded());
}

// The refusal must not be lost where the client sends on.
TEST_F(HttpServerTest, RefusesABodyWhileItIsBeingSent) {
  Start({.body_bytes_max = 1000});
  HttpClient client = Connect();
  ASSERT_TRUE(client.Send("POST / HTTP/1.1\r\nContent-Length: 2000000\r\n\r\n"));
  client.Send(std::string(2'000'000, 'x'));
  EXPECT_EQ(client.Read().status, 413);
}

TEST_F(HttpServerTest, RefusesRequestsThatHaveNoRoom) {
  Start({.bodies_bytes_max = 100});
  HttpClient client = Connect();
  EXPECT_EQ(client.Ask("POST / HTTP/1.1\r\nContent-Length: 101\r\n\r\n").status, 503);
}

TEST_F(HttpServerTest, ABodyThatIsOnlyAnnouncedHoldsNoRoom) {
  Start({.bodies_bytes_max = 100});
  const std::string head = "POST / HTTP/1.1\r\nContent-Length: 80\r\n\r\n";
  HttpClient slow = Connect();
  ASSERT_TRUE(slow.Send(head));
  HttpClient other = Connect();
  EXPECT_EQ(other.Ask(head + std::string(80, 'x')).status, 200);
}

TEST_F(HttpServerTest, WhatTrailsABodyIsNoHeader) {
  HttpClient client = Connect();
  const HttpAnswer answer = client.Ask(
      "POST /a HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\nX-Word: late\r\n\r\n");
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.body, "/a  x");
  HttpClient coded = Connect();
  EXPECT_EQ(
      coded.Ask("POST / HTTP/1.1\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n").status,
      501);
}

TEST_F(HttpServerTest, RefusesSlowClients) {
  Start({.idle_max = milliseconds(100),
         .header_time_max = milliseconds(100),
         .body_time_max = milliseconds(100)});
  HttpClient idle = Connect();
  EXPECT_TRUE(idle.IsEnded());
  HttpClient header = Connect();
  EXPECT_EQ(header.Ask("GET / HT").status, 408);
  EXPECT_TRUE(header.IsEnded());
  HttpClient body = Connect();
  EXPECT_EQ(body.Ask("POST / HTTP/1.1\r\nContent-Length: 2\r\n\r\nx").status, 408);
}

TEST_F(HttpServerTest, RefusesWhatIsNotHttp) {
  const std::vector<std::string> requests = {
      "\x16\x03\x01\x02\x01\r\n\r\n",
      "GET\r\n\r\n",
      "GET / HTTP/1.1\r\nBad Name: x\r\n\r\n",
      "GET / HTTP/1.1\r\nX: a\x01\r\n\r\n",
      "POST / HTTP/1.1\r\nContent-Length: x\r\n\r\n",
      "POST / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
      "POST / HTTP/1.1\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
      "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n0\r\n\r\n",
      "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
      "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\n",
      "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nabc\r\n0\r\n\r\n",
  };
  for (const std::string& request : requests) {
    HttpClient client = Connect();
    EXPECT_EQ(client.Ask(request).status, 400) << request;
    EXPECT_TRUE(client.IsEnded());
  }
  HttpClient newer = Connect();
  EXPECT_THAT(newer.Ask("GET / HTTP/9.9\r\n\r\n").status, testing::AnyOf(400, 505));
}

TEST_F(HttpServerTest, ServesOnWhenClientsLeaveInTheMiddle) {
  for (const std::string_view part : {"", "GE", "POST / HTTP/1.1\r\nContent-Length: 9\r\n\r\nx"}) {
    HttpClient client = Connect();
    client.Send(part);
  }
  HttpClient client = Connect();
  EXPECT_EQ(client.Ask(kGet).status, 200);
}

TEST_F(HttpServerTest, TakesMoreConnectionsOnceOthersHaveEnded) {
  Start({.connections_max = 2});
  HttpClient first = Connect();
  HttpClient second = Connect();
  EXPECT_EQ(first.Ask(kGet).status, 200);
  EXPECT_EQ(second.Ask(kGet).status, 200);
  HttpClient third = Connect();
  ASSERT_TRUE(third.Send(kGet));
  first.Close();
  EXPECT_EQ(third.Read().status, 200);
}

TEST_F(HttpServerTest, StopsAtOnceWithoutRequests) {
  HttpClient client = Connect();
  EXPECT_EQ(client.Ask(kGet).status, 200);
  server_->Stop(std::chrono::seconds(20));
  EXPECT_TRUE(client.IsEnded());
}

TEST_F(HttpServerTest, AnswersWhatWaitsBeforeItStops) {
  HttpClient waiting = Connect();
  HttpClient later = Connect();
  ASSERT_TRUE(waiting.Send("GET /wait HTTP/1.1\r\n\r\n"));
  ASSERT_TRUE(later.Send(kLater));
  auto first = handler_.TakeWaiting();
  auto second = handler_.TakeWaiting();
  platform::Thread stop("stop", [&] { server_->Stop(std::chrono::seconds(20)); });
  EXPECT_EQ(waiting.Read().status, 204);
  first->Respond({.body = "done"});
  second->Respond({.body = "done"});
  EXPECT_EQ(later.Read().body, "done");
}

TEST_F(HttpServerTest, AnAnswerAfterItsEndGoesNowhere) {
  HttpClient client = Connect();
  ASSERT_TRUE(client.Send(kLater));
  const auto responder = handler_.TakeWaiting();
  server_->Stop(milliseconds(0));
  server_.reset();
  EXPECT_TRUE(handler_.AwaitAbandoned());
  responder->Respond({});
}

TEST_F(HttpServerTest, SaysThatAPortIsTaken) {
  http::HttpServerOptions options;
  options.port = server_->port();
  const auto second = http::HttpServer::Start(handler_, clock_, options);
  EXPECT_EQ(second.status().code(), StatusCode::kUnavailable);
}

}  // namespace
}  // namespace pawl::test
