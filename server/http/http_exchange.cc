#include "server/http/http_exchange.h"

#include <utility>

namespace pawl::http {
namespace {

class ExchangeResponder final : public Responder {
 public:
  explicit ExchangeResponder(std::shared_ptr<HttpExchange> exchange)
      : exchange_(std::move(exchange)) {}

  ~ExchangeResponder() override {
    exchange_->Respond({.status = 500, .content_type = "text/plain", .body = "no answer\n"});
  }

  void Respond(HttpResponse response) override { exchange_->Respond(std::move(response)); }

  void OnAbandoned(std::function<void()> abandoned) override {
    exchange_->OnAbandoned(std::move(abandoned));
  }

  void RespondAfter(Duration wait, HttpResponse response) override {
    exchange_->RespondAfter(wait, std::move(response));
  }

 private:
  const std::shared_ptr<HttpExchange> exchange_;
};

}  // namespace

std::shared_ptr<Responder> HttpExchange::NewResponder(std::shared_ptr<HttpExchange> exchange) {
  return std::make_shared<ExchangeResponder>(std::move(exchange));
}

void HttpExchange::Respond(HttpResponse response) {
  const MutexLock lock(mutex_);
  if (std::exchange(is_answered_, true)) return;
  response_ = std::move(response);
  if (wake_) wake_();
}

void HttpExchange::OnAbandoned(std::function<void()> abandoned) {
  const MutexLock lock(mutex_);
  if (!is_answered_) abandoned_ = std::move(abandoned);
}

void HttpExchange::RespondAfter(Duration wait, HttpResponse response) {
  const MutexLock lock(mutex_);
  wait_ = wait;
  otherwise_ = std::move(response);
}

std::optional<HttpResponse> HttpExchange::Take() {
  const MutexLock lock(mutex_);
  return std::exchange(response_, std::nullopt);
}

std::optional<Duration> HttpExchange::wait() const {
  const MutexLock lock(mutex_);
  return wait_;
}

bool HttpExchange::IsWatched() const {
  const MutexLock lock(mutex_);
  return abandoned_ != nullptr;
}

void HttpExchange::Expire() {
  std::optional<HttpResponse> otherwise;
  {
    const MutexLock lock(mutex_);
    otherwise = std::exchange(otherwise_, std::nullopt);
  }
  if (otherwise) Abandon(std::move(otherwise));
}

void HttpExchange::ClientGone() {
  Abandon(std::nullopt);
}

void HttpExchange::Abandon(std::optional<HttpResponse> instead) {
  std::function<void()> abandoned;
  {
    const MutexLock lock(mutex_);
    if (is_answered_) return;
    abandoned = std::exchange(abandoned_, nullptr);
    if (instead) {
      is_answered_ = true;
      response_ = std::move(instead);
      if (wake_) wake_();
    }
  }
  if (abandoned) abandoned();
}

void HttpExchange::Detach() {
  // What it holds may wait for whoever answers just now: destroyed without the lock.
  std::function<void()> unused;
  const MutexLock lock(mutex_);
  wake_ = nullptr;
  if (is_answered_) unused = std::exchange(abandoned_, nullptr);
}

}  // namespace pawl::http
