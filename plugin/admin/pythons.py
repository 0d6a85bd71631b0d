"""Where a Python for the page is looked for, and how one is got where there is none."""

from __future__ import annotations

import glob
import os
import re

from plugin.admin import files
from plugin.admin.interpreter import Interpreter, Unfit, examine

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

NAMES = ("python3", "python3.14", "python3.13", "python3.12", "python3.11", "python3.10", "python3.9")
FOLDERS = ("/usr/bin", "/usr/local/bin", "/bin", "/opt/alt/python3*/bin")


def candidates(callers_path: str) -> Iterator[str]:
    """Every Python that is to be thought of; the system's folders come before the caller's PATH."""
    folders = [folder for pattern in FOLDERS for folder in sorted(glob.glob(pattern))]
    seen = set()
    for folder in (*folders, *filter(os.path.isabs, callers_path.split(":"))):
        for name in NAMES:
            real = os.path.realpath(f"{folder}/{name}")
            if real not in seen and os.access(real, os.X_OK):
                seen.add(real)
                yield f"{folder}/{name}"


def first_usable(paths: Iterator[str]) -> tuple[Interpreter | None, list[str]]:
    """The first that will do, and why each before it fell."""
    fell: list[str] = []
    for path in paths:
        try:
            return examine(path), fell
        except Unfit as why:
            fell.append(f"{path} {why}")
    return None, fell


def located(given: str, callers_path: str) -> str:
    """The path of a Python that was given by path or by name; as it was given where there is none."""
    if "/" in given:
        return os.path.join(os.path.realpath(os.path.dirname(given)), os.path.basename(given))
    for folder in filter(os.path.isabs, callers_path.split(":")):
        if os.access(f"{folder}/{given}", os.X_OK):
            return f"{folder}/{given}"
    return given


def advice(root: str) -> str:
    """The command that brings a Python."""
    text = files.text(f"{root}/etc/os-release") or files.text(os.path.realpath("/etc/os-release"))
    known = dict(line.replace('"', "").partition("=")[::2] for line in text.splitlines())
    if "debian" in f"{known.get('ID', '')} {known.get('ID_LIKE', '')}":
        return "apt-get install -y python3"
    if re.match(r"8(\.|$)", known.get("VERSION_ID", "")):
        return "dnf install -y python3.12"
    return "dnf install -y python3"
