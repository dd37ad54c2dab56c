#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "engine/expression/path.h"
#include "engine/json/parse.h"
#include "engine/json/write.h"

namespace pawl::expression {
namespace {

using testing::HasSubstr;

std::string SetAt(std::string_view path, std::string_view document, std::string_view value = "1") {
  json::Arena arena;
  const Result<json::Value> result = ReferencePath::Parse(path).value().Set(
      json::Parse(document, arena).value(), json::Parse(value, arena).value(), arena);
  return result.ok() ? json::Write(*result) : result.status().ToString();
}

TEST(ReferencePathTest, AMemberIsReplacedWhereItStands) {
  EXPECT_EQ(SetAt("$.b", R"({"a":0,"b":0,"c":0})"), R"({"a":0,"b":1,"c":0})");
  EXPECT_EQ(SetAt("$['x']['b c']", R"({"x":{"b c":[]},"y":2})"), R"({"x":{"b c":1},"y":2})");
}

TEST(ReferencePathTest, AMissingMemberIsAddedAtTheEnd) {
  EXPECT_EQ(SetAt("$.b", R"({"a":0})", R"({"x":[]})"), R"({"a":0,"b":{"x":[]}})");
}

TEST(ReferencePathTest, MissingObjectsOnTheWayAreMade) {
  EXPECT_EQ(SetAt("$.a.b.c", "{}"), R"({"a":{"b":{"c":1}}})");
  EXPECT_EQ(SetAt("$.a.b.c", R"({"a":{"x":0}})"), R"({"a":{"x":0,"b":{"c":1}}})");
}

TEST(ReferencePathTest, AnItemIsReplaced) {
  EXPECT_EQ(SetAt("$.a[1].b", R"({"a":[0,{"b":0},2]})"), R"({"a":[0,{"b":1},2]})");
  EXPECT_EQ(SetAt("$[-1]", "[0,0]"), "[0,1]");
}

TEST(ReferencePathTest, TheRootIsReplacedWhole) {
  EXPECT_EQ(SetAt("$", R"({"a":0})"), "1");
  EXPECT_TRUE(ReferencePath::Parse("$").value().is_identity());
}

TEST(ReferencePathTest, TheWayMustLeadThroughContainers) {
  EXPECT_THAT(SetAt("$.a.b", R"({"a":0})"),
              HasSubstr("FAILED_PRECONDITION: the path $['a']['b'] cannot be applied: $['a'] is no "
                        "object with members but a value of type number"));
  EXPECT_THAT(SetAt("$.a", "[1]"), HasSubstr("$ is no object with members"));
  EXPECT_THAT(SetAt("$.a[0]", R"({"a":{}})"), HasSubstr("is no array with items"));
  EXPECT_THAT(SetAt("$.a[0]", "{}"), HasSubstr("$['a'] does not exist"));
  EXPECT_THAT(SetAt("$[2]", "[0,0]"), HasSubstr("$ has 2 items, so it has no item 2"));
  EXPECT_THAT(SetAt("$[-3]", "[0,0]"), HasSubstr("no item -3"));
}

TEST(ReferencePathTest, AFailureToApplyCarriesItsErrorName) {
  json::Arena arena;
  const Status status = ReferencePath::Parse("$.a").value().Set({}, {}, arena).status();
  EXPECT_EQ(status.reason(), "States.ResultPathMatchFailure");
}

TEST(ReferencePathTest, TheOldValueStaysAsItWas) {
  json::Arena arena;
  const json::Value root = json::Parse(R"({"a":{"b":0}})", arena).value();
  ASSERT_TRUE(ReferencePath::Parse("$.a.b").value().Set(root, json::Value(), arena).ok());
  EXPECT_EQ(json::Write(root), R"({"a":{"b":0}})");
}

TEST(ReferencePathTest, AResultThatNestsTooDeepIsRefused) {
  const std::string deep = std::string(512, '[') + std::string(512, ']');
  EXPECT_THAT(SetAt("$.a", "{}", deep), HasSubstr("RESOURCE_EXHAUSTED: the result would nest 513"));
}

TEST(ReferencePathTest, OnlyNamesAndIndexesAreAllowed) {
  for (const char* const text :
       {"$.*", "$[*]", "$..a", "$[0:1]", "$[0,1]", "$['a','b']", "$[?(@.a)]", "$.a.length()"}) {
    const Status status = ReferencePath::Parse(text).status();
    EXPECT_EQ(status.code(), StatusCode::kInvalidArgument) << text;
    EXPECT_THAT(status.message(), HasSubstr("expected a reference path")) << text;
  }
  EXPECT_THAT(ReferencePath::Parse("$.").status().message(), HasSubstr("column 3"));
}

TEST(ReferencePathTest, ItEvaluatesAsAPathDoes) {
  json::Arena arena;
  const json::Value root = json::Parse(R"({"a":[1,2]})", arena).value();
  EXPECT_EQ(json::Write(ReferencePath::Parse("$.a[1]").value().Evaluate(root, arena).value()), "2");
  EXPECT_EQ(ReferencePath::Parse("$.b").value().Evaluate(root, arena).status().code(),
            StatusCode::kNotFound);
}

}  // namespace
}  // namespace pawl::expression
