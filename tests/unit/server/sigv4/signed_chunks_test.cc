#include "server/sigv4/signed_chunks.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <cstdio>

#include "server/sigv4/amz_date.h"
#include "server/sigv4/digest.h"
#include "server/sigv4/verifier.h"

namespace pawl::sigv4 {
namespace {

using testing::HasSubstr;

// The example of AWS's documentation: 65 KiB of 'a' in chunks of 64 KiB.
class SignedChunksTest : public testing::Test {
 protected:
  static std::string Chunk(const std::string& data, const std::string& signature) {
    std::array<char, 16> size{};
    std::snprintf(size.data(), size.size(), "%zx", data.size());
    return std::string(size.data()) + ";chunk-signature=" + signature + "\r\n" + data + "\r\n";
  }

  std::string Body() const { return Chunk(first_, kFirst) + Chunk(second_, kSecond) + Last(); }

  static std::string Last() { return Chunk("", kLast); }

  Result<Signatory> Verify() const {
    const Verifier verifier(
        {.service = "s3", .region = "us-east-1", .dialect = Dialect::kS3},
        [](std::string_view) -> std::optional<KnownKey> {
          return KnownKey{.secret_access_key = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"};
        });
    return verifier.Verify(request_, "", ParseAmzDate("20130524T000000Z").value());
  }

  // The error's name, or "".
  std::string Name(const std::string& body) const {
    const Result<Signatory> signatory = Verify();
    EXPECT_TRUE(signatory.ok()) << signatory.status().ToString();
    const Result<SignedChunks> chunks = ReadSignedChunks(request_, body, Dialect::kS3);
    if (!chunks.ok()) return chunks.status().reason();
    return VerifyChunks(*chunks, signatory->chunks.value()).reason();
  }

  static constexpr const char* kFirst =
      "ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648";
  static constexpr const char* kSecond =
      "0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497";
  static constexpr const char* kLast =
      "b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9";

  std::string first_ = std::string(65'536, 'a');
  std::string second_ = std::string(1'024, 'a');
  Request request_{
      .method = "PUT",
      .path = "/examplebucket/chunkObject.txt",
      .headers = {
          {"Host", "s3.amazonaws.com"},
          {"x-amz-date", "20130524T000000Z"},
          {"x-amz-storage-class", "REDUCED_REDUNDANCY"},
          {"Authorization",
           "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,"
           "SignedHeaders=content-encoding;content-length;host;x-amz-content-sha256;x-amz-date;"
           "x-amz-decoded-content-length;x-amz-storage-class,"
           "Signature=4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9"},
          {"x-amz-content-sha256", "STREAMING-AWS4-HMAC-SHA256-PAYLOAD"},
          {"Content-Encoding", "aws-chunked"},
          {"x-amz-decoded-content-length", "66560"},
          {"Content-Length", "66824"}}};
};

TEST_F(SignedChunksTest, TheExampleOfAwsIsTaken) {
  const std::string body = Body();
  EXPECT_EQ(body.size(), 66'824U);
  EXPECT_EQ(Name(body), "");
  const Result<SignedChunks> chunks = ReadSignedChunks(request_, body, Dialect::kS3);
  EXPECT_TRUE(chunks->Joined() == first_ + second_);
}

TEST_F(SignedChunksTest, AChangedChunkIsAMismatch) {
  second_[500] = 'b';
  EXPECT_EQ(Name(Body()), "SignatureDoesNotMatch");
}

TEST_F(SignedChunksTest, ChunksInAnotherOrderAreAMismatch) {
  EXPECT_EQ(Name(Chunk(second_, kSecond) + Chunk(first_, kFirst) + Last()),
            "SignatureDoesNotMatch");
}

TEST_F(SignedChunksTest, AChunkThatIsMissingIsBroken) {
  EXPECT_EQ(Name(Chunk(first_, kFirst) + Last()), "IncompleteBody");
  EXPECT_EQ(Name(Chunk(first_, kFirst) + Chunk(second_, kSecond)), "IncompleteBody");
}

TEST_F(SignedChunksTest, WhatIsNotInChunksIsBroken) {
  const std::string mark = std::string(";chunk-signature=") + kLast;
  for (const std::string& body : {std::string(),
                                  std::string("{}"),
                                  "0" + mark,
                                  "0" + mark + "\r\n",
                                  "x" + mark + "\r\n\r\n",
                                  "-1" + mark + "\r\n\r\n",
                                  "ffffffffffffffff" + mark + "\r\n\r\n",
                                  "fffffffffffffffff" + mark + "\r\n\r\n",
                                  "5" + mark + "\r\nabc\r\n",
                                  "2" + mark + "\r\nabc\r\n",
                                  std::string("0;chunk-signature=12\r\n\r\n"),
                                  Body() + "x"}) {
    const Status status = ReadSignedChunks(request_, body, Dialect::kCommon).status();
    EXPECT_EQ(status.reason(), "InvalidSignatureException") << body.substr(0, 200);
    EXPECT_THAT(status.message(), HasSubstr("not in signed chunks: ")) << body.substr(0, 200);
  }
}

// Trailers are signed behind the chunks; the signatures here are made from the rule.
TEST_F(SignedChunksTest, TrailersAreTheLastLink) {
  Request request{
      .headers = {{"X-Amz-Content-SHA256", "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER"},
                  {"X-Amz-Decoded-Content-Length", "2"}}};
  const ChunkChain chain{.signing_key = "key",
                         .scope = {.date = "20240229", .region = "r", .service = "states"},
                         .signed_at = ParseAmzDate("20240229T120000Z").value(),
                         .seed_signature = std::string(64, '0')};
  const auto link =
      [&](const std::string& algorithm, const std::string& previous, const std::string& hashes) {
        return Signature("key",
                         algorithm + "\n20240229T120000Z\n20240229/r/states/aws4_request\n" +
                             previous + "\n" + hashes);
      };
  const std::string empty(kEmptySha256);
  const std::string first =
      link("AWS4-HMAC-SHA256-PAYLOAD", chain.seed_signature, empty + "\n" + Sha256Hex("{}"));
  const std::string last = link("AWS4-HMAC-SHA256-PAYLOAD", first, empty + "\n" + empty);
  const std::string trailer =
      link("AWS4-HMAC-SHA256-TRAILER", last, Sha256Hex("x-amz-checksum-crc32c:sOO8/Q==\n"));
  const auto body = [&](const std::string& checksum) {
    return Chunk("{}", first) + "0;chunk-signature=" + last +
           "\r\nx-amz-checksum-crc32c:" + checksum + "\r\nx-amz-trailer-signature:" + trailer +
           "\r\n\r\n";
  };
  const std::string good = body("sOO8/Q==");
  const Result<SignedChunks> chunks = ReadSignedChunks(request, good, Dialect::kCommon);
  ASSERT_TRUE(chunks.ok()) << chunks.status().ToString();
  EXPECT_EQ(chunks->Joined(), "{}");
  EXPECT_TRUE(VerifyChunks(*chunks, chain).ok());

  const std::string wrong = body("AAAA/Q==");
  EXPECT_EQ(VerifyChunks(*ReadSignedChunks(request, wrong, Dialect::kCommon), chain).reason(),
            "InvalidSignatureException");
  const std::string unsigned_trailer = Chunk("{}", first) + "0;chunk-signature=" + last +
                                       "\r\nx-amz-checksum-crc32c:sOO8/Q==\r\n\r\n";
  EXPECT_FALSE(ReadSignedChunks(request, unsigned_trailer, Dialect::kCommon).ok());
}

}  // namespace
}  // namespace pawl::sigv4
