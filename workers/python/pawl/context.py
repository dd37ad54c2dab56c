"""The context object that a function gets beside its event, as AWS Lambda defines it."""

from __future__ import annotations

import sys
from time import monotonic_ns
from typing import Any, NamedTuple, Optional


class Identity(NamedTuple):
    """The Amazon Cognito identity of a caller; both are None where there is none."""

    cognito_identity_id: Optional[str] = None
    cognito_identity_pool_id: Optional[str] = None


class ClientInfo(NamedTuple):
    """The calling application, as a mobile client describes itself."""

    installation_id: Optional[str] = None
    app_title: Optional[str] = None
    app_version_name: Optional[str] = None
    app_version_code: Optional[str] = None
    app_package_name: Optional[str] = None


class ClientContext:
    """What the caller passed as ClientContext."""

    def __init__(self, fields: dict[str, Any]) -> None:
        """Takes the members of the JSON object that the caller sent."""
        client = fields.get("client")
        self.custom: Any = fields.get("custom")
        self.env: Any = fields.get("env")
        self.client: Optional[ClientInfo] = None
        if isinstance(client, dict):
            self.client = ClientInfo(*(client.get(name) for name in ClientInfo._fields))


NO_IDENTITY = Identity()


class Context:
    """What a function can learn about its invocation.

    Attributes:
        aws_request_id: Names the invocation. It stays the same when a lost invocation is delivered
            again, so it serves as an idempotency key.
        function_name: The function's name.
        function_version: ``$LATEST`` or a version number, as text.
        invoked_function_arn: The ARN as invoked; it shows whether a version or alias was used.
        memory_limit_in_mb: The memory limit as text; ``"0"`` where there is no limit.
        log_group_name: The log group of the function.
        log_stream_name: The log stream of this process.
        identity: Always an object; its members are None without Amazon Cognito.
        client_context: The caller's client context, or None.
        tenant_id: The tenant of a multi-tenant function, or None.
    """

    # Constant for the process; the zygote sets them before the first invocation.
    function_name: str = ""
    function_version: str = "$LATEST"
    memory_limit_in_mb: str = "0"
    log_group_name: str = ""
    log_stream_name: str = ""
    identity: Identity = NO_IDENTITY
    tenant_id: Optional[str] = None
    client_context: Optional[ClientContext] = None

    def __init__(self, aws_request_id: str, invoked_function_arn: str, deadline_ns: int) -> None:
        """``deadline_ns`` is a point of the monotonic clock."""
        self.aws_request_id = aws_request_id
        self.invoked_function_arn = invoked_function_arn
        self._deadline_ns = deadline_ns

    def get_remaining_time_in_millis(self) -> int:
        """Milliseconds until the invocation times out, never below zero."""
        return max(0, (self._deadline_ns - monotonic_ns()) // 1_000_000)

    def log(self, message: object) -> None:
        """Writes ``message`` to the function's log."""
        sys.stdout.write(str(message))

    def __repr__(self) -> str:
        return (
            f"Context(aws_request_id={self.aws_request_id!r}, "
            f"function_name={self.function_name!r}, "
            f"function_version={self.function_version!r}, "
            f"invoked_function_arn={self.invoked_function_arn!r}, "
            f"memory_limit_in_mb={self.memory_limit_in_mb!r})"
        )
