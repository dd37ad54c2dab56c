"""Requests to APIs that are none of AWS's own: what the integrations of API Gateway and EKS share.

They go out as those of HTTP tasks do (pawl.http.exchange): 60 seconds, 256 KiB, no redirects. The
hosts are AWS's own names, so that their addresses are those that AWS gives them: beside the public
ones also those of the worker's own network, where endpoints of a VPC are.
"""

from __future__ import annotations

import ssl
import urllib.parse
from typing import Any, Iterable, Optional

import botocore.exceptions as boto_errors  # type: ignore[import]

from pawl.aws.failures import NO_CREDENTIALS
from pawl.aws.names import did_you_mean
from pawl.aws.shapes import found
from pawl.http.exchange import BODY_BYTES_MAX, SOCKET_ERROR, Response, exchange
from pawl.http.request import Request, complete
from pawl.http.settings import Settings, network_of
from pawl.task_error import TaskError, refused

VPC_NETWORKS = [
    network_of(text)
    for text in ("10.0.0.0/8", "100.64.0.0/10", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7")
]
# Where the worker's owner has named the endpoint.
ALL_NETWORKS = [network_of(text) for text in ("0.0.0.0/0", "::/0")]

# What stands for itself in a path (RFC 3986, "Path"); what is already encoded stays as it is.
PATH_CHARACTERS = "/%:@!$&'()*+,;=~"


def check_names(parameters: Any, call: str, names: Iterable[str]) -> dict[str, Any]:
    """The parameters, which are an object of these names. Raises TaskError."""
    if not isinstance(parameters, dict):
        raise refused(f"The parameters of {call} must be an object, found {found(parameters)}")
    known = list(names)
    for name in parameters:
        if name not in known:
            raise refused(f"{call} has no parameter '{name}'{did_you_mean(name, known)}")
    return parameters


def text_of(parameters: dict[str, Any], name: str) -> str:
    """A parameter that is a string with something in it. Raises TaskError."""
    value = parameters.get(name)
    if not isinstance(value, str) or not value:
        what = "an empty one" if value == "" else found(value)
        raise refused(f"'{name}' must be a string, found {what}")
    return value


def optional_text(parameters: dict[str, Any], name: str) -> str:
    """A parameter that is a string; an empty one if it is not there. Raises TaskError."""
    return "" if parameters.get(name) in (None, "") else text_of(parameters, name)


def word_of(parameters: dict[str, Any], name: str, words: Iterable[str]) -> str:
    """A parameter that is one of the words. Raises TaskError."""
    value = parameters.get(name)
    if not isinstance(value, str) or value not in words:
        what = f"'{value}'" if isinstance(value, str) else found(value)
        raise refused(f"'{name}' must be one of {', '.join(sorted(words))}, found {what}")
    return value


def lists_of(parameters: dict[str, Any], name: str) -> dict[str, list[Any]]:
    """A parameter that is an object of arrays; empty if it is not there. Raises TaskError."""
    value = parameters.get(name)
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise refused(f"'{name}' must be an object, found {found(value)}")
    for key, items in value.items():
        if not isinstance(items, list):
            raise refused(f"'{name}.{key}' must be an array of strings, found {found(items)}")
    return value


def encoded_path(path: str) -> str:
    """A path as it is sent: what it cannot hold is percent-encoded, also a query's mark."""
    return urllib.parse.quote(path, safe=PATH_CHARACTERS)


def credentials_of(session: Any, error: str) -> Any:
    """The worker's credentials as they are now. Raises TaskError ``error.SdkClientException``."""
    try:
        credentials = session.get_credentials()
        frozen = credentials.get_frozen_credentials() if credentials is not None else None
    except boto_errors.BotoCoreError as problem:
        raise client_failure(error, str(problem)) from None
    if frozen is None:
        raise client_failure(error, NO_CREDENTIALS)
    return frozen


def send(
    request: Request,
    networks: list[Any],
    error: str,
    tls: Optional[ssl.SSLContext] = None,
    body_bytes_max: int = BODY_BYTES_MAX,
) -> Response:
    """The response, whatever its status. Raises TaskError, whose names begin with ``error``."""
    settings = Settings(allow=[], networks=networks, connections={})
    try:
        return exchange(complete(request), settings, tls=tls, body_bytes_max=body_bytes_max)
    except TaskError as problem:
        if problem.name != SOCKET_ERROR:
            raise
        raise client_failure(error, f"Unable to execute HTTP request: {problem.cause}") from None


def client_failure(error: str, cause: str) -> TaskError:
    """A failure on this side of the wire."""
    return TaskError(f"{error}.SdkClientException", cause)
