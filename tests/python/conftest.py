"""The pool's side of workers/PROTOCOL.md, for tests."""

from __future__ import annotations

import json
import mmap
import os
import pathlib
import socket
import struct
import subprocess
import sys
from typing import Any, Iterator, NamedTuple, Optional

import pytest

sys.dont_write_bytecode = True
PACKAGE = pathlib.Path(__file__).resolve().parents[2] / "workers" / "python"
sys.path.insert(0, str(PACKAGE))

from pawl import serving, zygote  # noqa: E402

PATIENCE_SECONDS = 60
RING_BYTES = 128 * 1024
ARN = "arn:aws:lambda:us-east-1:000000000000:function:tested"


class Record(NamedTuple):
    """What a child left in the ring or sent: its result of one invocation."""

    kind: int
    sequence: int
    error_type: str
    payload: bytes

    def json(self) -> Any:
        return json.loads(self.payload)


class Child:
    """A child as the pool sees it."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.socket, self._socket_end = socket.socketpair()
        self.log, self._log_end = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.output, self._output_end = os.pipe()
        self.memory = os.memfd_create("pawl-results")
        os.ftruncate(self.memory, serving.RING_OFFSET + RING_BYTES)
        self.shared = mmap.mmap(self.memory, 0)
        self.words = memoryview(self.shared)[: serving.RING_OFFSET].cast("Q")
        self.taken = 0
        self.socket.settimeout(PATIENCE_SECONDS)
        self.log.settimeout(PATIENCE_SECONDS)

    def ends(self) -> list[int]:
        return [self._socket_end.fileno(), self._log_end.fileno(), self._output_end, self.memory]

    def close_ends(self) -> None:
        self._socket_end.close()
        self._log_end.close()
        os.close(self._output_end)

    def close(self) -> None:
        self.socket.close()
        self.log.close()
        os.close(self.output)
        os.close(self.memory)

    def send(self, *calls: tuple[int, bytes], deadline: int = 0, client: bytes = b"") -> None:
        """Sends invocations (number, event) in one message."""
        message = b""
        for sequence, event in calls:
            request_id = f"request-{sequence}".encode()
            parts = request_id + ARN.encode() + client + event
            sizes = len(parts), len(request_id), len(ARN), len(client)
            message += serving.INVOCATION.pack(*sizes, sequence, deadline) + parts
        self.socket.sendall(message)

    def receive(self) -> list[Record]:
        """The records that the child's next message tells of."""
        kind, size, value = serving.MESSAGE.unpack(self._read(serving.MESSAGE.size))
        if kind == serving.MESSAGE_RECORD:
            return [self._parse(self._read(size), 0)[0]]
        assert kind == serving.MESSAGE_RING
        return self.ring(value)

    def ring(self, written: int) -> list[Record]:
        """The records of the ring that were not read yet."""
        records = []
        while self.taken < written:
            at = self.taken % RING_BYTES
            if RING_BYTES - at < serving.RECORD.size:
                self.taken += RING_BYTES - at
                continue
            ring = self.shared[serving.RING_OFFSET :]
            record, size = self._parse(ring, at)
            if record.kind != serving.KIND_PADDING:
                records.append(record)
            self.taken += size
        self.words[serving.WORD_TAKEN] = self.taken
        return records

    def call(self, sequence: int, event: object) -> Record:
        self.send((sequence, json.dumps(event).encode()))
        (record,) = self.receive()
        assert record.sequence == sequence
        return record

    def log_packet(self) -> tuple[int, int, str]:
        """Number, stream and text of the next packet of the log."""
        packet = self.log.recv(65536)
        sequence, stream = struct.unpack_from("<QB", packet)
        return sequence, stream, packet[9:].decode()

    def _parse(self, data: bytes, at: int) -> tuple[Record, int]:
        body, kind, type_size, sequence, _ = serving.RECORD.unpack_from(data, at)
        start = at + serving.RECORD.size
        error_type = data[start : start + type_size].decode()
        payload = bytes(data[start + type_size : start + body])
        return Record(kind, sequence, error_type, payload), serving.RECORD.size + body

    def _read(self, size: int) -> bytes:
        data = b""
        while len(data) < size:
            more = self.socket.recv(size - len(data))
            assert more, "the child closed its socket"
            data += more
        return data


class Zygote:
    """A zygote over a function that a test wrote."""

    def __init__(self, directory: pathlib.Path, handler: str, **settings: Any) -> None:
        self.control, control_end = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.control.settimeout(PATIENCE_SECONDS)
        self.channel = Child(0)
        log = self.channel.ends()[1]
        timeout_ms = settings.pop("timeout_ms", 60_000)
        memory_mb = settings.pop("memory_mb", 0)
        environment = {"PATH": "/usr/bin:/bin", "AWS_LAMBDA_FUNCTION_NAME": "tested"}
        arguments = ["import", control_end.fileno(), log, timeout_ms, memory_mb, directory, handler]
        self.process = subprocess.Popen(
            [sys.executable, PACKAGE / "pawl" / "zygote.py", *map(str, arguments)],
            env={**environment, **settings},
            pass_fds=[control_end.fileno(), log],
        )
        control_end.close()
        self.channel.close_ends()
        self.children: list[Child] = []

    def receive(self) -> tuple[int, int, int, bytes]:
        """Kind, number, value and the rest of the next message."""
        message, _, _, _ = socket.recv_fds(self.control, 1 << 18, 1)
        assert message, "the zygote closed its socket"
        return (*zygote.MESSAGE.unpack_from(message), message[zygote.MESSAGE.size :])

    def expect(self, kind: int) -> tuple[int, int]:
        found, number, value, rest = self.receive()
        assert found == kind, rest
        return number, value

    def failure(self) -> tuple[str, dict[str, Any]]:
        """The import's failure: its type, and the payload for request 'r'."""
        kind, _, _, rest = self.receive()
        assert kind == zygote.FROM_ZYGOTE_FAILED
        type_size, before_size, after_size = zygote.FAILURE.unpack_from(rest)
        text = rest[zygote.FAILURE.size :]
        assert len(text) == type_size + before_size + after_size
        before = text[type_size : type_size + before_size]
        payload = before + b"r" + text[type_size + before_size :]
        return text[:type_size].decode(), json.loads(payload)

    def create(self) -> Child:
        """Has the zygote make a child, and waits until it says so."""
        child = Child(len(self.children) + 1)
        self.children.append(child)
        message = zygote.MESSAGE.pack(zygote.TO_ZYGOTE_CREATE, child.number, 0)
        socket.send_fds(self.control, [message], child.ends())
        assert self.expect(zygote.FROM_ZYGOTE_CREATED)[0] == child.number
        child.close_ends()
        return child

    def close(self) -> None:
        self.control.close()
        self.channel.close()
        for child in self.children:
            child.close()
        self.process.wait(PATIENCE_SECONDS)


class Functions:
    """Writes functions and starts zygotes over them."""

    def __init__(self, directory: pathlib.Path) -> None:
        self.directory = directory
        self._zygotes: list[Zygote] = []

    def write(self, text: str, file: str = "tested.py") -> None:
        path = self.directory / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def zygote(self, text: Optional[str] = None, handler: str = "", **settings: Any) -> Zygote:
        if text is not None:
            self.write(text)
        started = Zygote(self.directory, handler or "tested.handler", **settings)
        self._zygotes.append(started)
        return started

    def child(self, text: str, **settings: Any) -> Child:
        """A child of a zygote of its own."""
        started = self.zygote(text, **settings)
        started.expect(zygote.FROM_ZYGOTE_READY)
        return started.create()

    def close(self) -> None:
        for started in self._zygotes:
            started.close()


@pytest.fixture
def functions(tmp_path: pathlib.Path) -> Iterator[Functions]:
    made = Functions(tmp_path)
    yield made
    made.close()
