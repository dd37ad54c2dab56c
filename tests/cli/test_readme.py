"""What the README tells a newcomer to type, typed: only the directory and the port differ."""

from __future__ import annotations

import os
import shlex
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import PROGRAM, ROOT, end, ready_address

BUILD = Path(PROGRAM).parents[1]
# The tests of which this is one, and the demo, which has its own.
TAKES_LONG = "./dev "


def code_blocks(section: str) -> list[str]:
    """The indented blocks of a section of the README, in order."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    body = text.split(f"\n## {section}\n", 1)[1].split("\n## ", 1)[0]
    blocks: list[list[str]] = []
    is_inside = False
    for line in body.splitlines():
        if line.startswith("    "):
            if not is_inside:
                blocks.append([])
            blocks[-1].append(line[4:])
            is_inside = True
        elif line:
            is_inside = False
        elif is_inside:
            blocks[-1].append("")
    return ["\n".join(block) + "\n" for block in blocks]


class Newcomer:
    """Has one shell after the other, in a directory that stands in for /tmp."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.environment = {n: v for n, v in os.environ.items() if not n.startswith("PAWL_")}
        self.environment["PAWL_GRPC_ADDRESS"] = "127.0.0.1:0"
        self.environment["PAWL_HTTP_ADDRESS"] = "127.0.0.1:0"
        self.exports = ""
        self.running: list[subprocess.Popen[str]] = []

    def own(self, text: str) -> str:
        """The text for this directory and this build."""
        return text.replace("/tmp/", f"{self.directory}/").replace("$PWD/build/release", str(BUILD))

    def types(self, block: str) -> str:
        """Types a block; what serves goes on in the background, in a terminal of its own."""
        shell = []
        for line in self.own(block).splitlines():
            if line.startswith("export "):
                self.exports += line + "\n"
            elif line.startswith(("pawl server", "pawl worker")):
                self._begin(line)
            else:
                shell.append(line)
        done = subprocess.run(
            ["bash", "-euc", self.exports + "\n".join(shell)],
            cwd=self.directory,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == 0, f"{block}\n{done.stderr}"
        return done.stdout

    def _begin(self, line: str) -> None:
        process = subprocess.Popen(
            [PROGRAM, *shlex.split(line, comments=True)[1:]],
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.running.append(process)
        if line.startswith("pawl server"):
            self.environment["PAWL_ADDRESS"] = ready_address(process)
        else:
            assert process.stdout is not None
            assert "is ready" in process.stdout.readline()

    def leave(self) -> None:
        for process in reversed(self.running):
            end(process)


@pytest.fixture(name="newcomer")
def fixture_newcomer(tmp_path: Path) -> Iterator[Newcomer]:
    newcomer = Newcomer(tmp_path)
    try:
        yield newcomer
    finally:
        newcomer.leave()


def test_the_first_five_minutes_work_as_printed(newcomer: Newcomer) -> None:
    blocks = [block for block in code_blocks("Five minutes") if TAKES_LONG not in block]
    *before, last = blocks
    for block in before:
        newcomer.types(block)
    deploy, run, list_, history = last.splitlines()[:4]
    assert newcomer.types(deploy).strip() == "hello  revision 1"
    assert newcomer.types(run).strip() == '{"greeting":"Hello, Ada!"}'
    name = newcomer.types(list_).splitlines()[1].split()[1]
    assert "ExecutionSucceeded" in newcomer.types(history.replace("NAME", name, 1))


def test_the_python_program_works_as_printed(newcomer: Newcomer) -> None:
    for block in code_blocks("Five minutes"):
        if "hello.asl.json <<" in block:
            newcomer.types(block.replace("/tmp/hello/", "/tmp/"))
    [block] = code_blocks("In a Python program")
    exports, program = block.split("\n\n", 1)
    newcomer.types(exports)
    (newcomer.directory / "program.py").write_text(program, encoding="utf-8")
    assert newcomer.types("/usr/bin/python3 program.py").strip() == "{'greeting': 'Hello, Ada'}"
