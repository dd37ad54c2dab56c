"""`--test-case` of `pawl start` and `pawl run`: executions with mocked tasks."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import Pawl, end, ready_address

CHARGE = """
StartAt: Charge
States:
  Charge: {Type: Task, Resource: charge, End: true}
"""
MOCKS = {
    "StateMachines": {
        "orders": {"TestCases": {"Paid": {"Charge": "Yes"}, "Declined": {"Charge": "No"}}},
        "quote": {"TestCases": {"Paid": {"Charge": "Yes"}}},
    },
    "MockedResponses": {
        "Yes": {"0": {"Return": {"paid": True}}},
        "No": {"0": {"Throw": {"Error": "CardDeclined", "Cause": "no funds"}}},
    },
}


@pytest.fixture(name="definition", scope="module")
def fixture_definition(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("orders") / "orders.asl.yaml"
    path.write_text(CHARGE)
    return path


@pytest.fixture(name="mocking", scope="module")
def fixture_mocking(definition: Path) -> Iterator[Pawl]:
    """The program beside a server that has MOCKS and no workers."""
    mocks = definition.parent / "mocks.json"
    mocks.write_text(json.dumps(MOCKS))
    process = Pawl().start(
        *("server", "--in-memory", "--grpc-address", "127.0.0.1:0", "--log-level", "error"),
        *("--mock-config", str(mocks)),
    )
    try:
        mocking = Pawl(ready_address(process))
        assert mocking("deploy", str(definition)).code == 0
        assert mocking("deploy", str(definition), "--name", "quote", "--type", "EXPRESS").code == 0
        yield mocking
    finally:
        end(process)


def test_run_and_start_mock_what_the_test_case_mocks(mocking: Pawl) -> None:
    outcome = mocking("run", "orders", "--test-case", "Paid")
    assert (outcome.code, outcome.out) == (0, '{"paid":true}\n'), outcome.err
    outcome = mocking("run", "orders", "--test-case", "Declined")
    assert (outcome.code, outcome.out) == (1, "")
    assert "CardDeclined: no funds" in outcome.err
    assert mocking("start", "orders", "--name", "one", "--test-case", "Paid").code == 0
    assert mocking("watch", "orders", "one").code == 0


def test_a_synchronous_start_mocks_too(mocking: Pawl) -> None:
    outcome = mocking("start", "quote", "--sync", "--test-case", "Paid")
    assert (outcome.code, outcome.out) == (0, '{"paid":true}\n'), outcome.err


@pytest.mark.parametrize("command", ["start", "run"])
def test_a_test_case_that_is_not_there_is_refused(mocking: Pawl, command: str) -> None:
    outcome = mocking(command, "orders", "--test-case", "Payed")
    assert outcome.code in (2, 3)
    assert "no test case 'Payed' of state machine 'orders', but: Declined, Paid" in outcome.err


def test_without_a_mock_configuration_a_test_case_is_refused(
    server: Pawl, definition: Path
) -> None:
    outcome = server("start", str(definition), "--test-case", "Paid")
    assert outcome.code in (2, 3)
    assert "there is no mock configuration" in outcome.err
    assert "--mock-config" in outcome.err
