"""One request and its response, over a connection to an address that was checked."""

from __future__ import annotations

import http.client
import socket
import ssl
import threading
import time
from typing import Any, Callable, NamedTuple, Optional

from pawl.http.address import not_allowed
from pawl.http.request import Request
from pawl.http.settings import Endpoint, Settings
from pawl.task_error import TaskError, refused

# Step Functions Developer Guide, "HTTP Task": 60 seconds, and the limit of a payload.
EXCHANGE_SECONDS = 60.0
BODY_BYTES_MAX = 256 * 1024
SOCKET_ERROR = "States.Http.Socket"

# As socket.getaddrinfo gives them.
AddressInfo = tuple[Any, ...]
Resolver = Callable[[str, int], list[AddressInfo]]


class Response(NamedTuple):
    """A whole response. Names of headers are as they came."""

    status: int
    reason: str
    headers: dict[str, list[str]]
    body: bytes

    def header(self, name: str) -> str:
        """The first value of a header, whose name is in lower case; empty without one."""
        return next((all[0] for given, all in self.headers.items() if given.lower() == name), "")


def resolve(host: str, port: int) -> list[AddressInfo]:
    """All addresses of a host. Raises OSError."""
    return list(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))


def checked_addresses(
    endpoint: Endpoint, settings: Settings, resolver: Resolver
) -> list[AddressInfo]:
    """The addresses to connect to; the name is resolved here and nowhere else.

    Raises TaskError: one of them is not allowed, or there is none.
    """
    try:
        found = resolver(endpoint.host, endpoint.port)
    except OSError as error:
        raise TaskError(SOCKET_ERROR, f"{endpoint.host}: {error.strerror or error}") from None
    if not found:
        raise TaskError(SOCKET_ERROR, f"{endpoint.host}: has no address")
    for info in found:
        if why := not_allowed(info[4][0], settings.networks):
            raise refused(f"The host '{endpoint.host}' may not be called: {why}")
    return found


def connect(addresses: list[AddressInfo], deadline: float) -> socket.socket:
    """A connection to the first address that takes one. Raises OSError."""
    last: OSError = OSError("no address")
    for family, kind, protocol, _, address in addresses:
        connection = socket.socket(family, kind, protocol)
        try:
            connection.settimeout(max(0.001, deadline - time.monotonic()))
            connection.connect(address)
            return connection
        except OSError as error:
            connection.close()
            last = error
    raise last


class Deadline:
    """Breaks a connection off when its time is over, whatever it waits for then."""

    def __init__(self, connection: socket.socket, deadline: float) -> None:
        self.has_passed = False
        # TLS takes the descriptor over; this one stays.
        self._connection = connection.dup()
        self._timer = threading.Timer(max(0.0, deadline - time.monotonic()), self._pass)
        self._timer.daemon = True

    def __enter__(self) -> Deadline:
        self._timer.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._timer.cancel()
        self._timer.join()
        self._connection.close()

    def _pass(self) -> None:
        self.has_passed = True
        try:
            self._connection.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass


def exchange(
    request: Request,
    settings: Settings,
    resolver: Resolver = resolve,
    tls: Optional[ssl.SSLContext] = None,
    seconds: float = EXCHANGE_SECONDS,
    body_bytes_max: int = BODY_BYTES_MAX,
) -> Response:
    """Sends the request and reads the response. Redirects are not followed.

    Raises TaskError: ``States.Http.Socket``, ``States.DataLimitExceeded``, ``States.Runtime``.
    """
    deadline = time.monotonic() + seconds
    addresses = checked_addresses(request.endpoint, settings, resolver)
    try:
        connection = connect(addresses, deadline)
    except OSError as error:
        raise socket_error(request, error, deadline, seconds) from None
    with Deadline(connection, deadline) as limit:
        try:
            if request.endpoint.scheme == "https":
                context = tls or ssl.create_default_context()
                connection = context.wrap_socket(connection, server_hostname=request.endpoint.host)
            response = talk(connection, request, body_bytes_max)
            if limit.has_passed:
                raise TimeoutError
            return response
        except (OSError, http.client.HTTPException) as error:
            end = 0.0 if limit.has_passed else deadline
            raise socket_error(request, error, end, seconds) from None
        finally:
            connection.close()


def socket_error(request: Request, error: Exception, deadline: float, seconds: float) -> TaskError:
    """The failure of a connection."""
    if time.monotonic() >= deadline or isinstance(error, TimeoutError):
        return TaskError(
            SOCKET_ERROR, f"{request.endpoint}: did not answer within {seconds:g} seconds"
        )
    said = getattr(error, "strerror", None) or str(error) or type(error).__name__
    return TaskError(SOCKET_ERROR, f"{request.endpoint}: {said}")


def talk(connection: socket.socket, request: Request, body_bytes_max: int) -> Response:
    """The exchange itself."""
    lines = [f"{request.method} {request.target} HTTP/1.1"]
    lines += [f"{name}: {value}" for name, value in request.headers.items()]
    head = "\r\n".join(lines) + "\r\n\r\n"
    connection.sendall(head.encode("latin-1") + (request.body or b""))
    response = http.client.HTTPResponse(connection, method=request.method)
    try:
        response.begin()
        headers: dict[str, list[str]] = {}
        names: dict[str, str] = {}
        for name, value in response.getheaders():
            headers.setdefault(names.setdefault(name.lower(), name), []).append(value)
        body = response.read(body_bytes_max + 1)
        missing = response.length or 0
    finally:
        response.close()
    if len(body) > body_bytes_max:
        raise TaskError(
            "States.DataLimitExceeded",
            f"The response of {request.endpoint} has more than {body_bytes_max} bytes.",
        )
    if missing > 0 and request.method != "HEAD":
        raise http.client.IncompleteRead(body, missing)
    return Response(response.status, response.reason, headers, body)
