#include "server_process.h"

#include <gmock/gmock.h>
#include <grpcpp/create_channel.h>
#include <gtest/gtest.h>

#include <csignal>
#include <fstream>
#include <memory>

#include "pawl/v1/worker_service.grpc.pb.h"
#include "pawl/v1/workflow_service.grpc.pb.h"
#include "server/rpc_status.h"
#include "tests/support/echo_worker.h"
#include "tests/support/temporary_directory.h"

namespace pawl::test {
namespace {

using testing::HasSubstr;
using testing::MatchesRegex;

constexpr char kChain[] = R"({"StartAt": "A", "States": {
  "A": {"Type": "Task", "Resource": "echo", "Next": "B"},
  "B": {"Type": "Task", "Resource": "echo", "End": true}}})";

class ServerProcessTest : public testing::Test {
 protected:
  std::string DataDir() const { return directory_.path().string() + "/data"; }

  std::vector<std::string> Arguments() const {
    return {"--data-dir", DataDir(), "--grpc-address", "127.0.0.1:0"};
  }

  static std::shared_ptr<grpc::Channel> Connect(const std::string& address) {
    return grpc::CreateChannel(address, grpc::InsecureChannelCredentials());
  }

  // Deploys the chain and starts one execution of it.
  static void Start(v1::WorkflowService::Stub& stub, const std::string& name) {
    v1::DeployStateMachineRequest deploy;
    deploy.set_name("chain");
    deploy.set_definition(kChain);
    v1::DeployStateMachineResponse deployed;
    grpc::ClientContext deploy_context;
    ASSERT_TRUE(stub.DeployStateMachine(&deploy_context, deploy, &deployed).ok());
    v1::StartExecutionRequest start;
    start.mutable_execution()->set_state_machine("chain");
    start.mutable_execution()->set_name(name);
    start.mutable_execution()->set_input("[1, 2]");
    v1::StartExecutionResponse started;
    grpc::ClientContext start_context;
    const grpc::Status status = stub.StartExecution(&start_context, start, &started);
    ASSERT_TRUE(status.ok()) << status.error_message();
  }

  // The last change of the execution: it has closed.
  static v1::ExecutionChange WaitForClose(v1::WorkflowService::Stub& stub,
                                          const std::string& name) {
    grpc::ClientContext context;
    const auto stream = stub.WatchExecutions(&context);
    v1::WatchExecutionsRequest request;
    v1::WatchedExecution& watched = *request.add_add();
    watched.set_state_machine("chain");
    watched.set_execution(name);
    watched.set_only_close(true);
    stream->Write(request);
    v1::WatchExecutionsResponse response;
    if (!stream->Read(&response)) return {};
    stream->WritesDone();
    return response.changes(0);
  }

  std::string WriteConfig(const std::string& text) const {
    const std::string path = directory_.path().string() + "/pawl.yaml";
    std::ofstream(path) << text;
    return path;
  }

  TemporaryDirectory directory_;
};

TEST_F(ServerProcessTest, SaysWhenItIsReadyAndWhere) {
  ServerProcess server(Arguments());
  EXPECT_THAT(server.WaitForReady(),
              MatchesRegex("pawl server is ready: grpc 127\\.0\\.0\\.1:[0-9]+, http "
                           "127\\.0\\.0\\.1:[0-9]+, data " +
                           DataDir()));
}

TEST_F(ServerProcessTest, EndsWithZeroOnSigtermAndSigint) {
  for (const int number : {SIGTERM, SIGINT}) {
    ServerProcess server({"--in-memory", "--grpc-address", "127.0.0.1:0"});
    EXPECT_THAT(server.WaitForReady(), HasSubstr("data in memory"));
    server.Signal(number);
    EXPECT_EQ(server.WaitForEnd(), 0);
  }
}

TEST_F(ServerProcessTest, StoppingWaitsForNoTaskAndTheNextServerGoesOn) {
  {
    ServerProcess server(Arguments());
    const auto channel = Connect(server.WaitForAddress());
    const auto stub = v1::WorkflowService::NewStub(channel);
    // A worker that takes a task and never answers.
    grpc::ClientContext context;
    const auto work = v1::WorkerService::NewStub(channel)->Work(&context);
    v1::WorkRequest hello;
    v1::Function& function = *hello.mutable_hello()->add_functions();
    function.set_id(1);
    function.set_name("echo");
    v1::Credit& credit = *hello.add_credits();
    credit.set_function_id(1);
    credit.set_count(1);
    ASSERT_TRUE(work->Write(hello));
    Start(*stub, "e");
    v1::WorkResponse response;
    while (response.tasks_size() == 0)
      ASSERT_TRUE(work->Read(&response));

    server.Signal(SIGTERM);
    EXPECT_EQ(server.WaitForEnd(), 0);
  }
  ServerProcess server(Arguments());
  const auto channel = Connect(server.WaitForAddress());
  const EchoWorker worker(channel, {.functions = {"echo"}});
  const v1::ExecutionChange change = WaitForClose(*v1::WorkflowService::NewStub(channel), "e");
  EXPECT_EQ(change.status(), v1::EXECUTION_STATUS_SUCCEEDED);
  EXPECT_EQ(change.output(), "[1, 2]");
}

TEST_F(ServerProcessTest, AWorkerAndAPageTokenOutliveAKilledServer) {
  auto first = std::make_unique<ServerProcess>(Arguments());
  const std::string address = first->WaitForAddress();
  const auto channel = Connect(address);
  const auto stub = v1::WorkflowService::NewStub(channel);
  Start(*stub, "e1");
  Start(*stub, "e2");
  v1::ListExecutionsRequest list;
  list.set_page_size(1);
  v1::ListExecutionsResponse page;
  grpc::ClientContext list_context;
  ASSERT_TRUE(stub->ListExecutions(&list_context, list, &page).ok());
  EchoWorker worker(channel, {.functions = {"echo"}});
  worker.WaitForWelcome();
  first->Signal(SIGKILL);
  EXPECT_EQ(first->WaitForEnd(), -SIGKILL);

  ServerProcess second({"--data-dir", DataDir(), "--grpc-address", address});
  EXPECT_EQ(second.WaitForAddress(), address);
  const auto again = v1::WorkflowService::NewStub(Connect(address));
  EXPECT_EQ(WaitForClose(*again, "e1").status(), v1::EXECUTION_STATUS_SUCCEEDED);
  EXPECT_EQ(WaitForClose(*again, "e2").status(), v1::EXECUTION_STATUS_SUCCEEDED);
  list.set_page_token(page.next_page_token());
  grpc::ClientContext next_context;
  const grpc::Status status = again->ListExecutions(&next_context, list, &page);
  EXPECT_TRUE(status.ok()) << status.error_message();
  EXPECT_EQ(page.executions_size(), 1);
}

TEST_F(ServerProcessTest, ASecondServerOnTheSameDirectoryIsRefused) {
  ServerProcess first(Arguments());
  first.WaitForReady();
  ServerProcess second(Arguments());
  EXPECT_EQ(second.WaitForReady(), "");
  EXPECT_EQ(second.WaitForEnd(), 1);
  EXPECT_THAT(second.ErrorOutput(), HasSubstr(DataDir()));
}

TEST_F(ServerProcessTest, ATakenPortIsRefused) {
  ServerProcess first({"--in-memory", "--grpc-address", "127.0.0.1:0"});
  const std::string address = first.WaitForAddress();
  ServerProcess second({"--in-memory", "--grpc-address", address});
  EXPECT_EQ(second.WaitForEnd(), 1);
  // And nothing before it: what gRPC says about it is not for the user.
  EXPECT_THAT(second.ErrorOutput(),
              testing::StartsWith("pawl server: cannot listen on " + address));
}

TEST_F(ServerProcessTest, AFlagGoesBeforeTheEnvironmentAndThatBeforeTheFile) {
  const std::string config = WriteConfig("data_dir: " + DataDir() + "-file\n");
  const std::vector<std::string> environment = {"PAWL_DATA_DIR=" + DataDir() + "-environment",
                                                "PAWL_GRPC_ADDRESS=127.0.0.1:0"};
  ServerProcess by_file({"--config", config, "--grpc-address", "127.0.0.1:0"});
  EXPECT_THAT(by_file.WaitForReady(), testing::EndsWith("-file"));
  ServerProcess by_environment({"--config", config}, environment);
  EXPECT_THAT(by_environment.WaitForReady(), testing::EndsWith("-environment"));
  ServerProcess by_flag({"--config", config, "--data-dir", DataDir() + "-flag"}, environment);
  EXPECT_THAT(by_flag.WaitForReady(), testing::EndsWith("-flag"));
}

// Arguments that are refused, and what the message says.
struct Refusal {
  const char* name;
  std::vector<std::string> arguments;
  const char* message;
};

class ServerRefusalTest : public ServerProcessTest, public testing::WithParamInterface<Refusal> {};

TEST_P(ServerRefusalTest, ExitsWithTwoAndSaysWhatWouldBeRight) {
  ServerProcess server(GetParam().arguments);
  EXPECT_EQ(server.WaitForReady(), "");
  EXPECT_EQ(server.WaitForEnd(), 2);
  EXPECT_THAT(server.ErrorOutput(), HasSubstr(GetParam().message));
}

INSTANTIATE_TEST_SUITE_P(
    Table,
    ServerRefusalTest,
    testing::Values(Refusal{"NoStore", {}, "pass --data-dir DIR, or --in-memory"},
                    Refusal{"NotLoopback",
                            {"--in-memory", "--grpc-address", "0.0.0.0:7600"},
                            "not on the loopback interface"},
                    Refusal{
                        "NoConfigFile",
                        {"--config", "/nowhere/pawl.yaml"},
                        "the configuration file: cannot read '/nowhere/pawl.yaml': No such file"},
                    Refusal{"WrongValue",
                            {"--in-memory", "--retention", "forever"},
                            "--retention: 'forever' is no duration"},
                    Refusal{"UnknownFlag", {"--in-memory", "--no-such"}, "--no-such"}),
    [](const auto& refusal) { return refusal.param.name; });

TEST_F(ServerProcessTest, AnUnknownKeyInTheFileIsNamedWithItsLine) {
  const std::string config = WriteConfig("in_memory: true\ngrpc_adress: 127.0.0.1:0\n");
  ServerProcess server({"--config", config});
  EXPECT_EQ(server.WaitForEnd(), 2);
  EXPECT_THAT(server.ErrorOutput(), HasSubstr(config + ":2: unknown setting 'grpc_adress'"));
}

}  // namespace
}  // namespace pawl::test
