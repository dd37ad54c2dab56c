// Requests that botocore signed (make_vectors.py): each is verified as it came, and refused when
// anything of it is altered.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <boost/json.hpp>
#include <fstream>
#include <sstream>

#include "server/sigv4/amz_date.h"
#include "server/sigv4/digest.h"
#include "server/sigv4/signer.h"
#include "server/sigv4/uri_encoding.h"
#include "server/sigv4/verifier.h"

namespace pawl::sigv4 {
namespace {

namespace json = boost::json;

constexpr char kSecret[] = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";

json::array Vectors() {
  std::ifstream file(PAWL_SIGV4_VECTORS);
  std::stringstream text;
  text << file.rdbuf();
  return json::parse(text.str()).as_array();
}

std::string Text(const json::value& vector, std::string_view name) {
  return std::string(vector.at(name).as_string());
}

Timestamp Now() {
  return ParseAmzDate("20240229T123456Z").value();
}

// The order of parameters is free.
std::vector<QueryParameter> Sorted(std::string_view query) {
  std::vector<QueryParameter> parameters = ParseQuery(query);
  std::sort(parameters.begin(), parameters.end());
  return parameters;
}

class SignedVectorsTest : public testing::TestWithParam<json::value> {
 protected:
  SignedVectorsTest() {
    for (const auto& [name, value] : GetParam().at("headers").as_object())
      request_.headers.push_back({std::string(name), std::string(value.as_string())});
  }

  Dialect dialect() const {
    return Text(GetParam(), "service") == "s3" ? Dialect::kS3 : Dialect::kCommon;
  }

  Result<Signatory> Verify(const Request& request, const std::string& body) const {
    const Verifier verifier(
        {.service = Text(GetParam(), "service"), .region = "eu-west-1", .dialect = dialect()},
        [](std::string_view id) -> std::optional<KnownKey> {
          if (id != "AKIAIOSFODNN7EXAMPLE") return std::nullopt;
          return KnownKey{.secret_access_key = kSecret, .session_token = Text(GetParam(), "token")};
        });
    return verifier.Verify(request, Sha256Hex(body), Now());
  }

  Signer MakeSigner() const {
    return Signer({.credentials = {.access_key_id = "AKIAIOSFODNN7EXAMPLE",
                                   .secret_access_key = kSecret,
                                   .session_token = Text(GetParam(), "token")},
                   .region = "eu-west-1",
                   .service = Text(GetParam(), "service"),
                   .dialect = dialect()});
  }

  Request request_{.method = Text(GetParam(), "method"),
                   .path = Text(GetParam(), "path"),
                   .query = Text(GetParam(), "query")};
  std::string body_ = Text(GetParam(), "body");
};

TEST_P(SignedVectorsTest, IsVerified) {
  const Result<Signatory> signatory = Verify(request_, body_);
  ASSERT_TRUE(signatory.ok()) << signatory.status().ToString();
  EXPECT_EQ(signatory->access_key_id, "AKIAIOSFODNN7EXAMPLE");
  EXPECT_EQ(signatory->is_presigned, GetParam().at("is_presigned").as_bool());
}

TEST_P(SignedVectorsTest, IsRefusedWithAnythingAltered) {
  Request other = request_;
  other.method = "DELETE";
  EXPECT_FALSE(Verify(other, body_).ok());
  other = request_;
  other.path += "x";
  EXPECT_FALSE(Verify(other, body_).ok());
  other = request_;
  other.query += "&z=1";
  EXPECT_FALSE(Verify(other, body_).ok());
  for (std::size_t i = 0; i < request_.headers.size(); ++i) {
    other = request_;
    other.headers[i].value += "x";
    EXPECT_FALSE(Verify(other, body_).ok()) << other.headers[i].name;
  }
  const bool has_body_signed =
      !GetParam().at("is_presigned").as_bool() || dialect() != Dialect::kS3;
  EXPECT_EQ(Verify(request_, body_ + "x").ok(), !has_body_signed);
}

TEST_P(SignedVectorsTest, TheSignerSignsItAlike) {
  if (GetParam().at("is_presigned").as_bool()) {
    Request bare = request_;
    bare.query = bare.query.substr(0, bare.query.find("&X-Amz-"));
    EXPECT_EQ(Sorted(MakeSigner().Presign(bare, std::chrono::seconds(900), Now())),
              Sorted(request_.query));
    return;
  }
  Request bare = request_;
  std::string authorization;
  std::erase_if(bare.headers, [&](const Header& header) {
    if (header.name == "Authorization") authorization = header.value;
    return header.name == "Authorization" || header.name == "X-Amz-Date" ||
           header.name == "X-Amz-Security-Token" || header.name == "X-Amz-Content-SHA256";
  });
  EXPECT_EQ(MakeSigner().SignHeaders(bare, Sha256Hex(body_), Now()).back().value, authorization);
}

INSTANTIATE_TEST_SUITE_P(Botocore,
                         SignedVectorsTest,
                         testing::ValuesIn(Vectors()),
                         [](const auto& vector) {
                           std::string name = Text(vector.param, "name");
                           std::replace(name.begin(), name.end(), ' ', '_');
                           return name;
                         });

}  // namespace
}  // namespace pawl::sigv4
