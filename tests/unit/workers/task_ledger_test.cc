#include "workers/task_ledger.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "tests/unit/workers/work_function.h"

namespace pawl::workers {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

// A ledger that serves the function 'work' (function 1) on an open stream.
class TaskLedgerTest : public testing::Test {
 protected:
  TaskLedgerTest() : ledger_("worker", "", true) {
    ledger_.SetFunction("work", 2, kWorkArn);
    ledger_.Open();
    v1::WorkResponse response;
    response.mutable_welcome()->mutable_server_time()->set_seconds(1000);
    response.mutable_welcome()->set_payload_bytes_max(1000);
    EXPECT_TRUE(ledger_.Take(response, now_).is_welcome);
    Sent();
  }

  static v1::Task& AddTask(v1::WorkResponse& response, std::uint64_t id, const std::string& ref) {
    v1::Task& task = *response.add_tasks();
    task.set_id(id);
    task.set_ref(ref);
    task.set_function_id(1);
    task.set_request_id("request-" + ref);
    task.set_payload("{}");
    return task;
  }

  // Delivers a task and returns the invocation's id.
  std::uint64_t Deliver(std::uint64_t id, const std::string& ref) {
    v1::WorkResponse response;
    AddTask(response, id, ref);
    const WorkOrders orders = ledger_.Take(response, now_);
    EXPECT_THAT(orders.run, SizeIs(1));
    return orders.run.at(0).id;
  }

  void Finish(std::uint64_t id,
              Outcome outcome,
              std::string payload = "1",
              milliseconds took = {}) {
    std::vector<InvocationResult> results(1);
    results[0].id = id;
    results[0].outcome = outcome;
    results[0].error = outcome == Outcome::kFailed ? "Error" : "";
    results[0].payload = std::move(payload);
    results[0].duration = took;
    ledger_.Finish(std::move(results));
  }

  v1::WorkRequest Sent() {
    v1::WorkRequest request;
    ledger_.Fill(request, now_);
    return request;
  }

  void Accept(std::uint64_t stream_id) {
    v1::WorkResponse response;
    response.add_accepted(stream_id);
    ledger_.Take(response, now_);
  }

  SteadyTime now_{seconds(500)};
  TaskLedger ledger_;
};

TEST_F(TaskLedgerTest, ACreditIsGivenForEachProcessBeforeAnythingIsKnown) {
  TaskLedger ledger("worker", "", true);
  ledger.SetFunction("work", 3, kWorkArn);
  EXPECT_EQ(ledger.Open().hello().functions(0).name(), "work");
  v1::WorkRequest request;
  ASSERT_TRUE(ledger.Fill(request, now_));
  ASSERT_EQ(request.credits_size(), 1);
  EXPECT_EQ(request.credits(0).count(), 3U);
  request.Clear();
  EXPECT_FALSE(ledger.Fill(request, now_));
}

TEST_F(TaskLedgerTest, FastFunctionsGetManyTasksAhead) {
  Finish(Deliver(1, "a"), Outcome::kSucceeded, "1", milliseconds(0));
  const v1::WorkRequest request = Sent();
  ASSERT_EQ(request.credits_size(), 1);
  EXPECT_EQ(request.credits(0).count(), 2 * kTasksAheadMax - 1);
}

TEST_F(TaskLedgerTest, SlowFunctionsGetNoMoreThanTheyRunAtOnce) {
  Finish(Deliver(1, "a"), Outcome::kSucceeded, "1", milliseconds(50));
  EXPECT_EQ(Sent().credits(0).count(), 1U);
}

TEST_F(TaskLedgerTest, AResultStaysUntilItIsAccepted) {
  Finish(Deliver(1, "a"), Outcome::kSucceeded, "[1]");
  const v1::WorkRequest request = Sent();
  ASSERT_EQ(request.completions_size(), 1);
  EXPECT_EQ(request.completions(0).task_id(), 1U);
  EXPECT_EQ(request.completions(0).output(), "[1]");
  EXPECT_FALSE(ledger_.is_idle());
  Accept(1);
  EXPECT_TRUE(ledger_.is_idle());
}

TEST_F(TaskLedgerTest, ANewStreamIsToldWhatIsHeldAndGetsTheResultsAgain) {
  Finish(Deliver(1, "done"), Outcome::kSucceeded, "7");
  const std::uint64_t running = Deliver(2, "running");
  Sent();
  const v1::WorkRequest hello = ledger_.Open();
  ASSERT_EQ(hello.hello().held_size(), 2);
  const v1::WorkRequest again = Sent();
  ASSERT_EQ(again.completions_size(), 1);
  const std::uint64_t done_id = again.completions(0).task_id();
  EXPECT_EQ(hello.hello().held(static_cast<int>(done_id) - 1), "done");
  Finish(running, Outcome::kSucceeded, "8");
  const v1::WorkRequest later = Sent();
  ASSERT_EQ(later.completions_size(), 1);
  EXPECT_EQ(later.completions(0).task_id(), 3 - done_id);
}

TEST_F(TaskLedgerTest, ATaskThatIsOfferedAgainRunsOnceAndGoesByItsNewNumber) {
  const std::uint64_t id = Deliver(1, "a");
  v1::WorkResponse response;
  AddTask(response, 9, "a");
  response.add_cancels(1);
  const WorkOrders orders = ledger_.Take(response, now_);
  EXPECT_THAT(orders.run, IsEmpty());
  EXPECT_THAT(orders.cancel, IsEmpty());
  Finish(id, Outcome::kSucceeded);
  EXPECT_EQ(Sent().completions(0).task_id(), 9U);
}

TEST_F(TaskLedgerTest, ACancelledTaskIsStoppedAndItsResultIsNotSent) {
  const std::uint64_t id = Deliver(1, "a");
  v1::WorkResponse response;
  response.add_cancels(1);
  EXPECT_THAT(ledger_.Take(response, now_).cancel, ElementsAre(id));
  Finish(id, Outcome::kSucceeded);
  EXPECT_EQ(Sent().completions_size(), 0);
  EXPECT_TRUE(ledger_.is_idle());
}

TEST_F(TaskLedgerTest, ACancelForAResultForgetsIt) {
  Finish(Deliver(1, "a"), Outcome::kSucceeded);
  v1::WorkResponse response;
  response.add_cancels(1);
  EXPECT_THAT(ledger_.Take(response, now_).cancel, IsEmpty());
  EXPECT_EQ(Sent().completions_size(), 0);
  EXPECT_TRUE(ledger_.is_idle());
}

TEST_F(TaskLedgerTest, ARefusedResultIsSentAgainAfterAWhile) {
  Finish(Deliver(1, "a"), Outcome::kSucceeded);
  Sent();
  v1::WorkResponse response;
  response.add_refused(1);
  ledger_.Take(response, now_);
  EXPECT_EQ(Sent().completions_size(), 0);
  EXPECT_EQ(ledger_.NextDue(), now_ + kRefusedRetry);
  now_ += kRefusedRetry;
  EXPECT_EQ(Sent().completions_size(), 1);
}

TEST_F(TaskLedgerTest, HeartbeatsAreSentThreeTimesAsOftenAsTheyAreDue) {
  v1::WorkResponse response;
  AddTask(response, 1, "a").mutable_heartbeat()->set_seconds(3);
  const WorkOrders orders = ledger_.Take(response, now_);
  EXPECT_EQ(ledger_.NextDue(), now_ + seconds(1));
  EXPECT_EQ(Sent().heartbeats_size(), 0);
  now_ += seconds(1);
  const v1::WorkRequest request = Sent();
  ASSERT_EQ(request.heartbeats_size(), 1);
  EXPECT_EQ(request.heartbeats(0).task_id(), 1U);
  Finish(orders.run.at(0).id, Outcome::kSucceeded);
  Accept(1);
  EXPECT_EQ(ledger_.NextDue(), std::nullopt);
}

TEST_F(TaskLedgerTest, DeadlinesAreOfTheServersTime) {
  v1::WorkResponse response;
  AddTask(response, 1, "a").mutable_deadline()->set_seconds(1060);
  EXPECT_EQ(ledger_.Take(response, now_).run.at(0).deadline, now_ + seconds(60));
}

TEST_F(TaskLedgerTest, TheClientContextGoesWithTheCall) {
  v1::WorkResponse response;
  AddTask(response, 1, "a").set_client_context(R"({"custom":{}})");
  EXPECT_EQ(ledger_.Take(response, now_).run.at(0).client_context, R"({"custom":{}})");
}

TEST_F(TaskLedgerTest, DeployedFunctionsAreWantedUntilItDrains) {
  EXPECT_TRUE(ledger_.Open().hello().takes_deployed());
  ledger_.Drain();
  EXPECT_FALSE(ledger_.Open().hello().takes_deployed());
}

TEST_F(TaskLedgerTest, AQualifierIsPartOfTheArnThatTheFunctionSees) {
  v1::WorkResponse response;
  AddTask(response, 1, "a").set_qualifier("live");
  EXPECT_EQ(ledger_.Take(response, now_).run.at(0).invoked_arn, std::string(kWorkArn) + ":live");
}

TEST_F(TaskLedgerTest, TheServerSaysTheArnOfAFunctionOfTheWorkersOwn) {
  ledger_.SetFunction("work", 2, "");
  v1::WorkResponse welcome;
  welcome.mutable_welcome()->set_function_arn_prefix("arn:aws:lambda:eu-west-1:1:function:");
  ledger_.Take(welcome, now_);
  v1::WorkResponse response;
  AddTask(response, 1, "a");
  AddTask(response, 2, "b").set_qualifier("live");
  const WorkOrders orders = ledger_.Take(response, now_);
  EXPECT_EQ(orders.run.at(0).invoked_arn, "arn:aws:lambda:eu-west-1:1:function:work");
  EXPECT_EQ(orders.run.at(1).invoked_arn, "arn:aws:lambda:eu-west-1:1:function:work:live");
}

TEST_F(TaskLedgerTest, AResultThatIsTooLargeForTheServerIsAnError) {
  Finish(Deliver(1, "a"), Outcome::kSucceeded, std::string(1001, '1'));
  const v1::WorkRequest request = Sent();
  EXPECT_FALSE(request.completions(0).has_output());
  EXPECT_EQ(request.completions(0).error(), "States.DataLimitExceeded");
}

TEST_F(TaskLedgerTest, ACauseIsCutBetweenCharacters) {
  std::string cause;
  for (std::size_t i = 0; i <= kCauseCharactersMax; ++i)
    cause += "é";
  Finish(Deliver(1, "a"), Outcome::kFailed, cause);
  EXPECT_EQ(Sent().completions(0).cause().size(), 2 * kCauseCharactersMax);
}

TEST_F(TaskLedgerTest, WhatHasNotBegunGoesBackWhenTheWorkerDrains) {
  const std::uint64_t id = Deliver(1, "a");
  ledger_.Drain();
  Finish(id, Outcome::kReturned, "");
  v1::WorkRequest request = Sent();
  EXPECT_TRUE(request.has_drain());
  EXPECT_THAT(request.returns(), ElementsAre(1));
  EXPECT_EQ(request.credits_size(), 0);
  EXPECT_TRUE(ledger_.is_idle());
  v1::WorkResponse response;
  AddTask(response, 2, "b");
  EXPECT_THAT(ledger_.Take(response, now_).run, IsEmpty());
  EXPECT_THAT(Sent().returns(), ElementsAre(2));
}

TEST_F(TaskLedgerTest, WithoutAStreamADrainWaitsForNobody) {
  ledger_.Close();
  ledger_.Drain();
  EXPECT_TRUE(ledger_.is_idle());
}

TEST_F(TaskLedgerTest, AFunctionThatIsGoneIsNoLongerAnnounced) {
  ledger_.RemoveFunction("work");
  const v1::WorkRequest request = Sent();
  ASSERT_TRUE(request.has_announce());
  EXPECT_EQ(request.announce().functions_size(), 0);
  v1::WorkResponse response;
  AddTask(response, 1, "a");
  EXPECT_THAT(ledger_.Take(response, now_).run, IsEmpty());
  EXPECT_THAT(Sent().returns(), ElementsAre(1));
}

TEST_F(TaskLedgerTest, CreditsEndWhileTooMuchIsHeld) {
  Finish(Deliver(1, "a"), Outcome::kSucceeded);
  Sent();
  v1::WorkResponse response;
  for (std::uint64_t id = 2; id < 2 + 2 * kTasksAheadMax; ++id)
    AddTask(response, id, std::to_string(id)).set_payload(std::string(512 * 1024, ' '));
  const WorkOrders orders = ledger_.Take(response, now_);
  EXPECT_EQ(Sent().credits_size(), 0);
  for (const Invocation& call : orders.run)
    Finish(call.id, Outcome::kSucceeded);
  EXPECT_EQ(Sent().credits(0).count(), 2 * kTasksAheadMax);
}

TEST_F(TaskLedgerTest, AMessageOfManyResultsHasABound) {
  v1::WorkResponse response;
  for (std::uint64_t id = 1; id <= 600; ++id)
    AddTask(response, id, std::to_string(id));
  for (const Invocation& call : ledger_.Take(response, now_).run)
    Finish(call.id, Outcome::kSucceeded);
  EXPECT_EQ(Sent().completions_size(), static_cast<int>(kCompletionsPerMessageMax));
  EXPECT_EQ(Sent().completions_size(), 600 - static_cast<int>(kCompletionsPerMessageMax));
}

TEST_F(TaskLedgerTest, ALogIsAskedForAndStaysWithTheResult) {
  v1::WorkResponse response;
  AddTask(response, 7, "a").set_wants_log(true);
  AddTask(response, 8, "b");
  const std::vector<Invocation> calls = ledger_.Take(response, now_).run;
  EXPECT_TRUE(calls.at(0).wants_log);
  EXPECT_FALSE(calls.at(1).wants_log);

  std::vector<InvocationResult> results(1);
  results[0].id = calls[0].id;
  results[0].payload = "1";
  results[0].log_tail = "log";
  ledger_.Finish(std::move(results));
  EXPECT_EQ(Sent().completions(0).log_tail(), "log");

  // The stream broke before the acknowledgement.
  ledger_.Open();
  const v1::WorkRequest again = Sent();
  ASSERT_EQ(again.completions_size(), 1);
  EXPECT_EQ(again.completions(0).log_tail(), "log");
}

TEST_F(TaskLedgerTest, LogLinesNameTheirTask) {
  Deliver(7, "a");
  ledger_.Log({{.function = "work", .request_id = "request-a", .text = "one\ntwo\n"}}, Timestamp());
  const v1::WorkRequest request = Sent();
  ASSERT_EQ(request.log_lines_size(), 2);
  EXPECT_EQ(request.log_lines(0).task_id(), 7U);
  EXPECT_EQ(request.log_lines(1).text(), "work: two");
}

TEST_F(TaskLedgerTest, LogLinesThatNobodyReadsAreDroppedAndCounted) {
  std::string text;
  for (std::size_t i = 0; i < kLogLinesMax + 5; ++i)
    text += "line\n";
  ledger_.Log({{.function = "work", .request_id = "", .text = text}}, Timestamp());
  std::string last;
  for (v1::WorkRequest request = Sent(); request.log_lines_size() > 0; request = Sent())
    last = request.log_lines(request.log_lines_size() - 1).text();
  EXPECT_EQ(last, "5 more lines were dropped");
}

}  // namespace
}  // namespace pawl::workers
