// Versions, aliases and tags over a real channel, on a real engine in memory.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "engine_server_fixture.h"

namespace pawl::test {
namespace {

using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::Pair;
using ::testing::UnorderedElementsAre;

// A machine whose output says which revision ran.
std::string Saying(int revision) {
  return R"({"StartAt":"P","States":{"P":{"Type":"Pass","Result":)" + std::to_string(revision) +
         R"(,"End":true}}})";
}

class WorkflowVersionsTest : public EngineServerTest {
 protected:
  v1::DeployStateMachineResponse Deploy(int revision) {
    v1::DeployStateMachineRequest request;
    request.set_name("m");
    request.set_definition(Saying(revision));
    request.set_publish(true);
    request.set_version_description("v" + std::to_string(revision));
    v1::DeployStateMachineResponse response;
    const Status status = Call(&Stub::DeployStateMachine, request, response);
    EXPECT_TRUE(status.ok()) << status.ToString();
    return response;
  }

  Status MakeAlias(std::initializer_list<std::pair<std::uint64_t, std::int32_t>> routes) {
    v1::CreateAliasRequest request;
    request.set_state_machine("m");
    request.set_name("PROD");
    request.set_description("d");
    for (const auto& [version, weight] : routes) {
      v1::AliasRoute& route = *request.add_routes();
      route.set_version(version);
      route.set_weight(weight);
    }
    return Call(&Stub::CreateAlias, request, alias_created_);
  }

  // Starts an execution named `name` and waits for its end.
  v1::Execution Run(const std::string& machine, const std::string& name) {
    v1::StartExecutionRequest start;
    start.mutable_execution()->set_state_machine(machine);
    start.mutable_execution()->set_name(name);
    v1::StartExecutionResponse started;
    const Status status = Call(&Stub::StartExecution, start, started);
    EXPECT_TRUE(status.ok()) << status.ToString();
    EXPECT_TRUE(
        engine_->WaitForExecution({.state_machine = "m", .name = name}, std::chrono::seconds(10))
            .ok());
    v1::DescribeExecutionRequest request;
    request.set_state_machine("m");
    request.set_execution(name);
    v1::DescribeExecutionResponse response;
    EXPECT_TRUE(Call(&Stub::DescribeExecution, request, response).ok());
    return response.execution();
  }

  std::vector<std::string> Listed(const std::string& machine) {
    v1::ListExecutionsRequest request;
    request.set_state_machine(machine);
    request.set_page_size(1);
    std::vector<std::string> names;
    do {
      v1::ListExecutionsResponse response;
      const Status status = Call(&Stub::ListExecutions, request, response);
      EXPECT_TRUE(status.ok()) << status.ToString();
      for (const v1::Execution& execution : response.executions())
        names.push_back(execution.name());
      request.set_page_token(response.next_page_token());
    } while (!request.page_token().empty());
    return names;
  }

  v1::CreateAliasResponse alias_created_;
};

TEST_F(WorkflowVersionsTest, ADeploymentPublishesAVersion) {
  const v1::DeployStateMachineResponse deployed = Deploy(1);
  EXPECT_EQ(deployed.version(), 1U);
  EXPECT_THAT(deployed.version_arn(), EndsWith(":stateMachine:m:1"));
  v1::PublishVersionRequest request;
  request.set_state_machine("m");
  request.set_revision_id("INITIAL");
  v1::PublishVersionResponse response;
  ASSERT_TRUE(Call(&Stub::PublishVersion, request, response).ok());
  EXPECT_EQ(response.version().version(), 1U);
  EXPECT_EQ(response.version().description(), "v1");
  EXPECT_EQ(response.version().revision(), 1U);
  EXPECT_TRUE(response.version().has_create_time());
  request.set_revision_id("another");
  const Status refused = Call(&Stub::PublishVersion, request, response);
  EXPECT_EQ(refused.code(), StatusCode::kAborted);
  EXPECT_EQ(refused.reason(), "Conflict");
}

TEST_F(WorkflowVersionsTest, VersionsAreListedInPagesAndDeleted) {
  Deploy(1);
  Deploy(2);
  v1::ListVersionsRequest request;
  request.set_state_machine("m");
  request.set_page_size(1);
  v1::ListVersionsResponse page;
  ASSERT_TRUE(Call(&Stub::ListVersions, request, page).ok());
  ASSERT_EQ(page.versions_size(), 1);
  EXPECT_EQ(page.versions(0).version(), 2U);
  request.set_page_token(page.next_page_token());
  ASSERT_TRUE(Call(&Stub::ListVersions, request, page).ok());
  EXPECT_EQ(page.versions(0).version(), 1U);
  EXPECT_EQ(page.next_page_token(), "");
  v1::DeleteVersionRequest removal;
  removal.set_state_machine("m");
  v1::DeleteVersionResponse removed;
  EXPECT_EQ(Call(&Stub::DeleteVersion, removal, removed).field(), "version");
  removal.set_version(1);
  EXPECT_TRUE(Call(&Stub::DeleteVersion, removal, removed).ok());
  request.clear_page_token();
  ASSERT_TRUE(Call(&Stub::ListVersions, request, page).ok());
  EXPECT_EQ(page.next_page_token(), "");
}

TEST_F(WorkflowVersionsTest, AnUpdateGivesOnlyWhatChanges) {
  Deploy(1);
  v1::DeployStateMachineRequest request;
  request.set_name("m");
  request.set_mode(v1::DEPLOY_MODE_UPDATE);
  v1::DeployStateMachineResponse response;
  EXPECT_EQ(Call(&Stub::DeployStateMachine, request, response).reason(),
            "MissingRequiredParameter");
  request.set_role_arn("arn:aws:iam::1:role/r");
  request.set_configuration("{}");
  ASSERT_TRUE(Call(&Stub::DeployStateMachine, request, response).ok());
  EXPECT_TRUE(response.changed());
  EXPECT_EQ(response.state_machine().definition(), Saying(1));
  EXPECT_EQ(response.state_machine().role_arn(), "arn:aws:iam::1:role/r");
  EXPECT_EQ(response.state_machine().configuration(), "{}");
  EXPECT_EQ(response.state_machine().revision_id().size(), 36U);
}

TEST_F(WorkflowVersionsTest, AStartNamesAVersionOrAnAlias) {
  Deploy(1);
  Deploy(2);
  ASSERT_TRUE(MakeAlias({{1, 100}}).ok());
  const v1::Execution by_version = Run("m:2", "a");
  EXPECT_EQ(by_version.state_machine(), "m");
  EXPECT_EQ(by_version.output(), "2");
  EXPECT_EQ(by_version.version(), 2U);
  EXPECT_THAT(by_version.state_machine_version_arn(), EndsWith(":m:2"));
  const v1::Execution by_alias = Run("m:PROD", "b");
  EXPECT_EQ(by_alias.output(), "1");
  EXPECT_EQ(by_alias.alias(), "PROD");
  EXPECT_THAT(by_alias.state_machine_alias_arn(), EndsWith(":m:PROD"));
  Run("m:1", "c");
  EXPECT_THAT(Listed("m:1"), UnorderedElementsAre("b", "c"));
  EXPECT_THAT(Listed("m:PROD"), ElementsAre("b"));
  EXPECT_THAT(Listed("m"), UnorderedElementsAre("a", "b", "c"));
}

TEST_F(WorkflowVersionsTest, AVersionIsDescribed) {
  Deploy(1);
  Deploy(2);
  v1::DescribeStateMachineRequest request;
  request.set_name("m:1");
  v1::DescribeStateMachineResponse response;
  ASSERT_TRUE(Call(&Stub::DescribeStateMachine, request, response).ok());
  EXPECT_EQ(response.state_machine().definition(), Saying(1));
  EXPECT_EQ(response.state_machine().version(), 1U);
  EXPECT_EQ(response.state_machine().version_description(), "v1");
  request.set_revision(1);
  EXPECT_EQ(Call(&Stub::DescribeStateMachine, request, response).field(), "revision");
}

TEST_F(WorkflowVersionsTest, AnAliasIsMadeChangedListedAndDeleted) {
  Deploy(1);
  Deploy(2);
  EXPECT_EQ(MakeAlias({{1, 70}, {2, 29}}).field(), "routes");
  ASSERT_TRUE(MakeAlias({{1, 90}, {2, 10}}).ok());
  EXPECT_EQ(alias_created_.alias().routes_size(), 2);
  EXPECT_THAT(alias_created_.alias().arn(), EndsWith(":m:PROD"));
  v1::UpdateAliasRequest update;
  update.set_state_machine("m");
  update.set_name("PROD");
  v1::AliasRoute& route = *update.add_routes();
  route.set_version(2);
  route.set_weight(100);
  v1::UpdateAliasResponse updated;
  ASSERT_TRUE(Call(&Stub::UpdateAlias, update, updated).ok());
  EXPECT_EQ(updated.alias().description(), "d");
  EXPECT_EQ(updated.alias().routes(0).version(), 2U);
  v1::ListAliasesRequest list;
  list.set_state_machine("m");
  list.set_version(1);
  v1::ListAliasesResponse listed;
  ASSERT_TRUE(Call(&Stub::ListAliases, list, listed).ok());
  EXPECT_EQ(listed.aliases_size(), 0);
  list.set_version(2);
  ASSERT_TRUE(Call(&Stub::ListAliases, list, listed).ok());
  EXPECT_EQ(listed.aliases_size(), 1);
  v1::DeleteAliasRequest removal;
  removal.set_state_machine("m");
  removal.set_name("PROD");
  v1::DeleteAliasResponse removed;
  ASSERT_TRUE(Call(&Stub::DeleteAlias, removal, removed).ok());
  EXPECT_EQ(Call(&Stub::DeleteAlias, removal, removed).reason(), "ResourceNotFound");
}

TEST_F(WorkflowVersionsTest, TagsAreSetListedAndRemoved) {
  Deploy(1);
  v1::TagResourceRequest request;
  v1::TagResourceResponse response;
  EXPECT_EQ(Call(&Stub::TagResource, request, response).field(), "resource");
  request.mutable_resource()->set_state_machine("m");
  (*request.mutable_tags())["a"] = "1";
  (*request.mutable_tags())["b"] = "2";
  ASSERT_TRUE(Call(&Stub::TagResource, request, response).ok());
  v1::UntagResourceRequest removal;
  *removal.mutable_resource() = request.resource();
  removal.add_keys("a");
  v1::UntagResourceResponse removed;
  ASSERT_TRUE(Call(&Stub::UntagResource, removal, removed).ok());
  v1::ListTagsRequest list;
  *list.mutable_resource() = request.resource();
  v1::ListTagsResponse listed;
  ASSERT_TRUE(Call(&Stub::ListTags, list, listed).ok());
  EXPECT_THAT(listed.tags(), ElementsAre(Pair("b", "2")));
  list.mutable_resource()->set_activity("none");
  EXPECT_EQ(Call(&Stub::ListTags, list, listed).reason(), "ResourceNotFound");
}

TEST_F(WorkflowVersionsTest, AnExecutionTellsWhatItRuns) {
  Deploy(1);
  Run("m", "a");
  Deploy(2);
  v1::DescribeStateMachineForExecutionRequest request;
  request.set_state_machine("m");
  request.set_execution("a");
  v1::DescribeStateMachineForExecutionResponse response;
  ASSERT_TRUE(Call(&Stub::DescribeStateMachineForExecution, request, response).ok());
  EXPECT_EQ(response.state_machine().definition(), Saying(1));
  EXPECT_EQ(response.map_run_arn(), "");
}

}  // namespace
}  // namespace pawl::test
