"""The aws command line works unchanged against `pawl server`."""

from __future__ import annotations

import time
from collections.abc import Callable
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
