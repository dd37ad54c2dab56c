"""What the engine tells about versions and aliases of state machines."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Any, Mapping

from pawl.execution import time_from


@dataclass(frozen=True)
class Version:
    """A revision of a state machine under a number: it stays what it is.

    Attributes:
        version: From 1; a number is never given twice.
        arn: The state machine's ARN with the number behind it.
        revision: What the version is.
    """

    state_machine: str
    version: int
    arn: str
    revision: int
    description: str
    created_at: datetime.datetime


@dataclass(frozen=True)
class Alias:
    """A name that leads to one or two versions of a state machine.

    Attributes:
        arn: The state machine's ARN with the alias's name behind it.
        routes: Percent of the starts by version; they make 100.
    """

    state_machine: str
    name: str
    arn: str
    description: str
    routes: Mapping[int, int]
    created_at: datetime.datetime
    updated_at: datetime.datetime


def version_from(fields: Mapping[str, Any]) -> Version:
    """Reads what the native module returns."""
    rest = {name: fields[name] for name in Version.__dataclass_fields__ if name in fields}
    rest["created_at"] = time_from(fields["created_micros"])
    return Version(**rest)


def alias_from(fields: Mapping[str, Any]) -> Alias:
    """Reads what the native module returns."""
    rest = {name: fields[name] for name in Alias.__dataclass_fields__ if name in fields}
    rest["created_at"] = time_from(fields["created_micros"])
    rest["updated_at"] = time_from(fields["updated_micros"])
    return Alias(**rest)
