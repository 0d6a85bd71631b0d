"""What counts as a host: the one rule for request, answer and settings."""

from __future__ import annotations

from plugin.click.shortcuts import AF_INET, AF_INET6, inet_pton

LETTERS = set("abcdefghijklmnopqrstuvwxyz0123456789-")
HEXADECIMAL = set("0123456789abcdef")


def checked(text: str) -> str | None:
    """The host in lower case as it stands in an https address (IPv6 in brackets), or None if `text` is not one."""
    host = text.lower() if text.isascii() else ""  # some letters beyond ASCII have their lower case within it
    if host.startswith("[") and host.endswith("]"):
        return host if packed(host[1:-1], AF_INET6) else None
    labels = host.split(".")
    if len(host) > 253 or not all(map(is_label, labels)):
        return None
    return None if is_number(labels[-1]) and not packed(host, AF_INET) else host


def is_label(text: str) -> bool:
    return 0 < len(text) <= 63 and set(text) <= LETTERS and text[0] != "-" != text[-1]


def is_number(label: str) -> bool:
    """A browser reads a name whose last label is a number as an IPv4 address (WHATWG URL, "ends in a number")."""
    return label.isdigit() or (label.startswith("0x") and set(label[2:]) <= HEXADECIMAL)


def packed(text: str, family: int) -> bytes | None:
    """The bytes of an IP address, None if `text` is not one; one with a zone (``fe80::1%eth0``) is not."""
    try:
        return inet_pton(family, text)
    except (OSError, ValueError):
        return None
