#include "server/rpc/message.h"

#include <gtest/gtest.h>

#include <vector>

#include "grpc/health/v1/health.pb.h"

namespace pawl::test {
namespace {

using grpc::health::v1::HealthCheckRequest;

TEST(MessageTest, ComesBackWhateverItsSize) {
  // Empty; within a slice; beyond one.
  for (const std::size_t size : {0U, 5U, 40U, 3'000'000U}) {
    HealthCheckRequest sent;
    sent.set_service(std::string(size, 'x'));
    grpc::ByteBuffer bytes = rpc::Serialize(sent);
    EXPECT_EQ(bytes.Length(), sent.ByteSizeLong());
    HealthCheckRequest taken;
    taken.set_service("before");
    ASSERT_TRUE(rpc::Parse(bytes, taken).ok()) << size;
    EXPECT_EQ(taken.service(), sent.service());
    EXPECT_EQ(bytes.Length(), 0U);
  }
}

TEST(MessageTest, IsReadAcrossPieces) {
  HealthCheckRequest sent;
  sent.set_service("a service of a name");
  const std::string text = sent.SerializeAsString();
  std::vector<grpc::Slice> pieces;
  for (const char byte : text)
    pieces.emplace_back(std::string(1, byte));
  grpc::ByteBuffer bytes(pieces.data(), pieces.size());
  HealthCheckRequest taken;
  ASSERT_TRUE(rpc::Parse(bytes, taken).ok());
  EXPECT_EQ(taken.service(), sent.service());
}

TEST(MessageTest, OtherBytesAreRefused) {
  const grpc::Slice slice(std::string("\x0a\x7f"));
  grpc::ByteBuffer bytes(&slice, 1);
  HealthCheckRequest taken;
  EXPECT_EQ(rpc::Parse(bytes, taken).error_code(), grpc::StatusCode::INTERNAL);
}

}  // namespace
}  // namespace pawl::test
