"""The worker's own function pawl:aws-job, and the calls that start what it waits for."""

from __future__ import annotations

import json
import os
from typing import Any

import pytest
from aws_stub import Refusal, Stub, aws_stub, stub_for_task  # noqa: F401
from pawl.context import Context
from pawl.task_error import TaskError

pytest.importorskip("boto3", reason="boto3 is not installed (python3-boto3)")

from pawl.aws import emr_calls, names, task, waiting, watched  # noqa: E402
from pawl.aws.job_table import JOBS  # noqa: E402

ATTEMPT = Context("6a1f0e0c-0000-4000-8000-000000000001", "arn", 0)
BUSY = Refusal(400, "ThrottlingException", "Rate exceeded")
DENIED = Refusal(400, "AccessDeniedException", "not authorized")
ABSENT = Refusal(400, "EntityNotFoundException", "no such run")


@pytest.fixture
def stub(stub_for_task: Stub, monkeypatch: pytest.MonkeyPatch) -> Stub:  # noqa: F811
    """The services, where the function looks for them; it asks without pauses to speak of."""
    monkeypatch.setenv(waiting.LONGEST_PAUSE_VARIABLE, "0.01")
    return stub_for_task


def run(call: str, **parameters: Any) -> Any:
    """Starts a job and waits for it, as the engine does with two tasks."""
    event = {"Resource": call + ".sync", "Parameters": parameters}
    started = task.handler(event, ATTEMPT)
    return waiting.handler({**event, "Started": started}, ATTEMPT)


def failure(call: str, **parameters: Any) -> TaskError:
    with pytest.raises(TaskError) as caught:
        run(call, **parameters)
    return caught.value


def glue(stub: Stub, *answers: Any) -> None:
    """A job run whose states, or refusals to tell one, are these."""
    stub.scripts["StartJobRun"] = [{"JobRunId": "jr_1"}]
    stub.scripts["BatchStopJobRun"] = [{"SuccessfulSubmissions": []}]
    stub.scripts["GetJobRun"] = [
        {"JobRun": {"Id": "jr_1", "JobRunState": one}} if isinstance(one, str) else one
        for one in answers
    ]


# --- The table ---


def shape_at(shape: Any, path: str) -> Any:
    for part in path.split(".") if path else []:
        if shape.type_name == "list":
            shape = shape.member
            continue
        members = {names.capital(name): member for name, member in shape.members.items()}
        assert part in members
        shape = members[part]
    return shape


def check_call(client: Any, start: Any, name: str, arguments: Any) -> Any:
    """Checks that an operation has these arguments, and that their paths lead somewhere."""
    model = client.meta.service_model.operation_model(name)
    assert set(model.input_shape.required_members) <= set(arguments)
    assert set(arguments) <= set(model.input_shape.members)
    for value in arguments.values():
        root, _, path = (value[0] if isinstance(value, list) else value).partition(".")
        if root == "Started" and start:
            shape_at(start.output_shape, path)
        if root == "Parameters" and start:
            shape_at(start.input_shape, path)
    return model


@pytest.mark.parametrize("call", JOBS)
def test_a_row_fits_the_api(stub: Stub, call: str) -> None:
    job = JOBS[call]
    service, _, action = call.partition(":")
    available = task._session.get_available_services()
    if names.boto_service(task.api_of(service, action), available) is None:
        pytest.skip(f"this boto3 has no {service}")
    client = task.client_of(task.api_of(service, action))
    operations = client.meta.service_model.operation_names
    if service == emr_calls.SERVICE:
        # Its own members are those of no shape.
        start = None
    else:
        start = client.meta.service_model.operation_model(names.operation(action, operations))
    describe = check_call(client, start, job.describe, job.arguments)
    state = shape_at(shape_at(describe.output_shape, job.subject), job.state)
    # Added to the API after botocore 1.29.
    known = {*getattr(state, "enum", []), "EXPIRED"}
    assert call == "ecs:runTask" or job.succeeded | job.failed <= known
    assert not job.succeeded & job.failed
    if job.stop:
        check_call(client, start, job.stop, job.stop_arguments)
    if job.token:
        assert job.token in start.input_shape.members
    for name in job.only:
        shape_at(start.input_shape, name)


# --- How jobs end ---


def test_a_job_is_asked_for_until_it_has_ended(stub: Stub) -> None:
    glue(stub, "STARTING", "RUNNING", "SUCCEEDED")
    assert run("glue:startJobRun", JobName="etl") == {"Id": "jr_1", "JobRunState": "SUCCEEDED"}
    assert stub.called("GetJobRun") == 3
    assert stub.calls[-1][1] == {"JobName": "etl", "RunId": "jr_1"}


@pytest.mark.parametrize("state", ["FAILED", "STOPPED", "TIMEOUT", "ERROR"])
def test_a_job_that_ends_badly_fails_the_task_with_its_description(stub: Stub, state: str) -> None:
    glue(stub, "RUNNING", state)
    error = failure("glue:startJobRun", JobName="etl")
    assert error.name == "States.TaskFailed"
    assert json.loads(error.cause) == {"Id": "jr_1", "JobRunState": state}


def test_a_query_is_a_member_of_the_result(stub: Stub) -> None:
    query = {"QueryExecutionId": "q-1", "Status": {"SubmissionDateTime": 1.5, "State": "SUCCEEDED"}}
    stub.scripts["StartQueryExecution"] = [{"QueryExecutionId": "q-1"}]
    stub.scripts["GetQueryExecution"] = [{"QueryExecution": query}]
    ended = run("athena:startQueryExecution", QueryString="SELECT 1")["QueryExecution"]
    assert ended["Status"] == {"SubmissionDateTime": 1500, "State": "SUCCEEDED"}

    query["Status"] = {"State": "FAILED", "StateChangeReason": "SYNTAX_ERROR"}
    error = failure("athena:startQueryExecution", QueryString="SELECT")
    status = json.loads(error.cause)["QueryExecution"]["Status"]
    assert status["StateChangeReason"] == "SYNTAX_ERROR"


def test_a_batch_job_is_the_result_itself(stub: Stub) -> None:
    stub.scripts["SubmitJob"] = [{"jobName": "n", "jobId": "j-1"}]
    stub.scripts["DescribeJobs"] = [
        {"jobs": [{"jobId": "j-1", "status": "RUNNABLE"}]},
        {"jobs": [{"jobId": "j-1", "status": "SUCCEEDED", "createdAt": 1700000000000}]},
    ]
    ended = run("batch:submitJob", JobName="n", JobQueue="q", JobDefinition="d")
    assert ended == {"JobId": "j-1", "Status": "SUCCEEDED", "CreatedAt": 1700000000000}


def ecs(stub: Stub, *exit_codes: Any) -> None:
    """A task whose containers end with these."""
    started = {"taskArn": "task/1", "clusterArn": "cluster/c", "lastStatus": "PROVISIONING"}
    containers = [{"name": "c"} if code is None else {"exitCode": code} for code in exit_codes]
    stopped = {**started, "lastStatus": "STOPPED", "containers": containers}
    stub.scripts["RunTask"] = [{"tasks": [started], "failures": []}]
    stub.scripts["DescribeTasks"] = [{"tasks": [started]}, {"tasks": [stopped]}]


def test_an_ecs_task_succeeds_with_its_containers(stub: Stub) -> None:
    ecs(stub, 0, 0)
    ended = run("ecs:runTask", TaskDefinition="t")
    assert ended["Containers"] == [{"ExitCode": 0}, {"ExitCode": 0}]
    assert stub.calls[-1][1] == {"cluster": "cluster/c", "tasks": ["task/1"]}


@pytest.mark.parametrize("codes", [[0, 1], [None], []])
def test_an_ecs_task_fails_with_a_container(stub: Stub, codes: list[Any]) -> None:
    ecs(stub, *codes)
    error = failure("ecs:runTask", TaskDefinition="t")
    assert error.name == "States.TaskFailed"
    assert json.loads(error.cause)["TaskArn"] == "task/1"


def test_an_ecs_task_that_could_not_be_placed_fails(stub: Stub) -> None:
    stub.scripts["RunTask"] = [{"tasks": [], "failures": [{"reason": "RESOURCE:MEMORY"}]}]
    error = failure("ecs:runTask", TaskDefinition="t")
    assert error.name == "AmazonECS.Unknown"
    assert json.loads(error.cause)["Failures"] == [{"Reason": "RESOURCE:MEMORY"}]


def test_more_tasks_than_are_waited_for_are_not_started(stub: Stub) -> None:
    error = failure("ecs:runTask", TaskDefinition="t", Count=2)
    assert error.name == "States.Runtime"
    assert "ecs:runTask.sync waits for one job: 'Count' must be 1, found 2" in error.cause
    assert not stub.calls


def test_a_step_of_emr_is_one_of_a_list(stub: Stub) -> None:
    """Step Functions Developer Guide, "Create and manage Amazon EMR clusters"."""
    step = {"Name": "s", "HadoopJarStep": {"Jar": "command-runner.jar"}}
    stub.scripts["AddJobFlowSteps"] = [{"StepIds": ["s-1"]}]
    stub.scripts["DescribeStep"] = [
        {"Step": {"Id": "s-1", "Status": {"State": state}}} for state in ("PENDING", "COMPLETED")
    ]
    ended = run("elasticmapreduce:addStep", ClusterId="j-1", Step=step)
    assert ended == {"Step": {"Id": "s-1", "Status": {"State": "COMPLETED"}}}
    assert stub.calls[0] == ("AddJobFlowSteps", {"JobFlowId": "j-1", "Steps": [step]})
    assert stub.calls[-1][1] == {"ClusterId": "j-1", "StepId": "s-1"}


def test_a_cluster_of_emr_is_waited_for_and_ended(stub: Stub) -> None:
    stub.scripts["RunJobFlow"] = [{"JobFlowId": "j-1"}]
    stub.scripts["DescribeCluster"] = [{"Cluster": {"Status": {"State": "WAITING"}}}]
    created = run("elasticmapreduce:createCluster", Name="c", Instances={})
    assert created == {"ClusterId": "j-1", "Cluster": {"Status": {"State": "WAITING"}}}
    stub.scripts["TerminateJobFlows"] = [{}]
    stub.scripts["DescribeCluster"] = [{"Cluster": {"Status": {"State": "TERMINATED"}}}]
    run("elasticmapreduce:terminateCluster", ClusterId="j-1")
    assert ("TerminateJobFlows", {"JobFlowIds": ["j-1"]}) in stub.calls


def test_a_step_of_emr_is_cancelled(stub: Stub) -> None:
    information = {"StepId": "s-1", "Status": "SUBMITTED"}
    stub.scripts["CancelSteps"] = [{"CancelStepsInfoList": [information]}]
    parameters = {"ClusterId": "j-1", "StepId": "s-1"}
    event = {"Resource": "elasticmapreduce:cancelStep", "Parameters": parameters}
    assert task.handler(event, ATTEMPT)["CancelStepsInfo"] == information
    parameters["StepIds"] = "s-1"
    with pytest.raises(TaskError) as caught:
        task.handler(event, ATTEMPT)
    assert "'StepIds' is not supported by cancelStep (did you mean 'StepId'?)" in caught.value.cause


def test_a_cluster_that_is_gone_is_deleted(stub: Stub) -> None:
    gone = Refusal(404, "ResourceNotFoundException", "No cluster found for name: c.")
    deleting = {"name": "c", "status": "DELETING"}
    stub.scripts["DescribeCluster"] = [{"cluster": deleting}, gone]
    event = {
        "Resource": "eks:deleteCluster.sync",
        "Parameters": {"Name": "c"},
        "Started": {"Cluster": {"Name": "c"}},
    }
    ended = waiting.handler(event, ATTEMPT)
    assert ended == {"Cluster": {"Name": "c", "Status": "DELETING"}}


# --- What goes wrong on the way ---


def test_the_call_that_starts_no_job_fails_in_its_own_words(stub: Stub) -> None:
    stub.scripts["StartJobRun"] = [Refusal(400, "ConcurrentRunsExceededException", "too many")]
    error = failure("glue:startJobRun", JobName="etl")
    assert error.name == "Glue.ConcurrentRunsExceededException"


def test_a_service_that_is_busy_or_away_is_asked_again(stub: Stub) -> None:
    glue(stub, BUSY, Refusal(503, "Unavailable", ""), "RUNNING", BUSY, "SUCCEEDED")
    assert run("glue:startJobRun", JobName="etl")["JobRunState"] == "SUCCEEDED"


def test_a_service_that_stays_away_fails_the_task(stub: Stub) -> None:
    glue(stub, BUSY)
    error = failure("glue:startJobRun", JobName="etl")
    assert error.cause.startswith("Rate exceeded (Service: AWSGlue; Status Code: 400; ")
    assert stub.called("GetJobRun") == watched.FAILED_QUESTIONS_MAX


def test_a_job_may_be_unknown_at_first(stub: Stub) -> None:
    glue(stub, ABSENT, "SUCCEEDED")
    assert run("glue:startJobRun", JobName="etl")["JobRunState"] == "SUCCEEDED"


def test_a_job_that_stays_unknown_fails_the_task(stub: Stub) -> None:
    glue(stub, ABSENT)
    assert failure("glue:startJobRun", JobName="etl").name == "Glue.EntityNotFoundException"
    stub.scripts["SubmitJob"] = [{"jobName": "n", "jobId": "j-1"}]
    stub.scripts["DescribeJobs"] = [{"jobs": []}]
    error = failure("batch:submitJob", JobName="n", JobQueue="q", JobDefinition="d")
    assert error.cause == 'DescribeJobs of \'batch\' knows no job {"jobs":["j-1"]}'


def test_what_may_not_be_asked_fails_at_once(stub: Stub) -> None:
    glue(stub, DENIED)
    error = failure("glue:startJobRun", JobName="etl")
    assert error.name.startswith("Glue.")
    assert stub.called("GetJobRun") == 1


def test_what_is_no_job_is_not_started(stub: Stub) -> None:
    error = failure("sqs:sendMessage", QueueUrl="q")
    assert error.name == "States.Runtime"
    assert "'sqs:sendMessage.sync' starts no job" in error.cause


@pytest.mark.parametrize("text", ["soon", "0", "-1", "7200", "nan"])
def test_a_pause_that_is_none_is_the_workers_failure(
    stub: Stub, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    monkeypatch.setenv(waiting.LONGEST_PAUSE_VARIABLE, text)
    glue(stub, "SUCCEEDED")
    error = failure("glue:startJobRun", JobName="etl")
    assert error.name == "Pawl.WorkerConfiguration"
    assert f"found '{text}'" in error.cause


# --- Once, and no longer than is wanted ---


def test_a_second_delivery_starts_the_same_job(stub: Stub) -> None:
    stub.scripts["StartQueryExecution"] = [{"QueryExecutionId": "q-1"}]
    stub.scripts["StartBuild"] = [{"build": {"id": "b-1"}}]
    for resource, member in [
        ("athena:startQueryExecution.sync", "ClientRequestToken"),
        ("athena:startQueryExecution", "ClientRequestToken"),
        ("codebuild:startBuild.sync", "idempotencyToken"),
    ]:
        task.handler({"Resource": resource, "Parameters": {}}, ATTEMPT)
        assert stub.calls[-1][1][member] == ATTEMPT.aws_request_id


def test_the_definitions_own_token_is_kept(stub: Stub) -> None:
    stub.scripts["StartQueryExecution"] = [{"QueryExecutionId": "q-1"}]
    parameters = {"ClientRequestToken": "mine"}
    event = {"Resource": "athena:startQueryExecution.sync", "Parameters": parameters}
    task.handler(event, ATTEMPT)
    assert stub.calls[0][1]["ClientRequestToken"] == "mine"


def cancel_at(stub: Stub, action: str) -> None:
    """The pool's signal comes while the operation is asked for."""

    def on_call(name: str) -> None:
        if name == action:
            os.kill(os.getpid(), waiting.CANCEL_SIGNAL)

    stub.on_call = on_call


def test_a_job_that_nobody_waits_for_any_more_is_stopped(stub: Stub) -> None:
    glue(stub, "RUNNING")
    cancel_at(stub, "GetJobRun")
    with pytest.raises(SystemExit):
        run("glue:startJobRun", JobName="etl")
    assert stub.calls[-1] == ("BatchStopJobRun", {"JobName": "etl", "JobRunIds": ["jr_1"]})


def test_a_job_that_cannot_be_stopped_is_in_the_log(
    stub: Stub, capsys: pytest.CaptureFixture[str]
) -> None:
    glue(stub, "RUNNING")
    stub.scripts["BatchStopJobRun"] = [DENIED]
    cancel_at(stub, "GetJobRun")
    with pytest.raises(SystemExit):
        run("glue:startJobRun", JobName="etl")
    assert "The job could not be stopped: Glue." in capsys.readouterr().out
