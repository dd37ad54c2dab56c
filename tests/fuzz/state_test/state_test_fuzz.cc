// Any bytes as the test of one state: its definition, input, mocked result, mocked error,
// variables, context object and what a Map reads, a NUL between them; what is empty is not there.
// What the checks let pass runs to an answer whose parts fit together and have JSON in them.
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "engine/asl/tested_state.h"
#include "engine/base/check.h"
#include "engine/interpreter/state_test.h"
#include "engine/json/parse.h"

namespace {

using pawl::Bytes;
using pawl::interpreter::StateTest;
using pawl::interpreter::StateTestResult;
using pawl::interpreter::StateTestStatus;

enum Part { kDefinition, kInput, kResult, kError, kVariables, kContext, kReaderData, kParts };

std::array<std::string, kParts> Split(std::string_view text) {
  std::array<std::string, kParts> parts;
  for (std::string& part : parts) {
    const std::size_t end = text.find('\0');
    part = text.substr(0, end);
    if (end == std::string_view::npos) break;
    text.remove_prefix(end + 1);
  }
  return parts;
}

std::optional<Bytes> IfAny(const std::string& text) {
  return text.empty() ? std::nullopt : std::optional(Bytes(text));
}

StateTest MakeTest(const std::array<std::string, kParts>& parts) {
  StateTest test;
  if (!parts[kInput].empty()) test.input = Bytes(parts[kInput]);
  test.variables = IfAny(parts[kVariables]);
  test.context = IfAny(parts[kContext]);
  test.map_item_reader_data = IfAny(parts[kReaderData]);
  if (parts[kResult].empty() && parts[kError].empty()) return test;
  test.mock.emplace();
  test.mock->result = IfAny(parts[kResult]);
  if (!parts[kError].empty()) test.mock->error_output = {.error = parts[kError], .cause = "c"};
  return test;
}

void CheckResult(const StateTestResult& result) {
  const bool goes_on = result.status == StateTestStatus::kSucceeded ||
                       result.status == StateTestStatus::kCaughtError;
  PAWL_CHECK(goes_on == result.output.has_value());
  PAWL_CHECK(goes_on || result.next_state.empty());
  PAWL_CHECK(result.status != StateTestStatus::kSucceeded || !result.error);
  PAWL_CHECK(!result.output || pawl::json::Check(result.output->view()).ok());
  const auto& steps = result.inspection;
  for (const auto& step : {steps.after_arguments,
                           steps.after_input_path,
                           steps.after_parameters,
                           steps.result,
                           steps.after_result_selector,
                           steps.after_result_path,
                           steps.after_items_path,
                           steps.after_item_selector}) {
    PAWL_CHECK(!step || pawl::json::Check(step->view()).ok());
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto parts = Split({reinterpret_cast<const char*>(data), size});
  const auto tested = pawl::asl::CompileTestedState(parts[kDefinition], "");
  if (tested.machine == nullptr) return 0;
  PAWL_CHECK(tested.state < tested.machine->states.size());
  const StateTest test = MakeTest(parts);
  const auto run = [&](const std::optional<pawl::interpreter::CalledFunction>& called) {
    return pawl::interpreter::RunStateTest(
        *tested.machine, tested.state, test, {}, pawl::Timestamp(), 1, called);
  };
  if (!pawl::interpreter::CheckStateTest(*tested.machine, tested.state, test).ok()) return 0;
  auto outcome = run(std::nullopt);
  if (std::holds_alternative<pawl::interpreter::TaskCall>(outcome)) {
    outcome = run(pawl::interpreter::CalledFunction{.output = Bytes("{}")});
  }
  const auto* result = std::get_if<StateTestResult>(&outcome);
  PAWL_CHECK(result != nullptr);
  CheckResult(*result);
  return 0;
}
