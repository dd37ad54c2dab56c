"""A server somewhere else."""

from __future__ import annotations

from pawl import _client
from pawl.workflows import Workflows

DEFAULT_ADDRESS = "127.0.0.1:7600"


class Client(Workflows):
    """Speaks to a Pawl server over gRPC. It connects with the first call, and again when need be.

    Errors of the connection are `UnavailableError`: calls may be repeated.
    """

    def __init__(self, address: str = DEFAULT_ADDRESS, *, namespace: str = "") -> None:
        """``address`` is the server's ``HOST:PORT``."""
        super().__init__(_client.Client(address, namespace))
