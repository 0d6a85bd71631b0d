"""`make bench`: measure a click beside what others would need for the bare job, and print it as Markdown tables.

QUICK=1 takes fewer rounds and cases. README=1 also puts what is printed between the marks of README.md beside this
file, and the plot into bench.svg; otherwise nothing in the checkout changes.
"""

from __future__ import annotations

import contextlib
import os
import platform
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TypeVar

from tests.bench import pythons, readme, trace
from tests.bench.stage import MAILBOXES, SETTINGS, Run, Stage
from tests.bench.tables import OURS, PLAIN, UAPI, by_case, comparison, cpu, markdown, median, peak, spread, wall
from tests.cpanel import private_accounts
from tests.cpanel.root import all_can_run, usual_python

QUICK = bool(os.environ.get("QUICK"))
REWRITE = bool(os.environ.get("README"))
ROUNDS = 6 if QUICK else 20
COLD_ROUNDS = 2 if QUICK else 5
WARM_UP = 1 if QUICK else 2
USUAL = 0.25  # seconds that uapi takes where nothing else is said
DELAYS = (0, 0.1, 0.25) if QUICK else (0, 0.1, 0.25, 0.6)
CACHES = Path("/proc/sys/vm/drop_caches")
SPIN = "while True: pass"
CHOOSING = "choose"  # the server where people choose among their mailboxes
Name = TypeVar("Name")


def main() -> int:
    if REWRITE:
        readme.check()
    load = os.getloadavg()[0]
    found = pythons.find(private_accounts())
    usual = next((version for version, python in found.items() if python == os.path.realpath(usual_python())), "")
    if not usual:
        print("There is no Python 3.9 or newer here that an ordinary account can run.", file=sys.stderr)
        return 1
    # What the measuring has mapped stays in memory when the page cache is dropped: better not the page's own Python.
    own = os.path.realpath(sys.executable)
    observer = own if all_can_run(own) else found[usual]
    parts = []
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        os.chmod(folder, 0o755)
        stage = Stage(Path(folder), observer)
        for version in [usual] if QUICK else sorted(found, key=usual.__ne__):
            stage.add(version, found[version])
        stage.add(CHOOSING, found[usual], "mailbox: choose\n")
        with stage:
            bench = Bench(stage, usual, found)
            for part in bench.report(load):
                print(part, end="\n\n", flush=True)
                parts.append(part)
    if REWRITE:
        readme.write("\n\n".join(parts), bench.side_by_side)
    return 0


class Bench:
    """All tables of one run on `stage`; `usual` is the version of the Python that most of them use."""

    def __init__(self, stage: Stage, usual: str, found: Mapping[str, str]) -> None:
        self.stage = stage
        self.usual = usual
        self.found = found
        self.side_by_side: dict[str, list[Run]] = {}

    def report(self, load: float) -> Iterator[str]:
        """Paragraphs of Markdown, each as soon as it is measured."""
        yield machine(load, self.usual)
        self.stage.let_uapi_take(USUAL)
        self.side_by_side = interleaved(self.stage, self.stage.rows(self.usual), ROUNDS)
        yield title(f"`uapi` at {USUAL * 1000:.0f} ms, {ROUNDS} rounds, medians [quartiles]")
        yield comparison(self.side_by_side)
        yield self.what_is_missing()
        yield title("Faster and slower `uapi`, wall ms")
        yield by_case("uapi at", {f"{seconds * 1000:.0f} ms": self.delayed(seconds) for seconds in DELAYS})
        self.stage.let_uapi_take(USUAL)
        with busy() as spinning:
            cases = {"as above": self.delayed(USUAL), "busy": interleaved(self.stage, self.rows(), ROUNDS)}
        yield title(f"With the processor busy ({spinning} processes that only spin, one for each core), wall ms")
        yield by_case("", cases)
        yield title("Cold: the page cache is dropped before each run, wall ms")
        if can_drop_caches():
            yield by_case("", {"cold": interleaved(self.stage, self.rows(), COLD_ROUNDS, cold=True)})
        else:
            yield "Not measured: only root can drop the page cache, and not in every container."
        yield title(f"`mailbox: choose`, {MAILBOXES:,} mailboxes, {ROUNDS} rounds")
        yield self.choosing()
        if len(self.found) > 1 and not QUICK:
            yield title("Each Python that is here, wall ms")
            yield by_case("Python", self.each_python())
        self.stage.let_uapi_take(0)
        yield title("System calls and files opened by one click, those of `uapi` left out, and bytes on the wire")
        yield self.calls()
        loaded = {version: len(trace.modules_before_uapi(self.stage, python)) for version, python in self.found.items()}
        counts = ", ".join(f"{number} on Python {version}" for version, number in loaded.items())
        yield f"Modules that are loaded when the page starts `uapi`: {counts}."

    def rows(self) -> dict[str, list[str]]:
        """Without the two that only stand in the first table."""
        return {name: argv for name, argv in self.stage.rows(self.usual).items() if "uapi first" not in name}

    def delayed(self, seconds: float) -> dict[str, list[Run]]:
        """What was measured with that `uapi` already, or is now."""
        if seconds == USUAL:
            return {name: self.side_by_side[name] for name in self.rows()}
        self.stage.let_uapi_take(seconds)
        return interleaved(self.stage, self.rows(), ROUNDS)

    def what_is_missing(self) -> str:
        smallest = min(median(runs, peak) for runs in self.side_by_side.values())
        notes = [
            f"A peak of {smallest:.0f} MB is that of the measuring itself: what needs less cannot be told from it."
        ]
        for name in ("PHP", "Perl"):
            if not any(name in row for row in self.side_by_side):
                notes.append(f"There is no {name} here.")
        return " ".join(notes)

    def each_python(self) -> dict[str, dict[str, list[Run]]]:
        """`uapi` alone, the plain version and ours for each, all in one run."""
        rows = {(self.usual, UAPI): self.stage.rows(self.usual)[UAPI]}
        for version in self.stage.roots.keys() & self.found.keys():
            rows.update({(version, name): self.stage.rows(version)[name] for name in (PLAIN, OURS)})
        runs = interleaved(self.stage, rows, ROUNDS)
        alone = runs[self.usual, UAPI]
        return {
            version: {UAPI: alone, PLAIN: runs[version, PLAIN], OURS: runs[version, OURS]}
            for version in self.found
            if version in self.stage.roots
        }

    def choosing(self) -> str:
        """A page with all of them, and how long LiveAPI itself takes to say what they are."""
        rows = self.stage.rows(CHOOSING)
        runs = [self.stage.launcher.run(rows[OURS], self.stage.environ) for _ in range(ROUNDS)]
        cells = ("the page", spread(runs, wall), spread(runs, cpu, 1), spread(runs, peak, 1), str(len(runs[0].output)))
        waited = f"LiveAPI alone takes {self.stage.liveapi() * 1000:.0f} ms to give the list."
        return markdown(("", "wall ms", "CPU ms", "peak MB", "bytes"), [cells]) + f"\n\n{waited}"

    def calls(self) -> str:
        lines = []
        for name, argv in self.stage.rows(self.usual).items():
            if name != UAPI:
                calls = trace.calls(self.stage, argv)
                numbers = (calls.total, calls.opened, calls.missed) if calls else ("no strace",) * 3
                lines.append((name, *map(str, numbers), str(len(self.stage.measure(argv).output.encode()))))
        return markdown(("", "system calls", "files opened", "not found", "bytes"), lines)


def interleaved(stage: Stage, rows: Mapping[Name, list[str]], rounds: int, cold: bool = False) -> dict[Name, list[Run]]:
    """Each row once in each round, each time beginning with another, so that none has a better time or neighbour."""
    runs: dict[Name, list[Run]] = {name: [] for name in rows}
    names = list(rows)
    for number in range(-WARM_UP, rounds):
        turn = number % len(names)
        for name in names[turn:] + names[:turn]:
            if cold:
                os.sync()
                CACHES.write_text("3", encoding="ascii")
            run = stage.measure(rows[name])
            if number >= 0:
                runs[name].append(run)
    return runs


def can_drop_caches() -> bool:
    try:
        CACHES.write_text("1", encoding="ascii")
    except OSError:
        return False
    return True


@contextlib.contextmanager
def busy() -> Iterator[int]:
    """One process for each core that does nothing as fast as it can."""
    spinning = [subprocess.Popen([sys.executable, "-ISc", SPIN]) for _ in os.sched_getaffinity(0)]
    try:
        yield len(spinning)
    finally:
        for process in spinning:
            process.kill()
            process.wait()


def machine(load: float, python: str) -> str:
    cores, linux = len(os.sched_getaffinity(0)), platform.release().partition("-")[0]
    settings = ", ".join(f"`{line}`" for line in SETTINGS.splitlines())
    return (
        f"Measured on {cores} cores ({platform.machine()}, Linux {linux}) with Python {python} where nothing else is "
        f"said; the machine's load before was {load:.1f}. Ours is as `install.sh` installs it, with {settings}, and "
        "asks LiveAPI for both features and the language. The others only run `uapi`, decode its answer and print "
        "a form; they check nothing."
    )


def title(text: str) -> str:
    return f"**{text}**"


if __name__ == "__main__":
    sys.exit(main())
