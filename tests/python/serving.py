"""Runs an HTTP server on loopback beside a test."""

from __future__ import annotations

import contextlib
import http.server
import threading
from typing import Iterator, TypeVar

Server = TypeVar("Server", bound=http.server.HTTPServer)


@contextlib.contextmanager
def serving(server: Server) -> Iterator[Server]:
    """The server, which answers in a thread of its own until the block ends."""
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
