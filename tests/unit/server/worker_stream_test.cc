#include "server/worker_stream.h"

#include <fmt/format.h>

#include "engine/base/check.h"
#include "server_fixture.h"
#include "tests/support/stored_code.h"

namespace pawl::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::SizeIs;

class WorkerStreamTest : public ServerTest {
 protected:
  using Stream = grpc::ClientReaderWriter<v1::WorkRequest, v1::WorkResponse>;

  WorkerStreamTest() : stream_(workers_->Work(&context_)) {}

  ~WorkerStreamTest() override { context_.TryCancel(); }

  static v1::WorkRequest Hello() {
    v1::WorkRequest request;
    v1::Hello& hello = *request.mutable_hello();
    hello.set_worker("host/1");
    for (const auto& [id, name] : {std::pair(4, "f"), std::pair(9, "g")}) {
      v1::Function& function = *hello.add_functions();
      function.set_id(static_cast<std::uint32_t>(id));
      function.set_name(name);
      function.set_concurrency(2);
    }
    return request;
  }

  void Send(const v1::WorkRequest& request) { ASSERT_TRUE(stream_->Write(request)); }

  v1::WorkResponse Receive() {
    v1::WorkResponse response;
    // Whoever waits for more in a loop would wait for ever.
    PAWL_CHECK(stream_->Read(&response));
    return response;
  }

  // Says hello, reads the welcome, and returns the engine's side.
  std::shared_ptr<FakeSession> Connect() {
    Send(Hello());
    EXPECT_TRUE(Receive().has_welcome());
    return engine_.WaitForSession();
  }

  // The ids of as many tasks, from however many messages.
  std::vector<std::uint64_t> ReceiveTasks(std::size_t count) {
    std::vector<std::uint64_t> ids;
    while (ids.size() < count) {
      const v1::WorkResponse response = Receive();
      for (const v1::Task& task : response.tasks())
        ids.push_back(task.id());
    }
    return ids;
  }

  static v1::WorkRequest Completing(std::uint64_t task_id, const std::string& output) {
    v1::WorkRequest request;
    v1::Completion& completion = *request.add_completions();
    completion.set_task_id(task_id);
    completion.set_output(output);
    return request;
  }

  static v1::WorkRequest Granting(std::uint32_t function_id, std::uint32_t count) {
    v1::WorkRequest request;
    v1::Credit& credit = *request.add_credits();
    credit.set_function_id(function_id);
    credit.set_count(count);
    return request;
  }

  // How the server ends the stream.
  Status End() {
    v1::WorkResponse response;
    while (stream_->Read(&response)) {
    }
    return server::FromGrpcStatus(stream_->Finish());
  }

  grpc::ClientContext context_;
  std::unique_ptr<Stream> stream_;
};

TEST_F(WorkerStreamTest, AHelloIsAnsweredByAWelcome) {
  engine_.mutable_options().limits.payload_bytes_max = 1234;
  engine_.mutable_options().reconnect_window = std::chrono::milliseconds(1500);
  Send(Hello());
  const v1::Welcome welcome = Receive().welcome();
  EXPECT_EQ(welcome.payload_bytes_max(), 1234U);
  EXPECT_EQ(welcome.reconnect_window().seconds(), 1);
  EXPECT_EQ(welcome.reconnect_window().nanos(), 500'000'000);
  EXPECT_EQ(welcome.server_time().seconds(), ToMicros(clock_.WallNow()) / 1'000'000);
  EXPECT_FALSE(welcome.server_version().empty());

  const WorkerHello hello = engine_.WaitForSession()->hello;
  EXPECT_EQ(hello.worker, "host/1");
  EXPECT_THAT(hello.functions, ElementsAre("f", "g"));
  EXPECT_THAT(hello.held, ElementsAre());
}

TEST_F(WorkerStreamTest, ATaskArrivesWithAllItsFields) {
  const auto session = Connect();
  Task task = FakeTask(1, "g", "[1]");
  task.qualifier = "PROD";
  task.deadline = kFakeStart;
  task.heartbeat = std::chrono::seconds(3);
  task.redeliveries = 2;
  task.wants_log = true;
  task.client_context = R"({"custom":{}})";
  session->Deliver({task});
  const v1::Task wire = Receive().tasks(0);
  EXPECT_EQ(wire.id(), 1U);
  EXPECT_EQ(DecodeTaskRef(wire.ref()), task.ref);
  EXPECT_EQ(wire.function_id(), 9U);
  EXPECT_EQ(wire.qualifier(), "PROD");
  EXPECT_EQ(wire.payload(), "[1]");
  EXPECT_EQ(wire.request_id(), "request-1");
  EXPECT_EQ(wire.deadline().seconds(), 1'700'000'000);
  EXPECT_EQ(wire.heartbeat().seconds(), 3);
  EXPECT_EQ(wire.state_machine(), "m");
  EXPECT_EQ(wire.execution(), "e");
  EXPECT_EQ(wire.state(), "S");
  EXPECT_EQ(wire.redeliveries(), 2U);
  EXPECT_TRUE(wire.wants_log());
  EXPECT_EQ(wire.client_context(), R"({"custom":{}})");
}

TEST_F(WorkerStreamTest, ACompletionReachesTheEngineAndIsAcknowledged) {
  const auto session = Connect();
  session->Deliver({FakeTask(1, "f"), FakeTask(2, "f")});
  const std::vector<std::uint64_t> ids = ReceiveTasks(2);
  v1::WorkRequest request = Completing(ids[0], "[1]");
  request.mutable_completions(0)->set_log_tail("no UTF-8: \xff");
  v1::Completion& failed = *request.add_completions();
  failed.set_task_id(ids[1]);
  failed.set_error("E");
  failed.set_cause("because");
  Send(request);

  const std::vector<Completion> completions = session->WaitForCompletions(2);
  EXPECT_EQ(completions[0].ref, FakeTaskRef(1));
  EXPECT_EQ(completions[0].output, Bytes("[1]"));
  EXPECT_EQ(completions[0].log_tail, "no UTF-8: \xff");
  EXPECT_EQ(completions[1].ref, FakeTaskRef(2));
  EXPECT_EQ(completions[1].output, std::nullopt);
  EXPECT_EQ(completions[1].error, "E");
  EXPECT_EQ(completions[1].cause, "because");

  session->Acknowledge({{FakeTaskRef(2), CompletionOutcome::kAccepted},
                        {FakeTaskRef(1), CompletionOutcome::kSettled}});
  const v1::WorkResponse response = Receive();
  EXPECT_THAT(response.accepted(), ElementsAre(ids[1]));
  EXPECT_THAT(response.settled(), ElementsAre(ids[0]));
}

TEST_F(WorkerStreamTest, ARefusedCompletionCanBeSentAgain) {
  const auto session = Connect();
  session->Deliver({FakeTask(1, "f")});
  const std::uint64_t id = ReceiveTasks(1)[0];
  Send(Completing(id, "1"));
  session->WaitForCompletions(1);
  session->Acknowledge({{FakeTaskRef(1), CompletionOutcome::kRefused}});
  EXPECT_THAT(Receive().refused(), ElementsAre(id));
  Send(Completing(id, "1"));
  EXPECT_THAT(session->WaitForCompletions(2), SizeIs(2));
}

TEST_F(WorkerStreamTest, ACompletionSentTwiceReachesTheEngineOnce) {
  const auto session = Connect();
  session->Deliver({FakeTask(1, "f"), FakeTask(2, "f")});
  const std::vector<std::uint64_t> ids = ReceiveTasks(2);
  Send(Completing(ids[0], "1"));
  Send(Completing(ids[0], "1"));
  Send(Completing(ids[1], "2"));
  const std::vector<Completion> completions = session->WaitForCompletions(2);
  ASSERT_THAT(completions, SizeIs(2));
  EXPECT_EQ(completions[1].ref, FakeTaskRef(2));
}

TEST_F(WorkerStreamTest, ACompletionOfAnUnknownTaskIsSettled) {
  Connect();
  Send(Completing(77, "1"));
  EXPECT_THAT(Receive().settled(), ElementsAre(77));
}

TEST_F(WorkerStreamTest, ACompletionThatMakesNoSenseFailsTheTaskAlone) {
  const auto session = Connect();
  session->Deliver({FakeTask(1, "f"), FakeTask(2, "f")});
  const std::vector<std::uint64_t> ids = ReceiveTasks(2);
  v1::WorkRequest request = Completing(ids[0], "1");
  request.mutable_completions(0)->set_error("E");
  request.add_completions()->set_task_id(ids[1]);
  Send(request);
  for (const Completion& completion : session->WaitForCompletions(2)) {
    EXPECT_EQ(completion.output, std::nullopt);
    EXPECT_EQ(completion.error, "Lambda.Unknown");
    EXPECT_FALSE(completion.cause.empty());
  }
}

TEST_F(WorkerStreamTest, LongErrorsAndCausesAreCutBetweenCharacters) {
  const auto session = Connect();
  session->Deliver({FakeTask(1, "f")});
  v1::WorkRequest request;
  v1::Completion& completion = *request.add_completions();
  completion.set_task_id(ReceiveTasks(1)[0]);
  std::string error;
  for (int i = 0; i < 300; ++i)
    error += "ä";
  completion.set_error(error);
  completion.set_cause(std::string(40'000, 'c'));
  Send(request);
  const Completion received = session->WaitForCompletions(1)[0];
  EXPECT_EQ(received.error, error.substr(0, 512));
  EXPECT_THAT(received.cause, SizeIs(32'768));
}

TEST_F(WorkerStreamTest, TextThatIsNoUtf8IsMendedAndTheStreamGoesOn) {
  const auto session = Connect();
  session->Deliver({FakeTask(1, "f")});
  v1::WorkRequest request;
  v1::Completion& completion = *request.add_completions();
  completion.set_task_id(ReceiveTasks(1)[0]);
  completion.set_error("E\xFF");
  completion.set_cause("\xC0");
  request.add_log_lines()->set_text("\xE2\x82");
  Send(request);
  const Completion received = session->WaitForCompletions(1)[0];
  EXPECT_EQ(received.error, "E\xEF\xBF\xBD");
  EXPECT_EQ(received.cause, "\xEF\xBF\xBD");
  EXPECT_THAT(WaitForLog(1), ElementsAre("host/1: \xEF\xBF\xBD\xEF\xBF\xBD"));
}

TEST_F(WorkerStreamTest, ACancelledTaskIsForgotten) {
  const auto session = Connect();
  session->Deliver({FakeTask(1, "f")});
  const std::uint64_t id = ReceiveTasks(1)[0];
  session->Cancel({FakeTaskRef(1)});
  EXPECT_THAT(Receive().cancels(), ElementsAre(id));
  Send(Completing(id, "1"));
  EXPECT_THAT(Receive().settled(), ElementsAre(id));
}

TEST_F(WorkerStreamTest, HeartbeatsAndReturnsReachTheEngine) {
  const auto session = Connect();
  session->Deliver({FakeTask(1, "f"), FakeTask(2, "f")});
  const std::vector<std::uint64_t> ids = ReceiveTasks(2);
  v1::WorkRequest request;
  request.add_heartbeats()->set_task_id(ids[0]);
  request.mutable_heartbeats(0)->set_details("half");
  request.add_returns(ids[1]);
  request.add_returns(99);
  Send(request);
  EXPECT_THAT(session->WaitForHeartbeats(1), ElementsAre(FakeTaskRef(1)));
  EXPECT_THAT(session->WaitForReturns(1), ElementsAre(FakeTaskRef(2)));
}

TEST_F(WorkerStreamTest, CreditsReachTheEngineByName) {
  const auto session = Connect();
  Send(Granting(9, 5));
  const std::vector<FunctionCredit> credits = session->WaitForCredits(1);
  EXPECT_EQ(credits[0].function, "g");
  EXPECT_EQ(credits[0].credits, 5U);
}

TEST_F(WorkerStreamTest, AnAnnouncementReplacesTheFunctions) {
  const auto session = Connect();
  v1::WorkRequest request;
  v1::Function& function = *request.mutable_announce()->add_functions();
  function.set_id(11);
  function.set_name("h");
  Send(request);
  EXPECT_THAT(session->WaitForAnnouncements(1), ElementsAre(ElementsAre("h")));
  session->Deliver({FakeTask(1, "h"), FakeTask(2, "f")});
  std::vector<std::uint32_t> function_ids;
  while (function_ids.size() < 2) {
    const v1::WorkResponse response = Receive();
    for (const v1::Task& task : response.tasks())
      function_ids.push_back(task.function_id());
  }
  EXPECT_THAT(function_ids, ElementsAre(11, 4));
}

TEST_F(WorkerStreamTest, HeldTasksHaveTheFirstNumbers) {
  v1::WorkRequest request = Hello();
  request.mutable_hello()->add_held(EncodeTaskRef(FakeTaskRef(7)));
  request.mutable_hello()->add_held("garbage that is no reference");
  request.mutable_hello()->add_held(EncodeTaskRef(FakeTaskRef(8)));
  request.mutable_hello()->add_held(EncodeTaskRef(FakeTaskRef(7)));
  Send(request);
  const v1::WorkResponse response = Receive();
  EXPECT_TRUE(response.has_welcome());
  EXPECT_THAT(response.cancels(), ElementsAre(2, 4));
  const auto session = engine_.WaitForSession();
  EXPECT_THAT(session->hello.held, ElementsAre(FakeTaskRef(7), FakeTaskRef(8)));

  Send(Completing(3, "1"));
  EXPECT_EQ(session->WaitForCompletions(1)[0].ref, FakeTaskRef(8));
  session->Deliver({FakeTask(9, "f")});
  EXPECT_THAT(ReceiveTasks(1), ElementsAre(5));
}

TEST_F(WorkerStreamTest, ABrokenStreamEndsTheSessionAndTheNextOneTakesUpItsTasks) {
  const auto first = Connect();
  first->Deliver({FakeTask(1, "f")});
  const std::string ref = Receive().tasks(0).ref();
  context_.TryCancel();
  first->WaitForEnd();

  grpc::ClientContext context;
  const auto stream = workers_->Work(&context);
  v1::WorkRequest request = Hello();
  request.mutable_hello()->add_held(ref);
  ASSERT_TRUE(stream->Write(request));
  const auto second = engine_.WaitForSession(1);
  EXPECT_THAT(second->hello.held, ElementsAre(FakeTaskRef(1)));
  ASSERT_TRUE(stream->Write(Completing(1, "1")));
  EXPECT_EQ(second->WaitForCompletions(1)[0].ref, FakeTaskRef(1));
  context.TryCancel();
}

TEST_F(WorkerStreamTest, AnAttemptOfferedAgainHasANewNumber) {
  const auto session = Connect();
  session->Deliver({FakeTask(1, "f")});
  EXPECT_THAT(ReceiveTasks(1), ElementsAre(1));
  session->Deliver({FakeTask(1, "f")});
  const v1::WorkResponse response = Receive();
  EXPECT_EQ(response.tasks(0).id(), 2U);
  EXPECT_THAT(response.cancels(), ElementsAre(1));
}

TEST_F(WorkerStreamTest, WhatGathersWhileAWriteIsOutstandingGoesOutTogether) {
  const auto session = Connect();
  constexpr std::uint32_t kTasks = 5000;
  for (std::uint32_t i = 0; i < kTasks; ++i)
    session->Deliver({FakeTask(i, "f")});
  std::uint32_t received = 0;
  std::uint32_t messages = 0;
  while (received < kTasks) {
    const v1::WorkResponse response = Receive();
    EXPECT_LE(response.tasks_size(), server::kTasksPerMessageMax);
    for (const v1::Task& task : response.tasks())
      EXPECT_EQ(task.id(), ++received);
    ++messages;
  }
  EXPECT_LT(messages, kTasks);
}

TEST_F(WorkerStreamTest, AnAcknowledgementGoesOutWithTheTaskBehindIt) {
  const auto session = Connect();
  session->Deliver({FakeTask(0, "f")});
  ReceiveTasks(1);
  // Somebody may keep this thread from its processor for longer than an acknowledgement waits.
  bool is_together = false;
  for (std::uint32_t round = 1; round <= 100 && !is_together; ++round) {
    session->Acknowledge({{FakeTaskRef(round - 1), CompletionOutcome::kAccepted}});
    session->Deliver({FakeTask(round, "f")});
    v1::WorkResponse response = Receive();
    is_together = response.accepted_size() == 1 && response.tasks_size() == 1;
    if (response.tasks_size() == 0) response = Receive();
  }
  EXPECT_TRUE(is_together);
}

TEST_F(WorkerStreamTest, AnAcknowledgementWaitsForNoTask) {
  const auto session = Connect();
  session->Deliver({FakeTask(1, "f")});
  const std::uint64_t id = ReceiveTasks(1)[0];
  session->Acknowledge({{FakeTaskRef(1), CompletionOutcome::kAccepted}});
  EXPECT_THAT(Receive().accepted(), ElementsAre(id));
}

TEST_F(WorkerStreamTest, AWorkerThatDoesNotReadGetsNoMoreCreditsAndGivesTasksBack) {
  const auto session = Connect();
  const std::string payload(1024 * 1024, 'x');
  constexpr std::uint32_t kTasks = 100;
  for (std::uint32_t i = 0; i < kTasks; ++i)
    session->Deliver({FakeTask(i, "f", payload)});
  // The server takes this in order; the heartbeat of the second message tells that it took the
  // first.
  Send(Granting(4, 1000));
  v1::WorkRequest heartbeat;
  heartbeat.add_heartbeats()->set_task_id(1);
  Send(heartbeat);
  session->WaitForHeartbeats(1);
  EXPECT_THAT(session->credits(), SizeIs(0));

  // Once it reads, the tasks beyond the bound go back and the credits are passed on.
  std::size_t received = 0;
  const std::size_t least = server::kUnsentBytesHardMax / payload.size() - 1;
  while (received < least)
    received += static_cast<std::size_t>(Receive().tasks_size());
  const std::vector<TaskRef> returned = session->WaitForReturns(1);
  EXPECT_GE(returned.size(), kTasks / 4);
  const std::vector<FunctionCredit> credits = session->WaitForCredits(1);
  EXPECT_EQ(credits[0].function, "f");
  EXPECT_GE(credits[0].credits, 1000U);
}

TEST_F(WorkerStreamTest, ATaskCancelledBeforeItWasSentComesWithItsCancel) {
  const auto session = Connect();
  // The first write does not end before it is read, so the second task waits.
  session->Deliver({FakeTask(1, "f", std::string(3 * 1024 * 1024, 'x'))});
  session->Deliver({FakeTask(2, "f", "long")});
  session->Cancel({FakeTaskRef(2)});
  EXPECT_THAT(ReceiveTasks(1), ElementsAre(1));
  const v1::WorkResponse response = Receive();
  ASSERT_EQ(response.tasks_size(), 1);
  EXPECT_EQ(response.tasks(0).id(), 2U);
  EXPECT_EQ(response.tasks(0).payload(), "");
  EXPECT_THAT(response.cancels(), ElementsAre(2));
}

TEST_F(WorkerStreamTest, ADrainingWorkerIsAnnouncedWithoutFunctionsAndStillCompletes) {
  const auto session = Connect();
  session->Deliver({FakeTask(1, "f")});
  const std::uint64_t id = ReceiveTasks(1)[0];
  v1::WorkRequest request = Granting(4, 3);
  request.mutable_drain();
  Send(request);
  EXPECT_THAT(session->WaitForAnnouncements(1), ElementsAre(ElementsAre()));
  Send(Completing(id, "1"));
  EXPECT_THAT(session->WaitForCompletions(1), SizeIs(1));
  session->Acknowledge({{FakeTaskRef(1), CompletionOutcome::kAccepted}});
  EXPECT_THAT(Receive().accepted(), ElementsAre(id));
  stream_->WritesDone();
  EXPECT_TRUE(End().ok());
  session->WaitForEnd();
}

TEST_F(WorkerStreamTest, LogLinesAreWrittenWithoutControlCharacters) {
  Connect();
  v1::WorkRequest request;
  request.add_log_lines()->set_text("hello\n\x1b[31mred");
  Send(request);
  EXPECT_THAT(WaitForLog(1), ElementsAre("host/1: hello??[31mred"));
}

TEST_F(WorkerStreamTest, LogLinesBeyondTheRateAreDroppedAndCounted) {
  Connect();
  v1::WorkRequest request;
  for (std::uint32_t i = 0; i < server::kLogLinesPerSecondMax + 5; ++i) {
    request.add_log_lines()->set_text("x");
  }
  Send(request);
  WaitForLog(server::kLogLinesPerSecondMax);
  clock_.Advance(std::chrono::seconds(1));
  request.Clear();
  request.add_log_lines()->set_text("later");
  Send(request);
  const std::vector<std::string> lines = WaitForLog(server::kLogLinesPerSecondMax + 2);
  EXPECT_EQ(lines[server::kLogLinesPerSecondMax], "host/1: 5 more lines were dropped");
  EXPECT_EQ(lines[server::kLogLinesPerSecondMax + 1], "host/1: later");
}

// Messages that break the protocol, and the field that the answer names.
struct Violation {
  const char* name;
  std::function<void(v1::WorkRequest&)> make;
  const char* field;
};

class WorkerStreamViolationTest : public WorkerStreamTest,
                                  public testing::WithParamInterface<Violation> {};

TEST_P(WorkerStreamViolationTest, EndsTheStreamAndNamesTheField) {
  Connect();
  v1::WorkRequest request;
  GetParam().make(request);
  Send(request);
  EXPECT_THAT(End(), IsError(StatusCode::kInvalidArgument, std::string(GetParam().field)));
}

v1::Function& Announced(v1::WorkRequest& request) {
  v1::Function& function = *request.mutable_announce()->add_functions();
  function.set_id(1);
  function.set_name("n");
  return function;
}

INSTANTIATE_TEST_SUITE_P(
    Table,
    WorkerStreamViolationTest,
    testing::Values(
        Violation{"SecondHello", [](v1::WorkRequest& r) { r.mutable_hello(); }, "hello"},
        Violation{"UnknownFunction",
                  [](v1::WorkRequest& r) { r.add_credits()->set_function_id(5); },
                  "credits.function_id"},
        Violation{"NoCredits",
                  [](v1::WorkRequest& r) { r.add_credits()->set_function_id(4); },
                  "credits.count"},
        Violation{
            "LongDetails",
            [](v1::WorkRequest& r) { r.add_heartbeats()->set_details(std::string(4097, 'x')); },
            "heartbeats.details"},
        Violation{
            "FunctionIdZero", [](v1::WorkRequest& r) { Announced(r).set_id(0); }, "functions.id"},
        Violation{
            "FunctionIdInUse", [](v1::WorkRequest& r) { Announced(r).set_id(4); }, "functions.id"},
        Violation{"FunctionWithoutName",
                  [](v1::WorkRequest& r) { Announced(r).clear_name(); },
                  "functions.name"},
        Violation{"FunctionNamedAsAnActivity",
                  [](v1::WorkRequest& r) { Announced(r).set_name("activity:manual"); },
                  "functions.name"}),
    [](const auto& violation) { return violation.param.name; });

TEST_F(WorkerStreamTest, TheFirstMessageIsAHello) {
  Send(Granting(4, 1));
  EXPECT_THAT(End(), IsError(StatusCode::kInvalidArgument, "hello"));
}

TEST_F(WorkerStreamTest, AWrongNamespaceEndsTheStream) {
  v1::WorkRequest request = Hello();
  request.mutable_hello()->set_namespace_("other");
  Send(request);
  EXPECT_THAT(End(), IsError(StatusCode::kNotFound, "namespace"));
}

TEST_F(WorkerStreamTest, StreamsThatComeAndGoUnderLoadLeaveNothingBehind) {
  for (std::size_t round = 0; round < 50; ++round) {
    grpc::ClientContext context;
    const auto stream = workers_->Work(&context);
    ASSERT_TRUE(stream->Write(Hello()));
    const auto session = engine_.WaitForSession(round);
    for (std::uint32_t i = 0; i < 100; ++i) {
      session->Deliver({FakeTask(i, "f")});
      if (i == round) context.TryCancel();
      session->Cancel({FakeTaskRef(i)});
      session->Acknowledge({{FakeTaskRef(i), CompletionOutcome::kAccepted}});
    }
    session->WaitForEnd();
  }
}

// --- Deployed functions ---

const std::string kCodeHash(32, '\x01');

class DeployedFunctionsStreamTest : public WorkerStreamTest {
 protected:
  DeployedFunctionsStreamTest() { engine_.ServeFunctions(code_); }

  static RunnableFunction Runnable(const std::string& version) {
    RunnableFunction function;
    function.name = "resize";
    function.task_name = version == kLatestVersion ? "resize" : "resize:" + version;
    function.arn = "arn:aws:lambda:us-east-1:123456789012:function:resize";
    function.version = version;
    function.configuration = {.handler = "app.handler",
                              .timeout_seconds = 7,
                              .memory_mb = 256,
                              .environment = {{"MODE", "fast"}}};
    function.code_sha256 = kCodeHash;
    function.code_bytes = 10;
    return function;
  }

  static v1::WorkRequest Asking(std::uint32_t first, std::uint32_t count) {
    v1::WorkRequest request;
    for (std::uint32_t i = 0; i < count; ++i) {
      v1::CodePieceRequest& piece = *request.add_code_piece_requests();
      piece.set_code_sha256(kCodeHash);
      piece.set_index(first + i);
    }
    return request;
  }

  std::vector<v1::CodePiece> ReceivePieces(std::size_t count) {
    std::vector<v1::CodePiece> pieces;
    while (pieces.size() < count) {
      const v1::WorkResponse response = Receive();
      EXPECT_LE(response.ByteSizeLong(), 2 * server::kWorkMessageBytesMax);
      for (const v1::CodePiece& piece : response.code_pieces())
        pieces.push_back(piece);
    }
    return pieces;
  }

  StoredCode code_;
};

TEST_F(DeployedFunctionsStreamTest, TheEngineLearnsWhoTakesThem) {
  v1::WorkRequest hello = Hello();
  hello.mutable_hello()->set_takes_deployed(true);
  Send(hello);
  EXPECT_TRUE(engine_.WaitForSession()->hello.takes_deployed);
}

TEST_F(DeployedFunctionsStreamTest, WhatIsDeployedIsTold) {
  const auto session = Connect();
  session->Provide({Runnable("$LATEST"), Runnable("3")});
  const v1::ProvidedFunctions provided = Receive().provided();
  EXPECT_TRUE(provided.is_first());
  EXPECT_TRUE(provided.is_last());
  ASSERT_THAT(provided.functions(), SizeIs(2));
  EXPECT_EQ(provided.functions(0).task_name(), "resize");
  const v1::ProvidedFunction& version = provided.functions(1);
  EXPECT_EQ(version.task_name(), "resize:3");
  EXPECT_EQ(version.name(), "resize");
  EXPECT_EQ(version.arn(), "arn:aws:lambda:us-east-1:123456789012:function:resize");
  EXPECT_EQ(version.version(), "3");
  EXPECT_EQ(version.handler(), "app.handler");
  EXPECT_EQ(version.timeout_seconds(), 7U);
  EXPECT_EQ(version.memory_mb(), 256U);
  EXPECT_EQ(version.environment().at("MODE"), "fast");
  EXPECT_EQ(version.code_sha256(), kCodeHash);
  EXPECT_EQ(version.code_bytes(), 10U);
}

TEST_F(DeployedFunctionsStreamTest, ALongListComesInParts) {
  const auto session = Connect();
  std::vector<RunnableFunction> functions(1000, Runnable("$LATEST"));
  for (RunnableFunction& function : functions)
    function.configuration.environment["LONG"] = std::string(1000, 'x');
  session->Provide(functions);
  int received = 0;
  int parts = 0;
  bool is_last = false;
  while (!is_last) {
    const v1::ProvidedFunctions provided = Receive().provided();
    EXPECT_EQ(provided.is_first(), parts++ == 0);
    EXPECT_LE(provided.ByteSizeLong(), server::kProvidedBytesMax + 5000);
    received += provided.functions_size();
    is_last = provided.is_last();
  }
  EXPECT_EQ(received, 1000);
  EXPECT_GT(parts, 3);
}

TEST_F(DeployedFunctionsStreamTest, AnEmptyListIsToldToo) {
  Connect()->Provide({});
  const v1::WorkResponse response = Receive();
  EXPECT_TRUE(response.provided().is_first() && response.provided().is_last());
  EXPECT_THAT(response.provided().functions(), SizeIs(0));
}

TEST_F(DeployedFunctionsStreamTest, CodeComesInPiecesInTheOrderOfTheRequests) {
  const std::string first(kCodeChunkBytes, 'a');
  code_.Add(kCodeHash, first + "rest");
  Connect();
  Send(Asking(0, 2));
  const std::vector<v1::CodePiece> pieces = ReceivePieces(2);
  EXPECT_EQ(pieces[0].code_sha256(), kCodeHash);
  EXPECT_EQ(pieces[0].index(), 0U);
  EXPECT_TRUE(pieces[0].data() == first);
  EXPECT_EQ(pieces[1].index(), 1U);
  EXPECT_EQ(pieces[1].data(), "rest");
  EXPECT_FALSE(pieces[1].is_missing());
}

TEST_F(DeployedFunctionsStreamTest, CodeThatIsMissingIsSaid) {
  code_.Add(kCodeHash, "short");
  Connect();
  Send(Asking(1, 1));
  EXPECT_TRUE(ReceivePieces(1)[0].is_missing());
  code_.Remove(kCodeHash);
  Send(Asking(0, 1));
  const v1::CodePiece piece = ReceivePieces(1)[0];
  EXPECT_TRUE(piece.is_missing());
  EXPECT_EQ(piece.data(), "");
}

TEST_F(DeployedFunctionsStreamTest, TasksGoBesideCode) {
  code_.Add(kCodeHash, std::string(16 * kCodeChunkBytes, 'a'));
  const auto session = Connect();
  std::vector<Task> tasks;
  for (std::uint32_t i = 0; i < 40; ++i)
    tasks.push_back(FakeTask(i, "f", "\"" + std::string(100'000, 'x') + "\""));
  Send(Asking(0, 16));
  session->Deliver(tasks);
  int received = 0;
  int pieces = 0;
  while (received < 40) {
    const v1::WorkResponse response = Receive();
    EXPECT_LE(response.ByteSizeLong(), server::kWorkMessageBytesMax + 200'000);
    received += response.tasks_size();
    pieces += response.code_pieces_size();
  }
  // All of it would be eight megabytes, and tasks wait for none of it but what goes with them.
  EXPECT_THAT(ReceivePieces(static_cast<std::size_t>(16 - pieces)),
              SizeIs(static_cast<std::size_t>(16 - pieces)));
}

TEST_F(DeployedFunctionsStreamTest, WrongRequestsForCodeEndTheStream) {
  Connect();
  v1::WorkRequest request = Asking(0, 1);
  request.mutable_code_piece_requests(0)->set_code_sha256("short");
  Send(request);
  EXPECT_THAT(End(), IsError(StatusCode::kInvalidArgument, "code_piece_requests.code_sha256"));
}

TEST_F(DeployedFunctionsStreamTest, TooManyRequestsForCodeEndTheStream) {
  Connect();
  Send(Asking(0, server::kCodePieceRequestsMax + 1));
  EXPECT_THAT(End(), IsError(StatusCode::kInvalidArgument, "code_piece_requests"));
}

}  // namespace
}  // namespace pawl::test
