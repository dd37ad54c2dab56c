"""`pawl test-state` against a server."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from conftest import Pawl

CHOICE = {
    "Type": "Choice",
    "Choices": [{"Variable": "$.n", "NumericLessThan": 10, "Next": "Low"}],
    "Default": "High",
}
CHARGE = {
    "Type": "Task",
    "Resource": "arn:aws:states:::sqs:sendMessage",
    "Parameters": {"QueueUrl.$": "$.queue"},
    "Retry": [{"ErrorEquals": ["Busy"], "MaxAttempts": 1}],
    "End": True,
}


@pytest.fixture(name="write")
def fixture_write(tmp_path: Path) -> Any:
    def write(definition: dict[str, Any]) -> str:
        path = tmp_path / "state.json"
        path.write_text(json.dumps(definition))
        return str(path)

    return write


def test_a_state_alone_tells_where_it_leads(server: Pawl, write: Any) -> None:
    outcome = server("test-state", write(CHOICE), "--input", '{"n": 3}')
    assert outcome.code == 0, outcome.err
    assert outcome.out == 'SUCCEEDED  next: Low\noutput  {"n": 3}\n'


def test_a_state_of_a_machine_is_found_by_its_name(server: Pawl, write: Any) -> None:
    machine = {"StartAt": "A", "States": {"A": {"Type": "Pass", "Next": "B"}, "B": CHOICE}}
    machine["States"] |= {"Low": {"Type": "Succeed"}, "High": {"Type": "Succeed"}}
    arguments = ["--state", "B", "--input", '{"n": 30}', "--output", "json"]
    outcome = server("test-state", write(machine), *arguments)
    assert outcome.json_lines == [
        {"status": "SUCCEEDED", "output": {"n": 30}, "next_state": "High"}
    ]


def test_a_mock_stands_for_the_work_and_steps_are_shown(server: Pawl, write: Any) -> None:
    arguments = ["--input", '{"queue":"q"}', "--mock-result", '{"MessageId":"m"}']
    outcome = server("test-state", write(CHARGE), *arguments, "--inspect", "debug", "-o", "json")
    assert outcome.code == 0, outcome.err
    inspection = outcome.json_lines[0]["inspection"]
    assert inspection["after_parameters"] == {"QueueUrl": "q"}
    assert inspection["result"] == {"MessageId": "m"}


@pytest.mark.parametrize(("retries", "status"), [("0", "RETRIABLE"), ("1", "FAILED")])
def test_a_mocked_error_is_retried_or_fails(
    server: Pawl, write: Any, retries: str, status: str
) -> None:
    arguments = ["--input", '{"queue":"q"}', "--mock-error", "Busy:try later"]
    outcome = server("test-state", write(CHARGE), *arguments, "--retries", retries)
    assert outcome.code == 1
    assert outcome.out.splitlines() == [status, "error   Busy", "cause   try later"]


def test_what_needs_a_mock_is_refused_without_one(server: Pawl, write: Any) -> None:
    resource = CHARGE["Resource"] + ".waitForTaskToken"
    state = write({**CHARGE, "Resource": resource})
    outcome = server("test-state", state, "--input", '{"queue":"q"}')
    assert outcome.code == 3
    assert "specify a mock" in outcome.err


def test_a_wrong_definition_is_told_with_its_place(pawl: Pawl, write: Any) -> None:
    outcome = pawl("test-state", write({"Type": "Tsk"}))
    assert outcome.code == 1
    assert "state.json:1:10" in outcome.err
    assert "did you mean 'Task'" in outcome.err
