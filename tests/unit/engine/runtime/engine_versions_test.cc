// Versions and aliases of state machines through the façade (Step Functions Developer Guide,
// "Versions" and "Aliases"). Texts are those that AWS was recorded with.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/engine_harness.h"
#include "tests/unit/engine/runtime/definitions.h"

namespace pawl {
namespace {

using namespace std::chrono_literals;
using test::EngineHarness;
using test::kWaitMachine;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr char kMachineArn[] = "arn:aws:states:us-east-1:123456789012:stateMachine:m";

// A machine whose output says which revision ran.
std::string Saying(int revision) {
  return R"({"StartAt":"P","States":{"P":{"Type":"Pass","Result":)" + std::to_string(revision) +
         R"(,"End":true}}})";
}

class EngineVersionsTest : public testing::Test {
 protected:
  Engine& engine() { return harness_.engine(); }

  DeployResponse Deploy(int revision, bool publish) {
    const auto deployed =
        engine().Deploy({.name = "m", .definition = Saying(revision), .publish = publish});
    EXPECT_TRUE(deployed.ok()) << deployed.status().ToString();
    return deployed.ok() ? *deployed : DeployResponse{};
  }

  // Versions 1 and 2, which say so.
  void DeployTwoVersions() {
    Deploy(1, true);
    Deploy(2, true);
  }

  Result<VersionInfo> Publish(std::optional<std::string> description = {}) {
    return engine().PublishVersion({.state_machine = "m", .description = std::move(description)});
  }

  std::vector<std::uint64_t> Versions() {
    std::vector<std::uint64_t> numbers;
    std::string after;
    do {
      const auto page = engine().ListVersions({}, "m", 2, after);
      EXPECT_TRUE(page.ok()) << page.status().ToString();
      if (!page.ok()) break;
      for (const VersionInfo& version : page->versions)
        numbers.push_back(version.version);
      after = page->next;
    } while (!after.empty());
    return numbers;
  }

  std::vector<std::string> Aliases(std::uint64_t version = 0) {
    std::vector<std::string> names;
    ListAliasesRequest request{.state_machine = "m", .version = version, .page_size = 2};
    do {
      const auto page = engine().ListAliases(request);
      EXPECT_TRUE(page.ok()) << page.status().ToString();
      if (!page.ok()) break;
      for (const AliasInfo& alias : page->aliases)
        names.push_back(alias.name);
      request.after = page->next;
    } while (!request.after.empty());
    return names;
  }

  Status MakeAlias(const std::string& name, std::vector<AliasRoute> routes) {
    return engine()
        .CreateAlias({.state_machine = "m", .name = name, .routes = std::move(routes)})
        .status();
  }

  ExecutionInfo Run(const std::string& qualifier, const std::string& name = {}) {
    const auto started =
        harness_.TryStart({.state_machine = "m", .qualifier = qualifier, .name = name});
    EXPECT_TRUE(started.ok()) << started.status().ToString();
    if (!started.ok()) return {};
    harness_.Settle();
    return harness_.Describe(started->name);
  }

  std::vector<std::string> Listed(const std::string& qualifier) {
    std::vector<std::string> names;
    ListRequest request{.state_machine = "m", .qualifier = qualifier, .page_size = 2};
    do {
      const auto page = engine().ListExecutions(request);
      EXPECT_TRUE(page.ok()) << page.status().ToString();
      if (!page.ok()) break;
      for (const ExecutionInfo& info : page->executions)
        names.push_back(info.name.name);
      request.after = page->next;
    } while (!request.after.empty());
    return names;
  }

  EngineHarness harness_;
};

TEST_F(EngineVersionsTest, TheFirstRevisionHasNoIdAndEachFurtherOneItsOwn) {
  EXPECT_EQ(Deploy(1, false).state_machine.revision_id, "");
  const std::string second = Deploy(2, false).state_machine.revision_id;
  EXPECT_EQ(second.size(), 36U);
  EXPECT_EQ(Deploy(2, false).state_machine.revision_id, second);
  EXPECT_NE(Deploy(3, false).state_machine.revision_id, second);
}

TEST_F(EngineVersionsTest, AnUpdateChangesWhatItGives) {
  Deploy(1, false);
  const auto role =
      engine().Deploy({.name = "m", .must_exist = true, .role_arn = "arn:aws:iam::1:role/r"});
  ASSERT_TRUE(role.ok()) << role.status().ToString();
  EXPECT_TRUE(role->is_changed);
  EXPECT_EQ(role->state_machine.definition, Saying(1));
  const auto same = engine().Deploy({.name = "m",
                                     .definition = Saying(1),
                                     .must_exist = true,
                                     .role_arn = "arn:aws:iam::1:role/r"});
  EXPECT_FALSE(same->is_changed);
  EXPECT_EQ(same->state_machine.revision_id, role->state_machine.revision_id);
  const auto configured =
      engine().Deploy({.name = "m", .must_exist = true, .configuration = R"({"tracing":true})"});
  EXPECT_TRUE(configured->is_changed);
  harness_.Crash();
  const auto described = engine().DescribeStateMachine({}, "m", 0);
  EXPECT_EQ(described->role_arn, "arn:aws:iam::1:role/r");
  EXPECT_EQ(described->configuration, R"({"tracing":true})");
  EXPECT_EQ(described->revision_id, configured->state_machine.revision_id);
  EXPECT_EQ(engine().DescribeStateMachine({}, "m", 2)->configuration, "");
  // What it starts is the definition that stayed.
  EXPECT_EQ(Run("").output.view(), "1");
}

TEST_F(EngineVersionsTest, AnUpdateOfNothingIsRefused) {
  Deploy(1, false);
  const Status refused = engine().Deploy({.name = "m", .must_exist = true}).status();
  EXPECT_EQ(refused.reason(), "MissingRequiredParameter");
  EXPECT_EQ(refused.message(),
            "Either the definition, the role ARN, the LoggingConfiguration, or the "
            "TracingConfiguration must be specified");
  EXPECT_EQ(engine().Deploy({.name = "x", .must_exist = true, .role_arn = "r"}).status().reason(),
            "StateMachineDoesNotExist");
  const Status version =
      engine().Deploy({.name = "m:2", .must_exist = true, .role_arn = "r"}).status();
  EXPECT_EQ(version.message(),
            "State Machine Does Not Exist: '" + std::string(kMachineArn) + ":2'");
  EXPECT_EQ(engine().Deploy({.name = "m", .configuration = "{"}).status().field(), "configuration");
}

// AWS API reference, CreateStateMachine: another role is passed over, another configuration is not.
TEST_F(EngineVersionsTest, ACreationThatIsRepeatedChangesNothing) {
  const DeployRequest request{.name = "m",
                              .definition = Saying(1),
                              .must_be_new = true,
                              .role_arn = "one",
                              .configuration = "{}",
                              .publish = true};
  EXPECT_EQ(engine().Deploy(request)->version, 1U);
  DeployRequest again = request;
  again.role_arn = "two";
  const auto repeated = engine().Deploy(again);
  ASSERT_TRUE(repeated.ok()) << repeated.status().ToString();
  EXPECT_FALSE(repeated->is_changed);
  EXPECT_EQ(repeated->version, 1U);
  EXPECT_EQ(repeated->state_machine.role_arn, "one");
  again.configuration = R"({"a":1})";
  EXPECT_EQ(engine().Deploy(again).status().reason(), "StateMachineAlreadyExists");
}

TEST_F(EngineVersionsTest, AVersionIsTheSameUntilTheRevisionChanges) {
  Deploy(1, false);
  const auto first = Publish();
  ASSERT_TRUE(first.ok()) << first.status().ToString();
  EXPECT_EQ(first->version, 1U);
  EXPECT_EQ(first->arn, std::string(kMachineArn) + ":1");
  EXPECT_EQ(Publish()->version, 1U);
  EXPECT_EQ(Publish("")->version, 1U);
  EXPECT_EQ(Deploy(1, true).version, 1U);
  EXPECT_EQ(Publish("another").status().reason(), "Conflict");
  EXPECT_EQ(Deploy(2, true).version_arn, std::string(kMachineArn) + ":2");
  EXPECT_THAT(Versions(), ElementsAre(2, 1));
}

TEST_F(EngineVersionsTest, AVersionIsPublishedOfTheRevisionThatIsMeant) {
  Deploy(1, false);
  EXPECT_EQ(engine().PublishVersion({.state_machine = "m", .revision_id = "x"}).status().reason(),
            "Conflict");
  EXPECT_TRUE(
      engine()
          .PublishVersion({.state_machine = "m", .revision_id = std::string(kInitialRevision)})
          .ok());
  const std::string id = Deploy(2, false).state_machine.revision_id;
  EXPECT_EQ(
      engine()
          .PublishVersion({.state_machine = "m", .revision_id = std::string(kInitialRevision)})
          .status()
          .reason(),
      "Conflict");
  EXPECT_EQ(engine().PublishVersion({.state_machine = "m", .revision_id = id})->version, 2U);
}

TEST_F(EngineVersionsTest, PublishingNeedsAStateMachineAndAShortDescription) {
  const Status missing = Publish().status();
  EXPECT_EQ(missing.reason(), "StateMachineDoesNotExist");
  EXPECT_EQ(missing.message(), "State Machine Does Not Exist: '" + std::string(kMachineArn) + "'");
  Deploy(1, false);
  EXPECT_EQ(Publish(std::string(257, 'd')).status().field(), "description");
  const Status refused =
      engine().Deploy({.name = "m", .definition = Saying(1), .version_description = "d"}).status();
  EXPECT_EQ(refused.message(), "Version description can only be set when publish is true");
  EXPECT_THAT(Versions(), IsEmpty());
}

TEST_F(EngineVersionsTest, NumbersAreNotGivenTwice) {
  DeployTwoVersions();
  EXPECT_TRUE(engine().DeleteVersion({}, "m", 2).ok());
  EXPECT_TRUE(engine().DeleteVersion({}, "m", 2).ok());
  EXPECT_TRUE(engine().DeleteVersion({}, "absent", 1).ok());
  harness_.Crash();
  EXPECT_EQ(Publish()->version, 3U);
  EXPECT_THAT(Versions(), ElementsAre(3, 1));
}

TEST_F(EngineVersionsTest, AThousandVersionsAreTheMost) {
  for (int i = 0; i < static_cast<int>(kVersionsMax); ++i)
    ASSERT_EQ(Deploy(i, true).version, static_cast<unsigned>(i) + 1);
  Deploy(-1, false);
  EXPECT_EQ(Publish().status().reason(), "ServiceQuotaExceeded");
  EXPECT_TRUE(engine().DeleteVersion({}, "m", 500).ok());
  EXPECT_EQ(Publish()->version, kVersionsMax + 1);
}

TEST_F(EngineVersionsTest, AVersionIsDescribedAsItWas) {
  ASSERT_TRUE(engine()
                  .Deploy({.name = "m",
                           .definition = Saying(1),
                           .publish = true,
                           .version_description = "the first"})
                  .ok());
  Deploy(2, false);
  const auto version = engine().DescribeQualified({}, "m", "1");
  ASSERT_TRUE(version.ok()) << version.status().ToString();
  EXPECT_EQ(version->arn, std::string(kMachineArn) + ":1");
  EXPECT_EQ(version->definition, Saying(1));
  EXPECT_EQ(version->version_description, "the first");
  EXPECT_EQ(version->version, 1U);
  for (const char* absent : {"2", "01", "PROD"}) {
    EXPECT_EQ(engine().DescribeQualified({}, "m", absent).status().message(),
              "State Machine Does Not Exist: '" + std::string(kMachineArn) + ":" + absent + "'");
  }
}

TEST_F(EngineVersionsTest, AStartRunsTheVersionThatItNames) {
  DeployTwoVersions();
  const ExecutionInfo first = Run("1");
  EXPECT_EQ(first.output.view(), "1");
  EXPECT_EQ(first.version, 1U);
  EXPECT_EQ(first.state_machine_arn, kMachineArn);
  EXPECT_EQ(first.state_machine_version_arn, std::string(kMachineArn) + ":1");
  EXPECT_EQ(first.state_machine_alias_arn, "");
  const ExecutionInfo latest = Run("");
  EXPECT_EQ(latest.output.view(), "2");
  EXPECT_EQ(latest.state_machine_version_arn, "");
  EXPECT_EQ(harness_.TryStart({.state_machine = "m", .qualifier = "3"}).status().message(),
            "State Machine Does Not Exist: '" + std::string(kMachineArn) + ":3'");
}

TEST_F(EngineVersionsTest, AnExecutionOfADeletedVersionGoesOn) {
  ASSERT_TRUE(engine().Deploy({.name = "m", .definition = kWaitMachine, .publish = true}).ok());
  const auto started = harness_.TryStart({.state_machine = "m", .qualifier = "1"});
  ASSERT_TRUE(started.ok());
  EXPECT_TRUE(engine().DeleteVersion({}, "m", 1).ok());
  harness_.Crash();
  harness_.Advance(61s);
  const ExecutionInfo info = harness_.Describe(started->name);
  EXPECT_EQ(info.status, ExecutionStatus::kSucceeded);
  EXPECT_EQ(info.state_machine_version_arn, std::string(kMachineArn) + ":1");
  EXPECT_FALSE(harness_.TryStart({.state_machine = "m", .qualifier = "1"}).ok());
}

TEST_F(EngineVersionsTest, AnAliasLeadsToItsVersion) {
  DeployTwoVersions();
  ASSERT_TRUE(MakeAlias("PROD", {{.version = 1, .weight = 100}}).ok());
  harness_.Crash();
  const ExecutionInfo info = Run("PROD", "n");
  EXPECT_EQ(info.output.view(), "1");
  EXPECT_EQ(info.state_machine_version_arn, std::string(kMachineArn) + ":1");
  EXPECT_EQ(info.state_machine_alias_arn, std::string(kMachineArn) + ":PROD");
  const auto described = engine().DescribeQualified({}, "m", "PROD");
  EXPECT_EQ(described->arn, std::string(kMachineArn) + ":PROD");
  EXPECT_EQ(described->version, 1U);
  EXPECT_FALSE(harness_.TryStart({.state_machine = "m", .qualifier = "TEST"}).ok());
}

TEST_F(EngineVersionsTest, AnAliasIsUpdated) {
  DeployTwoVersions();
  ASSERT_TRUE(MakeAlias("PROD", {{.version = 1, .weight = 100}}).ok());
  harness_.Advance(5s);
  ASSERT_TRUE(
      engine().UpdateAlias({.state_machine = "m", .name = "PROD", .description = "new"}).ok());
  const std::vector<AliasRoute> both{{.version = 1, .weight = 50}, {.version = 2, .weight = 50}};
  ASSERT_TRUE(engine().UpdateAlias({.state_machine = "m", .name = "PROD", .routes = both}).ok());
  harness_.Crash();
  const auto alias = engine().DescribeAlias({}, "m", "PROD");
  ASSERT_TRUE(alias.ok()) << alias.status().ToString();
  EXPECT_EQ(alias->arn, std::string(kMachineArn) + ":PROD");
  EXPECT_EQ(alias->description, "new");
  EXPECT_EQ(alias->routes, both);
  EXPECT_EQ(alias->updated_at - alias->created_at, 5s);
  EXPECT_EQ(engine().UpdateAlias({.state_machine = "m", .name = "PROD"}).status().code(),
            StatusCode::kInvalidArgument);
}

TEST_F(EngineVersionsTest, AnAliasThatIsNotThereIsSaidSo) {
  Deploy(1, true);
  constexpr char kMissing[] = "Request references a resource that does not exist.";
  EXPECT_EQ(engine().DescribeAlias({}, "m", "PROD").status().message(), kMissing);
  EXPECT_EQ(engine().DeleteAlias({}, "m", "PROD").message(), kMissing);
  const Status refused =
      engine().UpdateAlias({.state_machine = "m", .name = "PROD", .description = "d"}).status();
  EXPECT_EQ(refused.reason(), "ResourceNotFound");
  EXPECT_EQ(MakeAlias("PROD", {{.version = 2, .weight = 100}}).reason(), "ResourceNotFound");
  EXPECT_EQ(engine().ListAliases({.state_machine = "x"}).status().reason(),
            "StateMachineDoesNotExist");
}

TEST_F(EngineVersionsTest, AnAliasIsMadeOnce) {
  DeployTwoVersions();
  const AliasRequest request{.state_machine = "m",
                             .name = "PROD",
                             .description = "d",
                             .routes = {{.version = 1, .weight = 100}}};
  const auto made = engine().CreateAlias(request);
  harness_.Advance(1s);
  EXPECT_EQ(engine().CreateAlias(request)->created_at, made->created_at);
  AliasRequest other = request;
  other.description = "e";
  const Status refused = engine().CreateAlias(other).status();
  EXPECT_EQ(refused.reason(), "Conflict");
  EXPECT_EQ(refused.message(),
            "Failed to create alias because an alias with the same name and a different routing "
            "configuration already exists.");
}

TEST_F(EngineVersionsTest, RoutesThatCannotBeAreRefused) {
  DeployTwoVersions();
  EXPECT_FALSE(MakeAlias("A", {}).ok());
  EXPECT_EQ(MakeAlias("A", {{.version = 1, .weight = 101}}).field(), "routes");
  EXPECT_EQ(MakeAlias("A", {{.version = 1, .weight = -1}}).field(), "routes");
  EXPECT_EQ(MakeAlias("A", {{.version = 1, .weight = 70}, {.version = 2, .weight = 29}}).message(),
            "Sum of routing configuration weights must equal 100. Received: [70, 29]");
  EXPECT_EQ(MakeAlias("A", {{.version = 1, .weight = 50}, {.version = 1, .weight = 50}}).message(),
            "Routing configuration must contain distinct state machine version ARNs. Received: [" +
                std::string(kMachineArn) + ":1, " + kMachineArn + ":1]");
  EXPECT_EQ(MakeAlias("A",
                      {{.version = 1, .weight = 50},
                       {.version = 2, .weight = 30},
                       {.version = 3, .weight = 20}})
                .code(),
            StatusCode::kInvalidArgument);
  for (const char* name : {"123", "", "a b", "!a", "a@"})
    EXPECT_EQ(MakeAlias(name, {{.version = 1, .weight = 100}}).field(), "name") << name;
  EXPECT_EQ(MakeAlias(std::string(81, 'A'), {{.version = 1, .weight = 100}}).field(), "name");
  EXPECT_THAT(Aliases(), IsEmpty());
}

TEST_F(EngineVersionsTest, AliasesAreListedByNameAndByVersion) {
  DeployTwoVersions();
  ASSERT_TRUE(MakeAlias("b", {{.version = 1, .weight = 100}}).ok());
  ASSERT_TRUE(MakeAlias("a", {{.version = 1, .weight = 10}, {.version = 2, .weight = 90}}).ok());
  ASSERT_TRUE(MakeAlias("c", {{.version = 2, .weight = 100}}).ok());
  EXPECT_THAT(Aliases(), ElementsAre("a", "b", "c"));
  EXPECT_THAT(Aliases(2), ElementsAre("a", "c"));
  EXPECT_TRUE(engine().DeleteAlias({}, "m", "a").ok());
  EXPECT_THAT(Aliases(), ElementsAre("b", "c"));
}

TEST_F(EngineVersionsTest, AHundredAliasesAreTheMost) {
  Deploy(1, true);
  for (std::size_t i = 0; i < kAliasesMax; ++i)
    ASSERT_TRUE(MakeAlias("a" + std::to_string(i), {{.version = 1, .weight = 100}}).ok());
  EXPECT_EQ(MakeAlias("b", {{.version = 1, .weight = 100}}).reason(), "ServiceQuotaExceeded");
}

TEST_F(EngineVersionsTest, AVersionThatAnAliasLeadsToStays) {
  DeployTwoVersions();
  ASSERT_TRUE(MakeAlias("PROD", {{.version = 1, .weight = 100}}).ok());
  const Status refused = engine().DeleteVersion({}, "m", 1);
  EXPECT_EQ(refused.reason(), "Conflict");
  EXPECT_EQ(refused.message(),
            "Version to be deleted must not be referenced by an alias. Current list of aliases "
            "referencing this version: [PROD]");
  ASSERT_TRUE(
      engine()
          .UpdateAlias(
              {.state_machine = "m", .name = "PROD", .routes = {{.version = 2, .weight = 100}}})
          .ok());
  EXPECT_TRUE(engine().DeleteVersion({}, "m", 1).ok());
}

TEST_F(EngineVersionsTest, WeightsShareTheStarts) {
  DeployTwoVersions();
  ASSERT_TRUE(MakeAlias("PROD", {{.version = 1, .weight = 99}, {.version = 2, .weight = 1}}).ok());
  constexpr int kStarts = 5'000;
  for (int i = 0; i < kStarts; ++i)
    ASSERT_TRUE(harness_.TryStart({.state_machine = "m", .qualifier = "PROD"}).ok());
  harness_.Settle();
  const auto seldom =
      engine().ListExecutions({.state_machine = "m", .qualifier = "2", .page_size = 1'000});
  // 50 are expected, with a standard deviation of 7.
  EXPECT_GT(seldom->executions.size(), 15U);
  EXPECT_LT(seldom->executions.size(), 85U);
  // In small pages too, each of which passes over many others.
  EXPECT_EQ(Listed("2").size(), seldom->executions.size());
}

TEST_F(EngineVersionsTest, AWeightOfNothingIsNeverDrawn) {
  DeployTwoVersions();
  ASSERT_TRUE(MakeAlias("PROD", {{.version = 1, .weight = 0}, {.version = 2, .weight = 100}}).ok());
  for (int i = 0; i < 200; ++i)
    EXPECT_EQ(Run("PROD").version, 2U);
}

TEST_F(EngineVersionsTest, ARepeatedStartIsTheSameExecutionWhereverTheAliasLeadsNow) {
  ASSERT_TRUE(engine().Deploy({.name = "m", .definition = kWaitMachine, .publish = true}).ok());
  Deploy(2, true);
  ASSERT_TRUE(MakeAlias("PROD", {{.version = 1, .weight = 100}}).ok());
  const StartRequest request{.state_machine = "m", .qualifier = "PROD", .name = "n"};
  const auto first = harness_.TryStart(request);
  ASSERT_TRUE(
      engine()
          .UpdateAlias(
              {.state_machine = "m", .name = "PROD", .routes = {{.version = 2, .weight = 100}}})
          .ok());
  const auto second = harness_.TryStart(request);
  ASSERT_TRUE(second.ok()) << second.status().ToString();
  EXPECT_TRUE(second->is_repeated);
  EXPECT_EQ(harness_.Describe(second->name).version, 1U);
}

TEST_F(EngineVersionsTest, ExecutionsAreListedByVersionAndByAlias) {
  DeployTwoVersions();
  ASSERT_TRUE(MakeAlias("PROD", {{.version = 1, .weight = 100}}).ok());
  const std::vector<std::pair<std::string, std::string>> starts{
      {"", "latest"}, {"1", "one"}, {"PROD", "prod"}, {"2", "two"}, {"1", "uno"}};
  for (const auto& [qualifier, name] : starts) {
    Run(qualifier, name);
    harness_.Advance(1s);
  }
  harness_.Crash();
  EXPECT_THAT(Listed("1"), ElementsAre("uno", "prod", "one"));
  EXPECT_THAT(Listed("PROD"), ElementsAre("prod"));
  EXPECT_THAT(Listed("2"), ElementsAre("two"));
  EXPECT_THAT(Listed("3"), IsEmpty());
  EXPECT_THAT(Listed(""), ElementsAre("uno", "two", "prod", "one", "latest"));
  const auto page = engine().ListExecutions({.state_machine = "m", .qualifier = "PROD"});
  EXPECT_EQ(page->executions[0].state_machine_alias_arn, std::string(kMachineArn) + ":PROD");
  EXPECT_EQ(page->executions[0].state_machine_version_arn, std::string(kMachineArn) + ":1");
}

TEST_F(EngineVersionsTest, ADeletedStateMachineTakesItsVersionsAndAliasesWithIt) {
  ASSERT_TRUE(engine().Deploy({.name = "m", .definition = kWaitMachine, .publish = true}).ok());
  ASSERT_TRUE(MakeAlias("PROD", {{.version = 1, .weight = 100}}).ok());
  const auto started = harness_.TryStart({.state_machine = "m", .qualifier = "PROD"});
  ASSERT_TRUE(engine().DeleteStateMachine({}, "m").ok());
  EXPECT_EQ(Publish().status().reason(), "StateMachineDeleting");
  EXPECT_EQ(MakeAlias("B", {{.version = 1, .weight = 100}}).reason(), "StateMachineDeleting");
  EXPECT_EQ(harness_.TryStart({.state_machine = "m", .qualifier = "PROD"}).status().reason(),
            "StateMachineDeleting");
  harness_.Advance(65s);
  EXPECT_EQ(harness_.Describe(started->name).status, ExecutionStatus::kSucceeded);
  Deploy(2, false);
  EXPECT_THAT(Versions(), IsEmpty());
  EXPECT_THAT(Aliases(), IsEmpty());
  EXPECT_EQ(Deploy(2, true).state_machine.revision_id, "");
}

// A revision and its version are one batch: whatever a crash leaves, it leaves both or neither.
TEST_F(EngineVersionsTest, ACrashLeavesARevisionAndItsVersionOrNeither) {
  Deploy(0, true);
  for (int round = 1; round <= 20; ++round) {
    const std::uint64_t before = Versions().size();
    harness_.store().FailNextCommit(storage::CommitResult::kUnavailable);
    EXPECT_FALSE(engine().Deploy({.name = "m", .definition = Saying(round), .publish = true}).ok());
    harness_.store().CrashKeepingSome();
    harness_.Crash();
    const auto machine = engine().DescribeStateMachine({}, "m", 0);
    const auto version = engine().DescribeQualified({}, "m", std::to_string(before + 1));
    EXPECT_EQ(version.ok(), machine.ok() && machine->definition == Saying(round));
    EXPECT_EQ(Deploy(round, true).version, before + 1);
  }
}

TEST_F(EngineVersionsTest, AnExecutionTellsWhatItRuns) {
  ASSERT_TRUE(engine().Deploy({.name = "m", .definition = Saying(1), .role_arn = "r1"}).ok());
  const ExecutionInfo info = Run("");
  Deploy(2, false);
  auto described = engine().DescribeStateMachineForExecution(info.name);
  ASSERT_TRUE(described.ok()) << described.status().ToString();
  EXPECT_EQ(described->state_machine.definition, Saying(1));
  EXPECT_EQ(described->state_machine.role_arn, "r1");
  EXPECT_EQ(described->state_machine.arn, kMachineArn);
  EXPECT_EQ(described->map_run_arn, "");
  ASSERT_TRUE(engine().DeleteStateMachine({}, "m").ok());
  harness_.Advance(5s);
  described = engine().DescribeStateMachineForExecution(info.name);
  EXPECT_EQ(described->state_machine.definition, Saying(1));
  EXPECT_EQ(engine()
                .DescribeStateMachineForExecution({.state_machine = "m", .name = "x"})
                .status()
                .reason(),
            "ExecutionDoesNotExist");
}

TEST_F(EngineVersionsTest, AnExecutionOfAMapRunTellsItsRun) {
  const std::string definition = R"({"StartAt":"M","States":{"M":{"Type":"Map","Label":"items",
      "ItemProcessor":{"ProcessorConfig":{"Mode":"DISTRIBUTED","ExecutionType":"STANDARD"},
      "StartAt":"P","States":{"P":{"Type":"Pass","End":true}}},"End":true}}})";
  harness_.Deploy("m", definition);
  const ExecutionName parent = harness_.Start("m", "[1]");
  harness_.Settle();
  const auto runs = engine().ListMapRuns(parent, 10, "");
  ASSERT_EQ(runs->map_runs.size(), 1U);
  const MapRunInfo& run = runs->map_runs[0];
  const auto children = engine().ListExecutions({.state_machine = run.listed_as});
  ASSERT_EQ(children->executions.size(), 1U);
  const auto described = engine().DescribeStateMachineForExecution(children->executions[0].name);
  ASSERT_TRUE(described.ok()) << described.status().ToString();
  EXPECT_EQ(described->label, "items");
  EXPECT_EQ(described->map_run_arn, run.arn);
  EXPECT_EQ(described->state_machine.arn, run.state_machine_arn);
  EXPECT_EQ(described->state_machine.definition, definition);
}

TEST_F(EngineVersionsTest, ATaskStartsTheVersionThatItNames) {
  DeployTwoVersions();
  ASSERT_TRUE(MakeAlias("PROD", {{.version = 1, .weight = 100}}).ok());
  harness_.Deploy("parent", R"({"StartAt":"C","States":{"C":{"Type":"Task",
      "Resource":"arn:aws:states:::states:startExecution","Parameters":{"StateMachineArn":
      "arn:aws:states:us-east-1:123456789012:stateMachine:m:PROD","Name":"kid"},"End":true}}})");
  const ExecutionName parent = harness_.Start("parent");
  harness_.Settle();
  EXPECT_EQ(harness_.Describe(parent).status, ExecutionStatus::kSucceeded);
  const ExecutionInfo child = harness_.Describe({.state_machine = "m", .name = "kid"});
  EXPECT_EQ(child.output.view(), "1");
  EXPECT_EQ(child.alias, "PROD");
}

TEST_F(EngineVersionsTest, AnExpressExecutionTellsItsVersion) {
  ASSERT_TRUE(engine()
                  .Deploy({.name = "e",
                           .definition = Saying(1),
                           .type = asl::MachineType::kExpress,
                           .publish = true})
                  .ok());
  std::optional<Result<ExecutionInfo>> ended;
  engine().StartSyncExecution({.state_machine = "e", .qualifier = "1"},
                              [&ended](Result<ExecutionInfo> info) { ended = std::move(info); });
  harness_.Settle();
  ASSERT_TRUE(ended && ended->ok());
  EXPECT_THAT((*ended)->state_machine_version_arn, HasSubstr("stateMachine:e:1"));
}

TEST(QualifiedNameTest, AVersionIsANumberAndAllElseAnAlias) {
  EXPECT_EQ(SplitQualified("m"), (QualifiedName{.state_machine = "m"}));
  EXPECT_EQ(SplitQualified("m:PROD"), (QualifiedName{.state_machine = "m", .qualifier = "PROD"}));
  EXPECT_EQ(VersionOf("12"), 12U);
  for (const char* text : {"", "0", "012", "1a", "a", "-1", "99999999999999999999"})
    EXPECT_EQ(VersionOf(text), std::nullopt) << text;
}

}  // namespace
}  // namespace pawl
