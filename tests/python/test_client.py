"""`pawl.Client`: the methods of an engine against a server."""

from __future__ import annotations

import json
import os
from typing import Any

import pawl
import pytest
from running import Site, failure_of, needs_program, site, task

pytestmark = needs_program
__all__ = ["site"]

PASS = {"StartAt": "P", "States": {"P": {"Type": "Pass", "End": True}}}
FAIL = {"StartAt": "F", "States": {"F": {"Type": "Fail", "Error": "Bad", "Cause": "luck"}}}
CHARGE = {
    "StartAt": "Charge",
    "States": {"Charge": {"Type": "Task", "Resource": "charge", "End": True}},
}
MOCKS = {
    "StateMachines": {
        "orders": {"TestCases": {"Paid": {"Charge": "Yes"}, "Declined": {"Charge": "No"}}}
    },
    "MockedResponses": {
        "Yes": {"0": {"Return": {"paid": True}}},
        "No": {"0": {"Throw": {"Error": "CardDeclined", "Cause": "no funds"}}},
    },
}
SLEEP = {"StartAt": "W", "States": {"W": {"Type": "Wait", "Seconds": 60, "End": True}}}


@pytest.fixture
def client(site: Site) -> Any:
    site.server()
    return site.client()


def test_an_execution_is_run_described_and_has_a_history(client: Any) -> None:
    assert client.deploy(PASS, name="pass").changed
    execution = client.start("pass", {"n": 1}, name="one")
    assert execution.result(60) == {"n": 1}
    assert client.start("pass", {"n": 1}, name="two").result(60) == {"n": 1}
    info = execution.describe()
    assert (info.status, info.input, info.output) == ("SUCCEEDED", {"n": 1}, {"n": 1})
    assert info.stopped_at is not None and info.stopped_at >= info.started_at
    types = [event.type for event in execution.history()]
    assert types == [
        "ExecutionStarted",
        "PassStateEntered",
        "PassStateExited",
        "ExecutionSucceeded",
    ]


def test_a_failed_execution_raises_its_error_and_cause(client: Any) -> None:
    client.deploy(FAIL, name="fail")
    failure = failure_of(lambda: client.run("fail", timeout=60))
    assert (failure.status, failure.error, failure.cause) == ("FAILED", "Bad", "luck")


def test_a_test_case_mocks_tasks(site: Site) -> None:
    mocks = site.directory / "mocks.json"
    mocks.write_text(json.dumps(MOCKS))
    site.server("--mock-config", str(mocks))
    client = site.client()
    client.deploy(CHARGE, name="orders")
    assert client.run("orders", timeout=60, test_case="Paid") == {"paid": True}
    execution = client.start("orders", name="one", test_case="Declined")
    assert failure_of(lambda: execution.result(60)).error == "CardDeclined"
    with pytest.raises(
        pawl.InvalidArgumentError, match="no test case 'Payed' .* but: Declined, Paid"
    ):
        client.start("orders", test_case="Payed")


def test_a_test_case_needs_a_mock_configuration(client: Any) -> None:
    client.deploy(CHARGE, name="orders")
    with pytest.raises(pawl.InvalidArgumentError, match="no mock configuration"):
        client.start("orders", test_case="Paid")


def test_many_starts_are_listed(client: Any) -> None:
    client.deploy(PASS, name="pass")
    executions = client.start_many("pass", range(1500))
    for execution in executions:
        execution.wait(60)
    listed = {info.name for info in client.list("pass", "SUCCEEDED")}
    assert listed == {execution.name for execution in executions}


def test_stopping_and_waiting_too_short(client: Any) -> None:
    client.deploy(SLEEP, name="sleep")
    execution = client.start("sleep")
    with pytest.raises(pawl.TimedOutError):
        execution.wait(0.05)
    execution.stop("Enough")
    assert execution.wait(60).status == "ABORTED"


def test_errors_are_those_of_the_engine(client: Any) -> None:
    with pytest.raises(pawl.NotFoundError):
        client.start("missing")
    with pytest.raises(pawl.NotFoundError):
        client.wait("missing", "missing", 60)
    with pytest.raises(pawl.InvalidArgumentError, match="Nowhere"):
        client.deploy({"StartAt": "Nowhere", "States": {"A": {"Type": "Succeed"}}}, name="bad")
    client.deploy(PASS, name="pass")
    with pytest.raises(pawl.InvalidArgumentError) as caught:
        client.start("pass", name="a name with spaces")
    assert caught.value.field
    client.run("pass", 1, name="once", timeout=60)
    with pytest.raises(pawl.AlreadyExistsError) as exists:
        client.start("pass", 2, name="once")
    assert exists.value.reason == "ExecutionAlreadyExists"


def test_a_server_that_is_not_there_is_said_to_be_unavailable() -> None:
    with pytest.raises(pawl.UnavailableError, match="no server answers at 127.0.0.1:9"):
        pawl.Client("127.0.0.1:9").start("any")


def test_a_wait_goes_on_over_a_restart_of_the_server(site: Site) -> None:
    site.function("waits", "def handler(event, context):\n    gate('gate')\n    return 'done'\n")
    server = site.server()
    site.worker()
    client = site.client()
    client.deploy(task("waits"), name="machine")
    execution = client.start("machine")
    server.kill()
    server.wait()
    site.server()
    site.open("gate")
    assert execution.result(60) == "done"


def test_a_forks_copy_of_the_client_refuses_to_work(client: Any) -> None:
    client.deploy(PASS, name="pass")
    process = os.fork()
    if process == 0:
        try:
            client.start("pass")
        except pawl.PreconditionError:
            os._exit(7)
        os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]) == 7
    assert client.run("pass", 1, timeout=60) == 1
