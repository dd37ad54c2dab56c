// Invoke of the AWS Lambda API.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/expression/digest.h"
#include "tests/unit/server/lambda/lambda_client.h"

namespace pawl::test {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

constexpr char kInvoke[] = "/2015-03-31/functions/echo/invocations";
constexpr char kEchoLatest[] = "arn:aws:lambda:us-east-1:123456789012:function:echo:$LATEST";

http::HttpRequest Invocation(std::string body,
                             std::vector<http::HttpHeader> headers = {},
                             std::string target = kInvoke) {
  return {.method = "POST",
          .target = std::move(target),
          .headers = std::move(headers),
          .body = std::move(body)};
}

class InvokeOperationTest : public testing::Test {
 protected:
  ScriptedWorker& AddEcho() {
    ScriptedWorker& worker = client_.harness().AddWorker({"echo"});
    worker.On("echo", [this](const Task& task) {
      seen_.push_back(task);
      return ScriptedWorker::Outcome{.output = task.payload.str(), .log_tail = "said\n"};
    });
    return worker;
  }

  LambdaClient client_;
  std::vector<Task> seen_;
};

TEST_F(InvokeOperationTest, AFunctionsResultIsTheBody) {
  AddEcho();
  const LambdaAnswer answer = client_.Send(Invocation(R"({"a": 1})"));
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.body, R"({"a": 1})");
  EXPECT_EQ(answer.content_type, "application/json");
  EXPECT_EQ(answer.headers.at("X-Amz-Executed-Version"), "$LATEST");
  EXPECT_FALSE(answer.headers.contains("X-Amz-Function-Error"));
  EXPECT_FALSE(answer.headers.contains("X-Amz-Log-Result"));
  ASSERT_EQ(seen_.size(), 1U);
  EXPECT_EQ(answer.headers.at("x-amzn-RequestId"), seen_[0].request_id);
}

TEST_F(InvokeOperationTest, NoEventIsAnEmptyOne) {
  AddEcho();
  EXPECT_EQ(client_.Send(Invocation("")).body, "{}");
}

TEST_F(InvokeOperationTest, AnErrorOfTheFunctionIsAnAnswer) {
  ScriptedWorker& worker = client_.harness().AddWorker({"echo"});
  const std::string error = R"({"errorMessage":"no","errorType":"ValueError","stackTrace":[]})";
  worker.On("echo", [&](const Task&) {
    return ScriptedWorker::Outcome{.error = "ValueError", .cause = error};
  });
  LambdaAnswer answer = client_.Send(Invocation("{}"));
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.headers.at("X-Amz-Function-Error"), "Unhandled");
  EXPECT_EQ(answer.body, error);
  worker.On("echo", [](const Task&) {
    return ScriptedWorker::Outcome{.error = "Plain", .cause = "no JSON"};
  });
  answer = client_.Send(Invocation("{}"));
  EXPECT_EQ(answer.body, R"({"errorType":"Plain","errorMessage":"no JSON"})");
}

TEST_F(InvokeOperationTest, TheEndOfTheLogIsGivenWhereItIsAskedFor) {
  AddEcho();
  const LambdaAnswer answer =
      client_.Send(Invocation("{}", {{.name = "x-amz-log-type", .value = "Tail"}}));
  EXPECT_EQ(expression::DecodeBase64(answer.headers.at("X-Amz-Log-Result")), "said\n");
}

TEST_F(InvokeOperationTest, TheClientContextReachesTheFunction) {
  AddEcho();
  const std::string context = R"({"custom":{"a":"b"}})";
  EXPECT_EQ(
      client_
          .Send(Invocation(
              "{}", {{.name = "x-amz-client-context", .value = expression::EncodeBase64(context)}}))
          .status,
      200);
  ASSERT_EQ(seen_.size(), 1U);
  EXPECT_EQ(seen_[0].client_context, context);
  for (const std::string wrong : {"!", "W10=", "bm8="}) {  // [] and no
    EXPECT_EQ(
        client_.Send(Invocation("{}", {{.name = "x-amz-client-context", .value = wrong}})).Error(),
        "400 InvalidRequestContentException: Client context must be a valid Base64-encoded JSON "
        "object.");
  }
  EXPECT_THAT(client_
                  .Send(Invocation(
                      "{}", {{.name = "x-amz-client-context", .value = std::string(3'584, 'A')}}))
                  .Error(),
              HasSubstr("has 3584 bytes in base64; at most 3583"));
}

TEST_F(InvokeOperationTest, AnEventThatIsNoJsonIsRefused) {
  AddEcho();
  EXPECT_THAT(client_.Send(Invocation("{'a'}")).Error(),
              StartsWith("400 InvalidRequestContentException: Could not parse request body into "
                         "json: payload: is not JSON: line 1, column 2"));
}

TEST_F(InvokeOperationTest, ALargeEventIsRefused) {
  AddEcho();
  const std::string large = '"' + std::string(256 * 1024, 'x') + '"';
  EXPECT_EQ(client_.Send(Invocation(large)).Error(),
            "413 RequestTooLargeException: Request must be smaller than 262144 bytes for the "
            "InvokeFunction operation");
  EXPECT_EQ(
      client_.Send(Invocation(large, {{.name = "x-amz-invocation-type", .value = "Event"}}))
          .Error(),
      "413 RequestTooLargeException: 262146 byte payload is too large for the Event invocation "
      "type (limit 262110 bytes)");
  // The limit that was named is kept.
  const auto send = [&](std::size_t bytes) {
    const std::string payload = '"' + std::string(bytes - 2, 'x') + '"';
    return client_.Send(Invocation(payload, {{.name = "x-amz-invocation-type", .value = "Event"}}))
        .status;
  };
  EXPECT_EQ(send(262'110), 202);
  EXPECT_EQ(send(262'111), 413);
}

TEST_F(InvokeOperationTest, AFunctionThatNobodyServesIsNotFound) {
  const auto answer = client_.Begin(Invocation("{}"));
  client_.harness().Settle();
  EXPECT_FALSE(*answer);
  client_.harness().Advance(std::chrono::seconds(3));
  ASSERT_TRUE(*answer);
  EXPECT_EQ((*answer)->Error(),
            std::string("404 ResourceNotFoundException: Function not found: ") + kEchoLatest);
}

TEST_F(InvokeOperationTest, AnEventIsAnsweredOnceItIsDurable) {
  ASSERT_EQ(client_.Create("echo").Error(), "");
  const std::vector<http::HttpHeader> event = {{.name = "x-amz-invocation-type", .value = "Event"}};
  const LambdaAnswer answer = client_.Send(Invocation(R"({"n": 1})", event));
  EXPECT_EQ(answer.status, 202);
  EXPECT_EQ(answer.body, "");
  client_.harness().Crash();
  AddEcho();
  // Until then the task waits for a worker that may have had it.
  client_.harness().Advance(client_.harness().engine().options().reconnect_window);
  ASSERT_EQ(seen_.size(), 1U);
  EXPECT_EQ(seen_[0].payload.view(), R"({"n":1})");
}

TEST_F(InvokeOperationTest, AnEventThatCouldNotBeDurableIsRefused) {
  AddEcho();
  client_.harness().Settle();
  const std::vector<http::HttpHeader> event = {{.name = "x-amz-invocation-type", .value = "Event"}};
  const std::string pass = R"({"StartAt":"P","States":{"P":{"Type":"Pass","End":true}}})";
  const std::string wait =
      R"({"StartAt":"W","States":{"W":{"Type":"Wait","Seconds":9,"End":true}}})";
  Engine& engine = client_.harness().engine();
  ASSERT_TRUE(engine.Deploy({.name = "pawl-lambda-events", .definition = wait}).ok());
  EXPECT_EQ(client_.Send(Invocation("{}", event)).status, 202);
  ASSERT_TRUE(engine.DeleteStateMachine({}, "pawl-lambda-events").ok());
  EXPECT_THAT(client_.Send(Invocation("{}", event)).Error(), StartsWith("500 ServiceException: "));
  client_.harness().Advance(std::chrono::seconds(20));
  ASSERT_TRUE(engine
                  .Deploy({.name = "pawl-lambda-events",
                           .definition = pass,
                           .type = asl::MachineType::kExpress})
                  .ok());
  EXPECT_THAT(client_.Send(Invocation("{}", event)).Error(), HasSubstr("is EXPRESS"));
}

TEST_F(InvokeOperationTest, ACallThatNoWorkerTakesEndsSoonerThanAFunctionMayRun) {
  ASSERT_EQ(client_.Create("echo", R"(,"Timeout":5)").Error(), "");
  const auto answer = client_.Begin(Invocation("{}"));
  client_.harness().Advance(std::chrono::seconds(54));
  EXPECT_FALSE(*answer);
  client_.harness().Advance(std::chrono::seconds(2));
  ASSERT_TRUE(*answer);
  EXPECT_THAT((*answer)->Error(), StartsWith("500 ServiceException: "));
}

TEST_F(InvokeOperationTest, AnEventIsWhatWasSent) {
  AddEcho();
  client_.harness().Settle();
  const std::vector<http::HttpHeader> event = {{.name = "x-amz-invocation-type", .value = "Event"}};
  for (const char* payload :
       {R"("later")", R"("5")", "5", "null", "[1]", R"({"FunctionName":"g"})"})
    EXPECT_EQ(client_.Send(Invocation(payload, event)).status, 202) << payload;
  client_.harness().Settle();
  ASSERT_EQ(seen_.size(), 6U);
  EXPECT_EQ(seen_[0].payload.view(), R"("later")");
  EXPECT_EQ(seen_[1].payload.view(), R"("5")");
  EXPECT_EQ(seen_[2].payload.view(), "5");
  EXPECT_EQ(seen_[3].payload.view(), "null");
  EXPECT_EQ(seen_[4].payload.view(), "[1]");
  EXPECT_EQ(seen_[5].payload.view(), R"({"FunctionName":"g"})");
  EXPECT_EQ(seen_[5].function, "echo");
}

TEST_F(InvokeOperationTest, AnEventThatCannotBeDeliveredIsRefused) {
  const std::vector<http::HttpHeader> event = {{.name = "x-amz-invocation-type", .value = "Event"}};
  EXPECT_EQ(client_.Send(Invocation("{}", event)).Error(),
            std::string("404 ResourceNotFoundException: Function not found: ") + kEchoLatest);
  AddEcho();
  client_.harness().Settle();
  EXPECT_THAT(client_.Send(Invocation("{", event)).Error(),
              StartsWith("400 InvalidRequestContentException: "));
}

TEST_F(InvokeOperationTest, ADryRunLooksForTheFunctionAndItsQualifier) {
  const std::vector<http::HttpHeader> dry = {{.name = "x-amz-invocation-type", .value = "DryRun"}};
  EXPECT_EQ(client_.Send(Invocation("{}", dry)).status, 404);
  ASSERT_EQ(client_.Create("echo").Error(), "");
  EXPECT_EQ(client_.Send(Invocation("{}", dry)).status, 204);
  EXPECT_EQ(client_.Send(Invocation("{}", dry, std::string(kInvoke) + "?Qualifier=7")).Error(),
            "404 ResourceNotFoundException: Function not found: "
            "arn:aws:lambda:us-east-1:123456789012:function:echo:7");
  EXPECT_EQ(seen_.size(), 0U);
}

TEST_F(InvokeOperationTest, TheQualifierMayStandInTheName) {
  ASSERT_EQ(client_.Create("echo", R"(,"Publish":true)").Error(), "");
  const std::vector<http::HttpHeader> dry = {{.name = "x-amz-invocation-type", .value = "DryRun"}};
  for (const char* name : {"echo:1",
                           "echo%3A1",
                           "123456789012:function:echo:1",
                           "arn%3Aaws%3Alambda%3Aus-east-1%3A123456789012%3Afunction%3Aecho%3A1"}) {
    const std::string target = "/2015-03-31/functions/" + std::string(name) + "/invocations";
    EXPECT_EQ(client_.Send(Invocation("{}", dry, target)).status, 204) << name;
  }
  EXPECT_EQ(client_.Send(Invocation("{}", dry, "/2015-03-31/functions/echo:2/invocations")).status,
            404);
}

TEST_F(InvokeOperationTest, AVersionIsExecuted) {
  ASSERT_EQ(client_.Create("echo", R"(,"Publish":true)").Error(), "");
  client_.harness().AddWorker({"echo:1"}).Returns("echo:1", R"("one")");
  const LambdaAnswer answer =
      client_.Send(Invocation("{}", {}, std::string(kInvoke) + "?Qualifier=1"));
  EXPECT_EQ(answer.body, R"("one")");
  EXPECT_EQ(answer.headers.at("X-Amz-Executed-Version"), "1");
}

TEST_F(InvokeOperationTest, AReservedConcurrencyOfZeroThrottles) {
  ASSERT_EQ(client_.Create("echo").Error(), "");
  ASSERT_EQ(
      client_.Put("/2017-10-31/functions/echo/concurrency", R"({"ReservedConcurrentExecutions":0})")
          .status,
      200);
  AddEcho();
  const LambdaAnswer answer = client_.Send(Invocation("{}"));
  EXPECT_EQ(answer.status, 429);
  EXPECT_EQ(answer.headers.at("x-amzn-ErrorType"), "TooManyRequestsException");
  EXPECT_EQ(answer.headers.at("Retry-After"), "1");
  EXPECT_EQ(answer.Get("Reason"), "ReservedFunctionConcurrentInvocationLimitExceeded");
}

TEST_F(InvokeOperationTest, AnotherInvocationTypeIsRefused) {
  EXPECT_EQ(
      client_.Send(Invocation("{}", {{.name = "x-amz-invocation-type", .value = "No"}})).Error(),
      "400 ValidationException: 1 validation error detected: Value 'No' at 'invocationType' "
      "failed to satisfy constraint: Member must satisfy enum value set: [Event, "
      "RequestResponse, DryRun]");
}

}  // namespace
}  // namespace pawl::test
