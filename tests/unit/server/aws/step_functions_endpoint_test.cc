#include "server/aws/step_functions_endpoint.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>

#include "engine/json/write.h"
#include "engine/platform/clock.h"
#include "engine/platform/random.h"
#include "engine/runtime/engine.h"
#include "server/aws/operations.h"
#include "tests/unit/server/aws/api_client.h"

namespace pawl::test {
namespace {

using testing::HasSubstr;
using testing::MatchesRegex;
using testing::Not;
using testing::StartsWith;

constexpr char kPass[] = R"({"StartAt":"P","States":{"P":{"Type":"Pass","End":true}}})";
constexpr char kWait[] =
    R"({"StartAt":"W","States":{"W":{"Type":"Wait","Seconds":600,"End":true}}})";
constexpr char kActivityTask[] =
    R"({"StartAt":"A","States":{"A":{"Type":"Task","End":true,)"
    R"("Resource":"arn:aws:states:us-east-1:123456789012:activity:ask"}}})";
constexpr char kArnPrefix[] = "arn:aws:states:us-east-1:123456789012:";

std::string Quoted(const std::string& text) {
  std::string out;
  json::WriteStringTo(out, text);
  return out;
}

std::string Arn(const std::string& resource) {
  return kArnPrefix + resource;
}

class StepFunctionsEndpointTest : public testing::Test {
 protected:
  StepFunctionsEndpointTest() {
    auto engine = Engine::Open({});
    engine_ = std::move(engine).value();
    endpoint_ = std::make_unique<aws::StepFunctionsEndpoint>(
        *engine_,
        authenticator_,
        random_,
        runtime::TokenSealer({{.id = 1, .secret = std::string(32, 's')}}));
    client_ = std::make_unique<ApiClient>(*endpoint_);
  }

  ApiAnswer Call(std::string_view operation, std::string body) {
    return client_->Call(operation, std::move(body));
  }

  ApiAnswer Create(const std::string& name,
                   const std::string& definition = kPass,
                   const std::string& more = "") {
    return Call("CreateStateMachine",
                R"({"name":")" + name + R"(","roleArn":"arn:aws:iam::1:role/r","definition":)" +
                    Quoted(definition) + more + "}");
  }

  std::string Start(const std::string& machine, const std::string& more = "") {
    const ApiAnswer answer = Call("StartExecution", Of("stateMachine:" + machine, more));
    EXPECT_EQ(answer.Error(), "");
    return answer.Get("executionArn");
  }

  // {"stateMachineArn": …} or {"executionArn": …} by the kind of the resource.
  static std::string Of(const std::string& resource, const std::string& more = "") {
    const std::string kind = resource.substr(0, resource.find(':'));
    return "{\"" + kind + "Arn\":\"" + Arn(resource) + "\"" + more + "}";
  }

  static std::string OfExecution(const std::string& arn, const std::string& more = "") {
    return R"({"executionArn":")" + arn + "\"" + more + "}";
  }

  // Waits until an execution has ended.
  ApiAnswer End(const std::string& arn) {
    while (true) {
      ApiAnswer answer = Call("DescribeExecution", OfExecution(arn));
      if (answer.Get("status") != "RUNNING") return answer;
    }
  }

  platform::SystemClock clock_;
  platform::SystemRandom random_;
  const aws::Authenticator authenticator_{{}, clock_};
  std::unique_ptr<Engine> engine_;
  std::unique_ptr<aws::StepFunctionsEndpoint> endpoint_;
  std::unique_ptr<ApiClient> client_;
};

TEST_F(StepFunctionsEndpointTest, ARequestThatIsRefusedUnreadGetsAnErrorOfThisApi) {
  const std::map<int, std::string> names = {{400, "MalformedHttpRequestException"},
                                            {408, "RequestTimeoutException"},
                                            {413, "RequestEntityTooLargeException"},
                                            {431, "RequestEntityTooLargeException"},
                                            {501, "MalformedHttpRequestException"},
                                            {503, "ServiceUnavailable"},
                                            {505, "MalformedHttpRequestException"}};
  for (const auto& [status, name] : names) {
    const http::HttpResponse response = endpoint_->Refuse({}, {.status = status, .text = "why"});
    EXPECT_EQ(response.status, status);
    EXPECT_EQ(response.content_type, "application/x-amz-json-1.0");
    EXPECT_EQ(response.body, R"({"__type":")" + name + R"(","message":"why"})");
    ASSERT_EQ(response.headers.size(), 1U);
    EXPECT_EQ(response.headers[0].name, "x-amzn-RequestId");
    EXPECT_THAT(response.headers[0].value, MatchesRegex("[0-9a-f]{8}-[0-9a-f-]{27}"));
  }
}

TEST_F(StepFunctionsEndpointTest, AnswersInTheJsonProtocol) {
  const ApiAnswer first = Call("ListStateMachines", "{}");
  EXPECT_EQ(first.status, 200);
  EXPECT_EQ(first.content_type, "application/x-amz-json-1.0");
  EXPECT_EQ(first.body, R"({"stateMachines":[]})");
  EXPECT_THAT(first.request_id, MatchesRegex("[0-9a-f]{8}-[0-9a-f-]{27}"));
  EXPECT_NE(Call("ListStateMachines", "").request_id, first.request_id);
}

TEST_F(StepFunctionsEndpointTest, TellsWhatIsNoCall) {
  http::HttpRequest request = ApiRequest("ListStateMachines", "{}");
  request.method = "GET";
  EXPECT_THAT(client_->Send(request).Error(), StartsWith("UnknownOperationException: 'GET' of"));
  request = ApiRequest("Explode", "{}");
  EXPECT_EQ(client_->Send(request).Error(),
            "UnknownOperationException: the operation 'Explode' is not served");
  request.headers[1].value = "DynamoDB_20120810.GetItem";
  EXPECT_THAT(client_->Send(request).Error(), HasSubstr("X-Amz-Target is 'DynamoDB_2012"));
  request = ApiRequest("ListStateMachines", "{}");
  request.headers[0].value = "text/html";
  EXPECT_THAT(client_->Send(request).Error(),
              StartsWith("UnsupportedMediaTypeException: Content-Type is 'text/html'"));
  request.headers[0].value = "application/x-amz-json-1.0; charset=utf-8";
  EXPECT_EQ(client_->Send(request).status, 200);
}

TEST_F(StepFunctionsEndpointTest, TellsWhatIsNoJson) {
  for (const std::string body : {"{", "[]", "nonsense", "{\"a\":1,\"a\":2}", "\"\xff\"", "{} {}"}) {
    const ApiAnswer answer = Call("ListStateMachines", body);
    EXPECT_EQ(answer.status, 400) << body;
    EXPECT_EQ(answer.Get("__type"), "SerializationException") << body;
  }
  EXPECT_EQ(Call("ListStateMachines", std::string(100'000, '[')).Get("__type"),
            "SerializationException");
}

TEST_F(StepFunctionsEndpointTest, EveryOperationRefusesWrongTypesAndMissingMembers) {
  std::set<std::string_view> names;
  for (const aws::Operation& operation : aws::AllOperations()) {
    EXPECT_TRUE(names.insert(operation.name).second);
    EXPECT_NE(operation.answer == nullptr, operation.begin == nullptr) << operation.name;
    for (const aws::MemberShape& member : operation.input) {
      const std::string name(member.name);
      const bool is_structure = member.shape->kind == aws::ShapeKind::kStructure;
      const ApiAnswer wrong =
          Call(operation.name, "{\"" + name + "\":" + (is_structure ? "[]" : "{}") + "}");
      EXPECT_EQ(wrong.Get("__type"), "SerializationException") << operation.name << " " << name;
      if (!member.is_required) continue;
      EXPECT_THAT(Call(operation.name, "{}").Error(),
                  HasSubstr("Value null at '" + name +
                            "' failed to satisfy constraint: Member must not be null"));
    }
  }
}

TEST_F(StepFunctionsEndpointTest, KeepsAStateMachine) {
  const ApiAnswer created = Create("m");
  EXPECT_EQ(created.Get("stateMachineArn"), Arn("stateMachine:m"));
  EXPECT_THAT(created.Get("creationDate"), MatchesRegex("[0-9]+\\.[0-9]{3}"));
  const ApiAnswer described = Call("DescribeStateMachine", Of("stateMachine:m"));
  EXPECT_EQ(described.Get("definition"), kPass);
  EXPECT_EQ(described.Get("roleArn"), "arn:aws:iam::1:role/r");
  EXPECT_EQ(described.Get("status"), "ACTIVE");
  EXPECT_EQ(described.Get("type"), "STANDARD");
  EXPECT_EQ(described.Get("revisionId"), "(none)");
  EXPECT_EQ(described.Get("loggingConfiguration"),
            R"({"level":"OFF","includeExecutionData":false})");
  EXPECT_EQ(described.Get("tracingConfiguration"), R"({"enabled":false})");
  EXPECT_EQ(Call("DescribeStateMachine", Of("stateMachine:m", R"(,"includedData":"METADATA_ONLY")"))
                .Get("definition"),
            "(none)");
  EXPECT_EQ(Call("DeleteStateMachine", Of("stateMachine:m")).body, "{}");
  EXPECT_EQ(Call("DeleteStateMachine", Of("stateMachine:m")).body, "{}");
  EXPECT_EQ(
      Call("DescribeStateMachine", Of("stateMachine:m")).Error(),
      "StateMachineDoesNotExist: State Machine Does Not Exist: '" + Arn("stateMachine:m") + "'");
}

TEST_F(StepFunctionsEndpointTest, RefusesWrongStateMachines) {
  EXPECT_EQ(Create("a b").Error(), "InvalidName: Invalid Name: 'a b'");
  EXPECT_EQ(Create("m", R"({"StartAt":"P"})").Error(),
            "InvalidDefinition: Invalid State Machine Definition: 'SCHEMA_VALIDATION_FAILED: These "
            "fields are required: [States] at /'");
  EXPECT_EQ(Create("m", kPass, R"(,"type":"BATCH")").Error(),
            "ValidationException: 1 validation error detected: Value 'BATCH' at 'type' failed to "
            "satisfy constraint: Member must satisfy enum value set: [EXPRESS, STANDARD]");
  EXPECT_EQ(Create("m").Error(), "");
  EXPECT_EQ(Create("m").Error(), "");
  EXPECT_EQ(
      Create("m", kWait).Error(),
      "StateMachineAlreadyExists: State Machine Already Exists: '" + Arn("stateMachine:m") + "'");
  EXPECT_EQ(Create("n", kPass, R"(,"versionDescription":"v")").Error(),
            "ValidationException: Version description can only be set when publish is true");
  EXPECT_THAT(Create("n", kPass, R"(,"loggingConfiguration":{"level":"ALL"})").Error(),
              StartsWith("InvalidLoggingConfiguration: "));
}

TEST_F(StepFunctionsEndpointTest, UpdatesOnlyWhatIsGiven) {
  Create("m");
  EXPECT_THAT(Call("UpdateStateMachine", Of("stateMachine:m")).Error(),
              StartsWith("MissingRequiredParameter: Either the definition, the role ARN"));
  const ApiAnswer updated = Call(
      "UpdateStateMachine", Of("stateMachine:m", R"(,"tracingConfiguration":{"enabled":true})"));
  EXPECT_THAT(updated.Get("revisionId"), MatchesRegex("[0-9a-f-]{36}"));
  const ApiAnswer described = Call("DescribeStateMachine", Of("stateMachine:m"));
  EXPECT_EQ(described.Get("definition"), kPass);
  EXPECT_EQ(described.Get("tracingConfiguration"), R"({"enabled":true})");
  EXPECT_EQ(described.Get("revisionId"), updated.Get("revisionId"));
  EXPECT_THAT(Call("UpdateStateMachine", Of("stateMachine:x", R"(,"roleArn":"r")")).Error(),
              StartsWith("StateMachineDoesNotExist: "));
  EXPECT_THAT(Call("UpdateStateMachine", Of("stateMachine:m", R"(,"definition":"{}")")).Error(),
              StartsWith("InvalidDefinition: "));
}

TEST_F(StepFunctionsEndpointTest, KeepsVersionsAndAliases) {
  const ApiAnswer created = Create("m", kPass, R"(,"publish":true,"versionDescription":"one")");
  EXPECT_EQ(created.Get("stateMachineVersionArn"), Arn("stateMachine:m:1"));
  EXPECT_EQ(Call("DescribeStateMachine", Of("stateMachine:m:1")).Get("description"), "one");
  const std::string routes = R"("routingConfiguration":[{"stateMachineVersionArn":")" +
                             Arn("stateMachine:m:1") + R"(","weight":100}])";
  EXPECT_EQ(Call("CreateStateMachineAlias", R"({"name":"live",)" + routes + "}")
                .Get("stateMachineAliasArn"),
            Arn("stateMachine:m:live"));
  const std::string alias = R"({"stateMachineAliasArn":")" + Arn("stateMachine:m:live") + "\"}";
  EXPECT_EQ(Call("DescribeStateMachineAlias", alias).Get("name"), "live");
  const ApiAnswer ended = End(Start("m:live"));
  EXPECT_EQ(ended.Get("stateMachineAliasArn"), Arn("stateMachine:m:live"));
  EXPECT_EQ(ended.Get("stateMachineVersionArn"), Arn("stateMachine:m:1"));
  EXPECT_THAT(Call("DeleteStateMachineVersion",
                   R"({"stateMachineVersionArn":")" + Arn("stateMachine:m:1") + "\"}")
                  .Error(),
              StartsWith("ConflictException: Version to be deleted must not be referenced"));
  EXPECT_EQ(Call("DeleteStateMachineAlias", alias).body, "{}");
  EXPECT_EQ(Call("ListStateMachineAliases", Of("stateMachine:m")).body,
            R"({"stateMachineAliases":[]})");
  EXPECT_THAT(Call("CreateStateMachineAlias",
                   R"({"name":"live","routingConfiguration":[{"weight":100,)"
                   R"("stateMachineVersionArn":")" +
                       Arn("stateMachine:m") + "\"}]}")
                  .Error(),
              HasSubstr("Routing configuration must contain state machine version ARNs"));
}

TEST_F(StepFunctionsEndpointTest, RefusesAliasesOfWhatIsNotThere) {
  Create("m", kWait);
  EXPECT_EQ(Call("ListStateMachineAliases", Of("stateMachine:m:7")).Error(),
            "ResourceNotFound: Request references a resource that does not exist.");
  EXPECT_THAT(Call("ListStateMachineAliases", Of("stateMachine:none")).Error(),
              StartsWith("StateMachineDoesNotExist: "));
  Start("m");
  Call("DeleteStateMachine", Of("stateMachine:m"));
  EXPECT_EQ(
      Call("ListStateMachineAliases", Of("stateMachine:m")).Error(),
      "StateMachineDeleting: State Machine is being deleted: '" + Arn("stateMachine:m") + "'");
}

// API reference, DeleteStateMachine, StartExecution and others: a qualified ARN that refers to a
// distributed Map state.
TEST_F(StepFunctionsEndpointTest, RefusesArnsWithAMapStatesLabel) {
  Create("m");
  for (const char* operation : {"StartExecution",
                                "DeleteStateMachine",
                                "DescribeStateMachine",
                                "ListStateMachineVersions",
                                "PublishStateMachineVersion"}) {
    EXPECT_EQ(Call(operation, Of("stateMachine:m/L")).Error(),
              "ValidationException: This operation does not support ARNs with the label of a Map "
              "state: '" +
                  Arn("stateMachine:m/L") + "'");
  }
}

TEST_F(StepFunctionsEndpointTest, RefusesWhatIsNoRole) {
  Create("m");
  for (const char* role : {"x",
                           "arn:aws:iam::1:user/u",
                           "arn:aws:iam::role/r",
                           "arn:aws:iam::1:role/",
                           "arn:aws:s3:::role/r",
                           "arn:aws:iam::1"}) {
    const std::string error = "InvalidArn: Invalid Role Arn: '" + std::string(role) + "'";
    const std::string member = R"(,"roleArn":")" + std::string(role) + "\"";
    EXPECT_EQ(Call("UpdateStateMachine", Of("stateMachine:m", member)).Error(), error);
    EXPECT_EQ(Call("TestState", R"({"definition":"{\"Type\":\"Succeed\"}")" + member + "}").Error(),
              error);
  }
  EXPECT_EQ(Call("UpdateStateMachine",
                 Of("stateMachine:m", R"(,"roleArn":"arn:aws-cn:iam::12:role/path/name")"))
                .Error(),
            "");
}

TEST_F(StepFunctionsEndpointTest, KeepsTags) {
  Create("m", kPass, R"(,"tags":[{"key":"team","value":"a"}])");
  const std::string resource = R"({"resourceArn":")" + Arn("stateMachine:m") + "\"";
  EXPECT_EQ(Call("ListTagsForResource", resource + "}").body,
            R"({"tags":[{"key":"team","value":"a"}]})");
  Call("TagResource", resource + R"(,"tags":[{"key":"cost","value":""}]})");
  Call("UntagResource", resource + R"(,"tagKeys":["team"]})");
  EXPECT_EQ(Call("ListTagsForResource", resource + "}").body,
            R"({"tags":[{"key":"cost","value":""}]})");
}

TEST_F(StepFunctionsEndpointTest, RunsAnExecution) {
  Create("m");
  const std::string arn = Start("m", R"(,"name":"x","input":"{\"a\":1}")");
  EXPECT_EQ(arn, Arn("execution:m:x"));
  const ApiAnswer ended = End(arn);
  EXPECT_EQ(ended.Get("status"), "SUCCEEDED");
  EXPECT_EQ(ended.Get("output"), R"({"a":1})");
  const ApiAnswer history = Call("GetExecutionHistory", OfExecution(arn));
  EXPECT_THAT(history.body, HasSubstr(R"("roleArn":"arn:aws:iam::1:role/r")"));
  EXPECT_THAT(history.body, HasSubstr(R"("type":"ExecutionSucceeded")"));
  EXPECT_THAT(
      Call("GetExecutionHistory", OfExecution(arn, R"(,"includeExecutionData":false)")).body,
      Not(HasSubstr("\\\"a\\\"")));
  EXPECT_EQ(Call("DescribeExecution", OfExecution(arn, R"(,"includedData":"METADATA_ONLY")"))
                .Get("inputDetails"),
            R"({"included":false})");
  EXPECT_EQ(Call("DescribeStateMachineForExecution", OfExecution(arn)).Get("stateMachineArn"),
            Arn("stateMachine:m"));
}

TEST_F(StepFunctionsEndpointTest, RefusesWrongStarts) {
  Create("m");
  EXPECT_EQ(Call("StartExecution", Of("stateMachine:m", R"(,"input":"not some json")")).Error(),
            "InvalidExecutionInput: Invalid State Machine Execution Input: 'Unrecognized token "
            "'not': was expecting (JSON String, Number, Array, Object or token 'null', 'true' or "
            "'false')'");
  EXPECT_EQ(Call("StartExecution", Of("stateMachine:m", R"(,"input":"")")).Error(),
            "InvalidExecutionInput: Invalid State Machine Execution Input: 'Invalid execution "
            "input.'");
  EXPECT_EQ(Call("StartExecution", Of("stateMachine:m", R"(,"name":"a/b")")).Error(),
            "InvalidName: Invalid Name: 'a/b'");
  EXPECT_THAT(Call("StartExecution", Of("stateMachine:n")).Error(),
              StartsWith("StateMachineDoesNotExist: "));
  EXPECT_EQ(Call("StartExecution", R"({"stateMachineArn":"m"})").Error(),
            "InvalidArn: Invalid Arn: 'Invalid ARN prefix: m'");
  Start("m", R"(,"name":"x","input":"1")");
  EXPECT_EQ(Call("StartExecution", Of("stateMachine:m", R"(,"name":"x","input":"2")")).Error(),
            "ExecutionAlreadyExists: Execution Already Exists: '" + Arn("execution:m:x") + "'");
  EXPECT_THAT(
      Call("StartExecution",
           Of("stateMachine:m", R"(,"input":")" + std::string(262'145, '1') + "\""))
          .Error(),
      StartsWith("ValidationException: 1 validation error detected: Value at 'input' failed"));
}

TEST_F(StepFunctionsEndpointTest, StopsAnExecution) {
  Create("m", kWait);
  const std::string arn = Start("m");
  EXPECT_THAT(
      Call("StopExecution", OfExecution(arn, R"(,"error":"E","cause":"C")")).Get("stopDate"),
      MatchesRegex("[0-9]+\\.[0-9]{3}"));
  const ApiAnswer ended = End(arn);
  EXPECT_EQ(ended.Get("status"), "ABORTED");
  EXPECT_EQ(ended.Get("error"), "E");
  EXPECT_EQ(Call("StopExecution", OfExecution(Arn("express:m:x:y"))).Error(),
            "InvalidArn: Invalid Arn: 'Resource type not valid in this context: express'");
}

TEST_F(StepFunctionsEndpointTest, RedrivesAnExecution) {
  Create("m", R"({"StartAt":"F","States":{"F":{"Type":"Fail","Error":"E"}}})");
  const std::string arn = Start("m");
  EXPECT_EQ(End(arn).Get("redriveStatus"), "REDRIVABLE");
  EXPECT_THAT(Call("RedriveExecution", OfExecution(arn)).Get("redriveDate"),
              MatchesRegex("[0-9]+\\.[0-9]{3}"));
  EXPECT_EQ(End(arn).Get("redriveCount"), "1");
  const auto listed = [this](const std::string& filter) {
    return Call("ListExecutions", Of("stateMachine:m", R"(,"redriveFilter":")" + filter + "\""))
        .body;
  };
  EXPECT_THAT(listed("REDRIVEN"), HasSubstr(arn));
  EXPECT_EQ(listed("NOT_REDRIVEN"), R"({"executions":[]})");
  Create("p");
  EXPECT_THAT(Call("RedriveExecution", OfExecution(Start("p", R"(,"name":"x")"))).Error(),
              StartsWith("ExecutionNotRedrivable: "));
}

TEST_F(StepFunctionsEndpointTest, UpdatesAMapRun) {
  Create("m",
         R"({"StartAt":"M","States":{"M":{"Type":"Map","Label":"L","End":true,"ItemProcessor":{)"
         R"("ProcessorConfig":{"Mode":"DISTRIBUTED","ExecutionType":"STANDARD"},"StartAt":"W",)"
         R"("States":{"W":{"Type":"Wait","Seconds":600,"End":true}}}}}})");
  const std::string arn = Start("m", R"(,"input":"[1,2]")");
  std::string runs;
  while (runs.find("mapRunArn") == std::string::npos)
    runs = Call("ListMapRuns", OfExecution(arn)).body;
  const std::size_t begin = runs.find(Arn("mapRun:"));
  const std::string run = R"({"mapRunArn":")" + runs.substr(begin, runs.find('"', begin) - begin);
  EXPECT_EQ(
      Call("UpdateMapRun", run + R"(","maxConcurrency":7,"toleratedFailurePercentage":12.5})").body,
      "{}");
  const ApiAnswer described = Call("DescribeMapRun", run + "\"}");
  EXPECT_EQ(described.Get("maxConcurrency"), "7");
  EXPECT_EQ(described.Get("toleratedFailurePercentage"), "12.5");
  EXPECT_EQ(described.Get("status"), "RUNNING");
  Call("StopExecution", OfExecution(arn));
  End(arn);
  EXPECT_THAT(Call("UpdateMapRun", run + R"(","maxConcurrency":7})").Error(),
              StartsWith("ValidationException: A Map Run that has ended cannot be updated: '"));
}

TEST_F(StepFunctionsEndpointTest, GivesListsInPages) {
  Create("m");
  for (const char* name : {"a", "b", "c"})
    End(Start("m", R"(,"name":")" + std::string(name) + "\""));
  const ApiAnswer first = Call("ListExecutions", Of("stateMachine:m", R"(,"maxResults":2)"));
  EXPECT_THAT(first.body, HasSubstr(R"("name":"c")"));
  EXPECT_THAT(first.body, Not(HasSubstr(R"("name":"a")")));
  const std::string token = R"(,"nextToken":")" + first.Get("nextToken") + "\"";
  const ApiAnswer second = Call("ListExecutions", Of("stateMachine:m", token));
  EXPECT_THAT(second.body, HasSubstr(R"("name":"a")"));
  EXPECT_EQ(second.Get("nextToken"), "(none)");
  EXPECT_EQ(
      Call("ListExecutions", Of("stateMachine:m", token + R"(,"statusFilter":"FAILED")")).Error(),
      "InvalidToken: Invalid Token: 'Invalid token'");
  EXPECT_THAT(Call("ListExecutions", Of("stateMachine:m", R"(,"maxResults":1001)")).Error(),
              HasSubstr("Member must have value less than or equal to 1000"));
  EXPECT_EQ(
      Call("ListExecutions", Of("stateMachine:m", R"(,"statusFilter":"PENDING_REDRIVE")")).body,
      R"({"executions":[]})");
  EXPECT_THAT(Call("ListExecutions", "{}").Error(), StartsWith("ValidationException: Exactly one"));
}

TEST_F(StepFunctionsEndpointTest, GivesHistoriesInPagesEitherWay) {
  Create("m");
  const std::string arn = Start("m");
  End(arn);
  const ApiAnswer first = Call("GetExecutionHistory", OfExecution(arn, R"(,"maxResults":3)"));
  EXPECT_THAT(first.body, HasSubstr(R"("id":3)"));
  const ApiAnswer second = Call(
      "GetExecutionHistory", OfExecution(arn, R"(,"nextToken":")" + first.Get("nextToken") + "\""));
  EXPECT_THAT(second.body, HasSubstr(R"("id":4)"));
  EXPECT_THAT(second.body, Not(HasSubstr(R"("id":3)")));
  EXPECT_THAT(
      Call("GetExecutionHistory", OfExecution(arn, R"(,"reverseOrder":true,"maxResults":1)")).body,
      HasSubstr("ExecutionSucceeded"));
}

TEST_F(StepFunctionsEndpointTest, WaitsForAnExpressExecution) {
  Create("m", kPass, R"(,"type":"EXPRESS")");
  const ApiAnswer ended =
      Call("StartSyncExecution", Of("stateMachine:m", R"(,"input":"{\"a\":1}")"));
  EXPECT_EQ(ended.Get("status"), "SUCCEEDED");
  EXPECT_EQ(ended.Get("output"), R"({"a":1})");
  EXPECT_THAT(ended.Get("executionArn"), StartsWith(Arn("express:m:")));
  EXPECT_EQ(Call("ListExecutions", Of("stateMachine:m")).Error(),
            "StateMachineTypeNotSupported: This operation is not supported by this type of state "
            "machine");
  Create("s");
  EXPECT_THAT(Call("StartSyncExecution", Of("stateMachine:s")).Error(),
              StartsWith("StateMachineTypeNotSupported: This operation"));
}

TEST_F(StepFunctionsEndpointTest, HandsOutAnActivitysTask) {
  EXPECT_EQ(Call("CreateActivity", R"({"name":"ask"})").Get("activityArn"), Arn("activity:ask"));
  EXPECT_EQ(Call("DescribeActivity", Of("activity:ask")).Get("name"), "ask");
  Create("m", kActivityTask);
  CapturedAnswer poll = client_->Begin("GetActivityTask", Of("activity:ask"));
  EXPECT_EQ(poll.wait(), std::chrono::seconds(60));
  EXPECT_EQ(poll.otherwise().body, R"({"taskToken":null})");
  const std::string arn = Start("m", R"(,"input":"{\"n\":1}")");
  const ApiAnswer task = poll.Await();
  EXPECT_EQ(task.Get("input"), R"({"n":1})");
  const std::string token = R"({"taskToken":")" + task.Get("taskToken") + "\"";
  EXPECT_EQ(Call("SendTaskHeartbeat", token + "}").body, "{}");
  EXPECT_THAT(Call("SendTaskSuccess", token + R"(,"output":"{"})").Error(),
              StartsWith("InvalidOutput: "));
  EXPECT_EQ(Call("SendTaskSuccess", token + R"(,"output":"2"})").body, "{}");
  EXPECT_EQ(End(arn).Get("output"), "2");
  EXPECT_THAT(Call("SendTaskFailure", token + "}").Error(), StartsWith("TaskTimedOut: "));
  EXPECT_EQ(Call("SendTaskFailure", R"({"taskToken":"nonsense"})").Error(),
            "InvalidToken: Invalid Token: 'Invalid token'");
}

TEST_F(StepFunctionsEndpointTest, AClientThatLeavesTakesNoTask) {
  Call("CreateActivity", R"({"name":"ask"})");
  Create("m", kActivityTask);
  CapturedAnswer gone = client_->Begin("GetActivityTask", Of("activity:ask"));
  gone.Abandon();
  Start("m");
  EXPECT_NE(client_->Begin("GetActivityTask", Of("activity:ask")).Await().Get("taskToken"), "");
  EXPECT_FALSE(gone.IsAnswered());
}

TEST_F(StepFunctionsEndpointTest, RefusesActivitiesThatAreNotThere) {
  EXPECT_EQ(Call("GetActivityTask", Of("activity:none")).Error(),
            "ActivityDoesNotExist: Activity Does Not Exist: '" + Arn("activity:none") + "'");
  EXPECT_EQ(Call("DeleteActivity", Of("activity:none")).body, "{}");
  EXPECT_EQ(Call("CreateActivity", R"({"name":"a*b"})").Error(),
            "InvalidName: Invalid Name: 'a*b'");
  EXPECT_EQ(Call("ListActivities", "{}").body, R"({"activities":[]})");
}

TEST_F(StepFunctionsEndpointTest, CreatesAnActivityWithItsTagsOrNotAtAll) {
  std::string tags;
  for (int key = 0; key <= 50; ++key)
    tags += (key == 0 ? "" : ",") + (R"({"key":"k)" + std::to_string(key) + R"(","value":""})");
  EXPECT_THAT(Call("CreateActivity", R"({"name":"ask","tags":[)" + tags + "]}").Error(),
              StartsWith("TooManyTags: "));
  EXPECT_EQ(Call("ListActivities", "{}").body, R"({"activities":[]})");
  EXPECT_EQ(Call("CreateActivity",
                 R"({"name":"ask","encryptionConfiguration":{"type":"CUSTOMER_MANAGED_KMS_KEY"}})")
                .Error(),
            "InvalidEncryptionConfiguration: Invalid Encryption Configuration: kmsKeyId must be "
            "specified when type is CUSTOMER_MANAGED_KMS_KEY");
}

// API reference, CreateActivity: the tags of a creation that is repeated are ignored.
TEST_F(StepFunctionsEndpointTest, CreatesAnActivityOnce) {
  const std::string first = R"([{"key":"team","value":"a"}])";
  const std::string arn =
      Call("CreateActivity", R"({"name":"ask","tags":)" + first + "}").Get("activityArn");
  const ApiAnswer again =
      Call("CreateActivity", R"({"name":"ask","tags":[{"key":"cost","value":"b"}]})");
  EXPECT_EQ(again.Get("activityArn"), arn);
  EXPECT_EQ(Call("ListTagsForResource", R"({"resourceArn":")" + arn + "\"}").Get("tags"), first);
}

TEST_F(StepFunctionsEndpointTest, RefusesArnsOfOthers) {
  EXPECT_EQ(
      Call("DescribeMapRun", R"({"mapRunArn":"arn:aws:states:eu-west-1:1:mapRun:m/L:1"})").Error(),
      "ResourceNotFound: Map Run Does Not Exist: 'arn:aws:states:eu-west-1:1:mapRun:m/L:1'");
  EXPECT_EQ(Call("ListMapRuns", OfExecution("arn:aws:s3:::bucket/key")).Error(),
            "InvalidArn: Invalid Arn: 'Malformed ARN: arn:aws:s3:::bucket/key'");
  EXPECT_THAT(Call("ListMapRuns", OfExecution(Arn("execution:m:none"))).Error(),
              StartsWith("ExecutionDoesNotExist: "));
}

TEST_F(StepFunctionsEndpointTest, TestsAState) {
  const ApiAnswer tested =
      Call("TestState", R"({"definition":"{\"Type\":\"Pass\",\"End\":true}","input":"1"})");
  EXPECT_EQ(tested.body, R"({"output":"1","status":"SUCCEEDED"})");
  EXPECT_THAT(Call("TestState", R"({"definition":"{}"})").Error(),
              StartsWith("InvalidDefinition: "));
  EXPECT_THAT(Call("TestState", R"({"definition":"{\"Type\":\"Succeed\"}","input":"{"})").Error(),
              StartsWith("InvalidExecutionInput: Invalid State Machine Execution Input: '"));
}

TEST_F(StepFunctionsEndpointTest, ValidatesADefinition) {
  EXPECT_EQ(Call("ValidateStateMachineDefinition", "{\"definition\":" + Quoted(kPass) + "}").body,
            R"({"result":"OK","diagnostics":[],"truncated":false})");
  const ApiAnswer wrong = Call("ValidateStateMachineDefinition",
                               R"({"definition":"{\"States\":{},\"X\":1}","maxResults":1})");
  EXPECT_EQ(wrong.Get("result"), "FAIL");
  EXPECT_EQ(wrong.Get("truncated"), "true");
}

}  // namespace
}  // namespace pawl::test
