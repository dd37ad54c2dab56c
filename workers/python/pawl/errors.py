"""The one tree of errors that Pawl's Python interface raises.

Each class stands for one google.rpc code, so that an engine in this process and a server behind
gRPC fail in the same words.
"""

from __future__ import annotations


class PawlError(Exception):
    """An operation of Pawl failed.

    Attributes:
        code: The google.rpc code's name, such as ``NOT_FOUND``.
        field: The argument at fault, or an empty string.
        reason: A finer name that tells errors of one code apart, or an empty string.
    """

    code: str = "UNKNOWN"

    def __init__(self, message: str, *, field: str = "", reason: str = "", code: str = "") -> None:
        super().__init__(message)
        self.field = field
        self.reason = reason
        if code:
            self.code = code


class InvalidArgumentError(PawlError, ValueError):
    """An argument is wrong whatever the state of the engine: mend it, do not retry."""

    code = "INVALID_ARGUMENT"


class NotFoundError(PawlError, LookupError):
    """What the call names does not exist."""

    code = "NOT_FOUND"


class AlreadyExistsError(PawlError):
    """The name is taken by something different."""

    code = "ALREADY_EXISTS"


class PreconditionError(PawlError):
    """The engine is not in a state that allows the call."""

    code = "FAILED_PRECONDITION"


class ResourceExhaustedError(PawlError):
    """A bound is reached; nothing was accepted. Retry later."""

    code = "RESOURCE_EXHAUSTED"


class TimedOutError(PawlError, TimeoutError):
    """The wait ended first. What was started goes on."""

    code = "DEADLINE_EXCEEDED"


class UnavailableError(PawlError, ConnectionError):
    """The server cannot be reached or is stopping. Retry."""

    code = "UNAVAILABLE"


class ConflictError(PawlError):
    """Something else stands against the call, such as an alias that leads to a version."""

    code = "ABORTED"


class ExecutionFailedError(PawlError):
    """An execution that was run to its end did not succeed.

    Attributes:
        execution: The execution's name.
        status: ``FAILED``, ``TIMED_OUT`` or ``ABORTED``.
        error: The ASL error name, such as ``States.TaskFailed``.
        cause: The cause as the execution recorded it.
    """

    code = "ABORTED"

    def __init__(self, execution: str, status: str, error: str, cause: str) -> None:
        super().__init__(f"execution '{execution}' ended as {status}: {error}: {cause}")
        self.execution = execution
        self.status = status
        self.error = error
        self.cause = cause


_BY_CODE: dict[str, type[PawlError]] = {
    error.code: error
    for error in (
        InvalidArgumentError,
        NotFoundError,
        AlreadyExistsError,
        ConflictError,
        PreconditionError,
        ResourceExhaustedError,
        TimedOutError,
        UnavailableError,
    )
}


def from_status(code: str, message: str, field: str, reason: str) -> PawlError:
    """The error that stands for a status of the engine or of a server."""
    return _BY_CODE.get(code, PawlError)(message, field=field, reason=reason, code=code)
