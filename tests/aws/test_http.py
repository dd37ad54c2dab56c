"""What stands beside the API, and what clients that are no SDK get."""

from __future__ import annotations

import contextlib
import http.client
import json
import select
import socket
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from conftest import client_of
from serving import ACCOUNT, Served

# More than a request may have that brings no code.
LARGE_BYTES = 8_000_000
# Together more than all bodies may have at once, 256 MiB.
SOME_BYTES = 5_000_000
HELD_BYTES = (70_000_000, 70_000_000, 70_000_000, 55_000_000)
CODE_PATH = "/2015-03-31/functions"


def _connect(served: Served) -> http.client.HTTPConnection:
    return http.client.HTTPConnection(served.url.removeprefix("http://"), timeout=20)


def test_health_is_told_on_one_connection(served: Served) -> None:
    connection = _connect(served)
    for path in ("/healthz", "/readyz", "/healthz?x=1"):
        connection.request("GET", path)
        response = connection.getresponse()
        assert (response.status, response.read()) == (200, b"ok\n")
    connection.close()


def test_metrics_count_what_happens(served: Served) -> None:
    connection = _connect(served)
    connection.request("GET", "/metrics")
    response = connection.getresponse()
    text = response.read().decode()
    assert response.getheader("Content-Type", "").startswith("text/plain; version=0.0.4")
    assert "\npawl_workers 1\n" in text
    assert '\npawl_executions_closed_total{status="SUCCEEDED"} ' in text
    connection.close()


def test_any_host_is_served(served: Served) -> None:
    connection = _connect(served)
    headers = {
        "Host": "sync-states.us-east-1.amazonaws.com",
        "Content-Type": "application/x-amz-json-1.0",
        "X-Amz-Target": "AWSStepFunctions.ListActivities",
    }
    connection.request("POST", "/", body="{}", headers=headers)
    response = connection.getresponse()
    assert response.status == 200
    assert response.getheader("x-amzn-RequestId")
    assert "activities" in json.load(response)
    connection.close()


def test_other_paths_and_bodies_get_a_clear_answer(served: Served) -> None:
    connection = _connect(served)
    connection.request("GET", "/console")
    response = connection.getresponse()
    assert response.status == 400
    assert json.load(response)["__type"] == "UnknownOperationException"
    headers = {
        "Content-Type": "application/x-amz-json-1.0",
        "X-Amz-Target": "AWSStepFunctions.ListActivities",
    }
    connection.request("POST", "/", body=b"\xff\x00" * 1000, headers=headers)
    response = connection.getresponse()
    assert (response.status, json.load(response)["__type"]) == (400, "SerializationException")
    connection.close()


def test_a_request_that_is_too_large_is_an_error_of_its_api(served: Served) -> None:
    text = "x" * LARGE_BYTES
    with pytest.raises(ClientError) as caught:
        client_of(served).send_task_success(taskToken="t", output=json.dumps(text))
    error = caught.value.response
    assert error["Error"]["Code"] == "RequestEntityTooLargeException"
    assert error["Error"]["Message"] == "the body is too long"
    assert error["ResponseMetadata"]["HTTPStatusCode"] == 413
    assert error["ResponseMetadata"]["RequestId"]

    functions = client_of(served, service="lambda")
    with pytest.raises(functions.exceptions.RequestTooLargeException) as too_large:
        functions.invoke(FunctionName="f", Payload=text.encode())
    error = too_large.value.response
    assert (error["Error"]["Message"], error["Type"]) == ("the body is too long", "User")
    assert error["ResponseMetadata"]["RequestId"]
    with pytest.raises(ClientError) as caught:
        functions.tag_resource(
            Resource=f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:f", Tags={"a": text}
        )
    assert caught.value.response["Error"]["Code"] == "RequestEntityTooLargeException"


def _hold_room(served: Served, size: int) -> socket.socket:
    """Sends all of a request that brings code but its last byte."""
    host, port = served.url.removeprefix("http://").split(":")
    connection = socket.create_connection((host, int(port)), timeout=20)
    head = f"POST {CODE_PATH} HTTP/1.1\r\nHost: x\r\nContent-Length: {size + 1}\r\n\r\n"
    connection.sendall(head.encode() + b"x" * size)
    return connection


@contextlib.contextmanager
def _held_room(served: Served) -> Iterator[list[socket.socket]]:
    held = [_hold_room(served, size) for size in HELD_BYTES]
    try:
        yield held
    finally:
        for connection in held:
            connection.close()


def _until(condition: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < deadline, f"it did not come to pass: {what}"
        time.sleep(0.02)


def _status_of(served: Served, body: str) -> int:
    connection = _connect(served)
    with contextlib.closing(connection):
        connection.request("POST", "/", body=body)
        return connection.getresponse().status


def test_a_client_tries_again_where_there_was_no_room(served: Served) -> None:
    client = client_of(served, attempts=2)
    output = json.dumps("x" * SOME_BYTES)
    seen = []
    with _held_room(served) as held:

        def is_full() -> bool:
            # What still arrives and what asks get in each other's way: both may have been refused.
            for place, size in enumerate(HELD_BYTES):
                if select.select([held[place]], [], [], 0)[0]:
                    held[place].close()
                    held[place] = _hold_room(served, size)
            return all(_status_of(served, output) == 503 for _ in range(2))

        _until(is_full, "there is no room")

        def make_room(response: Any, **_: Any) -> None:
            seen.append(response[1].get("Error", {}).get("Code"))
            for connection in held:
                connection.close()
            _until(lambda: _status_of(served, output) != 503, "there is room")

        client.meta.events.register_first("needs-retry.sfn.SendTaskSuccess", make_room)
        with pytest.raises(ClientError) as caught:
            client.send_task_success(taskToken="t", output=output)
    assert seen[0] == "ServiceUnavailable"
    assert caught.value.response["ResponseMetadata"]["RetryAttempts"] == 1
    assert caught.value.response["Error"]["Code"] != "ServiceUnavailable"


def test_what_is_no_request_gets_json(served: Served) -> None:
    host, port = served.url.removeprefix("http://").split(":")
    for head, error in (
        ("GET\r\n\r\n", "MalformedHttpRequestException"),
        (f"GET / HTTP/1.1\r\nX: {'x' * 100_000}\r\n\r\n", "RequestEntityTooLargeException"),
        ("GET / HTTP/3.0\r\n\r\n", "MalformedHttpRequestException"),
    ):
        with socket.create_connection((host, int(port)), timeout=20) as connection:
            connection.sendall(head.encode())
            response = http.client.HTTPResponse(connection)
            response.begin()
            assert response.getheader("x-amzn-RequestId")
            answer = json.load(response)
            assert answer["__type"] == error
            assert answer["message"]
