"""EXPRESS state machines on the command line."""

import uuid
from pathlib import Path

import pytest
from conftest import Pawl

SUM = """
StartAt: Sum
States:
  Sum:
    Type: Pass
    Parameters: {"sum.$": "States.MathAdd($.a, $.b)"}
    End: true
"""


@pytest.fixture(name="machine")
def fixture_machine(server: Pawl, tmp_path: Path) -> str:
    name = "e" + uuid.uuid4().hex[:12]
    path = tmp_path / f"{name}.asl.yaml"
    path.write_text(SUM)
    assert server("deploy", str(path), "--type", "EXPRESS").code == 0
    return name


def test_a_synchronous_start_prints_the_output(server: Pawl, machine: str) -> None:
    outcome = server("start", machine, "--sync", "--input", '{"a": 1, "b": 2}')
    assert (outcome.code, outcome.out) == (0, '{"sum":3}\n'), outcome.err
    [answer] = server.json("start", machine, "--sync", "--name", "n", "--input", '{"a": 1, "b": 2}')
    assert answer["name"] == "n"
    assert f":express:{machine}:n:" in answer["arn"]
    assert answer["output"] == {"sum": 3}


def test_a_failure_is_told_and_exits_with_1(server: Pawl, machine: str) -> None:
    outcome = server("start", machine, "--sync")
    assert (outcome.code, outcome.out) == (1, "")
    assert "States.Runtime" in outcome.err


def test_what_cannot_be_watched_says_so(server: Pawl, machine: str) -> None:
    outcome = server("start", machine, "--name", "once", "--input", '{"a": 1, "b": 2}')
    assert (outcome.code, outcome.out) == (0, "once\n")
    assert "--sync" in outcome.err
    outcome = server("run", machine, "--input", '{"a": 1, "b": 2}')
    assert outcome.code == 2
    assert "pawl start --sync" in outcome.err


def test_the_type_is_shown_and_stays(server: Pawl, machine: str, tmp_path: Path) -> None:
    [described] = server.json("describe", machine)
    assert described["type"] == "EXPRESS"
    path = tmp_path / f"{machine}.asl.yaml"
    outcome = server("deploy", str(path), "--type", "STANDARD")
    assert outcome.code == 3
    assert "cannot be changed" in outcome.err


def test_a_standard_machine_has_no_synchronous_start(server: Pawl, tmp_path: Path) -> None:
    path = tmp_path / ("s" + uuid.uuid4().hex[:12] + ".asl.yaml")
    path.write_text(SUM)
    outcome = server("start", str(path), "--sync", "--input", '{"a": 1, "b": 2}')
    assert outcome.code == 3
    assert "STANDARD" in outcome.err
