"""Programs that a test writes; above all a `uapi` that answers what the test wants."""

from __future__ import annotations

import json
import shlex
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from plugin.click import uapi
from tests.kit.account import ACCOUNT


def program(file: Path, script: str, interpreter: str = "/bin/sh") -> Path:
    """Write a program that everybody can run."""
    file.write_text(f"#!{interpreter}\n{script}\n")
    file.chmod(0o755)
    return file


def answering(commands: Mapping[str, str]) -> str:
    """A shell script that runs the command of the first pattern that its words match."""
    cases = "".join(f"{pattern})\n{command}\n;;\n" for pattern, command in commands.items())
    return f'case "$*" in\n{cases}esac'


def printing(answer: object) -> str:
    """A shell command that prints text as it is, anything else as JSON; it starts no program."""
    return f"printf '%s\\n' {shlex.quote(answer if isinstance(answer, str) else json.dumps(answer))}"


def runner(file: Path) -> Callable[[str, str, Mapping[str, str]], uapi.Process]:
    """What `app` is given to run UAPI's command by."""

    def run(module: str, function: str, arguments: Mapping[str, str]) -> uapi.Process:
        return uapi.Process(uapi.command(str(file), module, function, arguments), uapi.environment(ACCOUNT))

    return run


def alive(pid: int) -> bool:
    """Whether a process runs; one that has ended and waits to be reaped does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except FileNotFoundError:
        return False


def ends(pid: int) -> bool:
    """Whether it is gone within a moment: a killed orphan is reaped by init, not by us."""
    deadline = time.monotonic() + 5
    while alive(pid) and time.monotonic() < deadline:
        time.sleep(0.005)
    return not alive(pid)


def pids(folder: Path, number: int = 1) -> list[int]:
    """What the program has written to the file `pids`."""
    deadline = time.monotonic() + 5
    file = folder / "pids"
    while time.monotonic() < deadline:
        found = file.read_text().split() if file.exists() else []
        if len(found) >= number:
            return [int(pid) for pid in found]
        time.sleep(0.005)
    raise AssertionError("the program did not start")
