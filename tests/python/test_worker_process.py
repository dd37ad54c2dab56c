"""`pawl server` and `pawl worker` together, and what becomes of tasks when one of them dies."""

from __future__ import annotations

import base64
import json
import pathlib
import signal

import pytest
from running import Site, failure_of, needs_json, needs_program, program, site, task, until

pytestmark = needs_program
__all__ = ["site"]


def test_a_function_gets_the_event_and_its_result_is_the_output(site: Site) -> None:
    site.function("hello", "def handler(event, context):\n    return {'to': event['name']}\n")
    site.server()
    site.worker()
    client = site.client()
    client.deploy(task("hello"), name="machine")
    assert client.run("machine", {"name": "Ada"}, timeout=60) == {"to": "Ada"}


@needs_json
def test_payloads_go_through_the_extension_module(site: Site) -> None:
    site.function(
        "asks",
        """
        import sys

        def handler(event, context):
            return "pawl._json" in sys.modules
        """,
    )
    site.server()
    site.worker()
    client = site.client()
    client.deploy(task("asks"), name="machine")
    assert client.run("machine", timeout=60) is True


def test_an_exception_is_the_error_that_retry_and_catch_see(site: Site) -> None:
    site.function("bad", "def handler(event, context):\n    raise ValueError('no good')\n")
    site.server()
    site.worker()
    client = site.client()
    client.deploy(task("bad"), name="machine")
    failure = failure_of(lambda: client.run("machine", timeout=60))
    assert failure.error == "ValueError"
    assert json.loads(failure.cause)["errorMessage"] == "no good"


def test_the_log_of_a_call_comes_with_its_result(site: Site) -> None:
    site.function("chatty", "def handler(event, context):\n    print('hello', event)\n")
    site.server()
    site.worker()
    client = site.client()
    parameters = {"FunctionName": "chatty", "Payload": [1], "LogType": "Tail"}
    client.deploy(task("arn:aws:states:::lambda:invoke", Parameters=parameters), name="machine")
    result = client.run("machine", timeout=60)
    log = base64.b64decode(result["LogResult"]).decode()
    request_id = result["SdkResponseMetadata"]["RequestId"]
    assert log.startswith(f"START RequestId: {request_id} Version: $LATEST\nhello [1]\nEND ")
    assert f"\nREPORT RequestId: {request_id}\tDuration: " in log


def test_a_function_sees_the_client_context_of_its_call(site: Site) -> None:
    site.function(
        "sees",
        """
        def handler(event, context):
            return context.client_context.custom
        """,
    )
    site.server()
    site.worker()
    client = site.client()
    text = base64.b64encode(b'{"custom": {"tenant": "a"}}').decode()
    parameters = {"FunctionName": "sees", "ClientContext": text}
    client.deploy(task("arn:aws:states:::lambda:invoke", Parameters=parameters), name="machine")
    assert client.run("machine", timeout=60)["Payload"] == {"tenant": "a"}


def test_a_crash_costs_its_own_task_only(site: Site) -> None:
    site.function(
        "crash",
        """
        import signal
        def handler(event, context):
            if event["crash"]:
                os.kill(os.getpid(), signal.SIGSEGV)
            return "alive"
        """,
    )
    site.server()
    site.worker()
    client = site.client()
    client.deploy(task("crash"), name="machine")
    failure = failure_of(lambda: client.run("machine", {"crash": True}, timeout=60))
    assert failure.error == "Runtime.ExitError"
    assert client.run("machine", {"crash": False}, timeout=60) == "alive"


def test_a_state_that_times_out_stops_its_function(site: Site) -> None:
    site.function(
        "slow",
        """
        def handler(event, context):
            note(str(os.getpid()))
            gate("never")
        """,
    )
    site.server()
    site.worker()
    client = site.client()
    client.deploy(task("slow", TimeoutSeconds=1), name="machine")
    assert failure_of(lambda: client.run("machine", timeout=60)).error == "States.Timeout"
    process = pathlib.Path("/proc") / site.notes()[0]
    until(lambda: not process.exists(), "the function's process ends")


def test_a_function_that_beats_no_heart_is_kept_alive_by_its_worker(site: Site) -> None:
    site.function("slow", "def handler(event, context):\n    time.sleep(2.5)\n    return 'done'\n")
    site.server()
    site.worker()
    client = site.client()
    client.deploy(task("slow", HeartbeatSeconds=1), name="machine")
    assert client.run("machine", timeout=60) == "done"


WAITS = """
def handler(event, context):
    note(context.aws_request_id)
    gate("gate")
    return "done"
"""


def test_a_task_of_a_killed_worker_is_run_by_another(site: Site) -> None:
    site.function("waits", WAITS)
    site.server("--reconnect-window", "100ms")
    worker = site.worker()
    client = site.client()
    client.deploy(task("waits"), name="machine")
    execution = client.start("machine")
    until(lambda: len(site.notes()) == 1, "the function runs")
    worker.kill()
    site.worker()
    until(lambda: len(site.notes()) == 2, "the function runs again")
    site.open("gate")
    assert execution.result(60) == "done"
    first, second = site.notes()
    assert first == second


def test_a_task_survives_the_server_and_is_not_run_twice(site: Site) -> None:
    site.function("waits", WAITS)
    server = site.server()
    site.worker()
    client = site.client()
    client.deploy(task("waits"), name="machine")
    client.start("machine", name="one")
    until(lambda: len(site.notes()) == 1, "the function runs")
    server.kill()
    server.wait()
    site.server()
    site.open("gate")
    info = site.client().wait("machine", "one", 60)
    assert (info.status, info.output) == ("SUCCEEDED", "done")
    assert len(site.notes()) == 1


def test_a_result_that_no_server_took_is_sent_to_the_next_one(site: Site) -> None:
    site.function("waits", WAITS)
    server = site.server()
    site.worker()
    client = site.client()
    client.deploy(task("waits"), name="machine")
    client.start("machine", name="one")
    until(lambda: len(site.notes()) == 1, "the function runs")
    server.kill(signal.SIGSTOP)
    site.open("gate")
    server.kill()
    server.wait()
    site.server()
    assert site.client().wait("machine", "one", 60).output == "done"
    assert len(site.notes()) == 1


def test_a_worker_that_is_told_to_end_finishes_what_runs(site: Site) -> None:
    site.function("waits", WAITS)
    site.server()
    worker = site.worker()
    client = site.client()
    client.deploy(task("waits"), name="machine")
    execution = client.start("machine")
    until(lambda: len(site.notes()) == 1, "the function runs")
    worker.kill(signal.SIGTERM)
    until(lambda: "taking no more tasks" in worker.log.read_text(), "the worker drains")
    site.open("gate")
    assert worker.wait() == 0
    assert execution.result(60) == "done"


def test_a_file_that_appears_becomes_a_function(site: Site) -> None:
    site.server()
    site.worker()
    client = site.client()
    client.deploy(task("late"), name="machine")
    site.function("late", "def handler(event, context):\n    return 'served'\n")
    assert client.run("machine", timeout=60) == "served"


def test_a_changed_file_is_what_runs(site: Site) -> None:
    site.function("hello", "def handler(event, context):\n    return 1\n")
    site.server()
    worker = site.worker()
    client = site.client()
    client.deploy(task("hello"), name="machine")
    assert client.run("machine", timeout=60) == 1
    site.function("hello", "def handler(event, context):\n    return 1 + 1\n")
    until(lambda: "'hello' has changed" in worker.log.read_text(), "the change is seen")
    assert client.run("machine", timeout=60) == 2


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--deployed-functions", "off"), "no functions: pass --functions DIR"),
        (("--functions", "/nowhere"), "/nowhere"),
        (("--functions", "/tmp", "--address", "here"), "--address: 'here' is not HOST:PORT"),
        (("--functions", "/tmp", "--concurrency", "-1"), "--concurrency: '-1' is not a whole"),
    ],
)
def test_a_wrong_setting_is_named(arguments: tuple[str, ...], message: str) -> None:
    done = program("worker", *arguments)
    assert done.returncode != 0
    assert message in done.stderr
