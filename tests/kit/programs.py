"""Programs that a test writes; above all a `uapi` that answers what the test wants."""

from __future__ import annotations

import json
import shlex
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
