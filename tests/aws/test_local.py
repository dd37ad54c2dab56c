"""What users of Step Functions Local have: mocks by test case, and another Lambda endpoint."""

from __future__ import annotations

import http.server
import json
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from conftest import ROLE, client_of, until_closed
from serving import serving

MOCKS = {
    "StateMachines": {
        "LambdaSQSIntegration": {
            "TestCases": {
                "HappyPath": {"LambdaState": "LambdaSuccess", "SQSState": "SQSSuccess"},
                "RetryPath": {"LambdaState": "LambdaRetry", "SQSState": "SQSSuccess"},
                "HybridPath": {"SQSState": "SQSSuccess"},
            }
        }
    },
    "MockedResponses": {
        "LambdaSuccess": {"0": {"Return": {"StatusCode": 200, "Payload": {"body": "mocked"}}}},
        "LambdaRetry": {
            "0": {"Throw": {"Error": "Lambda.ResourceNotReadyException", "Cause": "not ready"}},
            "1-2": {"Throw": {"Error": "Lambda.TimeoutException", "Cause": "timed out"}},
            "3": {"Return": {"StatusCode": 200, "Payload": {"body": "at last"}}},
        },
        "SQSSuccess": {"0": {"Return": {"MessageId": "m-1", "MD5OfMessageBody": "abc"}}},
    },
}
MACHINE = {
    "StartAt": "LambdaState",
    "States": {
        "LambdaState": {
            "Type": "Task",
            "Resource": "arn:aws:states:::lambda:invoke",
            "Parameters": {"Payload.$": "$", "FunctionName": "HelloWorldFunction"},
            "Retry": [
                {
                    "ErrorEquals": ["States.ALL"],
                    "IntervalSeconds": 1,
                    "MaxAttempts": 3,
                    "BackoffRate": 1,
                }
            ],
            "Next": "SQSState",
        },
        "SQSState": {
            "Type": "Task",
            "Resource": "arn:aws:states:::sqs:sendMessage",
            "Parameters": {"QueueUrl": "https://sqs/q", "MessageBody.$": "$.Payload.body"},
            "ResultPath": "$.sent",
            "End": True,
        },
    },
}


class Lambda(http.server.BaseHTTPRequestHandler):
    """As much of `sam local start-lambda` as a call needs."""

    def do_POST(self) -> None:  # pylint: disable=invalid-name
        body = self.rfile.read(int(self.headers["Content-Length"]))
        event = json.loads(body)
        if self.path != "/2015-03-31/functions/HelloWorldFunction/invocations":
            return self.answer(404, {"Message": "Function not found"})
        if "fail" in event:
            error = {"errorMessage": "no", "errorType": event["fail"]}
            return self.answer(200, error, ("X-Amz-Function-Error", "Unhandled"))
        return self.answer(200, {"body": f"real {event['n']}"})

    def answer(self, status: int, value: Any, *headers: tuple[str, str]) -> None:
        body = json.dumps(value).encode()
        self.send_response(status)
        for name, text in (*headers, ("Content-Length", str(len(body)))):
            self.send_header(name, text)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:  # pylint: disable=arguments-differ
        pass


@pytest.fixture(name="local", scope="module")
def fixture_local(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A client of a server with mocks, whose functions are elsewhere."""
    directory = tmp_path_factory.mktemp("local")
    mocks = directory / "MockConfigFile.json"
    mocks.write_text(json.dumps(MOCKS))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Lambda) as elsewhere:
        thread = threading.Thread(target=elsewhere.serve_forever)
        thread.start()
        environment = {
            "SFN_MOCK_CONFIG": str(mocks),
            "LAMBDA_ENDPOINT": f"http://127.0.0.1:{elsewhere.server_port}",
            "WAIT_TIME_SCALE": "0.001",
        }
        try:
            with serving(directory / "functions", environment=environment) as served:
                client = client_of(served)
                created = client.create_state_machine(
                    name="LambdaSQSIntegration", definition=json.dumps(MACHINE), roleArn=ROLE
                )
                yield client, created["stateMachineArn"]
        finally:
            elsewhere.shutdown()
            thread.join()


def run(local: Any, case: str, event: Any) -> Any:
    client, arn = local
    started = client.start_execution(stateMachineArn=arn + case, input=json.dumps(event))
    return until_closed(client, started["executionArn"])


def types(local: Any, execution: str) -> list[str]:
    history = local[0].get_execution_history(executionArn=execution)
    return [event["type"] for event in history["events"]]


def test_a_test_case_calls_nothing(local: Any) -> None:
    ended = run(local, "#HappyPath", {})
    output = json.loads(ended["output"])
    assert output["Payload"] == {"body": "mocked"}
    assert output["sent"]["MessageId"] == "m-1"
    assert types(local, ended["executionArn"])[2:5] == [
        "TaskScheduled",
        "TaskStarted",
        "TaskSucceeded",
    ]


def test_each_call_has_its_mock(local: Any) -> None:
    ended = run(local, "#RetryPath", {})
    assert json.loads(ended["output"])["Payload"] == {"body": "at last"}
    assert types(local, ended["executionArn"]).count("TaskFailed") == 3


def test_a_state_without_a_mock_is_run(local: Any) -> None:
    pytest.importorskip("boto3")
    ended = run(local, "#HybridPath", {"n": 1})
    assert json.loads(ended["output"])["Payload"] == {"body": "real 1"}


def test_a_functions_error_comes_from_there(local: Any) -> None:
    client, arn = local
    definition = json.loads(json.dumps(MACHINE))
    del definition["States"]["LambdaState"]["Retry"]
    named = {"name": "Fails", "definition": json.dumps(definition), "roleArn": ROLE}
    created = client.create_state_machine(**named)
    ended = run((client, created["stateMachineArn"]), "", {"fail": "Odd"})
    assert (ended["status"], ended["error"]) == ("FAILED", "Odd")
    assert json.loads(ended["cause"]) == {"errorMessage": "no", "errorType": "Odd"}
    assert arn


def test_a_test_case_that_is_not_there_is_refused(local: Any) -> None:
    client, arn = local
    with pytest.raises(client.exceptions.ClientError) as caught:
        client.start_execution(stateMachineArn=arn + "#Sad")
    error = caught.value.response["Error"]
    assert error["Code"] == "ValidationException"
    assert "no test case 'Sad'" in error["Message"]


def test_a_test_without_a_name_runs_nothing(local: Any) -> None:
    client, arn = local
    with pytest.raises(client.exceptions.ClientError) as caught:
        client.start_execution(stateMachineArn=arn + "#")
    assert caught.value.response["Error"]["Code"] == "ValidationException"


def test_the_seconds_of_waits_are_scaled(local: Any) -> None:
    client, _ = local
    waits = {
        "StartAt": "Seconds",
        "States": {
            "Seconds": {"Type": "Wait", "Seconds": 600, "Next": "Path"},
            "Path": {"Type": "Wait", "SecondsPath": "$.seconds", "Next": "Expression"},
            "Expression": {
                "Type": "Wait",
                "QueryLanguage": "JSONata",
                "Seconds": "{% $states.input.seconds %}",
                "End": True,
            },
        },
    }
    machine = client.create_state_machine(name="waits", definition=json.dumps(waits), roleArn=ROLE)[
        "stateMachineArn"
    ]
    started = client.start_execution(stateMachineArn=machine, input='{"seconds": 600}')
    ended = until_closed(client, started["executionArn"])
    assert ended["status"] == "SUCCEEDED"
    taken = (ended["stopDate"] - ended["startDate"]).total_seconds()
    assert 1.8 <= taken < 60
