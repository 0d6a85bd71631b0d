"""Hundreds of clicks at once, each by an account of its own, through the stand-in over HTTPS.

``python -m tests.load`` makes 1 to COUNT clicks at once with a `uapi` that takes 250 ms, then HUNG at once with one
that never answers, and exits 1 if anybody got no mailbox, or another's, or something was left behind. COUNT and HUNG
are variables of the environment; QUICK=1 is a shorter run, README=1 writes table and plot into the documentation.
Clicks, stand-in and visitors share the machine's processors, so the times are an upper bound.
"""

from __future__ import annotations

import contextlib
import os
import re
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from tests.cpanel import Cpanel, lay_out, private_accounts
from tests.kit import plot
from tests.kit.folders import CHECKOUT, open_folder
from tests.kit.servers import install
from tests.load.crowd import PATIENCE, Crowd, name

QUICK = os.environ.get("QUICK") == "1"
COUNT = int(os.environ.get("COUNT") or (100 if QUICK else 400))
HUNG = int(os.environ.get("HUNG") or (50 if QUICK else 200))
STEPS = [step for step in ((1, 25) if QUICK else (1, 10, 25, 50, 100, 200)) if step < COUNT] + [COUNT]
PATIENT, STRICT = int(PATIENCE), 5  # seconds that `uapi` may take: where it answers in the end, and where it hangs
SLACK = 4.0  # seconds that ending a hung `uapi` may take on top, with every processor taken
MIB = 1024.0
MARK = re.compile(r"(<!-- load: .* -->\n).*(<!-- end of load -->)", re.DOTALL)


@dataclass
class Round:
    """What came of so many clicks at once: seconds, MiB, and whatever went wrong."""

    at_once: int
    seconds: list[float] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    alive: int = 0  # clicks that ran at the same moment, at most
    by_command: int = 0
    each: float = 0.0  # the median of the clicks' proportional memory, at its highest
    total: float = 0.0  # all clicks together, at their highest
    control: float = 0.0  # the slowest start of another program meanwhile, in seconds

    def row(self) -> str:
        middle, worst = statistics.median(self.seconds), max(self.seconds)
        return (
            f"| {self.at_once} | {self.at_once - len(self.wrong)} | {middle:.2f} | {worst:.2f} | {self.alive} "
            f"| {self.each:.1f} | {self.total:.0f} | {self.control * 1000:.0f} |"
        )


HEAD = """\
| At once | In the right mailbox | Seconds, median | Slowest | Running together | MiB each | MiB in all | `true`, ms |
|---|---|---|---|---|---|---|---|"""


#: Starts `true` again and again until its input ends, and then says how long the slowest took, in seconds.
CONTROL = """
import select, subprocess, sys, time
slowest = 0.0
while not select.select([sys.stdin], [], [], 0.1)[0]:
    started = time.monotonic()
    subprocess.run(["/bin/true"], check=True)
    slowest = max(slowest, time.monotonic() - started)
print(slowest)
"""


class Watch:
    """Looks at the machine while a round runs: the clicks' memory, and how long another program takes to start."""

    def __init__(self, cp: Cpanel, round_: Round) -> None:
        self.entry = str(cp.entry()).encode()
        self.round = round_
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._memory)
        command = [sys.executable, "-IS", "-c", CONTROL]
        self._control = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def __enter__(self) -> Watch:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.round.control = float(self._control.communicate()[0])
        self._end.set()
        self._thread.join()

    def _memory(self) -> None:
        while not self._end.wait(0.03 if self.round.at_once < 10 else 0.3):
            found = sorted(self._shares())
            self.round.alive = max(self.round.alive, len(found))
            if found:
                self.round.each = max(self.round.each, statistics.median(found))
                self.round.total = max(self.round.total, sum(found))

    def _shares(self) -> Iterator[float]:
        for folder in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError, IndexError):
                if self.entry in (folder / "cmdline").read_bytes():
                    yield int((folder / "smaps_rollup").read_text().split("Pss:")[1].split()[0]) / MIB


def at_once(cp: Cpanel, crowd: Crowd, count: int, work: str) -> Round:
    """Everybody does it at the same moment; then nothing may be left of it."""
    round_ = Round(count)
    calls = len(os.listdir(cp.root.spool("calls")))
    files = installed_files(cp)
    with Watch(cp, round_):
        round_.seconds, round_.wrong = crowd.do(work, count)
    round_.by_command = len(os.listdir(cp.root.spool("calls"))) - calls - count
    deadline = time.monotonic() + 5
    while cp.root.processes() and time.monotonic() < deadline:
        time.sleep(0.05)
    round_.wrong += [f"left behind: {words}" for _, words in cp.root.processes()]
    round_.wrong += [f"left behind: {path}" for path in installed_files(cp) - files]
    return round_


def installed_files(cp: Cpanel) -> set[str]:
    kept = (cp.root.path / "var", cp.root.cpanel / "logs")
    return {str(path) for path in cp.root.path.rglob("*") if not set(kept) & set(path.parents)}


def settings(cp: Cpanel, timeout: int) -> str:
    return f"webmail_port: {cp.webmail_port}\nlog: stderr\ntimeout: {timeout}\n"


def run(cp: Cpanel) -> tuple[list[Round], Round, float]:
    """The rounds, the one with a hung `uapi`, and the longest that a click of it waited for `uapi`, in seconds."""
    install(cp.root, settings(cp, PATIENT))
    crowd = Crowd(cp, max(COUNT, HUNG))
    rounds = []
    print(HEAD)
    for step in STEPS:
        created = len(cp.sessions_created())
        rounds.append(at_once(cp, crowd, step, "click"))
        made = [session.account for session in cp.sessions_created()[created:]]
        if sorted(made) != [name(number) for number in range(step)]:
            rounds[-1].wrong.append(f"{len(made)} sessions of {len(set(made))} accounts for {step} clicks")
        print(rounds[-1].row(), flush=True)
    install(cp.root, settings(cp, STRICT))
    cp.switch("uapi", "hung")
    before = len(cp.error_log())
    hung = at_once(cp, crowd, HUNG, "hang")
    waited = [int(found) / 1000 for found in re.findall(r"uapi_ms=(\d+)", cp.error_log()[before:])]
    cp.reset()
    if not waited or max(waited) > STRICT + SLACK:
        hung.wrong.append(f"{len(waited)} ended by their limit, the last after {max(waited, default=0):.1f} s")
    return rounds, hung, max(waited, default=0)


def put_panel_first() -> None:
    """Give the stand-in's one thread, but not what it starts, the share that a panel's many processes would have."""
    (panel,) = [thread.native_id for thread in threading.enumerate() if thread.name == "cpanel"]
    assert panel
    os.sched_setscheduler(panel, os.SCHED_OTHER | os.SCHED_RESET_ON_FORK, os.sched_param(0))
    os.setpriority(os.PRIO_PROCESS, panel, -15)


def document(rounds: list[Round], hung: Round, waited: float) -> str:
    """The table and the sentences of SECURITY.md."""
    lines = [
        HEAD,
        *(row.row() for row in rounds),
        "",
        "![How cost grows with the clicks at once](tests/load/load.svg)",
        "",
    ]
    slow = sum(row.by_command for row in rounds)
    lines.append(
        f"{os.cpu_count()} processors, shared by clicks, `uapi` (250 ms), stand-in and visitors. "
        f"{slow // 3} clicks had to ask the command because LiveAPI was silent for 2 s. "
        f"With `uapi` hung for {hung.at_once} at once and `timeout: {STRICT}`, each click ended by its limit, the last "
        f"{waited:.1f} s after it had started `uapi`; `true` took up to {hung.control * 1000:.0f} ms; nothing was left."
    )
    return "\n".join(lines) + "\n"


def panels(rounds: list[Round]) -> dict[str, plot.Lines]:
    median = [(each.at_once, statistics.median(each.seconds)) for each in rounds]
    slowest = [(each.at_once, max(each.seconds)) for each in rounds]
    memory = [(each.at_once, each.total) for each in rounds]
    return {"Seconds": {"median": median, "slowest": slowest}, "Memory, MiB": {"all clicks together": memory}}


def main() -> int:
    if not private_accounts(load=max(COUNT, HUNG)):
        print("Load needs root and mount namespaces: each click runs as an account of its own.", file=sys.stderr)
        return 1
    with open_folder() as folder, Cpanel(lay_out(folder / "root")) as cp:
        put_panel_first()
        rounds, hung, waited = run(cp)
    text = document(rounds, hung, waited)
    print("\n" + text.partition("\n\n")[2].rpartition(")\n\n")[2], end="")
    wrong = [line for each in [*rounds, hung] for line in each.wrong]
    print(*wrong[:20], sep="\n", file=sys.stderr)
    if os.environ.get("README") == "1" and not wrong:
        security = CHECKOUT / "SECURITY.md"
        security.write_text(MARK.sub(rf"\1{text}\2", security.read_text(encoding="utf-8")), encoding="utf-8")
        drawn = plot.lines("Seconds and memory by the number of clicks at once", "clicks at once", panels(rounds))
        (CHECKOUT / "tests/load/load.svg").write_text(drawn, encoding="utf-8")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
