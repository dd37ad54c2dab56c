"""What `cmake --install` puts on a machine runs without the sources and the build."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import PROGRAM, Pawl, end, ready_address

BUILD = Path(PROGRAM).resolve().parents[1]


@pytest.fixture(name="prefix", scope="module")
def fixture_prefix(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where it is installed."""
    prefix = tmp_path_factory.mktemp("usr")
    subprocess.run(
        ["cmake", "--install", BUILD, "--strip", "--prefix", prefix],
        check=True,
        stdout=subprocess.DEVNULL,
        timeout=120,
    )
    return prefix


@pytest.fixture(name="installed")
def fixture_installed(prefix: Path) -> Iterator[Pawl]:
    """The installed program beside a server of its own."""
    process = Pawl(program=prefix / "bin" / "pawl").start(
        "server", "--in-memory", "--grpc-address", "127.0.0.1:0", "--log-level", "error"
    )
    try:
        yield Pawl(ready_address(process), program=prefix / "bin" / "pawl")
    finally:
        end(process)


def test_an_installed_worker_runs_functions_with_the_installed_package(
    installed: Pawl, prefix: Path, tmp_path: Path
) -> None:
    functions = tmp_path / "functions"
    functions.mkdir()
    (functions / "where.py").write_text(
        "import sys\ndef handler(event, context):\n"
        "    return sys.modules['pawl'].__file__ or list(sys.modules['pawl'].__path__)[0]\n"
    )
    definition = tmp_path / "where.json"
    definition.write_text(
        '{"StartAt": "A", "States": {"A": {"Type": "Task", "Resource": "where", "End": true}}}'
    )
    assert installed("deploy", str(definition)).code == 0
    worker = installed.start("worker", "--functions", str(functions), "--aws", "off")
    try:
        ran = installed("run", "where", "--name", "one", "--output", "json")
    finally:
        end(worker)
    assert ran.code == 0, ran.err
    assert str(prefix / "lib" / "pawl" / "python") in ran.out


def test_the_installed_package_embeds_the_engine(prefix: Path) -> None:
    program = (
        "import pawl\n"
        "with pawl.Engine() as engine:\n"
        "    engine.register('double', lambda event: event * 2)\n"
        "    engine.deploy({'StartAt': 'A', 'States': {'A': {'Type': 'Task',"
        " 'Resource': 'double', 'End': True}}}, name='doubling')\n"
        "    print(pawl.__file__, engine.run('doubling', 21))\n"
    )
    done = subprocess.run(
        ["/usr/bin/python3", "-c", program],
        env={**os.environ, "PYTHONPATH": str(prefix / "lib" / "pawl" / "python")},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert done.stdout == f"{prefix}/lib/pawl/python/pawl/__init__.py 42\n"
