"""The aws command line works unchanged against `pawl server`."""

from __future__ import annotations

import time
import uuid
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from conftest import PASS, ROLE


def test_the_first_steps_of_anybody(aws: Callable[..., Any]) -> None:
    created = aws(
        *("create-state-machine", "--name", "hello", "--definition", PASS, "--role-arn", ROLE)
    )
    arn = created["stateMachineArn"]
    assert arn in [
        machine["stateMachineArn"] for machine in aws("list-state-machines")["stateMachines"]
    ]
    started = aws("start-execution", "--state-machine-arn", arn, "--input", '{"a": 1}')
    execution = started["executionArn"]
    while True:
        described = aws("describe-execution", "--execution-arn", execution)
        if described["status"] != "RUNNING":
            break
        time.sleep(0.1)
    assert described["output"] == '{"a": 1}'
    history = aws("get-execution-history", "--execution-arn", execution, "--reverse-order")
    assert history["events"][0]["type"] == "ExecutionSucceeded"
    aws("delete-state-machine", "--state-machine-arn", arn)


def test_functions_are_deployed_and_called(aws: Callable[..., Any], tmp_path: Path) -> None:
    code = tmp_path / "code.zip"
    with zipfile.ZipFile(code, "w") as archive:
        archive.writestr("app.py", "def handler(event, _):\n    return 2 * event\n")
    name = ("--function-name", f"cli-{uuid.uuid4()}")
    aws(
        *("create-function", *name, "--runtime", "python3.11", "--handler", "app.handler"),
        *("--role", ROLE, "--zip-file", f"fileb://{code}"),
        service="lambda",
    )
    aws("wait", "function-active-v2", *name, service="lambda")
    answer = tmp_path / "answer.json"
    payload = ("--cli-binary-format", "raw-in-base64-out", "--payload", "21")
    called = aws("invoke", *name, *payload, str(answer), service="lambda")
    assert (called["StatusCode"], answer.read_text()) == (200, "42")
    aws("delete-function", *name, service="lambda")
