// Tags of state machines and activities through the façade (Step Functions API, TagResource).
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/engine_harness.h"
#include "tests/unit/engine/runtime/definitions.h"

namespace pawl {
namespace {

using test::EngineHarness;
using test::kPassMachine;
using testing::ElementsAre;
using testing::IsEmpty;

class EngineTagsTest : public testing::Test {
 protected:
  Engine& engine() { return harness_.engine(); }

  std::vector<Tag> TagsOf(const ResourceName& resource) {
    const auto tags = engine().ListTags(resource);
    EXPECT_TRUE(tags.ok()) << tags.status().ToString();
    return tags.ok() ? *tags : std::vector<Tag>{};
  }

  EngineHarness harness_;
  const ResourceName machine_{.kind = ResourceKind::kStateMachine, .name = "m"};
  const ResourceName activity_{.kind = ResourceKind::kActivity, .name = "m"};
};

TEST_F(EngineTagsTest, ANewStateMachineHasTheTagsOfItsCreation) {
  DeployRequest request{
      .name = "m", .definition = kPassMachine, .tags = {{"key2", "value2"}, {"key1", ""}}};
  ASSERT_TRUE(engine().Deploy(request).ok());
  request.tags = {{"other", "x"}};
  ASSERT_TRUE(engine().Deploy(request).ok());
  harness_.Crash();
  EXPECT_THAT(TagsOf(machine_), ElementsAre(Tag{"key1", ""}, Tag{"key2", "value2"}));
}

TEST_F(EngineTagsTest, TagsAreAddedReplacedAndRemoved) {
  harness_.Deploy("m", kPassMachine);
  EXPECT_THAT(TagsOf(machine_), IsEmpty());
  ASSERT_TRUE(engine().TagResource(machine_, {}).ok());
  ASSERT_TRUE(engine().TagResource(machine_, {{"a", "1"}, {"b", "1"}, {"a", "2"}}).ok());
  ASSERT_TRUE(engine().TagResource(machine_, {{"b", "3"}}).ok());
  EXPECT_THAT(TagsOf(machine_), ElementsAre(Tag{"a", "2"}, Tag{"b", "3"}));
  ASSERT_TRUE(engine().UntagResource(machine_, {"a", "absent"}).ok());
  harness_.Crash();
  EXPECT_THAT(TagsOf(machine_), ElementsAre(Tag{"b", "3"}));
  ASSERT_TRUE(engine().UntagResource(machine_, {"b"}).ok());
  EXPECT_THAT(TagsOf(machine_), IsEmpty());
}

TEST_F(EngineTagsTest, AnActivityHasItsOwn) {
  harness_.Deploy("m", kPassMachine);
  EXPECT_EQ(engine().TagResource(activity_, {{"a", "1"}}).reason(), "ResourceNotFound");
  ASSERT_TRUE(engine().CreateActivity({}, "m").ok());
  ASSERT_TRUE(engine().TagResource(activity_, {{"a", "1"}}).ok());
  EXPECT_THAT(TagsOf(activity_), ElementsAre(Tag{"a", "1"}));
  EXPECT_THAT(TagsOf(machine_), IsEmpty());
  ASSERT_TRUE(engine().DeleteActivity({}, "m").ok());
  ASSERT_TRUE(engine().CreateActivity({}, "m").ok());
  EXPECT_THAT(TagsOf(activity_), IsEmpty());
}

TEST_F(EngineTagsTest, TagsGoWithTheirStateMachine) {
  ASSERT_TRUE(
      engine().Deploy({.name = "m", .definition = kPassMachine, .tags = {{"a", "1"}}}).ok());
  ASSERT_TRUE(engine().DeleteStateMachine({}, "m").ok());
  EXPECT_EQ(engine().ListTags(machine_).status().reason(), "ResourceNotFound");
  harness_.Deploy("m", kPassMachine);
  EXPECT_THAT(TagsOf(machine_), IsEmpty());
}

TEST_F(EngineTagsTest, FiftyTagsAreTheMost) {
  harness_.Deploy("m", kPassMachine);
  std::vector<Tag> tags;
  for (std::size_t i = 0; i < kTagsMax; ++i)
    tags.push_back({.key = "k" + std::to_string(i)});
  ASSERT_TRUE(engine().TagResource(machine_, tags).ok());
  ASSERT_TRUE(engine().TagResource(machine_, {{"k7", "new"}}).ok());
  EXPECT_EQ(engine().TagResource(machine_, {{"more", ""}}).reason(), "TooManyTags");
  EXPECT_EQ(TagsOf(machine_).size(), kTagsMax);
}

TEST_F(EngineTagsTest, TagsThatAreNotAllowedAreRefusedWhole) {
  harness_.Deploy("m", kPassMachine);
  for (const Tag& wrong : {Tag{"", "v"},
                           Tag{std::string(129, 'k'), ""},
                           Tag{"k", std::string(257, 'v')},
                           Tag{"k<", "v"}}) {
    EXPECT_EQ(engine().TagResource(machine_, {{"good", ""}, wrong}).field(), "tags");
  }
  EXPECT_THAT(TagsOf(machine_), IsEmpty());
  ASSERT_TRUE(engine()
                  .TagResource(machine_,
                               {{"Stra\xC3\x9F"
                                 "e 1",
                                 "_.:/=+-@"}})
                  .ok());
}

}  // namespace
}  // namespace pawl
