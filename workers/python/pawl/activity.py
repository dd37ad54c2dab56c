"""What the engine tells about activities."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Any, Mapping

from pawl.execution import time_from


@dataclass(frozen=True)
class Activity:
    """Work that programs outside take and answer. A state's Resource names it by its ARN."""

    name: str
    arn: str
    created_at: datetime.datetime


def activity_from(fields: Mapping[str, Any]) -> Activity:
    """Reads what the native module returns."""
    return Activity(
        name=fields["name"],
        arn=fields["arn"],
        created_at=time_from(fields["created_micros"]),
    )
