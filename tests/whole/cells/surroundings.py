"""What a click runs in: streams, syslog, the clock, the working folder, signals, and limits as LVE sets them."""

from __future__ import annotations

import contextlib
import os
import socket
from collections.abc import Callable
from pathlib import Path

from tests.kit import faults
from tests.kit.faults import Ground
from tests.whole.cells import ANYTHING, END, IN, OURS, PANEL, Cell, Fault
from tests.whole.cells.asked import GOOD, uapi_says

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


# The clock, the working folder, signals, and limits as LVE sets them.


def dated(path: Callable[[Ground], Path], when: int) -> Fault:
    return lambda ground: os.utime(path(ground), (when, when))


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
