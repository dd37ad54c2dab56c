"""Debian control files: stanzas of fields, as in /var/lib/dpkg/status."""

import glob
import gzip
import lzma
import os
import subprocess
from collections.abc import Iterable, Iterator

APT_HELPER = "/usr/lib/apt/apt-helper"

Stanza = dict[str, str]


def stanzas(lines: Iterable[str]) -> Iterator[Stanza]:
    """Reads stanza after stanza. Of a field with several lines it keeps the first."""
    stanza: Stanza = {}
    for line in lines:
        if line.startswith((" ", "\t")):
            continue
        name, colon, value = line.partition(":")
        if colon:
            stanza[name] = value.strip()
        elif stanza:
            yield stanza
            stanza = {}
    if stanza:
        yield stanza


def index_lists(directory: str) -> list[str]:
    """The package indexes that apt has downloaded, in a fixed order."""
    return sorted(glob.glob(os.path.join(glob.escape(directory), "*_Packages*")))


def lines_of(path: str) -> Iterator[str]:
    """The lines of a control file, packed or not. Bytes that are no UTF-8 are replaced."""
    if path.endswith(".gz"):
        with gzip.open(path, "rt", encoding="utf-8", errors="replace") as file:
            yield from file
    elif path.endswith(".xz"):
        with lzma.open(path, "rt", encoding="utf-8", errors="replace") as file:
            yield from file
    elif path.endswith(".lz4"):
        yield from _unpacked_by_apt(path)
    else:
        with open(path, encoding="utf-8", errors="replace") as file:
            yield from file


def _unpacked_by_apt(path: str) -> Iterator[str]:
    """apt unpacks what it has packed; Python's library knows no LZ4."""
    command = [APT_HELPER, "cat-file", path]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, encoding="utf-8", errors="replace"
    ) as process:
        assert process.stdout is not None
        yield from process.stdout
    if process.returncode != 0:
        raise OSError(f"{' '.join(command)} ended with exit code {process.returncode}")
