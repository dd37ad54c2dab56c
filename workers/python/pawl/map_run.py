"""What the engine tells about the runs of distributed Maps."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Any, Mapping, Optional

from pawl.execution import time_from


@dataclass(frozen=True)
class MapRunTally:
    """How many items, or executions, of a Map run are where; ``total`` is all of them."""

    pending: int
    running: int
    succeeded: int
    failed: int
    timed_out: int
    aborted: int
    total: int
    pending_redrive: int


@dataclass(frozen=True)
class MapRun:
    """A Map run as it was when it was asked for.

    Attributes:
        arn: The run's ARN; `Workflows.list` lists the run's executions by it.
        state_machine: The state machine of the execution that the Map is in.
        execution: The name of the execution that the Map is in.
        status: ``RUNNING``, ``SUCCEEDED``, ``FAILED`` or ``ABORTED``.
        max_concurrency: Executions that may run at once; 0: as many as the engine allows.
        tolerated_failure_count: How many items may fail.
        tolerated_failure_percentage: What share of them may, 0 to 100.
        items: How many items are where.
        executions: How many executions are where: each has one item, or a batch of them.
    """

    arn: str
    state_machine: str
    execution: str
    status: str
    started_at: datetime.datetime
    stopped_at: Optional[datetime.datetime]
    max_concurrency: int
    tolerated_failure_count: int
    tolerated_failure_percentage: float
    items: MapRunTally
    executions: MapRunTally


def map_run_from(fields: Mapping[str, Any]) -> MapRun:
    """Reads what the native module returns."""
    rest = {name: fields[name] for name in MapRun.__dataclass_fields__ if name in fields}
    stopped = fields["stopped_micros"]
    rest["started_at"] = time_from(fields["started_micros"])
    rest["stopped_at"] = None if stopped is None else time_from(stopped)
    rest["items"] = MapRunTally(**fields["items"])
    rest["executions"] = MapRunTally(**fields["executions"])
    return MapRun(**rest)
