"""What can be done with state machines and executions, wherever the engine runs.

`pawl.Engine` and `pawl.Client` are both `Workflows`: code written for one runs with the other.
"""

from __future__ import annotations

import json
import os
import pathlib
from types import TracebackType
from typing import Any, Iterable, Iterator, Mapping, Optional, Protocol, TypeVar, Union

from pawl import errors
from pawl.execution import (
    RUNNING,
    SUCCEEDED,
    ExecutionInfo,
    HistoryEvent,
    StateMachine,
    event_from,
    execution_from,
    state_machine_from,
)

Definition = Union[Mapping[str, Any], str, "os.PathLike[str]"]
Self = TypeVar("Self", bound="Workflows")

PAGE_SIZE = 1000
DEFINITION_SUFFIXES = (".json", ".yaml", ".yml", ".asl")


class Backend(Protocol):
    """The native module's side; payloads are JSON text."""

    def close(self) -> None:
        ...

    def deploy(self, name: str, definition: str) -> dict[str, Any]:
        ...

    def start(self, machine: str, name: str, input: bytes) -> dict[str, Any]:
        ...

    def start_many(self, machine: str, inputs: list[bytes]) -> list[dict[str, Any]]:
        ...

    def describe(self, machine: str, name: str) -> dict[str, Any]:
        ...

    def wait(self, machine: str, name: str, timeout: float) -> dict[str, Any]:
        ...

    def history(
        self, machine: str, name: str, after: int, page_size: int
    ) -> tuple[list[dict[str, Any]], bool]:
        ...

    def list(
        self, machine: str, status: str, page_size: int, token: bytes
    ) -> tuple[list[dict[str, Any]], bytes]:
        ...

    def stop(self, machine: str, name: str, error: Optional[str], cause: Optional[str]) -> int:
        ...


class Execution:
    """A started execution; it runs on whether or not this object lives.

    Attributes:
        state_machine: The state machine's name.
        name: The execution's name.
        arn: The execution's ARN.
        repeated: The execution was there already: the start repeated an earlier one.
    """

    def __init__(self, workflows: Workflows, fields: Mapping[str, Any]) -> None:
        """Made by `Workflows.start`."""
        self._workflows = workflows
        self.state_machine: str = fields["state_machine"]
        self.name: str = fields["name"]
        self.arn: str = fields["arn"]
        self.repeated: bool = fields["repeated"]

    def wait(self, timeout: Optional[float] = None) -> ExecutionInfo:
        """See `Workflows.wait`."""
        return self._workflows.wait(self.state_machine, self.name, timeout)

    def result(self, timeout: Optional[float] = None) -> Any:
        """Waits for the end and returns the output.

        Raises:
            ExecutionFailedError: It did not succeed.
            TimedOutError: It still runs after ``timeout`` seconds; it goes on.
        """
        return _output_of(self.wait(timeout))

    def describe(self) -> ExecutionInfo:
        """See `Workflows.describe`."""
        return self._workflows.describe(self.state_machine, self.name)

    def history(self) -> list[HistoryEvent]:
        """See `Workflows.history`."""
        return self._workflows.history(self.state_machine, self.name)

    def stop(self, error: Optional[str] = None, cause: Optional[str] = None) -> None:
        """See `Workflows.stop`."""
        self._workflows.stop(self.state_machine, self.name, error, cause)

    def __repr__(self) -> str:
        return f"Execution({self.state_machine!r}, {self.name!r})"


class Workflows:
    """State machines and their executions. Safe from any thread."""

    def __init__(self, backend: Backend) -> None:
        """Takes the native object that does the work."""
        self._backend = backend

    def close(self) -> None:
        """Ends the use of this object. Executions are not stopped."""
        self._backend.close()

    def __enter__(self: Self) -> Self:
        return self

    def __exit__(
        self,
        kind: Optional[type[BaseException]],
        error: Optional[BaseException],
        trace: Optional[TracebackType],
    ) -> None:
        self.close()

    def deploy(self, definition: Definition, name: Optional[str] = None) -> StateMachine:
        """Makes a state machine, or a new revision of one.

        Args:
            definition: The Amazon States Language as a dict, as JSON or YAML text, or the path of a
                file of it: a path object, or text that ends in .json, .yaml, .yml or .asl.
            name: The state machine's name; by default the file's name without its suffix.

        Raises:
            InvalidArgumentError: The definition is wrong; the message names every problem.
        """
        text, default_name = _read_definition(definition)
        if not (name or default_name):
            raise errors.InvalidArgumentError(
                "name: is required where the definition is not a file", field="name"
            )
        return state_machine_from(self._backend.deploy(name or default_name, text))

    def start(self, machine: str, input: Any = None, name: Optional[str] = None) -> Execution:
        """Starts an execution. It is durable when this returns.

        Args:
            machine: The state machine's name.
            input: Any JSON value; None is ``{}``.
            name: The execution's name; by default a UUID. The same name and input again, while the
                execution is open, is the same execution.

        Raises:
            AlreadyExistsError: The name was used for something different.
        """
        return Execution(self, self._backend.start(machine, name or "", _write(input)))

    def start_many(self, machine: str, inputs: Iterable[Any]) -> list[Execution]:
        """Starts an execution for each input, which is much cheaper than one by one."""
        texts = [_write(input) for input in inputs]
        return [Execution(self, fields) for fields in self._backend.start_many(machine, texts)]

    def run(
        self,
        machine: str,
        input: Any = None,
        name: Optional[str] = None,
        timeout: Optional[float] = None,
    ) -> Any:
        """Starts an execution, waits for its end and returns its output.

        Raises:
            ExecutionFailedError: It did not succeed.
            TimedOutError: It still runs after ``timeout`` seconds; it goes on.
        """
        return self.start(machine, input, name).result(timeout)

    def wait(self, machine: str, name: str, timeout: Optional[float] = None) -> ExecutionInfo:
        """Waits for the end of an execution, however it ends.

        Raises:
            TimedOutError: It still runs after ``timeout`` seconds; it goes on.
        """
        seconds = -1.0 if timeout is None else max(0.0, timeout)
        return execution_from(self._backend.wait(machine, name, seconds))

    def describe(self, machine: str, name: str) -> ExecutionInfo:
        """The execution as it is now."""
        return execution_from(self._backend.describe(machine, name))

    def history(self, machine: str, name: str) -> list[HistoryEvent]:
        """All events of an execution so far, the first first."""
        events: list[HistoryEvent] = []
        has_more = True
        while has_more:
            after = events[-1].id if events else 0
            page, has_more = self._backend.history(machine, name, after, PAGE_SIZE)
            events += map(event_from, page)
        return events

    def list(self, machine: str = "", status: str = "") -> Iterator[ExecutionInfo]:
        """Executions, newest first, without input and output. An empty argument matches all."""
        token = b""
        while True:
            page, token = self._backend.list(machine, status, PAGE_SIZE, token)
            yield from map(execution_from, page)
            if not token:
                return

    def stop(
        self, machine: str, name: str, error: Optional[str] = None, cause: Optional[str] = None
    ) -> None:
        """Ends an execution as ABORTED. Stopping one that has ended changes nothing."""
        self._backend.stop(machine, name, error, cause)


def _output_of(info: ExecutionInfo) -> Any:
    if info.status != SUCCEEDED:
        assert info.status != RUNNING
        raise errors.ExecutionFailedError(
            info.name, info.status, info.error or "", info.cause or ""
        )
    return info.output


def _write(value: Any) -> bytes:
    if value is None:
        return b"{}"
    try:
        text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
        return text.encode()
    except UnicodeEncodeError:
        return json.dumps(value, allow_nan=False, separators=(",", ":")).encode()
    except (TypeError, ValueError) as error:
        raise errors.InvalidArgumentError(f"input: {error}", field="input") from error


def _read_definition(definition: Definition) -> tuple[str, str]:
    """The definition's text, and the name that its file suggests."""
    if isinstance(definition, Mapping):
        return json.dumps(definition), ""
    if isinstance(definition, str):
        is_path = "\n" not in definition and definition.endswith(DEFINITION_SUFFIXES)
        if not is_path:
            return definition, ""
    path = pathlib.Path(definition)
    name = path.name
    while name.endswith(DEFINITION_SUFFIXES):
        name = name[: name.rindex(".")]
    return path.read_text(encoding="utf-8"), name
