// The worker that tests and benchmarks use, against a FakeEngine: a load that loses tasks would
// measure nothing.
#include "tests/support/echo_worker.h"

#include <grpcpp/create_channel.h>

#include "server_fixture.h"

namespace pawl::test {
namespace {

class EchoWorkerTest : public testing::Test {
 protected:
  EchoWorkerTest() : server_(Listen("127.0.0.1:0")), address_(server_->address()) {}

  std::unique_ptr<server::RpcServer> Listen(const std::string& address) {
    server::RpcServerOptions options;
    options.address = address;
    return server::RpcServer::Start(engine_, clock_, std::move(options)).value();
  }

  FakeEngine engine_;
  ManualClock clock_;
  std::unique_ptr<server::RpcServer> server_;
  const std::string address_;
};

TEST_F(EchoWorkerTest, CompletesEachTaskWithItsPayloadAndAsksForAnother) {
  EchoWorker worker(grpc::CreateChannel(address_, grpc::InsecureChannelCredentials()),
                    {.functions = {"f", "g"}, .concurrency = 3});
  const auto session = engine_.WaitForSession();
  EXPECT_EQ(session->WaitForCredits(2)[1].credits, 3U);
  session->Deliver({FakeTask(1, "f", "[1]"), FakeTask(2, "g", "[2]")});
  const std::vector<Completion> completions = session->WaitForCompletions(2);
  EXPECT_EQ(completions[0].output, Bytes("[1]"));
  EXPECT_EQ(completions[1].output, Bytes("[2]"));
  EXPECT_EQ(session->WaitForCredits(4)[3].credits, 1U);
}

TEST_F(EchoWorkerTest, WhatWasNotAcknowledgedComesAgainAfterARestartOfTheServer) {
  EchoWorker worker(grpc::CreateChannel(address_, grpc::InsecureChannelCredentials()),
                    {.functions = {"f"}, .concurrency = 3});
  const auto first = engine_.WaitForSession();
  first->Deliver({FakeTask(1, "f", "[1]"), FakeTask(2, "f", "[2]")});
  first->WaitForCompletions(2);
  first->Acknowledge({{FakeTaskRef(1), CompletionOutcome::kAccepted}});
  // In order behind the acknowledgement: when this has been answered, that has been read.
  first->Deliver({FakeTask(3, "f", "[3]")});
  first->WaitForCompletions(3);

  server_.reset();
  server_ = Listen(address_);
  const auto second = engine_.WaitForSession(1);
  EXPECT_THAT(second->hello.held, testing::ElementsAre(FakeTaskRef(2), FakeTaskRef(3)));
  EXPECT_EQ(second->WaitForCompletions(2)[0].output, Bytes("[2]"));
  EXPECT_EQ(worker.accepted(), 1U);
}

}  // namespace
}  // namespace pawl::test
