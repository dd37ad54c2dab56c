"""The file that allows HTTP tasks and holds their connections: ``pawl worker --http-tasks FILE``.

    {
      "allow": ["https://api.example.com", "https://*.example.org:8443"],
      "networks": ["10.1.0.0/16"],
      "connections": {
        "billing": {"authorization": "API_KEY", "name": "X-Api-Key", "value": "…"},
        "reports": {"authorization": "BASIC", "username": "…", "password": "…",
                    "allow": ["https://reports.example.org:8443"]},
        "orders": {"authorization": "OAUTH_CLIENT_CREDENTIALS", "client_id": "…",
                   "client_secret": "…", "endpoint": "https://login.example.org/token"},
        "public": {"authorization": "NONE"}
      }
    }

``allow`` is the list of endpoints; ``*.`` stands for one or more labels, and ``http://`` must be
said where it is meant. ``networks`` are addresses besides the public ones. A connection stands for
EventBridge's: a task's ConnectionArn names it, by its ARN or its bare name. A connection with an
``allow`` of its own is used for those endpoints alone. The endpoint that gives a token need not be
on a list, but its address must be allowed like any other.
"""

from __future__ import annotations

import ipaddress
import json
import os
import re
import stat
import sys
import urllib.parse
from typing import Any, Iterable, NamedTuple, Optional

from pawl.http.address import Network, literal, normal_host, wrong_host

FILE_BYTES_MAX = 1024 * 1024
URL_CHARACTERS_MAX = 8192
PORTS = {"https": 443, "http": 80}
HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")

AUTHORIZATIONS: dict[str, tuple[str, ...]] = {
    "NONE": (),
    "BASIC": ("username", "password"),
    "API_KEY": ("name", "value"),
    "OAUTH_CLIENT_CREDENTIALS": ("client_id", "client_secret", "endpoint"),
}


class SettingsError(Exception):
    """The file is not right; the message says where and why."""


class Endpoint(NamedTuple):
    """A scheme, a host in lower case and a port; in a list, ``*.`` may stand before the host."""

    scheme: str
    host: str
    port: int

    def allows(self, other: Endpoint) -> bool:
        """Whether ``other`` is what this entry of a list means."""
        if (self.scheme, self.port) != (other.scheme, other.port):
            return False
        if self.host.startswith("*."):
            return literal(other.host) is None and other.host.endswith(self.host[1:])
        return self.host == other.host

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.scheme}://{host}:{self.port}"


class Connection(NamedTuple):
    """How requests prove who sends them. ``fields`` are those of the authorization."""

    authorization: str
    fields: dict[str, str]
    # None: as the file's own list says.
    allow: Optional[list[Endpoint]]


class Settings(NamedTuple):
    """What the file says."""

    allow: list[Endpoint]
    networks: list[Network]
    connections: dict[str, Connection]


def is_allowed(endpoint: Endpoint, entries: Iterable[Endpoint]) -> bool:
    """Whether one of the entries means the endpoint."""
    return any(entry.allows(endpoint) for entry in entries)


def load(path: str) -> Settings:
    """Reads the file. Raises SettingsError."""
    try:
        with open(path, "rb") as file:
            mode = os.fstat(file.fileno()).st_mode
            data = file.read(FILE_BYTES_MAX + 1)
    except OSError as error:
        raise SettingsError(f"{path}: cannot be read: {error.strerror}") from None
    if len(data) > FILE_BYTES_MAX:
        raise SettingsError(f"{path}: has more than {FILE_BYTES_MAX} bytes")
    try:
        settings = parse(json.loads(data))
    except (ValueError, RecursionError) as error:
        raise SettingsError(f"{path}: {error}") from None
    has_secrets = any(connection.fields for connection in settings.connections.values())
    if has_secrets and mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise SettingsError(
            f"{path}: holds secrets and others may read it (mode {stat.S_IMODE(mode):o}); "
            "chmod 600 would be right"
        )
    return settings


def parse(document: Any) -> Settings:
    """What the document says. Raises ValueError."""
    members = object_of(document, "the file", {"allow", "networks", "connections"})
    connections = object_of(members.get("connections", {}), "connections", None)
    return Settings(
        [entry_of(text, "allow") for text in texts_of(members.get("allow", []), "allow")],
        [network_of(text) for text in texts_of(members.get("networks", []), "networks")],
        {name: connection_of(name, value) for name, value in connections.items()},
    )


def object_of(value: Any, what: str, known: Optional[set[str]]) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise ValueError(f"{what} must be an object")
    for name in value:
        if known is not None and name not in known:
            raise ValueError(
                f"{what} has no member '{name}'; it may have {', '.join(sorted(known))}"
            )
    return value


def texts_of(value: Any, what: str) -> list[str]:
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise ValueError(f"{what} must be an array of strings")
    return value


def network_of(text: str) -> Network:
    try:
        return ipaddress.ip_network(text)
    except ValueError as error:
        raise ValueError(f"networks: {error}; 10.1.0.0/16 would be right") from None


def split_url(url: str) -> tuple[Endpoint, str]:
    """Endpoint, and path with query, of a URL. Raises ValueError: what is wrong with it."""
    if not 0 < len(url) <= URL_CHARACTERS_MAX:
        raise ValueError(f"must be a URL of at most {URL_CHARACTERS_MAX} characters")
    if not url.isascii() or CONTROL.search(url) or any(mark in url for mark in ' \\"<>^`{|}'):
        raise ValueError("holds characters that a URL does not; write them percent-encoded")
    try:
        parts = urllib.parse.urlsplit(url)
        port = parts.port
        host = normal_host(parts.hostname or "")
    except ValueError as error:
        raise ValueError(f"is no URL: {error}") from None
    if parts.scheme not in PORTS:
        raise ValueError("must begin with https://")
    if "@" in parts.netloc:
        raise ValueError("must not hold a user; the connection says who calls")
    if why := wrong_host(host):
        raise ValueError(f"has no valid host: {why}")
    if port == 0:
        raise ValueError("has the port 0")
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Endpoint(parts.scheme, host, port or PORTS[parts.scheme]), target


def entry_of(text: str, what: str) -> Endpoint:
    """An entry of an allow-list."""
    right = "https://api.example.com or https://*.example.com:8443 would be right"
    try:
        parts = urllib.parse.urlsplit(text)
        port = parts.port
    except ValueError:
        raise ValueError(f"{what}: '{text}' is no endpoint; {right}") from None
    host = normal_host(parts.hostname or "")
    rest = parts.path.strip("/") or parts.query or parts.fragment or "@" in parts.netloc
    if parts.scheme not in PORTS or rest or CONTROL.search(text):
        raise ValueError(f"{what}: '{text}' is no endpoint; {right}")
    if why := wrong_host(host.removeprefix("*.")):
        raise ValueError(f"{what}: '{text}': {why}")
    return Endpoint(parts.scheme, host, port or PORTS[parts.scheme])


def connection_of(name: str, value: Any) -> Connection:
    what = f"connections.{name}"
    kind = value.get("authorization") if isinstance(value, dict) else None
    if kind not in AUTHORIZATIONS:
        kinds = ", ".join(AUTHORIZATIONS)
        raise ValueError(f"{what}: the authorization must be one of {kinds}")
    names = AUTHORIZATIONS[kind]
    members = object_of(value, what, {"authorization", "allow", *names})
    fields = {field: secret_of(members.get(field), f"{what}.{field}") for field in names}
    if kind == "API_KEY" and not HEADER_NAME.fullmatch(fields["name"]):
        raise ValueError(f"{what}.name is no header's name")
    if kind == "BASIC" and ":" in fields["username"]:
        raise ValueError(f"{what}.username must not hold a colon")
    if kind == "OAUTH_CLIENT_CREDENTIALS":
        try:
            split_url(fields["endpoint"])
        except ValueError as error:
            raise ValueError(f"{what}.endpoint {error}") from None
    allow = None
    if "allow" in members:
        place = f"{what}.allow"
        allow = [entry_of(text, place) for text in texts_of(members["allow"], place)]
    return Connection(kind, fields, allow)


def secret_of(value: Any, what: str) -> str:
    if not isinstance(value, str) or not value or CONTROL.search(value):
        raise ValueError(f"{what} must be a string that is not empty, without control characters")
    return value


if __name__ == "__main__":
    # The worker asks before it serves.
    try:
        load(sys.argv[1])
    except SettingsError as problem:
        sys.exit(str(problem))
