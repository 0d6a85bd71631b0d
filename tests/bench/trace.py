"""What a click does before it is measured in time: its system calls, the files it opens, the modules it loads."""

from __future__ import annotations

import re
import shutil
from collections.abc import Sequence

from tests.bench.stage import ENTRY, Stage

LINE = re.compile(r"^(\d+) +(?:<\.\.\. (\w+) resumed>|(\w+)\()(.*)$")
#: Runs the entry as its first line would, and prints the modules that are loaded when a process is started.
SPY = """\
import os, sys
def spy(event, arguments, seen=[]):
    if event in ("subprocess.Popen", "os.posix_spawn", "os.fork") and not seen:
        seen.append(event)
        os.write(int(sys.argv[1]), "".join(f"{name}\\n" for name in sys.modules).encode())
sys.addaudithook(spy)
__file__ = sys.argv[2]
with open(__file__, encoding="utf-8") as entry:
    exec(compile(entry.read(), __file__, "exec"))
"""


class Calls:
    """System calls of one run without those of `uapi`: `total`, files `opened`, and files `missed`: not there."""

    __slots__ = ("missed", "opened", "total")

    def __init__(self, total: int, opened: int, missed: int) -> None:
        self.total = total
        self.opened = opened
        self.missed = missed


def calls(stage: Stage, argv: Sequence[str]) -> Calls | None:
    """Count them with strace; None where there is none, or it may not trace."""
    strace = shutil.which("strace")
    log = stage.folder / "free/strace.log"
    log.unlink(missing_ok=True)
    if not strace:
        return None
    try:
        stage.measure([strace, "-f", "-o", str(log), *argv])
    except RuntimeError:
        return None
    return count(log.read_text(errors="replace"))


def count(log: str) -> Calls:
    """What a log of ``strace -f`` holds, up to where each process becomes `uapi`."""
    total = opened = missed = 0
    is_uapi = set()
    for line in log.splitlines():
        found = LINE.match(line)
        if not found or found[1] in is_uapi:
            continue
        process, resumed, name, rest = found.groups()
        total += name is not None
        if (name or resumed) in ("open", "openat") and "unfinished" not in rest:
            opened += "= -1" not in rest
            missed += "= -1" in rest
        # Its arguments stand where the call begins, which it does not come back from otherwise than as uapi.
        if name == "execve" and "/bin/uapi" in rest.partition(",")[0]:
            is_uapi.add(process)
    return Calls(total, opened, missed)


def modules_before_uapi(stage: Stage, python: str) -> set[str]:
    """All modules that are loaded when the page, run by `python`, starts `uapi`; empty if it never does."""
    entry = stage.any_root.cpanel / ENTRY
    seen = stage.folder / "free/modules"
    seen.write_text("")
    seen.chmod(0o666)
    number = "9"
    shell = f'exec {number}>"$1"; shift; exec "$@"'
    stage.measure(["/bin/sh", "-c", shell, "sh", str(seen), python, "-IS", "-c", SPY, number, str(entry)])
    return set(seen.read_text().split())
