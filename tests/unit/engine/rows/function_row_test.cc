#include "engine/rows/function_row.h"

#include <gtest/gtest.h>

#include <limits>

#include "engine/rows/keys.h"

namespace pawl::rows {
namespace {

FunctionVersionRow Version() {
  return {.handler = "app.handler",
          .timeout_seconds = 900,
          .memory_mb = 10'240,
          .environment = {{"A", "1"}, {"B", ""}},
          .description = "d",
          .runtime = "python3.12",
          .role = "arn:aws:iam::1:role/r",
          .other = R"({"Layers":[]})",
          .code_sha256 = std::string(kCodeHashBytes, '\xFF'),
          .code_bytes = 50'000'000,
          .revision_id = "id",
          .updated_at = FromMicros(7)};
}

TEST(FunctionRowTest, RowsComeBack) {
  const auto version = DecodeFunctionVersion(EncodeFunctionVersion(Version()));
  ASSERT_TRUE(version.ok());
  EXPECT_EQ(*version, Version());
  FunctionRow function{.latest = Version(), .last_version = 300};
  for (const auto concurrency : {std::optional<std::uint32_t>(), std::optional<std::uint32_t>(0)}) {
    function.reserved_concurrency = concurrency;
    const auto read = DecodeFunction(EncodeFunction(function));
    ASSERT_TRUE(read.ok());
    EXPECT_EQ(*read, function);
  }
}

TEST(FunctionRowTest, AliasesComeBackWithAndWithoutAnotherVersion) {
  FunctionAliasRow alias{.version = 0, .description = "d", .revision_id = "id"};
  for (const double weight : {0.0, 0.1, 1.0}) {
    const auto read = DecodeFunctionAlias(EncodeFunctionAlias(alias));
    ASSERT_TRUE(read.ok());
    EXPECT_EQ(*read, alias);
    alias.other_version = 2;
    alias.other_weight = weight;
  }
}

TEST(FunctionRowTest, AWeightThatIsNoPartIsRefused) {
  for (const double weight : {-0.1, 1.1, std::numeric_limits<double>::quiet_NaN()}) {
    const FunctionAliasRow alias{.version = 1, .other_version = 2, .other_weight = weight};
    EXPECT_EQ(DecodeFunctionAlias(EncodeFunctionAlias(alias)).status().code(),
              StatusCode::kDataLoss);
  }
}

TEST(FunctionRowTest, OtherBytesAreRefused) {
  const std::string function = EncodeFunction({.latest = Version()});
  EXPECT_EQ(DecodeFunction(function + "x").status().code(), StatusCode::kDataLoss);
  EXPECT_EQ(DecodeFunction(function.substr(1)).status().code(), StatusCode::kDataLoss);
  EXPECT_EQ(DecodeFunctionVersion("").status().code(), StatusCode::kDataLoss);
  EXPECT_EQ(DecodeFunctionAlias("\x02").status().code(), StatusCode::kDataLoss);
}

TEST(FunctionRowTest, KeysComeBack) {
  const auto function = ParseDeployedFunctionKey(DeployedFunctionKey(NamespaceId{7}, "greet"));
  ASSERT_TRUE(function.has_value());
  EXPECT_EQ(function->namespace_id, NamespaceId{7});
  EXPECT_EQ(function->function, "greet");
  const auto version = ParseFunctionVersionKey(FunctionVersionKey(NamespaceId{7}, "greet", 300));
  ASSERT_TRUE(version.has_value());
  EXPECT_EQ(version->function, "greet");
  EXPECT_EQ(version->version, 300U);
  const auto alias = ParseFunctionAliasKey(FunctionAliasKey(NamespaceId{7}, "greet", "PROD"));
  ASSERT_TRUE(alias.has_value());
  EXPECT_EQ(alias->function, "greet");
  EXPECT_EQ(alias->alias, "PROD");
}

TEST(FunctionRowTest, PiecesOfCodeAreInOrderAndApartFromOthers) {
  const std::string hash(kCodeHashBytes, '\xFF');
  const storage::Range range = CodeOf(NamespaceId{}, hash);
  EXPECT_GE(CodeKey({}, hash, 0), range.begin);
  EXPECT_LT(CodeKey({}, hash, 1), CodeKey({}, hash, 256));
  EXPECT_LT(CodeKey({}, hash, std::numeric_limits<std::uint32_t>::max()), range.end);
  EXPECT_GE(CodeKey(NamespaceId{1}, std::string(kCodeHashBytes, '\0'), 0), range.end);
}

}  // namespace
}  // namespace pawl::rows
