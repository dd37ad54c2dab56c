#include "tests/unit/server/lambda/lambda_client.h"

#include <gtest/gtest.h>

#include <utility>

#include "engine/expression/digest.h"
#include "engine/json/arena.h"
#include "engine/json/parse.h"
#include "engine/json/write.h"

namespace pawl::test {
namespace {

LambdaAnswer ToAnswer(http::HttpResponse response) {
  LambdaAnswer answer{.status = response.status,
                      .content_type = std::move(response.content_type),
                      .headers = {},
                      .body = std::move(response.body)};
  for (http::HttpHeader& header : response.headers)
    answer.headers[header.name] = std::move(header.value);
  return answer;
}

// Everything runs in one thread.
class Captor final : public http::Responder {
 public:
  explicit Captor(std::shared_ptr<std::optional<LambdaAnswer>> answer)
      : answer_(std::move(answer)) {}

  void Respond(http::HttpResponse response) override {
    if (!*answer_) *answer_ = ToAnswer(std::move(response));
  }

  void OnAbandoned(std::function<void()> /*abandoned*/) override {}

  void RespondAfter(Duration /*wait*/, http::HttpResponse /*response*/) override {}

 private:
  const std::shared_ptr<std::optional<LambdaAnswer>> answer_;
};

}  // namespace

std::string LambdaAnswer::Get(std::string_view path) const {
  json::Arena arena;
  const auto parsed = json::Parse(body, arena);
  if (!parsed.ok()) return "(no JSON)";
  json::Value value = *parsed;
  while (!path.empty()) {
    const std::size_t dot = path.find('.');
    const json::Value* member = value.Find(path.substr(0, dot));
    if (member == nullptr) return "(none)";
    value = *member;
    path.remove_prefix(dot == std::string_view::npos ? path.size() : dot + 1);
  }
  return value.is_string() ? std::string(value.string()) : json::Write(value);
}

std::string LambdaAnswer::Error() const {
  if (status < 300) return "";
  const std::string name = headers.contains("x-amzn-ErrorType") ? headers.at("x-amzn-ErrorType")
                                                                : std::string("(no name)");
  const std::string message = Get("message") == "(none)" ? Get("Message") : Get("message");
  return std::to_string(status) + " " + name + ": " + message;
}

LambdaClient::LambdaClient(EngineOptions options) : harness_(std::move(options)) {
  endpoint_ = std::make_unique<lambda::LambdaEndpoint>(
      harness_.engine(),
      authenticator_,
      clock_,
      random_,
      runtime::TokenSealer({{.id = 1, .secret = std::string(32, 's')}}));
}

std::shared_ptr<std::optional<LambdaAnswer>> LambdaClient::Begin(http::HttpRequest request) {
  request.headers.push_back({.name = "host", .value = "here:8083"});
  auto answer = std::make_shared<std::optional<LambdaAnswer>>();
  endpoint_->Handle(std::move(request), std::make_shared<Captor>(answer));
  return answer;
}

LambdaAnswer LambdaClient::Send(http::HttpRequest request) {
  const auto answer = Begin(std::move(request));
  if (!*answer) harness_.Settle();
  if (!*answer) {
    ADD_FAILURE() << "no answer";
    return {};
  }
  return **answer;
}

LambdaAnswer LambdaClient::Get(std::string target) {
  return Send({.method = "GET", .target = std::move(target)});
}

LambdaAnswer LambdaClient::Delete(std::string target) {
  return Send({.method = "DELETE", .target = std::move(target)});
}

LambdaAnswer LambdaClient::Post(std::string target, std::string body) {
  return Send({.method = "POST", .target = std::move(target), .body = std::move(body)});
}

LambdaAnswer LambdaClient::Put(std::string target, std::string body) {
  return Send({.method = "PUT", .target = std::move(target), .body = std::move(body)});
}

LambdaAnswer LambdaClient::Create(const std::string& name, const std::string& more) {
  return Post("/2015-03-31/functions",
              R"({"FunctionName":")" + name +
                  R"(","Runtime":"python3.12","Role":"arn:aws:iam::123456789012:role/r",)"
                  R"("Handler":"app.handler","Code":{"ZipFile":)" +
                  Zip("one") + "}" + more + "}");
}

std::string LambdaClient::Zip(const std::string& text) {
  return '"' + expression::EncodeBase64(ZipOf(text).view()) + '"';
}

}  // namespace pawl::test
