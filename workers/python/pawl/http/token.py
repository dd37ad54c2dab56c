"""Tokens of OAuth for connections of the kind OAUTH_CLIENT_CREDENTIALS (RFC 6749, 4.4)."""

from __future__ import annotations

import time
import urllib.parse
from typing import Any

from pawl.http.exchange import Resolver, exchange
from pawl.http.request import FORM, Request, complete
from pawl.http.settings import Connection, Settings, split_url
from pawl.payload import read_event
from pawl.task_error import TaskError

TOKEN_SECONDS = 20.0
# A token is not used when it ends this soon.
MARGIN_SECONDS = 30.0
TOKEN_CHARACTERS_MAX = 16 * 1024
# Of EventBridge's connections: one that could not be authorized (Step Functions Developer Guide,
# "HTTP Task errors").
ERROR = "Events.ConnectionResource.InvalidConnectionState"

# By what the token was given for: the token, and when it ends on the monotonic clock.
_tokens: dict[tuple[str, ...], tuple[str, float]] = {}


def bearer(name: str, connection: Connection, settings: Settings, resolver: Resolver) -> str:
    """The value of the header "authorization"; tokens are kept until they end.

    Raises TaskError, as `exchange` does, and where the endpoint gives no token.
    """
    key = tuple(connection.fields.values())
    token, end = _tokens.get(key, ("", 0.0))
    if not token or time.monotonic() >= end:
        token, seconds = fetch(name, connection, settings, resolver)
        _tokens[key] = token, time.monotonic() + seconds - MARGIN_SECONDS
    return f"Bearer {token}"


def forget(connection: Connection) -> None:
    """The token of the connection is no longer good."""
    _tokens.pop(tuple(connection.fields.values()), None)


def fetch(
    name: str, connection: Connection, settings: Settings, resolver: Resolver
) -> tuple[str, float]:
    """A new token and how many seconds it is good."""
    fields = connection.fields
    endpoint, target = split_url(fields["endpoint"])
    form = {
        "grant_type": "client_credentials",
        "client_id": fields["client_id"],
        "client_secret": fields["client_secret"],
    }
    headers = {"content-type": FORM, "accept": "application/json"}
    body = urllib.parse.urlencode(form).encode()
    request = complete(Request(endpoint, "POST", target, headers, body))
    response = exchange(request, settings, resolver, seconds=TOKEN_SECONDS)
    # What the endpoint says may repeat the secret: it is not passed on.
    if not 200 <= response.status < 300:
        raise TaskError(ERROR, f"{endpoint} gave no token for '{name}': {response.status}")
    try:
        answer = read_event(response.body)
    except (ValueError, RecursionError):
        answer = None
    token = answer.get("access_token") if isinstance(answer, dict) else None
    if not is_token(token):
        raise TaskError(ERROR, f"{endpoint} gave no token for '{name}': no access_token in JSON")
    seconds = answer.get("expires_in", 0)
    return str(token), float(seconds) if isinstance(seconds, (int, float)) else 0.0


def is_token(token: Any) -> bool:
    """Whether it can stand in a header."""
    return (
        isinstance(token, str)
        and 0 < len(token) <= TOKEN_CHARACTERS_MAX
        and all("!" <= mark <= "~" for mark in token)
    )
