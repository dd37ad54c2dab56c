"""TestState of HTTP tasks: their requests and responses, and what stays secret of them."""

from __future__ import annotations

import http.server
import json
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from conftest import MODELS, ROLE, client_of
from serving import serving

BASIC = "Basic dTpzM2NyZXQ="  # u:s3cret


class Orders(http.server.BaseHTTPRequestHandler):
    """Says whether the caller is known."""

    def do_GET(self) -> None:  # pylint: disable=invalid-name
        is_known = self.headers["Authorization"] == BASIC
        body = json.dumps({"known": is_known}).encode()
        self.send_response(404 if "none" in self.path else 200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:  # pylint: disable=arguments-differ
        pass


@pytest.fixture(name="test", scope="module")
def fixture_test(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """Tests a task that gets a path, with more arguments of TestState."""
    if not MODELS.is_dir():
        pytest.skip(f"{MODELS} is not there")
    directory = tmp_path_factory.mktemp("http")
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Orders) as endpoint:
        thread = threading.Thread(target=endpoint.serve_forever, args=(0.05,))
        thread.start()
        url = f"http://127.0.0.1:{endpoint.server_port}"
        basic = {"authorization": "BASIC", "username": "u", "password": "s3cret"}
        file = directory / "http.json"
        file.touch(0o600)
        file.write_text(
            json.dumps(
                {"allow": [url], "networks": ["127.0.0.0/8"], "connections": {"orders": basic}}
            )
        )
        settings = ("--http-tasks", str(file))
        try:
            with serving(directory / "functions", worker_settings=settings) as served:
                client = client_of(served, MODELS)

                def test(path: str, **more: Any) -> Any:
                    parameters = {
                        "ApiEndpoint": url + path,
                        "Method": "GET",
                        "Authentication": {"ConnectionArn": "orders"},
                    }
                    state = {
                        "Type": "Task",
                        "Resource": "arn:aws:states:::http:invoke",
                        "Parameters": parameters,
                        "End": True,
                    }
                    return client.test_state(
                        definition=json.dumps(state), roleArn=ROLE, input="{}", **more
                    )

                yield test
        finally:
            endpoint.shutdown()
            thread.join()


def test_trace_shows_the_exchange_without_what_the_connection_adds(test: Any) -> None:
    answer = test("/orders?n=1", inspectionLevel="TRACE")
    assert answer["status"] == "SUCCEEDED"
    assert json.loads(answer["output"])["ResponseBody"] == {"known": True}
    inspection = answer["inspectionData"]
    request, response = inspection["request"], inspection["response"]
    assert (request["protocol"], request["method"]) == ("http", "GET")
    assert request["url"].endswith("/orders?n=1")
    assert "user-agent: Pawl" in request["headers"]
    assert "authorization" not in request["headers"]
    assert (response["statusCode"], response["statusMessage"]) == ("200", "OK")
    assert json.loads(response["body"]) == {"known": True}
    assert json.loads(inspection["result"]) == json.loads(answer["output"])


def test_secrets_are_revealed_where_they_are_asked_for(test: Any) -> None:
    answer = test("/orders", inspectionLevel="TRACE", revealSecrets=True)
    assert f"authorization: {BASIC}" in answer["inspectionData"]["request"]["headers"]


def test_a_failure_has_its_exchange_too(test: Any) -> None:
    answer = test("/none", inspectionLevel="TRACE")
    assert (answer["status"], answer["error"]) == ("FAILED", "States.Http.StatusCode.404")
    assert answer["inspectionData"]["response"]["statusCode"] == "404"


@pytest.mark.parametrize("level", ["INFO", "DEBUG"])
def test_other_levels_show_no_exchange(test: Any, level: str) -> None:
    answer = test("/orders", inspectionLevel=level, revealSecrets=True)
    assert answer["status"] == "SUCCEEDED"
    assert "request" not in answer.get("inspectionData", {})
