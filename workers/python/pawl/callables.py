"""Runs registered callables for an engine in this process, on threads of this process."""

from __future__ import annotations

import inspect
import threading
import time
from typing import Any, Callable, Optional, Protocol

from pawl import errors
from pawl.context import Context
from pawl.handler import describe
from pawl.payload import MarshalError, read_event, write_result

DEFAULT_SECONDS = 15 * 60.0
ARN = "arn:aws:lambda:us-east-1:123456789012:function:"

Function = Callable[..., Any]
Task = tuple[int, str, bytes, str, Optional[float]]


class TaskSource(Protocol):
    """Where tasks come from and results go: the native engine."""

    def take(self) -> Optional[Task]:
        ...

    def succeed(self, id: int, output: bytes) -> None:
        ...

    def fail(self, id: int, error: str, cause: str) -> None:
        ...


class Callables:
    """Threads that wait for tasks. They start with the first function."""

    def __init__(self, source: TaskSource, threads: int) -> None:
        """``threads`` is how many tasks run at once."""
        self._source = source
        self._threads = threads
        self._functions: dict[str, tuple[Function, bool]] = {}
        self._started: list[threading.Thread] = []
        self._lock = threading.Lock()

    def add(self, name: str, function: Function) -> None:
        """Makes `function` run for tasks of `name`."""
        if not callable(function):
            raise errors.InvalidArgumentError(
                f"function: {type(function).__name__} is not callable", field="function"
            )
        self._functions[name] = function, _takes_context(function)

    def start(self) -> None:
        """Starts the threads, once."""
        with self._lock:
            while len(self._started) < self._threads:
                name = f"pawl-task-{len(self._started) + 1}"
                thread = threading.Thread(target=self._work, name=name, daemon=True)
                self._started.append(thread)
                thread.start()

    def _work(self) -> None:
        take, succeed, functions = self._source.take, self._source.succeed, self._functions
        while True:
            task = take()
            if task is None:
                return
            task_id, name, event, request_id, seconds = task
            function, takes_context = functions[name]
            try:
                if takes_context:
                    result = function(read_event(event), _context(task))
                else:
                    result = function(read_event(event))
                output = write_result(result)
            except MarshalError as error:
                failure = describe(error, None)._replace(error_type="Runtime.MarshalError")
                self._source.fail(task_id, failure.error_type, failure.to_json(request_id))
            except BaseException as error:
                trace = error.__traceback__
                # Without this frame: the handler's is the first, as on AWS.
                failure = describe(error, trace.tb_next if trace else None)
                self._source.fail(task_id, failure.error_type, failure.to_json(request_id))
            else:
                succeed(task_id, output)


def _context(task: Task) -> Context:
    _, name, _, request_id, seconds = task
    left = DEFAULT_SECONDS if seconds is None else seconds
    context = Context(request_id, ARN + name, time.monotonic_ns() + int(left * 1e9))
    context.function_name = name
    return context


def _takes_context(function: Function) -> bool:
    """Whether the function wants the context beside the event, as a Lambda handler does."""
    try:
        parameters = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):
        return False
    positional = 0
    for parameter in parameters:
        if parameter.kind is parameter.VAR_POSITIONAL:
            return True
        if parameter.kind in (parameter.POSITIONAL_ONLY, parameter.POSITIONAL_OR_KEYWORD):
            # `lambda event, factor=factor: …` does not ask for a context.
            positional += parameter.default is parameter.empty
    return positional >= 2
