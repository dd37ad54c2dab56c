"""Pawl: durable state machines in the Amazon States Language.

Importing the package is cheap: nothing here loads gRPC or the storage engine, because the processes
that run functions import it too.
"""

from typing import TYPE_CHECKING, Any

from pawl.context import ClientContext, ClientInfo, Context, Identity
from pawl.errors import (
    AlreadyExistsError,
    ConflictError,
    ExecutionFailedError,
    InvalidArgumentError,
    NotFoundError,
    PawlError,
    PreconditionError,
    ResourceExhaustedError,
    TimedOutError,
    UnavailableError,
)

if TYPE_CHECKING:
    from pawl.activity import Activity
    from pawl.client import Client
    from pawl.engine import Engine
    from pawl.execution import ExecutionInfo, HistoryEvent, StateMachine
    from pawl.map_run import MapRun, MapRunTally
    from pawl.versions import Alias, Version
    from pawl.workflows import ActivityTask, Execution, Workflows

__version__ = "0.1.0"

__all__ = [
    "Activity",
    "ActivityTask",
    "Alias",
    "AlreadyExistsError",
    "Client",
    "ClientContext",
    "ClientInfo",
    "ConflictError",
    "Context",
    "Engine",
    "Execution",
    "ExecutionFailedError",
    "ExecutionInfo",
    "HistoryEvent",
    "Identity",
    "InvalidArgumentError",
    "MapRun",
    "MapRunTally",
    "NotFoundError",
    "PawlError",
    "PreconditionError",
    "ResourceExhaustedError",
    "StateMachine",
    "TimedOutError",
    "UnavailableError",
    "Version",
    "Workflows",
]

# Loaded when they are used: they bring native modules along.
_LAZY = {
    "Activity": "pawl.activity",
    "ActivityTask": "pawl.workflows",
    "Alias": "pawl.versions",
    "Client": "pawl.client",
    "Engine": "pawl.engine",
    "Execution": "pawl.workflows",
    "ExecutionInfo": "pawl.execution",
    "HistoryEvent": "pawl.execution",
    "MapRun": "pawl.map_run",
    "MapRunTally": "pawl.map_run",
    "StateMachine": "pawl.execution",
    "Version": "pawl.versions",
    "Workflows": "pawl.workflows",
}


def __getattr__(name: str) -> Any:
    if name not in _LAZY:
        raise AttributeError(f"module 'pawl' has no attribute {name!r}")
    import importlib

    return getattr(importlib.import_module(_LAZY[name]), name)
