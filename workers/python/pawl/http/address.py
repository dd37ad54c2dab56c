"""Which hosts and addresses an HTTP task may reach.

Whoever writes a definition must not be able to make the worker call what only the worker can reach:
metadata services, loopback, the network inside. So a host must be on the allow-list, its name is
resolved once, *every* address it has must be public (or in a network that the worker's owner
allows), and the connection goes to the address that was checked, so that a name which resolves to
something else the next time gains nothing (OWASP, "Server-Side Request Forgery Prevention").
"""

from __future__ import annotations

import ipaddress
import re
from typing import Iterable, Optional, Union

Address = Union[ipaddress.IPv4Address, ipaddress.IPv6Address]
Network = Union[ipaddress.IPv4Network, ipaddress.IPv6Network]

HOST_CHARACTERS_MAX = 253
LABEL = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)", re.ASCII)
# "1", "0x7f" and the like: systems read 127.1 and 0x7f000001 as addresses.
NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*", re.ASCII)

# IANA's registries of special-purpose addresses, and what was site-local before them.
SPECIAL_NETWORKS: tuple[tuple[Network, str], ...] = tuple(
    (ipaddress.ip_network(network), what)
    for network, what in (
        ("0.0.0.0/8", "this network"),
        ("10.0.0.0/8", "private"),
        ("100.64.0.0/10", "shared by a carrier (CGNAT)"),
        ("127.0.0.0/8", "loopback"),
        ("169.254.0.0/16", "link-local"),
        ("172.16.0.0/12", "private"),
        ("192.0.0.0/24", "of IETF protocols"),
        ("192.0.2.0/24", "for documentation"),
        ("192.88.99.0/24", "a 6to4 relay"),
        ("192.168.0.0/16", "private"),
        ("198.18.0.0/15", "for benchmarks"),
        ("198.51.100.0/24", "for documentation"),
        ("203.0.113.0/24", "for documentation"),
        ("224.0.0.0/4", "multicast"),
        ("240.0.0.0/4", "reserved"),
        ("::/128", "unspecified"),
        ("::1/128", "loopback"),
        ("::/96", "an IPv4 address in IPv6"),
        ("64:ff9b:1::/48", "local translation"),
        ("100::/64", "discarded"),
        ("2001::/23", "of IETF protocols"),
        ("2001:db8::/32", "for documentation"),
        ("3fff::/20", "for documentation"),
        ("5f00::/16", "segment routing"),
        ("fc00::/7", "private"),
        ("fe80::/10", "link-local"),
        ("fec0::/10", "site-local"),
        ("ff00::/8", "multicast"),
    )
)
NAT64 = ipaddress.ip_network("64:ff9b::/96")


def literal(host: str) -> Optional[Address]:
    """The address that ``host`` is, without brackets; None for a name."""
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None


def normal_host(host: str) -> str:
    """A host in the one form in which it is compared: lower case, an address at its shortest."""
    lower = host.lower()
    address = literal(lower)
    return lower if address is None else str(address)


def wrong_host(host: str) -> str:
    """What is wrong with a host, lower case and without brackets; empty if nothing is."""
    if literal(host) is not None:
        return "it has a scope" if "%" in host else ""
    if not host or len(host) > HOST_CHARACTERS_MAX:
        return f"a host has 1 to {HOST_CHARACTERS_MAX} characters"
    labels = host.split(".")
    if NUMBER.fullmatch(labels[-1]):
        return "an IPv4 address is written as four decimal numbers, such as 192.0.2.1"
    if not all(LABEL.fullmatch(label) for label in labels):
        return "a host's labels are letters, digits and hyphens (other letters in punycode)"
    return ""


def embedded(address: Address) -> list[Address]:
    """The IPv4 addresses that packets to an IPv6 address may end at."""
    if isinstance(address, ipaddress.IPv4Address):
        return []
    found: list[Address] = []
    if address.ipv4_mapped is not None:
        found.append(address.ipv4_mapped)
    if address.sixtofour is not None:
        found.append(address.sixtofour)
    if address.teredo is not None:
        found.extend(address.teredo)
    if address in NAT64:
        found.append(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF))
    return found


def is_in(address: Address, networks: Iterable[Network]) -> bool:
    """Whether one of the networks holds the address."""
    return any(address.version == network.version and address in network for network in networks)


def not_allowed(text: str, networks: Iterable[Network]) -> str:
    """Why no connection goes to the address ``text``; empty if one may.

    ``networks`` are those that the worker's owner allows besides the public ones.
    """
    allowed = list(networks)
    address = ipaddress.ip_address(text.partition("%")[0])
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is not None:
        # The system connects to the IPv4 address.
        address = address.ipv4_mapped
    if is_in(address, allowed):
        return ""
    for network, what in SPECIAL_NETWORKS:
        if is_in(address, [network]):
            return f"{address} is {what}"
    for inner in embedded(address):
        if not is_in(inner, allowed) and (why := not_allowed(str(inner), allowed)):
            return f"{address} leads to an address that is not public: {why}"
    return "" if address.is_global else f"{address} is not public"
