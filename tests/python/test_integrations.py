"""Task states that call AWS services and HTTP endpoints, through servers, workers and engines."""

from __future__ import annotations

import importlib.util
import json
import pathlib
import signal
from typing import Any, Iterator

import pawl
import pytest
from aws_stub import Stub, aws_stub  # noqa: F401
from running import Site, needs_engine, needs_program, site, task, until  # noqa: F401
from web_stub import Said, WebStub, caller, web_stub  # noqa: F401

needs_boto3 = pytest.mark.skipif(
    importlib.util.find_spec("boto3") is None, reason="boto3 is not installed (python3-boto3)"
)


@pytest.fixture
def stub(aws_stub: Stub, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stub]:  # noqa: F811
    """The services, where workers look for them."""
    for name, value in {
        "AWS_ENDPOINT_URL": aws_stub.url,
        "AWS_ACCESS_KEY_ID": "key",
        "AWS_SECRET_ACCESS_KEY": "secret",
        "PAWL_AWS_JOB_POLL_SECONDS": "0.02",
    }.items():
        monkeypatch.setenv(name, value)
    yield aws_stub


def service(call: str, parameters: dict[str, Any], **fields: Any) -> dict[str, Any]:
    return task(f"arn:aws:states:::{call}", Parameters=parameters, **fields)


def http_file(directory: pathlib.Path, stub: Stub) -> str:
    """Allows the stub, and a connection for it."""
    key = {"authorization": "API_KEY", "name": "X-Api-Key", "value": "k"}
    document = {
        "allow": [stub.url],
        "networks": ["127.0.0.0/8"],
        "connections": {"stub": key},
    }
    file = directory / "http.json"
    file.write_text(json.dumps(document))
    file.chmod(0o600)
    return str(file)


def get(url: str) -> dict[str, Any]:
    connection = "arn:aws:events:us-east-1:123456789012:connection/stub/1"
    authentication = {"ConnectionArn": connection}
    parameters = {"ApiEndpoint": url, "Method": "GET", "Authentication": authentication}
    return service("http:invoke", parameters)


@needs_program
@needs_boto3
def test_a_message_with_a_token_waits_for_its_answer(site: Site, stub: Stub) -> None:  # noqa: F811
    """Recorded: callback, test_sqs_wait_for_task_token."""
    site.server()
    worker = site.worker()
    client = site.client()
    body = {"token.$": "$$.Task.Token"}
    parameters = {"QueueUrl": f"{stub.url}/q", "MessageBody": body}
    client.deploy(service("sqs:sendMessage.waitForTaskToken", parameters), name="ask")
    execution = client.start("ask")
    until(
        lambda: any(event.type == "TaskSubmitted" for event in execution.history()),
        "the message is sent",
    )
    client.send_task_success(json.loads(stub.calls[0][1]["MessageBody"])["token"], {"yes": True})
    assert execution.result(timeout=60) == {"yes": True}
    events = [event for event in execution.history() if event.type.startswith("Task")]
    assert [event.type for event in events] == [
        "TaskStateEntered",
        "TaskScheduled",
        "TaskStarted",
        "TaskSubmitted",
        "TaskSucceeded",
        "TaskStateExited",
    ]
    # What the directory has is counted; the worker's own functions are not.
    assert "'pawl:aws' is served" in worker.log.read_text()


@needs_program
@needs_boto3
def test_an_api_gets_a_token_and_answers_later(
    site: Site,  # noqa: F811
    web_stub: WebStub,  # noqa: F811
    caller: None,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Step Functions Developer Guide, "Call API Gateway REST APIs with Step Functions"."""
    monkeypatch.setenv("AWS_ENDPOINT_URL_EXECUTE_API", web_stub.url)
    web_stub.says("POST /add", Said({"taken": True}, 202))
    site.server()
    site.worker()
    client = site.client()
    parameters = {
        "ApiEndpoint": "a1b2c3.execute-api.us-east-1.amazonaws.com",
        "Method": "POST",
        "Headers": {"TaskToken.$": "States.Array($$.Task.Token)"},
        "Stage": "add",
        "RequestBody": {"payload.$": "$"},
        "AuthType": "RESOURCE_POLICY",
    }
    client.deploy(service("apigateway:invoke.waitForTaskToken", parameters), name="ask")
    execution = client.start("ask", {"n": 1})
    until(
        lambda: any(event.type == "TaskSubmitted" for event in execution.history()),
        "the request is answered",
    )
    asked = web_stub.asked[0]
    assert json.loads(asked.body) == {"payload": {"n": 1}}
    client.send_task_success(asked.headers["tasktoken"], {"yes": True})
    assert execution.result(timeout=60) == {"yes": True}
    submitted = next(event for event in execution.history() if event.type == "TaskSubmitted")
    assert submitted.output["StatusCode"] == 202


@needs_engine
@needs_boto3
def test_a_job_of_kubernetes_is_waited_for(
    web_stub: WebStub, caller: None, monkeypatch: pytest.MonkeyPatch  # noqa: F811
) -> None:
    """Step Functions Developer Guide, "Create and manage Amazon EKS clusters"."""
    monkeypatch.setenv("PAWL_EKS_ENDPOINTS", web_stub.url)
    monkeypatch.setenv("PAWL_AWS_JOB_POLL_SECONDS", "0.02")
    jobs = "/apis/batch/v1/namespaces/default/jobs"
    job = {"metadata": {"name": "pi", "namespace": "default"}}
    web_stub.says(f"POST {jobs}", Said(job, 201))
    web_stub.says(f"GET {jobs}/pi", job)
    cluster = {"ClusterName": "c", "CertificateAuthority": "eA==", "Endpoint": web_stub.url}
    with pawl.Engine() as engine:
        engine.integrations()
        engine.deploy(service("eks:runJob.sync", {**cluster, "Job": job}), name="pi")
        execution = engine.start("pi")
        until(lambda: web_stub.count(f"GET {jobs}/pi") > 1, "the Job is asked for")
        complete = {**job, "status": {"conditions": [{"type": "Complete", "status": "True"}]}}
        web_stub.says(f"GET {jobs}/pi", complete)
        assert execution.result(timeout=60) == complete
        call = {**cluster, "Method": "DELETE", "Path": f"{jobs}/pi"}
        engine.deploy(service("eks:call", call), name="delete")
        with pytest.raises(pawl.errors.ExecutionFailedError) as caught:
            engine.run("delete")
        assert caught.value.error == "EKS.404"


def glue(stub: Stub, state: str) -> dict[str, Any]:
    """The definition of a task that waits for a job run, and the service with one in a state."""
    stub.scripts["StartJobRun"] = [{"JobRunId": "jr_1"}]
    stub.scripts["BatchStopJobRun"] = [{"SuccessfulSubmissions": []}]
    job_run_is(stub, state)
    return service("glue:startJobRun.sync", {"JobName": "etl"})


def job_run_is(stub: Stub, state: str) -> None:
    stub.scripts["GetJobRun"] = [{"JobRun": {"Id": "jr_1", "JobRunState": state}}]


@needs_program
@needs_boto3
def test_a_job_is_submitted_and_waited_for(site: Site, stub: Stub) -> None:  # noqa: F811
    """Step Functions Developer Guide, "Run a job (.sync)"."""
    site.server()
    site.worker()
    client = site.client()
    client.deploy(glue(stub, "RUNNING"), name="etl")
    execution = client.start("etl")
    until(lambda: stub.called("GetJobRun") > 1, "the job is asked for")
    job_run_is(stub, "SUCCEEDED")
    assert execution.result(timeout=60) == {"Id": "jr_1", "JobRunState": "SUCCEEDED"}
    events = [event for event in execution.history() if event.type.startswith("Task")]
    assert [event.type for event in events] == [
        "TaskStateEntered",
        "TaskScheduled",
        "TaskStarted",
        "TaskSubmitted",
        "TaskSucceeded",
        "TaskStateExited",
    ]
    assert events[3].output["JobRunId"] == "jr_1"
    job_run_is(stub, "FAILED")
    with pytest.raises(pawl.errors.ExecutionFailedError) as caught:
        client.run("etl")
    assert caught.value.error == "States.TaskFailed"
    assert json.loads(caught.value.cause) == {"Id": "jr_1", "JobRunState": "FAILED"}


@needs_program
@needs_boto3
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_a_job_outlives_the_worker_that_waits_for_it(
    site: Site, stub: Stub, number: int  # noqa: F811
) -> None:
    site.server("--reconnect-window", "200ms")
    worker = site.worker()
    client = site.client()
    client.deploy(glue(stub, "RUNNING"), name="etl")
    execution = client.start("etl")
    until(lambda: stub.called("GetJobRun") > 1, "the job is asked for")
    worker.kill(number)
    # A worker that leaves waits for no job.
    assert worker.wait() == (-number if number == signal.SIGKILL else 0)
    job_run_is(stub, "SUCCEEDED")
    site.worker()
    assert execution.result(timeout=60)["JobRunState"] == "SUCCEEDED"
    assert stub.called("StartJobRun") == 1
    assert stub.called("BatchStopJobRun") == 0


@needs_program
@needs_boto3
def test_a_job_that_nobody_waits_for_any_more_is_stopped(
    site: Site, stub: Stub  # noqa: F811
) -> None:
    site.server()
    site.worker()
    client = site.client()
    client.deploy(glue(stub, "RUNNING"), name="stopped")
    execution = client.start("stopped")
    until(lambda: stub.called("GetJobRun") > 1, "the job is asked for")
    execution.stop()
    until(lambda: stub.called("BatchStopJobRun") == 1, "the job is stopped")
    assert stub.calls[-1][1] == {"JobName": "etl", "JobRunIds": ["jr_1"]}

    definition = glue(stub, "RUNNING")
    definition["States"]["Only"]["TimeoutSeconds"] = 1
    client.deploy(definition, name="late")
    with pytest.raises(pawl.errors.ExecutionFailedError, match="States.Timeout"):
        client.run("late")
    until(lambda: stub.called("BatchStopJobRun") == 2, "the job is stopped")


@needs_engine
@needs_boto3
def test_an_engine_in_the_process_waits_for_jobs(stub: Stub) -> None:
    with pawl.Engine() as engine:
        engine.integrations()
        engine.deploy(glue(stub, "RUNNING"), name="etl")
        execution = engine.start("etl")
        until(lambda: stub.called("GetJobRun") > 1, "the job is asked for")
        job_run_is(stub, "SUCCEEDED")
        assert execution.result(timeout=60) == {"Id": "jr_1", "JobRunState": "SUCCEEDED"}
        job_run_is(stub, "RUNNING")
        execution = engine.start("etl")
        until(lambda: stub.called("StartJobRun") == 2, "the job is started")
        until(lambda: stub.calls[-1][0] == "GetJobRun", "the job is asked for")
        execution.stop()
        until(lambda: stub.called("BatchStopJobRun") == 1, "the job is stopped")


@needs_engine
@needs_boto3
def test_every_job_that_can_be_waited_for_may_be_deployed() -> None:
    from pawl.aws.job_table import JOBS

    with pawl.Engine() as engine:
        for number, call in enumerate(JOBS):
            engine.deploy(service(f"{call}.sync", {}), name=f"job-{number}")


@needs_program
@needs_boto3
def test_services_answer_and_fail_in_the_words_of_aws(site: Site, stub: Stub) -> None:  # noqa: F811
    site.server()
    site.worker()
    client = site.client()
    stub.objects["/b/k"] = b"text data"
    got = service("aws-sdk:s3:getObject", {"Bucket": "b", "Key.$": "$.key"})
    client.deploy(got, name="get")
    assert client.run("get", {"key": "k"})["Body"] == "text data"
    with pytest.raises(pawl.errors.ExecutionFailedError) as caught:
        client.run("get", {"key": "none"})
    assert caught.value.error == "S3.NoSuchKeyException"
    assert caught.value.cause.startswith("The specified key does not exist (Service: S3, ")


@needs_program
def test_a_worker_that_is_told_not_to_calls_no_service(site: Site) -> None:  # noqa: F811
    site.server("--function-grace", "100ms")
    site.worker("--aws", "off")
    client = site.client()
    client.deploy(service("sns:publish", {"Message": "m"}), name="m")
    with pytest.raises(pawl.errors.ExecutionFailedError, match="No worker calls AWS") as caught:
        client.run("m")
    assert caught.value.error == "Pawl.NoWorker"


@needs_program
def test_an_http_task_runs_where_the_worker_allows_it(site: Site, stub: Stub) -> None:  # noqa: F811
    site.server()
    site.worker("--http-tasks", http_file(site.directory, stub))
    client = site.client()
    stub.objects["/data"] = b"found"
    client.deploy(get(f"{stub.url}/data"), name="get")
    result = client.run("get")
    assert (result["StatusCode"], result["ResponseBody"]) == (200, "found")
    client.deploy(get("http://169.254.169.254/latest/meta-data"), name="metadata")
    with pytest.raises(pawl.errors.ExecutionFailedError, match="is not allowed"):
        client.run("metadata")


@needs_engine
@needs_boto3
def test_an_engine_in_the_process_calls_services_too(stub: Stub, tmp_path: pathlib.Path) -> None:
    with pawl.Engine() as engine:
        served = engine.integrations(http_tasks=http_file(tmp_path, stub))
        assert served == ["pawl:aws", "pawl:aws-job", "pawl:lambda", "pawl:http"]
        engine.deploy(service("events:putEvents", {"Entries": [{"Detail": {}}]}), name="put")
        assert engine.run("put") == {"Entries": [{"EventId": "e-1"}], "FailedEntryCount": 0}
        engine.deploy(get(f"{stub.url}/none"), name="get")
        with pytest.raises(pawl.errors.ExecutionFailedError) as caught:
            engine.run("get")
        assert caught.value.error == "States.Http.StatusCode.404"


@needs_engine
def test_a_directory_and_the_integrations_share_one_pool(tmp_path: pathlib.Path) -> None:
    (tmp_path / "greet.py").write_text("def handler(event, context): return 'hello'\n")
    with pawl.Engine() as engine:
        engine.integrations(aws=False)
        engine.functions(tmp_path)
        engine.deploy(task("greet"), name="greet")
        assert engine.run("greet") == "hello"
        with pytest.raises(pawl.errors.AlreadyExistsError):
            engine.functions(tmp_path)
        with pytest.raises(pawl.errors.InvalidArgumentError, match="No such file"):
            engine.integrations(http_tasks=tmp_path / "none.json")
