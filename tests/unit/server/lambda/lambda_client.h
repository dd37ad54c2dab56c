// LambdaClient: calls the endpoint of the AWS Lambda API as a client would, without a network, on
// an engine in one thread and with a worker that does what the test says.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/platform/random.h"
#include "server/http/http_handler.h"
#include "server/lambda/lambda_endpoint.h"
#include "tests/support/engine_harness.h"
#include "tests/support/manual_clock.h"
#include "tests/support/zip_text.h"

namespace pawl::test {

struct LambdaAnswer {
  int status = 0;
  std::string content_type;
  std::map<std::string, std::string> headers;
  std::string body;

  // A member of the answer, "Configuration.State": a text as it is, anything else as JSON; "(none)"
  // if there is none.
  std::string Get(std::string_view path) const;
  // "404 ResourceNotFoundException: Function not found: …"; "" for a success.
  std::string Error() const;
};

class LambdaClient {
 public:
  explicit LambdaClient(EngineOptions options = {});

  EngineHarness& harness() { return harness_; }

  lambda::LambdaEndpoint& endpoint() { return *endpoint_; }

  ManualClock& clock() { return clock_; }

  // The answer, once the engine has nothing to do any more.
  LambdaAnswer Send(http::HttpRequest request);
  LambdaAnswer Get(std::string target);
  LambdaAnswer Delete(std::string target);
  LambdaAnswer Post(std::string target, std::string body);
  LambdaAnswer Put(std::string target, std::string body);

  // The same without waiting for the answer, which is absent until it came.
  std::shared_ptr<std::optional<LambdaAnswer>> Begin(http::HttpRequest request);

  // Creates a function with `more` members: R"(,"Timeout":5)".
  LambdaAnswer Create(const std::string& name, const std::string& more = "");
  // A zip archive of `text` in base64, in quotes.
  static std::string Zip(const std::string& text);

 private:
  EngineHarness harness_;
  ManualClock clock_;
  platform::SystemRandom random_;
  const aws::Authenticator authenticator_{{}, clock_};
  std::unique_ptr<lambda::LambdaEndpoint> endpoint_;
};

}  // namespace pawl::test
