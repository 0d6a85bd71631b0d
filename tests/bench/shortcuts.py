"""What each shortcut saves: a click as it is beside one that does the documented thing in its place.

``python -m tests.bench.shortcuts [ROUNDS] [VERSION…]`` prints a table for each Python: the median of what a click takes
more without the shortcut, round by round, with the quartiles in brackets; and how far two equal clicks lie apart. The
wait is the processor's time until `uapi` starts, which a busy machine blurs less than the clock's.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.bench import pythons
from tests.bench.__main__ import USUAL, interleaved
from tests.bench.stage import Run, Stage
from tests.bench.tables import OURS, markdown
from tests.cpanel import private_accounts
from tests.cpanel.root import usual_python

SHORTCUTS, MAIN = "plugin/click/shortcuts.py", "plugin/click/main.py"
NONE = "as it is"
#: Runs the entry as its first line would, and notes the processor's time when a process is started.
SPY = """\
import os, sys, time
def spy(event, arguments):
    if event == "subprocess.Popen":
        os.write(9, b"%d\\n" % (time.process_time() * 1e6))
sys.addaudithook(spy)
__file__ = sys.argv[1]
with open(__file__, encoding="utf-8") as entry:
    exec(compile(entry.read(), __file__, "exec"))
"""
SHELL = 'exec 9>>"$1"; shift; exec "$@"'
#: By name: the file, and what is replaced in it by what.
WITHOUT = {
    NONE: (SHORTCUTS, "", ""),
    "the same again": (SHORTCUTS, "", ""),
    "_json": (SHORTCUTS, "from _json import", "from no_json import"),
    "_socket": (SHORTCUTS, "from _socket import", "from no_socket import"),
    "light subprocess": (SHORTCUTS, '    if {"locale"', '    return\n    if {"locale"'),
    "light jinja2": (SHORTCUTS, "    folders = [", "    return\n    folders = ["),
    "encoding by hand": (
        SHORTCUTS,
        '    return "".join(chr(byte)',
        "    from urllib.parse import quote\n\n    return quote(value, safe='')\n    return \"\".join(chr(byte)",
    ),
    "(with the collector off)": (
        MAIN,
        "    os.umask(0o077)\n",
        "    import gc\n\n    gc.disable()\n    os.umask(0o077)\n",
    ),
}


def change(stage: Stage, name: str, python: str, how: tuple[str, str, str]) -> None:
    """Put one shortcut of an installed server out of action."""
    file, old, new = how
    path = stage.roots[name].cpanel / "3rdparty/webmail-signin/current" / file
    text = path.read_text(encoding="utf-8")
    assert old in text, f"{file} has no {old!r}"
    path.write_text(text.replace(old, new, 1) if old else text, encoding="utf-8")
    subprocess.run([python, "-IS", "-m", "compileall", "-q", "-f", str(path)], check=True)


def waits(stage: Stage, python: str, rounds: int) -> dict[str, list[float]]:
    """The processor's milliseconds until `uapi` starts, for each server."""
    found: dict[str, list[float]] = {name: [] for name in WITHOUT}
    seen = stage.folder / "free/waits"
    seen.touch()
    seen.chmod(0o666)
    for _ in range(rounds + 1):
        for name in WITHOUT:
            seen.write_text("")
            entry = stage.rows(name)[OURS][0]
            stage.measure(["/bin/sh", "-c", SHELL, "sh", str(seen), python, "-IS", "-c", SPY, entry])
            found[name].append(int(seen.read_text().split()[0]) / 1000)
    return {name: each[1:] for name, each in found.items()}


def more(values: list[float], base: list[float]) -> str:
    low, middle, high = statistics.quantiles([a - b for a, b in zip(values, base)], n=4)
    return f"{middle:+.1f} [{low:+.1f}–{high:+.1f}]"


def main(words: list[str]) -> None:
    rounds = int(words[0]) if words else 30
    private = private_accounts()
    found = {
        version: python for version, python in pythons.find(private).items() if version in words[1:] or not words[1:]
    }
    for version, python in found.items():
        with tempfile.TemporaryDirectory(prefix="bench-") as folder:
            os.chmod(folder, 0o755)
            stage = Stage(Path(folder), os.path.realpath(usual_python()))
            for name, how in WITHOUT.items():
                stage.add(name, python)
                change(stage, name, python, how)
            with stage:
                stage.let_uapi_take(USUAL)
                load = os.getloadavg()[0]
                waited = waits(stage, python, rounds)
                runs = interleaved(stage, {name: stage.rows(name)[OURS] for name in WITHOUT}, rounds)
        base = runs[NONE]
        rows = [
            (
                name,
                more(waited[name], waited[NONE]),
                more([run.cpu for run in each], [run.cpu for run in base]),
                f"{share(each, base):+.0f} %",
                more([run.rss for run in each], [run.rss for run in base]),
            )
            for name, each in runs.items()
            if name != NONE
        ]
        wait, cpu = statistics.median(waited[NONE]), statistics.median(run.cpu for run in base)
        print(
            f"Python {version}: {wait:.1f} ms of CPU until uapi starts, {cpu:.1f} ms in all; "
            f"{rounds} rounds, load {load:.1f}\n"
        )
        print(markdown(("without", "wait, ms", "CPU, ms", "CPU", "MB"), rows), end="\n\n", flush=True)


def share(runs: list[Run], base: list[Run]) -> float:
    return statistics.median((a.cpu - b.cpu) / b.cpu * 100 for a, b in zip(runs, base))


if __name__ == "__main__":
    main(sys.argv[1:])
