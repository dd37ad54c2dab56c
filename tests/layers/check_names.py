#!/usr/bin/env python3
"""Checks that the files of a folder agree about names.

Several sources of a folder are compiled as one (PAWL_UNITY in the project's CMakeLists.txt), so
what stands in an unnamed namespace is seen by other files too. A name that two of them have there,
or one that hides what a header gives them, is an error, or, with functions of different parameters,
a call of something else. The benchmarks are compiled one by one. Prints each such name and exits 1
if there is any.
"""

import collections
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
# Those of a .cc and of a header.
UNNAMED = re.compile(r"^namespace \{\n(.*?)^\}  // namespace$", re.M | re.S)
NAMED = re.compile(r"^namespace (pawl[\w:]*) \{\n(.*?)^\}  // namespace \1$", re.M | re.S)
# What clang-format leaves in the first column begins a declaration, and the name stands before one
# of these.
TYPE = re.compile(
    r"^(?:template <.*> )?(?:class|struct|enum class|enum|union) (?:\[\[\w+\]\] )?(\w+)"
)
ALIAS = re.compile(r"^using (\w+) =")
VARIABLE = re.compile(r"^[\w:<>,*& ]+ \**(\w+)(?:\[.*\])?(?: =|;|\{)")
FUNCTION = re.compile(r"^[\w:<>,*&\[\]() ]*?[\w>*&\]] [*&]*(\w+)\(")
# Its enumerators are names beside it.
UNSCOPED = re.compile(r"^enum (?!class )(?:\w+ )?(?:: [\w:]+ )?\{(.*?)\};$", re.M | re.S)
NOT_NAMES = {"decltype", "requires", "TEST", "TEST_F", "TEST_P", "TYPED_TEST"}


def names_of(block: str) -> set[str]:
    names = set()
    for enum in UNSCOPED.finditer(block):
        enumerators = re.sub(r"//[^\n]*", "", enum.group(1)).split(",")
        names |= {item.split("=")[0].strip() for item in enumerators} - {""}
    for line in block.splitlines():
        # Two of these may say the same.
        if not re.match(r"(?!namespace |using enum )[A-Za-z\[]", line):
            continue
        for pattern in (TYPE, ALIAS, VARIABLE, FUNCTION):
            if match := pattern.match(line):
                names.add(match.group(1))
                break
    return names - NOT_NAMES


def sources(suffix: str) -> list[tuple[pathlib.Path, str]]:
    return [
        (path.relative_to(ROOT), path.read_text(encoding="utf-8"))
        for top in ("engine", "workers", "server", "tests")
        for path in sorted((ROOT / top).rglob(f"*{suffix}"))
        if not path.is_relative_to(ROOT / "tests/bench")
    ]


def main() -> int:
    # By namespace; of tests' headers, which programs of other folders do not read, by folder too.
    header_of: dict[tuple[str, pathlib.Path | None, str], pathlib.Path] = {}
    for path, text in sources(".h"):
        folder = path.parent if path.parts[0] == "tests" else None
        for block in NAMED.finditer(text):
            for name in names_of(block.group(2)):
                header_of[block.group(1), folder, name] = path
    files_of: dict[tuple[pathlib.Path, str], list[str]] = collections.defaultdict(list)
    problems = []
    count = 0
    for path, text in sources(".cc"):
        count += 1
        namespaces = set(re.findall(r"^namespace (pawl[\w:]*) \{$", text, re.M))
        around = {"::".join(space.split("::")[:n]) for space in namespaces for n in range(1, 9)}
        for name in set().union(*(names_of(match.group(1)) for match in UNNAMED.finditer(text))):
            files_of[path.parent, name].append(path.name)
            for space in around:
                for folder in (None, path.parent):
                    if header := header_of.get((space, folder, name)):
                        problems.append(f"{path}: {name} hides that of {header}")
    for (folder, name), files in files_of.items():
        if len(files) > 1:
            problems.append(f"{folder}: {name} is a name of {', '.join(files)}")
    print(*sorted(problems), f"{count} files, {len(problems)} names that clash", sep="\n")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
