"""Real servers and workers for tests: processes of the `pawl` program of a build.

PAWL_BUILD names the build directory; build/release by default. Tests that need what was not built
are skipped, and say so.
"""

from __future__ import annotations

import os
import pathlib
import signal
import subprocess
import textwrap
import time
from typing import Any, Callable, Iterator, Optional

import pawl
import pytest

BUILD = pathlib.Path(
    os.environ.get("PAWL_BUILD") or pathlib.Path(__file__).resolve().parents[2] / "build/release"
)
PROGRAM = pathlib.Path(os.environ.get("PAWL_PROGRAM") or BUILD / "bin/pawl")
NATIVE = BUILD / "python/pawl"
PATIENCE_SECONDS = 60.0


def _has_native(name: str) -> bool:
    if str(NATIVE) not in pawl.__path__:
        pawl.__path__.append(str(NATIVE))
    return any(NATIVE.glob(f"{name}.*.so"))


needs_engine = pytest.mark.skipif(
    not _has_native("_engine"), reason=f"pawl._engine is not built in {NATIVE}"
)
needs_json = pytest.mark.skipif(
    not _has_native("_json"), reason=f"pawl._json is not built in {NATIVE}"
)
needs_program = pytest.mark.skipif(
    not (PROGRAM.exists() and _has_native("_client")),
    reason=f"{PROGRAM} or pawl._client is not built",
)


def until(condition: Callable[[], bool], what: str) -> None:
    """Waits for what another process does."""
    end = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < end, f"waited too long: {what}"
        time.sleep(0.005)


def task(function: str, **fields: Any) -> dict[str, Any]:
    """A definition of one task."""
    state = {"Type": "Task", "Resource": function, "End": True, **fields}
    return {"StartAt": "Only", "States": {"Only": state}}


def chain(function: str, length: int) -> dict[str, Any]:
    """A definition of tasks one after the other."""
    states: dict[str, Any] = {}
    for number in range(length):
        states[f"S{number}"] = {"Type": "Task", "Resource": function, "Next": f"S{number + 1}"}
    states[f"S{length - 1}"] = {"Type": "Task", "Resource": function, "End": True}
    return {"StartAt": "S0", "States": states}


class Process:
    """A running server or worker. Its log is in a file of the test's directory."""

    def __init__(self, log: pathlib.Path, *command: str) -> None:
        self.log = log
        with open(log, "a", encoding="utf-8") as output:
            self._process = subprocess.Popen(
                command, stdout=subprocess.PIPE, stderr=output, text=True
            )

    def ready(self) -> str:
        """Waits for the ready message."""
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        assert "is ready" in line, self.log.read_text()
        return line

    def kill(self, number: int = signal.SIGKILL) -> None:
        self._process.send_signal(number)

    def wait(self) -> int:
        code = self._process.wait(PATIENCE_SECONDS)
        assert self._process.stdout is not None
        self._process.stdout.close()
        return code

    def end(self) -> None:
        if self._process.poll() is None:
            self.kill()
        self.wait()


class Site:
    """A data directory, a directory of functions, and the processes of a test."""

    def __init__(self, directory: pathlib.Path) -> None:
        self.directory = directory
        self.functions = directory / "functions"
        self.functions.mkdir()
        self.address = "127.0.0.1:0"
        self._processes: list[Process] = []
        self._clients: list[Any] = []

    def function(self, name: str, body: str) -> None:
        """Writes a function; the body's text may use `note(text)` and `gate(name)`."""
        text = f"DIRECTORY = {str(self.directory)!r}\n" + textwrap.dedent(
            """\
            import os, time
            def note(text):
                with open(os.path.join(DIRECTORY, "notes"), "a") as notes:
                    notes.write(text + "\\n")
            def gate(name):
                while not os.path.exists(os.path.join(DIRECTORY, name)):
                    time.sleep(0.005)
            """
        )
        (self.functions / f"{name}.py").write_text(text + textwrap.dedent(body))

    def open(self, gate: str) -> None:
        (self.directory / gate).touch()

    def notes(self) -> list[str]:
        path = self.directory / "notes"
        return path.read_text().splitlines() if path.exists() else []

    def server(self, *arguments: str) -> Process:
        """Starts a server; the second one listens where the first one did."""
        return self._is_ready(self.begin_server(*arguments))

    def killed_server(self, point: str, after: int) -> Process:
        """Starts a server that kills itself when it comes to `point` for the `after`th time."""
        return self._is_ready(self.begin_killed_server(point, after))

    def begin_killed_server(self, point: str, after: int) -> Process:
        """Starts such a server and does not wait: it may die before it is ready."""
        return self._start(
            "server.log",
            str(BUILD / "bin/killed_server"),
            *("--data-dir", str(self.directory / "data"), "--grpc-address", self.address),
            *("--kill-at", point, "--after", str(after)),
        )

    def _is_ready(self, process: Process) -> Process:
        self.address = process.ready().split("grpc ")[1].split(",")[0]
        return process

    def begin_server(self, *arguments: str) -> Process:
        """Starts a server and does not wait until it is ready."""
        data = str(self.directory / "data")
        return self._start(
            "server.log",
            *(str(PROGRAM), "server", "--data-dir", data, "--grpc-address", self.address),
            *("--http-address", "127.0.0.1:0", *arguments),
        )

    def worker(self, *arguments: str) -> Process:
        process = self._start(
            "worker.log",
            str(PROGRAM),
            "worker",
            "--functions",
            str(self.functions),
            "--address",
            self.address,
            *arguments,
        )
        process.ready()
        return process

    def client(self) -> Any:
        client = pawl.Client(self.address)
        self._clients.append(client)
        return client

    def _start(self, log: str, *command: str) -> Process:
        process = Process(self.directory / log, *command)
        self._processes.append(process)
        return process

    def close(self) -> None:
        for client in self._clients:
            client.close()
        for process in self._processes:
            process.end()


@pytest.fixture
def site(tmp_path: pathlib.Path) -> Iterator[Site]:
    made = Site(tmp_path)
    yield made
    made.close()


def failure_of(call: Callable[[], Any]) -> pawl.ExecutionFailedError:
    with pytest.raises(pawl.ExecutionFailedError) as caught:
        call()
    return caught.value


def program(*arguments: str, environment: Optional[dict[str, str]] = None) -> Any:
    """Runs `pawl` to its end."""
    return subprocess.run(
        [str(PROGRAM), *arguments],
        capture_output=True,
        text=True,
        timeout=PATIENCE_SECONDS,
        env={**os.environ, **(environment or {})},
    )
