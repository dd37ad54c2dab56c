#include "server/rpc/call_server.h"

#include <optional>
#include <vector>

#include "call_fixture.h"
#include "engine/base/mutex.h"
#include "engine/platform/thread.h"
#include "grpc/health/v1/health.pb.h"

namespace pawl::test {
namespace {

using grpc::health::v1::HealthCheckRequest;
using grpc::health::v1::HealthCheckResponse;
using Answer = rpc::Answer<HealthCheckResponse>;

constexpr char kBlocked[] = "/test.Calls/Blocked";
constexpr char kComputed[] = "/test.Calls/Computed";
constexpr char kFailed[] = "/test.Calls/Failed";
constexpr char kKept[] = "/test.Calls/Kept";

// Methods that wait, one that fails, and one whose answers the test gives.
class Calls {
 public:
  rpc::MethodTable Methods() {
    rpc::MethodTable methods(Translated);
    methods.BeginService("test.Calls");
    methods.AddUnary("Blocked", *this, &Calls::Blocked);
    methods.AddUnary("Computed", *this, &Calls::Computed, rpc::Runs::kWhereItMayWait);
    methods.AddUnary("Failed", *this, &Calls::Failed);
    methods.AddUnary("Kept", *this, &Calls::Kept);
    return methods;
  }

  // The answer to the next call of Kept.
  Answer TakeAnswer() {
    const MutexLock lock(mutex_);
    while (answers_.empty())
      changed_.Wait(mutex_);
    Answer answer = std::move(answers_.back());
    answers_.pop_back();
    return answer;
  }

  void Unblock() { unblocked_.Notify(); }

 private:
  Status Blocked(const grpc::ServerContextBase& /*context*/,
                 const HealthCheckRequest& /*request*/,
                 HealthCheckResponse& response) {
    unblocked_.Wait();
    response.set_status(HealthCheckResponse::SERVING);
    return {};
  }

  void Computed(const grpc::ServerContextBase& /*context*/,
                const HealthCheckRequest& /*request*/,
                Answer answer) {
    unblocked_.Wait();
    answer.Finish({});
  }

  Status Failed(const grpc::ServerContextBase& /*context*/,
                const HealthCheckRequest& request,
                HealthCheckResponse& /*response*/) {
    return NotFound("there is no " + request.service());
  }

  void Kept(const grpc::ServerContextBase& /*context*/,
            const HealthCheckRequest& /*request*/,
            Answer answer) {
    const MutexLock lock(mutex_);
    answers_.push_back(std::move(answer));
    changed_.NotifyAll();
  }

  platform::Event unblocked_;
  Mutex mutex_;
  CondVar changed_;
  std::vector<Answer> answers_ PAWL_GUARDED_BY(mutex_);
};

class CallServerTest : public testing::Test {
 protected:
  std::unique_ptr<ClientCall> Begin(const std::string& method, const std::string& service = "") {
    HealthCheckRequest request;
    request.set_service(service);
    return std::make_unique<ClientCall>(server_.channel(), method, rpc::Serialize(request));
  }

  static HealthCheckResponse Serving() {
    HealthCheckResponse response;
    response.set_status(HealthCheckResponse::SERVING);
    return response;
  }

  Calls calls_;
  TestServer server_{calls_.Methods()};
};

grpc::ByteBuffer ByteBufferOf(const std::string& text) {
  const grpc::Slice slice(text);
  return {&slice, 1};
}

TEST_F(CallServerTest, AnUnknownMethodIsUnimplemented) {
  const grpc::Status status = Begin("/test.Calls/Missing")->Finish();
  EXPECT_EQ(status.error_code(), grpc::StatusCode::UNIMPLEMENTED);
  EXPECT_EQ(status.error_message(), "there is no method /test.Calls/Missing");
}

TEST_F(CallServerTest, AnErrorIsTranslated) {
  const grpc::Status status = Begin(kFailed, "door")->Finish();
  EXPECT_EQ(status.error_code(), grpc::StatusCode::NOT_FOUND);
  EXPECT_EQ(status.error_message(), "translated: there is no door");
}

TEST_F(CallServerTest, BytesThatAreNoMessageAreRefused) {
  for (const char* method : {kFailed, kKept}) {
    ClientCall call(server_.channel(), method, ByteBufferOf("\x0a\xff"));
    const grpc::Status status = call.Finish();
    EXPECT_EQ(status.error_code(), grpc::StatusCode::INTERNAL) << method;
    EXPECT_EQ(status.error_message(), "the request is no grpc.health.v1.HealthCheckRequest");
  }
}

TEST_F(CallServerTest, ACallWithoutARequestIsRefused) {
  ClientStream stream(server_.channel(), kFailed);
  stream.WritesDone();
  const grpc::Status status = stream.Finish();
  EXPECT_EQ(status.error_code(), grpc::StatusCode::INTERNAL);
  EXPECT_EQ(status.error_message(), "the request is missing");
}

TEST_F(CallServerTest, AMessageThatIsTooLargeIsRefused) {
  // gRPC's own bound, which the test does not change, is 4 MiB.
  const grpc::Status status =
      Begin(kFailed, std::string(std::size_t{5} * 1024 * 1024, 'x'))->Finish();
  EXPECT_EQ(status.error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED) << status.error_message();
}

TEST_F(CallServerTest, AnAnswerComesFromAnyThreadAndCountsOnce) {
  const auto call = Begin(kKept);
  const Answer answer = calls_.TakeAnswer();
  platform::Thread("answers", [&] {
    answer.Finish(Serving());
    answer.Fail(NotFound("too late"));
  }).Join();
  EXPECT_TRUE(call->Finish().ok());
  HealthCheckResponse response;
  EXPECT_TRUE(call->Take(response));
  EXPECT_EQ(response.status(), HealthCheckResponse::SERVING);
}

TEST_F(CallServerTest, AnAnswerMadeOfAResultIsItsValueOrItsError) {
  const auto fill = [](int status, HealthCheckResponse& response) {
    response.set_status(static_cast<HealthCheckResponse::ServingStatus>(status));
  };
  const auto good = Begin(kKept);
  calls_.TakeAnswer().From(fill)(Result<int>(HealthCheckResponse::NOT_SERVING));
  EXPECT_TRUE(good->Finish().ok());
  HealthCheckResponse response;
  EXPECT_TRUE(good->Take(response));
  EXPECT_EQ(response.status(), HealthCheckResponse::NOT_SERVING);
  const auto bad = Begin(kKept);
  calls_.TakeAnswer().From(fill)(Result<int>(NotFound("nothing")));
  EXPECT_EQ(bad->Finish().error_message(), "translated: nothing");
}

TEST_F(CallServerTest, WhoWaitsForAnAnswerLearnsThatTheClientHasLeft) {
  const auto call = Begin(kKept);
  const Answer answer = calls_.TakeAnswer();
  platform::Event cancelled;
  answer.WhenCancelled([&] { cancelled.Notify(); });
  call->Cancel();
  cancelled.Wait();
  EXPECT_EQ(call->Finish().error_code(), grpc::StatusCode::CANCELLED);
  bool is_told_at_once = false;
  answer.WhenCancelled([&] { is_told_at_once = true; });
  EXPECT_TRUE(is_told_at_once);
  answer.Finish(Serving());
}

TEST_F(CallServerTest, AnAnswerThatWasGivenIsNotCancelled) {
  const auto call = Begin(kKept);
  const Answer answer = calls_.TakeAnswer();
  bool is_cancelled = false;
  answer.WhenCancelled([&] { is_cancelled = true; });
  answer.Finish(Serving());
  EXPECT_TRUE(call->Finish().ok());
  call->Cancel();
  server_.Stop();
  EXPECT_FALSE(is_cancelled);
}

TEST_F(CallServerTest, AMethodThatWaitsHoldsUpNoOther) {
  for (const char* method : {kBlocked, kComputed}) {
    const auto blocked = Begin(method);
    const auto quick = Begin(kKept);
    calls_.TakeAnswer().Finish(Serving());
    EXPECT_TRUE(quick->Finish().ok());
    calls_.Unblock();
    EXPECT_TRUE(blocked->Finish().ok());
  }
}

TEST_F(CallServerTest, ALargeRequestIsAnsweredAsASmallOne) {
  const auto call = Begin(kKept, std::string(std::size_t{1024} * 1024, 'x'));
  calls_.TakeAnswer().Finish(Serving());
  EXPECT_TRUE(call->Finish().ok());
}

TEST_F(CallServerTest, StoppingEndsCallsThatNobodyAnswers) {
  const auto call = Begin(kKept);
  const Answer answer = calls_.TakeAnswer();
  server_.Stop();
  EXPECT_FALSE(call->Finish().ok());
  answer.Finish(Serving());
}

TEST_F(CallServerTest, ManyCallsAtOnceAreAllAnswered) {
  std::vector<std::unique_ptr<ClientCall>> calls;
  for (int i = 0; i < 500; ++i)
    calls.push_back(Begin(i % 2 == 0 ? kKept : kFailed, "door"));
  for (int i = 0; i < 250; ++i)
    calls_.TakeAnswer().Finish(Serving());
  for (std::size_t i = 0; i < calls.size(); ++i)
    EXPECT_EQ(calls[i]->Finish().ok(), i % 2 == 0);
}

}  // namespace
}  // namespace pawl::test
