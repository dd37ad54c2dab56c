#include "workers/deployed_serving.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

#include "engine/platform/sha256.h"
#include "tests/support/temporary_directory.h"
#include "tests/support/zip_writer.h"
#include "tests/unit/workers/work_function.h"
#include "workers/child_pool.h"

namespace pawl::workers {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Pair;
using testing::SizeIs;

// What a worker runs is in `running_`, by name: the file that its code is in.
class DeployedServingTest : public testing::Test {
 protected:
  DeployedServingTest()
      : served_({.set = [this](const ServedFunction& function) -> Status {
                   RETURN_IF_ERROR(CheckFunctionSpec(function.spec));
                   running_.insert_or_assign(function.spec.name, function);
                   return {};
                 },
                 .remove = [this](const std::string& name) { running_.erase(name); },
                 .log = [this](const std::string& text, bool) { log_ += text + "\n"; }}),
        serving_(CodeCache::Open(directory_.path().string()).value(), served_, 3) {}

  static std::string Archive(const std::string& text) {
    return test::ZipOf({{.name = "app.py", .content = text}});
  }

  static v1::ProvidedFunction Provided(const std::string& text, const std::string& version) {
    v1::ProvidedFunction function;
    const std::string suffix = version == "$LATEST" ? "" : ":" + version;
    function.set_name("work");
    function.set_task_name("work" + suffix);
    function.set_arn(kWorkArn + suffix);
    function.set_version(version);
    function.set_handler("app.handler");
    function.set_timeout_seconds(7);
    function.set_memory_mb(256);
    (*function.mutable_environment())["MODE"] = "fast";
    function.set_code_sha256(platform::Sha256(Archive(text)));
    function.set_code_bytes(Archive(text).size());
    return function;
  }

  // Deploys, fetches and serves.
  void Deploy(const std::vector<v1::ProvidedFunction>& functions,
              const std::vector<std::string>& texts) {
    serving_.SetFunctions(functions, {});
    for (const std::string& text : texts) {
      const std::string archive = Archive(text);
      EXPECT_EQ(serving_.Store({.sha256 = platform::Sha256(archive), .archive = archive}),
                OkStatus());
    }
    EXPECT_THAT(serving_.Apply(), IsEmpty());
  }

  void SetOwn(const std::string& name) {
    ServedFunction own;
    own.spec.name = name;
    own.spec.code_directory = "/own";
    own.spec.handler = "own.handler";
    served_.SetOwn(own);
  }

  // What the code of each running function is.
  std::map<std::string, std::string> Running() {
    std::map<std::string, std::string> texts;
    for (const auto& [name, function] : running_) {
      const std::string& directory = function.spec.code_directory;
      texts[name] = directory == "/own" ? "own" : test::ReadFile(directory + "/app.py");
    }
    return texts;
  }

  test::TemporaryDirectory directory_;
  std::map<std::string, ServedFunction> running_;
  std::string log_;
  ServedFunctions served_;
  DeployedServing serving_;
};

TEST_F(DeployedServingTest, AFunctionRunsOnceItsCodeIsThere) {
  serving_.SetFunctions({Provided("1", "$LATEST")}, {});
  const std::vector<WantedCode> missing = serving_.Apply();
  ASSERT_THAT(missing, SizeIs(1));
  EXPECT_EQ(missing[0].sha256, platform::Sha256(Archive("1")));
  EXPECT_EQ(missing[0].bytes, Archive("1").size());
  EXPECT_THAT(Running(), IsEmpty());

  EXPECT_EQ(serving_.Store({.sha256 = missing[0].sha256, .archive = Archive("1")}), OkStatus());
  EXPECT_THAT(serving_.Apply(), IsEmpty());
  EXPECT_THAT(Running(), ElementsAre(Pair("work", "1")));
  EXPECT_THAT(log_, HasSubstr("function 'work' is served, as it is deployed"));
}

TEST_F(DeployedServingTest, TheConfigurationIsTheFunctions) {
  Deploy({Provided("1", "3")}, {"1"});
  const ServedFunction& function = running_.at("work:3");
  EXPECT_EQ(BareName(function.spec), "work");
  EXPECT_EQ(function.spec.handler, "app.handler");
  EXPECT_EQ(function.spec.timeout, std::chrono::seconds(7));
  EXPECT_EQ(function.spec.memory_mb, 256U);
  EXPECT_EQ(function.spec.concurrency, 3U);
  EXPECT_EQ(function.spec.environment.at("MODE"), "fast");
  EXPECT_EQ(function.spec.version, "3");
  EXPECT_EQ(function.spec.arn, std::string(kWorkArn) + ":3");
  EXPECT_EQ(function.unqualified_arn, kWorkArn);
}

TEST_F(DeployedServingTest, TheOldCodeRunsUntilTheNewIsThere) {
  Deploy({Provided("1", "$LATEST")}, {"1"});
  serving_.SetFunctions({Provided("2", "$LATEST")}, {});
  EXPECT_THAT(serving_.Apply(), SizeIs(1));
  EXPECT_THAT(Running(), ElementsAre(Pair("work", "1")));
  Deploy({Provided("2", "$LATEST")}, {"2"});
  EXPECT_THAT(Running(), ElementsAre(Pair("work", "2")));
  EXPECT_THAT(log_, HasSubstr("function 'work' has changed, as it is deployed"));
}

TEST_F(DeployedServingTest, VersionsRunBesideEachOtherAndShareTheirCode) {
  serving_.SetFunctions({Provided("1", "$LATEST"), Provided("1", "1")}, {});
  EXPECT_THAT(serving_.Apply(), SizeIs(1));
  Deploy({Provided("2", "$LATEST"), Provided("1", "1"), Provided("2", "2")}, {"1", "2"});
  EXPECT_THAT(Running(), ElementsAre(Pair("work", "2"), Pair("work:1", "1"), Pair("work:2", "2")));
}

TEST_F(DeployedServingTest, WhatIsNoLongerDeployedDoesNotRun) {
  Deploy({Provided("1", "$LATEST"), Provided("1", "1")}, {"1"});
  Deploy({Provided("1", "$LATEST")}, {});
  EXPECT_THAT(Running(), ElementsAre(Pair("work", "1")));
  Deploy({}, {});
  EXPECT_THAT(Running(), IsEmpty());
}

TEST_F(DeployedServingTest, AFunctionOfTheDirectoryGoesBeforeADeployedOne) {
  SetOwn("work");
  Deploy({Provided("1", "$LATEST"), Provided("1", "1")}, {"1"});
  EXPECT_THAT(Running(), ElementsAre(Pair("work", "own"), Pair("work:1", "1")));
  EXPECT_THAT(log_, HasSubstr("'work' is deployed too: this worker runs the one of its directory"));
  served_.RemoveOwn("work");
  EXPECT_THAT(Running(), ElementsAre(Pair("work", "1"), Pair("work:1", "1")));
  SetOwn("work");
  EXPECT_EQ(Running()["work"], "own");
  EXPECT_EQ(served_.own_count(), 1U);
}

TEST_F(DeployedServingTest, WhatCannotRunIsSaid) {
  v1::ProvidedFunction function = Provided("1", "$LATEST");
  function.set_handler("");
  Deploy({function}, {"1"});
  EXPECT_THAT(Running(), IsEmpty());
  EXPECT_THAT(log_, HasSubstr("function 'work': the handler must be"));
}

TEST_F(DeployedServingTest, CodeInTheCacheIsNotFetchedAgain) {
  Deploy({Provided("1", "$LATEST")}, {"1"});
  DeployedServing again(CodeCache::Open(directory_.path().string()).value(), served_, 3);
  again.SetFunctions({Provided("1", "$LATEST")}, {});
  EXPECT_THAT(again.Apply(), IsEmpty());
}

}  // namespace
}  // namespace pawl::workers
