"""Loads a batch into SQLite in one transaction; loading it again changes nothing."""

import os
import sqlite3
from collections.abc import Iterator
from typing import Any

from batch_files import read_lines

BUSY_SECONDS = 30

SCHEMA = """
CREATE TABLE IF NOT EXISTS packages (
  source TEXT NOT NULL,
  package TEXT NOT NULL,
  architecture TEXT NOT NULL,
  version TEXT NOT NULL,
  maintainer TEXT NOT NULL,
  class TEXT NOT NULL,
  installed_kib INTEGER NOT NULL,
  dependencies INTEGER,
  batch INTEGER NOT NULL,
  PRIMARY KEY (source, package, architecture, version)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS batches (
  batch INTEGER PRIMARY KEY,
  rows INTEGER NOT NULL,
  request_id TEXT NOT NULL
);
"""


def rows_of(event: dict[str, Any]) -> Iterator[dict[str, Any]]:
    classes = {
        line["key"]: line["class"] for line in read_lines(event["refined"]["classes"]["file"])
    }
    counts_file = event["dependencies"]["file"]
    counts = {}
    if counts_file:
        counts = {line["key"]: line["dependencies"] for line in read_lines(counts_file)}
    for record in read_lines(event["refined"]["clean"]["file"]):
        yield {
            **record,
            "class": classes[record["key"]],
            "dependencies": counts.get(record["key"]),
            "batch": event["batch"]["number"],
        }


def note_run(work_dir: str, batch: int, request_id: str) -> None:
    """Writes down that this function ran, which no transaction takes back."""
    line = f"{batch} {request_id}\n".encode()
    handle = os.open(
        os.path.join(work_dir, "load.log"), os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644
    )
    try:
        os.write(handle, line)
    finally:
        os.close(handle)


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    batch = event["batch"]["number"]
    note_run(event["settings"]["work_dir"], batch, context.aws_request_id)
    rows = list(rows_of(event))
    database = sqlite3.connect(event["settings"]["database"], timeout=BUSY_SECONDS)
    try:
        database.executescript(SCHEMA)
        with database:
            database.execute("BEGIN IMMEDIATE")
            database.executemany(
                "INSERT OR REPLACE INTO packages VALUES (:source, :package, :architecture,"
                " :version, :maintainer, :class, :installed_kib, :dependencies, :batch)",
                rows,
            )
            database.execute(
                "INSERT OR REPLACE INTO batches VALUES (?, ?, ?)",
                (batch, len(rows), context.aws_request_id),
            )
    finally:
        database.close()
    return {"batch": batch, "rows": len(rows)}
