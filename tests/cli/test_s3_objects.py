"""Distributed Maps whose items and results are in an S3 store."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from conftest import Pawl, end, ready_address, until
from s3_store import KEY_ID, REGION, SECRET, Store, running_store

ITEMS = 2_000
RESULT_WRITER = {
    "Resource": "arn:aws:states:::s3:putObject",
    "Parameters": {"Bucket": "output", "Prefix": "results of a run"},
}
CSV_READER = {
    "Resource": "arn:aws:states:::s3:getObject",
    "ReaderConfig": {"InputType": "CSV", "CSVHeaderLocation": "FIRST_ROW"},
    "Parameters": {"Bucket": "input", "Key": "rows of today.csv"},
}
LISTING_READER = {
    "Resource": "arn:aws:states:::s3:listObjectsV2",
    "Parameters": {"Bucket": "input", "Prefix": "files/"},
}


def definition(reader: dict[str, Any]) -> str:
    """A Map that gives its items back."""
    processor = {
        "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "EXPRESS"},
        "StartAt": "Item",
        "States": {"Item": {"Type": "Pass", "End": True}},
    }
    each = {
        "Type": "Map",
        "Label": "items",
        "ItemReader": reader,
        "ItemProcessor": processor,
        "ResultWriter": RESULT_WRITER,
        "End": True,
    }
    return json.dumps({"StartAt": "Each", "States": {"Each": each}})


def csv_of(count: int, word: str = "name") -> bytes:
    rows = "".join(f"{i},{word} {i} {'x' * 300}\n" for i in range(count))
    return f"id,name\n{rows}".encode()


@pytest.fixture(name="store")
def fixture_store() -> Iterator[Store]:
    """A store with an input and an output bucket."""
    with running_store() as store:
        store.buckets = {"input": {}, "output": {}}
        yield store


@pytest.fixture(name="server")
def fixture_server(store: Store, tmp_path: Path) -> Iterator[Pawl]:
    """The program beside a server that has its objects in the store."""
    secret = tmp_path / "secret"
    secret.write_text(SECRET + "\n", encoding="utf-8")
    process = Pawl().start(
        *("server", "--in-memory", "--grpc-address", "127.0.0.1:0", "--log-level", "error"),
        *("--objects-s3-endpoint", store.endpoint, "--objects-s3-path-style"),
        *("--objects-s3-region", REGION, "--objects-s3-access-key-id", KEY_ID),
        *("--objects-s3-secret-access-key-file", str(secret)),
    )
    try:
        yield Pawl(ready_address(process))
    finally:
        end(process)


def run(pawl: Pawl, tmp_path: Path, reader: dict[str, Any]) -> dict[str, Any]:
    """Deploys, runs and describes one execution."""
    file = tmp_path / "map.asl.json"
    file.write_text(definition(reader), encoding="utf-8")
    assert pawl("deploy", str(file), "--name", "map").code == 0
    assert pawl("start", "map", "--name", "one").code == 0
    described: list[dict[str, Any]] = []

    def is_closed() -> bool:
        described[:] = pawl.json("describe", "map", "one")
        return described[0]["status"] != "RUNNING"

    until(is_closed, "the execution closes", seconds=60)
    return described[0]


def results(store: Store) -> list[Any]:
    """The outputs in the files that a run's manifest names."""
    output = store.buckets["output"]
    [manifest] = [json.loads(text) for key, text in output.items() if key.endswith("manifest.json")]
    files = [file["Key"] for file in manifest["ResultFiles"]["SUCCEEDED"]]
    return [json.loads(one["Output"]) for key in files for one in json.loads(output[key])]


def test_csv_comes_from_s3_and_results_go_there(server: Pawl, store: Store, tmp_path: Path) -> None:
    store.buckets["input"]["rows of today.csv"] = csv_of(ITEMS)
    execution = run(server, tmp_path, CSV_READER)
    assert execution["status"] == "SUCCEEDED", execution
    assert sorted(int(item["id"]) for item in results(store)) == list(range(ITEMS))
    assert store.bad_signatures == 0


def test_a_listing_has_pages(server: Pawl, store: Store, tmp_path: Path) -> None:
    keys = [f"files/a b+{i:03}&ä" for i in range(250)]
    store.buckets["input"] = {**{key: b"text" for key in keys}, "other": b""}
    execution = run(server, tmp_path, LISTING_READER)
    assert execution["status"] == "SUCCEEDED", execution
    assert sorted(item["Key"] for item in results(store)) == keys
    assert store.bad_signatures == 0


def test_a_store_that_breaks_off_is_asked_again(server: Pawl, store: Store, tmp_path: Path) -> None:
    store.buckets["input"]["rows of today.csv"] = csv_of(ITEMS)
    store.faults = ["drop", "busy", "", "truncate", "drop", "busy", "", "busy", "drop"]
    execution = run(server, tmp_path, CSV_READER)
    assert execution["status"] == "SUCCEEDED", execution
    assert sorted(int(item["id"]) for item in results(store)) == list(range(ITEMS))
    assert not store.faults


def test_an_object_replaced_meanwhile_fails_the_map(
    server: Pawl, store: Store, tmp_path: Path
) -> None:
    store.buckets["input"]["rows of today.csv"] = csv_of(ITEMS)
    store.replacements["rows of today.csv"] = csv_of(ITEMS, "other")
    execution = run(server, tmp_path, CSV_READER)
    assert execution["status"] == "FAILED", execution
    assert execution["error"] == "States.ItemReaderFailed"
    assert "was replaced while it was read" in execution["cause"]


def test_what_is_not_there_fails_the_map(server: Pawl, tmp_path: Path) -> None:
    execution = run(server, tmp_path, CSV_READER)
    assert execution["error"] == "States.ItemReaderFailed"
    assert execution["cause"] == "the object s3://input/rows of today.csv does not exist"


def test_a_directory_and_s3_at_once_are_refused(pawl: Pawl, tmp_path: Path) -> None:
    outcome = pawl(
        *("server", "--in-memory", "--objects-directory", str(tmp_path)),
        *("--objects-s3-endpoint", "http://127.0.0.1:1"),
    )
    assert outcome.code == 2
    assert "at once; set one of them" in outcome.err
