"""The engine inside this process."""

from __future__ import annotations

import atexit
import os
import pathlib
import sys
import weakref
from typing import Callable, Optional, TypeVar, Union, overload

from pawl import _engine
from pawl.callables import Callables, Function
from pawl.errors import InvalidArgumentError
from pawl.workflows import Workflows

THREADS = 16
# Where the package is: its processes run from there.
PACKAGE = str(pathlib.Path(__file__).resolve().parent.parent)

F = TypeVar("F", bound=Function)

_open: weakref.WeakSet[Engine] = weakref.WeakSet()


class Engine(Workflows):
    """Runs state machines durably inside this process.

    Executions survive the process: they go on when the same directory is opened again and their
    functions are registered again. One process has a directory open at a time. After ``fork()`` the
    child's copy raises `PreconditionError` and never touches the store.
    """

    def __init__(
        self, path: Union[str, os.PathLike[str], None] = None, *, threads: int = THREADS
    ) -> None:
        """Opens a data directory, or an engine in memory.

        Args:
            path: Where executions are kept; made if absent. None: in memory, gone with the engine.
            threads: How many registered callables run at once.

        Raises:
            PreconditionError: Another process has the directory open, or it belongs to another
                program or a newer release.
        """
        if threads < 1:
            raise InvalidArgumentError(f"threads: {threads} is not 1 or more", field="threads")
        self._native = _engine.Engine("" if path is None else os.fspath(path), threads)
        super().__init__(self._native)
        self._callables = Callables(self._native, threads)
        _open.add(self)

    @overload
    def register(self, name: str) -> Callable[[F], F]:
        ...

    @overload
    def register(self, name: str, function: F) -> F:
        ...

    def register(self, name: str, function: Optional[F] = None) -> Union[F, Callable[[F], F]]:
        """Makes a callable the function `name`: a task whose Resource names it runs it.

        It is called with the event, or with event and context if it takes two arguments, on a
        thread of this process; it cannot be killed. Without `function` this is a decorator.
        """
        if function is None:
            return lambda decorated: self.register(name, decorated)
        self._callables.add(name, function)
        self._native.register(name)
        self._callables.start()
        return function

    def functions(self, directory: Union[str, os.PathLike[str]]) -> None:
        """Serves the functions of a directory, each in processes of its own, like a worker.

        ``DIR/NAME.py`` with ``handler`` or ``lambda_handler`` is the function NAME, or
        ``DIR/pawl.yaml`` names them. Changes are picked up. Once for each engine.
        """
        self._native.functions(os.fspath(directory), sys.executable, PACKAGE)

    def integrations(
        self, *, aws: bool = True, http_tasks: Union[str, os.PathLike[str], None] = None
    ) -> list[str]:
        """Runs the Task states that call AWS services and HTTP endpoints, like a worker.

        Args:
            aws: Call AWS services with boto3, if this interpreter has it.
            http_tasks: The file that allows HTTP tasks; `pawl.http.settings` says its form. None:
                there are none.

        Returns:
            What runs now: ``pawl:aws``, ``pawl:aws-job`` and ``pawl:lambda``, ``pawl:http``.

        Raises:
            InvalidArgumentError: The file is not right.
        """
        file = "" if http_tasks is None else os.fspath(http_tasks)
        return self._native.integrations(aws, file, sys.executable, PACKAGE)


@atexit.register
def _close_all() -> None:
    for engine in list(_open):
        engine.close()
