#include "engine/asl/task.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "engine/asl/compiled_values.h"
#include "engine/asl/resource.h"
#include "engine/asl/service_parameters.h"
#include "engine/asl/template_check.h"
#include "engine/base/built_in_function.h"

namespace pawl::asl {

namespace {

// Step Functions Developer Guide, "Invoke an AWS Lambda function": the parameters of its Invoke.
constexpr std::array<std::string_view, 6> kInvokeParameters = {
    "FunctionName", "Payload", "Qualifier", "InvocationType", "ClientContext", "LogType"};
constexpr std::array<std::string_view, 3> kInvocationTypes = {"RequestResponse", "Event", "DryRun"};
constexpr std::array<std::string_view, 2> kLogTypes = {"None", "Tail"};

std::string_view WithoutSuffix(std::string_view name, Language language) {
  if (language == Language::kJsonPath && name.ends_with(".$")) {
    name.remove_suffix(2);
  }
  return name;
}

std::string Bracketed(std::span<const std::string_view> words) {
  std::string list;
  for (const std::string_view word : words) {
    list += (list.empty() ? "" : ", ") + std::string(word);
  }
  return "[" + list + "]";
}

// A literal among words.
void CheckInvokeWord(const Place& place,
                     std::span<const std::string_view> words,
                     Problems& problems) {
  const SourceNode& node = *place.node;
  if (IsExpression(place)) {
    return;
  }
  const auto found = std::find(words.begin(), words.end(), node.text);
  if (!node.is(json::Type::kString) || found == words.end()) {
    problems.Error(code::kSchema,
                   place,
                   "The field " + Quote(place.name) + " should have one of these values: " +
                       Bracketed(words) + ", found " + Describe(node));
  }
}

// AWS takes any text when a state machine is created, and fails when it runs.
void CheckFunctionName(const Place& place, Problems& problems) {
  const Resource function = ParseResource(place.node->text);
  if (function.kind == Resource::Kind::kUnsupported) {
    problems.NotSupported(place, function.explanation);
  } else if (function.kind != Resource::Kind::kFunction) {
    problems.Warning(code::kFunctionName,
                     place,
                     Describe(*place.node) +
                         " names no function; write its name or its ARN "
                         "arn:aws:lambda:REGION:ACCOUNT:function:NAME");
  }
}

void CheckInvokeMember(const Place& place, Language language, Problems& problems) {
  const std::string_view name = WithoutSuffix(place.name, language);
  if (std::find(kInvokeParameters.begin(), kInvokeParameters.end(), name) ==
      kInvokeParameters.end()) {
    problems.ErrorAtName(
        code::kSchema,
        place,
        "lambda:invoke has no parameter " + Quote(name) +
            DidYouMean(name, {kInvokeParameters.begin(), kInvokeParameters.end()}) +
            "; the function's input stands in 'Payload'");
    return;
  }
  if (name != place.name) {
    return;
  }
  if (name == "InvocationType") {
    CheckInvokeWord(place, kInvocationTypes, problems);
  } else if (name == "LogType") {
    CheckInvokeWord(place, kLogTypes, problems);
  } else if (name == "FunctionName") {
    const bool is_text = place.node->is(json::Type::kString);
    if (!is_text) {
      problems.Error(code::kSchema, place, "expected a function, found " + Describe(*place.node));
    } else if (!(language == Language::kJsonata && IsExpression(place))) {
      CheckFunctionName(place, problems);
    }
  }
}

// Step Functions Developer Guide, "Start workflow executions": the parameters of its call.
constexpr std::array<std::string_view, 4> kStartExecutionParameters = {
    "StateMachineArn", "Input", "Name", "TraceHeader"};

// API model: SendTaskSuccess and its like.
constexpr std::array<std::string_view, 2> kSuccessParameters = {"TaskToken", "Output"};
constexpr std::array<std::string_view, 3> kFailureParameters = {"TaskToken", "Error", "Cause"};
constexpr std::array<std::string_view, 1> kHeartbeatParameters = {"TaskToken"};

ServiceParameters ParametersOf(EngineCall call) {
  switch (call) {
    case EngineCall::kStartExecution:
      return {"startExecution", kStartExecutionParameters};
    case EngineCall::kSendTaskSuccess:
      return {"sendTaskSuccess", kSuccessParameters};
    case EngineCall::kSendTaskFailure:
      return {"sendTaskFailure", kFailureParameters};
    case EngineCall::kSendTaskHeartbeat:
      return {"sendTaskHeartbeat", kHeartbeatParameters};
  }
  return {};
}

// The parameters if they are an object in the definition; without them the state's input holds
// them. `expected` says what they hold.
std::optional<Place> ParametersObject(const Fields& fields,
                                      std::string_view expected,
                                      Language language,
                                      Problems& problems) {
  const std::string_view name = language == Language::kJsonPath ? "Parameters" : "Arguments";
  const SourceMember* member = fields.object().node->Find(name);
  if (member == nullptr) return std::nullopt;
  const Place place = fields.object().Member(*member);
  if (language == Language::kJsonata && IsExpression(place)) return std::nullopt;
  if (place.node->is(json::Type::kObject)) return place;
  problems.Error(
      code::kSchema,
      place,
      "expected an object with " + std::string(expected) + ", found " + Describe(*place.node));
  return std::nullopt;
}

bool HasParameter(const Place& place, std::string_view name, Language language) {
  const std::vector<SourceMember>& members = place.node->members;
  return std::any_of(members.begin(), members.end(), [&](const SourceMember& member) {
    return WithoutSuffix(member.name, language) == name;
  });
}

void CheckRequired(const Place& place,
                   const ServiceParameters& parameters,
                   Language language,
                   Problems& problems) {
  std::vector<std::string_view> missing;
  for (const std::string_view name : parameters.names.first(parameters.required)) {
    if (!HasParameter(place, name, language)) missing.push_back(name);
  }
  if (missing.empty()) return;
  problems.Error(code::kSchema, place, "These fields are required: " + Bracketed(missing));
}

std::optional<Place> CheckParameters(const Fields& fields,
                                     const ServiceParameters& parameters,
                                     Language language,
                                     Problems& problems) {
  const std::span<const std::string_view> names = parameters.names;
  const std::optional<Place> place =
      ParametersObject(fields, Quote(names.front()), language, problems);
  if (!place) return std::nullopt;
  for (const SourceMember& parameter : place->node->members) {
    const std::string_view given = WithoutSuffix(parameter.name, language);
    if (std::find(names.begin(), names.end(), given) != names.end()) continue;
    problems.ErrorAtName(code::kSchema,
                         place->Member(parameter),
                         std::string(parameters.call) + " has no parameter " + Quote(given) +
                             DidYouMean(given, {names.begin(), names.end()}));
  }
  CheckRequired(*place, parameters, language, problems);
  return place;
}

void CheckWordParameter(const Place& place,
                        const WordParameter& parameter,
                        Language language,
                        Problems& problems) {
  const SourceMember* member = place.node->Find(parameter.name);
  if (member == nullptr) return;
  const Place value = place.Member(*member);
  if (language == Language::kJsonata && IsExpression(value)) return;
  const bool is_word =
      value.node->is(json::Type::kString) &&
      std::find(parameter.words.begin(), parameter.words.end(), value.node->text) !=
          parameter.words.end();
  if (is_word) return;
  problems.Error(code::kSchema,
                 value,
                 "The field " + Quote(parameter.name) + " should have one of these values: " +
                     Bracketed(parameter.words) + ", found " + Describe(*value.node));
}

void CheckKnownService(const Fields& fields,
                       const ServiceParameters& parameters,
                       Language language,
                       Problems& problems) {
  const std::optional<Place> place = CheckParameters(fields, parameters, language, problems);
  if (!place) return;
  if (ServiceFunction(parameters.call) == kHttpFunction &&
      !HasParameter(*place, "Authentication", language) &&
      !HasParameter(*place, "InvocationConfig", language)) {
    problems.Error(code::kSchema, *place, "These fields are required: [Authentication]");
  }
  for (const WordParameter& word : parameters.words)
    CheckWordParameter(*place, word, language, problems);
}

void CheckInvoke(const Fields& fields, Language language, Problems& problems) {
  const std::optional<Place> place = ParametersObject(fields, "'FunctionName'", language, problems);
  if (!place) return;
  for (const SourceMember& parameter : place->node->members) {
    CheckInvokeMember(place->Member(parameter), language, problems);
  }
  if (!HasParameter(*place, "FunctionName", language)) {
    problems.Error(code::kSchema, *place, "These fields are required: [FunctionName]");
  }
}

// Which parameters a call of an API has is the service's to say; that they are an object is
// certain.
void CheckService(const Fields& fields,
                  std::string_view call,
                  Language language,
                  Problems& problems) {
  if (const ServiceParameters* known = FindServiceParameters(call); known != nullptr) {
    return CheckKnownService(fields, *known, language, problems);
  }
  ParametersObject(fields, "the parameters of " + Quote(call), language, problems);
}

// ASL specification, "Timeouts": the interval of heartbeats is smaller than the timeout.
void CheckHeartbeat(const Fields& fields, Problems& problems) {
  const auto timeout = CompileInteger(fields.Get("TimeoutSeconds"));
  const Place* heartbeat_place = fields.Get("HeartbeatSeconds");
  const auto heartbeat = CompileInteger(heartbeat_place);
  if (timeout && heartbeat && *heartbeat >= *timeout) {
    problems.Error(code::kHeartbeat,
                   *heartbeat_place,
                   "HeartbeatSeconds (" + std::to_string(*heartbeat) +
                       ") must be smaller than TimeoutSeconds (" + std::to_string(*timeout) + ")");
  }
}

// Step Functions Developer Guide, "Choosing workflow type": what Express workflows do not have.
void CheckExpress(const Place& place, const Resource& resource, Problems& problems) {
  if (resource.kind == Resource::Kind::kActivity) {
    problems.Error(code::kSchema, place, "Express state machine does not support Activity ARN");
    return;
  }
  if (resource.pattern == IntegrationPattern::kRequestResponse) return;
  const std::string_view pattern =
      resource.pattern == IntegrationPattern::kCallback ? "waitForTaskToken" : "sync";
  problems.Error(
      code::kSchema,
      place,
      "Express state machine does not support '." + std::string(pattern) + "' service integration");
}

}  // namespace

TaskState CompileTask(const Fields& fields,
                      Language language,
                      MachineType type,
                      Problems& problems) {
  TaskState task;
  CheckHeartbeat(fields, problems);
  task.timeout_seconds = CompileNumber(fields, "TimeoutSeconds", "TimeoutSecondsPath");
  task.heartbeat_seconds = CompileNumber(fields, "HeartbeatSeconds", "HeartbeatSecondsPath");
  const Place* place = fields.Get("Resource");
  if (place == nullptr) {
    return task;
  }
  Resource resource = ParseResource(place->node->text);
  if (resource.is_lambda_invoke) {
    CheckInvoke(fields, language, problems);
  }
  task.resource = std::string(place->node->text);
  if (type == MachineType::kExpress) CheckExpress(*place, resource, problems);
  switch (resource.kind) {
    case Resource::Kind::kFunction:
      task.function_name = std::move(resource.function_name);
      task.qualifier = std::move(resource.qualifier);
      break;
    case Resource::Kind::kLambdaInvoke:
      task.integration = TaskState::Integration::kLambdaInvoke;
      task.pattern = resource.pattern;
      break;
    case Resource::Kind::kEngineCall:
      task.integration = TaskState::Integration::kEngineCall;
      task.pattern = resource.pattern;
      task.call = resource.call;
      task.is_aws_sdk = resource.is_aws_sdk;
      CheckParameters(fields, ParametersOf(resource.call), language, problems);
      break;
    case Resource::Kind::kService:
      task.integration = TaskState::Integration::kService;
      task.pattern = resource.pattern;
      task.function_name = ServiceFunction(resource.service_call);
      CheckService(fields, resource.service_call, language, problems);
      task.service_call = std::move(resource.service_call);
      break;
    case Resource::Kind::kActivity:
      task.integration = TaskState::Integration::kActivity;
      task.function_name = ActivityFunction(resource.activity);
      break;
    case Resource::Kind::kUnsupported:
      problems.NotRunnable(*place, resource.explanation);
      task.is_runnable = false;
      break;
    case Resource::Kind::kInvalid:
      problems.Error(code::kSchema, *place, resource.explanation);
      break;
  }
  return task;
}

}  // namespace pawl::asl
