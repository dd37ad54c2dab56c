"""Files of records in the work directory: what travels between states in place of payloads."""

import json
import os
import tempfile
from collections.abc import Iterable, Iterator
from typing import Any

Record = dict[str, Any]


def key_of(record: Record) -> str:
    """Names a record: the same package of the same source has the same key in every run."""
    fields = ("source", "package", "architecture", "version")
    return " ".join(record[field] for field in fields)


def read_batch(batch: Record) -> Iterator[Record]:
    """The records of a batch: a range of bytes of the extracted file."""
    with open(batch["file"], "rb") as file:
        file.seek(batch["offset"])
        text = file.read(batch["bytes"])
    for line in text.splitlines():
        yield json.loads(line)


def read_lines(path: str) -> Iterator[Record]:
    """The records of a file that `write_lines` has written."""
    with open(path, encoding="utf-8") as file:
        for line in file:
            yield json.loads(line)


def write_lines(path: str, records: Iterable[Record]) -> int:
    """Writes all records or none: whoever opens `path` finds a whole file. Returns their number."""
    count = 0
    directory, name = os.path.split(path)
    handle, draft = tempfile.mkstemp(prefix=name + ".", dir=directory)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            for record in records:
                file.write(json.dumps(record, ensure_ascii=False) + "\n")
                count += 1
        os.replace(draft, path)
    except BaseException:
        os.unlink(draft)
        raise
    return count


def batch_path(settings: Record, batch: Record, kind: str) -> str:
    """Where a step puts its records of a batch; the same on every attempt."""
    return os.path.join(settings["work_dir"], f"{batch['number']:04}.{kind}.jsonl")
