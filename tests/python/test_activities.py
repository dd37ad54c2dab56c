"""Activities and task tokens, the same on an engine in this process and against a server."""

from __future__ import annotations

import signal
import threading
from typing import Any, Iterator

import pawl
import pytest
from running import Site, failure_of, needs_engine, needs_program, site

__all__ = ["site"]

ACTIVITY = "arn:aws:states:us-east-1:123456789012:activity:manual"


def activity_state(**fields: Any) -> dict[str, Any]:
    state = {"Type": "Task", "Resource": ACTIVITY, "End": True, **fields}
    return {"StartAt": "Ask", "States": {"Ask": state}}


@pytest.fixture(
    params=[pytest.param("engine", marks=needs_engine), pytest.param("client", marks=needs_program)]
)
def workflows(request: pytest.FixtureRequest, site: Site) -> Iterator[Any]:
    """An engine with the activity, and one behind a server."""
    if request.param == "engine":
        with pawl.Engine() as made:
            yield made
    else:
        site.server()
        yield site.client()


def test_an_activity_is_made_described_listed_and_deleted(workflows: Any) -> None:
    made = workflows.create_activity("manual")
    assert (made.name, made.arn) == ("manual", ACTIVITY)
    assert workflows.create_activity("manual") == made
    assert workflows.describe_activity("manual") == made
    workflows.create_activity("another")
    assert [activity.name for activity in workflows.activities()] == ["another", "manual"]
    workflows.delete_activity("manual")
    workflows.delete_activity("manual")
    with pytest.raises(pawl.NotFoundError) as missing:
        workflows.describe_activity("manual")
    assert missing.value.reason == "ActivityDoesNotExist"


def test_a_task_is_taken_kept_alive_and_ended(workflows: Any) -> None:
    workflows.create_activity("manual")
    workflows.deploy(activity_state(HeartbeatSeconds=60), "m")
    execution = workflows.start("m", {"n": 1})
    task = workflows.take_activity_task("manual", "ada", timeout=60)
    assert task.input == {"n": 1}
    task.heartbeat()
    task.succeed({"n": 2})
    assert execution.result(60) == {"n": 2}
    [taken] = [event for event in execution.history() if event.type == "ActivityStarted"]
    assert taken.worker == "ada"
    with pytest.raises(pawl.NotFoundError) as late:
        task.heartbeat()
    assert late.value.reason == "TaskTimedOut"


def test_a_task_fails_with_error_and_cause(workflows: Any) -> None:
    workflows.create_activity("manual")
    workflows.deploy(activity_state(), "m")
    execution = workflows.start("m")
    workflows.take_activity_task("manual").fail("Refused", "too expensive")
    failure = failure_of(lambda: execution.result(60))
    assert (failure.error, failure.cause) == ("Refused", "too expensive")


def test_a_token_in_the_parameters_ends_the_task(workflows: Any) -> None:
    workflows.create_activity("manual")
    workflows.deploy(activity_state(), "child")
    parent = {
        "StartAt": "Wait",
        "States": {
            "Wait": {
                "Type": "Task",
                "Resource": "arn:aws:states:::states:startExecution.waitForTaskToken",
                "Parameters": {
                    "StateMachineArn": "arn:aws:states:us-east-1:123456789012:stateMachine:child",
                    "Input": {"given.$": "$$.Task.Token"},
                },
                "End": True,
            }
        },
    }
    workflows.deploy(parent, "parent")
    execution = workflows.start("parent")
    task = workflows.take_activity_task("manual", timeout=60)
    workflows.send_task_success(task.input["given"], [1, "zwei"])
    assert execution.result(60) == [1, "zwei"]


def test_without_a_task_the_wait_ends_with_nothing(workflows: Any) -> None:
    workflows.create_activity("manual")
    assert workflows.take_activity_task("manual", timeout=0) is None
    assert workflows.take_activity_task("manual", timeout=0.3) is None


def test_a_task_that_comes_during_the_wait_is_taken(workflows: Any) -> None:
    workflows.create_activity("manual")
    workflows.deploy(activity_state(), "m")
    tasks: list[Any] = []
    taker = threading.Thread(
        target=lambda: tasks.append(workflows.take_activity_task("manual", timeout=60))
    )
    taker.start()
    execution = workflows.start("m", 7)
    taker.join(60)
    tasks[0].succeed(tasks[0].input + 1)
    assert execution.result(60) == 8


def test_ctrl_c_ends_a_wait_and_what_it_asked_for(workflows: Any) -> None:
    workflows.create_activity("manual")
    workflows.deploy(activity_state(), "m")
    main = threading.main_thread().ident
    assert main is not None
    alarm = threading.Timer(0.1, lambda: signal.pthread_kill(main, signal.SIGINT))
    alarm.start()
    with pytest.raises(KeyboardInterrupt):
        workflows.take_activity_task("manual")
    alarm.join()
    execution = workflows.start("m", 1)
    task = workflows.take_activity_task("manual", timeout=3)
    if task is None and isinstance(workflows, pawl.Client):
        # The server heard of the end after it had given the task away: one, and no more.
        execution = workflows.start("m", 1)
        task = workflows.take_activity_task("manual", timeout=60)
    assert task is not None
    task.succeed(2)
    assert execution.result(60) == 2


def test_closing_ends_a_wait(workflows: Any) -> None:
    workflows.create_activity("manual")
    errors: list[Exception] = []

    def take() -> None:
        try:
            workflows.take_activity_task("manual")
        except pawl.PreconditionError as error:
            errors.append(error)

    takers = [threading.Thread(target=take) for _ in range(3)]
    for taker in takers:
        taker.start()
    workflows.close()
    for taker in takers:
        taker.join(60)
    assert len(errors) == 3


def test_what_is_wrong_is_said(workflows: Any) -> None:
    with pytest.raises(pawl.NotFoundError):
        workflows.take_activity_task("missing")
    with pytest.raises(pawl.InvalidArgumentError) as name:
        workflows.create_activity("no good")
    assert name.value.field == "name"
    with pytest.raises(pawl.InvalidArgumentError) as token:
        workflows.send_task_success("made up")
    assert token.value.reason == "InvalidToken"
    with pytest.raises(pawl.InvalidArgumentError) as output:
        workflows.send_task_success("made up", {1, 2})
    assert output.value.field == "output"
