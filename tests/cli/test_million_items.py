"""A distributed Map over a million items of a CSV file: bounded memory and visible progress."""

import re
import time
from pathlib import Path

from conftest import Pawl, end, ready_address

ITEMS = 1_000_000
# What README.md promises: a server at work on such a Map stays below it.
RESIDENT_MB_MAX = 200
RUN_SECONDS = 600

DEFINITION = """
StartAt: Each
States:
  Each:
    Type: Map
    Label: rows
    ItemReader:
      Resource: arn:aws:states:::s3:getObject
      ReaderConfig: {InputType: CSV, CSVHeaderLocation: FIRST_ROW}
      Parameters: {Bucket: input, Key: rows.csv}
    ItemProcessor:
      ProcessorConfig: {Mode: DISTRIBUTED, ExecutionType: EXPRESS}
      StartAt: Item
      States:
        Item: {Type: Pass, OutputPath: $.id, End: true}
    ResultWriter:
      Resource: arn:aws:states:::s3:putObject
      Parameters: {Bucket: output, Prefix: results}
    End: true
"""


def resident_mb(process_id: int) -> float:
    status = Path(f"/proc/{process_id}/status").read_text(encoding="utf-8")
    found = re.search(r"VmRSS:\s+(\d+)", status)
    assert found is not None
    return int(found.group(1)) * 1024 / 1e6


def test_a_million_items_run_in_bounded_memory(tmp_path: Path) -> None:
    objects = tmp_path / "objects"
    (objects / "input").mkdir(parents=True)
    (objects / "output").mkdir()
    with open(objects / "input" / "rows.csv", "w", encoding="utf-8") as file:
        file.write("id,name,amount\n")
        for begin in range(0, ITEMS, 10_000):
            rows = (f"{i},customer number {i},{i % 977}\n" for i in range(begin, begin + 10_000))
            file.write("".join(rows))
    definition = tmp_path / "million.asl.yaml"
    definition.write_text(DEFINITION)

    process = Pawl().start(
        "server",
        *("--data-dir", str(tmp_path / "data"), "--objects-directory", str(objects)),
        *("--grpc-address", "127.0.0.1:0", "--log-level", "error"),
    )
    try:
        pawl = Pawl(ready_address(process))
        assert pawl("deploy", str(definition), "--name", "million").code == 0
        pawl("start", "million", "--name", "one")
        deadline = time.monotonic() + RUN_SECONDS
        seen, resident = set(), []
        while pawl.json("describe", "million", "one")[0]["status"] == "RUNNING":
            assert time.monotonic() < deadline, "the run takes too long"
            resident.append(resident_mb(process.pid))
            runs = pawl.json("map-runs", "million", "one")
            seen.update(run["items"]["succeeded"] for run in runs)
            time.sleep(0.2)
        [execution] = pawl.json("describe", "million", "one")
        assert execution["status"] == "SUCCEEDED", execution
        [run] = pawl.json("map-runs", "million", "one")
        assert run["items"]["succeeded"] == run["items"]["total"] == ITEMS
        # Live: it was seen at several points in between.
        assert len(seen) > 5
        assert max(resident) < RESIDENT_MB_MAX, f"{max(resident):.0f} MB"
        written = sum(1 for _ in (objects / "output").rglob("SUCCEEDED_*.json"))
        assert written > 0
    finally:
        end(process)
