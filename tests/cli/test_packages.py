"""The packages pipeline, step by step as plain Python and as a whole over the demo."""

import json
import os
import random
import sqlite3
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from conftest import PROGRAM, ROOT

sys.path.insert(0, str(ROOT / "statemachines" / "packages" / "functions"))

import batch_files  # noqa: E402
import classify  # noqa: E402
import clean  # noqa: E402
import control_file  # noqa: E402
import count_dependencies  # noqa: E402
import extract  # noqa: E402
import load  # noqa: E402
import prepare  # noqa: E402
import report  # noqa: E402

STATUS = """\
Package: alpha
Status: install ok installed
Section: contrib/net
Architecture: amd64
Version: 1.0
Installed-Size: 2048
Maintainer: Ada <ada@example.org>
Depends: libc6 (>= 2.36), beta | gamma
Pre-Depends: dpkg
Description: first <line> & more
 Package: not-a-field

Package: beta
Status: deinstall ok config-files
Architecture: all
Version: 2

Package: libgamma-dev
Status: hold ok installed
Section: libdevel
Architecture: amd64
Version: 3:1-1
Maintainer: team@example.org
"""


@pytest.fixture(name="settings")
def fixture_settings(tmp_path: Path) -> dict[str, Any]:
    """Settings over a status file of three packages and an index of one."""
    (tmp_path / "status").write_text(STATUS)
    lists = tmp_path / "lists"
    lists.mkdir()
    for name in ("a_Packages", "b_Packages"):
        (lists / name).write_text("Package: delta\nVersion: 1\nArchitecture: all\nSection: doc\n")
    given = {
        "work_dir": str(tmp_path / "work"),
        "status_file": str(tmp_path / "status"),
        "lists_dir": str(lists),
        "batches": 2,
        "failure_percent": 0,
    }
    return prepare.handler(given, None)


def run_pipeline(settings: dict[str, Any]) -> dict[str, Any]:
    """What the state machine does, without an engine."""
    extracted = extract.handler(settings, None)
    for batch in extracted["batches"]:
        event = {"settings": settings, "batch": batch}
        event["refined"] = {
            "clean": clean.handler(event, None),
            "classes": classify.handler(event, None),
        }
        event["dependencies"] = count_dependencies.handler({**event, "attempt": 0}, None)
        load.handler(event, SimpleNamespace(aws_request_id="r"))
    return report.handler({"settings": settings, "extract": extracted}, None)


def rows(settings: dict[str, Any]) -> list[tuple[Any, ...]]:
    database = sqlite3.connect(settings["database"])
    try:
        return database.execute(
            "SELECT source, package, maintainer, class, installed_kib, dependencies"
            " FROM packages ORDER BY source, package"
        ).fetchall()
    finally:
        database.close()


EXPECTED = [
    ("available", "delta", "unknown", "documentation", 0, 0),
    ("installed", "alpha", "Ada", "network", 2048, 3),
    ("installed", "libgamma-dev", "team@example.org", "development", 0, 0),
]


def test_installed_and_available_packages_are_loaded(settings: dict[str, Any]) -> None:
    run_pipeline(settings)
    assert rows(settings) == EXPECTED


def test_running_every_step_again_changes_nothing(settings: dict[str, Any]) -> None:
    for _ in range(2):
        run_pipeline(settings)
    assert rows(settings) == EXPECTED


def test_a_batch_without_counts_is_loaded_without_them(settings: dict[str, Any]) -> None:
    [batch, _] = extract.handler(settings, None)["batches"]
    event = {"settings": settings, "batch": batch, "dependencies": {"file": "", "records": 0}}
    event["refined"] = {
        "clean": clean.handler(event, None),
        "classes": classify.handler(event, None),
    }
    load.handler(event, SimpleNamespace(aws_request_id="r"))
    assert {row[-1] for row in rows(settings)} == {None}


def test_batches_are_ranges_that_hold_every_record_once(settings: dict[str, Any]) -> None:
    extracted = extract.handler(settings, None)
    names = [
        record["package"]
        for batch in extracted["batches"]
        for record in batch_files.read_batch(batch)
    ]
    assert names == ["alpha", "beta", "libgamma-dev", "delta"]
    assert extracted["sources"] == {"installed": 3, "available": 1}


def test_the_random_failure_is_the_same_for_the_same_seed() -> None:
    settings = {"seed": random.randrange(1000), "failure_percent": 50}
    draws = [
        [count_dependencies.is_busy(settings, batch, 0) for batch in range(100)] for _ in range(2)
    ]
    assert draws[0] == draws[1]
    assert {True, False} == set(draws[0])


def test_a_field_of_several_lines_keeps_its_first() -> None:
    [stanza] = control_file.stanzas(["Package: a\n", "Description: b\n", " c: d\n", "\n"])
    assert stanza == {"Package": "a", "Description": "b"}


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({}, "work_dir"),
        ({"work_dir": "relative"}, "absolute"),
        ({"work_dir": "/tmp/x", "batches": 0}, "batches"),
        ({"work_dir": "/tmp/x", "colour": 1}, "colour"),
    ],
)
def test_wrong_input_is_named(wrong: dict[str, Any], message: str) -> None:
    with pytest.raises(prepare.WrongInput, match=message):
        prepare.handler(wrong, None)


def test_the_report_and_its_picture_escape_what_they_show(settings: dict[str, Any]) -> None:
    result = run_pipeline(settings)
    text = Path(result["report"]).read_text()
    assert "installed packages             2" in text
    assert "alpha" in text
    picture = Path(result["picture"]).read_text()
    assert picture.startswith("<svg")
    assert "<ada@" not in picture


def test_a_draft_never_takes_the_place_of_a_file(tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl"
    batch_files.write_lines(str(path), [{"a": 1}])

    def broken():
        yield {"a": 2}
        raise RuntimeError

    with pytest.raises(RuntimeError):
        batch_files.write_lines(str(path), broken())
    assert [json.loads(line) for line in path.read_text().splitlines()] == [{"a": 1}]
    assert os.listdir(tmp_path) == ["x.jsonl"]


@pytest.mark.skipif(not Path("/var/lib/dpkg/status").exists(), reason="no Debian machine")
def test_the_demo_survives_the_server_s_death(tmp_path: Path) -> None:
    done = subprocess.run(
        [str(ROOT / "statemachines" / "demo"), "--keep", str(tmp_path)],
        capture_output=True,
        text=True,
        timeout=280,
        check=False,
        env={**os.environ, "PAWL_BINARY": PROGRAM},
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "kill -9" in done.stdout
    assert (tmp_path / "report.svg").exists()
