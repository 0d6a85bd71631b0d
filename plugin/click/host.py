"""What counts as a host: the one rule for request, answer and settings."""

from __future__ import annotations

import re
from _socket import AF_INET, AF_INET6

from plugin.click.request import packed

LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
NAME = re.compile(rf"{LABEL}(?:\.{LABEL})*")
# A browser reads a name whose last label is a number as an IPv4 address (WHATWG URL, "ends in a number").
NUMBER = re.compile("[0-9]+|0x[0-9a-f]*")


def checked(text: str) -> str | None:
    """The host in lower case as it stands in an https address (IPv6 in brackets), or None if `text` is not one."""
    host = text.lower() if text.isascii() else ""  # some letters beyond ASCII have their lower case within it
    if host.startswith("[") and host.endswith("]"):
        return host if packed(host[1:-1], AF_INET6) else None
    if len(host) > 253 or not NAME.fullmatch(host):
        return None
    if NUMBER.fullmatch(host.rpartition(".")[2]) and not packed(host, AF_INET):
        return None
    return host
