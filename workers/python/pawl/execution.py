"""What the engine tells about state machines, executions and their history."""

from __future__ import annotations

import datetime
import json
from dataclasses import dataclass
from typing import Any, Mapping, Optional

RUNNING = "RUNNING"
SUCCEEDED = "SUCCEEDED"


@dataclass(frozen=True)
class StateMachine:
    """A deployed state machine.

    Attributes:
        name: Its name.
        arn: Its ARN.
        revision: Grows with each deployment that changes something.
        changed: Whether this deployment made a revision.
        version: What was published, now or before; 0 if nothing was to be.
        warnings: What is suspicious in the definition, each as a line.
    """

    name: str
    arn: str
    revision: int
    changed: bool
    version: int
    warnings: tuple[str, ...]


@dataclass(frozen=True)
class ExecutionInfo:
    """An execution as it was when it was asked for.

    Attributes:
        status: ``RUNNING``, ``SUCCEEDED``, ``FAILED``, ``TIMED_OUT`` or ``ABORTED``.
        input: The input, parsed; None in lists.
        output: The output of a succeeded execution, parsed; None otherwise and in lists.
        error: The error's name of an execution that did not succeed.
        cause: The error's cause.
        quarantine_reason: Not empty where stored rows contradict each other and the engine does not
            run the execution.
        redrive_count: How often it was redriven.
        redriven_at: When it was last redriven.
        version: The state machine's version that it was started with, or 0.
        alias: The alias that led to the version, or an empty string.
    """

    state_machine: str
    name: str
    arn: str
    revision: int
    status: str
    started_at: datetime.datetime
    stopped_at: Optional[datetime.datetime]
    input: Any
    output: Any
    error: Optional[str]
    cause: Optional[str]
    quarantine_reason: str
    redrive_count: int
    redriven_at: Optional[datetime.datetime]
    version: int
    alias: str


@dataclass(frozen=True)
class HistoryEvent:
    """One event of a history; ``type`` is AWS's name, such as ``TaskStateEntered``."""

    id: int
    previous_id: int
    type: str
    at: datetime.datetime
    state: str
    index: Optional[int]
    length: Optional[int]
    input: Any
    output: Any
    error: Optional[str]
    cause: Optional[str]
    resource: str
    resource_type: str
    timeout_seconds: Optional[int]
    heartbeat_seconds: Optional[int]
    location: Optional[str]
    worker: Optional[str]
    map_run_arn: str
    redrive_count: Optional[int]
    assigned_variables: Mapping[str, Any]


def time_from(micros: int) -> datetime.datetime:
    """Microseconds since 1970 in UTC."""
    epoch = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)
    return epoch + datetime.timedelta(microseconds=micros)


def _payload(text: Optional[bytes]) -> Any:
    return None if not text else json.loads(text)


def state_machine_from(fields: Mapping[str, Any]) -> StateMachine:
    """Reads what the native module returns."""
    return StateMachine(
        name=fields["name"],
        arn=fields["arn"],
        revision=fields["revision"],
        changed=fields["changed"],
        version=fields["version"],
        warnings=tuple(fields["warnings"]),
    )


def execution_from(fields: Mapping[str, Any]) -> ExecutionInfo:
    """Reads what the native module returns."""
    stopped = fields["stopped_micros"]
    redriven = fields["redriven_micros"]
    return ExecutionInfo(
        state_machine=fields["state_machine"],
        name=fields["name"],
        arn=fields["arn"],
        revision=fields["revision"],
        status=fields["status"],
        started_at=time_from(fields["started_micros"]),
        stopped_at=None if stopped is None else time_from(stopped),
        input=_payload(fields["input"]),
        output=_payload(fields["output"]),
        error=fields["error"],
        cause=fields["cause"],
        quarantine_reason=fields["quarantine_reason"],
        redrive_count=fields["redrive_count"],
        redriven_at=None if redriven is None else time_from(redriven),
        version=fields["version"],
        alias=fields["alias"],
    )


def event_from(fields: Mapping[str, Any]) -> HistoryEvent:
    """Reads what the native module returns."""
    rest = {name: fields[name] for name in HistoryEvent.__dataclass_fields__ if name in fields}
    rest["at"] = time_from(fields["at_micros"])
    rest["input"] = _payload(fields["input"])
    rest["output"] = _payload(fields["output"])
    variables = fields["assigned_variables"]
    rest["assigned_variables"] = {name: json.loads(text) for name, text in variables.items()}
    return HistoryEvent(**rest)
