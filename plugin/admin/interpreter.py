"""Which Python runs the page: one that every account can run and nobody but root can change."""

from __future__ import annotations

import os
import pwd
import re
import stat
import sys
from typing import NamedTuple

from plugin.admin import files
from plugin.admin.programs import Failed, Program

TYPE_CHECKING = False
if TYPE_CHECKING:
    from plugin.admin.server import Server

PATIENCE = 20.0  # seconds
PROBE = """import sys
print("%d.%d" % sys.version_info[:2])
assert sys.version_info >= (3, 9)
import ctypes, fcntl, hashlib, html, json, os, socket, subprocess, syslog, urllib.parse
assert os.path.realpath(sys.executable) == sys.argv[1], "another"
print(sys.implementation.cache_tag)"""
VERSION, TAG = re.compile(r"3\.\d{1,3}|[0-2]\.\d+"), re.compile("[a-z0-9-]{1,40}")


class Interpreter(NamedTuple):
    """A Python that can run the page. ``tag`` is its bytecode's; ``own`` says whether root may run it too."""

    path: str
    tag: str
    version: str
    own: bool


class Unfit(Exception):
    """Why a Python cannot run the page."""


def examine(path: str, *, given: bool = False) -> Interpreter:
    """The Python that `path` leads to; only the file itself counts, no link to it. Raises Unfit, Interrupted.

    What it prints is another user's word: compared, never taken for a path. `given` was asked for, so it may lie in a
    home or be somebody else's.
    """
    found = os.path.realpath(path)
    if not os.path.isfile(found) or not os.access(found, os.X_OK):
        raise Unfit("is not a program")
    # A script's first line: "#!", " -IS" and the end of line make 127 with this.
    if re.search("[^A-Za-z0-9._/+-]", found) or len(found) > 120:
        raise Unfit(f"has a path that a script's first line cannot hold: {found}")
    own = os.geteuid() != 0 or roots_alone(found)
    if os.geteuid() == 0 and not given:
        if in_a_home(found):
            raise Unfit("lies in a home")
        if not own:
            raise Unfit("can be changed by others than root, or not be run by everybody")
    command = [found, "-ISB", "-c", PROBE, found]
    nobody = pwd.getpwnam("nobody") if os.geteuid() == 0 else None
    try:
        ended = Program(command, PATIENCE, environ={}, account=nobody).finish()
    except Failed:
        raise Unfit("cannot be run by an ordinary user") from None
    version, _, tag = ended.output.partition("\n")
    if ended.code or not VERSION.fullmatch(version) or not TAG.fullmatch(tag):
        raise Unfit(complaint(version, ended.errors, found))
    return Interpreter(found, tag, version, own)


def complaint(version: str, errors: str, found: str) -> str:
    known = VERSION.fullmatch(version)
    if known and tuple(map(int, version.split("."))) < (3, 9):
        return f"({found}) is Python {version}, older than 3.9"
    if known and errors.endswith("another"):
        return f"({found}) only starts another Python; name that one"
    if known:
        return f"({found}) lacks a part of Python's library"
    return f"({found}) does not work, or cannot be run by an ordinary user"


def roots_alone(file: str) -> bool:
    """Executable by everybody and writable by root only, and so is each folder on its way."""
    while True:
        seen = os.stat(file)
        if seen.st_uid != 0 or seen.st_mode & 0o022 or not seen.st_mode & stat.S_IXOTH:
            return False
        if file == "/":
            return True
        file = os.path.dirname(file)


def in_a_home(path: str) -> bool:
    return re.match("/home[^/]*/|/root/", path) is not None


def in_use(server: Server, theme: str) -> str:
    """The interpreter that the page of a theme names."""
    first = files.text(server.entry(theme)).partition("\n")[0]
    named = re.fullmatch("#!(/.*) -IS", first)
    return named[1] if named else ""


def roots() -> str:
    """The Python that runs this."""
    return os.path.realpath(sys.executable)


def roots_tag() -> str:
    return str(sys.implementation.cache_tag)
