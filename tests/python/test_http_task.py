"""The worker's own function pawl:http: which endpoints it calls, and what it makes of them."""

from __future__ import annotations

import http.server
import json
import shutil
import socket
import ssl
import subprocess
import threading
from typing import Any, Callable, Iterator, Optional

import pytest
from pawl.http import address, exchange, request, settings, task, token
from pawl.http.trace import SHOWN_CHARACTERS_MAX, Trace
from pawl.task_error import TaskError

NETWORKS = settings.parse({"networks": ["10.1.0.0/16", "fd00:1::/32"]}).networks

# --- Addresses: every form of what is not public ---

BLOCKED = [
    "0.0.0.0",
    "0.1.2.3",
    "10.0.0.1",
    "10.255.255.255",
    "100.64.0.1",
    "100.127.255.255",
    "127.0.0.1",
    "127.255.255.254",
    "169.254.169.254",
    "169.254.170.2",
    "172.16.0.1",
    "172.31.255.255",
    "192.0.0.1",
    "192.0.2.1",
    "192.88.99.1",
    "192.168.0.1",
    "198.18.0.1",
    "198.19.255.255",
    "198.51.100.1",
    "203.0.113.1",
    "224.0.0.1",
    "239.255.255.255",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::127.0.0.1",
    "::ffff:127.0.0.1",
    "::ffff:7f00:1",
    "::ffff:10.0.0.1",
    "::ffff:169.254.169.254",
    "64:ff9b::7f00:1",
    "64:ff9b::a9fe:a9fe",
    "64:ff9b:1::1",
    "100::1",
    "2001::1",
    "2001:0:7f00:1::",
    "2001:db8::1",
    "2002:7f00:1::",
    "2002:a00:1::1",
    "3fff::1",
    "5f00::1",
    "fc00::1",
    "fd00:ec2::254",
    "fdff::1",
    "fe80::1",
    "fe80::1%eth0",
    "febf::1",
    "fec0::1",
    "ff02::1",
    "ff0e::1",
]


@pytest.mark.parametrize("text", BLOCKED)
def test_what_is_not_public_is_not_called(text: str) -> None:
    assert address.not_allowed(text, []) != ""


@pytest.mark.parametrize(
    "text",
    ["1.1.1.1", "99.255.255.255", "100.128.0.1", "172.32.0.1", "::ffff:8.8.8.8", "2606:4700::1"],
)
def test_what_is_public_is_called(text: str) -> None:
    assert address.not_allowed(text, []) == ""


@pytest.mark.parametrize("text", ["10.1.2.3", "::ffff:10.1.2.3", "fd00:1::5", "64:ff9b::a01:203"])
def test_the_owner_may_allow_a_network(text: str) -> None:
    assert address.not_allowed(text, NETWORKS) == ""


@pytest.mark.parametrize("text", ["10.2.0.1", "fd00:2::5", "::ffff:10.2.0.1"])
def test_allowing_a_network_allows_no_other(text: str) -> None:
    assert address.not_allowed(text, NETWORKS) != ""


# --- Hosts: numbers in disguise, and what is no host ---


@pytest.mark.parametrize(
    "host",
    [
        "2130706433",
        "0x7f000001",
        "0x7f.0.0.1",
        "0177.0.0.1",
        "017700000001",
        "127.1",
        "127.0.1",
        "1.2.3.4.5",
        "0",
        "0x",
        "127.0.0.1.",
        "example.com.",
        "example..com",
        "-a.example",
        "a b",
        "exämple.com",
        "ｅxample.com",
        "a" * 64 + ".example",
        "%31%32%37.0.0.1",
        "fe80::1%eth0",
        "",
    ],
)
def test_a_host_in_disguise_is_refused(host: str) -> None:
    assert address.wrong_host(host) != ""


@pytest.mark.parametrize(
    "host", ["example.com", "a-b.c_d.example", "xn--exmple-cua.com", "1.1.1.1"]
)
def test_a_host_is_a_name_or_an_address(host: str) -> None:
    assert address.wrong_host(host) == ""


@pytest.mark.parametrize(
    "url",
    [
        "ftp://api.example.com/",
        "file:///etc/passwd",
        "//api.example.com/",
        "https:/api.example.com",
        "https://user@api.example.com/",
        "https://api.example.com@127.0.0.1/",
        "https://api.example.com\\@127.0.0.1/",
        "https://api.example.com:0/",
        "https://api.example.com:99999/",
        "https://api.example.com/a b",
        "https://api.example.com/\r\nX: y",
        "https://api.example.com/\x00",
        "https://127.0.0.1.:443/",
        "https://[::1/",
        "https://[fe80::1%25lo]/",
        "https://",
        "",
        5,
        "https://api.example.com/" + "a" * 8192,
    ],
)
def test_a_url_that_could_mean_two_things_is_refused(url: Any) -> None:
    with pytest.raises(TaskError) as caught:
        request.endpoint_of(url)
    assert caught.value.name == "States.Runtime"


# --- The list of endpoints ---

ALLOWED = settings.parse(
    {
        "allow": [
            "https://api.example.com",
            "https://*.example.org:8443",
            "http://plain.example.com",
            "https://[2606:4700::1]",
        ],
        "connections": {
            "public": {"authorization": "NONE"},
            "one": {
                "authorization": "API_KEY",
                "name": "X-Api-Key",
                "value": "k",
                "allow": ["https://a.example.org:8443"],
            },
        },
    }
)


def parameters(url: str, connection: str = "public", **more: Any) -> dict[str, Any]:
    authentication = {"ConnectionArn": connection}
    return {"ApiEndpoint": url, "Method": "GET", "Authentication": authentication, **more}


@pytest.mark.parametrize(
    "url",
    [
        "https://api.example.com/x?y=1",
        "HTTPS://API.EXAMPLE.COM:443",
        "https://a.b.example.org:8443/",
        "http://plain.example.com",
        "https://[2606:4700:0::1]/",
    ],
)
def test_endpoints_on_the_list_are_called(url: str) -> None:
    assert task.allowed_request(parameters(url), ALLOWED).method == "GET"


@pytest.mark.parametrize(
    "url",
    [
        "http://api.example.com/",
        "https://api.example.com:8443/",
        "https://api.example.com.evil.example/",
        "https://evilapi.example.com/",
        "https://example.org:8443/",
        "https://evilexample.org:8443/",
        "https://plain.example.com/",
        "https://169.254.169.254/latest/meta-data",
    ],
)
def test_endpoints_that_are_not_on_the_list_are_not_called(url: str) -> None:
    with pytest.raises(TaskError, match="is not allowed") as caught:
        task.allowed_request(parameters(url), ALLOWED)
    assert caught.value.name == "States.Runtime"


def test_a_connection_may_have_a_list_of_its_own() -> None:
    assert task.allowed_request(parameters("https://a.example.org:8443", "one"), ALLOWED)
    with pytest.raises(
        TaskError, match="'one' is not for the endpoint https://api.example.com:443"
    ):
        task.allowed_request(parameters("https://api.example.com", "one"), ALLOWED)


def test_an_unknown_connection_hears_which_there_are() -> None:
    with pytest.raises(TaskError, match="no connection 'two'; it has: one, public"):
        task.allowed_request(parameters("https://api.example.com", "two"), ALLOWED)


def test_a_connection_goes_by_its_arn_or_its_name() -> None:
    arn = "arn:aws:events:eu-west-1:123456789012:connection/billing/9d8a7c6b"
    name = request.connection_name
    assert name({"Authentication": {"ConnectionArn": arn}}) == "billing"
    assert name({"InvocationConfig": {"ConnectionArn": "billing"}}) == "billing"
    with pytest.raises(TaskError, match="needs a connection"):
        name({})


# --- Resolving ---


def info(text: str, port: int = 443) -> exchange.AddressInfo:
    family = socket.AF_INET6 if ":" in text else socket.AF_INET
    return (family, socket.SOCK_STREAM, 6, "", (text, port))


def resolving(*answers: list[str]) -> Callable[[str, int], list[exchange.AddressInfo]]:
    """A resolver that gives another answer each time, as a rebinding name server does."""
    remaining = list(answers)

    def resolver(host: str, port: int) -> list[exchange.AddressInfo]:
        return [info(text, port) for text in remaining.pop(0)]

    return resolver


@pytest.mark.parametrize("text", BLOCKED)
def test_one_address_that_is_not_public_refuses_the_host(text: str) -> None:
    endpoint = settings.Endpoint("https", "api.example.com", 443)
    with pytest.raises(TaskError, match="may not be called") as caught:
        exchange.checked_addresses(endpoint, ALLOWED, resolving(["1.1.1.1", text]))
    assert caught.value.name == "States.Runtime"


def test_a_host_without_addresses_is_a_socket_error() -> None:
    def resolver(host: str, port: int) -> list[exchange.AddressInfo]:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    with pytest.raises(TaskError, match="Name or service not known") as caught:
        task.run(parameters("https://api.example.com"), ALLOWED, resolver)
    assert caught.value.name == "States.Http.Socket"


# --- Requests ---


def built(connection: Optional[settings.Connection] = None, **more: Any) -> request.Request:
    return request.build(
        parameters("https://api.example.com/p?a=1", **more),
        connection or ALLOWED.connections["public"],
    )


def test_a_body_is_json_and_says_so() -> None:
    sent = built(Method="POST", RequestBody={"a": "ü"}, Headers={"X-Trace": 7})
    assert sent.body == '{"a":"ü"}'.encode()
    assert sent.headers["content-type"] == "application/json"
    assert sent.headers["content-length"] == "10"
    assert sent.headers["x-trace"] == "7"
    assert sent.headers["host"] == "api.example.com"


def test_text_is_sent_as_it_is() -> None:
    sent = built(Method="POST", RequestBody="a b", Headers={"Content-Type": "text/plain"})
    assert sent.body == b"a b"


def test_query_parameters_follow_those_of_the_url() -> None:
    sent = built(QueryParameters={"b": ["x y", 2], "c": True})
    assert sent.target == "/p?a=1&b=x%20y&b=2&c=true"


@pytest.mark.parametrize(
    ("array_format", "body"),
    [
        (None, b"a[0]=1&a[1]=2&o[k]=v"),
        ("INDICES", b"a[0]=1&a[1]=2&o[k]=v"),
        ("REPEAT", b"a=1&a=2&o[k]=v"),
        ("COMMAS", b"a=1%2C2&o[k]=v"),
        ("BRACKETS", b"a[]=1&a[]=2&o[k]=v"),
        ("NONE", b"a=[1%2C%202]&o[k]=v"),
    ],
)
def test_a_form_has_the_arrays_that_the_task_asks_for(
    array_format: Optional[str], body: bytes
) -> None:
    options = {"RequestEncodingOptions": {"ArrayFormat": array_format}} if array_format else {}
    transform = {"RequestBodyEncoding": "URL_ENCODED", **options}
    form = {"a": [1, 2], "o": {"k": "v"}}
    sent = built(Method="POST", RequestBody=form, Transform=transform)
    assert sent.body == body
    assert sent.headers["content-type"] == request.FORM


def test_connections_say_who_calls() -> None:
    basic = settings.connection_of(
        "c", {"authorization": "BASIC", "username": "ada", "password": "s:1"}
    )
    assert built(basic).headers["authorization"] == "Basic YWRhOnM6MQ=="
    assert built(ALLOWED.connections["one"]).headers["x-api-key"] == "k"


@pytest.mark.parametrize(
    "more",
    [
        {"Method": "TRACE"},
        {"Method": "get"},
        {"Methods": "GET"},
        {"Headers": []},
        {"Headers": {"Host": "other"}},
        {"Headers": {"authorization": "x"}},
        {"Headers": {"Transfer-Encoding": "chunked"}},
        {"Headers": {"X-Forwarded-For": "1.2.3.4"}},
        {"Headers": {"X-Amz-Date": "x"}},
        {"Headers": {"A B": "x"}},
        {"Headers": {"A\r\nB": "x"}},
        {"Headers": {"A": "x\r\nB: y"}},
        {"Headers": {"A": "x\x00"}},
        {"Headers": {"A": "x\x85"}},
        {"Headers": {"A": None}},
        {"QueryParameters": {"a": {}}},
        {"QueryParameters": "a=1"},
        {"Transform": {"RequestBodyEncoding": "GZIP"}},
        {"Transform": "URL_ENCODED"},
    ],
)
def test_what_makes_no_request_is_refused(more: dict[str, Any]) -> None:
    with pytest.raises(TaskError) as caught:
        built(**more)
    assert caught.value.name == "States.Runtime"


@pytest.mark.parametrize("mark", [chr(code) for code in [*range(32), *range(127, 160)]])
def test_no_control_character_reaches_the_wire(mark: str) -> None:
    for more in ({"Headers": {f"A{mark}": "x"}}, {"Headers": {"A": f"x{mark}"}}):
        with pytest.raises(TaskError):
            built(**more)
    assert mark not in built(QueryParameters={mark: mark}).target


# --- The file ---


def oauth(endpoint: str) -> dict[str, str]:
    fields = {"client_id": "id", "client_secret": "s+1", "endpoint": endpoint}
    return {"authorization": "OAUTH_CLIENT_CREDENTIALS", **fields}


@pytest.mark.parametrize(
    ("document", "words"),
    [
        ([], "must be an object"),
        ({"allowed": []}, "no member 'allowed'"),
        ({"allow": "https://a.example"}, "array of strings"),
        ({"allow": ["api.example.com"]}, "is no endpoint"),
        ({"allow": ["https://api.example.com/path"]}, "is no endpoint"),
        ({"allow": ["https://u@api.example.com"]}, "is no endpoint"),
        ({"allow": ["https://2130706433"]}, "four decimal numbers"),
        ({"networks": ["10.1.2.3/16"]}, "networks: "),
        ({"connections": {"c": {}}}, "connections.c: the authorization must be one of"),
        ({"connections": {"c": {"authorization": "DIGEST"}}}, "must be one of NONE, BASIC"),
        ({"connections": {"c": oauth("ftp://login.example/")}}, "c.endpoint must begin with https"),
        ({"connections": {"c": {"authorization": "BASIC"}}}, "connections.c.username"),
        ({"connections": {"c": {"authorization": "NONE", "key": 1}}}, "no member 'key'"),
    ],
)
def test_a_wrong_file_is_refused(document: Any, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        settings.parse(document)


def test_a_file_of_secrets_is_its_owners(tmp_path: Any) -> None:
    file = tmp_path / "http.json"
    basic = {"authorization": "BASIC", "username": "u", "password": "secret"}
    file.write_text(json.dumps({"connections": {"c": basic}}))
    file.chmod(0o644)
    with pytest.raises(settings.SettingsError, match="chmod 600") as caught:
        settings.load(str(file))
    assert "secret" not in str(caught.value).replace("secrets", "")
    file.chmod(0o600)
    assert settings.load(str(file)).connections["c"].fields["username"] == "u"


# --- Exchanges, with a server on loopback that the settings allow ---


class Server(http.server.ThreadingHTTPServer):
    """Answers as `script` says, with raw bytes."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answers)
        self.answer = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
        self.requests: list[tuple[str, str, dict[str, str], bytes]] = []
        self.hangs = threading.Event()
        self.may_end = threading.Event()

    def settings(self) -> settings.Settings:
        document = {
            "allow": [f"http://api.example.com:{self.server_port}"],
            "networks": ["127.0.0.0/8"],
            "connections": {"public": {"authorization": "NONE"}},
        }
        return settings.parse(document)

    def url(self, scheme: str = "http") -> str:
        return f"{scheme}://api.example.com:{self.server_port}/path"


class Answers(http.server.BaseHTTPRequestHandler):
    """Writes what the server's script says."""

    server: Server

    def log_message(self, *_: Any) -> None:
        """Says nothing."""

    def handle_one(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.server.requests.append((self.command, self.path, headers, body))
        self.wfile.write(self.server.answer)
        self.wfile.flush()
        if self.server.hangs.is_set():
            self.server.may_end.wait(60)
        self.close_connection = True

    do_GET = do_POST = do_HEAD = handle_one


@pytest.fixture
def server() -> Iterator[Server]:
    made = Server()
    thread = threading.Thread(target=made.serve_forever, args=(0.01,))
    thread.start()
    yield made
    made.may_end.set()
    made.shutdown()
    thread.join()
    made.server_close()


def run(server: Server, **more: Any) -> Any:
    return task.run(parameters(server.url(), **more), server.settings(), resolving(["127.0.0.1"]))


def failure(server: Server, **more: Any) -> TaskError:
    with pytest.raises(TaskError) as caught:
        run(server, **more)
    return caught.value


def test_the_result_has_the_shape_that_aws_gives_it(server: Server) -> None:
    server.answer = (
        b"HTTP/1.1 201 Created\r\nContent-Type: application/json; charset=utf-8\r\n"
        b'Set-Cookie: a\r\nSet-Cookie: b\r\nContent-Length: 7\r\n\r\n{"n":1}'
    )
    assert run(server, Method="POST", RequestBody={"q": 1}) == {
        "Headers": {
            "content-type": ["application/json; charset=utf-8"],
            "set-cookie": ["a", "b"],
            "content-length": ["7"],
        },
        "ResponseBody": {"n": 1},
        "StatusCode": 201,
        "StatusText": "Created",
    }
    method, path, headers, body = server.requests[0]
    assert (method, path, body) == ("POST", "/path", b'{"q":1}')
    assert headers["host"] == f"api.example.com:{server.server_port}"


def test_the_connection_goes_to_the_address_that_was_checked(server: Server) -> None:
    """A name server that lies the second time is not asked a second time."""
    server.answer = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi"
    resolver = resolving(["127.0.0.1"], ["169.254.169.254"])
    result = task.run(parameters(server.url()), server.settings(), resolver)
    assert result["ResponseBody"] == "hi"


def test_a_redirect_is_not_followed(server: Server) -> None:
    server.answer = (
        b"HTTP/1.1 302 Found\r\nLocation: http://169.254.169.254/\r\nContent-Length: 0\r\n\r\n"
    )
    error = failure(server)
    assert (error.name, error.cause) == ("States.Http.StatusCode.302", "Found")
    assert len(server.requests) == 1


def test_a_status_that_is_no_success_fails_with_the_body(server: Server) -> None:
    server.answer = b"HTTP/1.1 404 Not Found\r\nContent-Length: 7\r\n\r\nno such"
    error = failure(server)
    assert (error.name, error.cause) == ("States.Http.StatusCode.404", "no such")


def test_a_response_of_the_limit_is_taken_and_a_larger_one_is_not(server: Server) -> None:
    limit = exchange.BODY_BYTES_MAX
    head = b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n"
    server.answer = head + b"x" * limit
    assert len(run(server)["ResponseBody"]) == limit
    server.answer = head + b"x" * (limit + 1)
    assert failure(server).name == "States.DataLimitExceeded"


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"HTTP/9.9 what\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nshort",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab",
        b"HTTP/1.1 200 OK\r\n" + b"A: b\r\n" * 200 + b"\r\n",
        b"HTTP/1.1 200 OK\r\nA: " + b"b" * 70_000 + b"\r\n\r\n",
    ],
)
def test_a_broken_response_is_a_socket_error(server: Server, answer: bytes) -> None:
    server.answer = answer
    assert failure(server).name == "States.Http.Socket"


@pytest.mark.parametrize("answer", [b"", b"HTTP/1.1 200 OK\r\n\r\nbody without an end"])
def test_a_server_that_does_not_end_is_left(server: Server, answer: bytes) -> None:
    server.answer = answer
    server.hangs.set()
    sent = task.allowed_request(parameters(server.url()), server.settings())
    with pytest.raises(TaskError, match="did not answer within 0.2 seconds") as caught:
        exchange.exchange(sent, server.settings(), resolving(["127.0.0.1"]), seconds=0.2)
    assert caught.value.name == "States.Http.Socket"


def test_a_refused_connection_is_a_socket_error(server: Server) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
        made = server.settings()
        made.allow.append(settings.Endpoint("http", "api.example.com", port))
        with pytest.raises(TaskError, match="Connection refused") as caught:
            url = f"http://api.example.com:{port}"
            task.run(parameters(url), made, resolving(["127.0.0.1"]))
        assert caught.value.name == "States.Http.Socket"


def test_the_next_address_is_tried(server: Server) -> None:
    # Nothing listens on the first.
    resolver = resolving(["127.0.0.2", "127.0.0.1"])
    result = task.run(parameters(server.url()), server.settings(), resolver)
    assert result["StatusCode"] == 200


# --- What the test of a state shows ---


def traced(server: Server, reveals_secrets: bool = False, **more: Any) -> Any:
    made = server.settings()
    made.connections["orders"] = settings.connection_of(
        "orders", {"authorization": "API_KEY", "name": "X-Key", "value": "s3cret"}
    )
    trace = Trace(reveals_secrets)
    asked = parameters(server.url(), "orders", **more)
    return trace.around(lambda: task.run(asked, made, resolving(["127.0.0.1"]), trace))


def test_a_trace_has_the_request_and_the_response(server: Server) -> None:
    server.answer = answer("200 OK", '{"n":1}')
    told = traced(server, Method="POST", RequestBody={"q": 1}, Headers={"Tenant": "a"})
    host = f"api.example.com:{server.server_port}"
    assert told["Result"]["ResponseBody"] == '{"n":1}'
    request_told = told["Exchange"]["request"]
    assert request_told.pop("headers").startswith("[tenant: a, content-type: application/json, ")
    assert request_told == {
        "protocol": "http",
        "method": "POST",
        "url": f"http://{host}/path",
        "body": '{"q":1}',
    }
    assert told["Exchange"]["response"] == {
        "protocol": "http",
        "statusCode": "200",
        "statusMessage": "OK",
        "headers": "[Content-Length: 7]",
        "body": '{"n":1}',
    }


def test_a_secret_is_told_only_where_it_is_to_be_revealed(server: Server) -> None:
    assert "s3cret" not in json.dumps(traced(server))
    assert "x-key: s3cret" in traced(server, True)["Exchange"]["request"]["headers"]
    assert server.requests[0][2]["x-key"] == "s3cret"


def test_a_failure_is_told_with_its_exchange(server: Server) -> None:
    server.answer = answer("404 Not Found", "nothing")
    told = traced(server)
    assert told["Error"] == {"Error": "States.Http.StatusCode.404", "Cause": "nothing"}
    assert told["Exchange"]["response"]["statusCode"] == "404"
    server.answer = b"junk"
    told = traced(server)
    assert told["Error"]["Error"] == "States.Http.Socket"
    assert list(told["Exchange"]) == ["request"]


def test_what_is_not_sent_has_no_exchange(server: Server) -> None:
    told = traced(server, Method="FETCH")
    assert (told["Error"]["Error"], told["Exchange"]) == ("States.Runtime", {})


def test_a_trace_never_makes_an_answer_too_large(server: Server) -> None:
    server.answer = answer("200 OK", "x" * 200_000)
    told = traced(server)
    assert len(told["Exchange"]["response"]["body"]) == SHOWN_CHARACTERS_MAX
    server.answer = answer("200 OK", "x" * 250_000)
    assert list(traced(server)) == ["Headers", "ResponseBody", "StatusCode", "StatusText"]


# --- OAuth ---


def answer(status: str, body: str) -> bytes:
    return f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\n\r\n{body}".encode()


@pytest.fixture
def called(server: Server, monkeypatch: pytest.MonkeyPatch) -> Callable[[], Any]:
    """Calls the server with a connection whose tokens come from the server too."""
    monkeypatch.setattr(token, "_tokens", {})
    made = server.settings()
    login = f"http://login.example:{server.server_port}/token"
    made.connections["orders"] = settings.connection_of("orders", oauth(login))

    def call() -> Any:
        resolver = resolving(["127.0.0.1"], ["127.0.0.1"])
        return task.run(parameters(server.url(), "orders"), made, resolver)

    return call


def test_a_token_is_fetched_and_kept_while_it_is_good(
    server: Server, called: Callable[[], Any]
) -> None:
    server.answer = answer("200 OK", '{"access_token": "t.1", "expires_in": 3600}')
    called()
    called()
    fetched, *sent = server.requests
    assert fetched[0] == "POST"
    assert fetched[3] == b"grant_type=client_credentials&client_id=id&client_secret=s%2B1"
    assert [request[2]["authorization"] for request in sent] == ["Bearer t.1"] * 2


def test_a_token_that_ends_soon_is_fetched_again(server: Server, called: Callable[[], Any]) -> None:
    server.answer = answer("200 OK", '{"access_token": "t.1", "expires_in": 29}')
    called()
    called()
    assert [request[0] for request in server.requests] == ["POST", "GET", "POST", "GET"]


@pytest.mark.parametrize(
    ("status", "body"),
    [
        ("401 Unauthorized", "client_secret=s+1 is wrong"),
        ("200 OK", "no JSON"),
        ("200 OK", '{"access_token": "a\\r\\nb"}'),
        ("200 OK", '{"access_token": 5}'),
    ],
)
def test_without_a_token_the_task_fails_and_tells_no_secret(
    server: Server, called: Callable[[], Any], status: str, body: str
) -> None:
    server.answer = answer(status, body)
    with pytest.raises(TaskError, match="gave no token for 'orders'") as caught:
        called()
    assert caught.value.name == "Events.ConnectionResource.InvalidConnectionState"
    assert "s+1" not in caught.value.cause
    assert len(server.requests) == 1


def test_the_endpoint_of_tokens_is_checked_like_any_other(
    server: Server, called: Callable[[], Any]
) -> None:
    made = server.settings()
    made.connections["orders"] = settings.connection_of("orders", oauth("https://login.example"))
    with pytest.raises(TaskError, match="169.254.169.254 is link-local"):
        task.run(parameters(server.url(), "orders"), made, resolving(["169.254.169.254"]))


@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl makes the certificate")
def test_tls_is_for_the_host_that_was_asked_for(server: Server, tmp_path: Any) -> None:
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"]
        + ["-nodes", "-keyout", str(key), "-out", str(certificate), "-days", "2"]
        + ["-subj", "/CN=api.example.com", "-addext", "subjectAltName=DNS:api.example.com"],
        check=True,
        capture_output=True,
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    server.socket = context.wrap_socket(
        server.socket, server_side=True, do_handshake_on_connect=False
    )
    server.answer = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi"
    trusting = ssl.create_default_context(cafile=str(certificate))

    def get(host: str, tls: Optional[ssl.SSLContext]) -> bytes:
        endpoint = settings.Endpoint("https", host, server.server_port)
        sent = request.Request(endpoint, "GET", "/", {"host": host}, None)
        made = server.settings()
        return exchange.exchange(sent, made, resolving(["127.0.0.1"]), tls).body

    assert get("api.example.com", trusting) == b"hi"
    for host, tls in (("other.example.com", trusting), ("api.example.com", None)):
        with pytest.raises(TaskError, match="certificate verify failed") as caught:
            get(host, tls)
        assert caught.value.name == "States.Http.Socket"
