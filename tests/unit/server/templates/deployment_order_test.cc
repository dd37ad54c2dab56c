#include "server/templates/deployment_order.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace pawl::test {
namespace {

using templates::DeploymentOrder;
using templates::InOrder;
using templates::Resource;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

Resource Named(const std::string& name, templates::ResourceDetails details) {
  return {.logical_id = name, .details = std::move(details)};
}

std::vector<std::string> Names(const DeploymentOrder& order) {
  std::vector<std::string> names;
  for (const Resource& resource : order.resources)
    names.push_back(resource.logical_id);
  return names;
}

TEST(DeploymentOrderTest, FunctionsStandBeforeActivitiesAndStateMachines) {
  const DeploymentOrder order = InOrder({Named("M", templates::StateMachine()),
                                         Named("A", templates::Activity()),
                                         Named("G", templates::Function()),
                                         Named("F", templates::Function())},
                                        {});
  EXPECT_THAT(Names(order), ElementsAre("G", "F", "A", "M"));
  EXPECT_THAT(order.circle, IsEmpty());
}

TEST(DeploymentOrderTest, WhatIsReferredToStandsFirst) {
  const DeploymentOrder order = InOrder({Named("Outer", templates::StateMachine()),
                                         Named("Inner", templates::StateMachine()),
                                         Named("F", templates::Function())},
                                        {{"Outer", {"Inner", "Table"}}, {"F", {"Inner"}}});
  EXPECT_THAT(Names(order), ElementsAre("Inner", "F", "Outer"));
}

TEST(DeploymentOrderTest, WhatIsPublishedStandsBehindItsOwner) {
  const DeploymentOrder order = InOrder({Named("F.Alias", templates::FunctionAlias()),
                                         Named("F.Version", templates::FunctionVersion()),
                                         Named("F", templates::Function())},
                                        {});
  EXPECT_THAT(Names(order), ElementsAre("F", "F.Version", "F.Alias"));
}

TEST(DeploymentOrderTest, ACircleIsNamed) {
  const DeploymentOrder order = InOrder({Named("A", templates::Function()),
                                         Named("B", templates::Function()),
                                         Named("C", templates::Function())},
                                        {{"A", {"B"}}, {"B", {"C"}}, {"C", {"B"}}});
  EXPECT_THAT(order.circle, ElementsAre("B", "C"));
}

TEST(DeploymentOrderTest, AResourceThatRefersToItselfIsACircle) {
  const DeploymentOrder order = InOrder({Named("A", templates::Function())}, {{"A", {"A"}}});
  EXPECT_THAT(order.circle, ElementsAre("A"));
}

}  // namespace
}  // namespace pawl::test
