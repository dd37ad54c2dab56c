// Deployed functions through the façade: what is kept, and what is refused (AWS Lambda API
// reference, 2015-03-31).
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/platform/sha256.h"
#include "tests/support/engine_harness.h"
#include "tests/support/zip_writer.h"
#include "tests/unit/engine/runtime/greet_function.h"

namespace pawl {
namespace {

using namespace std::chrono_literals;
using test::ArchiveOf;
using test::EngineHarness;
using test::kGreetArn;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class FunctionCatalogTest : public testing::Test {
 protected:
  DeployedFunctions& functions() { return harness_.engine().Functions(); }

  static CreateFunctionRequest Request(const std::string& code = "one") {
    return {.name = {.name = "greet"},
            .configuration = {.handler = "app.handler"},
            .code = ArchiveOf(code)};
  }

  FunctionInfo Create(CreateFunctionRequest request = Request()) {
    auto info = functions().Create(request);
    EXPECT_TRUE(info.ok()) << info.status().ToString();
    return info.ok() ? *info : FunctionInfo();
  }

  FunctionInfo UpdateCode(const std::string& code, bool publish = false) {
    auto info = functions().Update(
        {.name = {.name = "greet"}, .code = ArchiveOf(code), .publish = publish});
    EXPECT_TRUE(info.ok()) << info.status().ToString();
    return info.ok() ? *info : FunctionInfo();
  }

  FunctionInfo Publish() {
    auto info = functions().Publish({.name = {.name = "greet"}});
    EXPECT_TRUE(info.ok()) << info.status().ToString();
    return info.ok() ? *info : FunctionInfo();
  }

  FunctionInfo Describe(const std::string& qualifier = "") {
    auto info = functions().Describe({.name = "greet", .qualifier = qualifier});
    EXPECT_TRUE(info.ok()) << info.status().ToString();
    return info.ok() ? *info : FunctionInfo();
  }

  StatusCode DescribeCode(const std::string& qualifier = "") {
    return functions().Describe({.name = "greet", .qualifier = qualifier}).status().code();
  }

  std::vector<std::string> Versions() {
    std::vector<std::string> versions;
    std::string after;
    do {
      const auto page = functions().ListVersions({.name = "greet"}, 1, after);
      EXPECT_TRUE(page.ok()) << page.status().ToString();
      if (!page.ok()) break;
      for (const FunctionInfo& info : page->functions)
        versions.push_back(info.version);
      after = page->next;
    } while (!after.empty());
    return versions;
  }

  // The archive with this hash, or "" if it is gone.
  std::string ReadCode(const std::string& hash) {
    std::string code;
    for (std::uint64_t piece = 0;; ++piece) {
      const auto read = functions().ReadCode({}, hash, piece);
      if (!read.ok()) {
        EXPECT_EQ(read.status().code(),
                  piece == 0 ? StatusCode::kNotFound : StatusCode::kOutOfRange);
        return code;
      }
      code += read->view();
    }
  }

  void ExpectRefused(const CreateFunctionRequest& request, const std::string& field) {
    const Status refused = functions().Create(request).status();
    EXPECT_EQ(refused.code(), StatusCode::kInvalidArgument) << field;
    EXPECT_EQ(refused.reason(), "InvalidParameterValue") << refused.message();
    EXPECT_EQ(refused.field(), field) << refused.message();
  }

  Status MakeAlias(const std::string& alias,
                   const std::string& version,
                   const std::string& other = "",
                   double weight = 0) {
    return functions()
        .CreateAlias({.name = {.name = "greet", .qualifier = alias},
                      .version = version,
                      .other_version = other,
                      .other_weight = weight})
        .status();
  }

  EngineHarness harness_;
};

TEST_F(FunctionCatalogTest, AFunctionIsKeptAsItWasGiven) {
  CreateFunctionRequest request = Request();
  request.configuration = {.handler = "pkg/app.handler",
                           .timeout_seconds = 900,
                           .memory_mb = 512,
                           .environment = {{"STAGE", "prod"}},
                           .description = "says hello",
                           .runtime = "python3.12",
                           .role = "arn:aws:iam::1:role/r",
                           .other = R"({"Layers":[]})"};
  Create(request);
  harness_.Crash();
  const FunctionInfo info = Describe();
  EXPECT_EQ(info.name, "greet");
  EXPECT_EQ(info.arn, kGreetArn);
  EXPECT_EQ(info.version, "$LATEST");
  EXPECT_EQ(info.configuration, request.configuration);
  EXPECT_EQ(info.code_sha256, platform::Sha256(request.code.view()));
  EXPECT_EQ(info.code_bytes, request.code.size());
  EXPECT_EQ(info.revision_id.size(), 36U);
  EXPECT_EQ(ReadCode(info.code_sha256), request.code.str());
}

TEST_F(FunctionCatalogTest, ASecondFunctionOfANameIsAConflict) {
  Create();
  const Status refused = functions().Create(Request()).status();
  EXPECT_EQ(refused.code(), StatusCode::kAlreadyExists);
  EXPECT_EQ(refused.reason(), "ResourceConflict");
  EXPECT_EQ(refused.message(), "Function already exist: greet");
}

TEST_F(FunctionCatalogTest, AnUpdateChangesWhatItSays) {
  const FunctionInfo first = Create();
  const FunctionInfo second = UpdateCode("two");
  EXPECT_NE(second.code_sha256, first.code_sha256);
  EXPECT_NE(second.revision_id, first.revision_id);
  EXPECT_EQ(second.configuration, first.configuration);
  const auto third = functions().Update(
      {.name = {.name = "greet"}, .configuration = FunctionConfiguration{.handler = "b.f"}});
  ASSERT_TRUE(third.ok());
  EXPECT_EQ(third->configuration.handler, "b.f");
  EXPECT_EQ(third->code_sha256, second.code_sha256);
  EXPECT_EQ(UpdateCode("two").revision_id, third->revision_id);
}

TEST_F(FunctionCatalogTest, ADryRunChangesNothing) {
  const FunctionInfo before = Create();
  const auto tried = functions().Update(
      {.name = {.name = "greet"}, .code = ArchiveOf("two"), .publish = true, .dry_run = true});
  ASSERT_TRUE(tried.ok());
  EXPECT_EQ(Describe().revision_id, before.revision_id);
  EXPECT_THAT(Versions(), ElementsAre("$LATEST"));
}

TEST_F(FunctionCatalogTest, AnUpdateOfAnotherRevisionIsRefused) {
  const FunctionInfo before = Create();
  const Status refused =
      functions()
          .Update({.name = {.name = "greet"}, .code = ArchiveOf("two"), .revision_id = "other"})
          .status();
  EXPECT_EQ(refused.code(), StatusCode::kFailedPrecondition);
  EXPECT_EQ(refused.reason(), "PreconditionFailed");
  EXPECT_EQ(Describe().code_sha256, before.code_sha256);
}

TEST_F(FunctionCatalogTest, CodeThatNothingRefersToIsGone) {
  const std::string one = Create().code_sha256;
  const std::string two = UpdateCode("two").code_sha256;
  EXPECT_EQ(ReadCode(one), "");
  Publish();
  const std::string three = UpdateCode("three").code_sha256;
  EXPECT_EQ(ReadCode(two), ArchiveOf("two").str());
  EXPECT_TRUE(functions().Delete({.name = "greet", .qualifier = "1"}).ok());
  EXPECT_EQ(ReadCode(two), "");
  EXPECT_TRUE(functions().Delete({.name = "greet"}).ok());
  EXPECT_EQ(ReadCode(three), "");
  EXPECT_EQ(DescribeCode(), StatusCode::kNotFound);
}

TEST_F(FunctionCatalogTest, CodeThatAnotherFunctionHasStays) {
  const std::string hash = Create().code_sha256;
  CreateFunctionRequest other = Request();
  other.name.name = "other";
  Create(other);
  UpdateCode("two");
  EXPECT_EQ(ReadCode(hash), other.code.str());
  EXPECT_TRUE(functions().Delete({.name = "other"}).ok());
  EXPECT_EQ(ReadCode(hash), "");
}

TEST_F(FunctionCatalogTest, LargeCodeIsReadInPieces) {
  const Bytes code = ArchiveOf(std::string(2 * kCodeChunkBytes + 17, 'x'));
  CreateFunctionRequest request = Request();
  request.code = code;
  const FunctionInfo info = Create(request);
  EXPECT_EQ(functions().ReadCode({}, info.code_sha256, 0)->size(), kCodeChunkBytes);
  EXPECT_EQ(ReadCode(info.code_sha256), code.str());
  EXPECT_EQ(functions().ReadCode({}, info.code_sha256, 1'000'000).status().code(),
            StatusCode::kOutOfRange);
  EXPECT_EQ(functions().ReadCode(NamespaceId{9}, info.code_sha256, 0).status().code(),
            StatusCode::kNotFound);
  EXPECT_EQ(functions().ReadCode({}, "short", 0).status().code(), StatusCode::kNotFound);
}

TEST_F(FunctionCatalogTest, FunctionsAreListedByName) {
  for (const char* name : {"b", "a-1", "a"}) {
    CreateFunctionRequest request = Request();
    request.name.name = name;
    Create(request);
  }
  std::vector<std::string> names;
  std::string after;
  do {
    const auto page = functions().List({}, 2, after);
    ASSERT_TRUE(page.ok());
    for (const FunctionInfo& info : page->functions)
      names.push_back(info.name);
    after = page->next;
  } while (!after.empty());
  EXPECT_THAT(names, ElementsAre("a", "a-1", "b"));
  EXPECT_THAT(functions().List(NamespaceId{1}, 2, "")->functions, IsEmpty());
}

TEST_F(FunctionCatalogTest, WhatIsNotThereIsNotFound) {
  const Status missing = functions().Describe({.name = "greet", .qualifier = "7"}).status();
  EXPECT_EQ(missing.code(), StatusCode::kNotFound);
  EXPECT_EQ(missing.reason(), "ResourceNotFound");
  EXPECT_EQ(missing.message(), std::string("Function not found: ") + kGreetArn + ":7");
  EXPECT_EQ(functions().Delete({.name = "greet"}).code(), StatusCode::kNotFound);
  EXPECT_EQ(functions().SetConcurrency({.name = "greet"}, 1).code(), StatusCode::kNotFound);
}

TEST_F(FunctionCatalogTest, WhatWorkersAnnouncedIsToldApart) {
  harness_.AddWorker({"mine", "greet", "pawl:aws"});
  Create();
  EXPECT_THAT(functions().Announced({}), ElementsAre("mine"));
}

TEST_F(FunctionCatalogTest, TagsGoWithTheirFunction) {
  CreateFunctionRequest request = Request();
  request.tags = {{.key = "team", .value = "a"}};
  Create(request);
  const ResourceName greet{.kind = ResourceKind::kFunction, .name = "greet"};
  Engine& engine = harness_.engine();
  ASSERT_TRUE(engine.TagResource(greet, {{.key = "stage", .value = "b"}}).ok());
  const std::vector<Tag> both = {{.key = "stage", .value = "b"}, {.key = "team", .value = "a"}};
  EXPECT_EQ(*engine.ListTags(greet), both);
  ASSERT_TRUE(functions().Delete({.name = "greet"}).ok());
  EXPECT_EQ(engine.ListTags(greet).status().reason(), "ResourceNotFound");
  Create();
  EXPECT_THAT(*engine.ListTags(greet), IsEmpty());
}

// --- Versions ---

TEST_F(FunctionCatalogTest, AVersionStaysAsItWasPublished) {
  Create();
  const FunctionInfo published = Publish();
  EXPECT_EQ(published.version, "1");
  EXPECT_EQ(published.arn, std::string(kGreetArn) + ":1");
  const FunctionInfo updated = UpdateCode("two", true);
  EXPECT_EQ(updated.version, "2");
  harness_.Crash();
  EXPECT_THAT(Versions(), ElementsAre("$LATEST", "1", "2"));
  EXPECT_EQ(Describe("1").code_sha256, published.code_sha256);
  EXPECT_EQ(Describe("2").code_sha256, updated.code_sha256);
  EXPECT_EQ(Describe("$LATEST").code_sha256, updated.code_sha256);
}

TEST_F(FunctionCatalogTest, APublicationOfTheSameIsTheSameVersion) {
  Create();
  EXPECT_EQ(Publish().version, "1");
  EXPECT_EQ(Publish().version, "1");
  UpdateCode("two");
  EXPECT_EQ(Publish().version, "2");
}

TEST_F(FunctionCatalogTest, ANumberIsGivenOnce) {
  CreateFunctionRequest request = Request();
  request.publish = true;
  EXPECT_EQ(Create(request).version, "1");
  ASSERT_TRUE(functions().Delete({.name = "greet", .qualifier = "1"}).ok());
  EXPECT_EQ(DescribeCode("1"), StatusCode::kNotFound);
  harness_.Crash();
  EXPECT_EQ(Publish().version, "2");
}

TEST_F(FunctionCatalogTest, APublicationCanSayWhatItExpects) {
  const FunctionInfo info = Create();
  const Status other_code =
      functions()
          .Publish({.name = {.name = "greet"}, .code_sha256 = std::string(32, 'x')})
          .status();
  EXPECT_EQ(other_code.reason(), "InvalidParameterValue");
  EXPECT_THAT(other_code.message(), HasSubstr("is different from current CodeSHA256 in $LATEST"));
  const Status other_revision =
      functions().Publish({.name = {.name = "greet"}, .revision_id = "x"}).status();
  EXPECT_EQ(other_revision.reason(), "PreconditionFailed");
  const auto published = functions().Publish({.name = {.name = "greet"},
                                              .description = "first",
                                              .code_sha256 = info.code_sha256,
                                              .revision_id = info.revision_id});
  ASSERT_TRUE(published.ok());
  EXPECT_EQ(published->configuration.description, "first");
  EXPECT_EQ(Describe().configuration.description, "");
}

TEST_F(FunctionCatalogTest, TheLatestVersionIsNotDeletedAlone) {
  Create();
  const Status refused = functions().Delete({.name = "greet", .qualifier = "$LATEST"});
  EXPECT_EQ(refused.code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(functions().Delete({.name = "greet", .qualifier = "3"}).code(), StatusCode::kNotFound);
}

// --- Aliases ---

TEST_F(FunctionCatalogTest, AnAliasLeadsToVersions) {
  Create();
  Publish();
  UpdateCode("two", true);
  ASSERT_TRUE(MakeAlias("PROD", "2", "1", 0.25).ok());
  harness_.Crash();
  const auto alias = functions().DescribeAlias({.name = "greet", .qualifier = "PROD"});
  ASSERT_TRUE(alias.ok());
  EXPECT_EQ(alias->arn, std::string(kGreetArn) + ":PROD");
  EXPECT_EQ(alias->version, "2");
  EXPECT_EQ(alias->other_version, "1");
  EXPECT_EQ(alias->other_weight, 0.25);
  EXPECT_EQ(Describe("PROD").version, "2");
  EXPECT_EQ(Describe("PROD").arn, std::string(kGreetArn) + ":PROD");
}

TEST_F(FunctionCatalogTest, AnAliasThatLeadsNowhereIsRefused) {
  Create();
  Publish();
  EXPECT_EQ(MakeAlias("PROD", "7").reason(), "ResourceNotFound");
  EXPECT_EQ(MakeAlias("PROD", "x").reason(), "InvalidParameterValue");
  EXPECT_EQ(MakeAlias("7", "1").reason(), "InvalidParameterValue");
  EXPECT_EQ(MakeAlias("PROD", "1", "1", 0.5).field(), "other_version");
  EXPECT_EQ(MakeAlias("PROD", "$LATEST", "1", 0.5).field(), "version");
  EXPECT_EQ(MakeAlias("PROD", "1", "$LATEST", 0.5).field(), "other_version");
  EXPECT_EQ(MakeAlias("PROD", "1", "2", 1.5).field(), "other_weight");
  EXPECT_TRUE(MakeAlias("PROD", "1").ok());
  EXPECT_EQ(MakeAlias("PROD", "1").reason(), "ResourceConflict");
}

TEST_F(FunctionCatalogTest, AnAliasIsUpdated) {
  Create();
  Publish();
  UpdateCode("two", true);
  ASSERT_TRUE(MakeAlias("PROD", "2", "1", 0.25).ok());
  const FunctionName name{.name = "greet", .qualifier = "PROD"};
  auto updated = functions().UpdateAlias({.name = name, .description = "d"});
  ASSERT_TRUE(updated.ok());
  EXPECT_EQ(updated->other_version, "1");
  EXPECT_EQ(updated->other_weight, 0.25);
  updated = functions().UpdateAlias({.name = name, .version = "1", .other_version = ""});
  ASSERT_TRUE(updated.ok());
  EXPECT_EQ(updated->version, "1");
  EXPECT_EQ(updated->other_version, "");
  EXPECT_EQ(updated->description, "d");
  EXPECT_EQ(functions().UpdateAlias({.name = name, .revision_id = "x"}).status().reason(),
            "PreconditionFailed");
}

TEST_F(FunctionCatalogTest, AVersionThatAnAliasLeadsToStays) {
  Create();
  Publish();
  ASSERT_TRUE(MakeAlias("PROD", "1").ok());
  const Status refused = functions().Delete({.name = "greet", .qualifier = "1"});
  EXPECT_EQ(refused.reason(), "ResourceConflict");
  EXPECT_THAT(refused.message(), HasSubstr("[PROD]"));
  ASSERT_TRUE(functions().DeleteAlias({.name = "greet", .qualifier = "PROD"}).ok());
  EXPECT_EQ(functions().DeleteAlias({.name = "greet", .qualifier = "PROD"}).code(),
            StatusCode::kNotFound);
  EXPECT_TRUE(functions().Delete({.name = "greet", .qualifier = "1"}).ok());
}

TEST_F(FunctionCatalogTest, AliasesAreListedByNameAndVersion) {
  Create();
  Publish();
  UpdateCode("two", true);
  ASSERT_TRUE(MakeAlias("b", "1").ok());
  ASSERT_TRUE(MakeAlias("a", "2", "1", 0.5).ok());
  ASSERT_TRUE(MakeAlias("c", "2").ok());
  const auto names = [&](const std::string& version) {
    std::vector<std::string> all;
    std::string after;
    do {
      const auto page = functions().ListAliases({.name = "greet"}, version, 1, after);
      EXPECT_TRUE(page.ok());
      for (const FunctionAlias& alias : page->aliases)
        all.push_back(alias.name.qualifier);
      after = page->next;
    } while (!after.empty());
    return all;
  };
  EXPECT_THAT(names(""), ElementsAre("a", "b", "c"));
  EXPECT_THAT(names("1"), ElementsAre("a", "b"));
  EXPECT_THAT(names("2"), ElementsAre("a", "c"));
}

// --- What is refused ---

TEST_F(FunctionCatalogTest, NamesAreLambdas) {
  for (const std::string& name : {std::string(), std::string(65, 'x'), std::string("a.b")}) {
    CreateFunctionRequest request = Request();
    request.name.name = name;
    ExpectRefused(request, "name");
  }
  CreateFunctionRequest request = Request();
  request.name.qualifier = "PROD";
  ExpectRefused(request, "qualifier");
}

TEST_F(FunctionCatalogTest, ConfigurationsAreWithinLambdasBounds) {
  const auto expect = [&](const std::string& field, auto change) {
    CreateFunctionRequest request = Request();
    change(request.configuration);
    ExpectRefused(request, field);
  };
  for (const char* handler : {"", "handler", ".f", "m.", "a b.f", "../m.f", "/m.f"})
    expect("handler", [&](FunctionConfiguration& c) { c.handler = handler; });
  expect("timeout", [](FunctionConfiguration& c) { c.timeout_seconds = 0; });
  expect("timeout", [](FunctionConfiguration& c) { c.timeout_seconds = 901; });
  expect("memorySize", [](FunctionConfiguration& c) { c.memory_mb = 127; });
  expect("memorySize", [](FunctionConfiguration& c) { c.memory_mb = 10'241; });
  expect("description", [](FunctionConfiguration& c) { c.description = std::string(257, 'x'); });
  expect("environment", [](FunctionConfiguration& c) { c.environment = {{"1A", "x"}}; });
  expect("environment", [](FunctionConfiguration& c) { c.environment = {{"AWS_REGION", "x"}}; });
  expect("environment", [](FunctionConfiguration& c) {
    c.environment = {{"AB", std::string(4095, 'x')}};
  });
  expect("other", [](FunctionConfiguration& c) { c.other = "{"; });
  expect("other", [](FunctionConfiguration& c) { c.other = std::string(65'537, ' '); });
}

TEST_F(FunctionCatalogTest, CodeHasASize) {
  CreateFunctionRequest request = Request();
  request.code = {};
  ExpectRefused(request, "code");
  request.code = Bytes(std::string(kCodeBytesMax + 1, 'x'));
  ExpectRefused(request, "code");
}

TEST_F(FunctionCatalogTest, CodeIsAnArchiveThatIsSafeToUnpack) {
  CreateFunctionRequest request = Request();
  request.code = Bytes("def handler(event, context): pass");
  ExpectRefused(request, "code");
  request.code = Bytes(test::ZipOf({{.name = "../app.py", .content = "x"}}));
  ExpectRefused(request, "code");
  Create();
  EXPECT_EQ(functions().Update({.name = {.name = "greet"}, .code = request.code}).status().field(),
            "code");
}

TEST_F(FunctionCatalogTest, WhatIsRefusedLeavesNothing) {
  CreateFunctionRequest request = Request();
  request.tags = {{.key = "", .value = "x"}};
  EXPECT_FALSE(functions().Create(request).ok());
  EXPECT_EQ(DescribeCode(), StatusCode::kNotFound);
  EXPECT_EQ(ReadCode(platform::Sha256(request.code.view())), "");
}

TEST_F(FunctionCatalogTest, CodeLeavesTheDisksReserve) {
  harness_.store().SetFreeBytes(harness_.engine().options().disk_soft_reserve_bytes + 10);
  const Status refused = functions().Create(Request()).status();
  EXPECT_EQ(refused.code(), StatusCode::kResourceExhausted);
  EXPECT_EQ(refused.reason(), "CodeStorageExceeded");
  harness_.store().SetFreeBytes(std::nullopt);
  Create();
}

TEST_F(FunctionCatalogTest, ReservedConcurrencyIsKept) {
  Create();
  ASSERT_TRUE(functions().SetConcurrency({.name = "greet"}, 0).ok());
  harness_.Crash();
  EXPECT_EQ(Describe().reserved_concurrency, 0U);
  ASSERT_TRUE(functions().SetConcurrency({.name = "greet"}, std::nullopt).ok());
  EXPECT_EQ(Describe().reserved_concurrency, std::nullopt);
}

}  // namespace
}  // namespace pawl
