"""A server of any paths on loopback, as API Gateway's and Kubernetes' callers see theirs."""

from __future__ import annotations

import http.server
import json
import urllib.parse
from typing import Any, Iterator, NamedTuple

import pytest

from serving import serving


class Asked(NamedTuple):
    """One request. Names of headers are in lower case."""

    method: str
    path: str
    query: dict[str, list[str]]
    headers: dict[str, str]
    body: bytes


class Said(NamedTuple):
    """One response; a body that is no text is JSON."""

    body: Any = ""
    status: int = 200
    headers: dict[str, str] = {}


class WebStub(http.server.ThreadingHTTPServer):
    """Answers "GET /path" with what its script has, one after the other; the last one stays."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.scripts: dict[str, list[Said]] = {}
        self.asked: list[Asked] = []

    def handle_error(self, *_: Any) -> None:
        """Says nothing: callers that do not trust the server leave it."""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def says(self, what: str, *answers: Any) -> None:
        """Scripts answers: bodies, or Said."""
        self.scripts[what] = [one if isinstance(one, Said) else Said(one) for one in answers]

    def said_to(self, asked: Asked) -> Said:
        script = self.scripts.get(f"{asked.method} {asked.path}")
        if script is None:
            return Said({"message": "not found"}, 404)
        return script.pop(0) if len(script) > 1 else script[0]

    def count(self, what: str) -> int:
        """How often "GET /path" was asked."""
        return sum(f"{one.method} {one.path}" == what for one in self.asked)


class Handler(http.server.BaseHTTPRequestHandler):
    """Remembers and answers."""

    server: WebStub

    def log_message(self, *_: Any) -> None:
        """Says nothing."""

    def handle_any(self) -> None:
        path, _, query = self.path.partition("?")
        asked = Asked(
            self.command,
            path,
            urllib.parse.parse_qs(query, keep_blank_values=True),
            {name.lower(): value for name, value in self.headers.items()},
            self.rfile.read(int(self.headers.get("Content-Length", 0))),
        )
        self.server.asked.append(asked)
        said = self.server.said_to(asked)
        is_text = isinstance(said.body, str)
        data = (said.body if is_text else json.dumps(said.body)).encode()
        self.send_response(said.status)
        headers = {"Content-Type": "text/plain" if is_text else "application/json", **said.headers}
        for name, value in {**headers, "Content-Length": str(len(data))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(data)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = handle_any


@pytest.fixture
def web_stub() -> Iterator[WebStub]:
    """The server, while the test runs."""
    with serving(WebStub()) as stub:
        yield stub


@pytest.fixture
def caller(monkeypatch: pytest.MonkeyPatch) -> None:
    """Credentials for pawl:aws in this process."""
    for name in ("AWS_ENDPOINT_URL", "AWS_SESSION_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "key")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
