#include "engine/runtime/state_tests.h"

#include <memory>
#include <string>
#include <utility>

#include "engine/asl/tested_state.h"
#include "engine/base/built_in_function.h"
#include "engine/base/check_scope.h"
#include "engine/base/hash.h"
#include "engine/runtime/told_exchange.h"

namespace pawl::runtime {
namespace {

Status TestedStateError(const asl::TestedState& tested) {
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
  if (tested.machine == nullptr) return TestedStateError(tested);
  if (tested.state == asl::kNoState) {
    return InvalidArgument("the definition has no state '" + request.state_name + "'",
                           "state_name");
  }
  RETURN_IF_ERROR(interpreter::CheckStateTest(*tested.machine, tested.state, request.test));
  return tested;
}

// A test that waits for a function, and all that it is run with, twice alike.
struct WaitingTest {
  std::shared_ptr<const asl::StateMachine> machine;
  StateIndex state = asl::kNoState;
  interpreter::StateTest test = {};
  Timestamp at = {};
  std::uint64_t seed = 0;

  using Outcome = std::variant<StateTestResult, interpreter::TaskCall>;

  Result<Outcome> Run(const interpreter::Environment& environment,
                      const std::optional<interpreter::CalledFunction>& called) const {
    const CheckScope scope;
    try {
      return interpreter::RunStateTest(*machine, state, test, environment, at, seed, called);
    } catch (const BrokenInvariant& broken) {
      return Internal(broken.what());
    }
  }
};

}  // namespace

StateTests::StateTests(FunctionCalls& calls,
                       const interpreter::Environment& environment,
                       platform::Random& random)
    : calls_(calls), environment_(environment), random_(random) {}

void StateTests::Start(TestStateRequest request, Timestamp now, Callback<StateTestResult> done) {
  const auto tested = Compile(request, environment_.limits);
  if (!tested.ok()) return done(tested.status());
  WaitingTest waiting{.machine = tested->machine,
                      .state = tested->state,
                      .test = std::move(request.test),
                      .at = now,
                      .seed = random_.Next64()};
  auto outcome = waiting.Run(environment_, std::nullopt);
  if (!outcome.ok()) return done(outcome.status());
  if (auto* result = std::get_if<StateTestResult>(&*outcome)) return done(std::move(*result));

  auto& call = std::get<interpreter::TaskCall>(*outcome);
  if (call.invocation != interpreter::Invocation::kRequestResponse) {
    return done(InvalidArgument(
        "InvocationType: the test of a state calls a function only with RequestResponse; a mock "
        "would stand for the call",
        "mock"));
  }
  const bool is_traced =
      request.shown_exchange != ShownExchange::kNone && call.function == kHttpFunction;
  if (is_traced) {
    call.payload = AskForExchange(call.payload, request.shown_exchange == ShownExchange::kWhole);
  }
  const interpreter::ExecutionHeader header{.seed = waiting.seed};
  Task task{
      .function = std::move(call.function),
      .qualifier = std::move(call.qualifier),
      .payload = std::move(call.payload),
      .request_id = interpreter::RequestId(header, kRootFrame, 1),
      .execution = {.namespace_id = request.namespace_id, .state_machine = "TestState"},
      .state = waiting.machine->states[waiting.state].name,
      .wants_log = call.wants_log,
      .client_context = std::move(call.client_context),
  };
  calls_.Start(std::move(task),
               kFunctionMax,
               now,
               [this, is_traced, waiting = std::move(waiting), done = std::move(done)](
                   const Result<CallEnd>& end) {
                 if (!end.ok()) return done(end.status());
                 interpreter::CalledFunction called = end->function;
                 ToldExchange exchange = is_traced ? TakeExchange(called) : ToldExchange{};
                 auto rerun = waiting.Run(environment_, called);
                 if (!rerun.ok()) return done(rerun.status());
                 auto result = std::get<StateTestResult>(*std::move(rerun));
                 result.inspection.http_request = std::move(exchange.request);
                 result.inspection.http_response = std::move(exchange.response);
                 done(std::move(result));
               });
}

}  // namespace pawl::runtime
