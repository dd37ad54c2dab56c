#include "server/mock_configuration.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "tests/support/temporary_directory.h"

namespace pawl::server {
namespace {

using testing::HasSubstr;

constexpr char kOrders[] = R"({
  "StateMachines": {"Orders": {"TestCases": {
    "Happy": {"Charge": "Paid", "Ship": "Shipped"},
    "Flaky": {"Charge": "PaidAtLast"}}}},
  "MockedResponses": {
    "Paid": {"0": {"Return": {"StatusCode": 200, "Payload": [1, 2.50]}}},
    "Shipped": {"0": {"Return": null}},
    "PaidAtLast": {"3": {"Return": "ok"}, "1-2": {"Throw": {"Error": "B"}},
                   "0": {"Throw": {"Error": "A", "Cause": "why"}}}}})";

std::string MocksErrorOf(std::string_view text) {
  return MockConfiguration::Parse(text).status().message();
}

TEST(MockConfigurationTest, ACallEndsAsItsResponseSays) {
  const auto mocks = MockConfiguration::Parse(kOrders).value();
  const auto paid = mocks->Find("Orders", "Happy", "Charge", 0).value();
  EXPECT_EQ(paid->output->view(), R"({"StatusCode":200,"Payload":[1,2.50]})");
  EXPECT_EQ(mocks->Find("Orders", "Happy", "Ship", 0).value()->output->view(), "null");
  const auto thrown = mocks->Find("Orders", "Flaky", "Charge", 0).value();
  EXPECT_FALSE(thrown->output.has_value());
  EXPECT_EQ(thrown->error + "/" + thrown->cause, "A/why");
  EXPECT_EQ(mocks->Find("Orders", "Flaky", "Charge", 1).value()->error, "B");
  EXPECT_EQ(mocks->Find("Orders", "Flaky", "Charge", 2).value()->error, "B");
  EXPECT_EQ(mocks->Find("Orders", "Flaky", "Charge", 3).value()->output->view(), R"("ok")");
}

TEST(MockConfigurationTest, AStateWithoutAMockIsRun) {
  const auto mocks = MockConfiguration::Parse(kOrders).value();
  EXPECT_FALSE(mocks->Find("Orders", "Flaky", "Ship", 0).value().has_value());
}

TEST(MockConfigurationTest, WhatIsNotThereIsAnErrorThatSaysWhatIs) {
  const auto mocks = MockConfiguration::Parse(kOrders).value();
  EXPECT_TRUE(mocks->Check("Orders", "Happy").ok());
  EXPECT_EQ(mocks->Check("Orders", "Sad").message(),
            "the mock configuration has no test case 'Sad' of state machine 'Orders', but: Flaky, "
            "Happy");
  EXPECT_THAT(mocks->Check("Stock", "Happy").message(), HasSubstr("but of: Orders"));
  EXPECT_EQ(mocks->Find("Orders", "Happy", "Charge", 1).status().message(),
            "the mocked response 'Paid' says nothing of call 1 of state 'Charge'");
}

TEST(MockConfigurationTest, AWrongFileIsToldWithThePlace) {
  EXPECT_THAT(MocksErrorOf("{"), HasSubstr("line 1"));
  EXPECT_EQ(MocksErrorOf("[]"), "expected an object, found array");
  EXPECT_EQ(MocksErrorOf("{}"), "'StateMachines' is missing");
  EXPECT_EQ(MocksErrorOf(R"({"Machines": {}})"),
            "Machines: expected 'StateMachines' and 'MockedResponses' alone");
  EXPECT_EQ(MocksErrorOf(R"({"StateMachines": {"M": {}}})"),
            "StateMachines.M: 'TestCases' is missing");
  EXPECT_EQ(MocksErrorOf(R"({"StateMachines": {"M": {"TestCases": {"C": {"S": "R"}}}}})"),
            "StateMachines.M.TestCases.C.S: there is no mocked response 'R'; there are: none");
  const auto response = [](const std::string& attempts) {
    return MocksErrorOf(R"({"StateMachines": {}, "MockedResponses": {"R": )" + attempts + "}}");
  };
  EXPECT_EQ(response(R"({"2-1": {"Return": 1}})"),
            "MockedResponses.R.2-1: expected the number of a call ('0') or a range ('1-3')");
  EXPECT_EQ(response(R"({"0-2": {"Return": 1}, "2": {"Return": 1}})"),
            "MockedResponses.R: call 2 is there twice");
  EXPECT_EQ(response(R"({"0": {"Return": 1, "Throw": {}}})"),
            "MockedResponses.R.0: expected one member, 'Return' or 'Throw'");
  EXPECT_EQ(response(R"({"0": {"Throw": {"Cause": "c"}}})"),
            "MockedResponses.R.0.Throw: expected an 'Error', the name of what is thrown");
}

TEST(MockConfigurationTest, AFileIsRead) {
  const test::TemporaryDirectory directory;
  const std::string path = directory.path().string() + "/mocks.json";
  EXPECT_THAT(MockConfiguration::Load(path).status().message(), HasSubstr("cannot read"));
  std::ofstream(path) << kOrders;
  EXPECT_TRUE(MockConfiguration::Load(path).ok());
  std::ofstream(path) << "{}";
  EXPECT_THAT(MockConfiguration::Load(path).status().message(), HasSubstr("mocks.json': 'State"));
}

}  // namespace
}  // namespace pawl::server
