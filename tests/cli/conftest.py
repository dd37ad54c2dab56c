"""A built `pawl`, and servers for the tests; every process is ended by its own id."""

from __future__ import annotations

import contextlib
import json
import os
import pty
import select
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = os.environ.get("PAWL_BINARY", str(ROOT / "build" / "release" / "bin" / "pawl"))
EXAMPLES = ROOT / "statemachines" / "examples"
READY_SECONDS = 60
RUN_SECONDS = 60


@dataclass(frozen=True)
class Outcome:
    """What a finished `pawl` left behind."""

    code: int
    out: str
    err: str

    @property
    def json_lines(self) -> list[Any]:
        return [json.loads(line) for line in self.out.splitlines()]


class Pawl:
    """Runs `pawl`, against one server if it has an address."""

    def __init__(self, address: str | None = None, program: str | Path = PROGRAM) -> None:
        self.address = address
        self.program = str(program)
        self.environment = {
            name: value for name, value in os.environ.items() if not name.startswith("PAWL_")
        }
        # Servers of several tests run side by side.
        self.environment["PAWL_HTTP_ADDRESS"] = "127.0.0.1:0"
        if address is not None:
            self.environment["PAWL_ADDRESS"] = address

    def __call__(self, *arguments: str, stdin: str = "") -> Outcome:
        done = subprocess.run(
            [self.program, *arguments],
            input=stdin,
            capture_output=True,
            text=True,
            timeout=RUN_SECONDS,
            check=False,
            env=self.environment,
        )
        return Outcome(done.returncode, done.stdout, done.stderr)

    def json(self, *arguments: str) -> list[Any]:
        """The objects that a command prints which must succeed."""
        outcome = self(*arguments, "--output", "json")
        assert outcome.code == 0, outcome.err
        return outcome.json_lines

    def on_terminal(self, *arguments: str) -> str:
        """Everything that a command writes to the terminal that its outputs are."""
        ours, theirs = pty.openpty()
        try:
            process = subprocess.Popen(
                [self.program, *arguments],
                stdin=subprocess.DEVNULL,
                stdout=theirs,
                stderr=theirs,
                env={**self.environment, "TERM": "xterm", "NO_COLOR": "1"},
            )
            os.close(theirs)
            shown = b""
            # Reading fails once the other side is closed.
            with contextlib.suppress(OSError):
                while chunk := os.read(ours, 4096):
                    shown += chunk
            assert process.wait(RUN_SECONDS) == 0, shown
            return shown.decode()
        finally:
            os.close(ours)

    def start(self, *arguments: str, new_group: bool = False) -> subprocess.Popen[str]:
        """Starts a command and does not wait for it."""
        return subprocess.Popen(
            [self.program, *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=self.environment,
            start_new_session=new_group,
        )


def end(process: subprocess.Popen[str]) -> tuple[str, str]:
    """Asks a process to end, and kills it if it does not."""
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
    try:
        return process.communicate(timeout=30)
    except ValueError:
        # Its output was read before.
        return "", ""
    except subprocess.TimeoutExpired:
        process.kill()
        return process.communicate()


def ready_address(process: subprocess.Popen[str]) -> str:
    """Waits for "... is ready: grpc ADDRESS, ..." and returns the address."""
    assert process.stdout is not None
    can_read, _, _ = select.select([process.stdout], [], [], READY_SECONDS)
    line = process.stdout.readline() if can_read else ""
    if "grpc " not in line:
        _, errors = end(process)
        raise AssertionError(f"not ready, said {line!r}: {errors}")
    return line.split("grpc ", 1)[1].split(",", 1)[0]


def until(condition: Callable[[], bool], what: str, seconds: float = 30) -> None:
    """Waits until something holds."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"did not happen within {seconds} s: {what}"
        time.sleep(0.02)


@pytest.fixture(name="pawl")
def fixture_pawl() -> Pawl:
    """The program without a server."""
    return Pawl()


@pytest.fixture(name="server", scope="session")
def fixture_server() -> Iterator[Pawl]:
    """The program beside a server without workers, in memory."""
    process = Pawl().start(
        "server", "--in-memory", "--grpc-address", "127.0.0.1:0", "--log-level", "error"
    )
    try:
        yield Pawl(ready_address(process))
    finally:
        end(process)


@pytest.fixture(name="examples", scope="session")
def fixture_examples(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pawl]:
    """The program beside `pawl dev` on the examples."""
    data = tmp_path_factory.mktemp("dev") / "data"
    process = Pawl().start(
        *("dev", str(EXAMPLES), "--data-dir", str(data), "--address", "127.0.0.1:0")
    )
    try:
        yield Pawl(ready_address(process))
    finally:
        end(process)
