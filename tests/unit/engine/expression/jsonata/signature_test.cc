#include "engine/expression/jsonata/signature.h"

#include <gtest/gtest.h>

#include <array>

namespace pawl::expression::jsonata {
namespace {

std::optional<Error> Fit(std::string_view text,
                         std::span<const Value> arguments,
                         std::vector<Value>& fitted) {
  static json::Arena arena;
  return std::get<Signature>(Signature::Parse(text))
      .Apply(arguments, Value::String("context"), arena, fitted);
}

TEST(SignatureTest, AContextIsTakenWhereItFits) {
  const std::array arguments = {Value::Number(1)};
  std::vector<Value> fitted;
  EXPECT_FALSE(Fit("<s-n:s>", arguments, fitted).has_value());
  ASSERT_EQ(fitted.size(), 2U);
  EXPECT_EQ(fitted[0].text(), "context");
}

TEST(SignatureTest, TheFirstArgumentThatDoesNotFitIsNamed) {
  const std::array arguments = {Value::String("a"), Value::Null()};
  std::vector<Value> fitted;
  const std::optional<Error> error = Fit("<sn?:s>", arguments, fitted);
  ASSERT_TRUE(error.has_value());
  EXPECT_EQ(error->code, "T0410");
  EXPECT_EQ(error->index, 2U);
}

// Longer than any stack of a recursive matcher.
TEST(SignatureTest, ManyParametersAreMatchedWithoutRecursion) {
  std::string text = "<";
  for (int i = 0; i < 2'000; ++i) {
    text += "x?";
  }
  std::vector<Value> fitted;
  EXPECT_FALSE(Fit(text + ">", {}, fitted).has_value());
  EXPECT_EQ(fitted.size(), 2'000U);
}

}  // namespace
}  // namespace pawl::expression::jsonata
