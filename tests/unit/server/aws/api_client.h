// ApiClient: calls the endpoint of the AWS API as a client would, without a network.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "engine/base/mutex.h"
#include "engine/json/value.h"
#include "server/http/http_handler.h"

namespace pawl::test {

// What came back. The text lives as long as this.
struct ApiAnswer {
  int status = 0;
  std::string content_type;
  std::string request_id;
  std::string body;

  // A member of the answer: a text as it is, anything else as JSON; "(none)" if there is none.
  std::string Get(std::string_view name) const;
  // "InvalidArn: Invalid Arn: 'x'"; "" for a success.
  std::string Error() const;
};

// The answer to one request, and what the handler asked of the transport.
class CapturedAnswer final {
 public:
  std::shared_ptr<http::Responder> NewResponder();
  // Waits up to 20 seconds.
  ApiAnswer Await();
  bool IsAnswered();
  // The client leaves.
  void Abandon();
  // The answer that the transport gives after the handler's wait.
  http::HttpResponse otherwise();
  Duration wait();

 private:
  class Captor;
  struct State;

  std::shared_ptr<State> state_ = NewState();

  static std::shared_ptr<State> NewState();
};

class ApiClient {
 public:
  explicit ApiClient(http::HttpHandler& endpoint) : endpoint_(endpoint) {}

  ApiAnswer Call(std::string_view operation, std::string body);
  CapturedAnswer Begin(std::string_view operation, std::string body);
  ApiAnswer Send(http::HttpRequest request);

 private:
  http::HttpHandler& endpoint_;
};

http::HttpRequest ApiRequest(std::string_view operation, std::string body);

}  // namespace pawl::test
