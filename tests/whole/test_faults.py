"""The fault matrix: each thing that a click touches, broken in each way that it can be.

Whatever is broken, a click answers by a whole page with the right outcome and within its time, or, where nothing can be
written, ends cleanly; nothing is left behind, and a visitor never sees our insides.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import pytest

from plugin.click.templates import module_name
from tests.cpanel import Cpanel, private_accounts
from tests.kit import faults
from tests.kit.cases import CASES
from tests.kit.faults import SECRET, Ground
from tests.kit.folders import CHECKOUT
from tests.kit.servers import served

private_accounts()
TIMEOUT = 3  # seconds that uapi may take here
LONGEST = 2 * TIMEOUT + 2 + 2 + 10  # LiveAPI's silence and what ends a process come on top, and a busy machine's pauses

IN = "signed-in"
OURS = "internal-error"
#: Nothing can be written, or nobody reads it.
END = ""
#: Not even the first line of our program runs: the panel shows its own error 500.
PANEL = "panel"
#: Where limits are so low that everything may happen that is clean.
ANYTHING = {IN, OURS, END, PANEL, "uapi-missing", "uapi-timeout", "uapi-unreadable", "features-unknown", "wrong-user"}

Fault = Callable[[Ground], object]


@dataclass(frozen=True)
class Cell:
    """A thing, a way of failing, and what must come of it. `start` is how the entry is run; see `Ground.click`."""

    thing: str
    way: str
    outcome: object
    fault: Fault | None = None
    environ: dict[str, str | None] = field(default_factory=dict)
    start: str = ""
    as_root: bool = False

    @property
    def name(self) -> str:
        return f"{self.thing} is {self.way}"

    @property
    def allowed(self) -> set[object]:
        return self.outcome if isinstance(self.outcome, set) else {self.outcome}


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


# Settings, and what root has made ready of them.

FILE_WAYS: dict[str, Callable[[Path], object]] = {
    "missing": faults.missing,
    "unreadable": faults.unreadable,
    "another account's": faults.of_another_account,
    "empty": faults.empty,
    "truncated": faults.truncated,
    "garbage": faults.garbage,
    "a folder": faults.a_folder,
    "a link in a circle": faults.a_circle,
    "a pipe": faults.a_pipe,
}


def config_is(breaks: Callable[[Path], object]) -> Fault:
    return lambda ground: breaks(ground.config)


def etc_is(breaks: Callable[[Path], object]) -> Fault:
    return lambda ground: breaks(ground.etc)


def configured(text: str) -> Fault:
    return lambda ground: ground.configure(text)


def dated(path: Callable[[Ground], Path], when: int) -> Fault:
    return lambda ground: os.utime(path(ground), (when, when))


SETTINGS = [
    *(Cell("config.yaml", way, IN, config_is(breaks)) for way, breaks in FILE_WAYS.items()),
    Cell("config.yaml", "huge", IN, configured("# no more than a comment\n" * 400_000)),
    Cell("config.yaml", "a huge value", IN, configured(f"support: {'x' * 4_000_000}\n")),
    Cell("config.yaml", "nested without end", IN, configured(f"support: {'[' * 100_000}\n")),
    Cell("config.yaml", "an alias of aliases", IN, configured("support: &a [x]\nlabel: *a\n")),
    Cell("config.yaml", "edited and wrong", IN, configured("timeout: soon\n")),
    Cell("/etc/webmail-signin", "missing", IN, etc_is(faults.missing)),
    Cell("/etc/webmail-signin", "unreadable", IN, etc_is(faults.unreadable)),
]


# The release: what root has made ready, the sources, the packages, our own modules.


def part(path: str, breaks: Callable[[Path], object]) -> Fault:
    return lambda ground: breaks(ground.release / path)


def parts(thing: str, path: str, outcomes: dict[str, object]) -> list[Cell]:
    return [Cell(thing, way, outcome, part(path, FILE_WAYS[way])) for way, outcome in outcomes.items()]


def replaced(path: str, text: str) -> Fault:
    return lambda ground: (ground.release / path).write_text(text)


def template(breaks: Callable[[Path], object], bytecode: bool) -> Fault:
    """The sign-in page's ready-made form: its source or its bytecode."""

    def break_it(ground: Ground) -> None:
        folder, name = ground.release / "compiled/templates", module_name("signin.html")
        (found,) = (folder / "__pycache__").glob(f"{name}.*.pyc") if bytecode else [folder / f"{name}.py"]
        breaks(found)

    return break_it


def without_bytecode(path: str, breaks: Callable[[Path], object]) -> Fault:
    """A module of the release; its bytecode is gone too, or a damage that keeps size and time would not be seen."""

    def break_it(ground: Ground) -> None:
        module = ground.release / path
        for compiled in (module.parent / "__pycache__").glob(f"{module.stem}.*"):
            compiled.unlink()
        breaks(module)

    return break_it


#: What a click imports, and what becomes of it without that. `main` is the one module that nothing can stand in for.
CLICK: dict[str, object] = {
    "main": PANEL,
    **dict.fromkeys(
        ("app", "destination", "errors", "host", "liveapi", "page", "places", "request", "answer", "shortcuts"),
        OURS,
    ),
    **dict.fromkeys(("settings", "strings", "templates", "uapi"), OURS),
}
#: Root's side of the program is not missed by a click.
MODULES = {
    file: CLICK.get(file.stem, IN)
    for file in sorted(path.relative_to(CHECKOUT) for path in (CHECKOUT / "plugin").glob("*/[a-z]*.py"))
}
DAMAGED: dict[str, object] = {way: IN if way == "another account's" else OURS for way in FILE_WAYS if way != "a pipe"}
TEMPLATE_BYTECODE = {way: FILE_WAYS[way] for way in ("missing", "unreadable", "empty", "garbage", "a folder")}
RELEASE = [
    *parts("the ready-made settings", "compiled/settings.json", DAMAGED),
    Cell("the ready-made settings", "huge", OURS, replaced("compiled/settings.json", " " * 8_000_000 + "{}")),
    Cell("the ready-made settings", "nested without end", OURS, replaced("compiled/settings.json", "[" * 200_000)),
    Cell(
        "the ready-made settings",
        "of another type",
        OURS,
        replaced("compiled/settings.json", '{"timeout": 1}'),
    ),
    *parts("the ready-made sentences", "compiled/locale/en.json", DAMAGED),
    Cell("the ready-made sentences", "of another type", OURS, replaced("compiled/locale/en.json", "[1, 2]")),
    Cell(
        "the ready-made sentences",
        "incomplete",
        OURS,
        replaced("compiled/locale/en.json", '{"lang": "en", "dir": "ltr"}'),
    ),
    Cell("the ready-made languages", "missing", OURS, part("compiled/locale", faults.missing)),
    Cell("the ready-made languages", "unreadable", OURS, part("compiled/locale", faults.unreadable)),
    *(
        Cell("the ready-made template's bytecode", way, IN, template(breaks, True))
        for way, breaks in TEMPLATE_BYTECODE.items()
    ),
    Cell("the ready-made template's bytecode", "truncated", OURS, template(faults.truncated, True)),
    Cell("the ready-made template", "missing", OURS, template(faults.missing, False)),
    Cell("the ready-made template", "unreadable", IN, template(faults.unreadable, False)),
    Cell("the ready-made template", "garbage", IN, template(faults.garbage, False)),
    Cell("the ready-made templates", "missing", OURS, part("compiled/templates", faults.missing)),
    Cell("the ready-made templates", "unreadable", OURS, part("compiled/templates", faults.unreadable)),
    Cell("all that is ready-made", "missing", OURS, part("compiled", faults.missing)),
    Cell("all that is ready-made", "a link in a circle", OURS, part("compiled", faults.a_circle)),
    Cell(
        "all that is ready-made",
        "unreadable",
        OURS,
        lambda ground: faults.unreadable((ground.release / "compiled").resolve()),
    ),
    *parts("a template's source", "templates/signin.html", dict.fromkeys(("missing", "unreadable", "garbage"), IN)),
    *parts(
        "the sentences' source", "templates/locale/en.yaml", dict.fromkeys(("missing", "unreadable", "garbage"), IN)
    ),
    Cell("jinja2", "missing", OURS, part("vendor/jinja2", faults.missing)),
    Cell("jinja2", "unreadable", OURS, part("vendor/jinja2", faults.unreadable)),
    Cell("jinja2", "truncated", OURS, without_bytecode("vendor/jinja2/environment.py", faults.truncated)),
    Cell("jinja2", "garbage", OURS, without_bytecode("vendor/jinja2/runtime.py", faults.garbage)),
    Cell("markupsafe", "missing", OURS, part("vendor/markupsafe", faults.missing)),
    Cell("markupsafe", "unreadable", OURS, part("vendor/markupsafe", faults.unreadable)),
    Cell("yaml", "missing", IN, part("vendor/yaml", faults.missing)),
    Cell("vendor", "missing", OURS, part("vendor", faults.missing)),
    Cell("vendor", "unreadable", OURS, part("vendor", faults.unreadable)),
    *(Cell(str(file), "missing", it, without_bytecode(str(file), faults.missing)) for file, it in MODULES.items()),
    *(Cell(str(file), "garbage", it, without_bytecode(str(file), faults.garbage)) for file, it in MODULES.items()),
    Cell("plugin/click/app.py", "unreadable", OURS, without_bytecode("plugin/click/app.py", faults.unreadable)),
    Cell("plugin/click/app.py", "truncated", OURS, without_bytecode("plugin/click/app.py", faults.truncated)),
    Cell("plugin/click/app.py", "another account's", IN, part("plugin/click/app.py", faults.of_another_account)),
    Cell("our bytecode", "missing", IN, part("plugin/click/__pycache__", faults.missing)),
    Cell("our bytecode", "unreadable", IN, part("plugin/click/__pycache__", faults.unreadable)),
    Cell("plugin", "missing", PANEL, part("plugin", faults.missing)),
    Cell("the release", "missing", PANEL, lambda ground: ground.point("current", "releases/none")),
    Cell("the release", "unreadable", PANEL, lambda ground: faults.unreadable(ground.release)),
    Cell("the release", "a link in a circle", PANEL, lambda ground: ground.point("current", "current")),
]


# The standard streams.


def full_pipe(path: Path) -> contextlib.ExitStack:
    """A pipe that nobody reads and that holds no byte more."""
    os.mkfifo(path)
    path.chmod(0o666)
    end = os.open(path, os.O_RDWR | os.O_NONBLOCK)
    with contextlib.suppress(BlockingIOError):
        while True:
            os.write(end, bytes(4096))
    stack = contextlib.ExitStack()
    stack.callback(os.close, end)
    return stack


def fill(ground: Ground) -> None:
    ground.undo.enter_context(full_pipe(ground.folder / "pipe"))


STREAMS = [
    Cell("standard input", "closed", IN, start="exec ENTRY <&-"),
    Cell("standard output", "closed", END, start="exec ENTRY >&-"),
    Cell("standard error", "closed", IN, start="exec ENTRY 2>&-"),
    Cell("standard output", "a pipe whose reader has gone", END, start="ENTRY | :"),
    Cell("standard error", "a pipe whose reader has gone", IN, start="{ ENTRY 2>&1 >&3 3>&- | :; } 3>&1"),
    Cell("every stream", "closed", END, start="exec ENTRY <&- >&- 2>&-"),
    Cell("standard output", "a full disk", END, start="exec ENTRY >/dev/full"),
    Cell("standard error", "a full disk", IN, start="exec ENTRY 2>/dev/full"),
    Cell("every stream", "a full disk", END, start="exec ENTRY </dev/full >/dev/full 2>&1"),
    Cell("standard output", "read by nobody", END, fill, start='exec ENTRY >"${0%/*}/pipe"'),
    Cell("standard error", "read by nobody", IN, fill, start='exec ENTRY 2>"${0%/*}/pipe"'),
    Cell("standard input", "endless", IN, start="exec ENTRY </dev/zero"),
    Cell("standard input", "a folder", PANEL, start="exec ENTRY </"),
]


# syslog: a /dev in which /dev/log is what the test wants.

OWN_DEV = """exec /usr/bin/unshare -m --propagation private /bin/sh -c '
for name in null full zero urandom; do : >"$1/dev/$name"; mount --bind "/dev/$name" "$1/dev/$name"; done
mount --rbind "$1/dev" /dev && exec /usr/bin/setpriv --reuid="$2" --regid="$2" --clear-groups "$3"
' sh "${0%/*}" "$ACCOUNT" ENTRY"""


def dev_log(kind: str) -> Fault:
    def make(ground: Ground) -> None:
        ground.apply(log="syslog")
        folder = ground.folder / "dev"
        folder.mkdir()
        log = folder / "log"
        if kind == "a file":
            log.touch(0o666)
        elif kind == "a stream":
            listener = ground.undo.enter_context(socket.socket(socket.AF_UNIX))
            listener.bind(str(log))
            listener.listen()
            log.chmod(0o666)
        elif kind != "missing":
            bound = faults.a_socket(log, 0o600 if kind == "unreadable" else 0o666)
            if kind == "deserted":
                bound.close()
                return
            ground.undo.enter_context(bound)
            if kind == "hung":
                faults.fill(log)

    return make


SYSLOG = [
    Cell("syslog", kind, IN, dev_log(kind), start=OWN_DEV, as_root=True)
    for kind in ("missing", "a file", "a stream", "unreadable", "deserted", "hung")
]


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root")
@pytest.mark.parametrize("kind", ["missing", "a file", "unreadable", "deserted", "hung"])
def test_where_syslog_hears_nothing_a_sign_in_stands_in_the_panels_error_log(ground: Ground, kind: str) -> None:
    dev_log(kind)(ground)
    ran = ground.click({}, OWN_DEV, as_root=True)
    assert (ran.outcome, ran.log.count("outcome=signed-in ")) == (IN, 1)


# The clock, the working folder, signals, and limits as LVE sets them.

FUTURE, PAST = 4_102_444_800, 0  # the year 2100 and 1970
CLOCK = [
    Cell("config.yaml", "of the year 2100", IN, dated(lambda ground: ground.config, FUTURE)),
    Cell("config.yaml", "of the year 1970", IN, dated(lambda ground: ground.config, PAST)),
    Cell("our modules", "of the year 2100", IN, dated(lambda ground: ground.release / "plugin/click/app.py", FUTURE)),
    Cell(
        "the ready-made settings",
        "of the year 1970",
        IN,
        dated(lambda ground: ground.release / "compiled/settings.json", PAST),
    ),
    Cell(
        "the clock",
        "thirty years after the start",
        IN,
        start="exec /usr/bin/unshare -T --monotonic 1000000000 /usr/bin/setpriv --reuid=$ACCOUNT --clear-groups ENTRY",
        as_root=True,
    ),
]
WHERE = [
    Cell(
        "the working folder",
        "removed",
        IN,
        start='mkdir "${0%/*}/free/w" && cd "${0%/*}/free/w" && rmdir "${0%/*}/free/w" && exec ENTRY',
    ),
    Cell(
        "the working folder",
        "closed",
        IN,
        start='mkdir "${0%/*}/free/w" && cd "${0%/*}/free/w" && chmod 0 "${0%/*}/free/w" && exec ENTRY',
    ),
    Cell("the umask", "0777", IN, start="umask 0777; exec ENTRY"),
]
IGNORING = "exec /usr/bin/env --ignore-signal={} ENTRY"
SIGNALS = [
    *(Cell(f"SIG{name}", "ignored", IN, start=IGNORING.format(name)) for name in ("CHLD", "PIPE", "TERM", "ALRM")),
    *(
        Cell(f"SIG{name}", "blocked", IN, start=f"exec /usr/bin/env --block-signal={name} ENTRY")
        for name in ("CHLD", "TERM")
    ),
]


def limits(what: str, option: str, low: list[int], enough: int, unit: str = "") -> list[Cell]:
    """A limit at which a click still works, and lower ones, where everything may happen that is clean."""
    words = f"exec /usr/bin/prlimit --{option}={{}} ENTRY"
    few = [Cell(what, f"limited to {value}{unit}", ANYTHING, start=words.format(value)) for value in low]
    return [*few, Cell(what, f"limited to {enough}{unit}", IN, start=words.format(enough))]


MIB = 1024 * 1024
LIMITS = [
    *limits(
        "memory",
        "as",
        [size * MIB for size in (4, 8, 12, 16, 18, 20, 22, 24, 26, 28, 30, 32, 36, 40, 48)],
        256 * MIB,
        " bytes",
    ),
    *limits("the data segment", "data", [size * MIB for size in (1, 4, 8, 12, 16)], 128 * MIB, " bytes"),
    *limits("the stack", "stack", [64 * 1024, 128 * 1024], MIB, " bytes"),
    *limits("the descriptors", "nofile", [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 12], 32),
    Cell("the process table", "full", OURS, start="exec /usr/bin/prlimit --nproc=1 ENTRY"),
    Cell(
        "the process table",
        "full and LiveAPI refuses",
        OURS,
        lambda ground: ground.cp.switch("liveapi", "refused"),
        start="exec /usr/bin/prlimit --nproc=1 ENTRY",
    ),
    Cell(
        "files",
        "limited to nothing",
        IN,
        uapi_says(f"echo '{GOOD}}}}}}}'; exit"),
        start="exec /usr/bin/prlimit --fsize=0 ENTRY",
    ),
    Cell(
        "files",
        "limited to nothing and the output is one",
        END,
        start='exec /usr/bin/prlimit --fsize=0 ENTRY >"${0%/*}/free/out"',
    ),
    Cell("processor time", "limited to a second", {IN, END}, start="exec /usr/bin/prlimit --cpu=1 ENTRY"),
    Cell(
        "locked memory and messages",
        "none",
        IN,
        start="exec /usr/bin/prlimit --memlock=0 --msgqueue=0 --sigpending=0 ENTRY",
    ),
]

MATRIX = [
    *ENVIRONMENT,
    *PANEL_SOCKET,
    *SWITCHED,
    *UAPI,
    *SETTINGS,
    *RELEASE,
    *STREAMS,
    *SYSLOG,
    *CLOCK,
    *WHERE,
    *SIGNALS,
    *LIMITS,
]


def test_every_cell_has_a_name_of_its_own() -> None:
    names = [cell.name for cell in MATRIX]
    assert len(set(names)) == len(names)


def test_the_threat_model_says_how_many_cells_there_are() -> None:
    assert len(MATRIX) > 300
    assert "more than 300 cells" in (CHECKOUT / "SECURITY.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def installed() -> Iterator[Cpanel]:
    with served(f"timeout: {TIMEOUT}\n") as cp:
        yield cp


@pytest.fixture
def ground(installed: Cpanel) -> Iterator[Ground]:
    installed.switch("uapi", "slow", 0.05)
    with Ground(installed) as ground:
        yield ground


@pytest.mark.long
@pytest.mark.parametrize("cell", MATRIX, ids=[cell.name for cell in MATRIX])
def test_a_click_survives(ground: Ground, cell: Cell) -> None:
    if os.geteuid() != 0 and (cell.as_root or "unreadable" in cell.way or "closed" in cell.way):
        pytest.skip("needs root, or another account than the one that runs the tests")
    if cell.fault:
        cell.fault(ground)
    before = ground.files()
    ran = ground.click(cell.environ, cell.start, cell.as_root)
    if PANEL in cell.allowed and ran.exit:
        assert not ran.output
    else:
        assert (ran.outcome or END) in cell.allowed, ran.log
        assert ran.exit == 0 or cell.allowed == ANYTHING
    assert ran.seconds < LONGEST
    assert SECRET not in ran.log.encode()
    assert not ground.left_behind()
    assert ground.files() - before <= {str(ground.folder)}
