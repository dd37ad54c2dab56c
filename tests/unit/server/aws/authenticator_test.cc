#include "server/aws/authenticator.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>

#include "server/sigv4/digest.h"
#include "server/sigv4/signer.h"
#include "tests/support/manual_clock.h"
#include "tests/unit/server/aws/api_client.h"

namespace pawl::aws {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr char kId[] = "AKIDEXAMPLE";
constexpr char kSecret[] = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";

sigv4::Request SignedPart(const http::HttpRequest& request) {
  sigv4::Request part{.method = request.method, .path = request.target};
  for (const auto& header : request.headers)
    part.headers.push_back({.name = header.name, .value = header.value});
  return part;
}

class AuthenticatorTest : public testing::Test {
 protected:
  http::HttpRequest Signed(const std::string& service = "states",
                           const std::string& id = kId,
                           const std::string& secret = kSecret) {
    http::HttpRequest request = test::ApiRequest("ListStateMachines", "{}");
    request.headers.push_back({.name = "host", .value = "127.0.0.1:8083"});
    const sigv4::Signer signer({.credentials = {.access_key_id = id, .secret_access_key = secret},
                                .region = "eu-west-1",
                                .service = service});
    for (const sigv4::Header& header : signer.SignHeaders(
             SignedPart(request), sigv4::Sha256Hex(request.body), clock_.WallNow())) {
      request.headers.push_back({.name = sigv4::LowerCase(header.name), .value = header.value});
    }
    return request;
  }

  Status Identify(http::HttpRequest request, std::string_view service = "states") {
    return authenticator_.Identify(request, service).status();
  }

  std::string ReasonOf(const http::HttpRequest& request) { return Identify(request).reason(); }

  test::ManualClock clock_;
  const Authenticator authenticator_{{{kId, kSecret}}, clock_};
};

TEST_F(AuthenticatorTest, ASignedRequestIsTaken) {
  EXPECT_EQ(Identify(Signed()), OkStatus());
  EXPECT_EQ(Identify(Signed("lambda"), "lambda"), OkStatus());
}

TEST_F(AuthenticatorTest, WithoutKeysEverythingIsTaken) {
  const Authenticator open({}, clock_);
  http::HttpRequest unsigned_request = test::ApiRequest("ListStateMachines", "{}");
  EXPECT_TRUE(open.Identify(unsigned_request, "states").ok());
  http::HttpRequest of_a_stranger = Signed("s3", "AKOTHER");
  EXPECT_TRUE(open.Identify(of_a_stranger, "states").ok());
}

TEST_F(AuthenticatorTest, WithoutKeysABodyInChunksIsPutTogetherAllTheSame) {
  const Authenticator open({}, clock_);
  const std::string mark = ";chunk-signature=" + std::string(64, '0') + "\r\n";
  http::HttpRequest request =
      test::ApiRequest("ListStateMachines", "2" + mark + "{}\r\n0" + mark + "\r\n");
  request.headers.push_back({"x-amz-content-sha256", "STREAMING-AWS4-HMAC-SHA256-PAYLOAD"});
  request.headers.push_back({"x-amz-decoded-content-length", "2"});
  EXPECT_TRUE(open.Identify(request, "states").ok());
  EXPECT_EQ(request.body, "{}");
  EXPECT_FALSE(open.Identify(request, "states").ok());
}

TEST_F(AuthenticatorTest, WhatIsNotSignedAsItCameIsRefusedWithAwsNames) {
  EXPECT_EQ(ReasonOf(test::ApiRequest("ListStateMachines", "{}")),
            "MissingAuthenticationTokenException");
  EXPECT_EQ(ReasonOf(Signed("states", "AKOTHER")), "UnrecognizedClientException");
  EXPECT_EQ(ReasonOf(Signed("states", kId, "another secret")), "InvalidSignatureException");
  EXPECT_EQ(ReasonOf(Signed("lambda")), "InvalidSignatureException");

  http::HttpRequest request = Signed();
  request.body = R"({"maxResults":1})";
  EXPECT_EQ(ReasonOf(request), "InvalidSignatureException");
  request = Signed();
  request.headers[1].value = "AWSStepFunctions.DeleteStateMachine";
  EXPECT_EQ(ReasonOf(request), "InvalidSignatureException");
  request = Signed();
  request.target = "/?x=1";
  EXPECT_EQ(ReasonOf(request), "InvalidSignatureException");
}

TEST_F(AuthenticatorTest, ASignatureAgesIn5Minutes) {
  const http::HttpRequest request = Signed();
  clock_.Advance(std::chrono::minutes(4));
  EXPECT_EQ(ReasonOf(request), "");
  clock_.Advance(std::chrono::minutes(2));
  const Status refused = Identify(request);
  EXPECT_EQ(refused.reason(), "InvalidSignatureException");
  EXPECT_THAT(refused.message(), HasSubstr("5 min."));
  EXPECT_THAT(refused.message(), Not(HasSubstr(kSecret)));
}

}  // namespace
}  // namespace pawl::aws
