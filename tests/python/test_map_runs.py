"""Map runs, the same on an engine in this process and against a server."""

from __future__ import annotations

from typing import Any, Iterator

import pawl
import pytest
from running import Site, needs_engine, needs_program, site

__all__ = ["site"]

ITEM = {
    "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
    "StartAt": "Same",
    "States": {"Same": {"Type": "Pass", "End": True}},
}
MAP = {
    "StartAt": "Each",
    "States": {
        "Each": {
            "Type": "Map",
            "Label": "items",
            "MaxConcurrency": 2,
            "ItemProcessor": ITEM,
            "End": True,
        }
    },
}


@pytest.fixture(
    params=[pytest.param("engine", marks=needs_engine), pytest.param("client", marks=needs_program)]
)
def workflows(request: pytest.FixtureRequest, site: Site) -> Iterator[Any]:
    """An engine, and one behind a server, with a distributed Map."""
    if request.param == "engine":
        with pawl.Engine() as made:
            made.deploy(MAP, "m")
            yield made
    else:
        site.server()
        client = site.client()
        client.deploy(MAP, "m")
        yield client


def test_a_run_is_listed_and_described(workflows: Any) -> None:
    execution = workflows.start("m", [1, 2, 3], name="one")
    assert execution.result(60) == [1, 2, 3]
    [run] = execution.map_runs()
    assert (run.state_machine, run.execution, run.status) == ("m", "one", "SUCCEEDED")
    assert ":mapRun:m/items:" in run.arn
    assert run.max_concurrency == 2
    assert (run.items.succeeded, run.items.total, run.executions.total) == (3, 3, 3)
    assert run.stopped_at >= run.started_at
    assert workflows.describe_map_run(run.arn) == run
    [started] = [event for event in execution.history() if event.type == "MapRunStarted"]
    assert started.map_run_arn == run.arn


def test_the_executions_of_a_run_are_listed_by_its_arn(workflows: Any) -> None:
    execution = workflows.start("m", ["a", "b"])
    execution.result(60)
    [run] = execution.map_runs()
    children = list(workflows.list(map_run=run.arn))
    assert [child.state_machine for child in children] == ["m/items", "m/items"]
    outputs = {workflows.describe(child.state_machine, child.name).output for child in children}
    assert outputs == {"a", "b"}
    assert list(workflows.list(status="FAILED", map_run=run.arn)) == []
    assert [info.name for info in workflows.list("m")] == [execution.name]


def test_what_is_wrong_is_said(workflows: Any) -> None:
    with pytest.raises(pawl.NotFoundError) as missing:
        workflows.describe_map_run("m/items:unknown")
    assert missing.value.reason == "ResourceNotFound"
    with pytest.raises(pawl.NotFoundError):
        next(workflows.map_runs("m", "unknown"))
    with pytest.raises(pawl.InvalidArgumentError) as both:
        next(workflows.list("m", map_run="m/items:unknown"))
    assert both.value.field == "map_run"


def test_a_run_goes_on_in_a_redrive(workflows: Any) -> None:
    workflows.deploy(
        """
        StartAt: Each
        States:
          Each:
            Type: Map
            Label: items
            ItemProcessor:
              ProcessorConfig: {Mode: DISTRIBUTED, ExecutionType: STANDARD}
              StartAt: Check
              States:
                Check:
                  Type: Choice
                  Choices:
                    - Variable: $$.Execution.RedriveCount
                      NumericEquals: 0
                      Next: Wait
                  Default: Good
                Wait: {Type: Wait, Seconds: 3600, Next: Check}
                Good: {Type: Pass, End: true}
            End: true
        """,
        "r",
    )
    execution = workflows.start("r", [1, 2])
    execution.stop()
    with pytest.raises(pawl.ExecutionFailedError):
        execution.result(60)
    # Its executions are stopped behind it; until then a redrive is refused.
    for _ in range(1000):
        try:
            execution.redrive()
            break
        except pawl.PreconditionError:
            continue
    info = execution.describe()
    assert (info.status, info.redrive_count) == ("RUNNING", 1)
    assert info.redriven_at >= info.started_at
    [run] = execution.map_runs()
    assert run.status == "RUNNING"
    with pytest.raises(pawl.PreconditionError, match="RUNNING and cannot be redriven"):
        execution.redrive()
    [event] = [event for event in execution.history() if event.type == "MapRunRedriven"]
    assert (event.map_run_arn, event.redrive_count) == (run.arn, 1)
    execution.stop()
