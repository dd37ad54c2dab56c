"""The loop of a function's child process: takes invocations, runs them, leaves results.

The pool writes invocations into the child's socket, several at once when the function is fast, and
reads results from memory that both share, so one invocation costs no system call of its own. What
ran is known from that memory even after the process died. workers/PROTOCOL.md has the layout.
"""

from __future__ import annotations

import json
import mmap
import os
import signal
import socket
import struct
import sys
import traceback
from time import monotonic_ns
from typing import NoReturn, Optional

from pawl.context import ClientContext, Context
from pawl.function_log import LOGGING, FunctionLog
from pawl.handler import Failure, Handler, describe
from pawl.payload import MarshalError, read_event, write_result

# The shared memory: words of 8 bytes on the first page, then the ring of results.
WORD_STARTED = 0  # written here: number of the invocation that started last
WORD_STARTED_AT = 1  # written here: when, on the monotonic clock, in nanoseconds
WORD_WRITTEN = 2  # written here: bytes of the ring used so far
WORD_SKIP_BELOW = 8  # written by the pool: invocations below this number are not to be started
WORD_TAKEN = 9  # written by the pool: bytes of the ring that it has read
RING_OFFSET = 4096

# Invocation: bytes after this header, of the request id, the ARN and the client context; number;
# the time after which nobody waits (monotonic nanoseconds, 0 for none). The event is what remains.
INVOCATION = struct.Struct("<IHHIQq")
# Result in the ring: bytes after this header, kind, bytes of the error type, number, microseconds.
RECORD = struct.Struct("<IHHQI")
KIND_RESULT = 1
KIND_ERROR = 2
KIND_SKIPPED = 3
KIND_PADDING = 4
# Message on the socket: kind, bytes after this header, value.
MESSAGE = struct.Struct("<IIQ")
MESSAGE_RING = 1  # value: bytes of the ring written so far
MESSAGE_RECORD = 2  # a record too large for the ring follows

READ_BYTES = 64 * 1024
# Lambda's limit of a response.
RESULT_BYTES_MAX = 6_291_556
# Results wait for each other at most this long before the pool is told.
REPORT_AFTER_NS = 1_000_000

TOO_LARGE = Failure(
    "Function.ResponseSizeTooLarge",
    f"Response payload size exceeded maximum allowed payload size ({RESULT_BYTES_MAX} bytes).",
    (),
)

_is_forked = False


def _note_fork() -> None:
    global _is_forked
    _is_forked = True


os.register_at_fork(after_in_child=_note_fork)


class Outbox:
    """The ring of results in shared memory, and the socket that says there are some."""

    def __init__(self, connection: socket.socket, shared: mmap.mmap) -> None:
        self._connection = connection
        self._words = memoryview(shared)[:RING_OFFSET].cast("Q")
        self._ring = memoryview(shared)[RING_OFFSET:]
        self._size = len(self._ring)
        self._written = 0
        self._told = 0

    def put(
        self, kind: int, sequence: int, micros: int, payload: bytes, error_type: bytes = b""
    ) -> None:
        """Leaves one result. It survives this process from here on."""
        record = (
            RECORD.pack(len(error_type) + len(payload), kind, len(error_type), sequence, micros)
            + error_type
            + payload
        )
        size = len(record)
        start = self._written % self._size
        room = self._size - start
        padding = 0 if room >= size else room
        if self._written + padding + size - self._words[WORD_TAKEN] > self._size:
            self.tell()
            self._connection.sendall(MESSAGE.pack(MESSAGE_RECORD, size, sequence) + record)
            return
        if padding:
            if padding >= RECORD.size:
                RECORD.pack_into(self._ring, start, padding - RECORD.size, KIND_PADDING, 0, 0, 0)
            start = 0
        self._ring[start : start + size] = record
        self._written += padding + size
        # The pool reads this word only once the process is dead; before, it is told.
        self._words[WORD_WRITTEN] = self._written

    def tell(self) -> None:
        """Tells the pool of the results it does not know of yet."""
        if self._told != self._written:
            self._told = self._written
            self._connection.sendall(MESSAGE.pack(MESSAGE_RING, 0, self._written))


class Inbox:
    """Whole invocations out of the socket's bytes."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection

    def read(self, rest: bytes) -> bytes:
        """Returns ``rest`` and what follows it, at least one whole invocation.

        Returns nothing when the pool has closed the socket.
        """
        data = rest
        while True:
            missing = INVOCATION.size - len(data)
            if missing <= 0:
                missing += INVOCATION.unpack_from(data)[0]
                if missing <= 0:
                    return data
            if missing > READ_BYTES:
                data = self._read_large(data, missing)
                continue
            more = self._connection.recv(READ_BYTES)
            if not more:
                return b""
            data = data + more if data else more

    def _read_large(self, data: bytes, missing: int) -> bytes:
        whole = bytearray(len(data) + missing)
        whole[: len(data)] = data
        view = memoryview(whole)[len(data) :]
        while view:
            count = self._connection.recv_into(view)
            if count == 0:
                leave(0)
            view = view[count:]
        return bytes(whole)


def serve(
    connection: socket.socket,
    shared: mmap.mmap,
    log: FunctionLog,
    handler: Handler | Failure,
    timeout_ns: int,
) -> NoReturn:
    """Runs invocations until the pool closes the socket or the function ends the process."""
    global _is_forked
    _is_forked = False
    inbox = Inbox(connection)
    outbox = Outbox(connection, shared)
    words = memoryview(shared)[:RING_OFFSET].cast("Q")
    unpack = INVOCATION.unpack_from
    header_size = INVOCATION.size
    put = outbox.put
    arn_bytes = b""
    arn = ""
    data = b""
    while True:
        data = inbox.read(data)
        if not data:
            leave(0)
        position = 0
        size = len(data)
        now = told_at = monotonic_ns()
        while size - position >= header_size:
            body, id_size, arn_size, client_size, sequence, deadline = unpack(data, position)
            begin = position + header_size
            end = begin + body
            if end > size:
                break
            position = end
            # The order matters: who starts marks it first and then looks whether it may.
            words[WORD_STARTED_AT] = now
            words[WORD_STARTED] = sequence
            if sequence < words[WORD_SKIP_BELOW]:
                put(KIND_SKIPPED, sequence, 0, b"")
                continue
            arn_at = begin + id_size
            client_at = arn_at + arn_size
            event_at = client_at + client_size
            request_id = data[begin:arn_at].decode()
            log.sequence = sequence
            log.request_id = request_id
            if data[arn_at:client_at] != arn_bytes:
                arn_bytes = data[arn_at:client_at]
                arn = arn_bytes.decode()
            limit = now + timeout_ns
            if 0 < deadline < limit:
                limit = deadline
            context = Context(request_id, arn, limit)
            failure: Optional[Failure] = None
            result = b""
            try:
                event = read_event(data[event_at:end])
            except (ValueError, RecursionError) as error:
                failure = Failure(
                    "Runtime.UnmarshalError", f"Unable to unmarshal input: {error}", ()
                )
            else:
                try:
                    if client_size:
                        context.client_context = read_client_context(data[client_at:event_at])
                    if isinstance(handler, Failure):
                        failure = handler
                    else:
                        result = write_result(handler(event, context))
                        if len(result) > RESULT_BYTES_MAX:
                            failure = TOO_LARGE
                except MarshalError as error:
                    failure = Failure("Runtime.MarshalError", str(error), ())
                except MemoryError:
                    # The limit of the data segment was met first. It is the same limit, so it ends
                    # as the pool ends what grows beyond it.
                    os.kill(os.getpid(), signal.SIGKILL)
                except Exception as error:
                    failure = failure_of(error)
                except BaseException as error:
                    end_process(error, log, outbox)
            if _is_forked:
                # The function forked and came back twice: only the first is this process.
                os._exit(0)
            finished = monotonic_ns()
            if log.has_partial_line:
                # Before the result: afterwards nobody knows whose line it was.
                log.end_lines()
            if failure is None:
                put(KIND_RESULT, sequence, (finished - now) // 1000, result)
            else:
                log.send(LOGGING, failure.to_log().encode(errors="backslashreplace"))
                text = failure.to_json(request_id).encode()
                kind = failure.error_type_bytes()
                put(KIND_ERROR, sequence, (finished - now) // 1000, text, kind)
            now = finished
            if now - told_at > REPORT_AFTER_NS:
                outbox.tell()
                told_at = now
        outbox.tell()
        data = data[position:]


class _ClientContextError(Exception):
    pass


def read_client_context(text: bytes) -> Optional[ClientContext]:
    """Parses the caller's client context."""
    try:
        fields = json.loads(text)
    except ValueError as error:
        raise _ClientContextError(f"Unable to parse Client Context JSON: {error}") from None
    return ClientContext(fields) if isinstance(fields, dict) else None


def failure_of(error: Exception) -> Failure:
    """What an exception out of the handler, or on the way to it, is to the caller."""
    if isinstance(error, _ClientContextError):
        return Failure("Runtime.LambdaContextUnmarshalError", str(error), ())
    # The first frame is the serving loop's.
    trace = error.__traceback__
    return describe(error, trace.tb_next if trace else None)


def end_process(error: BaseException, log: FunctionLog, outbox: Outbox) -> NoReturn:
    """Ends the process as the interpreter would for an exception that nothing catches."""
    status = 1
    if isinstance(error, SystemExit):
        if error.code is None:
            status = 0
        elif isinstance(error.code, int):
            status = error.code & 0xFF
        else:
            print(error.code, file=sys.stderr)
    else:
        traceback.print_exception(error)
    log.end_lines()
    if isinstance(error, KeyboardInterrupt):
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        os.kill(os.getpid(), signal.SIGINT)
    leave(status)


def leave(status: int) -> NoReturn:
    """Ends the process at once: the function's environment is thrown away, not shut down."""
    os._exit(status)
