// What the catalog keeps in memory of the state machines in its store.
#include "engine/runtime/catalog.h"

#include <gtest/gtest.h>

#include <cstddef>
#include <memory>
#include <string>

#include "engine/storage/memory_storage.h"
#include "tests/support/seeded_random_source.h"

namespace pawl::runtime {
namespace {

constexpr NamespaceId kNamespace{1};

class CatalogTest : public testing::Test {
 protected:
  void Deploy(const std::string& name, const std::string& comment = "") {
    const auto deployed = catalog.Deploy(
        {.namespace_id = kNamespace,
         .name = name,
         .definition = R"({"Comment": ")" + comment +
                       R"(", "StartAt": "A", "States": {"A": {"Type": "Succeed"}}})"},
        Timestamp());
    ASSERT_TRUE(deployed.ok()) << deployed.status().ToString();
  }

  Catalog::StartPermit Permit(const std::string& name) {
    auto permit = catalog.PermitStart(kNamespace, name, "");
    EXPECT_TRUE(permit.ok()) << permit.status().ToString();
    return permit.ok() ? *std::move(permit) : Catalog::StartPermit();
  }

  bool IsThere(const std::string& name) { return catalog.Describe(kNamespace, name, 0).ok(); }

  storage::MemoryStorage storage{storage::MemoryStorage::Durability::kImmediate};
  test::SeededRandomSource random{1};
  Catalog catalog{storage, random, Limits(), ArnScheme()};
};

TEST_F(CatalogTest, WhatIsSeldomStartedIsCompiledAgain) {
  Deploy("old", "first");
  Deploy("used");
  const std::weak_ptr<const asl::StateMachine> old = Permit("old").machine;
  const std::weak_ptr<const asl::StateMachine> used = Permit("used").machine;
  ASSERT_FALSE(old.expired());
  const std::string large(100'000, 'x');
  for (int i = 0; i < 100; ++i) {
    Deploy("large" + std::to_string(i), large);
    ASSERT_FALSE(used.expired()) << i;
    (void)Permit("used");
  }
  EXPECT_TRUE(old.expired());
  EXPECT_EQ(Permit("old").machine->comment, "first");
  EXPECT_EQ(Permit("large0").machine->comment, large);
}

// However many others come into memory meanwhile.
TEST_F(CatalogTest, AStateMachineStaysWhileAStartHoldsIt) {
  Deploy("held");
  auto permit = std::make_unique<Catalog::StartPermit>(Permit("held"));
  for (std::size_t i = 0; i < 2 * Catalog::kMachinesMax; ++i)
    Deploy("m" + std::to_string(i));
  ASSERT_TRUE(catalog.Delete(kNamespace, "held", Timestamp()).ok());
  EXPECT_TRUE(IsThere("held"));
  EXPECT_FALSE(catalog.PermitStart(kNamespace, "held", "").ok());
  permit.reset();
  ASSERT_TRUE(catalog.Sweep().ok());
  EXPECT_FALSE(IsThere("held"));
  EXPECT_EQ(Permit("m0").revision, 1U);
}

}  // namespace
}  // namespace pawl::runtime
