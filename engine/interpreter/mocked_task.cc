// Tasks of executions that are tests: they end as their mock says, in the turn that schedules them.
#include <algorithm>
#include <string>
#include <utility>

#include "engine/interpreter/interpreter.h"
#include "engine/interpreter/task_events.h"
#include "engine/interpreter/task_mocks.h"

namespace pawl::interpreter {
namespace {

constexpr std::string_view kTimeout = "States.Timeout";

// "machine" of "machine/label", which executions of a distributed Map belong to.
std::string_view MachineOf(const ExecutionHeader& header) {
  return std::string_view(header.state_machine).substr(0, header.state_machine.find('/'));
}

Result<std::optional<MockedEnd>> FindMock(const Environment& environment,
                                          const ExecutionHeader& header,
                                          std::string_view state,
                                          std::uint32_t call) {
  if (environment.task_mocks != nullptr) {
    return environment.task_mocks->Find(MachineOf(header), header.test_case, state, call);
  }
  return NotFound("the execution is a test of case '" + header.test_case +
                  "', and the server has no mock configuration (any more)");
}

}  // namespace

std::uint32_t Interpreter::MockedCallsOf(StateIndex state) const {
  const auto before = rows_.mocked_calls.find(state);
  const auto now = std::count(turn_.mocked_calls.begin(), turn_.mocked_calls.end(), state);
  return (before == rows_.mocked_calls.end() ? 0 : before->second) +
         static_cast<std::uint32_t>(now);
}

bool Interpreter::EndByTestCase(Frame& frame) {
  const auto& task = std::get<asl::TaskState>(StateOf(frame).details);
  auto mock = FindMock(environment_, rows_.header, StateOf(frame).name, MockedCallsOf(frame.state));
  if (!mock.ok()) {
    // Nothing outside may be touched in place of a mock that is not there.
    FailRuntime(frame, mock.status().message());
    return true;
  }
  if (!*mock) return false;
  MockedEnd& end = **mock;
  turn_.mocked_calls.push_back(frame.state);
  const TaskEvents events = EventsOf(task);
  RecordTaskStarted(frame, std::nullopt);
  if (!end.output) {
    const EventType type = end.error == kTimeout ? events.timed_out : events.failed;
    TaskFailed(frame, type, {.error = std::move(end.error), .cause = std::move(end.cause)});
    return true;
  }
  if (task.waits_for_token() || task.waits_for_execution() || task.waits_for_job()) {
    RecordOn(frame, EventType::kTaskSubmitted);
  }
  TaskSucceeded(frame, *std::move(end.output));
  return true;
}

}  // namespace pawl::interpreter
