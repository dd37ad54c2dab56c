"""Pawl: durable state machines in the Amazon States Language.

Importing the package is cheap: nothing here loads gRPC or the storage engine, because the processes
that run functions import it too.
"""

from pawl.context import ClientContext, ClientInfo, Context, Identity
from pawl.errors import (
    AlreadyExistsError,
    ExecutionFailedError,
    InvalidArgumentError,
    NotFoundError,
    PawlError,
    PreconditionError,
    ResourceExhaustedError,
    TimedOutError,
    UnavailableError,
)

__version__ = "0.1.0"

__all__ = [
    "AlreadyExistsError",
    "ClientContext",
    "ClientInfo",
    "Context",
    "ExecutionFailedError",
    "Identity",
    "InvalidArgumentError",
    "NotFoundError",
    "PawlError",
    "PreconditionError",
    "ResourceExhaustedError",
    "TimedOutError",
    "UnavailableError",
]
