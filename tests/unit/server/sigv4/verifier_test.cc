#include "server/sigv4/verifier.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "server/sigv4/amz_date.h"
#include "server/sigv4/digest.h"
#include "server/sigv4/signer.h"

namespace pawl::sigv4 {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::StartsWith;

Timestamp Start() {
  return ParseAmzDate("20240229T120000Z").value();
}

class VerifierTest : public testing::Test {
 protected:
  Signer MakeSigner() const {
    return Signer(
        {.credentials = credentials_, .region = region_, .service = service_, .dialect = dialect_});
  }

  Request Signed(std::string_view payload_hash) const {
    Request request = request_;
    for (Header& header : MakeSigner().SignHeaders(request, payload_hash, Start()))
      request.headers.push_back(std::move(header));
    return request;
  }

  Request Signed() const { return Signed(Sha256Hex(body_)); }

  Request Presigned(std::chrono::seconds validity) const {
    Request request = request_;
    request.query = MakeSigner().Presign(request, validity, Start());
    return request;
  }

  Status Verify(const Request& request, Timestamp now = Start()) const {
    const Verifier verifier({.service = dialect_ == Dialect::kS3 ? "s3" : "states",
                             .region = "eu-west-1",
                             .dialect = dialect_},
                            [this](std::string_view id) -> std::optional<KnownKey> {
                              if (id != "AKID") return std::nullopt;
                              return key_;
                            });
    return verifier.Verify(request, Sha256Hex(body_), now).status();
  }

  // The error's name, or "".
  std::string Name(const Request& request, Timestamp now = Start()) const {
    return Verify(request, now).reason();
  }

  void UseS3() {
    dialect_ = Dialect::kS3;
    service_ = "s3";
  }

  static void SetHeader(Request& request, std::string_view name, const std::string& value) {
    std::erase_if(request.headers, [&](const Header& header) { return header.name == name; });
    if (!value.empty()) request.headers.push_back({std::string(name), value});
  }

  Credentials credentials_{.access_key_id = "AKID", .secret_access_key = "secret"};
  KnownKey key_{.secret_access_key = "secret"};
  std::string region_ = "eu-west-1";
  std::string service_ = "states";
  Dialect dialect_ = Dialect::kCommon;
  Request request_{
      .method = "POST", .path = "/", .headers = {{"Host", "127.0.0.1"}, {"X-Amz-Target", "T.A"}}};
  std::string body_ = "{}";
};

TEST_F(VerifierTest, TakesWhatIsSignedRight) {
  EXPECT_TRUE(Verify(Signed()).ok());
  EXPECT_TRUE(Verify(Presigned(60s)).reason() == "InvalidSignatureException");
  body_ = "";
  EXPECT_TRUE(Verify(Presigned(60s)).ok());
}

TEST_F(VerifierTest, NoSignatureIsAMissingToken) {
  EXPECT_EQ(Name(request_), "MissingAuthenticationTokenException");
  UseS3();
  EXPECT_EQ(Name(request_), "AccessDenied");
}

TEST_F(VerifierTest, AnUnknownKeyIsUnrecognized) {
  credentials_.access_key_id = "OTHER";
  EXPECT_EQ(Name(Signed()), "UnrecognizedClientException");
  UseS3();
  EXPECT_EQ(Name(Signed()), "InvalidAccessKeyId");
}

TEST_F(VerifierTest, AnotherSecretIsAWrongSignature) {
  credentials_.secret_access_key = "guess";
  EXPECT_EQ(Name(Signed()), "InvalidSignatureException");
  EXPECT_THAT(Verify(Signed()).message(),
              StartsWith("The request signature we calculated does not match the signature you "
                         "provided."));
  UseS3();
  EXPECT_EQ(Name(Signed()), "SignatureDoesNotMatch");
}

TEST_F(VerifierTest, AnAlteredBodyOrHeaderIsAWrongSignature) {
  const Request request = Signed();
  Request other = request;
  SetHeader(other, "X-Amz-Target", "T.B");
  EXPECT_EQ(Name(other), "InvalidSignatureException");
  SetHeader(other, "X-Amz-Target", "");
  EXPECT_EQ(Name(other), "InvalidSignatureException");
  body_ = "{ }";
  EXPECT_EQ(Name(request), "InvalidSignatureException");
}

TEST_F(VerifierTest, AHeaderThatMattersMustBeSigned) {
  Request request = Signed();
  SetHeader(request, "X-Amz-More", "1");
  EXPECT_EQ(Name(request), "AccessDeniedException");
  EXPECT_EQ(Verify(request).code(), StatusCode::kPermissionDenied);
  SetHeader(request, "X-Amz-More", "");
  SetHeader(request, "User-Agent", "anything");
  EXPECT_TRUE(Verify(request).ok());
}

TEST_F(VerifierTest, HostMustBeSigned) {
  request_.headers.erase(request_.headers.begin());
  Request request = Signed();
  SetHeader(request, "Host", "127.0.0.1");
  EXPECT_EQ(Name(request), "InvalidSignatureException");
  EXPECT_THAT(Verify(request).message(), HasSubstr("must be a 'SignedHeader'"));
}

TEST_F(VerifierTest, TheScopeIsTheServersOwn) {
  region_ = "us-east-2";
  EXPECT_EQ(Name(Signed()), "InvalidSignatureException");
  EXPECT_THAT(Verify(Signed()).message(), HasSubstr("valid region, not 'us-east-2'"));
  region_ = "eu-west-1";
  service_ = "sqs";
  EXPECT_THAT(Verify(Signed()).message(), HasSubstr("correct service: 'states'"));
  service_ = "states";
  Request request = Signed();
  SetHeader(request, "X-Amz-Date", "20240301T000000Z");
  EXPECT_THAT(Verify(request).message(), HasSubstr("'20240229' != '20240301'"));
}

TEST_F(VerifierTest, ASignatureCountsFiveMinutesAroundItsTime) {
  const Request request = Signed();
  EXPECT_TRUE(Verify(request, Start() + 5min).ok());
  EXPECT_TRUE(Verify(request, Start() - 5min).ok());
  EXPECT_EQ(Name(request, Start() + 5min + 1s), "InvalidSignatureException");
  EXPECT_EQ(Verify(request, Start() + 6min).message(),
            "Signature expired: 20240229T120000Z is now earlier than 20240229T120100Z "
            "(20240229T120600Z - 5 min.)");
  EXPECT_EQ(Verify(request, Start() - 6min).message(),
            "Signature not yet current: 20240229T120000Z is still later than 20240229T115900Z "
            "(20240229T115400Z + 5 min.)");
}

TEST_F(VerifierTest, InS3ItCountsFifteen) {
  UseS3();
  EXPECT_TRUE(Verify(Signed(), Start() + 15min).ok());
  EXPECT_EQ(Name(Signed(), Start() + 16min), "RequestTimeTooSkewed");
}

TEST_F(VerifierTest, APresignedUrlCountsAsLongAsItSays) {
  UseS3();
  const Request request = Presigned(3600s);
  EXPECT_TRUE(Verify(request, Start() + 1h).ok());
  EXPECT_EQ(Name(request, Start() + 1h + 1s), "AccessDenied");
  EXPECT_THAT(Verify(request, Start() + 2h).message(), StartsWith("Request has expired"));
  EXPECT_EQ(Name(request, Start() - 16min), "RequestTimeTooSkewed");
  EXPECT_EQ(Name(Presigned(kUrlValidityMax + 1s)), "AuthorizationQueryParametersError");
}

TEST_F(VerifierTest, DateStandsInForAmzDate) {
  SetHeader(request_, "Date", "Thu, 29 Feb 2024 12:00:00 GMT");
  Request request = request_;
  const std::vector<std::string> names = {"date", "host", "x-amz-target"};
  const Scope scope{.date = "20240229", .region = region_, .service = service_};
  const std::string canonical = CanonicalRequest(request, names, Sha256Hex(body_), dialect_);
  SetHeader(request,
            "Authorization",
            "AWS4-HMAC-SHA256 Credential=AKID/" + scope.ToString() +
                ",SignedHeaders=date;host;x-amz-target,Signature=" +
                Signature(SigningKey("secret", scope), StringToSign(Start(), scope, canonical)));
  EXPECT_TRUE(Verify(request).ok()) << Verify(request).ToString();
  SetHeader(request, "Date", "");
  EXPECT_EQ(Name(request), "IncompleteSignatureException");
}

TEST_F(VerifierTest, SessionTokensMustBeTheKeysOwnAndNotExpired) {
  credentials_.session_token = "token";
  EXPECT_EQ(Name(Signed()), "UnrecognizedClientException");
  key_.session_token = "token";
  EXPECT_TRUE(Verify(Signed()).ok());
  key_.expires_at = Start();
  EXPECT_EQ(Name(Signed()), "ExpiredTokenException");
  EXPECT_EQ(Verify(Signed(), Start() - 1s).reason(), "");
  UseS3();
  EXPECT_EQ(Name(Signed()), "ExpiredToken");
  credentials_.session_token = "";
  EXPECT_EQ(Name(Signed()), "InvalidToken");
}

TEST_F(VerifierTest, OnlyS3TakesUnsignedPayloads) {
  Request request = Signed(kUnsignedPayload);
  SetHeader(request, "X-Amz-Content-SHA256", std::string(kUnsignedPayload));
  EXPECT_FALSE(Verify(request).ok());
  UseS3();
  EXPECT_TRUE(Verify(Signed(kUnsignedPayload)).ok());
}

TEST_F(VerifierTest, InS3TheHashOfTheBodyIsAHeader) {
  UseS3();
  Request request = Signed(Sha256Hex("another"));
  EXPECT_EQ(Name(request), "XAmzContentSHA256Mismatch");
  EXPECT_EQ(Name(Signed("STREAMING-UNSIGNED-PAYLOAD-TRAILER")), "NotImplemented");
  SetHeader(request, "X-Amz-Content-SHA256", "");
  EXPECT_EQ(Name(request), "InvalidRequest");
}

TEST_F(VerifierTest, AHalfAuthorizationSaysWhatIsMissing) {
  Request request = Signed();
  const std::string good = FindHeader(request, "authorization")->c_str();
  SetHeader(request, "Authorization", "AWS4-HMAC-SHA256 Credential=AKID/a/b/c/aws4_request");
  EXPECT_EQ(Name(request), "IncompleteSignatureException");
  EXPECT_EQ(Verify(request).message(),
            "Authorization header requires 'Signature' parameter. Authorization header requires "
            "'SignedHeaders' parameter.");
  for (const std::string& wrong : {std::string("Bearer x"),
                                   std::string("AWS4-HMAC-SHA256"),
                                   good + "0",
                                   std::string(good).replace(good.find("host"), 4, "Host"),
                                   std::string(good).replace(good.find("/2024"), 5, "/x"),
                                   std::string(20'000, 'x')}) {
    SetHeader(request, "Authorization", wrong);
    EXPECT_EQ(Name(request), "IncompleteSignatureException") << wrong;
  }
  UseS3();
  EXPECT_EQ(Name(request), "AuthorizationHeaderMalformed");
}

TEST_F(VerifierTest, AHalfPresignedUrlSaysWhatIsMissing) {
  Request request = Presigned(60s);
  request.query += "&X-Amz-Date=20240229T120000Z";
  EXPECT_EQ(Name(request), "IncompleteSignatureException");
  EXPECT_THAT(Verify(request).message(), HasSubstr("X-Amz-Date once, found it 2 times"));
  request.query = "X-Amz-Algorithm=AWS4-HMAC-SHA256";
  EXPECT_THAT(Verify(request).message(), HasSubstr("X-Amz-Credential once, found it 0 times"));
}

}  // namespace
}  // namespace pawl::sigv4
