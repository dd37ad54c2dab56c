"""The programs in the package's README, run as they are printed."""

from __future__ import annotations

import pathlib
import subprocess
import sys

import pytest
from running import BUILD, needs_engine

README = pathlib.Path(__file__).resolve().parents[2] / "workers/python/README.md"
PRINTED = {
    "Executions": "42\n8 SUCCEEDED\n",
    "Activities: work for others": "{'approved': True}\n",
    "Map runs": "SUCCEEDED 3 of 3\n3 executions\n",
}


def program_of(section: str) -> str:
    """The indented lines of a section."""
    body = README.read_text(encoding="utf-8").split(f"\n## {section}\n", 1)[1]
    lines = body.split("\n## ", 1)[0].splitlines()
    return "\n".join(line[4:] for line in lines if line.startswith("    ") or not line)


@needs_engine
@pytest.mark.parametrize("section", PRINTED)
def test_the_program_prints_what_it_should(section: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", program_of(section)],
        env={"PYTHONPATH": str(BUILD / "python")},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout == PRINTED[section]
