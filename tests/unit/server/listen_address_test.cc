#include "server/listen_address.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace pawl::server {
namespace {

TEST(ListenAddressTest, LoopbackHostsAreServed) {
  EXPECT_EQ(ParseListenAddress("127.0.0.1:7600").value(), (ListenAddress{"127.0.0.1", 7600}));
  EXPECT_EQ(ParseListenAddress("127.9.8.7:0").value(), (ListenAddress{"127.9.8.7", 0}));
  EXPECT_EQ(ParseListenAddress("[::1]:65535").value(), (ListenAddress{"[::1]", 65535}));
}

TEST(ListenAddressTest, LocalhostIsTheFirstLoopbackAddress) {
  EXPECT_EQ(ParseListenAddress("localhost:7600").value(), (ListenAddress{"127.0.0.1", 7600}));
}

TEST(ListenAddressTest, OtherHostsAreRefusedWithTheReason) {
  for (const char* text : {"0.0.0.0:7600", "[::]:7600", "10.0.0.1:7600", "128.0.0.1:7600"}) {
    const Status status = ParseListenAddress(text).status();
    EXPECT_EQ(status.code(), StatusCode::kInvalidArgument) << text;
    EXPECT_THAT(status.message(), testing::HasSubstr("not on the loopback interface")) << text;
    EXPECT_THAT(status.message(), testing::HasSubstr(text));
  }
  for (const char* text : {"example.com:1", ":7600", "127.0.0.1.example.com:1", "1270.0.0.1:1"}) {
    const Status status = ParseListenAddress(text).status();
    EXPECT_EQ(status.code(), StatusCode::kInvalidArgument) << text;
    EXPECT_THAT(status.message(), testing::HasSubstr(text));
  }
}

TEST(ListenAddressTest, AnyAddressIsReadWhereItMayBe) {
  EXPECT_EQ(ParseAnyListenAddress("0.0.0.0:8083").value(), (ListenAddress{"0.0.0.0", 8083}));
  EXPECT_EQ(ParseAnyListenAddress("[2001:db8::1]:1").value(), (ListenAddress{"[2001:db8::1]", 1}));
  EXPECT_FALSE(IsLoopback({"0.0.0.0", 1}));
  EXPECT_FALSE(IsLoopback({"[::]", 1}));
  EXPECT_TRUE(IsLoopback({"127.3.2.1", 1}));
  EXPECT_TRUE(IsLoopback({"[::1]", 1}));
  for (const char* text : {"example.com:1", ":1", "[::1:1", "2001:db8::1:1", "[127.0.0.1]:1"}) {
    EXPECT_THAT(ParseAnyListenAddress(text).status().message(),
                testing::HasSubstr("does not begin with an address"))
        << text;
  }
}

TEST(ListenAddressTest, APortIsRequired) {
  for (const char* text : {"127.0.0.1",
                           "127.0.0.1:",
                           "127.0.0.1:http",
                           "127.0.0.1:65536",
                           "127.0.0.1:-1",
                           "127.0.0.1:7600x",
                           ""}) {
    EXPECT_THAT(ParseListenAddress(text).status().message(), testing::HasSubstr("no port")) << text;
  }
}

}  // namespace
}  // namespace pawl::server
