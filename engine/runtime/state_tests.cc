#include "engine/runtime/state_tests.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "engine/asl/tested_state.h"
#include "engine/base/hash.h"

namespace pawl::runtime {
namespace {

Status DefinitionError(const asl::TestedState& tested) {
  std::string message = "the definition is not valid:";
  for (const asl::Diagnostic& diagnostic : tested.diagnostics) {
    if (diagnostic.severity != asl::Severity::kError) continue;
    message += "\n  " + std::to_string(diagnostic.line) + ":" + std::to_string(diagnostic.column) +
               " " + diagnostic.code + " at " +
               (diagnostic.pointer.empty() ? "the top" : diagnostic.pointer) + ": " +
               asl::FullMessage(diagnostic);
  }
  return InvalidArgument(std::move(message), "definition")
      .WithReason(std::string(interpreter::kInvalidDefinition));
}

Status CheckSizes(const interpreter::StateTest& test, std::size_t payload_bytes_max) {
  const auto check = [&](const std::optional<Bytes>& payload, const char* field) {
    if (!payload || payload->size() <= payload_bytes_max) return OkStatus();
    return InvalidArgument(std::string(field) + " has " + std::to_string(payload->size()) +
                               " bytes; at most " + std::to_string(payload_bytes_max) +
                               " are allowed",
                           field);
  };
  RETURN_IF_ERROR(check(test.input, "input"));
  RETURN_IF_ERROR(check(test.variables, "variables"));
  RETURN_IF_ERROR(check(test.context, "context"));
  RETURN_IF_ERROR(check(test.map_item_reader_data, "map_item_reader_data"));
  return test.mock ? check(test.mock->result, "mock.result") : OkStatus();
}

// The state to test, in a machine that holds it.
Result<asl::TestedState> Compile(const TestStateRequest& request, const Limits& limits) {
  RETURN_IF_ERROR(CheckSizes(request.test, limits.payload_bytes_max));
  asl::TestedState tested =
      asl::CompileTestedState(request.definition, request.state_name, limits.definition_bytes_max);
  if (tested.machine == nullptr) return DefinitionError(tested);
  if (tested.state == asl::kNoState) {
    return InvalidArgument("the definition has no state '" + request.state_name + "'",
                           "state_name");
  }
  RETURN_IF_ERROR(interpreter::CheckStateTest(*tested.machine, tested.state, request.test));
  return tested;
}

}  // namespace

StateTests::StateTests(Matcher& matcher,
                       const interpreter::Environment& environment,
                       platform::Random& random)
    : matcher_(matcher), environment_(environment), random_(random) {}

StateTests::~StateTests() {
  std::map<TaskRef, Waiting> waiting;
  {
    const MutexLock lock(mutex_);
    waiting.swap(waiting_);
  }
  for (auto& [ref, test] : waiting)
    test.done(Unavailable("the engine stops; run the test again"));
}

void StateTests::Start(TestStateRequest request, Timestamp now, Callback<StateTestResult> done) {
  const auto tested = Compile(request, environment_.limits);
  if (!tested.ok()) return done(tested.status());
  Waiting waiting{.machine = tested->machine,
                  .state = tested->state,
                  .test = std::move(request.test),
                  .at = now,
                  .seed = random_.Next64()};
  auto outcome = interpreter::RunStateTest(
      *waiting.machine, waiting.state, waiting.test, environment_, now, waiting.seed);
  if (auto* result = std::get_if<StateTestResult>(&outcome)) return done(std::move(*result));

  auto& call = std::get<interpreter::TaskCall>(outcome);
  const TaskRef ref{
      .execution = {.shard = kStateTestShard, .number = ExecutionNumber{random_.Next64()}},
      .frame = kRootFrame,
      .wait_number = 1};
  const interpreter::ExecutionHeader header{.seed = waiting.seed};
  waiting.task = Task{
      .ref = ref,
      .function = std::move(call.function),
      .qualifier = std::move(call.qualifier),
      .payload = std::move(call.payload),
      .request_id = interpreter::RequestId(header, kRootFrame, ref.wait_number),
      .deadline = now + kFunctionMax,
      .execution = {.namespace_id = request.namespace_id, .state_machine = "TestState"},
      .state = waiting.machine->states[waiting.state].name,
      .wants_log = call.wants_log,
  };
  waiting.done = std::move(done);
  Task task = waiting.task;
  if (auto refused = Add(std::move(waiting))) {
    return refused->done(ResourceExhausted("too many tests wait for functions; at most " +
                                           std::to_string(kWaitingMax) + " may at once"));
  }
  std::vector<ReadyTask> ready;
  ready.push_back({.task = std::move(task), .namespace_id = request.namespace_id});
  matcher_.Offer(std::move(ready), now);
}

std::optional<StateTests::Waiting> StateTests::Add(Waiting waiting) {
  const MutexLock lock(mutex_);
  if (waiting_.size() >= kWaitingMax) return waiting;
  const TaskRef ref = waiting.task.ref;
  waiting_.emplace(ref, std::move(waiting));
  return std::nullopt;
}

std::optional<StateTests::Waiting> StateTests::Take(const TaskRef& ref) {
  const MutexLock lock(mutex_);
  auto taken = waiting_.extract(ref);
  if (taken.empty()) return std::nullopt;
  return std::move(taken.mapped());
}

void StateTests::Load(const TaskRef& ref) {
  std::optional<Task> task;
  {
    const MutexLock lock(mutex_);
    const auto found = waiting_.find(ref);
    if (found != waiting_.end()) task = found->second.task;
  }
  matcher_.Loaded(ref, std::move(task));
}

bool StateTests::End(Completion completion) {
  matcher_.Withdraw({completion.ref});
  auto waiting = Take(completion.ref);
  if (!waiting) return false;
  auto outcome = interpreter::RunStateTest(
      *waiting->machine,
      waiting->state,
      waiting->test,
      environment_,
      waiting->at,
      waiting->seed,
      interpreter::CalledFunction{.output = std::move(completion.output),
                                  .error = std::move(completion.error),
                                  .cause = std::move(completion.cause),
                                  .log_tail = std::move(completion.log_tail)});
  waiting->done(std::get<StateTestResult>(std::move(outcome)));
  return true;
}

void StateTests::Poll(Timestamp now) {
  std::vector<TaskRef> late;
  {
    const MutexLock lock(mutex_);
    for (const auto& [ref, waiting] : waiting_) {
      if (*waiting.task.deadline <= now) late.push_back(ref);
    }
  }
  if (late.empty()) return;
  matcher_.Withdraw(late);
  for (const TaskRef& ref : late) {
    auto waiting = Take(ref);
    if (!waiting) continue;
    waiting->done(DeadlineExceeded("the function '" + waiting->task.function +
                                   "' has not answered the test within five minutes"));
  }
}

std::optional<Timestamp> StateTests::NextDeadline() {
  const MutexLock lock(mutex_);
  std::optional<Timestamp> next;
  for (const auto& [ref, waiting] : waiting_) {
    next = next ? std::min(*next, *waiting.task.deadline) : *waiting.task.deadline;
  }
  return next;
}

}  // namespace pawl::runtime
