"""A few services of AWS in this process: as much of their protocols as the tests call."""

from __future__ import annotations

import http.server
import json
import urllib.parse
from typing import Any, Callable, Iterator
from xml.sax.saxutils import escape

import pytest

from serving import serving

REQUEST_ID = "5c2a7d1e-0000-4000-8000-000000000001"
NOT_NULL = (
    "1 validation error detected: Value null at 'item' failed to satisfy constraint: "
    "Member must not be null"
)
# Of services whose protocol is REST: the operations that tests script.
REST = {
    "/v1/describejobs": "DescribeJobs",
    "/v1/submitjob": "SubmitJob",
    "/v1/terminatejob": "TerminateJob",
}


class Refusal(Exception):
    """An error answer: status, code and message."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message


class Stub(http.server.ThreadingHTTPServer):
    """Listens on loopback; remembers what it was asked."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.items: dict[str, Any] = {}
        self.objects: dict[str, bytes] = {}
        # Of the calls that are no S3: name and parameters.
        self.calls: list[tuple[str, Any]] = []
        # What an operation answers one time after the other, or refuses with; the last one stays.
        self.scripts: dict[str, list[Any]] = {}
        # Called with the name of an operation that is asked for, before it is answered.
        self.on_call: Callable[[str], None] = lambda _: None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def called(self, name: str) -> int:
        """How often an operation was asked for."""
        return sum(call == name for call, _ in self.calls)

    def scripted(self, action: str) -> dict[str, Any]:
        """The next answer of the operation's script."""
        script = self.scripts[action]
        answer = script.pop(0) if len(script) > 1 else script[0]
        if isinstance(answer, Refusal):
            raise answer
        assert isinstance(answer, dict)
        return answer

    def dynamodb(self, action: str, request: dict[str, Any]) -> dict[str, Any]:
        if action == "PutItem":
            if "Item" not in request:
                raise Refusal(400, "com.amazon.coral.validate#ValidationException", NOT_NULL)
            if "ConditionExpression" in request:
                name = "com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException"
                raise Refusal(400, name, "The conditional request failed")
            self.items[request["TableName"]] = request["Item"]
            return {}
        return {"Item": self.items[request["TableName"]]}

    def events(self, request: dict[str, Any]) -> dict[str, Any]:
        entries = []
        for entry in request["Entries"]:
            is_object = entry["Detail"].startswith("{")
            malformed = {"ErrorCode": "MalformedDetail", "ErrorMessage": "Detail is malformed."}
            entries.append({"EventId": "e-1"} if is_object else malformed)
        failed = sum("ErrorCode" in entry for entry in entries)
        return {"FailedEntryCount": failed, "Entries": entries}

    def json_call(self, target: str, request: dict[str, Any]) -> dict[str, Any]:
        service, _, action = target.partition(".")
        self.calls.append((action, request))
        self.on_call(action)
        if action in self.scripts:
            return self.scripted(action)
        if service.startswith("DynamoDB"):
            return self.dynamodb(action, request)
        if service == "AWSEvents":
            return self.events(request)
        if service == "AmazonSQS":
            return self.sqs(request)
        if service == "secretsmanager":
            raise Refusal(400, "ValidationException", "Invalid name.")
        raise Refusal(400, "UnknownOperationException", target)

    def sqs(self, request: dict[str, Any]) -> dict[str, Any]:
        if "MessageBody" not in request:
            message = "The request must contain the parameter MessageBody."
            raise Refusal(400, "MissingParameter", message)
        return {"MessageId": "m-1", "MD5OfMessageBody": "d41d8cd98f00b204e9800998ecf8427e"}

    def query_call(self, form: dict[str, str]) -> str:
        """The services that answer in XML; releases of boto3 differ in which those are."""
        action = form["Action"]
        self.calls.append((action, form))
        if action == "Publish" and form.get("TopicArn", "").endswith(":gone"):
            raise Refusal(404, "NotFound", "Topic does not exist")
        result = self.sqs(form) if action == "SendMessage" else {"MessageId": "m-2"}
        members = "".join(f"<{name}>{escape(text)}</{name}>" for name, text in result.items())
        return (
            f"<{action}Response><{action}Result>{members}</{action}Result><ResponseMetadata>"
            f"<RequestId>{REQUEST_ID}</RequestId></ResponseMetadata></{action}Response>"
        )


class Handler(http.server.BaseHTTPRequestHandler):
    """Tells the protocols apart."""

    server: Stub
    protocol_version = "HTTP/1.1"

    def log_message(self, *_: Any) -> None:
        """Says nothing."""

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        target = self.headers.get("X-Amz-Target")
        if target:
            try:
                self.answer(200, json.dumps(self.server.json_call(target, json.loads(body))))
            except Refusal as error:
                answer = {"__type": error.code, "message": error.message}
                self.answer(error.status, json.dumps(answer))
            return
        if self.path in REST:
            self.rest_call(REST[self.path], json.loads(body))
            return
        try:
            form = dict(urllib.parse.parse_qsl(body.decode()))
            self.answer(200, self.server.query_call(form), "text/xml")
        except Refusal as error:
            self.answer(
                error.status,
                f"<ErrorResponse><Error><Type>Sender</Type><Code>{error.code}</Code><Message>"
                f"{error.message}</Message></Error><RequestId>{REQUEST_ID}</RequestId>"
                "</ErrorResponse>",
                "text/xml",
            )

    def rest_call(self, action: str, request: dict[str, Any]) -> None:
        self.server.calls.append((action, request))
        self.server.on_call(action)
        try:
            self.answer(200, json.dumps(self.server.scripted(action)), "application/json")
        except Refusal as error:
            self.answer(
                error.status,
                json.dumps({"message": error.message}),
                "application/json",
                **{"x-amzn-errortype": error.code},
            )

    def do_PUT(self) -> None:
        size = int(self.headers.get("Content-Length", 0))
        self.server.objects[self.path] = self.rfile.read(size)
        self.answer(200, b"", etag='"68934a3e9455fa72420237eb05902327"')

    def do_GET(self) -> None:
        if self.path.startswith("/clusters/"):
            self.rest_call("DescribeCluster", {})
            return
        data = self.server.objects.get(self.path)
        if data is not None:
            headers = {"last-modified": "Wed, 31 Jan 2024 12:00:00 GMT", "accept-ranges": "bytes"}
            self.answer(200, data, "binary/octet-stream", etag='"e"', **headers)
            return
        code, what = "NoSuchKey", "key"
        if self.path.startswith("/no-such-bucket"):
            code, what = "NoSuchBucket", "bucket"
        self.answer(
            404,
            f"<Error><Code>{code}</Code><Message>The specified {what} does not exist"
            f"</Message><RequestId>{REQUEST_ID}</RequestId><HostId>h</HostId></Error>",
            "application/xml",
            **{"x-amz-request-id": REQUEST_ID, "x-amz-id-2": "host/id"},
        )

    def answer(
        self, status: int, body: Any, type: str = "application/x-amz-json-1.0", **headers: str
    ) -> None:
        data = body if isinstance(body, bytes) else body.encode()
        self.send_response(status)
        self.send_header("Content-Type", type)
        self.send_header("Content-Length", str(len(data)))
        if "x-amz-request-id" not in headers:
            self.send_header("x-amzn-RequestId", REQUEST_ID)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(data)


@pytest.fixture
def aws_stub() -> Iterator[Stub]:
    """The services, while the test runs."""
    with serving(Stub()) as stub:
        yield stub


@pytest.fixture
def stub_for_task(aws_stub: Stub, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stub]:
    """The services, where pawl:aws in this process looks for them."""
    from pawl.aws import task

    for name, value in {
        "AWS_ENDPOINT_URL": aws_stub.url,
        "AWS_ACCESS_KEY_ID": "key",
        "AWS_SECRET_ACCESS_KEY": "secret",
        "AWS_DEFAULT_REGION": "us-east-1",
    }.items():
        monkeypatch.setenv(name, value)
    task._clients.clear()
    yield aws_stub
    for client in task._clients.values():
        client.close()
    task._clients.clear()
