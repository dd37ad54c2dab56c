"""Extracts the packages of this machine and of its index lists into one file, cut into batches."""

import os
from collections import Counter
from collections.abc import Iterator
from typing import Any

from batch_files import key_of, read_lines, write_lines
from control_file import index_lists, lines_of, stanzas

FIELDS = {
    "package": "Package",
    "version": "Version",
    "architecture": "Architecture",
    "section": "Section",
    "maintainer": "Maintainer",
    "installed_size": "Installed-Size",
    "depends": "Depends",
    "pre_depends": "Pre-Depends",
    "status": "Status",
}


def records_of(path: str, source: str) -> Iterator[dict[str, str]]:
    for stanza in stanzas(lines_of(path)):
        record = {name: stanza.get(field, "") for name, field in FIELDS.items()}
        if record["package"]:
            yield {"source": source, **record}


def without_repetitions(records: Iterator[dict[str, str]]) -> Iterator[dict[str, str]]:
    """Two index lists may name the same version of a package."""
    seen: set[str] = set()
    for record in records:
        key = key_of(record)
        if key not in seen:
            seen.add(key)
            yield record


def all_records(settings: dict[str, Any]) -> Iterator[dict[str, str]]:
    if os.path.exists(settings["status_file"]):
        yield from records_of(settings["status_file"], "installed")
    for path in index_lists(settings["lists_dir"]):
        yield from records_of(path, "available")


def cut(path: str, records: int, batches: int) -> list[dict[str, Any]]:
    """Ranges of bytes with about the same number of records each."""
    size = max(1, -(-records // batches))
    ranges: list[dict[str, Any]] = []
    offset = 0
    with open(path, "rb") as file:
        for number in range(-(-records // size)):
            count = min(size, records - number * size)
            length = sum(len(file.readline()) for _ in range(count))
            ranges.append(
                {
                    "number": number,
                    "file": path,
                    "offset": offset,
                    "bytes": length,
                    "records": count,
                }
            )
            offset += length
    return ranges


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    path = os.path.join(event["work_dir"], "records.jsonl")
    records = write_lines(path, without_repetitions(all_records(event)))
    sources = Counter(record["source"] for record in read_lines(path))
    return {
        "records": records,
        "sources": {name: sources[name] for name in ("installed", "available")},
        "batches": cut(path, records, event["batches"]),
    }
