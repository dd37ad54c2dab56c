#!/usr/bin/python3
"""Replays what AWS Step Functions was recorded to do against `pawl server`, as boto3 sees it.

The recordings and their replayer lie beside the project, in ../shared/conformance; without them
this says so and exits with 77.  It exits with 1 when a case misses a level that `misses.json` does
not list for it.

    replay.py [--write] [ARGUMENTS OF THE REPLAYER]

--write writes `misses.json` anew, keeping the reasons that it has.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from serving import ACCOUNT, ROOT, serving

SHARED = ROOT.parent / "shared"
REPLAYER = SHARED / "conformance" / "replay" / "replay.py"
MISSES = Path(__file__).with_name("misses.json")
SKIPPED = 77
# From the weakest to the strongest; what misses one misses those behind it.
LEVELS = ("outcome", "causal", "history")


def replay(directory: Path, arguments: list[str]) -> list[dict[str, Any]]:
    """The verdicts of all cases that need no other service than Step Functions and Lambda."""
    verdicts = directory / "verdicts.jsonl"
    with serving(directory / "functions") as served:
        command = [sys.executable, str(REPLAYER), "--endpoint", served.url]
        command += ["--model-dir", str(SHARED / "api"), "--account", ACCOUNT]
        command += ["--functions-dir", str(served.functions), "--json", str(verdicts)]
        command += ["--core", "--jobs", "8", "--timeout", "100", "--quiet", *arguments]
        subprocess.run([*command, str(SHARED / "conformance" / "asl")], check=False)
    return [json.loads(line) for line in verdicts.read_text(encoding="utf-8").splitlines()]


def name_of(verdict: dict[str, Any]) -> str:
    """ "base: test_wait[1]": unlike the id it says what matters."""
    return f"{verdict['area']}: {verdict['id'].split('::')[-1]}"


def weakest_missed(verdict: dict[str, Any]) -> str | None:
    if verdict["verdict"] == "SKIP":
        return None
    missed = [level for level in LEVELS if verdict["differences"][level]]
    return missed[0] if missed else None


def rank(level: str | None) -> int:
    return len(LEVELS) if level is None else LEVELS.index(level)


def report(verdicts: list[dict[str, Any]], known: dict[str, Any]) -> int:
    """Prints what misses more than is known, and how much that is."""
    worse = 0
    for verdict in verdicts:
        name = name_of(verdict)
        level = weakest_missed(verdict)
        if rank(level) >= rank(known.get(name, {}).get("level")):
            continue
        worse += 1
        print(f"\n{name} misses {level}:")
        for difference in verdict["differences"][level][:5]:
            print(f"    {difference}")
    print(f"\n{worse} cases miss more than {MISSES.name} lists")
    return 1 if worse else 0


def write(verdicts: list[dict[str, Any]], known: dict[str, Any]) -> None:
    misses = {}
    for verdict in verdicts:
        level = weakest_missed(verdict)
        if level is None:
            continue
        name = name_of(verdict)
        difference = verdict["differences"][level][0][:200]
        why = known.get(name, {}).get("why", "")
        misses[name] = {"level": level, "why": why, "difference": difference}
    MISSES.write_text(json.dumps(misses, indent=2, sort_keys=True) + "\n", encoding="utf-8")


def main() -> int:
    arguments = sys.argv[1:]
    if not REPLAYER.exists():
        print(f"skipped: {REPLAYER} is not there")
        return SKIPPED
    known = json.loads(MISSES.read_text(encoding="utf-8")) if MISSES.exists() else {}
    is_write = "--write" in arguments
    with tempfile.TemporaryDirectory() as directory:
        verdicts = replay(Path(directory), [a for a in arguments if a != "--write"])
    if is_write:
        write(verdicts, known)
        return 0
    return report(verdicts, known)


if __name__ == "__main__":
    sys.exit(main())
