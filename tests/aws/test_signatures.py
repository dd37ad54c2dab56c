"""A server with access keys serves those who sign, and tells others why not."""

from __future__ import annotations

import hashlib
import hmac
import os
import shutil
import subprocess
import urllib.error
import urllib.request
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest

from serving import REGION, Served, serving

boto3 = pytest.importorskip("boto3", reason="python3-boto3 is not installed")

from botocore import UNSIGNED  # noqa: E402
from botocore.auth import SigV4Auth  # noqa: E402
from botocore.awsrequest import AWSRequest  # noqa: E402
from botocore.config import Config  # noqa: E402
from botocore.credentials import Credentials  # noqa: E402
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


def signed_chunks(
    served: Served, body: bytes, *, changed: bytes | None = None
) -> tuple[int, bytes]:
    """Sends `body` in two chunks, signed by the rule of AWS's documentation."""
    request = AWSRequest(
        method="POST",
        url=served.url + "/",
        headers={
            "X-Amz-Target": "AWSStepFunctions.ListStateMachines",
            "Content-Type": "application/x-amz-json-1.0",
            "Content-Encoding": "aws-chunked",
            "X-Amz-Decoded-Content-Length": str(len(body)),
            "X-Amz-Content-SHA256": "STREAMING-AWS4-HMAC-SHA256-PAYLOAD",
        },
    )
    auth = SigV4Auth(Credentials(*KEY), "states", REGION)
    auth.add_auth(request)
    previous = request.headers["Authorization"].rpartition("=")[2]
    time = request.headers["X-Amz-Date"]
    scope = f"{time[:8]}/{REGION}/states/aws4_request"
    key = b"AWS4" + KEY[1].encode()
    for part in scope.split("/"):
        key = hmac.digest(key, part.encode(), "sha256")
    sent = b""
    for data in (body[:1], body[1:], b""):
        lines = ("AWS4-HMAC-SHA256-PAYLOAD", time, scope, previous, sha256(b""), sha256(data))
        previous = hmac.new(key, "\n".join(lines).encode(), "sha256").hexdigest()
        sent += b"%x;chunk-signature=%s\r\n%s\r\n" % (len(data), previous.encode(), data)
    if changed is not None:
        sent = sent.replace(body[1:], changed)
    sending = urllib.request.Request(
        request.url, data=sent, headers=dict(request.headers.items()), method="POST"
    )
    try:
        with urllib.request.urlopen(sending, timeout=10) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def test_a_body_signed_in_chunks_is_put_together(guarded: Served) -> None:
    assert signed_chunks(guarded, b'{"maxResults": 5}') == (200, b'{"stateMachines":[]}')


def test_a_changed_chunk_is_refused(guarded: Served) -> None:
    code, answer = signed_chunks(guarded, b'{"maxResults": 5}', changed=b'"maxResults": 7}')
    assert code == 400 and b"InvalidSignatureException" in answer
