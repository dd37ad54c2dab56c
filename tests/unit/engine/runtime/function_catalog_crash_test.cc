// Deployed functions on a disk that fails: a change is there whole or not at all, and of code there
// is what functions refer to, neither less nor more.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "engine/rows/keys.h"
#include "engine/runtime/function_catalog.h"
#include "engine/storage/memory_storage.h"
#include "tests/support/seeded_random_source.h"
#include "tests/unit/engine/runtime/greet_function.h"

namespace pawl::runtime {
namespace {

using storage::CommitResult;
using storage::MemoryStorage;
using test::ArchiveOf;

constexpr std::uint64_t kSeeds = 40;

// A catalogue on a store that fails as the seed decides.
class FailingCatalog {
 public:
  explicit FailingCatalog(std::uint64_t seed)
      : random_(seed), store_(MemoryStorage::Durability::kImmediate, seed) {
    Open();
  }

  FunctionCatalog& functions() { return *functions_; }

  MemoryStorage& store() { return store_; }

  void Open() {
    functions_ = std::make_unique<FunctionCatalog>(
        store_,
        random_,
        arns_,
        FunctionCatalogSeams{.now = [] { return FromMicros(1); },
                             .check_disk = [](std::uint64_t) { return OkStatus(); },
                             .announced = [](NamespaceId) { return std::vector<std::string>(); },
                             .changed = [](NamespaceId,
                                           const std::string&,
                                           const std::optional<FunctionRoutes>&) {}});
    ASSERT_TRUE(functions_->Open().ok());
  }

  void Create(const std::string& name, const std::string& code) {
    static_cast<void>(functions_
                          ->Create({.name = {.name = name},
                                    .configuration = {.handler = "app.handler"},
                                    .code = ArchiveOf(code),
                                    .publish = true})
                          .ok());
  }

  // The versions of all functions.
  std::vector<FunctionInfo> Versions() {
    std::vector<FunctionInfo> all;
    const auto list = functions_->List({}, 100, "");
    for (const FunctionInfo& function : list->functions) {
      const auto versions = functions_->ListVersions({.name = function.name}, 100, "");
      all.insert(all.end(), versions->functions.begin(), versions->functions.end());
    }
    return all;
  }

  // What is to be seen of functions and aliases.
  std::vector<std::string> Seen() {
    std::vector<std::string> seen;
    for (const FunctionInfo& version : Versions())
      seen.push_back(version.arn + " " + version.revision_id + " " + version.code_sha256);
    const auto aliases = functions_->ListAliases({.name = "b"}, "", 100, "");
    if (!aliases.ok()) return seen;
    for (const FunctionAlias& alias : aliases->aliases)
      seen.push_back(alias.arn + " " + alias.revision_id);
    return seen;
  }

  void ExpectCodeIsWhatFunctionsReferTo() {
    std::set<std::string> wanted;
    for (const FunctionInfo& version : Versions()) {
      const std::uint64_t pieces = (version.code_bytes + kCodeChunkBytes - 1) / kCodeChunkBytes;
      for (std::uint64_t piece = 0; piece < pieces; ++piece) {
        EXPECT_TRUE(functions_->ReadCode({}, version.code_sha256, piece).ok());
        wanted.insert(rows::CodeKey({}, version.code_sha256, static_cast<std::uint32_t>(piece)));
      }
    }
    std::set<std::string> stored;
    const auto found = storage::ScanAndWait(
        store_, {.family = storage::Family::kIndex, .begin = "Z", .end = rows::PrefixEnd("Z")});
    ASSERT_TRUE(found.ok());
    for (const storage::Row& row : *found)
      stored.insert(row.key);
    EXPECT_EQ(stored, wanted);
  }

 private:
  interpreter::ArnScheme arns_;
  test::SeededRandomSource random_;
  MemoryStorage store_;
  std::unique_ptr<FunctionCatalog> functions_;
};

// What can be done to functions, one after the other.
std::vector<std::function<void(FailingCatalog&)>> Changes() {
  const std::string large(2 * kCodeChunkBytes, 'x');
  return {[=](FailingCatalog& catalog) { catalog.Create("a", large); },
          [](FailingCatalog& catalog) { catalog.Create("b", "one"); },
          [=](FailingCatalog& catalog) {
            static_cast<void>(
                catalog.functions()
                    .Update({.name = {.name = "b"}, .code = ArchiveOf(large), .publish = true})
                    .ok());
          },
          [](FailingCatalog& catalog) {
            static_cast<void>(
                catalog.functions()
                    .CreateAlias({.name = {.name = "b", .qualifier = "PROD"}, .version = "1"})
                    .ok());
          },
          [](FailingCatalog& catalog) {
            static_cast<void>(catalog.functions().Delete({.name = "a"}).ok());
          },
          [](FailingCatalog& catalog) {
            static_cast<void>(catalog.functions().Delete({.name = "b"}).ok());
          }};
}

TEST(FunctionCatalogCrashTest, AChangeIsThereWholeOrNotAtAllAfterACrash) {
  std::size_t kept = 0;
  for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) {
    FailingCatalog catalog(seed);
    for (const auto& change : Changes()) {
      const std::vector<std::string> before = catalog.Seen();
      catalog.store().FailNextCommit(CommitResult::kUnavailable);
      change(catalog);
      EXPECT_EQ(catalog.Seen(), before);
      kept += catalog.store().CrashKeepingSome();
      catalog.Open();
      catalog.ExpectCodeIsWhatFunctionsReferTo();
      // Now on a disk that works: again, if it was kept.
      change(catalog);
      catalog.Open();
      catalog.ExpectCodeIsWhatFunctionsReferTo();
    }
    EXPECT_THAT(catalog.Seen(), testing::IsEmpty());
  }
  EXPECT_GT(kept, 0U);
}

TEST(FunctionCatalogCrashTest, WhatIsStoredAfterAnUnknownResultIsKnown) {
  for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) {
    FailingCatalog catalog(seed);
    for (const auto& change : Changes()) {
      catalog.store().FailNextCommit(CommitResult::kUnknown);
      change(catalog);
      const std::vector<std::string> seen = catalog.Seen();
      catalog.ExpectCodeIsWhatFunctionsReferTo();
      catalog.Open();
      EXPECT_EQ(catalog.Seen(), seen);
      change(catalog);
    }
  }
}

}  // namespace
}  // namespace pawl::runtime
