"""Map runs on the command line, with items that need no worker."""

import uuid
from pathlib import Path

import pytest
from conftest import Pawl

EACH = """
StartAt: Each
States:
  Each:
    Type: Map
    Label: items
    ToleratedFailureCount: 1
    ItemProcessor:
      ProcessorConfig: {Mode: DISTRIBUTED, ExecutionType: STANDARD}
      StartAt: Item
      States:
        Item:
          Type: %s
          End: true
    End: true
"""


@pytest.fixture(name="deploy")
def fixture_deploy(server: Pawl, tmp_path: Path):
    """Deploys a distributed Map with an item's state under a name of its own."""

    def deploy(state: str) -> str:
        name = "m" + uuid.uuid4().hex[:12]
        path = tmp_path / f"{name}.asl.yaml"
        path.write_text(EACH % state)
        assert server("deploy", str(path)).code == 0
        return name

    return deploy


def test_a_run_is_listed_described_and_has_executions(server: Pawl, deploy) -> None:
    machine = deploy("Pass")
    outcome = server("run", machine, "--name", "one", "--input", "[1, 2, 3]")
    assert (outcome.code, outcome.out) == (0, "[1,2,3]\n"), outcome.err
    [run] = server.json("map-runs", machine, "one")
    assert (run["status"], run["items"]["total"]) == ("SUCCEEDED", 3)
    assert server.json("map-runs", run["execution_arn"]) == [run]
    assert server.json("describe", run["arn"]) == [run]
    assert "3 succeeded of 3" in server("describe", run["arn"]).out
    started = [event for event in server.json("history", machine, "one") if "map_run_arn" in event]
    assert [event["map_run_arn"] for event in started] == [run["arn"]]

    children = server.json("list", "--map-run", run["arn"])
    assert {child["state_machine"] for child in children} == {machine + "/items"}
    assert len(server.json("list", "--map-run", run["arn"], "--status", "FAILED")) == 0
    assert len(server.json("list", machine)) == 1


def test_every_command_takes_the_name_and_the_arn_of_a_runs_execution(server: Pawl, deploy) -> None:
    machine = deploy("Wait\n          Seconds: 3600")
    server("start", machine, "--name", "one", "--input", "[1, 2]")
    [run] = server.json("map-runs", machine, "one")
    assert run["items"]["running"] == 2
    by_arn, by_name = server.json("list", "--map-run", run["arn"])
    for child, words in (
        (by_arn, [by_arn["arn"]]),
        (by_name, [by_name["state_machine"], by_name["name"]]),
    ):
        [described] = server.json("describe", *words)
        assert (described["name"], described["status"]) == (child["name"], "RUNNING")
        types = [event["type"] for event in server.json("history", *words)]
        assert types == ["ExecutionStarted", "WaitStateEntered"]
        assert server("stop", *words, "--error", "Enough").code == 0
        assert server("watch", *words).code == 1
        assert server.json("describe", *words)[0]["error"] == "Enough"
    # One failure is borne, two are not.
    assert server("watch", machine, "one").code == 1
    [ended] = server.json("map-runs", machine, "one")
    assert (ended["status"], ended["items"]["aborted"]) == ("FAILED", 2)


def test_run_shows_how_far_a_map_run_is(server: Pawl, deploy) -> None:
    machine = deploy("Wait\n          SecondsPath: $")
    outcome = server("run", machine, "--input", str([0] * 20 + [3]))
    assert outcome.code == 0, outcome.err
    lines = outcome.err.splitlines()
    assert any("Each: 20 of 21 items" in line for line in lines)
    assert "Each: done" in lines[-1]


def test_watch_shows_how_far_a_map_run_is(server: Pawl, deploy) -> None:
    machine = deploy("Wait\n          SecondsPath: $")
    server("start", machine, "--name", "one", "--input", str([0] * 20 + [3]))
    outcome = server("watch", machine, "one", "--output", "json")
    assert outcome.code == 0, outcome.err
    assert all("type" in event for event in outcome.json_lines)
    assert "Each: 20 of 21 items: 1 running, 20 succeeded" in outcome.err


def test_watch_shows_a_map_run_that_started_before_the_first_event(server: Pawl, deploy) -> None:
    machine = deploy("Wait\n          SecondsPath: $")
    server("start", machine, "--name", "one", "--input", "[0, 3]")
    [run] = server.json("map-runs", machine, "one")
    assert run["status"] == "RUNNING"
    last = server.json("history", machine, "one")[-1]["id"]
    outcome = server("watch", machine, "one", "--after", str(last))
    assert outcome.code == 0, outcome.err
    assert "items: 1 of 2 items: 1 running, 1 succeeded" in outcome.err
    assert "MapRunStarted" not in outcome.out


def test_watch_redraws_the_counts_on_a_terminal(server: Pawl, deploy) -> None:
    machine = deploy("Wait\n          SecondsPath: $")
    server("start", machine, "--name", "one", "--input", "[0, 3]")
    shown = server.on_terminal("watch", machine, "one")
    before, _, after = shown.partition("1 of 2 items: 1 running, 1 succeeded")
    assert "Each" in before.splitlines()[-1]
    # The row is taken away before the events that follow.
    assert after.lstrip().startswith("\x1b[1A\r\x1b[J"), shown
    assert "ExecutionSucceeded" in after
    assert "1 running" not in after.rpartition("\x1b[J")[2]


def test_a_run_that_is_not_there_is_refused(server: Pawl) -> None:
    arn = f"arn:aws:states:us-east-1:123456789012:mapRun:m/items:{uuid.uuid4()}"
    for command in (["describe", arn], ["list", "--map-run", arn]):
        outcome = server(*command)
        assert outcome.code == 3
        assert "Map Run Does Not Exist" in outcome.err
        assert "pawl map-runs" in outcome.err


def test_an_execution_that_failed_is_redriven(server: Pawl, tmp_path) -> None:
    machine = f"redriven-{uuid.uuid4().hex[:8]}"
    definition = tmp_path / "wait.yaml"
    definition.write_text("StartAt: W\nStates:\n  W: {Type: Wait, Seconds: 3600, End: true}\n")
    assert server("deploy", str(definition), "--name", machine).code == 0
    server("start", machine, "--name", "one")
    refused = server("redrive", machine, "one")
    assert refused.code == 3
    assert "Execution is RUNNING and cannot be redriven" in refused.err
    server("stop", machine, "one")
    [stopped] = server.json("describe", machine, "one")
    assert (stopped["status"], stopped["redrive_status"]) == ("ABORTED", "REDRIVABLE")
    assert "goes on since" in server("redrive", machine, "one").out
    [running] = server.json("describe", machine, "one")
    assert (running["status"], running["redrive_count"]) == ("RUNNING", 1)
    assert "Redriven" in server("describe", machine, "one").out
    types = [event["type"] for event in server.json("history", machine, "one")]
    ends = ["ExecutionAborted", "ExecutionRedriven"]
    assert types == ["ExecutionStarted", "WaitStateEntered", *ends]


def test_the_bounds_of_a_run_change(server: Pawl, deploy) -> None:
    machine = deploy("Wait\n          Seconds: 3600")
    server("start", machine, "--name", "one", "--input", "[1, 2]")
    [run] = server.json("map-runs", machine, "one")
    outcome = server(
        "update-map-run", run["arn"], "--max-concurrency", "7", "--tolerated-failure-count", "3"
    )
    assert outcome.code == 0, outcome.err
    [changed] = server.json("map-runs", machine, "one")
    assert (changed["max_concurrency"], changed["tolerated_failure_count"]) == (7, 3)
    assert server("update-map-run", run["arn"]).code == 2
    refused = server("update-map-run", run["arn"], "--tolerated-failure-percentage", "101")
    assert refused.code == 3
    assert "between 0 and 100" in refused.err
