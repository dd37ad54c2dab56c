"""The commands against a server, with state machines that need no worker."""

import os
import pty
import signal
import subprocess
import uuid
from pathlib import Path

import pytest
from conftest import PROGRAM, Pawl, end, ready_address, until

ECHO = '{"StartAt": "A", "States": {"A": {"Type": "Pass", "End": true}}}'
SLEEP = '{"StartAt": "A", "States": {"A": {"Type": "Wait", "Seconds": 3600, "End": true}}}'
FAIL = (
    '{"StartAt": "A", "States":'
    ' {"A": {"Type": "Fail", "Error": "My.Error", "Cause": "a\\u001b[2Jb"}}}'
)


@pytest.fixture(name="deploy")
def fixture_deploy(server: Pawl, tmp_path: Path):
    """Deploys a definition under a name of its own, and returns the name."""

    def deploy(definition: str) -> str:
        name = "m" + uuid.uuid4().hex[:12]
        path = tmp_path / f"{name}.asl.json"
        path.write_text(definition)
        assert server("deploy", str(path)).code == 0
        return name

    return deploy


def test_deploying_the_same_again_changes_nothing(server: Pawl, tmp_path: Path) -> None:
    path = tmp_path / "again.asl.json"
    path.write_text(ECHO)
    assert [server.json("deploy", str(path))[0]["revision"] for _ in range(2)] == [1, 1]
    path.write_text(ECHO.replace('"A": {', '"A": {"Comment": "", '))
    assert server.json("deploy", str(path))[0]["revision"] == 2


def test_a_wrong_definition_is_not_deployed(server: Pawl, tmp_path: Path) -> None:
    path = tmp_path / "wrong.asl.json"
    path.write_text(ECHO.replace('"Pass"', '"Psas"'))
    outcome = server("deploy", str(path))
    assert outcome.code == 1
    assert f"{path}:1:" in outcome.err
    assert server("describe", "wrong").code == 3


def test_run_prints_the_output_and_nothing_else_on_stdout(server: Pawl, deploy) -> None:
    outcome = server("run", deploy(ECHO), "--input", '{"a": [1.0, "ü"]}')
    assert outcome.code == 0, outcome.err
    assert outcome.out == '{"a": [1.0, "ü"]}\n'
    assert "A: done" in outcome.err


def test_run_takes_a_definition_and_standard_input(server: Pawl, tmp_path: Path) -> None:
    path = tmp_path / "direct.asl.json"
    path.write_text(ECHO)
    outcome = server("run", str(path), "--input", "-", "--quiet", stdin="[7]")
    assert (outcome.code, outcome.out, outcome.err) == (0, "[7]\n", "")
    assert server.json("describe", "direct")[0]["revision"] == 1


def test_run_takes_its_input_from_a_file(server: Pawl, deploy, tmp_path: Path) -> None:
    (tmp_path / "input.json").write_text('{"from": "file"}')
    outcome = server("run", deploy(ECHO), "--input", f"@{tmp_path}/input.json")
    assert outcome.out == '{"from": "file"}\n'


def test_a_failed_run_exits_with_1_and_says_why(server: Pawl, deploy) -> None:
    outcome = server("run", deploy(FAIL))
    assert outcome.code == 1
    assert outcome.out == ""
    assert "FAILED: My.Error: a\\u001b[2Jb" in outcome.err


def test_a_failed_run_is_an_object_for_programs(server: Pawl, deploy) -> None:
    name = deploy(FAIL)
    outcome = server("run", name, "--name", "x", "--output", "json")
    assert outcome.code == 1
    [result] = outcome.json_lines
    assert result.pop("arn").endswith(f":execution:{name}:x")
    assert result == {
        "state_machine": name,
        "name": "x",
        "status": "FAILED",
        "error": "My.Error",
        "cause": "a\x1b[2Jb",
    }


def test_progress_is_redrawn_on_a_terminal_that_names_cannot_command(server: Pawl, deploy) -> None:
    name = deploy(ECHO.replace('"A"', '"\\u001b]0;title\\u0007"'))
    terminal, other_end = pty.openpty()
    done = subprocess.run(
        [PROGRAM, "run", name, "--input", "[1]"],
        stdout=subprocess.PIPE,
        stderr=other_end,
        timeout=60,
        check=False,
        env={**server.environment, "TERM": "xterm", "LC_ALL": "C.UTF-8"},
    )
    os.close(other_end)
    shown = os.read(terminal, 65536).decode()
    os.close(terminal)
    assert (done.returncode, done.stdout) == (0, b"[1]\n")
    assert "\x1b[32m✓" in shown
    assert "\\u001b]0;title\\u0007" in shown
    assert "\x1b]" not in shown


def test_run_stops_waiting_after_its_timeout_and_leaves_the_execution(server: Pawl, deploy) -> None:
    name = deploy(SLEEP)
    outcome = server("run", name, "--name", "x", "--timeout", "300ms")
    assert outcome.code == 1
    assert f"pawl stop {name} x" in outcome.err
    assert server.json("describe", name, "x")[0]["status"] == "RUNNING"


def test_ctrl_c_leaves_the_execution_running(server: Pawl, deploy) -> None:
    name = deploy(SLEEP)
    process = server.start("run", name, "--name", "x")
    assert process.stderr is not None
    assert "started" in process.stderr.readline()
    assert "A: started" in process.stderr.readline()
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=30)
    assert (process.returncode, out) == (130, "")
    assert f"pawl watch {name} x" in err
    assert server.json("describe", name, "x")[0]["status"] == "RUNNING"


def test_a_stopped_execution_is_aborted_with_its_reason(server: Pawl, deploy) -> None:
    name = deploy(SLEEP)
    run = server.start("run", name, "--name", "x", "--output", "json")
    assert run.stderr is not None
    run.stderr.readline()
    [stopped] = server.json("stop", name, "x", "--error", "Enough", "--cause", "of it")
    assert (stopped["state_machine"], stopped["name"]) == (name, "x")
    out, _ = run.communicate(timeout=30)
    assert run.returncode == 1
    assert '"status":"ABORTED"' in out
    [described] = server.json("describe", name, "x")
    assert (described["status"], described["error"], described["cause"]) == (
        "ABORTED",
        "Enough",
        "of it",
    )


def test_start_prints_a_name_that_other_commands_take(server: Pawl, deploy) -> None:
    name = deploy(ECHO)
    execution = server("start", name, "--input", "[1]").out.strip()
    assert server("watch", name, execution).code == 0
    [described] = server.json("describe", name, execution)
    assert (described["status"], described["input"], described["output"]) == (
        "SUCCEEDED",
        [1],
        [1],
    )


def test_an_execution_may_be_named_by_its_arn(server: Pawl, deploy) -> None:
    [started] = server.json("start", deploy(ECHO))
    assert server.json("describe", started["arn"])[0]["name"] == started["name"]
    assert server("watch", started["arn"]).code == 0


def test_the_same_start_twice_is_one_execution_and_another_is_refused(server: Pawl, deploy) -> None:
    name = deploy(SLEEP)
    arguments = ("start", name, "--name", "x", "--input", "[1]")
    assert [server.json(*arguments)[0]["repeated"] for _ in range(2)] == [False, True]
    outcome = server("start", name, "--name", "x", "--input", "[2]")
    assert outcome.code == 3
    assert "x" in outcome.err


def test_history_ids_have_no_gap_and_payloads_are_json(server: Pawl, deploy) -> None:
    name = deploy(ECHO)
    assert server("run", name, "--name", "x", "--input", '{"a": 1}').code == 0
    events = server.json("history", name, "x")
    assert [event["id"] for event in events] == list(range(1, len(events) + 1))
    assert [event["type"] for event in events] == [
        "ExecutionStarted",
        "PassStateEntered",
        "PassStateExited",
        "ExecutionSucceeded",
    ]
    assert events[0]["input"] == {"a": 1}
    assert events[-1]["output"] == {"a": 1}
    last_two = server.json("history", name, "x", "--reverse", "--limit", "2")
    assert [event["id"] for event in last_two] == [4, 3]
    assert server.json("watch", name, "x") == events


def test_history_for_people_is_a_table(server: Pawl, deploy) -> None:
    name = deploy(FAIL)
    server("run", name, "--name", "x")
    outcome = server("history", name, "x")
    assert outcome.out.splitlines()[0].split() == ["ID", "CAUSE", "TIME", "TYPE", "STATE", "DETAIL"]
    assert "My.Error" in outcome.out
    assert "\x1b" not in outcome.out


def test_lists_show_machines_and_executions(server: Pawl, deploy) -> None:
    name = deploy(ECHO)
    for execution in ("a", "b", "c"):
        assert server("run", name, "--name", execution).code == 0
    assert name in [machine["name"] for machine in server.json("list", "--limit", "0")]
    assert [entry["name"] for entry in server.json("list", name)] == ["c", "b", "a"]
    assert [entry["name"] for entry in server.json("list", name, "--limit", "1")] == ["c"]
    assert server.json("list", name, "--status", "FAILED") == []
    assert len(server.json("list", name, "--status", "SUCCEEDED", "--since", "1h")) == 3
    assert server.json("list", name, "--since", "2999-01-01T00:00:00Z") == []
    everywhere = server.json("list", "--all", "--limit", "0")
    assert {"a", "b", "c"} <= {e["name"] for e in everywhere if e["state_machine"] == name}


def test_a_list_that_was_cut_says_so(server: Pawl, deploy) -> None:
    name = deploy(ECHO)
    for _ in range(2):
        assert server("run", name).code == 0
    assert "--limit 0" in server("list", name, "--limit", "1").err


def test_a_described_state_machine_shows_its_definition(server: Pawl, deploy) -> None:
    name = deploy(ECHO)
    assert server("describe", name, "--definition").out == ECHO + "\n"
    assert server.json("describe", name)[0]["definition"] == ECHO


@pytest.mark.parametrize("command", ["describe", "history", "watch", "stop"])
def test_what_does_not_exist_exits_with_3(server: Pawl, deploy, command: str) -> None:
    outcome = server(command, deploy(ECHO), "nobody")
    assert outcome.code == 3, outcome.err
    assert "nobody" in outcome.err
    assert "pawl list" in outcome.err


def test_listing_executions_of_an_unknown_state_machine_exits_with_3(server: Pawl) -> None:
    outcome = server("list", "nobody")
    assert outcome.code == 3
    assert "nobody" in outcome.err


def test_starting_an_unknown_state_machine_exits_with_3(server: Pawl) -> None:
    assert server("start", "nothing-here").code == 3
    assert server("run", "nothing-here").code == 3


def test_a_run_goes_on_when_the_server_is_killed_and_started_again(tmp_path: Path) -> None:
    definition = tmp_path / "nap.asl.json"
    definition.write_text(SLEEP.replace("3600", "2"))
    alone = Pawl()
    options = ("--data-dir", str(tmp_path / "data"), "--log-level", "error")
    processes: list[subprocess.Popen[str]] = []
    try:
        processes.append(alone.start("server", "--grpc-address", "127.0.0.1:0", *options))
        pawl = Pawl(ready_address(processes[0]))
        assert pawl.address is not None
        run = pawl.start("run", str(definition), "--name", "x", "--input", "[5]")
        processes.append(run)
        assert run.stderr is not None
        assert "started" in run.stderr.readline()
        assert "A: started" in run.stderr.readline()
        processes[0].kill()
        processes[0].wait()
        assert "the server is gone" in run.stderr.readline()
        again = alone.start("server", "--grpc-address", pawl.address, *options)
        processes.append(again)
        ready_address(again)
        out, err = run.communicate(timeout=60)
        assert (run.returncode, out) == (0, "[5]\n"), err
        assert "connected again" in err
    finally:
        for process in processes:
            end(process)


def test_dev_deploys_what_appears_and_stops_everything(tmp_path: Path) -> None:
    (tmp_path / "first.asl.json").write_text(ECHO)
    (tmp_path / "package.json").write_text('{"name": "something else"}')
    dev = Pawl().start("dev", str(tmp_path), "--in-memory", "--address", "127.0.0.1:0")
    try:
        pawl = Pawl(ready_address(dev))
        assert [machine["name"] for machine in pawl.json("list")] == ["first"]
        (tmp_path / "second.yaml").write_text("StartAt: A\nStates: {A: {Type: Succeed}}\n")
        until(lambda: pawl("describe", "second").code == 0, "second.yaml is deployed")
        (tmp_path / "first.asl.json").write_text(ECHO.replace('"Pass"', '"Pass", "Result": 3'))
        until(lambda: pawl.json("describe", "first")[0]["revision"] == 2, "first is revision 2")
        (tmp_path / "twice.py").write_text("def handler(event, context):\n    return 2 * event\n")
        (tmp_path / "double.asl.yaml").write_text(
            "StartAt: A\nStates: {A: {Type: Task, Resource: twice, End: true}}\n"
        )
        until(lambda: pawl("describe", "double").code == 0, "double is deployed")
        assert pawl("run", "double", "--input", "21").out == "42\n"
    finally:
        _, errors = end(dev)
    assert dev.returncode == 0, errors
    assert pawl("list").code == 4


def test_dev_goes_by_its_own_options_whatever_the_environment_says(tmp_path: Path) -> None:
    pawl = Pawl()
    pawl.environment["PAWL_DATA_DIR"] = str(tmp_path / "elsewhere")
    dev = pawl.start("dev", str(tmp_path), "--in-memory", "--address", "127.0.0.1:0")
    try:
        ready_address(dev)
    finally:
        end(dev)
    assert not (tmp_path / "elsewhere").exists()


def test_dev_ends_when_its_server_cannot_start(server: Pawl, tmp_path: Path) -> None:
    assert server.address is not None
    outcome = Pawl()("dev", str(tmp_path), "--in-memory", "--address", server.address)
    assert outcome.code == 1
    assert "did not start" in outcome.err


def test_dev_ends_at_once_when_ctrl_c_reaches_the_whole_group(tmp_path: Path) -> None:
    (tmp_path / "echo.py").write_text("def handler(event, context):\n    return event\n")
    (tmp_path / "echo.asl.yaml").write_text(
        "StartAt: A\nStates: {A: {Type: Task, Resource: echo, End: true}}\n"
    )
    dev = Pawl().start(
        *("dev", str(tmp_path), "--in-memory", "--address", "127.0.0.1:0"), new_group=True
    )
    try:
        pawl = Pawl(ready_address(dev))
        assert pawl("run", "echo", "--input", "[1]").out == "[1]\n"
        os.killpg(dev.pid, signal.SIGINT)
        _, errors = dev.communicate(timeout=15)
        assert dev.returncode == 0, errors
        # Nothing of the group is left.
        with pytest.raises(ProcessLookupError):
            os.killpg(dev.pid, 0)
    finally:
        end(dev)


def test_a_worker_whose_log_cannot_be_written_goes_on(server: Pawl, tmp_path: Path) -> None:
    (tmp_path / "loud.py").write_text(
        "import sys\n\ndef handler(event, context):\n"
        "    print('heard', file=sys.stderr)\n    return event\n"
    )
    reader, writer = os.pipe()
    for log in (os.open("/dev/full", os.O_WRONLY), writer):
        # Nobody reads the pipe any more.
        if log == writer:
            os.close(reader)
        worker = subprocess.Popen(
            [PROGRAM, "worker", "--functions", str(tmp_path), "--address", str(server.address)],
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        )
        os.close(log)
        try:
            assert "is ready" in worker.stdout.readline()
            assert server("invoke", "loud", "--payload", "[1]").out.strip() == "[1]"
        finally:
            worker.terminate()
            assert worker.wait(30) == 0
            worker.stdout.close()
