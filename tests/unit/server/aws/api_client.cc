#include "tests/unit/server/aws/api_client.h"

#include <gtest/gtest.h>

#include <optional>
#include <utility>

#include "engine/json/arena.h"
#include "engine/json/parse.h"
#include "engine/json/write.h"

namespace pawl::test {
namespace {

constexpr std::chrono::seconds kAnswerWithin(20);

}  // namespace

std::string ApiAnswer::Get(std::string_view name) const {
  json::Arena arena;
  const auto parsed = json::Parse(body, arena);
  if (!parsed.ok()) return "(no JSON)";
  const json::Value* value = parsed->Find(name);
  if (value == nullptr) return "(none)";
  return value->is_string() ? std::string(value->string()) : json::Write(*value);
}

std::string ApiAnswer::Error() const {
  if (status == 200) return "";
  return Get("__type") + ": " + Get("message");
}

struct CapturedAnswer::State {
  Mutex mutex;
  CondVar changed;
  std::optional<http::HttpResponse> response PAWL_GUARDED_BY(mutex);
  std::function<void()> abandoned PAWL_GUARDED_BY(mutex);
  Duration wait PAWL_GUARDED_BY(mutex) = {};
  http::HttpResponse otherwise PAWL_GUARDED_BY(mutex);
};

std::shared_ptr<CapturedAnswer::State> CapturedAnswer::NewState() {
  return std::make_shared<State>();
}

class CapturedAnswer::Captor final : public http::Responder {
 public:
  explicit Captor(std::shared_ptr<State> state) : state_(std::move(state)) {}

  void Respond(http::HttpResponse response) override {
    const MutexLock lock(state_->mutex);
    if (!state_->response) state_->response = std::move(response);
    state_->changed.NotifyAll();
  }

  void OnAbandoned(std::function<void()> abandoned) override {
    const MutexLock lock(state_->mutex);
    state_->abandoned = std::move(abandoned);
  }

  void RespondAfter(Duration wait, http::HttpResponse response) override {
    const MutexLock lock(state_->mutex);
    state_->wait = wait;
    state_->otherwise = std::move(response);
  }

 private:
  const std::shared_ptr<State> state_;
};

std::shared_ptr<http::Responder> CapturedAnswer::NewResponder() {
  return std::make_shared<Captor>(state_);
}

ApiAnswer CapturedAnswer::Await() {
  std::function<void()> unused;
  const MutexLock lock(state_->mutex);
  while (!state_->response) {
    if (!state_->changed.WaitFor(state_->mutex, kAnswerWithin)) break;
  }
  if (!state_->response) {
    ADD_FAILURE() << "no answer";
    return {};
  }
  unused = std::exchange(state_->abandoned, nullptr);
  const http::HttpResponse& response = *state_->response;
  ApiAnswer answer{.status = response.status,
                   .content_type = response.content_type,
                   .request_id = {},
                   .body = response.body};
  for (const http::HttpHeader& header : response.headers) {
    if (header.name == "x-amzn-RequestId") answer.request_id = header.value;
  }
  return answer;
}

bool CapturedAnswer::IsAnswered() {
  const MutexLock lock(state_->mutex);
  return state_->response.has_value();
}

void CapturedAnswer::Abandon() {
  std::function<void()> abandoned;
  {
    const MutexLock lock(state_->mutex);
    abandoned = std::exchange(state_->abandoned, nullptr);
  }
  if (abandoned) abandoned();
}

http::HttpResponse CapturedAnswer::otherwise() {
  const MutexLock lock(state_->mutex);
  return state_->otherwise;
}

Duration CapturedAnswer::wait() {
  const MutexLock lock(state_->mutex);
  return state_->wait;
}

http::HttpRequest ApiRequest(std::string_view operation, std::string body) {
  return {
      .method = "POST",
      .target = "/",
      .headers = {{.name = "content-type", .value = "application/x-amz-json-1.0"},
                  {.name = "x-amz-target", .value = "AWSStepFunctions." + std::string(operation)}},
      .body = std::move(body)};
}

ApiAnswer ApiClient::Call(std::string_view operation, std::string body) {
  return Send(ApiRequest(operation, std::move(body)));
}

CapturedAnswer ApiClient::Begin(std::string_view operation, std::string body) {
  CapturedAnswer answer;
  endpoint_.Handle(ApiRequest(operation, std::move(body)), answer.NewResponder());
  return answer;
}

ApiAnswer ApiClient::Send(http::HttpRequest request) {
  CapturedAnswer answer;
  endpoint_.Handle(std::move(request), answer.NewResponder());
  return answer.Await();
}

}  // namespace pawl::test
