#include "server/s3/answers.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "server/s3/endpoint.h"
#include "server/s3/object_range.h"
#include "server/s3/xml_text.h"

namespace pawl::s3 {
namespace {

using testing::HasSubstr;

HttpAnswer Error(int status, const std::string& code) {
  return {.status = status,
          .body = "<Error><Code>" + code + "</Code><Message>a &lt;b&gt;</Message></Error>"};
}

TEST(AnswersTest, ErrorsHaveCodesByTheirStatusAndName) {
  const objects::ObjectName object{"bkt", "k"};
  EXPECT_EQ(ErrorOf(Error(404, "NoSuchKey"), object), objects::NoSuchKey(object));
  EXPECT_EQ(ErrorOf(Error(412, "PreconditionFailed"), object), objects::PreconditionFailed(object));
  EXPECT_EQ(ErrorOf(Error(403, "InvalidAccessKeyId"), object).code(),
            StatusCode::kPermissionDenied);
  EXPECT_EQ(ErrorOf(Error(500, "InternalError"), object).code(), StatusCode::kUnavailable);
  EXPECT_EQ(ErrorOf(Error(429, "TooManyRequests"), object).code(), StatusCode::kUnavailable);
  EXPECT_EQ(ErrorOf(Error(400, "RequestTimeout"), object).code(), StatusCode::kUnavailable);
  EXPECT_EQ(ErrorOf(Error(400, "KeyTooLongError"), object).message(),
            "s3://bkt/k: the object store answers 400 KeyTooLongError: a <b>");
}

TEST(AnswersTest, AnAnswerWithoutAnErrorsBodyIsNamedByItsStatus) {
  const Status status = ErrorOf({.status = 502, .body = "<html>Bad"}, {.bucket = "bkt"});
  EXPECT_EQ(status.code(), StatusCode::kUnavailable);
  EXPECT_EQ(status.reason(), "HTTP502");
  EXPECT_EQ(status.message(), "the bucket 'bkt': the object store answers 502 HTTP502");
}

TEST(AnswersTest, ABucketElsewhereTellsItsRegion) {
  HttpAnswer answer = Error(301, "PermanentRedirect");
  answer.headers = {{"x-amz-bucket-region", "eu-central-1"}};
  const Status status = ErrorOf(answer, {.bucket = "bkt"});
  EXPECT_EQ(status.code(), StatusCode::kFailedPrecondition);
  EXPECT_THAT(status.message(), HasSubstr("the bucket's region is eu-central-1"));
}

TEST(AnswersTest, AListingThatIsNoneIsInternal) {
  for (const char* text : {"",
                           "<Other/>",
                           "<ListBucketResult>",
                           "<!DOCTYPE a [<!ENTITY b 'c'>]><ListBucketResult/>",
                           "<ListBucketResult><IsTruncated>true</IsTruncated></ListBucketResult>",
                           "<ListBucketResult><Contents><Key>b</Key></Contents><Contents>"
                           "<Key>a</Key></Contents></ListBucketResult>",
                           "<ListBucketResult><Contents><Key>b</Key><Size>x</Size></Contents>"
                           "</ListBucketResult>"})
    EXPECT_EQ(ParseListing(text).status().code(), StatusCode::kInternal) << text;
  EXPECT_TRUE(ParseListing("<ListBucketResult/>").value().records.empty());
}

TEST(AnswersTest, ARangeIsCheckedAgainstWhatWasAsked) {
  const objects::ObjectRange range{.object = {"bkt", "k"}, .offset = 2, .length = 4};
  const auto read = [&](const std::string& content_range, const std::string& body) {
    return ReadRange({.status = 206, .headers = {{"content-range", content_range}}, .body = body},
                     range);
  };
  EXPECT_EQ(read("bytes 2-5/10", "cdef").value(), "cdef");
  EXPECT_EQ(read("bytes 2-3/4", "cd").value(), "cd");
  EXPECT_EQ(read("bytes 2-3/10", "cd").status().code(), StatusCode::kUnavailable);
  EXPECT_EQ(read("bytes 0-3/10", "abcd").status().code(), StatusCode::kInternal);
  EXPECT_EQ(read("bytes */10", "").status().code(), StatusCode::kInternal);
}

TEST(XmlTextTest, NestingHasABound) {
  std::string text;
  for (int i = 0; i < 20; ++i)
    text += "<a>";
  EXPECT_THAT(ReadXml(text, [](const auto&, const auto&) {}).message(),
              HasSubstr("deeper than 16"));
}

TEST(EndpointTest, BucketsAreSubdomainsOrPaths) {
  const auto url = [](Addressing addressing, const std::string& bucket) {
    const auto endpoint = Endpoint::Parse("https://s3.eu-west-1.amazonaws.com/", addressing);
    const Result<Address> address = endpoint.value().AddressOf(bucket, "a b/c");
    return address.ok() ? address->Url("x=1") : address.status().reason();
  };
  EXPECT_EQ(url(Addressing::kVirtualHost, "bkt"),
            "https://bkt.s3.eu-west-1.amazonaws.com/a%20b/c?x=1");
  EXPECT_EQ(url(Addressing::kPath, "bkt"), "https://s3.eu-west-1.amazonaws.com/bkt/a%20b/c?x=1");
  EXPECT_EQ(url(Addressing::kVirtualHost, "Old_Bucket"), "InvalidBucketName");
  EXPECT_EQ(url(Addressing::kPath, "Old_Bucket"),
            "https://s3.eu-west-1.amazonaws.com/Old_Bucket/a%20b/c?x=1");
}

}  // namespace
}  // namespace pawl::s3
