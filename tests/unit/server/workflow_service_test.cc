#include "server/workflow_service.h"

#include "server_fixture.h"

namespace pawl::test {
namespace {

using Stub = v1::WorkflowService::Stub;
using testing::ElementsAre;
using testing::HasSubstr;

constexpr char kDefinition[] =
    R"({"StartAt": "A", "States": {"A": {"Type": "Pass", "End": true}}})";

class WorkflowServiceTest : public ServerTest {
 protected:
  Status Deploy(const std::string& name,
                const std::string& definition,
                v1::DeployMode mode = v1::DEPLOY_MODE_UNSPECIFIED) {
    v1::DeployStateMachineRequest request;
    request.set_name(name);
    request.set_definition(definition);
    request.set_mode(mode);
    return Call(&Stub::DeployStateMachine, request, deployed_);
  }

  Status Start(const v1::StartExecutionRequest& request) {
    return Call(&Stub::StartExecution, request, started_);
  }

  static v1::StartExecutionRequest StartOf(const std::string& name) {
    v1::StartExecutionRequest request;
    request.mutable_execution()->set_state_machine("m");
    request.mutable_execution()->set_name(name);
    return request;
  }

  v1::DeployStateMachineResponse deployed_;
  v1::StartExecutionResponse started_;
};

// --- Namespaces ---

TEST_F(WorkflowServiceTest, DefaultIsTheOnlyNamespace) {
  v1::ListStateMachinesRequest request;
  v1::ListStateMachinesResponse response;
  request.set_namespace_("default");
  EXPECT_TRUE(Call(&Stub::ListStateMachines, request, response).ok());
  request.set_namespace_("other");
  EXPECT_THAT(Call(&Stub::ListStateMachines, request, response),
              IsError(StatusCode::kNotFound, "namespace"));
}

template <typename Request>
Request InNamespace() {
  Request request;
  request.set_namespace_("other");
  return request;
}

TEST_F(WorkflowServiceTest, EveryCallLooksAtTheNamespaceFirst) {
  const auto is_error = IsError(StatusCode::kNotFound, "namespace");
  v1::DescribeStateMachineResponse machine;
  v1::DeleteStateMachineResponse deleted;
  v1::ValidateDefinitionResponse validated;
  v1::StartExecutionsResponse batch;
  v1::StopExecutionResponse stopped;
  v1::DescribeExecutionResponse execution;
  v1::ListExecutionsResponse executions;
  v1::GetExecutionHistoryResponse history;
  EXPECT_THAT(
      Call(&Stub::DeployStateMachine, InNamespace<v1::DeployStateMachineRequest>(), deployed_),
      is_error);
  EXPECT_THAT(
      Call(&Stub::DescribeStateMachine, InNamespace<v1::DescribeStateMachineRequest>(), machine),
      is_error);
  EXPECT_THAT(
      Call(&Stub::DeleteStateMachine, InNamespace<v1::DeleteStateMachineRequest>(), deleted),
      is_error);
  EXPECT_THAT(
      Call(&Stub::ValidateDefinition, InNamespace<v1::ValidateDefinitionRequest>(), validated),
      is_error);
  EXPECT_THAT(Call(&Stub::StartExecution, InNamespace<v1::StartExecutionRequest>(), started_),
              IsError(StatusCode::kNotFound, "namespace"));
  EXPECT_THAT(Call(&Stub::StartExecutions, InNamespace<v1::StartExecutionsRequest>(), batch),
              is_error);
  EXPECT_THAT(Call(&Stub::StopExecution, InNamespace<v1::StopExecutionRequest>(), stopped),
              is_error);
  EXPECT_THAT(
      Call(&Stub::DescribeExecution, InNamespace<v1::DescribeExecutionRequest>(), execution),
      is_error);
  EXPECT_THAT(Call(&Stub::ListExecutions, InNamespace<v1::ListExecutionsRequest>(), executions),
              is_error);
  EXPECT_THAT(
      Call(&Stub::GetExecutionHistory, InNamespace<v1::GetExecutionHistoryRequest>(), history),
      is_error);
}

// --- State machines ---

TEST_F(WorkflowServiceTest, DeployingGivesTheRevisionAndTheWarnings) {
  ASSERT_TRUE(Deploy("m", kDefinition).ok());
  EXPECT_EQ(deployed_.state_machine().name(), "m");
  EXPECT_EQ(deployed_.state_machine().revision(), 1U);
  EXPECT_EQ(deployed_.state_machine().definition(), kDefinition);
  EXPECT_EQ(deployed_.state_machine().create_time().seconds(), 1'700'000'000);
  EXPECT_EQ(deployed_.state_machine().create_time().nanos(), 123'456'000);
  EXPECT_TRUE(deployed_.changed());
  ASSERT_EQ(deployed_.warnings_size(), 1);
  EXPECT_EQ(deployed_.warnings(0).code(), "UNREACHABLE_STATE");
  EXPECT_EQ(deployed_.warnings(0).severity(), v1::SEVERITY_WARNING);
  EXPECT_EQ(deployed_.warnings(0).line(), 2U);

  ASSERT_TRUE(Deploy("m", kDefinition).ok());
  EXPECT_FALSE(deployed_.changed());
}

TEST_F(WorkflowServiceTest, ADeployModeIsKept) {
  EXPECT_EQ(Deploy("m", kDefinition, v1::DEPLOY_MODE_UPDATE).code(), StatusCode::kNotFound);
  EXPECT_TRUE(Deploy("m", kDefinition, v1::DEPLOY_MODE_CREATE).ok());
  EXPECT_EQ(Deploy("m", "other", v1::DEPLOY_MODE_CREATE).code(), StatusCode::kAlreadyExists);
  EXPECT_TRUE(Deploy("m", "other", v1::DEPLOY_MODE_UPDATE).ok());
  EXPECT_THAT(Deploy("m", "other", static_cast<v1::DeployMode>(9)),
              IsError(StatusCode::kInvalidArgument, "mode"));
}

TEST_F(WorkflowServiceTest, DeployingNeedsANameAndADefinition) {
  EXPECT_THAT(Deploy("", kDefinition), IsError(StatusCode::kInvalidArgument, "name"));
  EXPECT_THAT(Deploy("m", ""), IsError(StatusCode::kInvalidArgument, "definition"));
}

TEST_F(WorkflowServiceTest, ARevisionCanBeDescribed) {
  ASSERT_TRUE(Deploy("m", "first").ok());
  ASSERT_TRUE(Deploy("m", "second").ok());
  v1::DescribeStateMachineRequest request;
  v1::DescribeStateMachineResponse response;
  request.set_name("m");
  ASSERT_TRUE(Call(&Stub::DescribeStateMachine, request, response).ok());
  EXPECT_EQ(response.state_machine().definition(), "second");
  request.set_revision(1);
  ASSERT_TRUE(Call(&Stub::DescribeStateMachine, request, response).ok());
  EXPECT_EQ(response.state_machine().definition(), "first");
  request.set_name("x");
  EXPECT_EQ(Call(&Stub::DescribeStateMachine, request, response),
            NotFound("state machine 'x' does not exist"));
}

TEST_F(WorkflowServiceTest, StateMachinesAreListedPageByPage) {
  for (const char* name : {"a", "b", "c"})
    ASSERT_TRUE(Deploy(name, kDefinition).ok());
  v1::ListStateMachinesRequest request;
  v1::ListStateMachinesResponse response;
  request.set_page_size(2);
  ASSERT_TRUE(Call(&Stub::ListStateMachines, request, response).ok());
  ASSERT_EQ(response.state_machines_size(), 2);
  EXPECT_EQ(response.state_machines(1).name(), "b");
  request.set_page_token(response.next_page_token());
  ASSERT_TRUE(Call(&Stub::ListStateMachines, request, response).ok());
  ASSERT_EQ(response.state_machines_size(), 1);
  EXPECT_EQ(response.state_machines(0).name(), "c");
  EXPECT_EQ(response.next_page_token(), "");
}

TEST_F(WorkflowServiceTest, ADeletedStateMachineIsGone) {
  ASSERT_TRUE(Deploy("m", kDefinition).ok());
  v1::DeleteStateMachineRequest request;
  v1::DeleteStateMachineResponse response;
  EXPECT_THAT(Call(&Stub::DeleteStateMachine, request, response),
              IsError(StatusCode::kInvalidArgument, "name"));
  request.set_name("m");
  EXPECT_TRUE(Call(&Stub::DeleteStateMachine, request, response).ok());
  EXPECT_EQ(Call(&Stub::DeleteStateMachine, request, response).code(), StatusCode::kNotFound);
}

TEST_F(WorkflowServiceTest, AWrongDefinitionIsASuccessfulValidation) {
  v1::ValidateDefinitionRequest request;
  v1::ValidateDefinitionResponse response;
  request.set_definition(kDefinition);
  ASSERT_TRUE(Call(&Stub::ValidateDefinition, request, response).ok());
  EXPECT_TRUE(response.valid());
  request.set_definition(R"({"StartAt": "B", "States": {}})");
  ASSERT_TRUE(Call(&Stub::ValidateDefinition, request, response).ok());
  EXPECT_FALSE(response.valid());
  ASSERT_GT(response.diagnostics_size(), 0);
  EXPECT_EQ(response.diagnostics(0).severity(), v1::SEVERITY_ERROR);
  request.set_definition("");
  EXPECT_THAT(Call(&Stub::ValidateDefinition, request, response),
              IsError(StatusCode::kInvalidArgument, "definition"));
}

// --- Starting and stopping ---

TEST_F(WorkflowServiceTest, AStartCarriesEverything) {
  v1::StartExecutionRequest request = StartOf("e");
  request.mutable_execution()->set_input("[1]");
  request.mutable_execution()->set_priority(-7);
  request.mutable_execution()->set_fairness_key("tenant");
  request.mutable_execution()->set_test_case("HappyPath");
  ASSERT_TRUE(Start(request).ok());
  const StartRequest start = engine_.starts().at(0);
  EXPECT_EQ(start.state_machine, "m");
  EXPECT_EQ(start.name, "e");
  EXPECT_EQ(start.input, "[1]");
  EXPECT_EQ(start.priority, -7);
  EXPECT_EQ(start.fairness_key, "tenant");
  EXPECT_EQ(start.test_case, "HappyPath");
  EXPECT_EQ(started_.execution().name(), "e");
  EXPECT_EQ(started_.execution().arn(), "arn:e");
  EXPECT_FALSE(started_.execution().repeated());
  ASSERT_TRUE(Start(request).ok());
  EXPECT_TRUE(started_.execution().repeated());
}

TEST_F(WorkflowServiceTest, ARequestIdNamesAStartWithoutAName) {
  v1::StartExecutionRequest request = StartOf("");
  request.set_request_id("5f9b");
  ASSERT_TRUE(Start(request).ok());
  EXPECT_EQ(started_.execution().name(), "5f9b");
  request.mutable_execution()->set_name("e");
  ASSERT_TRUE(Start(request).ok());
  EXPECT_EQ(started_.execution().name(), "e");
}

TEST_F(WorkflowServiceTest, AStartThatIsTakenSaysSoWithItsReason) {
  v1::StartExecutionRequest request = StartOf("e");
  ASSERT_TRUE(Start(request).ok());
  request.mutable_execution()->set_input("other");
  const Status status = Start(request);
  EXPECT_EQ(status.code(), StatusCode::kAlreadyExists);
  EXPECT_EQ(status.reason(), "ExecutionAlreadyExists");
}

TEST_F(WorkflowServiceTest, AWrongStartNamesTheField) {
  v1::StartExecutionRequest request;
  EXPECT_THAT(Start(request), IsError(StatusCode::kInvalidArgument, "execution.state_machine"));
  request = StartOf("e");
  request.mutable_execution()->set_input("no JSON");
  EXPECT_THAT(Start(request), IsError(StatusCode::kInvalidArgument, "execution.input"));
  request = StartOf("e");
  request.mutable_execution()->set_priority(101);
  EXPECT_THAT(Start(request), IsError(StatusCode::kInvalidArgument, "execution.priority"));
  request = StartOf("e");
  request.mutable_execution()->set_fairness_key(std::string(129, 'k'));
  EXPECT_THAT(Start(request), IsError(StatusCode::kInvalidArgument, "execution.fairness_key"));
}

TEST_F(WorkflowServiceTest, ABatchIsOneCallOfTheEngineAndKeepsItsOrder) {
  v1::StartExecutionsRequest request;
  for (const char* name : {"a", "", "c", "d"}) {
    *request.add_executions() = StartOf(name).execution();
  }
  request.mutable_executions(1)->clear_state_machine();
  request.mutable_executions(2)->set_input("no JSON");
  v1::StartExecutionsResponse response;
  ASSERT_TRUE(Call(&Stub::StartExecutions, request, response).ok());

  EXPECT_EQ(engine_.start_calls(), 1);
  ASSERT_EQ(response.results_size(), 4);
  EXPECT_EQ(response.results(0).execution().name(), "a");
  EXPECT_THAT(server::FromRpcStatus(response.results(1).error()),
              IsError(StatusCode::kInvalidArgument, "executions[1].state_machine"));
  EXPECT_THAT(server::FromRpcStatus(response.results(2).error()),
              IsError(StatusCode::kInvalidArgument, "executions[2].input"));
  EXPECT_EQ(response.results(3).execution().name(), "d");
}

TEST_F(WorkflowServiceTest, ABatchHasOneToTenThousandStarts) {
  v1::StartExecutionsRequest request;
  v1::StartExecutionsResponse response;
  EXPECT_THAT(Call(&Stub::StartExecutions, request, response),
              IsError(StatusCode::kInvalidArgument, "executions"));
  for (int i = 0; i <= server::kStartsMax; ++i)
    request.add_executions();
  EXPECT_THAT(Call(&Stub::StartExecutions, request, response),
              IsError(StatusCode::kInvalidArgument, "executions"));
  EXPECT_EQ(engine_.start_calls(), 0);
}

TEST_F(WorkflowServiceTest, AStopCarriesErrorAndCause) {
  engine_.AddRunning({{}, "m", "e"});
  v1::StopExecutionRequest request;
  v1::StopExecutionResponse response;
  request.set_state_machine("m");
  EXPECT_THAT(Call(&Stub::StopExecution, request, response),
              IsError(StatusCode::kInvalidArgument, "execution"));
  request.set_execution("e");
  request.set_error("Enough");
  ASSERT_TRUE(Call(&Stub::StopExecution, request, response).ok());
  EXPECT_EQ(response.stop_time().seconds(), 1'700'000'000);
  const ExecutionInfo info = engine_.DescribeExecution({{}, "m", "e"}).value();
  EXPECT_EQ(info.error, "Enough");
  EXPECT_EQ(info.cause, std::nullopt);
  request.set_execution("x");
  EXPECT_EQ(Call(&Stub::StopExecution, request, response).code(), StatusCode::kNotFound);
}

// --- Reading ---

TEST_F(WorkflowServiceTest, AnExecutionIsDescribedWithAllItsFields) {
  ExecutionInfo info;
  info.name = {{}, "m", "e"};
  info.arn = "arn";
  info.state_machine_arn = "machine arn";
  info.revision = 3;
  info.status = ExecutionStatus::kFailed;
  info.started_at = kFakeStart;
  info.stopped_at = kFakeStart + std::chrono::seconds(2);
  info.input = Bytes("[1]");
  info.error = "E";
  info.cause = "because";
  info.quarantine_reason = "rows";
  engine_.AddExecution(info);
  v1::DescribeExecutionRequest request;
  v1::DescribeExecutionResponse response;
  request.set_state_machine("m");
  request.set_execution("e");
  ASSERT_TRUE(Call(&Stub::DescribeExecution, request, response).ok());
  const v1::Execution& execution = response.execution();
  EXPECT_EQ(execution.state_machine(), "m");
  EXPECT_EQ(execution.name(), "e");
  EXPECT_EQ(execution.arn(), "arn");
  EXPECT_EQ(execution.state_machine_arn(), "machine arn");
  EXPECT_EQ(execution.revision(), 3U);
  EXPECT_EQ(execution.status(), v1::EXECUTION_STATUS_FAILED);
  EXPECT_EQ(execution.stop_time().seconds(), 1'700'000'002);
  EXPECT_EQ(execution.input(), "[1]");
  EXPECT_FALSE(execution.has_output());
  EXPECT_EQ(execution.error(), "E");
  EXPECT_EQ(execution.cause(), "because");
  EXPECT_EQ(execution.quarantine_reason(), "rows");
}

class ListExecutionsTest : public WorkflowServiceTest {
 protected:
  ListExecutionsTest() {
    for (const char* name : {"a", "b", "c"})
      engine_.AddRunning({{}, "m", name});
    request_.set_state_machine("m");
    request_.set_page_size(2);
  }

  Status List() { return Call(&Stub::ListExecutions, request_, response_); }

  v1::ListExecutionsRequest request_;
  v1::ListExecutionsResponse response_;
};

TEST_F(ListExecutionsTest, PagesFollowOneAnother) {
  ASSERT_TRUE(List().ok());
  EXPECT_EQ(response_.executions_size(), 2);
  request_.set_page_token(response_.next_page_token());
  ASSERT_TRUE(List().ok());
  ASSERT_EQ(response_.executions_size(), 1);
  EXPECT_EQ(response_.executions(0).name(), "c");
  EXPECT_EQ(response_.next_page_token(), "");
}

TEST_F(ListExecutionsTest, FiltersReachTheEngine) {
  request_.set_status(v1::EXECUTION_STATUS_TIMED_OUT);
  request_.mutable_started_from()->set_seconds(5);
  request_.mutable_started_before()->set_seconds(6);
  request_.mutable_started_before()->set_nanos(7'999);
  ASSERT_TRUE(List().ok());
  const ListRequest list = engine_.last_list();
  EXPECT_EQ(list.state_machine, "m");
  EXPECT_EQ(list.status, ExecutionStatus::kTimedOut);
  EXPECT_EQ(list.started_from, FromMicros(5'000'000));
  EXPECT_EQ(list.started_before, FromMicros(6'000'007));
}

TEST_F(ListExecutionsTest, APageIsBetweenOneAndAThousand) {
  request_.set_page_size(0);
  ASSERT_TRUE(List().ok());
  EXPECT_EQ(engine_.last_list().page_size, 100U);
  request_.set_page_size(1'000'000);
  ASSERT_TRUE(List().ok());
  EXPECT_EQ(engine_.last_list().page_size, 1000U);
  request_.set_page_size(-1);
  EXPECT_THAT(List(), IsError(StatusCode::kInvalidArgument, "page_size"));
}

TEST_F(ListExecutionsTest, ATamperedTokenIsRefused) {
  ASSERT_TRUE(List().ok());
  std::string token = response_.next_page_token();
  token.back() = token.back() == 'A' ? 'B' : 'A';
  request_.set_page_token(token);
  EXPECT_THAT(List(), IsError(StatusCode::kInvalidArgument, "page_token"));
}

TEST_F(ListExecutionsTest, ATokenOfAnotherRequestIsRefused) {
  ASSERT_TRUE(List().ok());
  const std::string token = response_.next_page_token();
  request_.set_page_token(token);
  request_.set_status(v1::EXECUTION_STATUS_RUNNING);
  EXPECT_THAT(List(), IsError(StatusCode::kInvalidArgument, "page_token"));

  v1::ListStateMachinesRequest machines;
  v1::ListStateMachinesResponse response;
  machines.set_page_token(token);
  EXPECT_THAT(Call(&Stub::ListStateMachines, machines, response),
              IsError(StatusCode::kInvalidArgument, "page_token"));
}

TEST_F(ListExecutionsTest, WrongFiltersNameTheirField) {
  request_.set_status(static_cast<v1::ExecutionStatus>(99));
  EXPECT_THAT(List(), IsError(StatusCode::kInvalidArgument, "status"));
  request_.set_status(v1::EXECUTION_STATUS_UNSPECIFIED);
  request_.mutable_started_from()->set_nanos(-1);
  EXPECT_THAT(List(), IsError(StatusCode::kInvalidArgument, "started_from"));
}

class GetExecutionHistoryTest : public WorkflowServiceTest {
 protected:
  GetExecutionHistoryTest() {
    EventInfo event;
    event.type = EventType::kTaskStateEntered;
    event.at = kFakeStart;
    event.state = "S";
    event.input = Bytes("[1]");
    engine_.AddRunning({{}, "m", "e"}, {event, event, event});
    request_.set_state_machine("m");
    request_.set_execution("e");
  }

  std::vector<std::uint32_t> Read() {
    const Status status = Call(&Stub::GetExecutionHistory, request_, response_);
    EXPECT_TRUE(status.ok()) << status.ToString();
    std::vector<std::uint32_t> ids;
    for (const v1::HistoryEvent& event : response_.events())
      ids.push_back(event.id());
    return ids;
  }

  v1::GetExecutionHistoryRequest request_;
  v1::GetExecutionHistoryResponse response_;
};

TEST_F(GetExecutionHistoryTest, PagesFollowOneAnother) {
  request_.set_page_size(2);
  EXPECT_THAT(Read(), ElementsAre(1, 2));
  request_.set_page_token(response_.next_page_token());
  EXPECT_THAT(Read(), ElementsAre(3));
  EXPECT_EQ(response_.next_page_token(), "");
}

TEST_F(GetExecutionHistoryTest, PagesFollowOneAnotherInReverse) {
  request_.set_reverse(true);
  request_.set_page_size(2);
  EXPECT_THAT(Read(), ElementsAre(3, 2));
  request_.set_page_token(response_.next_page_token());
  EXPECT_THAT(Read(), ElementsAre(1));
}

TEST_F(GetExecutionHistoryTest, BeginsBehindAnEvent) {
  request_.set_after_event_id(1);
  EXPECT_THAT(Read(), ElementsAre(2, 3));
}

TEST_F(GetExecutionHistoryTest, AnEventHasAllItsFields) {
  Read();
  const v1::HistoryEvent& event = response_.events(1);
  EXPECT_EQ(event.previous_id(), 1U);
  EXPECT_EQ(event.type(), v1::HISTORY_EVENT_TYPE_TASK_STATE_ENTERED);
  EXPECT_EQ(event.time().seconds(), 1'700'000'000);
  EXPECT_EQ(event.state(), "S");
  EXPECT_EQ(event.input(), "[1]");
  EXPECT_FALSE(event.has_output());
  EXPECT_FALSE(event.has_index());
}

TEST_F(GetExecutionHistoryTest, PayloadsCanBeLeftOut) {
  request_.set_without_payloads(true);
  Read();
  EXPECT_FALSE(response_.events(0).has_input());
}

TEST_F(GetExecutionHistoryTest, ATokenOfAnotherExecutionIsRefused) {
  engine_.AddRunning({{}, "m", "other"});
  request_.set_page_size(2);
  Read();
  request_.set_page_token(response_.next_page_token());
  request_.set_execution("other");
  EXPECT_THAT(Call(&Stub::GetExecutionHistory, request_, response_),
              IsError(StatusCode::kInvalidArgument, "page_token"));
}

// --- Failures ---

TEST_F(WorkflowServiceTest, AnErrorOfTheEngineKeepsItsCodeAndWords) {
  for (const Status& status : {ResourceExhausted("later"), Unavailable("the disk refuses")}) {
    engine_.FailWith(status);
    EXPECT_EQ(Start(StartOf("e")), status);
    EXPECT_EQ(Deploy("m", kDefinition), status);
  }
}

}  // namespace
}  // namespace pawl::test
