#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "server/sigv4/amz_date.h"
#include "server/sigv4/digest.h"
#include "server/sigv4/uri_encoding.h"

namespace pawl::sigv4 {
namespace {

using testing::ElementsAre;

TEST(UriEncodingTest, LeavesTheUnreservedCharacters) {
  EXPECT_EQ(UriEncode("aZ09-._~ /\xC3\xA4*", Slash::kIsEncoded), "aZ09-._~%20%2F%C3%A4%2A");
  EXPECT_EQ(UriEncode("a/b", Slash::kStays), "a/b");
}

TEST(UriEncodingTest, DecodesWhatIsAnEscapeAndNothingElse) {
  EXPECT_EQ(UriDecode("%41%2f%2F"), "A//");
  EXPECT_EQ(UriDecode("100%"), "100%");
  EXPECT_EQ(UriDecode("%4"), "%4");
  EXPECT_EQ(UriDecode("%zz+"), "%zz+");
}

TEST(UriEncodingTest, AQueryHasNamesAndValues) {
  EXPECT_THAT(ParseQuery("a=1&b&&c=x%20y+z=&=v"),
              ElementsAre(QueryParameter{"a", "1"},
                          QueryParameter{"b", ""},
                          QueryParameter{"c", "x y z="},
                          QueryParameter{"", "v"}));
  EXPECT_THAT(ParseQuery(""), ElementsAre());
}

TEST(AmzDateTest, IsIsoBasic) {
  const Timestamp time = ParseAmzDate("20130524T010203Z").value();
  EXPECT_EQ(FormatTimestamp(time), "2013-05-24T01:02:03.000Z");
  EXPECT_EQ(FormatAmzDate(time), "20130524T010203Z");
  for (const char* text : {"", "20130524T010203", "2013-05-24T01:02:03Z", "20130230T000000Z"})
    EXPECT_FALSE(ParseAmzDate(text)) << text;
}

TEST(AmzDateTest, AnHttpDateIsTheFixedForm) {
  EXPECT_EQ(ParseHttpDate("Fri, 24 May 2013 00:00:00 GMT"), ParseAmzDate("20130524T000000Z"));
  for (const char* text : {"Fri, 24 Mai 2013 00:00:00 GMT",
                           "Friday, 24-May-13 00:00:00 GMT",
                           "Fri, 24 May 2013 00:00:00 CET",
                           "Fri, 31 Feb 2013 00:00:00 GMT"})
    EXPECT_FALSE(ParseHttpDate(text)) << text;
}

TEST(DigestTest, PiecesMakeTheSameDigest) {
  Sha256 digest;
  digest.Add("some ");
  digest.Add("text");
  EXPECT_EQ(digest.Finish(), Sha256Hex("some text"));
  EXPECT_EQ(Sha256Hex(""), kEmptySha256);
}

TEST(DigestTest, ComparesWholeTexts) {
  EXPECT_TRUE(AreEqualInConstantTime("", ""));
  EXPECT_TRUE(AreEqualInConstantTime("ab", "ab"));
  EXPECT_FALSE(AreEqualInConstantTime("ab", "ac"));
  EXPECT_FALSE(AreEqualInConstantTime("ab", "abc"));
}

}  // namespace
}  // namespace pawl::sigv4
