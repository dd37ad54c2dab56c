"""Activities and task tokens on the command line."""

import uuid
from pathlib import Path

import pytest
from conftest import Pawl

ARN = "arn:aws:states:us-east-1:123456789012:activity:"


@pytest.fixture(name="activity")
def fixture_activity(server: Pawl) -> str:
    """An activity of the test's own."""
    name = "a" + uuid.uuid4().hex[:12]
    assert server("activity", "create", name).code == 0
    return name


@pytest.fixture(name="machine")
def fixture_machine(server: Pawl, activity: str, tmp_path: Path) -> str:
    """A state machine whose only state waits for the activity."""
    path = tmp_path / f"m-{activity}.asl.yaml"
    path.write_text(
        "StartAt: Ask\n"
        f"States: {{Ask: {{Type: Task, Resource: '{ARN}{activity}', HeartbeatSeconds: 600,"
        " End: true}}\n"
    )
    assert server("deploy", str(path)).code == 0
    return f"m-{activity}"


def start(server: Pawl, machine: str, given: str = "{}") -> str:
    return server.json("start", machine, "--input", given)[0]["name"]


def take(server: Pawl, activity: str) -> dict:
    outcome = server("activity", "take", activity, "--worker", "ada")
    assert outcome.code == 0, outcome.err
    return outcome.json_lines[0]


def test_an_activity_is_described_listed_and_deleted(server: Pawl, activity: str) -> None:
    [made] = server.json("activity", "describe", activity)
    assert (made["name"], made["arn"]) == (activity, ARN + activity)
    assert server.json("activity", "create", activity) == [made]
    assert made in server.json("activity", "list", "--limit", "0")
    assert activity in server("activity", "list", "--limit", "0").out
    assert server.json("activity", "delete", activity) == [{"name": activity, "deleted": True}]
    missing = server("activity", "describe", activity)
    assert missing.code == 3
    assert "pawl activity list" in missing.err


def test_a_task_is_taken_and_succeeds(server: Pawl, activity: str, machine: str) -> None:
    name = start(server, machine, '{"total": 5}')
    task = take(server, activity)
    assert task["input"] == {"total": 5}
    assert server.json("task", "heartbeat", task["token"]) == [{"status": "RUNNING"}]
    ended = server("task", "succeed", task["token"], "--result", '{"approved": true}')
    assert (ended.code, ended.out) == (0, "the task has succeeded\n")
    [described] = server.json("describe", machine, name)
    assert described["output"] == {"approved": True}
    workers = [event.get("worker") for event in server.json("history", machine, name)]
    assert "ada" in workers
    late = server("task", "succeed", task["token"])
    assert late.code == 3
    assert "Task Timed Out" in late.err


def test_a_result_may_come_from_standard_input(server: Pawl, activity: str, machine: str) -> None:
    name = start(server, machine)
    token = take(server, activity)["token"]
    assert server("task", "succeed", token, "--result", "-", stdin="[7]").code == 0
    assert server.json("describe", machine, name)[0]["output"] == [7]


def test_a_task_fails_with_error_and_cause(server: Pawl, activity: str, machine: str) -> None:
    name = start(server, machine)
    token = take(server, activity)["token"]
    assert server.json("task", "fail", token, "--error", "No", "--cause", "too much") == [
        {"status": "FAILED"}
    ]
    [described] = server.json("describe", machine, name)
    assert (described["status"], described["error"], described["cause"]) == (
        "FAILED",
        "No",
        "too much",
    )


def test_without_a_task_taking_ends_with_1(server: Pawl, activity: str) -> None:
    outcome = server("activity", "take", activity, "--wait", "50ms")
    assert (outcome.code, outcome.out) == (1, "")
    assert "no task" in outcome.err


def test_a_token_that_was_made_up_is_refused(server: Pawl) -> None:
    outcome = server("task", "heartbeat", "made-up")
    assert outcome.code == 3
    assert "Invalid Token" in outcome.err
