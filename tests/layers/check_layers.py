#!/usr/bin/env python3
"""Checks who may call whom: include directions, and that only engine/platform asks the system.

The table is the one of the project's README. Prints each violation and exits 1 if there is any.
"""

import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]

# A folder may include itself and these (and what those may include is theirs, not its).
ALLOWED = {
    "engine/base": set(),
    "engine/platform": {"engine/base"},
    "engine/json": {"engine/base"},
    "engine/objects": {"engine/json", "engine/base"},
    "engine/expression": {"engine/json", "engine/base"},
    "engine/asl": {"engine/expression", "engine/json", "engine/base"},
    "engine/interpreter": {"engine/asl", "engine/expression", "engine/json", "engine/base"},
    "engine/storage": {"engine/base", "engine/platform"},
    "engine/rows": {
        "engine/interpreter",
        "engine/storage",
        "engine/asl",
        "engine/json",
        "engine/base",
    },
    "engine/runtime": {
        "engine/rows",
        "engine/objects",
        "engine/interpreter",
        "engine/storage",
        "engine/asl",
        "engine/expression",
        "engine/json",
        "engine/platform",
        "engine/base",
    },
    "proto": {"engine/base"},
    "workers": {
        "proto",
        "engine/runtime",
        "engine/asl",
        "engine/json",
        "engine/platform",
        "engine/base",
    },
    "server": {
        "proto",
        "engine/runtime",
        "engine/objects",
        "engine/asl",
        "engine/expression",
        "engine/json",
        "engine/platform",
        "engine/base",
    },
}
# `pawl` is one program: its main joins both sides, and only it does.
MAINS = {"server/main.cc", "server/cli/commands.cc"}
ROCKSDB = "engine/storage/rocksdb_"

INCLUDE = re.compile(r'^\s*#include "((?:engine/\w+|proto|workers|server|tests)[\w/.]*)"', re.M)
# What only engine/platform may do inside the engine.
FORBIDDEN = [
    (re.compile(r"std::chrono::\w+_clock::now"), "reads a clock"),
    (re.compile(r"\bstd::random_device\b|\bgetrandom\(|\brand\(\)"), "draws randomness"),
    (re.compile(r"\bstd::j?thread\b(?!::)"), "starts a thread"),
    (re.compile(r"\bgetenv\("), "reads the environment"),
    (re.compile(r"\bstd::regex\b"), "uses std::regex, which backtracks"),
]


def folder_of(path: str) -> str:
    parts = path.split("/")
    return "/".join(parts[:2]) if parts[0] == "engine" else parts[0]


def strip_comments(text: str) -> str:
    return re.sub(r"//[^\n]*|/\*.*?\*/", "", text, flags=re.S)


def check(path: pathlib.Path) -> list[str]:
    name = path.relative_to(ROOT).as_posix()
    folder = folder_of(name)
    text = path.read_text(encoding="utf-8")
    problems = []
    for match in INCLUDE.finditer(text):
        target = folder_of(match.group(1))
        line = text.count("\n", 0, match.start()) + 1
        if target == folder or name in MAINS:
            continue
        if target not in ALLOWED[folder]:
            problems.append(f"{name}:{line}: {folder} may not include {target}")
        if folder == "engine/storage" and target == "engine/platform":
            if (
                not name.startswith(ROCKSDB)
                and "file" not in name
                and "store_directory" not in name
            ):
                problems.append(f"{name}:{line}: only storage's RocksDB part includes platform")
    if "rocksdb/" in text and not name.startswith(ROCKSDB):
        if re.search(r"#include <rocksdb/", text):
            problems.append(f"{name}: includes RocksDB; only {ROCKSDB}*.cc may")
    if name.startswith("engine/") and folder != "engine/platform":
        code = strip_comments(text)
        for pattern, what in FORBIDDEN:
            if pattern.search(code):
                problems.append(f"{name}: {what}; only engine/platform may")
    return problems


def main() -> int:
    problems = []
    count = 0
    for top in ("engine", "proto", "workers", "server"):
        for path in sorted((ROOT / top).rglob("*")):
            if path.suffix in (".h", ".cc"):
                count += 1
                problems += check(path)
    for problem in problems:
        print(problem)
    print(f"{count} files, {len(problems)} arrows that point the wrong way")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
