// The examples of AWS's documentation: S3 API Reference, "Authenticating Requests: Using the
// Authorization Header" and "… Using Query Parameters"; AWS General Reference, "Signature Version 4
// signing process" (IAM's ListUsers).
#include "server/sigv4/signature.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "server/sigv4/amz_date.h"
#include "server/sigv4/digest.h"
#include "server/sigv4/signer.h"

namespace pawl::sigv4 {
namespace {

using testing::EndsWith;
using testing::HasSubstr;

constexpr char kHost[] = "examplebucket.s3.amazonaws.com";

Timestamp Time(std::string_view text) {
  return ParseAmzDate(text).value();
}

Signer S3Signer() {
  return Signer({.credentials = {.access_key_id = "AKIAIOSFODNN7EXAMPLE",
                                 .secret_access_key = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"},
                 .region = "us-east-1",
                 .service = "s3",
                 .dialect = Dialect::kS3});
}

std::string Authorization(const Request& request, std::string_view body = "") {
  return S3Signer().SignHeaders(request, Sha256Hex(body), Time("20130524T000000Z")).back().value;
}

TEST(SignatureTest, S3GetObject) {
  const std::string authorization = Authorization(
      {.method = "GET", .path = "/test.txt", .headers = {{"Host", kHost}, {"Range", "bytes=0-9"}}});
  EXPECT_EQ(authorization,
            "AWS4-HMAC-SHA256 "
            "Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request, "
            "SignedHeaders=host;range;x-amz-content-sha256;x-amz-date, "
            "Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41");
}

TEST(SignatureTest, S3PutObject) {
  EXPECT_THAT(Authorization({.method = "PUT",
                             .path = "/test%24file.text",
                             .headers = {{"Host", kHost},
                                         {"Date", "Fri, 24 May 2013 00:00:00 GMT"},
                                         {"X-Amz-Storage-Class", "REDUCED_REDUNDANCY"}}},
                            "Welcome to Amazon S3."),
              EndsWith("=98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd"));
}

TEST(SignatureTest, S3GetBucketLifecycle) {
  EXPECT_THAT(
      Authorization(
          {.method = "GET", .path = "/", .query = "lifecycle", .headers = {{"Host", kHost}}}),
      EndsWith("=fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543"));
}

TEST(SignatureTest, S3ListObjects) {
  EXPECT_THAT(Authorization({.method = "GET",
                             .path = "/",
                             .query = "max-keys=2&prefix=J",
                             .headers = {{"Host", kHost}}}),
              EndsWith("=34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7"));
}

TEST(SignatureTest, S3PresignedUrl) {
  const std::string query =
      S3Signer().Presign({.method = "GET", .path = "/test.txt", .headers = {{"host", kHost}}},
                         std::chrono::hours(24),
                         Time("20130524T000000Z"));
  EXPECT_EQ(query,
            "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2F"
            "us-east-1%2Fs3%2Faws4_request&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&"
            "X-Amz-SignedHeaders=host&X-Amz-Signature="
            "aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404");
}

TEST(SignatureTest, IamListUsersStepByStep) {
  const Request request{
      .method = "GET",
      .path = "/",
      .query = "Action=ListUsers&Version=2010-05-08",
      .headers = {{"Host", "iam.amazonaws.com"},
                  {"Content-Type", "application/x-www-form-urlencoded; charset=utf-8"},
                  {"X-Amz-Date", "20150830T123600Z"}}};
  const std::vector<std::string> names = {"content-type", "host", "x-amz-date"};
  const std::string canonical = CanonicalRequest(request, names, kEmptySha256, Dialect::kCommon);
  EXPECT_EQ(Sha256Hex(canonical),
            "f536975d06c0309214f805bb90ccff089219ecd68b2577efef23edd43b7e1a59");
  const Scope scope{.date = "20150830", .region = "us-east-1", .service = "iam"};
  const std::string key = SigningKey("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", scope);
  EXPECT_EQ(Hex(key), "c4afb1cc5771d871763a393e44b703571b55cc28424d1a5e86da6ed3c154a4b9");
  EXPECT_EQ(Signature(key, StringToSign(Time("20150830T123600Z"), scope, canonical)),
            "5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7");
}

TEST(SignatureTest, HeadersAreTrimmedAndThoseOfOneNameJoined) {
  const Request request{
      .method = "GET", .path = "/", .headers = {{"My-Header", "  a   b "}, {"my-header", "c"}}};
  const std::vector<std::string> names = {"my-header"};
  EXPECT_THAT(CanonicalRequest(request, names, kEmptySha256, Dialect::kCommon),
              HasSubstr("\nmy-header:a b,c\n"));
}

TEST(SignatureTest, PathsAreNormalizedButForS3) {
  const Request request{.method = "GET", .path = "/a/./b/../c%20d//e/"};
  EXPECT_THAT(CanonicalRequest(request, {}, "", Dialect::kCommon), HasSubstr("\n/a/c%2520d/e/\n"));
  EXPECT_THAT(CanonicalRequest(request, {}, "", Dialect::kS3),
              HasSubstr("\n/a/./b/../c%20d//e/\n"));
}

}  // namespace
}  // namespace pawl::sigv4
