"""A `pawl server` with a worker, as processes; each is ended by its own id."""

from __future__ import annotations

import os
import re
import signal
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = os.environ.get("PAWL_BINARY", str(ROOT / "build" / "release" / "bin" / "pawl"))
REGION = "us-east-1"
# Its digits stand in no recorded case.
ACCOUNT = "731902645518"
END_SECONDS = 30


@dataclass(frozen=True)
class Served:
    """Where the AWS API is, and where functions are looked for."""

    url: str
    functions: Path

    def arn(self, resource: str) -> str:
        return f"arn:aws:states:{REGION}:{ACCOUNT}:{resource}"


def _start(*arguments: str, more: dict[str, str] | None = None) -> subprocess.Popen[str]:
    environment = {n: v for n, v in os.environ.items() if not n.startswith("PAWL_")}
    environment.update(more or {})
    return subprocess.Popen(
        [PROGRAM, *arguments],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
        env=environment,
    )


def _end(process: subprocess.Popen[str]) -> None:
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(END_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    assert process.stdout is not None
    process.stdout.close()


def _ready_line(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline()


@contextmanager
def serving(
    functions: Path,
    *settings: str,
    http_host: str = "127.0.0.1",
    environment: dict[str, str] | None = None,
    worker_settings: tuple[str, ...] = (),
) -> Iterator[Served]:
    """Serves in memory on ports that the kernel picks, with a worker for `functions`."""
    functions.mkdir(parents=True, exist_ok=True)
    addresses = ("--grpc-address", "127.0.0.1:0", "--http-address", f"{http_host}:0")
    more = ("--aws-account", ACCOUNT, "--log-level", "error", *settings)
    server = _start("server", "--in-memory", *addresses, *more, more=environment)
    try:
        found = re.search(r"grpc (\S+), http (\S+),", _ready_line(server))
        assert found, "the server did not get ready"
        places = ("--functions", str(functions), "--code-cache", str(functions.with_name("code")))
        worker = _start("worker", *places, *worker_settings, "--address", found.group(1))
        try:
            assert "is ready" in _ready_line(worker)
            yield Served(f"http://{found.group(2)}", functions)
        finally:
            _end(worker)
    finally:
        _end(server)


@contextmanager
def killable(data: Path) -> Iterator[tuple[Served, Callable[[], None]]]:
    """Serves what is in `data`, without a worker; the function that comes with it is kill -9."""
    addresses = ("--grpc-address", "127.0.0.1:0", "--http-address", "127.0.0.1:0")
    server = _start("server", "--data-dir", str(data), *addresses, "--log-level", "error")
    try:
        found = re.search(r"http (\S+),", _ready_line(server))
        assert found, "the server did not get ready"
        yield Served(f"http://{found.group(1)}", data), server.kill
    finally:
        _end(server)
