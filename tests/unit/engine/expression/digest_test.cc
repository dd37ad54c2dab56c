#include "engine/expression/digest.h"

#include <gtest/gtest.h>

#include <string>

namespace pawl::expression {
namespace {

// RFC 4648, section 10.
TEST(DigestTest, Base64IsPadded) {
  EXPECT_EQ(EncodeBase64(""), "");
  EXPECT_EQ(EncodeBase64("f"), "Zg==");
  EXPECT_EQ(EncodeBase64("fo"), "Zm8=");
  EXPECT_EQ(EncodeBase64("foo"), "Zm9v");
  EXPECT_EQ(EncodeBase64("foob"), "Zm9vYg==");
  EXPECT_EQ(EncodeBase64("fooba"), "Zm9vYmE=");
  EXPECT_EQ(EncodeBase64("\xFB\xFF"), "+/8=");
}

TEST(DigestTest, Base64ReadsBackEveryByte) {
  std::string data;
  for (int i = 0; i < 256; ++i) {
    data += static_cast<char>(i);
    EXPECT_EQ(DecodeBase64(EncodeBase64(data)), data);
  }
}

TEST(DigestTest, WhatIsNoBase64IsRefused) {
  for (const char* const text :
       {"Zg", "Zg=", "Z", "Zh==", "Zm9v=", "Zm9v====", "Zm 9", "Zm-_", "=", "===="}) {
    EXPECT_EQ(DecodeBase64(text), std::nullopt) << text;
  }
}

// RFC 1321 and FIPS 180-4.
TEST(DigestTest, DigestsAreThoseOfTheStandards) {
  EXPECT_EQ(HexDigest("MD5", "abc"), "900150983cd24fb0d6963f7d28e17f72");
  EXPECT_EQ(HexDigest("SHA-1", "abc"), "a9993e364706816aba3e25717850c26c9cd0d89d");
  EXPECT_EQ(HexDigest("SHA-256", "abc"),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(HexDigest("SHA-384", "")->size(), 96U);
  EXPECT_EQ(HexDigest("SHA-512", "")->size(), 128U);
  EXPECT_EQ(HexDigest("SHA-3", ""), std::nullopt);
}

}  // namespace
}  // namespace pawl::expression
