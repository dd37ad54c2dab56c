"""A server that all tests share, and the clients people have: boto3 and the aws command line."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from serving import REGION, ROOT, Served, serving

# Newer shapes than those of Debian's botocore; beside the project, not in it.
MODELS = ROOT.parent / "shared" / "api"
ROLE = "arn:aws:iam::731902645518:role/tests"
WAIT_SECONDS = 30
PASS = json.dumps({"StartAt": "P", "States": {"P": {"Type": "Pass", "End": True}}})
CREDENTIALS = {"AWS_ACCESS_KEY_ID": "any", "AWS_SECRET_ACCESS_KEY": "any"}


@pytest.fixture(name="served", scope="session")
def fixture_served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serving(tmp_path_factory.mktemp("served") / "functions") as served:
        yield served


def client_of(
    served: Served,
    models: Path | None = None,
    service: str = "stepfunctions",
    attempts: int = 1,
) -> Any:
    """boto3's client of the server, with `models` before its own."""
    boto3 = pytest.importorskip("boto3", reason="python3-boto3 is not installed")
    from botocore.config import Config

    session = boto3.Session(
        aws_access_key_id="any", aws_secret_access_key="any", region_name=REGION
    )
    if models is not None:
        # As AWS_DATA_PATH does.
        loader = session._session.get_component("data_loader")  # pylint: disable=protected-access
        loader.search_paths.insert(0, str(models))
    return session.client(
        service,
        endpoint_url=served.url,
        config=Config(inject_host_prefix=False, retries={"total_max_attempts": attempts}),
    )


@pytest.fixture(name="sfn", scope="session")
def fixture_sfn(served: Served) -> Any:
    """boto3's client with its own models."""
    return client_of(served)


@pytest.fixture(name="newer", scope="session")
def fixture_newer(served: Served) -> Any:
    """boto3's client with the newest models."""
    if not MODELS.is_dir():
        pytest.skip(f"{MODELS} is not there")
    return client_of(served, MODELS)


@pytest.fixture(name="functions", scope="session", params=["own", "newest"])
def fixture_functions(served: Served, request: pytest.FixtureRequest) -> Any:
    """boto3's client of AWS Lambda, with its own models and with the newest."""
    if request.param == "own":
        return client_of(served, None, "lambda")
    if not MODELS.is_dir():
        pytest.skip(f"{MODELS} is not there")
    return client_of(served, MODELS, "lambda")


@pytest.fixture(name="machine")
def fixture_machine(sfn: Any) -> Callable[..., str]:
    """Creates a state machine with a name of its own; gives its ARN."""

    def create(definition: str | dict[str, Any] = PASS, **more: Any) -> str:
        text = definition if isinstance(definition, str) else json.dumps(definition)
        name = f"m-{uuid.uuid4()}"
        created = sfn.create_state_machine(name=name, definition=text, roleArn=ROLE, **more)
        arn: str = created["stateMachineArn"]
        return arn

    return create


def until_closed(sfn: Any, arn: str) -> dict[str, Any]:
    """What describe_execution says once the execution has ended."""
    deadline = time.monotonic() + WAIT_SECONDS
    while True:
        described: dict[str, Any] = sfn.describe_execution(executionArn=arn)
        if described["status"] != "RUNNING":
            return described
        assert time.monotonic() < deadline, f"{arn} still runs"
        time.sleep(0.02)


@pytest.fixture(name="aws")
def fixture_aws(served: Served, tmp_path: Path) -> Callable[..., Any]:
    """Runs `aws SERVICE ARGUMENTS` and gives what it prints."""
    # Not one of another Python that stands before it.
    program = "/usr/bin/aws" if Path("/usr/bin/aws").exists() else shutil.which("aws")
    if program is None:
        pytest.skip("awscli is not installed")

    def run(*arguments: str, service: str = "stepfunctions") -> Any:
        done = subprocess.run(
            [program, service, "--endpoint-url", served.url, "--region", REGION] + list(arguments),
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
            env={**os.environ, **CREDENTIALS, "HOME": str(tmp_path), "AWS_PAGER": ""},
        )
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout) if done.stdout.strip() else {}

    return run
