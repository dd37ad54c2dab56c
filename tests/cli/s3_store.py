"""A store that speaks S3 for the tests, in a thread; botocore says whether requests are signed."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timezone
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from unittest import mock
from urllib.parse import parse_qs, quote, unquote, urlsplit
from xml.sax.saxutils import escape

import botocore.auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

KEY_ID = "AKIAIOSFODNN7EXAMPLE"
SECRET = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
REGION = "eu-west-1"
DATE_FORM = "%Y%m%dT%H%M%SZ"


class Store:
    """Buckets, and what the next requests meet."""

    def __init__(self) -> None:
        self.buckets: dict[str, dict[str, bytes]] = {}
        self.lock = threading.Lock()
        self.requests = 0
        self.bad_signatures = 0
        # Each is met by one request: "drop", "truncate", "busy".
        self.faults: list[str] = []
        # By key: replaced once it was read.
        self.replacements: dict[str, bytes] = {}
        self.endpoint = ""

    def take_fault(self) -> str:
        with self.lock:
            self.requests += 1
            return self.faults.pop(0) if self.faults else ""


def signature_of(handler: BaseHTTPRequestHandler, body: bytes) -> str:
    """The Authorization header that botocore gives the request that came."""
    signed = handler.headers["Authorization"].split("SignedHeaders=")[1].split(",")[0].split(";")
    headers = {name: handler.headers[name] for name in signed}
    host = handler.headers["Host"]
    request = AWSRequest(
        method=handler.command, url=f"http://{host}{handler.path}", headers=headers, data=body
    )
    at = datetime.strptime(handler.headers["X-Amz-Date"], DATE_FORM)
    with mock.patch("botocore.auth.datetime") as patched:
        patched.datetime.utcnow.return_value = at
        botocore.auth.S3SigV4Auth(Credentials(KEY_ID, SECRET), "s3", REGION).add_auth(request)
    return str(request.headers["Authorization"])


def etag_of(text: bytes) -> str:
    return f'"{hashlib.md5(text).hexdigest()}"'


class Handler(BaseHTTPRequestHandler):
    """One connection of a client."""

    protocol_version = "HTTP/1.1"
    store: Store

    def log_message(self, *_: Any) -> None:
        """Says nothing."""

    def do_GET(self) -> None:  # noqa: N802
        self.handle_request()

    do_HEAD = do_PUT = do_GET

    def handle_request(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        fault = self.store.take_fault()
        if fault == "drop":
            self.close_connection = True
            return
        at = datetime.strptime(self.headers["X-Amz-Date"], DATE_FORM).replace(tzinfo=timezone.utc)
        is_recent = abs((datetime.now(timezone.utc) - at).total_seconds()) < 900
        is_body = self.headers["X-Amz-Content-SHA256"] == hashlib.sha256(body).hexdigest()
        is_signed = self.headers["Authorization"] == signature_of(self, body)
        if not (is_recent and is_body and is_signed):
            self.store.bad_signatures += 1
            self.fail(403, "SignatureDoesNotMatch")
        elif fault == "busy":
            self.fail(503, "SlowDown")
        else:
            self.answer(body, fault == "truncate")

    def answer(self, body: bytes, is_truncated: bool) -> None:
        parts = urlsplit(self.path)
        bucket_name, _, key = unquote(parts.path)[1:].partition("/")
        bucket = self.store.buckets.get(bucket_name)
        if bucket is None:
            self.fail(404, "NoSuchBucket")
        elif not key:
            self.send(200, self.listing(bucket, parse_qs(parts.query)), is_truncated)
        elif self.command == "PUT":
            bucket[key] = body
            self.send(200, b"", headers={"ETag": etag_of(body)})
        elif key not in bucket:
            self.fail(404, "NoSuchKey")
        else:
            self.give(bucket, key, is_truncated)

    def give(self, bucket: dict[str, bytes], key: str, is_truncated: bool) -> None:
        text = bucket[key]
        if self.headers.get("If-Match", etag_of(text)) != etag_of(text):
            self.fail(412, "PreconditionFailed")
            return
        headers = {"ETag": etag_of(text), "Last-Modified": "Wed, 12 Oct 2022 17:50:00 GMT"}
        if "Range" not in self.headers:
            self.send(200, text, headers=headers)
            return
        first, last = map(int, self.headers["Range"].removeprefix("bytes=").split("-"))
        if first >= len(text):
            self.fail(416, "InvalidRange")
            return
        part = text[first : last + 1]
        headers["Content-Range"] = f"bytes {first}-{first + len(part) - 1}/{len(text)}"
        if key in self.store.replacements:
            bucket[key] = self.store.replacements.pop(key)
        self.send(206, part, is_truncated, headers)

    @staticmethod
    def listing(bucket: dict[str, bytes], query: dict[str, list[str]]) -> bytes:
        after = query.get("start-after", [""])[0]
        prefix = query.get("prefix", [""])[0]
        # Less than is asked for, so that there are pages.
        count = min(int(query["max-keys"][0]), 100)
        keys = sorted(key for key in bucket if key > after and key.startswith(prefix))
        contents = "".join(
            f"<Contents><Key>{quote(key)}</Key><Size>{len(bucket[key])}</Size>"
            f"<LastModified>2022-10-12T17:50:00.000Z</LastModified>"
            f"<ETag>{escape(etag_of(bucket[key]))}</ETag></Contents>"
            for key in keys[:count]
        )
        is_truncated = "true" if len(keys) > count else "false"
        return (
            '<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">'
            f"<EncodingType>url</EncodingType><IsTruncated>{is_truncated}</IsTruncated>"
            f"{contents}</ListBucketResult>"
        ).encode()

    def fail(self, status: int, code: str) -> None:
        self.send(status, f"<Error><Code>{code}</Code><Message>no</Message></Error>".encode())

    def send(
        self,
        status: int,
        body: bytes,
        is_truncated: bool = False,
        headers: dict[str, str] | None = None,
    ) -> None:
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command == "HEAD":
            return
        self.wfile.write(body[: len(body) // 2] if is_truncated else body)
        self.close_connection = self.close_connection or is_truncated


@contextmanager
def running_store() -> Iterator[Store]:
    """A store on a port that the kernel picks, until the block ends."""
    store = Store()
    handler = type("StoreHandler", (Handler,), {"store": store})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    store.endpoint = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield store
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
