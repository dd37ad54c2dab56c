"""Brings the records of a batch into one form, and drops packages that are not there any more."""

from collections.abc import Iterator
from email.utils import parseaddr
from typing import Any

from batch_files import batch_path, key_of, read_batch, write_lines


def is_present(record: dict[str, Any]) -> bool:
    """A removed package whose configuration stayed is still in the status database."""
    words: list[str] = record["status"].split()
    return bool(record["source"] != "installed" or words[-1:] == ["installed"])


def cleaned(record: dict[str, Any]) -> dict[str, Any]:
    name, address = parseaddr(record["maintainer"])
    size = record["installed_size"]
    return {
        "key": key_of(record),
        "source": record["source"],
        "package": record["package"],
        "version": record["version"],
        "architecture": record["architecture"],
        "maintainer": name or address or "unknown",
        "installed_kib": int(size) if size.isdecimal() else 0,
    }


def present(records: Iterator[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    return (cleaned(record) for record in records if is_present(record))


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    path = batch_path(event["settings"], event["batch"], "clean")
    return {"file": path, "records": write_lines(path, present(read_batch(event["batch"])))}
