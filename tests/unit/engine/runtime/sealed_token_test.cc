#include "engine/runtime/sealed_token.h"

#include <gtest/gtest.h>

#include <vector>

namespace pawl::runtime {
namespace {

const SealingKey kOldKey{.id = 1, .secret = std::string(32, 'o')};
const SealingKey kNewKey{.id = 2, .secret = std::string(32, 'n')};
constexpr TokenScope kScope{.namespace_id = {4}, .kind = "ListExecutions", .request = "machine"};

TEST(SealedTokenTest, OpensToWhatWasSealed) {
  const TokenSealer sealer({kOldKey});
  for (const std::size_t size : {0U, 1U, 2U, 3U, 100U}) {
    std::string content(size, '\0');
    for (std::size_t i = 0; i < size; ++i)
      content[i] = static_cast<char>(i * 37);
    EXPECT_EQ(sealer.Open(kScope, sealer.Seal(kScope, content)).value(), content);
  }
}

TEST(SealedTokenTest, EveryChangedCharacterIsNoticed) {
  const TokenSealer sealer({kOldKey});
  const std::string token = sealer.Seal(kScope, "position");
  for (std::size_t i = 0; i < token.size(); ++i) {
    for (const char character : {'A', 'B', '_', '='}) {
      std::string changed = token;
      if (changed[i] == character) continue;
      changed[i] = character;
      EXPECT_FALSE(sealer.Open(kScope, changed).ok()) << i;
    }
    EXPECT_FALSE(sealer.Open(kScope, token.substr(0, i)).ok()) << i;
  }
  EXPECT_FALSE(sealer.Open(kScope, token + "A").ok());
}

TEST(SealedTokenTest, IsBoundToNamespaceKindAndRequest) {
  const TokenSealer sealer({kOldKey});
  const std::string token = sealer.Seal(kScope, "position");
  TokenScope other = kScope;
  other.namespace_id = {5};
  EXPECT_FALSE(sealer.Open(other, token).ok());
  other = kScope;
  other.kind = "ListStateMachines";
  EXPECT_FALSE(sealer.Open(other, token).ok());
  other = kScope;
  other.request = "machine2";
  EXPECT_FALSE(sealer.Open(other, token).ok());
}

TEST(SealedTokenTest, NeighbouringFieldsCannotTradeCharacters) {
  const TokenSealer sealer({kOldKey});
  const TokenScope left{.namespace_id = {}, .kind = "ab", .request = "c"};
  const TokenScope right{.namespace_id = {}, .kind = "a", .request = "bc"};
  EXPECT_FALSE(sealer.Open(right, sealer.Seal(left, "x")).ok());
}

TEST(SealedTokenTest, TokensOutliveAChangeOfKeys) {
  const std::string token = TokenSealer({kOldKey}).Seal(kScope, "position");
  const TokenSealer rotated({kOldKey, kNewKey});
  EXPECT_EQ(rotated.Open(kScope, token).value(), "position");
  EXPECT_NE(rotated.Seal(kScope, "position"), token);
  EXPECT_FALSE(TokenSealer({kNewKey}).Open(kScope, token).ok());
}

TEST(SealedTokenTest, EveryWrongTokenGetsTheSameAnswer) {
  const TokenSealer sealer({kOldKey});
  const TokenScope foreign{.namespace_id = {9}, .kind = "x", .request = "y"};
  const std::vector<std::string> wrong = {"",
                                          "garbage!",
                                          std::string(5000, 'A'),
                                          sealer.Seal(foreign, "position"),
                                          TokenSealer({kNewKey}).Seal(kScope, "position")};
  const Status expected = sealer.Open(kScope, wrong.front()).status();
  EXPECT_EQ(expected.code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(expected.field(), "page_token");
  for (const std::string& token : wrong) {
    EXPECT_EQ(sealer.Open(kScope, token).status(), expected);
  }
}

}  // namespace
}  // namespace pawl::runtime
