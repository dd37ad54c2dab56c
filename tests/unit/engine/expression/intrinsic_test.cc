#include "engine/expression/intrinsic.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <string>
#include <string_view>

#include "engine/json/parse.h"
#include "engine/json/write.h"
#include "tests/unit/engine/expression/fixed_scope.h"

namespace pawl::expression {
namespace {

using testing::HasSubstr;
using testing::MatchesRegex;
using testing::StartsWith;

class IntrinsicTest : public testing::Test {
 protected:
  IntrinsicTest() : scope_(arena_) {}

  // The result as JSON text, or the error.
  std::string Call(std::string_view text, std::string_view input = "{}") {
    const Result<Intrinsic> intrinsic = Intrinsic::Parse(text);
    if (!intrinsic.ok()) return intrinsic.status().ToString();
    scope_.SetRoot(PathRoot::kInput, input);
    const Result<json::Value> value = intrinsic->Evaluate("value.$", scope_, arena_);
    return value.ok() ? json::Write(*value) : value.status().ToString();
  }

  // The error of a call, which must be one of the function.
  std::string Failure(std::string_view text, std::string_view input = "{}") {
    scope_.SetRoot(PathRoot::kInput, input);
    const Status status =
        Intrinsic::Parse(text).value().Evaluate("value.$", scope_, arena_).status();
    EXPECT_EQ(status.code(), StatusCode::kFailedPrecondition) << text;
    EXPECT_EQ(status.reason(), "States.IntrinsicFailure") << text;
    return status.message();
  }

  static std::string ParseError(std::string_view text) {
    return Intrinsic::Parse(text).status().message();
  }

  json::Arena arena_;
  FixedScope scope_;
};

TEST_F(IntrinsicTest, ArgumentsAreLiteralsPathsAndCalls) {
  EXPECT_EQ(
      Call(R"json(States.Array('it\'s', -1.50, true, false, null, $.a['b,)'], States.Array()))json",
           R"json({"a":{"b,)":[1]}})json"),
      R"(["it's",-1.50,true,false,null,[1],[]])");
  EXPECT_EQ(Call("States.Array( $.a[?(@.x == 'y')].x , $..x )", R"({"a":[{"x":"y"}]})"),
            R"([["y"],["y"]])");
}

TEST_F(IntrinsicTest, ArrayContainsComparesByValue) {
  EXPECT_EQ(Call("States.ArrayContains($.a, $.b)", R"({"a":[],"b":null})"), "false");
  EXPECT_EQ(Call("States.ArrayContains($.a, $.b)", R"({"a":[[1,2],2],"b":[1,2]})"), "true");
  EXPECT_EQ(
      Call("States.ArrayContains($.a, $.b)", R"({"a":[{"1":2,"2":[]}],"b":{"2":[],"1":2.0}})"),
      "true");
  EXPECT_EQ(Call("States.ArrayContains($.a, 3)", R"({"a":["3"]})"), "false");
}

TEST_F(IntrinsicTest, ArrayGetItemCountsFromZero) {
  EXPECT_EQ(Call("States.ArrayGetItem($.a, 5)", R"({"a":[1,2,3,4,5,6,7]})"), "6");
  EXPECT_THAT(
      Failure("States.ArrayGetItem($.a, 1)", R"({"a":[1]})"),
      HasSubstr("expected an index from 0 to one less than 1, the array's length, found 1"));
  EXPECT_THAT(Failure("States.ArrayGetItem($.a, -1)", R"({"a":[1]})"), HasSubstr("found -1"));
}

TEST_F(IntrinsicTest, ArrayLengthCountsItems) {
  EXPECT_EQ(Call("States.ArrayLength($.a)", R"({"a":[null,null,[]]})"), "3");
  EXPECT_EQ(
      Failure("States.ArrayLength($.a)", R"({"a":{}})"),
      "The function 'States.ArrayLength($.a)' had the following error: expected argument 1 to "
      "be an array, found object");
}

TEST_F(IntrinsicTest, ArrayPartitionLeavesTheRestInTheLastPart) {
  EXPECT_EQ(Call("States.ArrayPartition($, 2)", "[0,1,2,3,4]"), "[[0,1],[2,3],[4]]");
  EXPECT_EQ(Call("States.ArrayPartition($, 9)", "[0,1]"), "[[0,1]]");
  EXPECT_EQ(Call("States.ArrayPartition($, 1.5)", "[0,1,2]"), "[[0,1],[2]]");
  EXPECT_EQ(Call("States.ArrayPartition($, 3)", "[]"), "[]");
  EXPECT_THAT(Failure("States.ArrayPartition($, 0)", "[0]"), HasSubstr("expected a positive size"));
}

TEST_F(IntrinsicTest, ArrayRangeIncludesItsEnd) {
  EXPECT_EQ(Call("States.ArrayRange(1, 9, 2)"), "[1,3,5,7,9]");
  EXPECT_EQ(Call("States.ArrayRange(0, 10, 3)"), "[0,3,6,9]");
  EXPECT_EQ(Call("States.ArrayRange(3, 1, -1)"), "[3,2,1]");
  EXPECT_EQ(Call("States.ArrayRange(3, 1, 1)"), "[]");
  EXPECT_EQ(Call("States.ArrayRange(9223372036854775806, 9223372036854775807, 2)"),
            "[9223372036854775806]");
  EXPECT_THAT(Call("States.ArrayRange(1, 1000, 1)"), StartsWith("[1,2,"));
  EXPECT_THAT(Failure("States.ArrayRange(0, 1000, 1)"), HasSubstr("at most 1000 numbers"));
  EXPECT_THAT(Failure("States.ArrayRange(0, 1, 0)"), HasSubstr("a step that is not 0"));
}

TEST_F(IntrinsicTest, ArrayUniqueKeepsFirstOccurrences) {
  EXPECT_EQ(
      Call("States.ArrayUnique($)",
           R"([null,null,true,1,1.0,10e-1,"1",[],[],[null],{"a":1,"b":2},{"b":2.0,"a":1},0,-0])"),
      R"([null,true,1,"1",[],[null],{"a":1,"b":2},0])");
}

TEST_F(IntrinsicTest, Base64GoesBothWays) {
  EXPECT_EQ(Call("States.Base64Encode('Data to encode')"), R"("RGF0YSB0byBlbmNvZGU=")");
  EXPECT_EQ(Call("States.Base64Decode('RGF0YSB0byBlbmNvZGU=')"), R"("Data to encode")");
  EXPECT_EQ(Call("States.Base64Decode('')"), R"("")");
  EXPECT_THAT(Failure("States.Base64Decode('x')"), HasSubstr("expected Base64"));
  EXPECT_THAT(Failure("States.Base64Decode('/w==')"), HasSubstr("expected Base64 of UTF-8"));
  const std::string large = R"({"a":")" + std::string(10'001, 'x') + "\"}";
  EXPECT_THAT(Failure("States.Base64Encode($.a)", large), HasSubstr("at most 10000 characters"));
}

// Recorded: intrinsic_functions, test_format_1 and test_format_2.
TEST_F(IntrinsicTest, FormatPutsArgumentsInAsJavaPrintsThem) {
  EXPECT_EQ(Call("States.Format('a {} b {}.', $.x, $.y)", R"({"x":null,"y":1.1})"),
            R"("a null b 1.1.")");
  EXPECT_EQ(Call("States.Format('{}', $)", R"({"Arg1":1,"Arg2":[]})"), R"("{Arg1=1, Arg2=[]}")");
  EXPECT_EQ(Call("States.Format('{}', $.s)", R"({"s":"{\"Arg1\": 1}"})"), R"("{\"Arg1\": 1}")");
}

TEST_F(IntrinsicTest, FormatKeepsEscapedBrackets) {
  EXPECT_EQ(Call(R"(States.Format('\{\} {} \\ \' {x}', 1))"), R"("{} 1 \\ ' {x}")");
  EXPECT_EQ(Call("States.Format($.t, 1)", R"({"t":"\\{\\} {}"})"), R"("{} 1")");
}

TEST_F(IntrinsicTest, FormatNeedsAnArgumentForEachPlace) {
  EXPECT_THAT(Failure("States.Format('{} {}', 1)"), HasSubstr("{} in the template, 2, found 1"));
  EXPECT_THAT(Failure("States.Format('x', 1)"), HasSubstr("{} in the template, 0, found 1"));
}

// Recorded: intrinsic_functions, test_hash.
TEST_F(IntrinsicTest, HashIsHexadecimal) {
  EXPECT_EQ(Call("States.Hash('input data', 'MD5')"), R"("812f45842bc6d66ee14572ce20db8e86")");
  EXPECT_EQ(Call("States.Hash('input data', 'SHA-1')"),
            R"("aaff4a450a104cd177d28d18d74485e8cae074b7")");
  EXPECT_EQ(Call("States.Hash('input data', 'SHA-256')"),
            R"("b4a697a057313163aee33cd8d40c66e9f0f177e00cac2de32475ffff6169c3e3")");
  EXPECT_THAT(Failure("States.Hash('x', 'CRC')"), HasSubstr("expected MD5, SHA-1"));
}

TEST_F(IntrinsicTest, JsonMergeIsShallow) {
  EXPECT_EQ(Call("States.JsonMerge($.a, $.b, false)",
                 R"({"a":{"x":1,"y":{"p":1}},"b":{"y":{"q":2},"z":3}})"),
            R"({"x":1,"y":{"q":2},"z":3})");
  EXPECT_THAT(Failure("States.JsonMerge($, $, true)"),
              HasSubstr("expected argument 3 to be false"));
  EXPECT_THAT(Failure("States.JsonMerge($, 1, false)"),
              HasSubstr("expected argument 2 to be an object, found number"));
}

TEST_F(IntrinsicTest, JsonToStringIsCompact) {
  EXPECT_EQ(Call("States.JsonToString($)", R"({"a": [1, "x"]})"), R"("{\"a\":[1,\"x\"]}")");
}

// Recorded: intrinsic_functions, test_string_to_json.
TEST_F(IntrinsicTest, StringToJsonReadsAnyValue) {
  EXPECT_EQ(Call("States.StringToJson('')"), "null");
  EXPECT_EQ(Call("States.StringToJson(' ')"), "null");
  EXPECT_EQ(Call("States.StringToJson('-0')"), "0");
  EXPECT_EQ(Call("States.StringToJson('1.1')"), "1.1");
  EXPECT_EQ(Call("States.StringToJson($.s)", R"({"s":"{\"a\": [1]}"})"), R"({"a":[1]})");
  EXPECT_EQ(Call(R"json(States.StringToJson('{"a": "b"}'))json"), R"({"a":"b"})");
  EXPECT_THAT(Failure("States.StringToJson('{')"), HasSubstr("expected JSON: line 1, column 2"));
}

// Recorded: intrinsic_functions, test_math_add.
TEST_F(IntrinsicTest, MathAddRoundsEachNumberHalfUp) {
  EXPECT_EQ(Call("States.MathAdd(-9, 3)"), "-6");
  EXPECT_EQ(Call("States.MathAdd(1.49, 1.5)"), "3");
  EXPECT_EQ(Call("States.MathAdd(1.5, 1.51)"), "4");
  EXPECT_EQ(Call("States.MathAdd(-1.49, -1.5)"), "-2");
  EXPECT_EQ(Call("States.MathAdd(-1.5, -1.51)"), "-3");
  EXPECT_EQ(Call("States.MathAdd(-0.5, 0.5)"), "1");
  EXPECT_EQ(Call("States.MathAdd(-2.5, 0)"), "-2");
  EXPECT_EQ(Call("States.MathAdd(9007199254740993, 1)"), "9007199254740994");
  EXPECT_THAT(Failure("States.MathAdd(9223372036854775807, 1)"), HasSubstr("a sum of 64 bits"));
  EXPECT_THAT(Failure("States.MathAdd(1e30, 1)"), HasSubstr("integer of 64 bits"));
  EXPECT_THAT(Failure("States.MathAdd('1', 1)"), HasSubstr("to be a number, found string"));
}

TEST_F(IntrinsicTest, MathRandomStaysInItsRange) {
  std::set<std::string> seen;
  for (int i = 0; i < 200; ++i) {
    seen.insert(Call("States.MathRandom(-2, 1)"));
  }
  EXPECT_EQ(seen, (std::set<std::string>{"-2", "-1", "0"}));
  EXPECT_THAT(Failure("States.MathRandom(1, 1)"), HasSubstr("start to be less than the end"));
}

TEST_F(IntrinsicTest, MathRandomWithASeedGivesTheSameNumber) {
  const std::string number = Call("States.MathRandom(0, 1000000, 3)");
  EXPECT_EQ(Call("States.MathRandom(0, 1000000, 3)"), number);
  EXPECT_NE(Call("States.MathRandom(0, 1000000, 4)"), number);
}

// Recorded: intrinsic_functions, test_string_split.
TEST_F(IntrinsicTest, StringSplitDropsEmptyPieces) {
  EXPECT_EQ(Call("States.StringSplit(',,,,', ',')"), "[]");
  EXPECT_EQ(Call("States.StringSplit(', , ,', ',')"), R"([" "," "])");
  EXPECT_EQ(Call("States.StringSplit('This.is+a,test=string', '.+,=')"),
            R"(["This","is","a","test","string"])");
  EXPECT_EQ(Call("States.StringSplit('aébèc', 'éè')"), R"(["a","b","c"])");
  EXPECT_EQ(Call("States.StringSplit('ab', '')"), R"(["ab"])");
}

TEST_F(IntrinsicTest, UuidsAreOfVersionFourAndDiffer) {
  const std::string first = Call("States.UUID()");
  EXPECT_THAT(
      first,
      MatchesRegex("\"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}\""));
  EXPECT_NE(Call("States.UUID()"), first);
}

TEST_F(IntrinsicTest, APathThatFindsNothingNamesTheField) {
  EXPECT_EQ(Call("States.Array($.x)"),
            "NOT_FOUND: The JSONPath '$.x' specified for the field 'value.$' could not be found in "
            "the input '{}'");
}

TEST_F(IntrinsicTest, AFailureInsideNamesTheInnerCall) {
  EXPECT_THAT(Failure("States.Array(States.ArrayLength(1))"),
              StartsWith("The function 'States.ArrayLength(1)' had the following error: expected"));
}

// Recorded: scenarios, test_illegal_escapes.
TEST_F(IntrinsicTest, SyntaxErrorsNameTheColumnAndWhatWasExpected) {
  EXPECT_EQ(ParseError(R"json(States.Format('He said, \"{}\"', 1))json"),
            "column 26: expected one of ' \\ { } after the backslash, found '\"'");
  EXPECT_EQ(ParseError("States.Format"),
            "column 14: expected '(' after States.Format, found the end");
  EXPECT_EQ(ParseError("States.UUID() x"), "column 15: expected the end after the call, found 'x'");
  EXPECT_EQ(ParseError("States.UUID(1)"),
            "column 1: expected States.UUID to have 0 arguments, found 1");
  EXPECT_EQ(ParseError("States.MathRandom(1)"),
            "column 1: expected States.MathRandom to have 2 to 3 arguments, found 1");
  EXPECT_EQ(ParseError("States.Array('a"), "column 14: expected this string to end with '");
  EXPECT_THAT(ParseError("States.Array(1,)"), StartsWith("column 16: expected an argument"));
  EXPECT_THAT(ParseError("States.Array(\"a\")"), StartsWith("column 14: expected an argument"));
  EXPECT_THAT(ParseError("States.Array($.a b)"), StartsWith("column 14: expected a path: column"));
  EXPECT_THAT(ParseError("States.Array([1])"), StartsWith("column 14: expected an argument"));
  EXPECT_THAT(ParseError("States.Array(01x)"), StartsWith("column 14: expected a value"));
}

TEST_F(IntrinsicTest, CallsInOneFieldAreLimited) {
  std::string ten = "1";
  for (int i = 0; i < 10; ++i) {
    ten = "States.Array(" + ten + ")";
  }
  EXPECT_EQ(Call(ten), "[[[[[[[[[[1]]]]]]]]]]");
  EXPECT_THAT(ParseError("States.Array(" + ten + ")"), HasSubstr("at most 10 intrinsic calls"));
}

}  // namespace
}  // namespace pawl::expression
