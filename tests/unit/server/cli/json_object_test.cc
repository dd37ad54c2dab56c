#include "server/cli/json_object.h"

#include <gtest/gtest.h>

namespace pawl::cli {
namespace {

TEST(JsonObjectTest, MembersStandInTheirOrder) {
  EXPECT_EQ(JsonObject().Text("b", "x").Number("a", -1).Boolean("c", true).Null("d").ToString(),
            R"({"b":"x","a":-1,"c":true,"d":null})");
}

TEST(JsonObjectTest, APayloadOfSeveralLinesBecomesOneLine) {
  EXPECT_EQ(JsonObject().Json("input", "{\n  \"a\": 1.50\n}").ToString(),
            R"({"input":{"a":1.50}})");
}

TEST(JsonObjectTest, TextThatIsNoUtf8StaysJson) {
  EXPECT_EQ(JsonObject().Text("file", "a\xff").ToString(), R"({"file":"a\\xff"})");
}

TEST(JsonObjectTest, ControlCharactersAreEscaped) {
  EXPECT_EQ(JsonObject().Text("a", "\x1b\xc2\x9b").ToString(), R"({"a":"\u001b\u009b"})");
}

TEST(JsonObjectTest, ArraysHoldObjects) {
  EXPECT_EQ(JsonObject().Array("none", {}).Array("two", {"{}", "1"}).ToString(),
            R"({"none":[],"two":[{},1]})");
}

}  // namespace
}  // namespace pawl::cli
