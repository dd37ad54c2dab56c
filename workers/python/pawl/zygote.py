"""The process that imports a function once and makes its children.

One zygote serves one environment of one function. It has a single thread, imports the module, and
forks a child whenever the pool asks for one: a child then needs no import of its own. Where the
import has started threads, which a fork would lose, or opened files or connections, which forks
would share, it becomes a fresh interpreter that imports nothing and has every child import for
itself.

It also is the one that waits for its children: when one ends, what remains of the child's process
group is killed while its number is still taken, and the pool learns the status.

    zygote.py ROLE CONTROL_FD LOG_FD TIMEOUT_MS MEMORY_MB CODE_DIRECTORY HANDLER

ROLE is `import`, `spawn` or `child`; a child's CONTROL_FD is its invocations' socket, followed by
its shared memory as `FD:FD`. workers/PROTOCOL.md describes the messages.
"""

from __future__ import annotations

import ctypes
import gc
import mmap
import os
import resource
import select
import signal
import socket
import stat
import struct
import sys
import traceback
from typing import NamedTuple, NoReturn, Optional

if __name__ == "__main__":
    # Started by path: the package is found from here, but only after everything of the function's.
    sys.path[0] = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))

from pawl import function_log, serving
from pawl.context import Context
from pawl.handler import Failure, Handler, load_handler

PR_SET_PDEATHSIG = 1
PR_SET_CHILD_SUBREAPER = 36

TO_ZYGOTE_CREATE = 1  # child number; with descriptors: socket, log, output, shared memory
FROM_ZYGOTE_READY = 2  # 1 where children are spawned
FROM_ZYGOTE_FAILED = 3  # then the failure: type, text before and after the request id
FROM_ZYGOTE_CREATED = 4  # child number, pid; with a descriptor: its pidfd
FROM_ZYGOTE_NOT_CREATED = 5  # child number, errno
FROM_ZYGOTE_EXITED = 6  # child number, wait status
MESSAGE = struct.Struct("<IIi")
FAILURE = struct.Struct("<III")
FAILURE_BYTES_MAX = 128 * 1024

DESCRIPTORS_OF_CHILD = 4
# Stands for the request id in a failure's text until the pool puts one in.
REQUEST_ID_MARK = "\x00"

# The data segment may grow to this multiple of the memory limit before allocations fail. The pool
# watches resident memory; this stops what grows faster than it looks. Address space that is only
# reserved must not count, or threads and big libraries would meet the limit early.
DATA_LIMIT_FACTOR = 2
DATA_LIMIT_EXTRA_BYTES = 256 * 1024 * 1024


class Settings(NamedTuple):
    """What the command line says."""

    role: str
    control: str
    log: int
    timeout_ms: int
    memory_mb: int
    code_directory: str
    handler: str

    def arguments(self, **changes: object) -> list[str]:
        """The command line that says the same, but for ``changes``."""
        fields = [str(field) for field in self._replace(**changes)]  # type: ignore[arg-type]
        return [sys.executable, os.path.abspath(__file__), *fields]


def main() -> NoReturn:
    role, control, log_fd, timeout_ms, memory_mb, code_directory, handler = sys.argv[1:8]
    settings = Settings(
        role, control, int(log_fd), int(timeout_ms), int(memory_mb), code_directory, handler
    )
    die_with_parent()
    sys.argv = [handler]
    if role == "child":
        serve_alone(settings)
    connection = socket.socket(fileno=int(control))
    connection.set_inheritable(False)
    log = function_log.install(owned_socket(settings.log))
    if role == "import":
        close_others({int(control), settings.log})
        limit_memory(settings.memory_mb)
        function = import_function(settings)
        if isinstance(function, Failure):
            report_failure(connection, function)
            log.send(function_log.LOGGING, function.to_log().encode(errors="backslashreplace"))
            os._exit(0)
        log.end_lines()
        if not can_fork({connection.fileno(), settings.log}):
            become_spawner(settings, connection)
        gc.freeze()
        Zygote(settings, connection, log, function).run()
    Zygote(settings, connection, log, None).run()


def owned_socket(descriptor: int) -> socket.socket:
    connection = socket.socket(fileno=descriptor)
    connection.set_inheritable(False)
    return connection


def die_with_parent() -> None:
    """Has the kernel kill this process when the one that started it ends."""
    parent = os.getppid()
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:
        os._exit(1)


def descriptors() -> list[int]:
    """What is open besides the standard descriptors. The listing's own is among it, but closed."""
    return [number for number in map(int, os.listdir("/proc/self/fd")) if number > 2]


def close_others(own_descriptors: set[int]) -> None:
    """Closes what the program around the pool has let through: it is no function's business."""
    for descriptor in descriptors():
        if descriptor not in own_descriptors:
            try:
                os.close(descriptor)
            except OSError:
                pass


def limit_memory(memory_mb: int) -> None:
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if memory_mb > 0:
        size = memory_mb * 1024 * 1024 * DATA_LIMIT_FACTOR + DATA_LIMIT_EXTRA_BYTES
        hard = resource.getrlimit(resource.RLIMIT_DATA)[1]
        if hard != resource.RLIM_INFINITY:
            size = min(size, hard)
        resource.setrlimit(resource.RLIMIT_DATA, (size, size))


def import_function(settings: Settings) -> Handler | Failure:
    """Imports the function's module as Lambda does, with its own code before all else."""
    sys.dont_write_bytecode = True
    package_directory = sys.path[0]
    sys.path[0] = settings.code_directory
    sys.path.append(package_directory)
    os.chdir(settings.code_directory)
    environment = os.environ
    environment["AWS_EXECUTION_ENV"] = "AWS_Lambda_python%d.%d" % sys.version_info[:2]
    Context.function_name = environment.get("AWS_LAMBDA_FUNCTION_NAME", "")
    Context.function_version = environment.get("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST")
    Context.memory_limit_in_mb = environment.get("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "0")
    Context.log_group_name = environment.get("AWS_LAMBDA_LOG_GROUP_NAME", "")
    Context.log_stream_name = environment.get("AWS_LAMBDA_LOG_STREAM_NAME", "")
    return load_handler(settings.handler, settings.code_directory)


def report_failure(connection: socket.socket, failure: Failure) -> None:
    # Quotes inside a JSON string are escaped, so this finds the member and nothing else.
    before, member, after = failure.to_json(REQUEST_ID_MARK).partition('"requestId": "\\u0000"')
    parts = [failure.error_type_bytes()]
    parts += [(before + member[: -len('\\u0000"')]).encode(), ('"' + after).encode()]
    if sum(map(len, parts)) > FAILURE_BYTES_MAX:
        report_failure(connection, failure._replace(message=failure.message[:1024], stack_trace=()))
        return
    header = MESSAGE.pack(FROM_ZYGOTE_FAILED, 0, 0) + FAILURE.pack(*map(len, parts))
    connection.send(header + b"".join(parts))


def can_fork(own_descriptors: set[int]) -> bool:
    """Whether forks of this process would work as if each had imported the module itself.

    Threads would be missing in them. Open files and connections would be one for all of them, and
    two processes that talk on one database connection break it; so would processes started here.
    """
    if len(os.listdir("/proc/self/task")) > 1:
        return False
    with open(f"/proc/self/task/{os.getpid()}/children") as file:
        if file.read():
            return False
    for descriptor in descriptors():
        if descriptor in own_descriptors:
            continue
        try:
            mode = os.fstat(descriptor).st_mode
        except OSError:
            continue  # It was the listing's own.
        if not stat.S_ISCHR(mode):
            return False
    return True


def become_spawner(settings: Settings, connection: socket.socket) -> NoReturn:
    """Goes on as a fresh interpreter that leaves importing to its children."""
    os.set_inheritable(connection.fileno(), True)
    os.set_inheritable(settings.log, True)
    os.execv(sys.executable, settings.arguments(role="spawn"))


def serve_alone(settings: Settings) -> NoReturn:
    """The life of a child that was spawned, not forked."""
    socket_fd, memory_fd = map(int, settings.control.split(":"))
    connection = owned_socket(socket_fd)
    os.set_inheritable(memory_fd, False)
    shared = mmap.mmap(memory_fd, 0)
    log = function_log.install(owned_socket(settings.log))
    limit_memory(settings.memory_mb)
    function = import_function(settings)
    log.end_lines()
    serving.serve(connection, shared, log, function, settings.timeout_ms * 1_000_000)


class Child(NamedTuple):
    """A living child as its zygote knows it."""

    number: int
    pid: int
    pidfd: int


class Zygote:
    """Makes children on demand and reports their ends."""

    def __init__(
        self,
        settings: Settings,
        connection: socket.socket,
        log: function_log.FunctionLog,
        function: Optional[Handler],
    ) -> None:
        self._settings = settings
        self._connection = connection
        self._log = log
        self._function = function
        self._children: dict[int, Child] = {}  # by pidfd
        self._poll = select.poll()

    def run(self) -> NoReturn:
        # What a function leaves behind when it leaves its process group comes back to us.
        ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
        self._poll.register(self._connection, select.POLLIN)
        is_spawner = self._function is None
        self._connection.send(MESSAGE.pack(FROM_ZYGOTE_READY, int(is_spawner), 0))
        has_strays = False
        while True:
            for descriptor, _ in self._poll.poll(1000 if has_strays else None):
                if descriptor == self._connection.fileno():
                    self._receive()
                else:
                    self._bury(self._children[descriptor])
                    has_strays = True
            if has_strays:
                has_strays = self._end_strays()

    def _receive(self) -> None:
        try:
            message, descriptors = receive(self._connection)
        except ConnectionError:
            message, descriptors = b"", []
        if not message:
            self._end_all()
        _, number, _ = MESSAGE.unpack_from(message)
        try:
            pid = self._create(descriptors)
        except OSError as error:
            self._send(MESSAGE.pack(FROM_ZYGOTE_NOT_CREATED, number, error.errno or 0))
            return
        finally:
            for descriptor in descriptors:
                os.close(descriptor)
        pidfd = os.pidfd_open(pid)
        self._children[pidfd] = Child(number, pid, pidfd)
        self._poll.register(pidfd, select.POLLIN)
        self._send(MESSAGE.pack(FROM_ZYGOTE_CREATED, number, pid), [pidfd])

    def _create(self, descriptors: list[int]) -> int:
        if len(descriptors) != DESCRIPTORS_OF_CHILD:
            raise OSError(0, f"{len(descriptors)} descriptors came, not {DESCRIPTORS_OF_CHILD}")
        if self._function is None:
            return self._spawn(descriptors)
        pid = os.fork()
        if pid == 0:
            self._be_child(descriptors)
        try:
            os.setpgid(pid, pid)
        except OSError:
            pass  # The child has done it, or is gone.
        return pid

    def _spawn(self, descriptors: list[int]) -> int:
        connection, log, output, memory = descriptors
        settings = self._settings
        arguments = settings.arguments(role="child", control=f"{connection}:{memory}", log=log)
        actions = [
            (os.POSIX_SPAWN_DUP2, output, 1),
            (os.POSIX_SPAWN_DUP2, output, 2),
        ]
        for descriptor in (connection, log, memory):
            os.set_inheritable(descriptor, True)
        return os.posix_spawn(
            sys.executable, arguments, os.environ, file_actions=actions, setpgroup=0
        )

    def _be_child(self, descriptors: list[int]) -> NoReturn:
        # Whatever goes wrong, this must never return into the zygote's loop.
        try:
            os.setpgid(0, 0)
            die_with_parent()
            function = self._function
            assert function is not None
            self._connection.close()
            for child in self._children.values():
                os.close(child.pidfd)
            connection, log, output, memory = descriptors
            os.dup2(output, 1)
            os.dup2(output, 2)
            os.close(output)
            self._log.rebind(socket.socket(fileno=log))
            shared = mmap.mmap(memory, 0)
            os.close(memory)
            serving.serve(
                socket.socket(fileno=connection),
                shared,
                self._log,
                function,
                self._settings.timeout_ms * 1_000_000,
            )
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(1)

    def _bury(self, child: Child) -> None:
        """Ends what is left of a dead child's group, then lets its number go."""
        try:
            os.killpg(child.pid, signal.SIGKILL)
        except OSError:
            pass  # It never had a group of its own, or nothing is left of it.
        _, status = os.waitpid(child.pid, 0)
        self._poll.unregister(child.pidfd)
        del self._children[child.pidfd]
        os.close(child.pidfd)
        self._send(MESSAGE.pack(FROM_ZYGOTE_EXITED, child.number, status))

    def _end_strays(self) -> bool:
        """Reaps processes that children left to us. Returns whether some are alive.

        They are killed once no child lives: before that nobody can tell whose they are.
        """
        known = {child.pid for child in self._children.values()}
        pid = os.getpid()
        with open(f"/proc/self/task/{pid}/children") as file:
            strays = [stray for stray in map(int, file.read().split()) if stray not in known]
        alive = False
        for stray in strays:
            if not known:
                os.kill(stray, signal.SIGKILL)
            alive = os.waitpid(stray, os.WNOHANG)[0] == 0 or alive
        return alive

    def _send(self, message: bytes, descriptors: Optional[list[int]] = None) -> None:
        try:
            socket.send_fds(self._connection, [message], descriptors or [])
        except OSError:
            self._end_all()

    def _end_all(self) -> NoReturn:
        """The pool is gone or has no more use for us."""
        for child in self._children.values():
            try:
                os.killpg(child.pid, signal.SIGKILL)
            except OSError:
                pass
        for child in self._children.values():
            os.waitpid(child.pid, 0)
        self._children.clear()
        while self._end_strays():
            signal.sigtimedwait([signal.SIGCHLD], 0.01)
        os._exit(0)


def receive(connection: socket.socket) -> tuple[bytes, list[int]]:
    """One message and the descriptors that came with it, closed on exec."""
    # MSG_CMSG_CLOEXEC: the socket module has no name for it.
    flags = getattr(socket, "MSG_CMSG_CLOEXEC", 0x40000000)
    space = socket.CMSG_SPACE(DESCRIPTORS_OF_CHILD * 4)
    message, ancillary, _, _ = connection.recvmsg(MESSAGE.size, space, flags)
    descriptors: list[int] = []
    for level, kind, data in ancillary:
        if level == socket.SOL_SOCKET and kind == socket.SCM_RIGHTS:
            descriptors += memoryview(data).cast("i")
    return message, descriptors


if __name__ == "__main__":
    main()
