"""What is done for speed and would surprise a reader: what each saves, and the documented way that stands in for it.

A person waits for what is loaded before `uapi` starts. `python -m tests.bench.shortcuts` measures each by taking it
away; the figures here are milliseconds of the processor on Python 3.9 and on 3.13, on the machine of
tests/bench/README.md.
"""

from __future__ import annotations

import sys

# The C library's own: 1.6 and 1.4 ms. `socket` around it adds names for its constants.
try:
    from _socket import AF_INET, AF_INET6, AF_UNIX, SOCK_DGRAM, SOCK_STREAM, inet_ntop, inet_pton, socket
except ImportError:
    from socket import AF_INET, AF_INET6, AF_UNIX, SOCK_DGRAM, SOCK_STREAM, inet_ntop, inet_pton, socket  # type: ignore[assignment]

# What `json` itself reads with: 2.7 and 3.5 ms. The package around it compiles regular expressions.
try:
    from _json import make_scanner
except ImportError:
    make_scanner = None  # type: ignore[assignment,misc]

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

__all__ = [
    "AF_INET",
    "AF_INET6",
    "AF_UNIX",
    "SOCK_DGRAM",
    "SOCK_STREAM",
    "encoded",
    "inet_ntop",
    "inet_pton",
    "light_jinja2",
    "light_subprocess",
    "loads",
    "socket",
]

UNRESERVED = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~"


class Syntax:
    """JSON as json.loads takes it, but for NaN and Infinity, which become None."""

    strict = True
    object_hook = object_pairs_hook = None
    parse_float = float
    parse_int = int
    parse_constant = staticmethod(lambda name: None)
    memo: dict[str, str] = {}  # noqa: RUF012 (the scanner's own)


def loads(text: str) -> Any:
    """The value of a JSON text; raises ValueError or RecursionError."""
    if make_scanner is None:
        import json

        return json.loads(text, parse_constant=Syntax.parse_constant)
    text = text.strip(" \t\r\n")
    try:
        value, end = make_scanner(Syntax)(text, 0)  # type: ignore[arg-type]
    except (StopIteration, SystemError):  # the latter where the error's class, in json, is not loaded
        raise ValueError("not JSON") from None
    if end != len(text):
        raise ValueError("more than one JSON value")
    return value


def encoded(value: str) -> str:
    """URI-encoded (RFC 3986 §2.1), as `urllib.parse.quote` does with nothing safe: 2.3 and 4.4 ms for loading it."""
    return "".join(chr(byte) if chr(byte) in UNRESERVED else f"%{byte:02X}" for byte in value.encode())


def light_subprocess() -> None:
    """Load `subprocess` without `locale`, which imports regular expressions, if nothing has loaded that yet.

    From Python 3.11 on it imports `locale` to know the encoding of text; what a click reads is bytes: 0 and 3.3 ms.
    """
    if {"locale", "subprocess"} & set(sys.modules):
        return
    sys.modules["locale"] = type(sys)("locale")
    try:
        import subprocess  # noqa: F401
    except (AttributeError, ImportError):
        pass  # whoever imports it next has it whole
    finally:
        del sys.modules["locale"]


def light_jinja2() -> None:
    """Let `jinja2` be a package without its `__init__`, which imports pickle, tempfile and OpenSSL for a cache that a
    click does not use: none of the wait, as `uapi` runs meanwhile, but 16 and 15 % of the processor's time, and 5 MB.
    Without a folder of packages beside the release it is imported as it is."""
    folders = [f"{folder}/jinja2" for folder in sys.path if folder.endswith("/vendor")]
    if folders and "jinja2" not in sys.modules:
        package = type(sys)("jinja2")
        package.__path__ = folders
        sys.modules["jinja2"] = package
