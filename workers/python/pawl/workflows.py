"""What can be done with state machines and executions, wherever the engine runs.

`pawl.Engine` and `pawl.Client` are both `Workflows`: code written for one runs with the other.
"""

from __future__ import annotations

import json
import os
import pathlib
from types import TracebackType
from typing import Any, Callable, Iterable, Iterator, Mapping, Optional, Protocol, TypeVar, Union

from pawl import errors
from pawl.activity import Activity, activity_from
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
from pawl.map_run import MapRun, map_run_from
from pawl.versions import Alias, Version, alias_from, version_from

Definition = Union[Mapping[str, Any], str, "os.PathLike[str]"]
Self = TypeVar("Self", bound="Workflows")

PAGE_SIZE = 1000
DEFINITION_SUFFIXES = (".json", ".yaml", ".yml", ".asl")


class Backend(Protocol):
    """The native module's side; payloads are JSON text."""

    def close(self) -> None:
        ...

    def deploy(
        self, name: str, definition: str, publish: bool, description: Optional[str]
    ) -> dict[str, Any]:
        ...

    def publish(
        self, machine: str, description: Optional[str], revision_id: Optional[str]
    ) -> dict[str, Any]:
        ...

    def versions(
        self, machine: str, page_size: int, token: bytes
    ) -> tuple[list[dict[str, Any]], bytes]:
        ...

    def delete_version(self, machine: str, version: int) -> None:
        ...

    def create_alias(
        self, machine: str, name: str, routes: dict[int, int], description: str
    ) -> dict[str, Any]:
        ...

    def update_alias(
        self, machine: str, name: str, routes: dict[int, int], description: Optional[str]
    ) -> dict[str, Any]:
        ...

    def describe_alias(self, machine: str, name: str) -> dict[str, Any]:
        ...

    def aliases(
        self, machine: str, page_size: int, token: bytes
    ) -> tuple[list[dict[str, Any]], bytes]:
        ...

    def delete_alias(self, machine: str, name: str) -> None:
        ...

    def tag(self, machine: str, activity: str, tags: dict[str, str]) -> None:
        ...

    def untag(self, machine: str, activity: str, keys: list[str]) -> None:
        ...

    def tags(self, machine: str, activity: str) -> dict[str, str]:
        ...

    def start(self, machine: str, name: str, input: bytes, test_case: str) -> dict[str, Any]:
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

    def redrive(self, machine: str, name: str) -> int:
        ...

    def stop(self, machine: str, name: str, error: Optional[str], cause: Optional[str]) -> int:
        ...

    def map_runs(
        self, machine: str, name: str, page_size: int, token: bytes
    ) -> tuple[list[dict[str, Any]], bytes]:
        ...

    def describe_map_run(self, arn: str) -> dict[str, Any]:
        ...

    def create_activity(self, name: str) -> dict[str, Any]:
        ...

    def describe_activity(self, name: str) -> dict[str, Any]:
        ...

    def activities(self, page_size: int, token: bytes) -> tuple[list[dict[str, Any]], bytes]:
        ...

    def delete_activity(self, name: str) -> None:
        ...

    def take_activity_task(
        self, activity: str, worker: str, timeout: float
    ) -> Optional[tuple[str, bytes]]:
        ...

    def send_task_success(self, token: str, output: bytes) -> None:
        ...

    def send_task_failure(self, token: str, error: Optional[str], cause: Optional[str]) -> None:
        ...

    def send_task_heartbeat(self, token: str) -> None:
        ...

    def list(
        self, machine: str, map_run: str, status: str, page_size: int, token: bytes
    ) -> tuple[list[dict[str, Any]], bytes]:
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

    def map_runs(self) -> Iterator[MapRun]:
        """See `Workflows.map_runs`."""
        return self._workflows.map_runs(self.state_machine, self.name)

    def stop(self, error: Optional[str] = None, cause: Optional[str] = None) -> None:
        """See `Workflows.stop`."""
        self._workflows.stop(self.state_machine, self.name, error, cause)

    def redrive(self) -> None:
        """See `Workflows.redrive`."""
        self._workflows.redrive(self.state_machine, self.name)

    def __repr__(self) -> str:
        return f"Execution({self.state_machine!r}, {self.name!r})"


class ActivityTask:
    """A task that was taken: it is the taker's until it ends or times out.

    Attributes:
        token: What ends the task; another process may use it, by `Workflows.send_task_success`.
        input: The input, parsed.
    """

    def __init__(self, workflows: Workflows, token: str, input: Any) -> None:
        """Made by `Workflows.take_activity_task`."""
        self._workflows = workflows
        self.token = token
        self.input = input

    def succeed(self, output: Any = None) -> None:
        """See `Workflows.send_task_success`."""
        self._workflows.send_task_success(self.token, output)

    def fail(self, error: Optional[str] = None, cause: Optional[str] = None) -> None:
        """See `Workflows.send_task_failure`."""
        self._workflows.send_task_failure(self.token, error, cause)

    def heartbeat(self) -> None:
        """See `Workflows.send_task_heartbeat`."""
        self._workflows.send_task_heartbeat(self.token)

    def __repr__(self) -> str:
        return f"ActivityTask({self.input!r})"


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

    def deploy(
        self,
        definition: Definition,
        name: Optional[str] = None,
        *,
        publish: bool = False,
        description: Optional[str] = None,
    ) -> StateMachine:
        """Makes a state machine, or a new revision of one.

        Args:
            definition: The Amazon States Language as a dict, as JSON or YAML text, or the path of a
                file of it: a path object, or text that ends in .json, .yaml, .yml or .asl.
            name: The state machine's name; by default the file's name without its suffix.
            publish: Whether the revision is published as a version too, together with it.
            description: Of the version, at most 256 characters.

        Raises:
            InvalidArgumentError: The definition is wrong; the message names every problem.
        """
        text, default_name = _read_definition(definition)
        if not (name or default_name):
            raise errors.InvalidArgumentError(
                "name: is required where the definition is not a file", field="name"
            )
        return state_machine_from(
            self._backend.deploy(name or default_name, text, publish, description)
        )

    def publish(
        self,
        machine: str,
        description: Optional[str] = None,
        *,
        revision_id: Optional[str] = None,
    ) -> Version:
        """Makes a version of a state machine's latest revision, or gives the one that it has.

        Args:
            machine: The state machine's name.
            description: Of the version, at most 256 characters.
            revision_id: Publish only if the latest revision has this id; ``INITIAL`` is the first
                one's.

        Raises:
            NotFoundError: There is no such state machine.
            ConflictError: The latest revision is another, or is published with another description.
            ResourceExhaustedError: It has 1,000 versions.
        """
        return version_from(self._backend.publish(machine, description, revision_id))

    def versions(self, machine: str) -> Iterator[Version]:
        """The versions of a state machine, newest first."""
        pages = _pages(lambda token: self._backend.versions(machine, PAGE_SIZE, token))
        return map(version_from, pages)

    def delete_version(self, machine: str, version: int) -> None:
        """Deletes a version. Its executions go on; it is no error if there is none.

        Raises:
            ConflictError: An alias leads to it.
        """
        self._backend.delete_version(machine, version)

    def create_alias(
        self, machine: str, name: str, routes: Mapping[int, int], description: str = ""
    ) -> Alias:
        """Makes an alias; the same one again is no error.

        Args:
            machine: The state machine's name.
            name: 1 to 80 letters, digits, ``_``, ``-`` or ``.``, and not digits alone.
            routes: Percent of the starts by version, of one version or two; they make 100.
            description: At most 256 characters.

        Raises:
            ConflictError: There is another alias of this name.
            NotFoundError: There is no such state machine or version.
            ResourceExhaustedError: The state machine has 100 aliases.
        """
        return alias_from(self._backend.create_alias(machine, name, dict(routes), description))

    def update_alias(
        self,
        machine: str,
        name: str,
        routes: Optional[Mapping[int, int]] = None,
        description: Optional[str] = None,
    ) -> Alias:
        """Changes what is given of an alias. Later starts follow it. Raises as `create_alias`."""
        return alias_from(
            self._backend.update_alias(machine, name, dict(routes or {}), description)
        )

    def describe_alias(self, machine: str, name: str) -> Alias:
        """An alias.

        Raises:
            NotFoundError: There is none of this name.
        """
        return alias_from(self._backend.describe_alias(machine, name))

    def aliases(self, machine: str) -> Iterator[Alias]:
        """The aliases of a state machine by name."""
        pages = _pages(lambda token: self._backend.aliases(machine, PAGE_SIZE, token))
        return map(alias_from, pages)

    def delete_alias(self, machine: str, name: str) -> None:
        """Deletes an alias; its versions stay.

        Raises:
            NotFoundError: There is none of this name.
        """
        self._backend.delete_alias(machine, name)

    def tag(self, tags: Mapping[str, str], *, machine: str = "", activity: str = "") -> None:
        """Adds tags to a state machine or an activity; a key that is there gets the new value.

        Raises:
            NotFoundError: There is no such resource.
            ResourceExhaustedError: It would have more than 50 tags.
        """
        _check_resource(machine, activity)
        self._backend.tag(machine, activity, dict(tags))

    def untag(self, keys: Iterable[str], *, machine: str = "", activity: str = "") -> None:
        """Removes tags; keys that are not there are no error. Raises `NotFoundError` as `tag`."""
        _check_resource(machine, activity)
        self._backend.untag(machine, activity, [*keys])

    def tags(self, *, machine: str = "", activity: str = "") -> dict[str, str]:
        """The tags of a state machine or an activity. Raises `NotFoundError` as `tag`."""
        _check_resource(machine, activity)
        return self._backend.tags(machine, activity)

    def start(
        self,
        machine: str,
        input: Any = None,
        name: Optional[str] = None,
        *,
        test_case: Optional[str] = None,
    ) -> Execution:
        """Starts an execution. It is durable when this returns.

        Args:
            machine: The state machine's name; a version or an alias may stand behind it:
                ``order:3``, ``order:PROD``.
            input: Any JSON value; None is ``{}``.
            name: The execution's name; by default a UUID. The same name and input again, while the
                execution is open, is the same execution.
            test_case: A test case that the server's mock configuration (``pawl server
                --mock-config``) has of the state machine: tasks that it mocks are not run.

        Raises:
            AlreadyExistsError: The name was used for something different.
            InvalidArgumentError: There is no such test case, or no mock configuration; an
                `Engine` has none.
        """
        fields = self._backend.start(machine, name or "", _write(input), test_case or "")
        return Execution(self, fields)

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
        *,
        test_case: Optional[str] = None,
    ) -> Any:
        """Starts an execution, as `start` does, waits for its end and returns its output.

        Raises:
            ExecutionFailedError: It did not succeed.
            TimedOutError: It still runs after ``timeout`` seconds; it goes on.
        """
        return self.start(machine, input, name, test_case=test_case).result(timeout)

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

    def list(
        self, machine: str = "", status: str = "", *, map_run: str = ""
    ) -> Iterator[ExecutionInfo]:
        """Executions, newest first, without input and output. An empty argument matches all.

        Args:
            machine: The state machine's name; with a version or an alias behind it, only those
                that were started with it.
            status: Such as ``FAILED``.
            map_run: The ARN of a Map run, instead of `machine`; only so are its executions listed.
        """
        pages = _pages(lambda token: self._backend.list(machine, map_run, status, PAGE_SIZE, token))
        return map(execution_from, pages)

    def stop(
        self, machine: str, name: str, error: Optional[str] = None, cause: Optional[str] = None
    ) -> None:
        """Ends an execution as ABORTED. Stopping one that has ended changes nothing."""
        self._backend.stop(machine, name, error, cause)

    def redrive(self, machine: str, name: str) -> None:
        """Lets an execution go on that failed, timed out or was stopped.

        It goes on from the states that did not succeed; what has succeeded is not done again.

        Raises:
            PreconditionError: It runs or has succeeded, ended too long ago, or is one of a
                Map run.
        """
        self._backend.redrive(machine, name)

    def map_runs(self, machine: str, name: str) -> Iterator[MapRun]:
        """The runs of an execution's distributed Maps, newest first."""
        pages = _pages(lambda token: self._backend.map_runs(machine, name, PAGE_SIZE, token))
        return map(map_run_from, pages)

    def describe_map_run(self, arn: str) -> MapRun:
        """A Map run as it is now: how many of its items are where.

        Raises:
            NotFoundError: There is no such run.
        """
        return map_run_from(self._backend.describe_map_run(arn))

    def create_activity(self, name: str) -> Activity:
        """Makes an activity, or gives the one that is there.

        Raises:
            InvalidArgumentError: The name is none: 1 to 80 letters, digits, ``_``, ``-`` or ``.``.
        """
        return activity_from(self._backend.create_activity(name))

    def describe_activity(self, name: str) -> Activity:
        """An activity.

        Raises:
            NotFoundError: There is none of this name.
        """
        return activity_from(self._backend.describe_activity(name))

    def activities(self) -> Iterator[Activity]:
        """All activities by name."""
        pages = _pages(lambda token: self._backend.activities(PAGE_SIZE, token))
        return map(activity_from, pages)

    def delete_activity(self, name: str) -> None:
        """Deletes an activity. Tasks that wait for it wait on; it is no error if there is none."""
        self._backend.delete_activity(name)

    def take_activity_task(
        self, activity: str, worker: str = "", timeout: Optional[float] = None
    ) -> Optional[ActivityTask]:
        """Waits for a task of an activity and takes it; None if none came within the time-out.

        Args:
            activity: The activity's name.
            worker: Who takes it, for the history; at most 80 characters.
            timeout: Seconds; None waits until a task comes.

        Raises:
            NotFoundError: There is no such activity.
        """
        seconds = -1.0 if timeout is None else max(0.0, timeout)
        taken = self._backend.take_activity_task(activity, worker, seconds)
        return None if taken is None else ActivityTask(self, taken[0], json.loads(taken[1]))

    def send_task_success(self, token: str, output: Any = None) -> None:
        """Ends a task with its result, durably.

        Args:
            token: Of `ActivityTask`, or of ``$$.Task.Token`` in a state that waits for it.
            output: Any JSON value; None is ``{}``.

        Raises:
            NotFoundError: Nothing waits for the task any more: it has ended or timed out.
            InvalidArgumentError: The token is none, or the output cannot be written as JSON.
        """
        self._backend.send_task_success(token, _write(output, "output"))

    def send_task_failure(
        self, token: str, error: Optional[str] = None, cause: Optional[str] = None
    ) -> None:
        """Ends a task with an error, which Retry and Catch see. Raises as `send_task_success`.

        Args:
            token: As for `send_task_success`.
            error: The error's name, at most 256 characters.
            cause: Why, at most 32,768 characters.
        """
        self._backend.send_task_failure(token, error, cause)

    def send_task_heartbeat(self, token: str) -> None:
        """Puts off the time-out of HeartbeatSeconds. Raises as `send_task_success`."""
        self._backend.send_task_heartbeat(token)


Page = Callable[[bytes], "tuple[list[dict[str, Any]], bytes]"]


def _pages(read: Page) -> Iterator[dict[str, Any]]:
    """The entries of all pages. The first one is read when the first entry is asked for."""
    token = b""
    while True:
        page, token = read(token)
        yield from page
        if not token:
            return


def _check_resource(machine: str, activity: str) -> None:
    if bool(machine) == bool(activity):
        raise errors.InvalidArgumentError("either machine or activity is required", field="machine")


def _output_of(info: ExecutionInfo) -> Any:
    if info.status != SUCCEEDED:
        assert info.status != RUNNING
        raise errors.ExecutionFailedError(
            info.name, info.status, info.error or "", info.cause or ""
        )
    return info.output


def _write(value: Any, field: str = "input") -> bytes:
    if value is None:
        return b"{}"
    try:
        text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
        return text.encode()
    except UnicodeEncodeError:
        return json.dumps(value, allow_nan=False, separators=(",", ":")).encode()
    except (TypeError, ValueError) as error:
        raise errors.InvalidArgumentError(f"{field}: {error}", field=field) from error


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
