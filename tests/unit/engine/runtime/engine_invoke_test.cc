// Engine::InvokeFunction: a function on a worker, without an execution.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/runtime/function_calls.h"
#include "tests/support/engine_harness.h"

namespace pawl::test {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

class EngineInvokeTest : public ::testing::Test {
 protected:
  void Invoke(InvocationRequest request) {
    harness_.engine().InvokeFunction(std::move(request), [this](Result<InvocationResponse> result) {
      ++answers_;
      result_ = std::move(result);
    });
    harness_.Settle();
  }

  void Invoke(const std::string& payload = "{}") {
    Invoke({.function = "greet", .payload = Bytes(payload)});
  }

  // The output, "error: cause", the message of a Status, or "waits".
  std::string Outcome() const {
    if (!result_) return "waits";
    if (!result_->ok()) return result_->status().message();
    const InvocationResponse& response = result_->value();
    return response.output ? response.output->str() : response.error + ": " + response.cause;
  }

  StatusCode Code() const { return result_ ? result_->status().code() : StatusCode::kUnknown; }

  std::optional<Result<InvocationResponse>> result_;
  int answers_ = 0;
  // Ends first: it answers what still waits.
  EngineHarness harness_;
};

TEST_F(EngineInvokeTest, AFunctionIsCalledOnItsWorker) {
  ScriptedWorker& worker = harness_.AddWorker({"greet"});
  worker.On("greet", [](const Task& task) {
    return ScriptedWorker::Outcome{.output = "[" + task.payload.str() + "]", .log_tail = "log"};
  });
  Invoke(R"({"a":1})");
  EXPECT_EQ(Outcome(), R"([{"a":1}])");
  const InvocationResponse& response = result_->value();
  EXPECT_EQ(response.executed_version, "$LATEST");
  EXPECT_EQ(response.request_id.size(), 36U);
  EXPECT_EQ(response.log_tail, "");
  ASSERT_EQ(worker.acks.size(), 1U);
  EXPECT_EQ(worker.acks[0].outcome, CompletionOutcome::kAccepted);
  EXPECT_EQ(harness_.engine().Statistics().executions_started, 0U);
}

TEST_F(EngineInvokeTest, TheFunctionGetsWhatTheCallerSays) {
  ScriptedWorker& worker = harness_.AddWorker({"greet"});
  Invoke({.function = "greet",
          .qualifier = "PROD",
          .client_context = R"({"custom":{}})",
          .wants_log = true,
          .timeout = 5s});
  ASSERT_EQ(worker.tasks.size(), 1U);
  const Task& task = worker.tasks.front();
  EXPECT_EQ(task.payload, Bytes("{}"));
  EXPECT_EQ(task.qualifier, "PROD");
  EXPECT_TRUE(task.wants_log);
  EXPECT_EQ(task.client_context, R"({"custom":{}})");
  EXPECT_EQ(task.deadline, harness_.clock().WallNow() + 5s);
  worker.Complete(task, {.output = "1", .log_tail = "log"});
  EXPECT_EQ(result_->value().request_id, task.request_id);
  EXPECT_EQ(result_->value().log_tail, "log");
}

TEST_F(EngineInvokeTest, AClientContextIsJsonAndSmall) {
  Invoke(InvocationRequest{.function = "greet", .client_context = "{"});
  EXPECT_EQ(Code(), StatusCode::kInvalidArgument);
  Invoke(InvocationRequest{.function = "greet",
                           .client_context = std::string(kClientContextBytesMax + 1, ' ')});
  EXPECT_EQ(Code(), StatusCode::kInvalidArgument);
}

TEST_F(EngineInvokeTest, AFunctionThatFailsIsAnAnswer) {
  harness_.AddWorker({"greet"}).Fails("greet", "Oops");
  Invoke();
  EXPECT_EQ(Outcome(), "Oops: on purpose");
}

TEST_F(EngineInvokeTest, AnErrorThatTheFunctionNamesLikeOursIsItsOwn) {
  harness_.AddWorker({"greet"}).Fails("greet", "Lambda.ResourceNotFoundException");
  Invoke();
  EXPECT_EQ(Outcome(), "Lambda.ResourceNotFoundException: on purpose");
}

TEST_F(EngineInvokeTest, AFunctionThatNobodyServesIsNotFoundAfterTheGrace) {
  Invoke();
  EXPECT_EQ(Outcome(), "waits");
  harness_.Advance(3s);
  EXPECT_EQ(Code(), StatusCode::kNotFound);
  EXPECT_EQ(Outcome(), "Function not found: arn:aws:lambda:us-east-1:123456789012:function:greet");
}

TEST_F(EngineInvokeTest, ACallHasItsTime) {
  ScriptedWorker& worker = harness_.AddWorker({"greet"});
  Invoke({.function = "greet", .timeout = 5s});
  harness_.Advance(4s);
  EXPECT_EQ(Outcome(), "waits");
  harness_.Advance(1s);
  EXPECT_EQ(Code(), StatusCode::kDeadlineExceeded);
  EXPECT_EQ(Outcome(), "the function 'greet' has not answered within 5 s");
  EXPECT_EQ(worker.cancelled.size(), 1U);
  worker.Complete(worker.tasks.front(), {.output = "1"});
  harness_.Settle();
  EXPECT_EQ(worker.acks.at(0).outcome, CompletionOutcome::kSettled);
  EXPECT_EQ(answers_, 1);
}

TEST_F(EngineInvokeTest, TooManyThatWaitAreRefused) {
  for (std::size_t i = 0; i < runtime::FunctionCalls::kWaitingMax; ++i)
    Invoke();
  EXPECT_EQ(answers_, 0);
  Invoke();
  EXPECT_EQ(answers_, 1);
  EXPECT_EQ(Code(), StatusCode::kResourceExhausted);
}

TEST_F(EngineInvokeTest, ACallOfAWorkerThatVanishedGoesToAnother) {
  ScriptedWorker& first = harness_.AddWorker({"greet"});
  Invoke();
  first.Vanish();
  harness_.AddWorker({"greet"}).Returns("greet", "2");
  harness_.Advance(3s);
  EXPECT_EQ(Outcome(), "2");
}

TEST_F(EngineInvokeTest, ACallWhoseWorkersAreAllLostIsUnavailable) {
  for (std::uint32_t i = 0; i < runtime::Matcher::kLostWorkersMax; ++i) {
    ScriptedWorker& worker = harness_.AddWorker({"greet"});
    if (i == 0) Invoke();
    worker.Vanish();
    harness_.Advance(3s);
  }
  EXPECT_EQ(Code(), StatusCode::kUnavailable);
  EXPECT_THAT(Outcome(), HasSubstr("worker was lost"));
}

TEST_F(EngineInvokeTest, AnEngineThatStopsAnswers) {
  harness_.AddWorker({"greet"});
  Invoke();
  harness_.Crash();
  EXPECT_EQ(Code(), StatusCode::kUnavailable);
}

TEST_F(EngineInvokeTest, WhatCannotBeCalledIsRefused) {
  const auto field_of = [this](InvocationRequest request) {
    Invoke(std::move(request));
    return result_->status().field();
  };
  EXPECT_EQ(field_of({.function = ""}), "function");
  EXPECT_EQ(field_of({.function = "pawl:aws"}), "function");
  EXPECT_EQ(field_of({.function = std::string(141, 'f')}), "function");
  EXPECT_EQ(field_of({.function = "f", .payload = Bytes("{")}), "payload");
  EXPECT_EQ(field_of({.function = "f", .timeout = 0s}), "timeout");
  EXPECT_EQ(field_of({.function = "f", .timeout = 16min}), "timeout");
  EXPECT_EQ(field_of({.function = "f", .payload = Bytes(std::string(256 * 1024 + 1, '1'))}),
            "payload");
  EXPECT_EQ(result_->status().reason(), "PayloadTooLarge");
}

TEST_F(EngineInvokeTest, AResultKeepsItsBound) {
  harness_.AddWorker({"greet"}).Returns("greet", std::string(256 * 1024 + 1, '1'));
  Invoke();
  EXPECT_EQ(Outcome(),
            "Function.ResponseSizeTooLarge: Response payload size exceeded maximum allowed payload "
            "size (262144 bytes).");
}

}  // namespace
}  // namespace pawl::test
