// TestedStateHarness: a state as a test has it, its answer as short text.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <utility>

#include "engine/asl/tested_state.h"
#include "engine/interpreter/state_test.h"

namespace pawl::test {

class TestedStateHarness {
 public:
  explicit TestedStateHarness(std::string_view definition, std::string_view state = {})
      : tested_(asl::CompileTestedState(definition, state)) {
    EXPECT_NE(tested_.machine, nullptr) << definition;
  }

  Status Check() const {
    return interpreter::CheckStateTest(*tested_.machine, tested_.state, test);
  }

  auto RunOnce(const std::optional<interpreter::CalledFunction>& called = std::nullopt) const {
    EXPECT_EQ(Check().message(), "");
    return interpreter::RunStateTest(
        *tested_.machine, tested_.state, test, {}, Timestamp(std::chrono::hours(1)), 7, called);
  }

  interpreter::StateTestResult Run(
      const std::optional<interpreter::CalledFunction>& called = std::nullopt) const {
    auto outcome = RunOnce(called);
    EXPECT_TRUE(std::holds_alternative<interpreter::StateTestResult>(outcome));
    return std::get<interpreter::StateTestResult>(std::move(outcome));
  }

  // "SUCCEEDED {"a":1} -> Next", "FAILED Error: cause".
  std::string Outcome(
      const std::optional<interpreter::CalledFunction>& called = std::nullopt) const {
    const auto result = Run(called);
    std::string text(interpreter::StateTestStatusName(result.status));
    if (result.error) text += " " + *result.error + ": " + result.cause.value_or("none");
    if (result.output) text += " " + result.output->str();
    if (!result.next_state.empty()) text += " -> " + result.next_state;
    return text;
  }

  void MockResult(std::string result) {
    test.mock = interpreter::StateMock{.result = Bytes(std::move(result))};
  }

  void MockError(std::string error, std::string cause) {
    test.mock = interpreter::StateMock{.error_output = interpreter::MockError{
                                           .error = std::move(error), .cause = std::move(cause)}};
  }

  interpreter::StateTest test;

 private:
  asl::TestedState tested_;
};

}  // namespace pawl::test
