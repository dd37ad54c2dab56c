#include "engine/expression/path.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "engine/json/parse.h"
#include "engine/json/write.h"

namespace pawl::expression {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

constexpr std::string_view kStore = R"({
  "store": {
    "book": [
      {"title": "Sayings", "price": 8.95, "tags": ["old", "quotes"], "isbn": null},
      {"title": "Sword", "price": 12.99, "tags": []},
      {"title": "Moby Dick", "price": 8.99, "tags": ["old", "sea"], "isbn": "0-553"},
      {"title": "Rings", "price": 22.99, "tags": ["fantasy"], "isbn": "0-395"}
    ],
    "bicycle": {"color": "red", "price": 19.95}
  },
  "limit": 10,
  "numbers": [3, 1, 2, "x"],
  "name": "shop"
})";

// The answer as JSON text, or the error: "NOT_FOUND: …".
std::string Ask(std::string_view path_text, std::string_view document = kStore) {
  json::Arena arena;
  const Result<Path> path = Path::Parse(path_text);
  if (!path.ok()) return path.status().ToString();
  const json::Value root = json::Parse(document, arena).value();
  const Result<json::Value> found = path->Evaluate(root, arena);
  return found.ok() ? json::Write(*found) : found.status().ToString();
}

std::string ParseError(std::string_view path_text) {
  return Path::Parse(path_text).status().message();
}

TEST(PathTest, ARootIsTheInputTheContextOrAVariable) {
  EXPECT_EQ(Path::Parse("$.a")->root(), PathRoot::kInput);
  EXPECT_EQ(Path::Parse("$$.Execution.Id")->root(), PathRoot::kContext);
  const Path variable = *Path::Parse("$order_1.items[0]");
  EXPECT_EQ(variable.root(), PathRoot::kVariable);
  EXPECT_EQ(variable.variable(), "order_1");
  EXPECT_EQ(variable.text(), "$order_1.items[0]");
}

TEST(PathTest, APathOfARootAloneIsTheIdentity) {
  for (const char* const text : {"$", "$$", "$x", " $ "}) {
    EXPECT_TRUE(Path::Parse(text)->is_identity()) << text;
  }
  EXPECT_FALSE(Path::Parse("$.a")->is_identity());
  EXPECT_EQ(Ask("$", "[1,2]"), "[1,2]");
}

TEST(PathTest, EveryRootStartsAtTheValueGiven) {
  EXPECT_EQ(Ask("$$.name"), "\"shop\"");
  EXPECT_EQ(Ask("$v.store.bicycle.color"), "\"red\"");
}

TEST(PathTest, DefinitePathsNameAtMostOneNode) {
  for (const char* const text :
       {"$", "$.a", "$['a'][0].b", "$.a[-1]", "$.a.length()", "$..a.sum()"}) {
    EXPECT_TRUE(Path::Parse(text)->is_definite()) << text;
  }
  for (const char* const text :
       {"$.*", "$[*]", "$..a", "$[0:1]", "$[0,1]", "$[?(@.a)]", "$.a[*].b"}) {
    EXPECT_FALSE(Path::Parse(text)->is_definite()) << text;
  }
}

// Recorded: scenarios, test_escape_sequence_parsing.
TEST(PathTest, ANameKeepsTheBackslashBeforeTheOtherQuote) {
  EXPECT_EQ(Ask(R"($['a\"b'])", R"({"a\\\"b":1,"a\"b":2})"), "1");
  EXPECT_EQ(Ask(R"($['a\'b'])", R"({"a'b":3})"), "3");
}

TEST(PathTest, NamesInBracketsMayHoldAnything) {
  EXPECT_EQ(Ask(R"($['a b']["c'd"]['e\'f'].['g.h'])", R"({"a b": {"c'd": {"e'f": {"g.h": 1}}}})"),
            "1");
  EXPECT_EQ(Ask(R"($['\u00e9\n'])", R"({"é\n": 1})"), "1");
  EXPECT_EQ(Ask("$.Größe", R"({"Größe": 1})"), "1");
}

TEST(PathTest, WhatADefinitePathMissesIsSaidInJaywaysWords) {
  EXPECT_EQ(Ask("$.a"), "NOT_FOUND: No results for path: $['a']");
  EXPECT_EQ(Ask("$.no.such.result.path"), "NOT_FOUND: Missing property in path $['no']");
  EXPECT_EQ(Ask("$.store.no.x"), "NOT_FOUND: Missing property in path $['store']['no']");
  EXPECT_EQ(Ask("$.store.book[9]"), "NOT_FOUND: No results for path: $['store']['book'][9]");
  EXPECT_EQ(Ask("$.limit[0]"),
            "NOT_FOUND: Filter: [0] can only be applied to arrays. Current context is: 10");
  EXPECT_EQ(Ask("$.store.book[0].isbn[0]"),
            "NOT_FOUND: The path $['store']['book'][0]['isbn'] is null");
  EXPECT_THAT(Ask("$.limit.x"),
              StartsWith("NOT_FOUND: Expected to find an object with property ['x'] in path "
                         "$['limit'] but found 'number'"));
}

TEST(PathTest, WhatAnIndefinitePathMissesIsAnEmptyArray) {
  EXPECT_EQ(Ask("$.store.book[*].nothing"), "[]");
  EXPECT_EQ(Ask("$..nothing"), "[]");
  EXPECT_EQ(Ask("$.numbers[?(@.x == 1)]"), "[]");
}

TEST(PathTest, IndexesCountFromEitherEnd) {
  EXPECT_EQ(Ask("$.numbers[0]"), "3");
  EXPECT_EQ(Ask("$.numbers[-1]"), "\"x\"");
  EXPECT_EQ(Ask("$.numbers[2, 0]"), "[2,3]");
}

TEST(PathTest, SlicesWithHugeBoundsEndQuickly) {
  EXPECT_EQ(Ask("$.numbers[-2147483648:2147483647]"), R"([3,1,2,"x",3,1,2,"x"])");
  EXPECT_EQ(Ask("$.numbers[-2147483648:]"), R"([3,1,2,"x"])");
}

TEST(PathTest, DescentVisitsInDocumentOrder) {
  EXPECT_EQ(Ask("$..price"), "[8.95,12.99,8.99,22.99,19.95]");
  EXPECT_EQ(Ask("$.store..tags[0]"), R"(["old","old","fantasy"])");
  EXPECT_EQ(Ask("$..[?(@.color)].price"), "[19.95]");
}

TEST(PathTest, FiltersCompare) {
  EXPECT_EQ(Ask("$..book[?(@.price < 9)].title"), R"(["Sayings","Moby Dick"])");
  EXPECT_EQ(Ask("$..book[?(@.price<9&&@.isbn)].title"), R"(["Sayings","Moby Dick"])");
  EXPECT_EQ(Ask("$..book[?(@.price > $.limit)].title"), R"(["Sword","Rings"])");
  EXPECT_EQ(Ask("$..book[?(@.title == 'Rings' || @.price == 8.950)].price"), "[8.95,22.99]");
  EXPECT_EQ(Ask("$..book[?(!@.isbn)].title"), R"(["Sword"])");
  EXPECT_EQ(Ask("$..book[?(!(@.price >= 9))].title"), R"(["Sayings","Moby Dick"])");
  EXPECT_EQ(Ask("$..book[?(@.isbn == null)].title"), R"(["Sayings"])");
  EXPECT_EQ(Ask("$..book[?(@.isbn != null)].title"), R"(["Sword","Moby Dick","Rings"])");
  EXPECT_EQ(Ask("$..book[?(@['title'] >= 'S')].title"), R"(["Sayings","Sword"])");
}

TEST(PathTest, FiltersTestLists) {
  EXPECT_EQ(Ask("$..book[?('sea' in @.tags)].title"), R"(["Moby Dick"])");
  EXPECT_EQ(Ask("$..book[?(@.title in ['Rings', \"Sword\"])].price"), "[12.99,22.99]");
  EXPECT_EQ(Ask("$..book[?(@.title nin ['Rings', 'Sword'])].price"), "[8.95,8.99]");
  EXPECT_EQ(Ask("$..book[?(@.tags contains 'old')].price"), "[8.95,8.99]");
  EXPECT_EQ(Ask("$..book[?(@.title contains 'in')].price"), "[8.95,22.99]");
  EXPECT_EQ(Ask("$..book[?(@.tags all ['old', 'sea'])].price"), "[8.99]");
  EXPECT_EQ(Ask("$..book[?(@.tags subsetof ['old', 'sea', 'x'])].price"), "[12.99,8.99]");
  EXPECT_EQ(Ask("$..book[?(@.tags anyof ['fantasy', 'sea'])].price"), "[8.99,22.99]");
  EXPECT_EQ(Ask("$..book[?(@.tags noneof ['old'])].price"), "[12.99,22.99]");
  EXPECT_EQ(Ask("$..book[?(@.tags size 2)].price"), "[8.95,8.99]");
  EXPECT_EQ(Ask("$..book[?(@.tags empty true)].price"), "[12.99]");
  EXPECT_EQ(Ask("$..book[?(@.tags EMPTY false)].title"), R"(["Sayings","Moby Dick","Rings"])");
  EXPECT_EQ(Ask("$..book[?(@.title size 5)].title"), R"(["Sword","Rings"])");
}

TEST(PathTest, FiltersMatchWholeTextsWithRegularExpressions) {
  EXPECT_EQ(Ask("$..book[?(@.title =~ /S.*/)].title"), R"(["Sayings","Sword"])");
  EXPECT_EQ(Ask("$..book[?(@.title =~ /s.*/)].title"), "[]");
  EXPECT_EQ(Ask("$..book[?(@.title =~ /s.*/i)].title"), R"(["Sayings","Sword"])");
  EXPECT_EQ(Ask("$..book[?(@.title =~ /ing/)].title"), "[]");
  EXPECT_EQ(Ask("$..book[?(@.tags =~ /se./)].title"), R"(["Moby Dick"])");
  EXPECT_EQ(Ask(R"($[?(@.p =~ /a\/\d+/)].p)", R"([{"p": "a/12"}, {"p": "a/x"}])"), R"(["a/12"])");
}

TEST(PathTest, EqualityOfNumbersAndTextsGoesByTheLeftSide) {
  EXPECT_EQ(Ask("$[?(@ == 10)]", R"([10, "10", "010", 10.0, "ten"])"), R"([10,"10",10.0])");
  EXPECT_EQ(Ask("$[?(10 == @)]", R"([10, "10", "010", "ten"])"), R"([10,"10","010"])");
  EXPECT_EQ(Ask("$[?(@ === 10)]", R"([10, "10"])"), "[10]");
  EXPECT_EQ(Ask("$[?(@ !== 10)]", R"([10, "10"])"), R"(["10"])");
}

TEST(PathTest, FiltersMayHoldPathsWithFiltersAndFunctions) {
  EXPECT_EQ(Ask("$.store[?(@.book[?(@.price > 20)])].bicycle.color"), R"(["red"])");
  EXPECT_EQ(Ask("$..book[?(@.tags.length() > 1)].title"), R"(["Sayings","Moby Dick"])");
}

TEST(PathTest, FunctionsEndAPath) {
  EXPECT_EQ(Ask("$.numbers.sum()"), "6");
  EXPECT_EQ(Ask("$.numbers.min()"), "1");
  EXPECT_EQ(Ask("$.numbers.max()"), "3");
  EXPECT_EQ(Ask("$.numbers.avg()"), "2");
  EXPECT_THAT(Ask("$.numbers.stddev()"), StartsWith("0.81649658"));
  EXPECT_EQ(Ask("$.numbers.length()"), "4");
  EXPECT_EQ(Ask("$.numbers.size()"), "4");
  EXPECT_EQ(Ask("$.store.keys()"), R"(["book","bicycle"])");
  EXPECT_EQ(Ask("$.numbers.first()"), "3");
  EXPECT_EQ(Ask("$.numbers.last()"), "\"x\"");
  EXPECT_EQ(Ask("$.numbers.index(-2)"), "2");
  EXPECT_EQ(Ask("$.numbers.append(7, $.limit)"), R"([3,1,2,"x",7,10])");
  EXPECT_EQ(Ask(R"($.numbers.concat("-", $.name))"), "\"x-shop\"");
  EXPECT_EQ(Ask("$.sum($.numbers, $.limit)"), "16");
}

TEST(PathTest, AFunctionBehindDescentTakesAllMatches) {
  EXPECT_EQ(Ask("$..price.max()"), "22.99");
  EXPECT_EQ(Ask("$..book.length()"), "4");
}

TEST(PathTest, AFunctionBehindAWildcardAppliesToEachMatch) {
  EXPECT_EQ(Ask("$.store.book[*].tags.length()"), "[2,0,2,1]");
}

TEST(PathTest, AFunctionWithNothingToComputeIsAnError) {
  EXPECT_EQ(Ask("$.store.book[1].tags.sum()"),
            "FAILED_PRECONDITION: Aggregation function attempted to calculate value using empty "
            "array");
  EXPECT_THAT(Ask("$.numbers.index(9)"), HasSubstr("larger than object count"));
  EXPECT_THAT(Ask("$.numbers.index('x')"), HasSubstr("index() expects an integer"));
}

TEST(PathTest, AFilterOnAScalarIsAnError) {
  EXPECT_THAT(Ask("$.limit[?(@.a)]"),
              StartsWith("FAILED_PRECONDITION: Filter: [?] can not be applied to primitives"));
}

TEST(PathTest, SyntaxErrorsNameTheColumnAndWhatWasExpected) {
  EXPECT_EQ(ParseError("a.b"), "column 1: expected a path that starts with '$', found 'a'");
  EXPECT_EQ(ParseError(""), "column 1: expected a path that starts with '$', found the end");
  EXPECT_EQ(ParseError("$.a."), "column 5: expected a name, '*' or '[' after '.', found the end");
  EXPECT_EQ(
      ParseError("$.a[key]"),
      "column 5: expected a quoted name, an index, a slice, '*' or '?(' after '[', found 'k'");
  EXPECT_THAT(ParseError("$.é['x"), StartsWith("column 5: expected this string to end with '"));
  EXPECT_THAT(ParseError("$.a b"), HasSubstr("expected a name with spaces to stand in brackets"));
  EXPECT_THAT(ParseError("$.a.frob()"), StartsWith("column 5: expected a function (min, max"));
  EXPECT_THAT(ParseError("$[?(@.a = 1)]"), StartsWith("column 9: expected a comparison (==, !="));
  EXPECT_THAT(ParseError("$[?(@.a == )]"), StartsWith("column 12: expected a value"));
  EXPECT_THAT(ParseError("$[?(@.a == 'x)]"), StartsWith("column 12: expected this string to end"));
  EXPECT_THAT(ParseError("$[?(@.a =~ /(/)]"),
              StartsWith("column 12: expected a regular expression"));
  EXPECT_THAT(ParseError("$[?(!@.a == 1)]"), HasSubstr("brackets around a negated comparison"));
  EXPECT_THAT(ParseError("$[1:2:x]"), HasSubstr("']'"));
  EXPECT_THAT(ParseError("$[99999999999]"), HasSubstr("expected indexes of 32 bits"));
  EXPECT_THAT(ParseError("$[?(@.a == [1)]"), HasSubstr("column 12: expected"));
  EXPECT_THAT(ParseError("$['\\ud800']"), HasSubstr("well-formed Unicode"));
}

TEST(PathTest, EveryBeginningOfAPathIsAPathOrAnError) {
  const std::string text =
      R"($.a['b\u0041','c'][-1,2][1:2]..*[?(!(@.x =~ /a\/b/i) && $.y.sum(1, $.z) in ["p", {'q': 1}])])";
  ASSERT_TRUE(Path::Parse(text).ok()) << Path::Parse(text).status().message();
  for (std::size_t size = 0; size < text.size(); ++size) {
    const Result<Path> path = Path::Parse(std::string_view(text).substr(0, size));
    EXPECT_TRUE(path.ok() || path.status().code() == StatusCode::kInvalidArgument) << size;
  }
}

TEST(PathTest, NestingIsLimited) {
  std::string filters = "$";
  std::string groups = "$[?(";
  for (int i = 0; i < 10'000 / 5; ++i) {
    filters += "[?(@";
    groups += "(!(";
  }
  EXPECT_THAT(ParseError(filters), HasSubstr("expected at most 32 filters, groups and arguments"));
  EXPECT_THAT(ParseError(groups), HasSubstr("expected at most 32 filters, groups and arguments"));
  EXPECT_THAT(ParseError("$[?(" + std::string(5000, '!')), HasSubstr("at most 32"));
  EXPECT_THAT(ParseError("$." + std::string(kPathBytesMax, 'a')), HasSubstr("at most 16384 bytes"));
}

TEST(PathTest, WorkIsLimited) {
  std::string document = "[";
  for (int i = 0; i < 300; ++i) {
    document += "[1,1,1,1,1,1,1,1,1,1],";
  }
  document += "1]";
  EXPECT_THAT(Ask("$[?(@ in $[?(@ in $[*])])]", document),
              HasSubstr("RESOURCE_EXHAUSTED: the path visits more than"));
  std::string deep;
  for (int i = 0; i < 200; ++i) {
    deep += "{\"a\":";
  }
  deep += "1" + std::string(200, '}');
  EXPECT_THAT(Ask("$..*..*..*..*", deep),
              HasSubstr("RESOURCE_EXHAUSTED: the path selects more than"));
}

TEST(PathTest, LongTextsCountAsWork) {
  const std::string text(100'000, 'x');
  std::string document = R"({"text": ")" + text + R"(", "same": ")" + text + R"(", "items": [0)";
  for (int i = 0; i < 50'000; ++i) {
    document += ",0";
  }
  document += "]}";
  EXPECT_THAT(Ask("$.items[?($.text == $.same)]", document), HasSubstr("RESOURCE_EXHAUSTED"));
  EXPECT_THAT(Ask("$.items[?($.text =~ /y*/)]", document), HasSubstr("RESOURCE_EXHAUSTED"));
}

TEST(PathTest, TheDeepestDocumentIsSearched) {
  const std::string deep = std::string(512, '[') + std::string(512, ']');
  EXPECT_THAT(Ask("$..*", deep), StartsWith("[[["));
}

}  // namespace
}  // namespace pawl::expression
