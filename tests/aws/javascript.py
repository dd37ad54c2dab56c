#!/usr/bin/python3
"""The AWS SDK for JavaScript against `pawl server`: runs javascript/*.test.js and shows each case.

The packages that javascript/package-lock.json names are installed by `./dev test`, not here: a test
uses no network.  Without them, or without Node.js, this says so and exits with 77.

    javascript.py [FILE…]
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from serving import ROOT, serving

TESTS = Path(__file__).with_name("javascript")
PACKAGES = ROOT / "build" / "javascript"
SKIPPED = 77
# The first that has all that the tests use of node:test.
NODE_MIN = 18
LIMIT_SECONDS = 240


def missing(node: str | None) -> str | None:
    """Why the tests cannot run, if they cannot."""
    if node is None:
        return "node is not installed"
    version = subprocess.run([node, "--version"], capture_output=True, text=True, check=True).stdout
    if int(version.lstrip("v").split(".")[0]) < NODE_MIN:
        return f"node {version.strip()} is older than {NODE_MIN}"
    installed = PACKAGES / "installed.json"
    wanted = TESTS / "package-lock.json"
    if not installed.exists() or installed.read_bytes() != wanted.read_bytes():
        return f"{PACKAGES} has not what {wanted.name} names; `./dev test` installs it"
    return None


def main() -> int:
    node = shutil.which("node")
    reason = missing(node)
    if node is None or reason is not None:
        print(f"skipped: {reason}")
        return SKIPPED
    files = sys.argv[1:] or sorted(str(file) for file in TESTS.glob("*.test.js"))
    with tempfile.TemporaryDirectory() as directory:
        with serving(Path(directory) / "functions") as served:
            command = [node, "--test", "--test-reporter=spec", *files]
            environment = {
                **os.environ,
                "NODE_PATH": str(PACKAGES / "node_modules"),
                "PAWL_URL": served.url,
            }
            return subprocess.run(
                command, check=False, timeout=LIMIT_SECONDS, env=environment
            ).returncode


if __name__ == "__main__":
    sys.exit(main())
