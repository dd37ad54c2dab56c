"""A server that is killed while functions are deployed keeps what it has acknowledged."""

from __future__ import annotations

import base64
import hashlib
import io
import random
import threading
import urllib.request
import zipfile
from pathlib import Path
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from conftest import ROLE, client_of
from serving import Served, killable

ROUNDS = 6
FUNCTIONS = 4
SEED = 20261127


def archive(rng: random.Random) -> bytes:
    """A zip of its own, some larger than one piece of code."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as packed:
        packed.writestr("app.py", "def handler(event, _):\n    return event\n")
        packed.writestr("data", rng.randbytes(rng.choice([10, 10_000, 1_500_000])))
    return buffer.getvalue()


def digest(code: bytes) -> str:
    return base64.b64encode(hashlib.sha256(code).digest()).decode()


class Deployer(threading.Thread):
    """Deploys until the server is gone, and knows what was acknowledged and what may be."""

    def __init__(self, client: Any, rng: random.Random, known: dict[str, dict[str, str]]) -> None:
        super().__init__()
        self.client = client
        self.rng = rng
        # By function and version: the hash that was acknowledged.
        self.known = known
        # The function and the hash of the change that was under way at the end.
        self.pending: tuple[str, str] = ("", "")
        self.acknowledged = threading.Event()

    def run(self) -> None:
        try:
            while True:
                self.step(f"f{self.rng.randrange(FUNCTIONS)}")
                self.acknowledged.set()
        except (BotoCoreError, ClientError):
            pass

    def step(self, name: str) -> None:
        code = archive(self.rng)
        self.pending = (name, digest(code))
        if name not in self.known:
            self.client.create_function(
                FunctionName=name,
                Runtime="python3.12",
                Handler="app.handler",
                Role=ROLE,
                Code={"ZipFile": code},
            )
            self.known[name] = {"$LATEST": digest(code)}
            return
        is_published = self.rng.random() < 0.5
        answer = self.client.update_function_code(
            FunctionName=name, ZipFile=code, Publish=is_published
        )
        self.known[name]["$LATEST"] = digest(code)
        if is_published:
            self.known[name][answer["Version"]] = digest(code)


def check(client: Any, known: dict[str, dict[str, str]], pending: tuple[str, str]) -> None:
    """Holds what is there against what was acknowledged; takes over what was under way."""
    name, code = pending
    stored = {function["FunctionName"] for function in client.list_functions()["Functions"]}
    assert set(known) <= stored <= set(known) | {name}
    for function in stored:
        versions = {
            version["Version"]: version["CodeSha256"]
            for version in client.list_versions_by_function(FunctionName=function)["Versions"]
        }
        for version, acknowledged in known.get(function, {}).items():
            allowed = {acknowledged}
            if function == name and version == "$LATEST":
                allowed.add(code)
            assert versions[version] in allowed
        assert all(
            sha == code
            for version, sha in versions.items()
            if version not in known.get(function, {})
        )
        known[function] = versions
        for version, sha in versions.items():
            url = client.get_function(FunctionName=function, Qualifier=version)["Code"]["Location"]
            with urllib.request.urlopen(url) as response:
                assert digest(response.read()) == sha


def test_what_was_acknowledged_is_there_after_each_kill(tmp_path: Path) -> None:
    rng = random.Random(SEED)
    known: dict[str, dict[str, str]] = {}
    pending = ("", "")
    for _ in range(ROUNDS):
        with killable(tmp_path / "data") as (served, kill):
            assert isinstance(served, Served)
            client = client_of(served, None, "lambda")
            check(client, known, pending)
            deployer = Deployer(client, rng, known)
            deployer.start()
            assert deployer.acknowledged.wait(30)
            deployer.join(rng.random() / 2)
            kill()
            deployer.join()
            pending = deployer.pending
    with killable(tmp_path / "data") as (served, _):
        check(client_of(served, None, "lambda"), known, pending)
    assert known
