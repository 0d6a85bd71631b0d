"""What a click is given, and what it asks: the environment, LiveAPI and `uapi`."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from functools import partial
from pathlib import Path

from tests.kit import faults
from tests.kit.cases import CASES
from tests.kit.faults import Ground
from tests.whole.cells import IN, OURS, Cell, Fault

# The environment and the panel's socket.

BYTES = "\udcff\udcfe\udc80"  # not UTF-8
HUGE = "x" * 120_000  # the kernel takes 128 KiB at most
VARIABLES: dict[str, tuple[object, object, object]] = {  # missing, not UTF-8, huge
    "REQUEST_METHOD": ("not-in-cpanel", "method-not-allowed", "method-not-allowed"),
    "REMOTE_USER": ("not-in-cpanel", "wrong-user", "wrong-user"),
    "SERVER_PORT": ("not-in-cpanel", "not-in-cpanel", "not-in-cpanel"),
    "cp_security_token": ("not-in-cpanel", "not-in-cpanel", "not-in-cpanel"),
    "REMOTE_ADDR": ("no-client-address", "no-client-address", "no-client-address"),
    "HTTPS": ("not-secure", "not-secure", "not-secure"),
    "HTTP_HOST": (IN, IN, IN),
    "SERVER_NAME": (IN, IN, IN),
    "HTTP_ACCEPT_LANGUAGE": (IN, IN, IN),
    "HTTP_COOKIE": (IN, IN, IN),
    "QUERY_STRING": (IN, IN, IN),
    "HOME": (IN, IN, IN),
    "TMPDIR": (IN, IN, IN),
    "CPANEL_CONNECT_SOCKET": (IN, IN, IN),
}
ENVIRONMENT = [
    *(Cell(name, "missing", outcome[0], environ={name: None}) for name, outcome in VARIABLES.items()),
    *(Cell(name, "not UTF-8", outcome[1], environ={name: BYTES}) for name, outcome in VARIABLES.items()),
    *(Cell(name, "huge", outcome[2], environ={name: HUGE}) for name, outcome in VARIABLES.items()),
    Cell("the environment", "empty", "not-in-cpanel", start="exec /usr/bin/env -i ENTRY"),
    Cell("the environment", "huge", IN, environ={f"HTTP_X{number}": "x" * 1000 for number in range(1000)}),
    Cell("the host", "unknown altogether", IN, environ={"HTTP_HOST": None, "SERVER_NAME": None}),
    Cell(
        "the user's number",
        "in no passwd file",
        "wrong-user",
        as_root=True,
        start="exec /usr/bin/setpriv --reuid=64999 ENTRY",
    ),
]
PANEL_SOCKET = [
    Cell("the LiveAPI socket", "a file", IN, environ={"CPANEL_CONNECT_SOCKET": "/etc/passwd"}),
    Cell("the LiveAPI socket", "a folder", IN, environ={"CPANEL_CONNECT_SOCKET": "/"}),
    Cell("the LiveAPI socket", "a device", IN, environ={"CPANEL_CONNECT_SOCKET": "/dev/full"}),
    Cell("the LiveAPI socket", "empty", IN, environ={"CPANEL_CONNECT_SOCKET": ""}),
    Cell(
        "the LiveAPI socket",
        "of another kind",
        IN,
        lambda ground: ground.undo.enter_context(faults.a_socket(ground.folder / "panel")),
        start='CPANEL_CONNECT_SOCKET="${0%/*}/panel" exec ENTRY',
    ),
    Cell(
        "the LiveAPI socket",
        "unreadable",
        IN,
        lambda ground: ground.undo.enter_context(faults.a_socket(ground.folder / "panel", 0o600)),
        start='CPANEL_CONNECT_SOCKET="${0%/*}/panel" exec ENTRY',
    ),
    Cell("LiveAPI", "slow", IN, lambda ground: ground.cp.switch("liveapi", "slow", 0.3)),
    Cell("LiveAPI", "slower than it may be", IN, lambda ground: ground.cp.switch("liveapi", "slow", 3)),
]


# What the stand-in can do wrong at LiveAPI and uapi: the rows of the outcome table, held to this page's rules too.


def switched(switches: tuple[tuple[object, ...], ...], ground: Ground) -> None:
    for area, name, *value in switches:
        ground.cp.switch(str(area), str(name), *value)


SWITCHED = [
    Cell(
        "and".join(str(switch[0]) for switch in case.switches),
        case.name,
        case.outcome,
        partial(switched, case.switches),
    )
    for case in CASES
    if case.who == "alice" and case.switches and {switch[0] for switch in case.switches} <= {"liveapi", "uapi"}
]


# The program uapi itself.


def uapi_is(breaks: Callable[[Path], object]) -> Fault:
    return lambda ground: breaks(ground.uapi)


def uapi_says(script: str) -> Fault:
    return lambda ground: ground.command(script)


def written(text: bytes) -> Fault:
    return lambda ground: ground.uapi.write_bytes(text)


def busy(ground: Ground) -> None:
    """Somebody has it open for writing, as an update has for a moment; the kernel does not run it then."""
    ground.uapi.unlink()
    shutil.copyfile("/bin/true", ground.uapi)
    ground.uapi.chmod(0o755)
    ground.undo.enter_context(ground.uapi.open("ab"))


GOOD = '{"result":{"status":1,"data":{"token":"/cpsess1","session":"a:b:CREATE_WEBMAIL_SESSION_FOR_SELF,0"'
UAPI = [
    Cell("uapi", "a folder", "uapi-missing", uapi_is(faults.a_folder)),
    Cell("uapi", "a link in a circle", "uapi-missing", uapi_is(faults.a_circle)),
    Cell("uapi", "a pipe", "uapi-missing", uapi_is(faults.a_pipe)),
    Cell("uapi", "for root alone", "uapi-missing", uapi_is(lambda path: path.chmod(0o700))),
    Cell("uapi", "in a closed folder", "uapi-missing", lambda ground: faults.unreadable(ground.uapi.parent)),
    Cell("uapi", "in no folder", "uapi-missing", lambda ground: faults.missing(ground.uapi.parent)),
    Cell("uapi", "empty", "uapi-missing", uapi_is(faults.empty)),
    Cell("uapi", "garbage", "uapi-missing", uapi_is(faults.garbage)),
    Cell("uapi", "a program without its interpreter", "uapi-missing", written(b"#!/nonexistent\n")),
    Cell("uapi", "half a program", "uapi-missing", written(b"\x7fELF\x02\x01\x01" + bytes(40))),
    Cell("uapi", "being written", OURS, busy),
    Cell("uapi", "stopped", "uapi-timeout", uapi_says("kill -STOP $$")),
    Cell("uapi", "silent, its output closed", "uapi-timeout", uapi_says("exec sleep 60 >&-")),
    Cell("uapi", "killed half-way", "uapi-unreadable", uapi_says(f"printf '%s' '{GOOD}'; kill -KILL $$")),
    Cell("uapi", "dumping core", "uapi-unreadable", uapi_says("kill -ABRT $$")),
    Cell("uapi", "speaking in pieces", IN, uapi_says(f"printf '%s' '{GOOD}'; sleep 0.3; echo '}}}}}}'; exit")),
    Cell("uapi", "as long as it may be", IN, uapi_says(f"printf '%s}}}}}}%262000s' '{GOOD}' ' '; exit")),
    Cell("uapi", "two answers", "uapi-unreadable", uapi_says(f"echo '{GOOD}}}}}}}'; echo '{GOOD}}}}}}}'; exit")),
    Cell(
        "uapi",
        "begun by a byte order mark",
        "uapi-unreadable",
        uapi_says(f"printf '\\357\\273\\277{GOOD}}}}}}}'; exit"),
    ),
    Cell("uapi", "full of NUL", "uapi-unreadable", uapi_says("head -c 1000 /dev/zero; exit")),
    Cell(
        "uapi",
        "not a number where it should be",
        "uapi-unreadable",
        uapi_says('echo \'{"result":{"status":NaN}}\'; exit'),
    ),
    Cell("uapi", "a huge number", "uapi-unreadable", uapi_says("printf '%0100000d' 1; exit")),
    Cell("uapi", "ended by itself in a stopped group", IN, uapi_says("(sleep 60 & kill -STOP $!);")),
]
