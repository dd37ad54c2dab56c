"""What zygotes and children say on their sockets."""

import json
import os
import signal
import subprocess
import sys
import time

import pytest
from conftest import ARN, PACKAGE

from pawl import serving, zygote

ECHO = "def handler(event, context):\n    return event\n"


def test_importing_the_zygote_loads_neither_grpc_nor_the_engine():
    code = "import sys, pawl.zygote; print(*sys.modules)"
    environment = {"PYTHONPATH": str(PACKAGE), "PYTHONDONTWRITEBYTECODE": "1"}
    result = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True
    )
    loaded = result.stdout.split()
    assert "pawl.zygote" in loaded
    assert not [name for name in loaded if name.startswith(("grpc", "google", "pawl._"))]


def test_a_child_answers_invocations_of_one_message_in_order(functions):
    child = functions.child(ECHO)
    child.send(*((i, str(i).encode()) for i in range(1, 33)))
    records = []
    while len(records) < 32:
        records += child.receive()
    assert [(r.sequence, r.payload) for r in records] == [
        (i, str(i).encode()) for i in range(1, 33)
    ]
    assert child.words[serving.WORD_STARTED] == 32


def test_an_invocation_may_come_in_pieces(functions):
    child = functions.child(ECHO)
    reader, writer = child.socket, child.socket.dup()
    event = json.dumps("x" * 300_000).encode()
    request_id = b"request-1"
    head = serving.INVOCATION.pack(len(request_id) + len(event), len(request_id), 0, 0, 1, 0)
    for part in (head[:5], head[5:] + request_id[:3], request_id[3:] + event):
        writer.sendall(part)
    writer.close()
    assert reader is child.socket
    (record,) = child.receive()
    assert record.payload == event


def test_results_go_around_the_ring(functions):
    child = functions.child(ECHO)
    for sequence in range(1, 200):
        event = "x" * (sequence * 37 % 5000)
        assert child.call(sequence, event).json() == event


def test_results_wait_in_the_socket_when_the_ring_is_full(functions):
    child = functions.child(ECHO)
    event = json.dumps("x" * 50_000).encode()
    child.send(*((i, event) for i in range(1, 6)))
    records = []
    while len(records) < 5:
        # Reads the socket only: the ring's room is not given back.
        records += child.receive()
        child.words[serving.WORD_TAKEN] = 0
    assert sorted(r.sequence for r in records) == [1, 2, 3, 4, 5]


def test_what_the_pool_takes_back_is_not_run(functions):
    child = functions.child("def handler(event, context):\n    print(event)\n    return event\n")
    child.words[serving.WORD_SKIP_BELOW] = 3
    child.send((1, b"1"), (2, b"2"), (3, b"3"))
    records = []
    while len(records) < 3:
        records += child.receive()
    kinds = [r.kind for r in records]
    assert kinds == [serving.KIND_SKIPPED, serving.KIND_SKIPPED, serving.KIND_RESULT]
    assert child.log_packet() == (3, 1, "3\n")


def test_what_a_dead_child_finished_is_in_the_ring(functions):
    started = functions.zygote(
        "import os\ndef handler(event, context):\n"
        "    if event == 3: os._exit(5)\n    return event\n"
    )
    started.expect(zygote.FROM_ZYGOTE_READY)
    child = started.create()
    child.send(*((i, str(i).encode()) for i in range(1, 6)))
    assert started.expect(zygote.FROM_ZYGOTE_EXITED) == (1, 5 << 8)
    records = child.ring(child.words[serving.WORD_WRITTEN])
    assert [r.sequence for r in records] == [1, 2]
    assert child.words[serving.WORD_STARTED] == 3


def test_a_childs_end_is_reported_with_its_signal(functions):
    started = functions.zygote("import os\ndef handler(event, context):\n    os.abort()\n")
    started.expect(zygote.FROM_ZYGOTE_READY)
    child = started.create()
    child.send((1, b"1"))
    assert started.expect(zygote.FROM_ZYGOTE_EXITED) == (1, signal.SIGABRT)


def test_a_child_leaves_when_its_socket_closes(functions):
    started = functions.zygote(ECHO)
    started.expect(zygote.FROM_ZYGOTE_READY)
    child = started.create()
    child.socket.close()
    assert started.expect(zygote.FROM_ZYGOTE_EXITED) == (1, 0)


def test_everything_ends_with_the_pool(functions):
    started = functions.zygote(
        "import os, time\n"
        "def handler(event, context):\n    print(os.getpid())\n    time.sleep(1000)\n"
    )
    started.expect(zygote.FROM_ZYGOTE_READY)
    child = started.create()
    child.send((1, b"1"))
    pid = int(child.log_packet()[2])
    pidfd = os.pidfd_open(pid)
    started.control.close()
    started.process.wait(60)
    os.close(pidfd)
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("def handler(:", "Runtime.UserCodeSyntaxError"),
        ("import no_such_module", "Runtime.ImportModuleError"),
        ("", "Runtime.HandlerNotFound"),
        ('raise ValueError(\'"requestId": "\\x00"\')', "ValueError"),
    ],
)
def test_an_import_that_fails_is_reported_with_a_place_for_the_request(functions, text, error):
    started = functions.zygote(text)
    error_type, payload = started.failure()
    assert error_type == payload["errorType"] == error
    assert payload["requestId"] == "r"
    assert started.process.wait(60) == 0


def test_a_failure_too_large_for_a_message_is_cut(functions):
    name = "long" * 500
    started = functions.zygote(
        f"def {name}(n):\n    back(n - 1)\n"
        f"def back(n):\n    {name}(n) if n else 1 / 0\n"
        f"{name}(60)\n"
    )
    error_type, payload = started.failure()
    assert error_type == "ZeroDivisionError"
    assert payload["errorMessage"] == "division by zero"
    assert payload["stackTrace"] == []


@pytest.mark.parametrize(
    "statement",
    [
        "import socket; kept = socket.socketpair()",
        "import sqlite3; kept = sqlite3.connect('database')",
        "import subprocess; kept = subprocess.Popen(['sleep', '1000'])",
        "kept = open('log', 'a')",
    ],
)
def test_what_forks_would_share_makes_the_zygote_spawn(functions, statement):
    started = functions.zygote(f"{statement}\n" + ECHO)
    assert started.expect(zygote.FROM_ZYGOTE_READY) == (1, 0)
    assert started.create().call(1, "here").json() == "here"


def test_a_function_may_take_the_streams_away(functions):
    child = functions.child(
        "import sys\n"
        "def handler(event, context):\n"
        "    print('partial', end='')\n    sys.stdout = None\n    return event\n"
    )
    assert child.call(1, "one").json() == "one"
    assert child.call(2, "two").json() == "two"
    assert child.log_packet() == (1, 1, "partial")


def test_a_module_that_starts_threads_makes_the_zygote_spawn(functions):
    started = functions.zygote(
        "import os, threading\n"
        "pid = os.getpid()\n"
        "threading.Thread(target=threading.Event().wait, daemon=True).start()\n"
        "def handler(event, context):\n    return [pid == os.getpid(), threading.active_count()]\n"
    )
    assert started.expect(zygote.FROM_ZYGOTE_READY) == (1, 0)
    assert started.create().call(1, None).json() == [True, 2]


def test_the_context_is_lambdas(functions):
    child = functions.child(
        "def handler(event, context):\n"
        "    context.log('seen')\n"
        "    return {**vars(context), 'name': context.function_name, 'all': sorted(\n"
        "        name for name in dir(context) if not name.startswith('_'))}\n",
        AWS_LAMBDA_FUNCTION_NAME="named",
    )
    answer = child.call(1, None).json()
    assert answer["aws_request_id"] == "request-1"
    assert answer["invoked_function_arn"] == ARN
    assert answer["name"] == "named"
    assert answer["all"] == [
        "aws_request_id",
        "client_context",
        "function_name",
        "function_version",
        "get_remaining_time_in_millis",
        "identity",
        "invoked_function_arn",
        "log",
        "log_group_name",
        "log_stream_name",
        "memory_limit_in_mb",
        "tenant_id",
    ]
    assert child.log_packet() == (1, 1, "seen")


def test_the_remaining_time_is_the_nearer_of_time_out_and_deadline(functions):
    child = functions.child(
        "def handler(event, context):\n    return context.get_remaining_time_in_millis()\n",
        timeout_ms=50_000,
    )
    assert 40_000 < child.call(1, None).json() <= 50_000
    child.send((2, b"1"), deadline=time.monotonic_ns() + 10_000_000_000)
    assert 0 < child.receive()[0].json() <= 10_000
    child.send((3, b"1"), deadline=1)
    assert child.receive()[0].json() == 0


def test_a_line_is_one_packet_however_it_was_printed(functions):
    child = functions.child(
        "import sys\n"
        "def handler(event, context):\n"
        "    print('a', 'b', 'c')\n"
        "    print('no end', end='')\n"
        "    sys.stderr.write('one\\ntwo')\n"
        "    sys.stdout.flush()\n"
        "    sys.stdout.buffer.write(b'raw\\xff\\n')\n"
    )
    child.send((1, b"1"))
    texts = [child.log.recv(65536)[8:] for _ in range(5)]
    assert texts == [b"\1a b c\n", b"\2one\n", b"\1no end", b"\1raw\xff\n", b"\2two"]


def test_json_logs_follow_the_variable(functions):
    child = functions.child(
        "import logging\n"
        "def handler(event, context):\n"
        "    try:\n        1 / 0\n"
        "    except ZeroDivisionError:\n        logging.getLogger('mine').exception('bad %d', 1)\n",
        AWS_LAMBDA_LOG_FORMAT="JSON",
        AWS_LAMBDA_LOG_LEVEL="INFO",
    )
    child.send((1, b"1"))
    line = json.loads(child.log_packet()[2])
    assert line.pop("timestamp").endswith("Z")
    assert line.pop("stackTrace")[0].startswith('  File "')
    assert line == {
        "level": "ERROR",
        "message": "bad 1",
        "logger": "mine",
        "requestId": "request-1",
        "errorType": "ZeroDivisionError",
        "errorMessage": "division by zero",
    }


def test_an_error_is_logged_and_its_trace_starts_in_the_function(functions):
    child = functions.child("def handler(event, context):\n    raise KeyError('x')\n")
    record = child.call(1, None)
    assert (record.kind, record.error_type) == (serving.KIND_ERROR, "KeyError")
    assert record.json()["errorMessage"] == "'x'"
    assert len(record.json()["stackTrace"]) == 1
    assert child.log_packet()[2].startswith("[ERROR] KeyError: 'x'\nTraceback (most recent call")
