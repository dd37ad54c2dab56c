"""What a function prints and logs, sent to the pool line by line with the invocation it belongs to.

Every message is one packet of a socket that keeps packets whole, so threads and forks of the
function can write at the same time. A packet is the invocation's number (8 bytes, little-endian; 0
while the module is imported), the stream (1 byte), and text.
"""

from __future__ import annotations

import io
import json
import logging
import os
import socket
import struct
import sys
import time
import traceback
from typing import Any, Union

STDOUT = 1
STDERR = 2
LOGGING = 3

PACKET_TEXT_BYTES_MAX = 60 * 1024

_HEADER = struct.Struct("<QB")


class FunctionLog:
    """The sink of one process. The serving loop keeps ``sequence`` and ``request_id`` current."""

    def __init__(self, connection: socket.socket) -> None:
        self.sequence = 0
        self.request_id = ""
        # Whether a line without its end is waiting in one of the streams.
        self.has_partial_line = False
        # The function may put others into sys.
        self.streams: list[io.TextIOWrapper] = []
        self._connection = connection

    def rebind(self, connection: socket.socket) -> None:
        """Goes on with another socket: a forked child has its own."""
        self._connection.close()
        self._connection = connection

    def send(self, stream: int, text: bytes) -> None:
        """Sends ``text`` in as many packets as it needs. A pool that is gone is no error here."""
        try:
            for start in range(0, len(text), PACKET_TEXT_BYTES_MAX):
                part = text[start : start + PACKET_TEXT_BYTES_MAX]
                self._connection.send(_HEADER.pack(self.sequence, stream) + part)
        except OSError:
            pass

    def end_lines(self) -> None:
        """Sends what was printed without an end of line."""
        self.has_partial_line = False
        for stream in self.streams:
            stream.flush()


class _LineBuffer(io.BufferedIOBase):
    """The binary side of sys.stdout and sys.stderr: sends whole lines."""

    def __init__(self, log: FunctionLog, stream: int) -> None:
        self._log = log
        self._stream = stream
        self._partial = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self._partial += data
        end = self._partial.rfind(b"\n") + 1
        if len(self._partial) - end > PACKET_TEXT_BYTES_MAX:
            end = len(self._partial)
        if end:
            whole = bytes(self._partial[:end])
            del self._partial[:end]
            self._log.send(self._stream, whole)
        if self._partial:
            self._log.has_partial_line = True
        return len(data)

    def flush(self) -> None:
        if self._partial:
            whole = bytes(self._partial)
            self._partial.clear()
            self._log.send(self._stream, whole)

    def fileno(self) -> int:
        return self._stream


class _LogHandler(logging.Handler):
    """The root logger's one handler."""

    def __init__(self, log: FunctionLog) -> None:
        super().__init__()
        self._log = log

    def emit(self, record: logging.LogRecord) -> None:
        try:
            text = self.format(record)
        except Exception:
            self.handleError(record)
            return
        self._log.send(LOGGING, text.encode(errors="backslashreplace"))


class _TextFormatter(logging.Formatter):
    converter = time.gmtime

    def __init__(self, log: FunctionLog) -> None:
        super().__init__(
            "[%(levelname)s]\t%(asctime)s.%(msecs)03dZ\t%(aws_request_id)s\t%(message)s\n",
            "%Y-%m-%dT%H:%M:%S",
        )
        self._log = log

    def format(self, record: logging.LogRecord) -> str:
        record.aws_request_id = self._log.request_id
        return super().format(record)


class _JsonFormatter(logging.Formatter):
    converter = time.gmtime

    def __init__(self, log: FunctionLog) -> None:
        super().__init__(datefmt="%Y-%m-%dT%H:%M:%S")
        self._log = log

    def format(self, record: logging.LogRecord) -> str:
        fields: dict[str, Union[str, list[str]]] = {
            "timestamp": f"{self.formatTime(record, self.datefmt)}Z",
            "level": record.levelname,
            "message": record.getMessage(),
            "logger": record.name,
            "requestId": self._log.request_id,
        }
        if record.exc_info and record.exc_info[0]:
            error_type, error, trace = record.exc_info
            fields["stackTrace"] = traceback.format_list(traceback.extract_tb(trace))
            fields["errorType"] = error_type.__name__
            fields["errorMessage"] = str(error)
        return json.dumps(fields, ensure_ascii=False) + "\n"


def install(connection: socket.socket) -> FunctionLog:
    """Directs sys.stdout, sys.stderr and the root logger of this process to ``connection``."""
    log = FunctionLog(connection)
    log.streams = [_text_stream(log, STDOUT), _text_stream(log, STDERR)]
    sys.stdout, sys.stderr = log.streams
    handler = _LogHandler(log)
    is_json = os.environ.get("AWS_LAMBDA_LOG_FORMAT", "").upper() == "JSON"
    handler.setFormatter(_JsonFormatter(log) if is_json else _TextFormatter(log))
    root = logging.getLogger()
    root.addHandler(handler)
    level = logging.getLevelName(os.environ.get("AWS_LAMBDA_LOG_LEVEL", "").upper())
    if isinstance(level, int):
        root.setLevel(level)
    return log


def _text_stream(log: FunctionLog, stream: int) -> io.TextIOWrapper:
    buffer: Any = _LineBuffer(log, stream)
    return io.TextIOWrapper(
        buffer, encoding="utf-8", errors="backslashreplace", newline="", write_through=True
    )
