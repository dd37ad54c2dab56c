// Definitions read for the test of one state (API reference, TestState).
#include "engine/asl/tested_state.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace pawl::asl {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::vector<std::string> MessagesOf(const TestedState& tested) {
  std::vector<std::string> problems;
  for (const Diagnostic& diagnostic : tested.diagnostics)
    problems.push_back(diagnostic.message + " at " + diagnostic.pointer);
  return problems;
}

TEST(TestedStateTest, AStateAloneGoesByAFixedName) {
  const auto tested = CompileTestedState(R"({"Type":"Pass","End":true})", "");
  ASSERT_NE(tested.machine, nullptr);
  EXPECT_EQ(tested.machine->states[tested.state].name, "StateName");
}

TEST(TestedStateTest, WhatAStateAloneLeadsToNeedNotBeThere) {
  const auto tested = CompileTestedState(R"({"Type":"Choice","Default":"C","Choices":[
      {"Variable":"$.a","IsPresent":true,"Next":"A"}]})",
                                         "");
  ASSERT_NE(tested.machine, nullptr);
  const auto& choice = std::get<ChoiceState>(tested.machine->states[tested.state].details);
  EXPECT_EQ(tested.machine->states[choice.rules[0].next].name, "A");
  EXPECT_EQ(tested.machine->states[choice.default_next].name, "C");
}

TEST(TestedStateTest, AStateMayLeadToItself) {
  const auto tested = CompileTestedState(
      R"({"Type":"Task","Resource":"f","Next":"StateName","Catch":[
          {"ErrorEquals":["States.ALL"],"Next":"Handler"}]})",
      "");
  ASSERT_NE(tested.machine, nullptr);
  EXPECT_EQ(tested.machine->states[tested.state].next, tested.state);
}

TEST(TestedStateTest, YamlIsTakenToo) {
  const auto tested = CompileTestedState("Type: Wait\nSeconds: 5\nNext: Later\n", "");
  ASSERT_NE(tested.machine, nullptr);
  EXPECT_EQ(tested.machine->states[tested.state].type, StateType::kWait);
}

// As recorded, down to the pointer.
TEST(TestedStateTest, ProblemsPointIntoTheMachineAroundTheState) {
  const auto tested = CompileTestedState(R"({"Type":"Parallel","Branches":[],"End":true})", "");
  EXPECT_EQ(tested.machine, nullptr);
  EXPECT_THAT(MessagesOf(tested),
              ElementsAre("Value cannot be empty at /States/StateName/Branches"));
}

TEST(TestedStateTest, ALinterSeesPositionsInTheTextAsItIs) {
  const auto tested = CompileTestedState("{\n  \"Type\": \"Pass\",\n  \"Nxt\": \"A\"}", "");
  ASSERT_FALSE(tested.diagnostics.empty());
  EXPECT_EQ(tested.diagnostics.front().line, 1U);
  EXPECT_EQ(tested.diagnostics.back().line, 3U);
}

TEST(TestedStateTest, AStateOfAMachineIsFoundAtWhateverDepth) {
  const auto tested = CompileTestedState(R"({"StartAt":"M","States":{"M":{"Type":"Map","End":true,
      "ItemProcessor":{"StartAt":"Inner","States":{"Inner":{"Type":"Pass","End":true}}}}}})",
                                         "Inner");
  ASSERT_NE(tested.machine, nullptr);
  EXPECT_EQ(tested.machine->states[tested.state].name, "Inner");
}

TEST(TestedStateTest, AStateThatIsNotThereIsNone) {
  const auto tested =
      CompileTestedState(R"({"StartAt":"A","States":{"A":{"Type":"Pass","End":true}}})", "B");
  EXPECT_NE(tested.machine, nullptr);
  EXPECT_EQ(tested.state, kNoState);
}

TEST(TestedStateTest, WhatOnlyAMockCanRunIsCompiled) {
  const auto task = CompileTestedState(
      R"({"Type":"Task","Resource":"arn:aws:states:::s3:getObject","End":true})", "");
  ASSERT_NE(task.machine, nullptr);
  EXPECT_FALSE(std::get<TaskState>(task.machine->states[task.state].details).is_runnable);
  EXPECT_THAT(task.diagnostics, IsEmpty());

  const auto map = CompileTestedState(R"({"Type":"Map","End":true,"ToleratedFailurePercentage":12.5,
      "ItemProcessor":{"ProcessorConfig":{"Mode":"DISTRIBUTED","ExecutionType":"STANDARD"},
        "StartAt":"I","States":{"I":{"Type":"Pass","End":true}}}})",
                                      "");
  ASSERT_NE(map.machine, nullptr);
  const auto& distributed = std::get<MapState>(map.machine->states[map.state].details).distributed;
  EXPECT_EQ(std::get<double>(distributed->tolerated_failure_percentage.value()), 12.5);
}

TEST(TestedStateTest, NoMachineIsDeployedWithWhatOnlyAMockCanRun) {
  EXPECT_FALSE(Compile(R"({"StartAt":"T","States":{"T":{"Type":"Task","End":true,
      "Resource":"arn:aws:states:::s3:getObject"}}})")
                   .ok());
}

}  // namespace
}  // namespace pawl::asl
