"""What counts as a host: the one rule for request, answer and settings."""

from __future__ import annotations

import ipaddress
import re

LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
NAME = re.compile(rf"{LABEL}(?:\.{LABEL})*", re.ASCII)
# A browser reads a name whose last label is a number as an IPv4 address (WHATWG URL, "ends in a number").
NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*", re.ASCII)


def checked(text: str) -> str | None:
    """The host in lower case as it stands in an https address (IPv6 in brackets), or None if `text` is not one."""
    host = text.lower()
    if host.startswith("[") and host.endswith("]"):
        return f"[{host[1:-1]}]" if is_address(host[1:-1], version=6) else None
    if len(host) > 253 or not NAME.fullmatch(host):
        return None
    if NUMBER.fullmatch(host.rpartition(".")[2]) and not is_address(host, version=4):
        return None
    return host


def is_address(text: str, version: int) -> bool:
    """Whether `text` is a plain IP address of that version; one with a zone (``fe80::1%eth0``) is not."""
    try:
        return "%" not in text and ipaddress.ip_address(text).version == version
    except ValueError:
        return False
