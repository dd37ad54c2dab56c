"""boto3's client of AWS Lambda works unchanged against `pawl server` and `pawl worker`."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import time
import urllib.request
import uuid
import zipfile
from collections.abc import Callable
from typing import Any

import pytest

from conftest import ROLE, until_closed
from serving import ACCOUNT, REGION, Served

Create = Callable[..., str]

ECHO = """
import os

def handler(event, context):
    print("said", event)
    return {
        "event": event,
        "name": context.function_name,
        "version": context.function_version,
        "arn": context.invoked_function_arn,
        "client": context.client_context.custom if context.client_context else None,
        "word": os.environ.get("WORD"),
    }
"""
FAIL = """
import sys
import time

def handler(event, context):
    if event == "raise":
        raise ValueError("on purpose")
    if event == "exit":
        sys.exit(1)
    if event == "sleep":
        time.sleep(30)
    return event
"""


def zipped(code: str) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        archive.writestr("app.py", code)
    return held.getvalue()


def returning(text: str) -> bytes:
    return zipped(f"def handler(event, context):\n    return {text!r}\n")


@pytest.fixture(name="create")
def fixture_create(functions: Any) -> Create:
    """Deploys a function under a name of its own; gives the name."""

    def create(code: bytes, **more: Any) -> str:
        name = f"f-{uuid.uuid4()}"
        functions.create_function(
            FunctionName=name,
            Runtime="python3.11",
            Handler="app.handler",
            Role=ROLE,
            Code={"ZipFile": code},
            **more,
        )
        # The newest function_exists asks for what Debian's botocore does not know.
        for waiter in ("function_active_v2", "function_updated_v2"):
            functions.get_waiter(waiter).wait(FunctionName=name)
        return name

    return create


def invoke(functions: Any, name: str, event: Any = None, **more: Any) -> dict[str, Any]:
    answer: dict[str, Any] = functions.invoke(
        FunctionName=name, Payload=json.dumps(event).encode(), **more
    )
    answer["Result"] = json.loads(answer["Payload"].read() or "null")
    return answer


def until_returns(functions: Any, name: str, expected: str) -> None:
    """A worker takes a change a moment after it was made."""
    deadline = time.monotonic() + 20
    while invoke(functions, name)["Result"] != expected:
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_a_function_is_deployed_and_invoked(functions: Any, create: Create) -> None:
    name = create(zipped(ECHO), Environment={"Variables": {"WORD": "yes"}}, Timeout=20)
    context = base64.b64encode(json.dumps({"custom": {"a": "b"}}).encode()).decode()
    answer = invoke(functions, name, {"a": 1}, LogType="Tail", ClientContext=context)
    arn = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{name}"
    assert answer["StatusCode"] == 200 and "FunctionError" not in answer
    assert answer["ExecutedVersion"] == "$LATEST"
    assert answer["Result"] == {
        "event": {"a": 1},
        "name": name,
        "version": "$LATEST",
        "arn": arn,
        "client": {"a": "b"},
        "word": "yes",
    }
    log = base64.b64decode(answer["LogResult"]).decode()
    assert "said {'a': 1}" in log
    assert f"REPORT RequestId: {answer['ResponseMetadata']['RequestId']}" in log


def test_code_and_configuration_are_updated(functions: Any, create: Create) -> None:
    name = create(returning("one"))
    until_returns(functions, name, "one")
    code = returning("two")
    updated = functions.update_function_code(FunctionName=name, ZipFile=code)
    digest = base64.b64encode(hashlib.sha256(code).digest()).decode()
    assert updated["CodeSha256"] == digest
    functions.get_waiter("function_updated").wait(FunctionName=name)
    until_returns(functions, name, "two")
    functions.update_function_configuration(FunctionName=name, Timeout=7, MemorySize=256)
    got = functions.get_function(FunctionName=name)
    assert (got["Configuration"]["Timeout"], got["Configuration"]["MemorySize"]) == (7, 256)
    with urllib.request.urlopen(got["Code"]["Location"]) as fetched:
        assert fetched.read() == code
    with pytest.raises(functions.exceptions.PreconditionFailedException):
        functions.update_function_configuration(FunctionName=name, RevisionId="other")


def test_versions_and_aliases(functions: Any, create: Create) -> None:
    name = create(returning("one"), Publish=True)
    updated = functions.update_function_code(
        FunctionName=name, ZipFile=returning("two"), Publish=True
    )
    assert (updated["Version"], updated["FunctionArn"].split(":")[-2:]) == ("2", [name, "2"])
    versions = functions.get_paginator("list_versions_by_function").paginate(
        FunctionName=name, PaginationConfig={"PageSize": 1}
    )
    assert [v["Version"] for page in versions for v in page["Versions"]] == ["$LATEST", "1", "2"]
    functions.create_alias(FunctionName=name, Name="live", FunctionVersion="1")
    assert invoke(functions, name, Qualifier="1")["Result"] == "one"
    answer = invoke(functions, f"{name}:live")
    assert (answer["Result"], answer["ExecutedVersion"]) == ("one", "1")
    functions.update_alias(
        FunctionName=name,
        Name="live",
        RoutingConfig={"AdditionalVersionWeights": {"2": 0.5}},
    )
    seen = {invoke(functions, name, Qualifier="live")["ExecutedVersion"] for _ in range(60)}
    assert seen == {"1", "2"}
    assert [a["Name"] for a in functions.list_aliases(FunctionName=name)["Aliases"]] == ["live"]
    with pytest.raises(functions.exceptions.ResourceConflictException):
        functions.delete_function(FunctionName=name, Qualifier="1")
    functions.delete_alias(FunctionName=name, Name="live")
    with pytest.raises(functions.exceptions.ResourceNotFoundException) as caught:
        functions.invoke(FunctionName=name, Qualifier="live")
    assert caught.value.response["Error"]["Message"].startswith("Function not found: arn:aws:")


@pytest.mark.parametrize(
    ("event", "error", "message"),
    [
        ("raise", "ValueError", "on purpose"),
        ("exit", "Runtime.ExitError", "Runtime exited"),
        ("sleep", "Sandbox.Timedout", "Task timed out after 1.00 seconds"),
    ],
)
def test_errors_of_a_function(
    functions: Any, create: Create, event: str, error: str, message: str
) -> None:
    name = create(zipped(FAIL), Timeout=1)
    answer = invoke(functions, name, event)
    assert (answer["StatusCode"], answer["FunctionError"]) == (200, "Unhandled")
    assert answer["Result"]["errorType"] == error
    assert message in answer["Result"]["errorMessage"]
    assert invoke(functions, name, "well")["Result"] == "well"


def test_concurrency_of_zero_throttles(functions: Any, create: Create) -> None:
    name = create(returning("one"))
    functions.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=0)
    with pytest.raises(functions.exceptions.TooManyRequestsException) as caught:
        functions.invoke(FunctionName=name)
    response = caught.value.response
    assert response["Reason"] == "ReservedFunctionConcurrentInvocationLimitExceeded"
    assert response["ResponseMetadata"]["HTTPStatusCode"] == 429
    functions.delete_function_concurrency(FunctionName=name)
    until_returns(functions, name, "one")


def test_invocation_types(functions: Any, create: Create) -> None:
    name = create(returning("one"))
    assert functions.invoke(FunctionName=name, InvocationType="DryRun")["StatusCode"] == 204
    accepted = functions.invoke(FunctionName=name, InvocationType="Event", Payload=b'{"a": 1}')
    assert accepted["StatusCode"] == 202
    with pytest.raises(functions.exceptions.InvalidRequestContentException) as caught:
        functions.invoke(FunctionName=name, Payload=b"{")
    assert "Could not parse request body into json: " in str(caught.value)
    with pytest.raises(functions.exceptions.RequestTooLargeException):
        functions.invoke(FunctionName=name, Payload=json.dumps("x" * 300_000).encode())
    with pytest.raises(functions.exceptions.ResourceNotFoundException):
        functions.invoke(FunctionName="absent", InvocationType="DryRun")


def test_an_event_is_an_execution(functions: Any, create: Create, sfn: Any, served: Served) -> None:
    name = create(returning("one"))
    accepted = functions.invoke(FunctionName=name, InvocationType="Event")
    execution = accepted["ResponseMetadata"]["RequestId"]
    arn = served.arn(f"execution:pawl-lambda-events:{execution}")
    ended = until_closed(sfn, arn)
    assert ended["status"] == "SUCCEEDED"
    assert json.loads(ended["input"])["FunctionName"] == name


def test_a_state_machine_calls_a_deployed_function(
    functions: Any, create: Create, sfn: Any, machine: Callable[..., str]
) -> None:
    name = create(returning("one"))
    task = {
        "Type": "Task",
        "Resource": "arn:aws:states:::lambda:invoke",
        "Parameters": {"FunctionName": name},
        "OutputPath": "$.Payload",
        "End": True,
    }
    started = sfn.start_execution(stateMachineArn=machine({"StartAt": "A", "States": {"A": task}}))
    ended = until_closed(sfn, started["executionArn"])
    assert (ended["status"], ended.get("output")) == ("SUCCEEDED", '"one"')


def test_functions_are_listed_tagged_and_deleted(functions: Any, create: Create) -> None:
    name = create(returning("one"), Tags={"a": "1"})
    arn = functions.get_function_configuration(FunctionName=name)["FunctionArn"]
    functions.tag_resource(Resource=arn, Tags={"b": "2"})
    functions.untag_resource(Resource=arn, TagKeys=["a"])
    assert functions.list_tags(Resource=arn)["Tags"] == {"b": "2"}
    assert functions.get_function(FunctionName=arn)["Tags"] == {"b": "2"}
    pages = functions.get_paginator("list_functions").paginate(PaginationConfig={"PageSize": 1})
    assert name in [f["FunctionName"] for page in pages for f in page["Functions"]]
    assert functions.get_account_settings()["AccountUsage"]["FunctionCount"] >= 1
    functions.delete_function(FunctionName=name)
    with pytest.raises(functions.exceptions.ResourceNotFoundException):
        functions.get_function(FunctionName=name)


def test_a_worker_s_own_function_is_known(functions: Any, served: Served) -> None:
    (served.functions / "own.py").write_text("def handler(event, _):\n    return event\n")
    deadline = time.monotonic() + 20
    while "own" not in [f["FunctionName"] for f in functions.list_functions()["Functions"]]:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    assert "Not deployed" in functions.get_function_configuration(FunctionName="own")["Description"]
    assert invoke(functions, "own", [1])["Result"] == [1]


def test_large_code_fits(functions: Any, create: Create) -> None:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        archive.writestr("app.py", "def handler(event, context):\n    return 'large'\n")
        archive.writestr("data.bin", bytes(49 * 1024 * 1024))
    name = create(held.getvalue(), Timeout=60)
    until_returns(functions, name, "large")


def test_what_is_not_supported_says_so(functions: Any) -> None:
    from botocore.exceptions import ClientError

    with pytest.raises(ClientError) as caught:
        functions.list_layers()
    assert caught.value.response["Error"] == {
        "Code": "UnknownOperationException",
        "Message": "the operation ListLayers is not supported",
    }
