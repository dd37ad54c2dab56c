"""`pawl.Engine`: the engine inside this process."""

from __future__ import annotations

import base64
import os
import pathlib
import signal
import subprocess
import sys
import textwrap
import threading
from typing import Any

import pawl
import pytest
from running import BUILD, chain, failure_of, needs_engine, task, until

pytestmark = needs_engine


def test_a_registered_callable_is_a_function() -> None:
    with pawl.Engine() as engine:
        engine.register("double", lambda event: event * 2)
        engine.deploy(task("double"), name="machine")
        assert engine.run("machine", 21, timeout=60) == 42


def test_a_callable_that_takes_two_arguments_gets_the_context() -> None:
    with pawl.Engine() as engine:

        @engine.register("named")
        def named(event: object, context: pawl.Context) -> str:
            return context.function_name

        engine.deploy(task("named"), name="machine")
        assert engine.run("machine", timeout=60) == "named"


def test_an_exception_fails_the_execution_with_its_name() -> None:
    def bad(event: object) -> None:
        raise LookupError("gone")

    with pawl.Engine() as engine:
        engine.register("bad", bad)
        engine.deploy(task("bad"), name="machine")
        failure = failure_of(lambda: engine.run("machine", timeout=60))
        assert failure.error == "LookupError"
        assert '"errorMessage": "gone"' in failure.cause


def test_a_result_that_json_cannot_hold_fails_the_task() -> None:
    with pawl.Engine() as engine:
        engine.register("bad", lambda event: {1, 2})
        engine.deploy(task("bad"), name="machine")
        failure = failure_of(lambda: engine.run("machine", timeout=60))
        assert failure.error == "Runtime.MarshalError"


def test_a_slow_callable_does_not_hold_up_others() -> None:
    gate = threading.Event()
    with pawl.Engine() as engine:
        engine.register("slow", lambda event: gate.wait(60))
        engine.register("fast", lambda event: "fast")
        engine.deploy(task("slow"), name="slow")
        engine.deploy(task("fast"), name="fast")
        slow = engine.start("slow")
        assert engine.run("fast", timeout=60) == "fast"
        gate.set()
        assert slow.result(60) is True


def test_executions_go_on_when_the_directory_is_opened_again(tmp_path: pathlib.Path) -> None:
    with pawl.Engine(tmp_path / "data") as engine:
        engine.deploy(task("later"), name="machine")
        engine.start("machine", {"n": 1}, name="one")
    with pawl.Engine(tmp_path / "data") as engine:
        engine.register("later", lambda event: event["n"] + 1)
        assert engine.wait("machine", "one", 60).output == 2


def test_executions_survive_a_kill(tmp_path: pathlib.Path) -> None:
    program = f"""
        import os, signal, sys
        sys.path[:0] = [{str(BUILD / "python")!r}]
        import pawl
        engine = pawl.Engine({str(tmp_path / "data")!r})
        engine.register("first", lambda event: 1)
        engine.register("die", lambda event: os.kill(os.getpid(), signal.SIGKILL))
        engine.deploy({{"StartAt": "A", "States": {{
            "A": {{"Type": "Task", "Resource": "first", "Next": "B"}},
            "B": {{"Type": "Task", "Resource": "die", "End": True}}}}}}, name="machine")
        engine.run("machine", name="one")
    """
    done = subprocess.run([sys.executable, "-c", textwrap.dedent(program)], timeout=60)
    assert done.returncode == -signal.SIGKILL
    with pawl.Engine(tmp_path / "data") as engine:
        engine.register("die", lambda event: event + 1)
        assert engine.wait("machine", "one", 60).output == 2


def test_a_directory_is_open_in_one_engine_at_a_time(tmp_path: pathlib.Path) -> None:
    with pawl.Engine(tmp_path / "data"):
        with pytest.raises(pawl.PreconditionError):
            pawl.Engine(tmp_path / "data")


def test_functions_of_a_directory_run_in_processes(tmp_path: pathlib.Path) -> None:
    (tmp_path / "pid.py").write_text("import os\ndef handler(event, context): return os.getpid()\n")
    with pawl.Engine() as engine:
        engine.functions(tmp_path)
        engine.deploy(task("pid"), name="machine")
        assert engine.run("machine", timeout=60) != os.getpid()


def test_a_call_that_asks_for_it_gets_the_functions_log(tmp_path: pathlib.Path) -> None:
    (tmp_path / "chatty.py").write_text("def handler(event, context):\n    print('hello', event)\n")

    def call(function: str) -> dict[str, Any]:
        parameters = {"FunctionName": function, "Payload": [1], "LogType": "Tail"}
        return task(
            "arn:aws:states:::lambda:invoke", Parameters=parameters, OutputPath="$.LogResult"
        )

    with pawl.Engine() as engine:
        engine.functions(tmp_path)
        engine.register("quiet", lambda event: event)
        logs = {}
        for function in ("chatty", "quiet"):
            engine.deploy(call(function), name=function)
            logs[function] = base64.b64decode(engine.run(function, timeout=60)).decode()
    assert "\nhello [1]\nEND RequestId: " in logs["chatty"]
    # What it prints goes where this program's output goes.
    assert "Version: $LATEST\nEND RequestId: " in logs["quiet"]
    assert "\tDuration: " in logs["quiet"]


def test_a_function_sees_the_client_context_of_its_call(tmp_path: pathlib.Path) -> None:
    (tmp_path / "sees.py").write_text(
        "def handler(event, context): return context.client_context.custom\n"
    )
    text = base64.b64encode(b'{"custom": {"tenant": "a"}}').decode()
    parameters = {"FunctionName": "sees", "ClientContext": text}
    with pawl.Engine() as engine:
        engine.functions(tmp_path)
        engine.deploy(task("arn:aws:states:::lambda:invoke", Parameters=parameters), name="call")
        assert engine.run("call", timeout=60)["Payload"] == {"tenant": "a"}


def test_a_forks_copy_of_the_engine_refuses_to_work() -> None:
    with pawl.Engine() as engine:
        engine.deploy(task("any"), name="machine")
        read, write = os.pipe()
        process = os.fork()
        if process == 0:
            try:
                engine.start("machine")
            except pawl.PreconditionError as error:
                os.write(write, str(error).encode())
            os._exit(0)
        os.close(write)
        assert b"cannot be used after fork()" in os.read(read, 4096)
        os.close(read)
        os.waitpid(process, 0)
        assert engine.describe("machine", engine.start("machine").name).status == "RUNNING"


def test_a_wait_ends_with_its_time_out_and_the_execution_goes_on() -> None:
    gate = threading.Event()
    with pawl.Engine() as engine:
        engine.register("slow", lambda event: gate.wait(60))
        engine.deploy(task("slow"), name="machine")
        execution = engine.start("machine")
        with pytest.raises(pawl.TimedOutError):
            execution.wait(0.05)
        gate.set()
        assert execution.result(60) is True


def test_the_history_has_every_event_in_order() -> None:
    with pawl.Engine() as engine:
        engine.register("same", lambda event: event)
        engine.deploy(chain("same", 3), name="machine")
        execution = engine.start("machine", {"n": 1})
        execution.result(60)
        events = execution.history()
        assert [event.id for event in events] == list(range(1, len(events) + 1))
        assert events[0].type == "ExecutionStarted"
        assert events[-1].type == "ExecutionSucceeded"
        assert events[-1].output == {"n": 1}


def test_many_starts_are_listed_newest_first() -> None:
    with pawl.Engine() as engine:
        engine.register("same", lambda event: event)
        engine.deploy(task("same"), name="machine")
        executions = engine.start_many("machine", range(50))
        assert [execution.result(60) for execution in executions] == list(range(50))
        listed = list(engine.list("machine", "SUCCEEDED"))
        assert {info.name for info in listed} == {execution.name for execution in executions}


def test_stopping_an_execution_aborts_it() -> None:
    with pawl.Engine() as engine:
        engine.deploy(
            {"StartAt": "W", "States": {"W": {"Type": "Wait", "Seconds": 60, "End": True}}}, "w"
        )
        execution = engine.start("w")
        execution.stop("Enough", "because")
        info = execution.wait(60)
        assert (info.status, info.error, info.cause) == ("ABORTED", "Enough", "because")


def test_a_definition_may_be_yaml_or_a_file(tmp_path: pathlib.Path) -> None:
    text = "StartAt: P\nStates:\n  P: {Type: Pass, Result: 7, End: true}\n"
    path = tmp_path / "seven.asl.yaml"
    path.write_text(text)
    with pawl.Engine() as engine:
        assert engine.deploy(path).name == "seven"
        assert not engine.deploy(text, name="seven").changed
        assert engine.run("seven", timeout=60) == 7


def test_a_wrong_definition_names_what_is_wrong() -> None:
    with pawl.Engine() as engine:
        with pytest.raises(pawl.InvalidArgumentError, match="Nowhere"):
            engine.deploy({"StartAt": "Nowhere", "States": {"A": {"Type": "Succeed"}}}, "bad")


def test_a_closed_engine_says_so() -> None:
    engine = pawl.Engine()
    engine.close()
    engine.close()
    with pytest.raises(pawl.PreconditionError, match="closed"):
        engine.start("machine")


def test_closing_does_not_wait_for_a_callable_that_runs() -> None:
    gate = threading.Event()
    started = threading.Event()

    def slow(event: object) -> None:
        started.set()
        gate.wait(60)

    engine = pawl.Engine()
    engine.register("slow", slow)
    engine.deploy(task("slow"), name="machine")
    engine.start("machine")
    assert started.wait(60)
    engine.close()
    gate.set()
    until(lambda: not any(t.name.startswith("pawl-task") for t in threading.enumerate()), "threads")
