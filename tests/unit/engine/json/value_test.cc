#include "engine/json/value.h"

#include <gtest/gtest.h>

#include <string>

#include "engine/json/parse.h"
#include "engine/json/write.h"

namespace pawl::json {
namespace {

class ValueTest : public testing::Test {
 protected:
  Value Read(std::string_view text) { return Parse(text, arena_).value(); }

  bool Same(std::string_view a, std::string_view b) { return Equal(Read(a), Read(b)); }

  Arena arena_;
};

TEST_F(ValueTest, AValueIsSixteenBytes) {
  EXPECT_EQ(sizeof(Value), 16U);
}

TEST_F(ValueTest, ADefaultValueIsNull) {
  EXPECT_TRUE(Value().is_null());
  EXPECT_EQ(TypeName(Value().type()), "null");
}

TEST_F(ValueTest, FindGivesTheMemberOrNothing) {
  const Value object = Read(R"({"a": 1, "b": {"c": 2}})");
  ASSERT_NE(object.Find("b"), nullptr);
  EXPECT_EQ(object.Find("b")->Find("c")->AsInt64(), 2);
  EXPECT_EQ(object.Find("c"), nullptr);
  EXPECT_EQ(Read("[1]").Find("a"), nullptr);
}

TEST_F(ValueTest, NumbersAreEqualByValue) {
  EXPECT_TRUE(Same("1", "1.0"));
  EXPECT_TRUE(Same("[100, -0]", "[1e2, 0.0]"));
  EXPECT_FALSE(Same("9007199254740993", "9007199254740992"));
  EXPECT_FALSE(Same("1", "\"1\""));
}

TEST_F(ValueTest, ObjectsAreEqualWhateverTheOrderOfTheirMembers) {
  EXPECT_TRUE(Same(R"({"a": 1, "b": [true, null]})", R"({"b": [true, null], "a": 1.0})"));
  EXPECT_FALSE(Same(R"({"a": 1})", R"({"a": 1, "b": 2})"));
  EXPECT_FALSE(Same(R"({"a": 1, "c": 2})", R"({"a": 1, "b": 2})"));
  EXPECT_FALSE(Same("[1, 2]", "[2, 1]"));
}

TEST_F(ValueTest, LargeObjectsAreEqualWhateverTheOrderOfTheirMembers) {
  ObjectBuilder forward;
  ObjectBuilder backward;
  ObjectBuilder other;
  for (std::int64_t i = 0; i < 1000; ++i) {
    forward.Set(arena_.Copy("name" + std::to_string(i)), Value::Number(i, arena_));
    other.Set(arena_.Copy("name" + std::to_string(i)), Value::Number(i == 500 ? 0 : i, arena_));
    const std::int64_t j = 999 - i;
    backward.Set(arena_.Copy("name" + std::to_string(j)), Value::Number(j, arena_));
  }
  EXPECT_TRUE(Equal(forward.Build(arena_), backward.Build(arena_)));
  EXPECT_FALSE(Equal(forward.Build(arena_), other.Build(arena_)));
}

TEST_F(ValueTest, ANameSetTwiceKeepsItsPlaceAndTakesTheLastValue) {
  ObjectBuilder object;
  object.Set("a", Value::Boolean(false));
  object.Set("b", Value());
  object.Set("a", Value::Boolean(true));
  EXPECT_EQ(Write(object.Build(arena_)), R"({"a":true,"b":null})");
}

TEST_F(ValueTest, ANameSetTwiceInALargeObjectKeepsItsPlace) {
  ObjectBuilder object;
  for (int round = 0; round < 2; ++round) {
    for (int i = 0; i < 100; ++i) {
      object.Set(arena_.Copy(std::to_string(i)), Value::Boolean(round == 1));
    }
  }
  const Value value = object.Build(arena_);
  ASSERT_EQ(value.members().size(), 100U);
  EXPECT_EQ(value.members()[99].name, "99");
  EXPECT_TRUE(value.members()[0].value.boolean());
}

TEST_F(ValueTest, DepthCountsArraysAndObjectsInsideEachOther) {
  EXPECT_EQ(Read("1").depth(), 0U);
  EXPECT_EQ(Read("{}").depth(), 1U);
  EXPECT_EQ(Read(R"([1, {"a": [2]}, []])").depth(), 3U);
  ArrayBuilder around;
  around.Add(Read("[[]]"));
  EXPECT_EQ(around.Build(arena_).depth(), 3U);
}

TEST_F(ValueTest, ComparingAndWritingDeepValuesNeedsNoCallStack) {
  Value a;
  Value b;
  for (int i = 0; i < 200'000; ++i) {
    ArrayBuilder around_a;
    around_a.Add(a);
    a = around_a.Build(arena_);
    ArrayBuilder around_b;
    around_b.Add(b);
    b = around_b.Build(arena_);
  }
  EXPECT_TRUE(Equal(a, b));
  EXPECT_EQ(Write(a).size(), 400'004U);
  EXPECT_EQ(a.depth(), 65'535U);
}

}  // namespace
}  // namespace pawl::json
