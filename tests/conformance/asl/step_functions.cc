#include "tests/conformance/asl/step_functions.h"

#include <algorithm>
#include <boost/json/serialize.hpp>
#include <chrono>
#include <utility>
#include <vector>

#include "engine/asl/compile.h"
#include "server/aws/definition_json.h"
#include "server/aws/execution_json.h"
#include "server/aws/history_json.h"
#include "server/aws/test_state_json.h"

namespace pawl::test {
namespace {

// Virtual time in which every case must have ended.
constexpr Duration kExecutionMax = std::chrono::hours(24);
// In which an EXPRESS execution has ended, and a little more.
constexpr Duration kExpressMax = std::chrono::minutes(6);
// The scripts of activity workers sleep whole seconds.
constexpr Duration kWorkerStep = std::chrono::seconds(1);

Answer Error(std::string code, std::string message) {
  return {.error_code = std::move(code), .error_message = std::move(message)};
}

Answer NotSupported(std::string what) {
  return {.not_supported = std::move(what)};
}

// boto3 turns epoch seconds into date-time objects, which print like this.
std::string PythonDateTime(Timestamp time) {
  std::string text = FormatTimestamp(time);
  text[text.find('T')] = ' ';
  text.resize(text.size() - 1);
  return text + "+00:00";
}

Tree ParsedAnswer(const std::string& text) {
  auto parsed = ParseTree(text);
  PAWL_CHECK_MESSAGE(parsed.has_value(), text.c_str());
  // Numbers under these names are epoch seconds.
  for (const char* name : {"startDate", "stopDate", "creationDate", "timestamp"}) {
    Tree* time = parsed->as_object().if_contains(name);
    if (time == nullptr || !time->is_number()) continue;
    constexpr double kMicrosPerSecond = 1e6;
    *time = PythonDateTime(
        FromMicros(static_cast<std::int64_t>(time->to_number<double>() * kMicrosPerSecond)));
  }
  return *std::move(parsed);
}

std::string_view LastOfArn(std::string_view arn) {
  return arn.substr(arn.rfind(':') + 1);
}

ExecutionName NameOfExecution(std::string_view arn) {
  const std::string_view machine_arn = arn.substr(0, arn.rfind(':'));
  return {.state_machine = std::string(LastOfArn(machine_arn)),
          .name = std::string(LastOfArn(arn))};
}

bool IsUnsupported(const asl::Diagnostic& diagnostic) {
  return diagnostic.code == "NOT_SUPPORTED";
}

// The diagnostics of a definition without those by which the engine says that it is not so far.
std::vector<asl::Diagnostic> RealDiagnostics(const asl::Compilation& compilation) {
  std::vector<asl::Diagnostic> diagnostics = compilation.diagnostics;
  std::erase_if(diagnostics, IsUnsupported);
  return diagnostics;
}

bool HasErrors(const std::vector<asl::Diagnostic>& diagnostics) {
  return std::any_of(diagnostics.begin(), diagnostics.end(), [](const auto& diagnostic) {
    return diagnostic.severity == asl::Severity::kError;
  });
}

std::optional<std::string> FindUnsupported(const asl::Compilation& compilation) {
  const auto found =
      std::find_if(compilation.diagnostics.begin(), compilation.diagnostics.end(), IsUnsupported);
  if (found == compilation.diagnostics.end()) return std::nullopt;
  return found->pointer + ": " + found->message;
}

asl::MachineType TypeOf(const Tree& parameters) {
  return StringMember(parameters, "type") == "EXPRESS" ? asl::MachineType::kExpress
                                                       : asl::MachineType::kStandard;
}

EngineOptions Options() {
  EngineOptions options;
  options.arns = StepFunctions::arns();
  return options;
}

}  // namespace

StepFunctions::StepFunctions()
    : buckets_(std::make_shared<MemoryObjectStore>()), harness_(Options(), buckets_) {}

// An account whose digits stand in no case.
const interpreter::ArnScheme& StepFunctions::arns() {
  static const interpreter::ArnScheme arns{
      .partition = "aws", .region = "us-east-1", .account = "731902645518"};
  return arns;
}

std::string StepFunctions::role_arn() const {
  return interpreter::RoleArn(arns());
}

void StepFunctions::RegisterFunction(const std::string& name, ScriptedWorker::Function function) {
  harness_.AddWorker({name}).On(name, std::move(function));
}

bool StepFunctions::AwaitClosed(const std::string& execution_arn) {
  const ExecutionName name = NameOfExecution(execution_arn);
  if (!harness_.engine().DescribeExecution(name).ok()) return false;
  if (!activity_workers_.empty()) return AwaitClosedBesideWorkers(name);
  return harness_.AdvanceUntilClosed(name, kExecutionMax);
}

bool StepFunctions::AwaitClosedBesideWorkers(const ExecutionName& name) {
  const Timestamp end = harness_.clock().WallNow() + kExecutionMax;
  while (harness_.clock().WallNow() < end) {
    harness_.Settle();
    bool was_busy = false;
    for (const auto& worker : activity_workers_)
      was_busy = worker->Work() || was_busy;
    if (was_busy) continue;
    if (harness_.Describe(name).status != ExecutionStatus::kRunning) return true;
    harness_.Advance(kWorkerStep);
  }
  return false;
}

void StepFunctions::AddActivityWorker(const std::string& activity_arn,
                                      const std::string& name,
                                      Tree script) {
  activity_workers_.push_back(std::make_unique<ActivityWorker>(
      harness_.engine(),
      harness_.clock(),
      ActivityRequest{.activity = std::string(LastOfArn(activity_arn)), .worker = name},
      std::move(script)));
}

Answer StepFunctions::Call(const std::string& method, const Tree& parameters) {
  if (method == "create_activity") return CreateActivity(parameters);
  if (method == "create_state_machine") return CreateStateMachine(parameters);
  if (method == "start_execution") return StartExecution(parameters);
  if (method == "start_sync_execution") return StartSyncExecution(parameters);
  if (method == "describe_execution") return DescribeExecution(parameters);
  if (method == "get_execution_history") return GetExecutionHistory(parameters);
  if (method == "test_state") return TestState(parameters);
  if (method == "validate_state_machine_definition") return ValidateDefinition(parameters);
  return NotSupported(method);
}

Answer StepFunctions::CallBuckets(const std::string& method, const Tree& parameters) {
  const std::string bucket = StringMember(parameters, "Bucket");
  if (method == "create_bucket") {
    buckets_->AddBucket(bucket);
  } else if (method == "put_object") {
    buckets_->Put({.bucket = bucket, .key = StringMember(parameters, "Key")},
                  StringMember(parameters, "Body"));
  } else {
    return NotSupported("s3 " + method);
  }
  return {.response = boost::json::object()};
}

Answer StepFunctions::CreateActivity(const Tree& parameters) {
  const auto activity =
      harness_.engine().CreateActivity(NamespaceId{}, StringMember(parameters, "name"));
  if (!activity.ok()) return Error("InvalidName", activity.status().message());
  return {.response = boost::json::object{{"activityArn", activity->arn},
                                          {"creationDate", PythonDateTime(activity->created_at)}}};
}

Answer StepFunctions::CreateStateMachine(const Tree& parameters) {
  const std::string definition = StringMember(parameters, "definition");
  const asl::MachineType type = TypeOf(parameters);
  const asl::Compilation compilation =
      asl::Compile(definition, Limits().definition_bytes_max, type);
  const auto diagnostics = RealDiagnostics(compilation);
  if (HasErrors(diagnostics)) {
    return Error("InvalidDefinition", aws::InvalidDefinitionMessage(diagnostics, definition));
  }
  if (auto what = FindUnsupported(compilation)) return NotSupported(*std::move(what));
  const auto deployed = harness_.engine().Deploy({.name = StringMember(parameters, "name"),
                                                  .definition = definition,
                                                  .type = type,
                                                  .must_be_new = true});
  if (!deployed.ok()) return Error("StateMachineAlreadyExists", deployed.status().message());
  const StateMachineInfo& machine = deployed->state_machine;
  return {.response = boost::json::object{{"stateMachineArn", machine.arn},
                                          {"creationDate", PythonDateTime(machine.created_at)}}};
}

Answer StepFunctions::StartExecution(const Tree& parameters) {
  const std::string arn = StringMember(parameters, "stateMachineArn");
  const auto started = harness_.TryStart({.state_machine = std::string(LastOfArn(arn)),
                                          .name = StringMember(parameters, "name"),
                                          .input = StringMember(parameters, "input")});
  if (!started.ok()) return Error("InvalidExecutionInput", started.status().message());
  return {.response = boost::json::object{{"executionArn", started->arn},
                                          {"startDate", PythonDateTime(started->started_at)}}};
}

Answer StepFunctions::StartSyncExecution(const Tree& parameters) {
  const std::string arn = StringMember(parameters, "stateMachineArn");
  std::optional<Result<ExecutionInfo>> ended;
  harness_.engine().StartSyncExecution(
      {.state_machine = std::string(LastOfArn(arn)),
       .name = StringMember(parameters, "name"),
       .input = StringMember(parameters, "input")},
      [&ended](Result<ExecutionInfo> execution) { ended = std::move(execution); });
  const Timestamp end = harness_.clock().WallNow() + kExpressMax;
  harness_.Settle();
  while (!ended && harness_.clock().WallNow() < end)
    harness_.Advance(kWorkerStep);
  PAWL_CHECK(ended);
  if (!ended->ok()) return Error(ended->status().reason(), ended->status().message());
  std::string text;
  aws::WriteSyncExecution(text, **ended);
  return {.response = ParsedAnswer(text)};
}

Answer StepFunctions::DescribeExecution(const Tree& parameters) {
  const auto name = NameOfExecution(StringMember(parameters, "executionArn"));
  const auto execution = harness_.engine().DescribeExecution(name);
  if (!execution.ok()) return Error("ExecutionDoesNotExist", execution.status().message());
  std::string text;
  aws::WriteExecution(text, *execution);
  return {.response = ParsedAnswer(text)};
}

Answer StepFunctions::GetExecutionHistory(const Tree& parameters) {
  const auto name = NameOfExecution(StringMember(parameters, "executionArn"));
  const Status found = harness_.engine().DescribeExecution(name).status();
  if (!found.ok()) return Error("ExecutionDoesNotExist", found.message());
  std::vector<EventInfo> history = harness_.History(name);
  const Tree* reverse = Member(parameters, "reverseOrder");
  if (reverse != nullptr && reverse->is_bool() && reverse->get_bool()) {
    std::reverse(history.begin(), history.end());
  }
  boost::json::array events;
  for (const EventInfo& event : history) {
    std::string text;
    aws::WriteHistoryEvent(text, event, {.region = arns().region, .role_arn = role_arn()});
    events.push_back(ParsedAnswer(text));
  }
  return {.response = boost::json::object{{"events", std::move(events)}}};
}

Answer StepFunctions::ValidateDefinition(const Tree& parameters) {
  const asl::Compilation compilation = asl::Compile(
      StringMember(parameters, "definition"), Limits().definition_bytes_max, TypeOf(parameters));
  const auto diagnostics = RealDiagnostics(compilation);
  if (!HasErrors(diagnostics)) {
    if (auto what = FindUnsupported(compilation)) return NotSupported(*std::move(what));
  }
  std::string text;
  aws::WriteValidation(text, diagnostics, diagnostics.size());
  return {.response = ParsedAnswer(text)};
}

Answer StepFunctions::TestState(const Tree& parameters) {
  auto call = aws::ReadTestState(boost::json::serialize(parameters));
  if (!call.ok()) return Error("ValidationException", call.status().message());
  std::optional<Result<StateTestResult>> result;
  harness_.engine().TestState(call->request,
                              [&](Result<StateTestResult> given) { result = std::move(given); });
  harness_.Settle();
  PAWL_CHECK(result.has_value());
  if (!result->ok()) {
    auto error = aws::TestStateError(call->request, result->status());
    return Error(std::move(error.code), std::move(error.message));
  }
  std::string text;
  aws::WriteTestState(text, **result, call->shows_inspection);
  return {.response = ParsedAnswer(text)};
}

}  // namespace pawl::test
