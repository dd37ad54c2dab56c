// docs.jsonata.org, "Date/Time Processing"; XPath and XQuery Functions and Operators 3.1, 9.8;
// JSONata's recorded cases.
#include "engine/expression/jsonata/date_time_picture.h"

#include <gtest/gtest.h>

namespace pawl::expression::jsonata {
namespace {

// 2018-03-23T10:33:36.617Z, a Friday.
constexpr std::int64_t kFriday = 1521801216617;

// The text, or the code of the error.
std::string FormattedTime(std::int64_t millis,
                          std::optional<std::string_view> picture = std::nullopt,
                          std::optional<std::string_view> timezone = std::nullopt) {
  const Result<std::string> text = FormatDateTime(millis, picture, timezone);
  return text.ok() ? *text : text.status().reason();
}

// The time that was read, as ISO 8601; "none", or the code of the error. Now is that Friday.
std::string ParsedTime(std::string_view text,
                       std::optional<std::string_view> picture = std::nullopt) {
  const Result<std::optional<std::int64_t>> millis = ParseDateTime(text, picture, kFriday);
  if (!millis.ok()) return millis.status().reason();
  return *millis ? FormattedTime(**millis) : "none";
}

TEST(DateTimePictureTest, WithoutAPictureTimesAreIso8601) {
  EXPECT_EQ(FormattedTime(1), "1970-01-01T00:00:00.001Z");
  EXPECT_EQ(FormattedTime(kFriday), "2018-03-23T10:33:36.617Z");
  EXPECT_EQ(FormattedTime(kFriday, std::nullopt, "-0500"), "2018-03-23T05:33:36.617-05:00");
  EXPECT_EQ(FormattedTime(kFriday, std::nullopt, "0000"), "2018-03-23T10:33:36.617Z");
  EXPECT_EQ(FormattedTime(-62167219200001), "-0001-12-31T23:59:59.999Z");
  EXPECT_EQ(FormattedTime(8'640'000'000'000'001), "D3110");
}

TEST(DateTimePictureTest, BracketsHoldComponentsAndDoubledOnesAreText) {
  EXPECT_EQ(FormattedTime(kFriday, "Hello"), "Hello");
  EXPECT_EQ(FormattedTime(kFriday, "[[Year]]: [[[Y0001]]]"), "[Year]: [2018]");
  EXPECT_EQ(FormattedTime(kFriday, "[ M01]/[D 01] [ M N n]"), "03/23 March");
}

TEST(DateTimePictureTest, NumbersHaveTheDigitsOfThePictureOrTheWidth) {
  EXPECT_EQ(FormattedTime(kFriday, "[M01]/[D01]/[Y0001] at [H01]:[m01]:[s01]"),
            "03/23/2018 at 10:33:36");
  EXPECT_EQ(FormattedTime(kFriday, "[D#1,2]/[M1,2]/[Y,2]"), "23/03/18");
  EXPECT_EQ(FormattedTime(kFriday, "[Y0001,2-2] [Y##01,2-2] [Y0001,2]"), "18 18 2018");
  EXPECT_EQ(FormattedTime(kFriday, "<[Y9,999,*]>"), "<2,018>");
  EXPECT_EQ(FormattedTime(kFriday, "[f] [f001] [f0001]"), "617 617 0617");
  EXPECT_EQ(FormattedTime(kFriday, "[D٠١]"), "٢٣");
}

TEST(DateTimePictureTest, NumbersMayBeOrdinalsWordsLettersOrRoman) {
  EXPECT_EQ(FormattedTime(kFriday, "[D1o] [Dwo] [DWw]"), "23rd twenty-third Twenty-Three");
  EXPECT_EQ(FormattedTime(kFriday, "[YI] [Da]"), "MMXVIII w");
  EXPECT_EQ(FormattedTime(1514808000000, "[dwo] day of the year"), "first day of the year");
}

TEST(DateTimePictureTest, NamesHaveTheLettersOfThePictureAndAreCutToTheWidth) {
  EXPECT_EQ(FormattedTime(kFriday, "[FNn], [MN] [F] [xNn]"), "Friday, MARCH friday March");
  EXPECT_EQ(FormattedTime(kFriday, "[FNn,3-3] [MN,*-2]"), "Fri MA");
  EXPECT_EQ(FormattedTime(kFriday, "[h]:[m] [P] [PN] [E] [C]"), "10:33 am AM ISO ISO");
}

TEST(DateTimePictureTest, TwelveHoursBeginWithTwelve) {
  EXPECT_EQ(FormattedTime(1521763200000, "[H] [h] [P]"), "0 12 am");
  EXPECT_EQ(FormattedTime(1521806400000, "[H] [h] [P]"), "12 12 pm");
}

TEST(DateTimePictureTest, WeeksAreThoseOfIso8601) {
  EXPECT_EQ(FormattedTime(1514808000000, "[W]"), "1");
  EXPECT_EQ(FormattedTime(1451736000000, "[W]"), "53");
  EXPECT_EQ(FormattedTime(1262304000000, "[X0001]-W[W01]-[F1]"), "2009-W53-5");
  EXPECT_EQ(FormattedTime(1230508800000, "[X0001]-W[W01]-[F1]"), "2009-W01-1");
  EXPECT_EQ(FormattedTime(1483272000000, "[w] of [xNn]"), "5 of December");
  EXPECT_EQ(FormattedTime(1533038400000, "[w] of [xNn]"), "1 of August");
  EXPECT_EQ(FormattedTime(1522616700000, "[F0] [FNn]"), "7 Sunday");
}

TEST(DateTimePictureTest, ZonesAreWrittenAsThePictureSays) {
  EXPECT_EQ(FormattedTime(kFriday, "[Z] [Z01:01t] [z]"), "+00:00 Z GMT+00:00");
  EXPECT_EQ(FormattedTime(kFriday, "[H01][Z] [Z0] [Z0101t]", "+0530"), "16+05:30 +5:30 +0530");
  EXPECT_EQ(FormattedTime(kFriday, "[H01][Z] [Z0] [z]", "-0500"), "05-05:00 -5 GMT-05:00");
  EXPECT_EQ(FormattedTime(kFriday, "[H01]:[m01][Z]", "-0530"), "05:03-05:30");
  EXPECT_EQ(FormattedTime(kFriday, "[Z]", "EST"), "D3134");
  EXPECT_EQ(FormattedTime(kFriday, "[Z]", ""), "D3134");
  EXPECT_EQ(FormattedTime(kFriday, "[Z]", "+9999"), "D3134");
}

TEST(DateTimePictureTest, AWrongPictureIsRefusedWithItsCode) {
  EXPECT_EQ(FormattedTime(kFriday, "[Q]"), "D3132");
  EXPECT_EQ(FormattedTime(kFriday, "[]"), "D3132");
  EXPECT_EQ(FormattedTime(kFriday, "[YN]-[M]"), "D3133");
  EXPECT_EQ(FormattedTime(kFriday, "[Z010101t]"), "D3134");
  EXPECT_EQ(FormattedTime(kFriday, "[YN]-[M"), "D3135");
  EXPECT_EQ(FormattedTime(kFriday, "[Y]-[M"), "D3135");
  EXPECT_EQ(FormattedTime(kFriday, "[Do]"), "D3130");
  EXPECT_EQ(FormattedTime(kFriday, "[YN]-[Do]"), "D3133");
  EXPECT_EQ(FormattedTime(kFriday, "[Do]-[YN]-[Q]"), "D3132");
  EXPECT_EQ(FormatDateTime(kFriday, "[YN]", std::nullopt).status().message(),
            "The 'name' modifier can only be applied to months and days in the date/time picture "
            "string, not \"Y\"");
}

TEST(DateTimePictureTest, NoPictureMakesTheTextExplode) {
  EXPECT_EQ(FormattedTime(kFriday, "[D1,1000000]"), "U1001");
  EXPECT_EQ(FormattedTime(kFriday, "[D1,99999999999999999999999]"), "U1001");
  EXPECT_EQ(FormattedTime(kFriday, std::string(5'000, 'x')), "U1001");
}

TEST(DateTimePictureTest, WithoutAPictureIso8601IsRead) {
  EXPECT_EQ(ParsedTime("1970-01-01T00:00:00.001Z"), "1970-01-01T00:00:00.001Z");
  EXPECT_EQ(ParsedTime("2018-02-01T09:42:13.123+0100"), "2018-02-01T08:42:13.123Z");
  EXPECT_EQ(ParsedTime("2018-02-01T10:20:30.1234567-05:30"), "2018-02-01T15:50:30.123Z");
  EXPECT_EQ(ParsedTime("2018"), "2018-01-01T00:00:00.000Z");
  EXPECT_EQ(ParsedTime("2018-02"), "2018-02-01T00:00:00.000Z");
  EXPECT_EQ(ParsedTime("2018-02-30"), "2018-03-02T00:00:00.000Z");
  EXPECT_EQ(ParsedTime("2018-02-01T24:00:00"), "2018-02-02T00:00:00.000Z");
}

TEST(DateTimePictureTest, WhatIsNotIso8601IsAnError) {
  for (const char* const text : {"",
                                 "foo",
                                 "2018-1-1",
                                 "2018-13",
                                 "2018-00-01",
                                 "2018-02-01T10:20Z",
                                 "2018-02-01T24:00:01Z",
                                 "2018-02-01T10:20:30+25:00",
                                 "2018-02-01 10:20:30",
                                 "2018-02-01T10:20:30.Z",
                                 "2018-02-01+01:00"}) {
    EXPECT_EQ(ParsedTime(text), "D3110") << text;
  }
}

TEST(DateTimePictureTest, DatesAreReadByPicture) {
  EXPECT_EQ(ParsedTime("2018", "[Y1]"), "2018-01-01T00:00:00.000Z");
  EXPECT_EQ(ParsedTime("201802", "[Y0001][M01]"), "2018-02-01T00:00:00.000Z");
  EXPECT_EQ(ParsedTime("21st 12 1881", "[D1o] [M01] [Y0001]"), "1881-12-21T00:00:00.000Z");
  EXPECT_EQ(ParsedTime("2018-094", "[Y0001]-[d001]"), "2018-04-04T00:00:00.000Z");
  EXPECT_EQ(ParsedTime("2018--180", "[Y]--[d]"), "2018-06-29T00:00:00.000Z");
  EXPECT_EQ(ParsedTime("2018-02-30", "[Y]-[M]-[D]"), "2018-03-02T00:00:00.000Z");
}

TEST(DateTimePictureTest, NamesWordsLettersAndRomanNumeralsAreRead) {
  EXPECT_EQ(ParsedTime("27th April 2008", "[D1o] [MNn] [Y0001]"), "2008-04-27T00:00:00.000Z");
  EXPECT_EQ(ParsedTime("2 Feb 2012", "[D1] [MNn,3-3] [Y0001]"), "2012-02-02T00:00:00.000Z");
  EXPECT_EQ(ParsedTime("ae C mmxviii", "[Da] [MA] [Yi]"), "2018-03-31T00:00:00.000Z");
  EXPECT_EQ(ParsedTime("Twentieth of August, two thousand and seventeen", "[DW] of [MNn], [Yw]"),
            "2017-08-20T00:00:00.000Z");
  EXPECT_EQ(ParsedTime("Mon, Twelfth November 2018", "[FNn,*-3], [DWwo] [MNn] [Y]"),
            "2018-11-12T00:00:00.000Z");
}

TEST(DateTimePictureTest, TimesAreReadByPicture) {
  EXPECT_EQ(ParsedTime("2018-03-27T14:03:00.123Z", "[Y0001]-[M01]-[D01]T[H01]:[m01]:[s01].[f001]Z"),
            "2018-03-27T14:03:00.123Z");
  EXPECT_EQ(ParsedTime("4/4/2018 12:06 pm", "[D1]/[M1]/[Y0001] [h]:[m] [P]"),
            "2018-04-04T12:06:00.000Z");
  EXPECT_EQ(ParsedTime("4/4/2018 12:06 AM", "[D1]/[M1]/[Y0001] [h]:[m] [PN]"),
            "2018-04-04T00:06:00.000Z");
}

TEST(DateTimePictureTest, ZonesAreRead) {
  EXPECT_EQ(ParsedTime("2020-09-09 08:00 +02:00", "[Y]-[M]-[D] [H]:[m] [Z]"),
            "2020-09-09T06:00:00.000Z");
  EXPECT_EQ(ParsedTime("2020-09-09 08:00 GMT-05:00", "[Y]-[M]-[D] [H]:[m] [z]"),
            "2020-09-09T13:00:00.000Z");
  EXPECT_EQ(ParsedTime("2020-09-09 12:00 GMT-5", "[Y]-[M]-[D] [H]:[m] [z01]"),
            "2020-09-09T17:00:00.000Z");
  EXPECT_EQ(ParsedTime("2020-09-09 12:00 +0530", "[Y]-[M]-[D] [H]:[m] [Z0001]"),
            "2020-09-09T06:30:00.000Z");
  EXPECT_EQ(ParsedTime("2020-09-09 12:00 -05:30", "[Y]-[M]-[D] [H]:[m] [Z]"),
            "2020-09-09T17:30:00.000Z");
  EXPECT_EQ(ParsedTime("2020-09-09 12:00 Z", "[Y]-[M]-[D] [H]:[m] [Z01:01t]"),
            "2020-09-09T12:00:00.000Z");
}

TEST(DateTimePictureTest, WhatIsMissingBeforeIsNowAndBehindTheLeast) {
  EXPECT_EQ(ParsedTime("13:45", "[H]:[m]"), "2018-03-23T13:45:00.000Z");
  EXPECT_EQ(ParsedTime("April", "[MNn]"), "2018-04-01T00:00:00.000Z");
}

TEST(DateTimePictureTest, WhatIsMissingInTheMiddleIsAnError) {
  EXPECT_EQ(ParsedTime("2018-22", "[Y]-[D]"), "D3136");
  EXPECT_EQ(ParsedTime("5-22 23:59", "[M]-[D] [m]:[s]"), "D3136");
  EXPECT_EQ(ParsedTime("2018-3-2-5", "[X]-[x]-[w]-[F1]"), "D3136");
  EXPECT_EQ(ParsedTime("2018-32-5", "[X]-[W]-[F1]"), "D3136");
  EXPECT_EQ(ParsedTime("2018-01-01 1", "[Y]-[M]-[D] [h]"), "D3136");
}

TEST(DateTimePictureTest, AComponentTakesNoMoreThanLeavesTheOthersTheirs) {
  EXPECT_EQ(ParsedTime("20180327", "[Y][M01][D01]"), "2018-03-27T00:00:00.000Z");
  EXPECT_EQ(ParsedTime("sixteenth sixteen", "[Dw] [Mw]"), "2019-04-16T00:00:00.000Z");
  EXPECT_EQ(ParsedTime("2018-5-1GMT+5", "[Y]-[MA]-[D][z0]"), "none");
  EXPECT_EQ(ParsedTime("٢٠١٨-٠٣", "[Y٠٠٠١]-[M٠١]"), "2018-03-01T00:00:00.000Z");
  EXPECT_EQ(ParsedTime("2,018", "[Y9,999,*]"), "2018-01-01T00:00:00.000Z");
}

TEST(DateTimePictureTest, WhatDoesNotMatchIsNone) {
  EXPECT_EQ(ParsedTime("Hello", "Hello"), "none");
  EXPECT_EQ(ParsedTime("irrelevent string", "[Y]-[M]-[D]"), "none");
  EXPECT_EQ(ParsedTime("2018-3-5", "[Y0001]-[M01]-[D01]"), "none");
  EXPECT_EQ(ParsedTime("12xx 2018", "[d1o] [Y]"), "none");
  EXPECT_EQ(ParsedTime("99999999999", "[Y]"), "none");
  EXPECT_EQ(ParsedTime("2018-05-22", "[YN]-[M]-[D]"), "D3133");
  EXPECT_EQ(ParsedTime("2018 ISO", "[Y] [E]"), "D3133");
}

TEST(DateTimePictureTest, NoTextMakesReadingTakeLong) {
  const std::string words(200'000, ',');
  EXPECT_EQ(ParsedTime(words, "[Yw][Dw][Mw]!"), "U1001");
}

}  // namespace
}  // namespace pawl::expression::jsonata
