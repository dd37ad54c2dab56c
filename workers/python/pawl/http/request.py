"""The request that the parameters of an HTTP task describe.

Step Functions Developer Guide, "Call HTTPS APIs in Step Functions workflows", says the parameters,
the headers that a task may not set, and the encodings of a form.
"""

from __future__ import annotations

import base64
import json
import urllib.parse
from typing import AbstractSet, Any, NamedTuple, Optional

from pawl.http.settings import CONTROL, HEADER_NAME, PORTS, Connection, Endpoint, split_url
from pawl.task_error import refused

METHODS = {"GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "HEAD"}
PARAMETERS = {
    "ApiEndpoint",
    "Authentication",
    "Headers",
    "InvocationConfig",
    "Method",
    "QueryParameters",
    "RequestBody",
    "Transform",
}
# The guide's list, and those that say where the message ends.
FORBIDDEN_HEADERS = {
    "authorization",
    "connection",
    "content-length",
    "content-md5",
    "date",
    "expect",
    "host",
    "keep-alive",
    "max-forwards",
    "proxy-authenticate",
    "proxy-authorization",
    "server",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "via",
    "www-authenticate",
}
FORBIDDEN_PREFIXES = ("x-forwarded", "x-amz", "x-amzn")
FORM = "application/x-www-form-urlencoded"
ARRAY_FORMATS = {"INDICES", "REPEAT", "COMMAS", "BRACKETS", "NONE"}


class Request(NamedTuple):
    """What goes over the wire to ``endpoint``."""

    endpoint: Endpoint
    method: str
    # Path and query.
    target: str
    headers: dict[str, str]
    body: Optional[bytes]


def connection_name(parameters: dict[str, Any]) -> str:
    """The connection that the parameters name. An ARN ends in connection/NAME/ID."""
    for holder in ("Authentication", "InvocationConfig"):
        value = parameters.get(holder)
        arn = value.get("ConnectionArn") if isinstance(value, dict) else None
        if isinstance(arn, str) and arn:
            _, is_arn, rest = arn.rpartition(":connection/")
            return rest.partition("/")[0] if is_arn else arn
    raise refused(
        "An HTTP task needs a connection: 'Authentication' must be an object with 'ConnectionArn'"
    )


def build(parameters: Any, connection: Connection) -> Request:
    """The request. Raises TaskError where the parameters make none."""
    if not isinstance(parameters, dict):
        raise refused("The parameters of an HTTP task must be an object")
    for name in parameters:
        if name not in PARAMETERS:
            raise refused(f"An HTTP task has no parameter '{name}'")
    method = parameters.get("Method")
    if method not in METHODS:
        raise refused(f"'Method' must be one of {', '.join(sorted(METHODS))}")
    endpoint, target = endpoint_of(parameters.get("ApiEndpoint"))
    headers = headers_of(parameters.get("Headers"))
    body = body_of(parameters, headers)
    headers.update(authorization(connection))
    return complete(Request(endpoint, method, with_query(target, parameters), headers, body))


def complete(request: Request) -> Request:
    """The request with the headers that every request has; a host of its own is kept."""
    headers = {
        **request.headers,
        "host": request.headers.get("host", host_header(request.endpoint)),
        "user-agent": request.headers.get("user-agent", "Pawl"),
        "accept-encoding": "identity",
        "connection": "close",
    }
    if request.body is not None or request.method in ("POST", "PUT", "PATCH"):
        headers["content-length"] = str(len(request.body or b""))
    return request._replace(headers=headers)


def endpoint_of(url: Any) -> tuple[Endpoint, str]:
    """Endpoint, and path with query, of the task's URL."""
    if not isinstance(url, str):
        raise refused("'ApiEndpoint' must be a string")
    try:
        return split_url(url)
    except ValueError as error:
        raise refused(f"'ApiEndpoint' {error}") from None


def host_header(endpoint: Endpoint) -> str:
    host = f"[{endpoint.host}]" if ":" in endpoint.host else endpoint.host
    return host if endpoint.port == PORTS[endpoint.scheme] else f"{host}:{endpoint.port}"


def text_of(value: Any, what: str) -> str:
    if isinstance(value, str):
        return value
    if value is None or isinstance(value, (dict, list)):
        raise refused(f"{what} must be a string, a number or a boolean")
    return json.dumps(value)


def headers_of(given: Any, forbidden: AbstractSet[str] = FORBIDDEN_HEADERS) -> dict[str, str]:
    """The task's own headers, names in lower case."""
    if given is None:
        return {}
    if not isinstance(given, dict):
        raise refused("'Headers' must be an object")
    headers = {}
    for name, value in given.items():
        lower = name.lower()
        if not HEADER_NAME.fullmatch(name):
            raise refused(f"{json.dumps(name)} is no header's name")
        if lower in forbidden or lower.startswith(FORBIDDEN_PREFIXES):
            raise refused(f"A task may not set the header '{name}'")
        values = value if isinstance(value, list) else [value]
        text = ", ".join(text_of(item, f"The header '{name}'") for item in values)
        if CONTROL.search(text) or not text.isascii():
            raise refused(f"The header '{name}' holds characters that a header does not")
        headers[lower] = text
    return headers


def with_query(target: str, parameters: dict[str, Any]) -> str:
    """``target`` with the task's query behind its own."""
    given = parameters.get("QueryParameters")
    if given is None:
        return target
    if not isinstance(given, dict):
        raise refused("'QueryParameters' must be an object")
    pairs = []
    for name, value in given.items():
        for item in value if isinstance(value, list) else [value]:
            pairs.append((name, text_of(item, f"The query parameter '{name}'")))
    if not pairs:
        return target
    query = urllib.parse.urlencode(pairs, quote_via=urllib.parse.quote)
    return f"{target}{'&' if '?' in target else '?'}{query}"


def body_of(parameters: dict[str, Any], headers: dict[str, str]) -> Optional[bytes]:
    """The body's bytes; sets its type where the task does not."""
    transform = parameters.get("Transform")
    body = parameters.get("RequestBody")
    if transform is not None:
        array_format = array_format_of(transform)
        if array_format and body is not None:
            headers.setdefault("content-type", FORM)
            if not headers["content-type"].startswith(FORM):
                raise refused(f"URL_ENCODED goes with the Content-Type {FORM}")
            return form_of(body, array_format)
    if body is None:
        return None
    kind = headers.setdefault("content-type", "application/json")
    if isinstance(body, str) and not is_json(kind):
        return body.encode()
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()


def is_json(content_type: str) -> bool:
    """Whether a body of this type is JSON."""
    kind = content_type.partition(";")[0].strip().lower()
    return kind == "application/json" or kind.endswith("+json")


def array_format_of(transform: Any) -> str:
    """How arrays are written in a form; empty for no form."""
    options = transform.get("RequestEncodingOptions", {}) if isinstance(transform, dict) else None
    if not isinstance(options, dict):
        raise refused("'Transform' must be an object with 'RequestBodyEncoding'")
    encoding = transform.get("RequestBodyEncoding", "NONE")
    if encoding not in ("NONE", "URL_ENCODED"):
        raise refused("'RequestBodyEncoding' must be NONE or URL_ENCODED")
    array_format = options.get("ArrayFormat", "INDICES")
    if array_format not in ARRAY_FORMATS:
        raise refused(f"'ArrayFormat' must be one of {', '.join(sorted(ARRAY_FORMATS))}")
    return str(array_format) if encoding == "URL_ENCODED" else ""


def form_of(body: Any, array_format: str) -> bytes:
    """The body as a form. Objects in it become name[member]."""
    if not isinstance(body, dict):
        raise refused("'RequestBody' must be an object to be URL_ENCODED")
    pairs: list[tuple[str, str]] = []
    for name, value in body.items():
        flatten(name, value, array_format, pairs)
    return urllib.parse.urlencode(pairs, quote_via=urllib.parse.quote, safe="[]").encode()


def flatten(name: str, value: Any, array_format: str, pairs: list[tuple[str, str]]) -> None:
    if isinstance(value, dict):
        for member, item in value.items():
            flatten(f"{name}[{member}]", item, array_format, pairs)
        return
    if not isinstance(value, list):
        pairs.append((name, "" if value is None else text_of(value, name)))
        return
    if array_format in ("COMMAS", "NONE"):
        texts = [text_of(item, name) for item in value]
        pairs.append((name, ",".join(texts) if array_format == "COMMAS" else json.dumps(value)))
        return
    for index, item in enumerate(value):
        suffix = {"INDICES": f"[{index}]", "BRACKETS": "[]"}.get(array_format, "")
        flatten(name + suffix, item, array_format, pairs)


def authorization(connection: Connection) -> dict[str, str]:
    """The headers that say who calls; those that need a token come from token.py."""
    fields = connection.fields
    if connection.authorization == "BASIC":
        pair = f"{fields['username']}:{fields['password']}".encode()
        return {"authorization": "Basic " + base64.b64encode(pair).decode()}
    if connection.authorization == "API_KEY":
        return {fields["name"].lower(): fields["value"]}
    return {}
