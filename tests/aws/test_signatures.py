"""A server with access keys serves those who sign, and tells others why not."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest

from serving import REGION, Served, serving

boto3 = pytest.importorskip("boto3", reason="python3-boto3 is not installed")

from botocore import UNSIGNED  # noqa: E402
from botocore.awsrequest import AWSRequest  # noqa: E402
from botocore.config import Config  # noqa: E402
from botocore.exceptions import ClientError  # noqa: E402

KEY = ("AKIDTESTS", "a secret/with+signs=".replace(" ", "-"))
OTHER = ("AKIDTESTS", "another-secret-than-the-right-one")
STRANGER = ("AKIDSTRANGER", KEY[1])


@pytest.fixture(name="guarded", scope="module")
def fixture_guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    directory = tmp_path_factory.mktemp("guarded")
    keys = directory / "keys"
    keys.write_text("# who may call\n" + ":".join(KEY) + "\n")
    settings = ("--aws-access-keys-file", str(keys))
    with serving(directory / "functions", *settings, http_host="0.0.0.0") as served:
        yield Served(served.url.replace("0.0.0.0", "127.0.0.1"), served.functions)


def client_of(served: Served, key: tuple[str, str], **config: Any) -> Any:
    return boto3.client(
        "stepfunctions",
        aws_access_key_id=key[0],
        aws_secret_access_key=key[1],
        region_name=config.pop("region", REGION),
        endpoint_url=served.url,
        config=Config(inject_host_prefix=False, retries={"total_max_attempts": 1}, **config),
    )


def refusal_of(client: Any) -> tuple[str, str]:
    with pytest.raises(ClientError) as caught:
        client.list_state_machines()
    error = caught.value.response["Error"]
    return error["Code"], error["Message"]


def test_who_has_a_key_is_served(guarded: Served) -> None:
    assert client_of(guarded, KEY).list_state_machines()["stateMachines"] == []
    assert client_of(guarded, KEY, region="eu-west-1").list_activities()["activities"] == []


def test_others_are_told_why_not(guarded: Served) -> None:
    assert refusal_of(client_of(guarded, OTHER))[0] == "InvalidSignatureException"
    assert refusal_of(client_of(guarded, STRANGER))[0] == "UnrecognizedClientException"
    unsigned = client_of(guarded, KEY, signature_version=UNSIGNED)
    assert refusal_of(unsigned)[0] == "MissingAuthenticationTokenException"


def test_a_request_that_was_altered_is_refused(guarded: Served) -> None:
    client = client_of(guarded, KEY)

    def alter(request: AWSRequest, **_: Any) -> None:
        request.body = b'{"maxResults": 7}'
        request.headers["Content-Length"] = str(len(request.body))

    client.meta.events.register("before-send.sfn.ListStateMachines", alter)
    code, message = refusal_of(client)
    assert code == "InvalidSignatureException"
    assert KEY[1] not in message


def test_a_wrong_clock_is_told(guarded: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    from botocore import auth

    class Late(datetime):
        """A clock that is ten minutes slow."""

        @classmethod
        def utcnow(cls) -> datetime:
            now = datetime.now(timezone.utc) - timedelta(minutes=10)
            return now.replace(tzinfo=None)

    class Module:
        """What botocore takes for the module datetime."""

        datetime = Late
        timezone = timezone

    # With Debian's python3-awscrt the other one signs.
    monkeypatch.setattr(auth, "datetime", Module)
    monkeypatch.setattr("botocore.crt.auth.datetime", Module, raising=False)
    code, message = refusal_of(client_of(guarded, KEY))
    assert code == "InvalidSignatureException"
    assert "5 min" in message


def test_the_command_line_signs(guarded: Served, tmp_path: Path) -> None:
    if shutil.which("aws") is None:
        pytest.skip("awscli is not installed")
    command = ["aws", "stepfunctions", "list-activities", "--endpoint-url", guarded.url]
    for key, is_served in ((KEY, True), (OTHER, False)):
        environment = dict(os.environ, HOME=str(tmp_path), AWS_DEFAULT_REGION=REGION)
        environment["AWS_ACCESS_KEY_ID"], environment["AWS_SECRET_ACCESS_KEY"] = key
        done = subprocess.run(command, env=environment, capture_output=True, text=True)
        assert (done.returncode == 0) == is_served, done.stderr
        assert ("InvalidSignatureException" in done.stderr) != is_served
