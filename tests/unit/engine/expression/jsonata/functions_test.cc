// Built-in functions where they are easily got wrong; the conformance suite has the rest.
#include "engine/expression/jsonata/functions.h"

#include <gtest/gtest.h>

#include "tests/unit/engine/expression/jsonata/answer.h"

namespace pawl::expression::jsonata {
namespace {

TEST(JsonataFunctionsTest, TextIsCountedInCharacters) {
  EXPECT_EQ(Answer("$length('aé😀')"), "3");
  EXPECT_EQ(Answer("$substring('aé😀b', 1, 2)"), R"("é😀")");
  EXPECT_EQ(Answer("$pad('😀', -3, '#é')"), R"("#é😀")");
}

TEST(JsonataFunctionsTest, NumbersAreWrittenWithFifteenDigits) {
  EXPECT_EQ(Answer("$string(0.1 + 0.2)"), R"("0.3")");
  EXPECT_EQ(Answer("$string(1000000000000005)"), R"("1000000000000010")");
  EXPECT_EQ(Answer("$string(1e21)"), R"("1e+21")");
  EXPECT_EQ(CodeOf("$string(1/0)"), "D3001");
}

TEST(JsonataFunctionsTest, HalvesRoundToEven) {
  EXPECT_EQ(Answer("[$round(2.5), $round(3.5), $round(-2.5), $round(1.005, 2), $round(1250, -2)]"),
            "[2,4,-2,1,1200]");
}

TEST(JsonataFunctionsTest, NumbersAreReadInSeveralBases) {
  EXPECT_EQ(Answer("[$number('0x1F'), $number('0o17'), $number('0b11'), $number(' 1') ]"),
            R"(D3030: Unable to cast value to a number: " 1")");
  EXPECT_EQ(Answer("$formatBase(-255, 16)"), R"("-ff")");
}

TEST(JsonataFunctionsTest, ReplacementsNameGroups) {
  EXPECT_EQ(Answer("$replace('abc', 'x', function($m){'y'})"), "\"abc\"");
  EXPECT_EQ(Answer("$replace('john smith', /(\\w+)\\s(\\w+)/, '$2, $1 $$ $0')"),
            R"("smith, john $ john smith")");
  EXPECT_EQ(CodeOf("$match('abc', /x*/)"), "D1004");
}

TEST(JsonataFunctionsTest, SortIsStable) {
  EXPECT_EQ(Answer("$sort([{'a':1,'b':1},{'a':0},{'a':1,'b':2}], function($x,$y){$x.a > $y.a}).b"),
            "[1,2]");
  EXPECT_EQ(CodeOf("$sort([1,'a'])"), "D3070");
}

TEST(JsonataFunctionsTest, Base64IsOfBytesAsNodeHasIt) {
  EXPECT_EQ(Answer("$base64encode('é€')"), R"("6aw=")");
  EXPECT_EQ(Answer("$base64decode('aGVsbG8=')"), R"("hello")");
}

TEST(JsonataFunctionsTest, UrlsRefuseHalvesOfSurrogatePairs) {
  EXPECT_EQ(CodeOf(R"($encodeUrl("\ud800"))"), "D3140");
  EXPECT_EQ(Answer("$decodeUrl('%3F%20')"), R"("%3F ")");
}

TEST(JsonataFunctionsTest, CaseIsThatOfUnicode) {
  EXPECT_EQ(Answer("$uppercase('straße é')"), R"("STRASSE É")");
  EXPECT_EQ(Answer("$lowercase('ÀΣ')"), R"("àς")");
}

// Recorded on AWS: a singleton sequence unwraps.
TEST(JsonataFunctionsTest, RangeOfOneNumberIsThatNumber) {
  EXPECT_EQ(Answer("$range(1, 9, 9)"), "1");
  EXPECT_EQ(Answer("$range(0, 10, 3)"), "[0,3,6,9]");
  EXPECT_EQ(Answer("$range(3, 1, -1)"), "[3,2,1]");
  EXPECT_EQ(CodeOf("$range(1, 2, 0)"), "T0410");
}

// Recorded on AWS.
TEST(JsonataFunctionsTest, PartitionOfFewItemsIsOneChunk) {
  EXPECT_EQ(Answer("$partition([0], 3)"), "[[0]]");
  EXPECT_EQ(Answer("$partition([1,2,3], 2)"), "[[1,2],[3]]");
}

TEST(JsonataFunctionsTest, ParseReadsAnyJson) {
  EXPECT_EQ(Answer(R"($parse('{"a":[1]}').a)"), "[1]");
  EXPECT_EQ(Answer("$parse('-0')"), "0");
  EXPECT_EQ(CodeOf("$parse('{')"), "D3120");
}

TEST(JsonataFunctionsTest, HashesAndRandomNumbersAreRepeatable) {
  EXPECT_EQ(Answer("$hash('abc', 'MD5')"), R"("900150983cd24fb0d6963f7d28e17f72")");
  EXPECT_EQ(CodeOf("$hash('abc', 'MD4')"), "T0410");
  EXPECT_EQ(Answer("$random(1) = $random(1)"), "true");
  EXPECT_EQ(Answer("$uuid()"), Answer("$uuid()"));
}

TEST(JsonataFunctionsTest, NowIsThatOfTheEnvironment) {
  EXPECT_EQ(Answer("$now()"), R"("2026-11-20T12:00:00.000Z")");
  EXPECT_EQ(Answer("$millis() = $toMillis($now())"), "true");
}

}  // namespace
}  // namespace pawl::expression::jsonata
