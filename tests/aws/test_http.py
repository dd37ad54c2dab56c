"""What stands beside the API, and what clients that are no SDK get."""

from __future__ import annotations

import http.client
import json

from serving import Served


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
