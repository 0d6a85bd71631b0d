"""The Pythons of this machine that a click could run with."""

from __future__ import annotations

import ctypes
import glob
import os
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from tests.cpanel.accounts import MS_BIND
from tests.cpanel.root import all_can_run

CHECKOUT = Path(__file__).resolve().parents[2]
VERSIONS = ("3.9", "3.10", "3.11", "3.12", "3.13", "3.14")
ASK = "import sys; print('%d.%d' % sys.version_info[:2], sys.executable, sys.base_prefix, sep='\\n')"


def find(private: bool) -> dict[str, str]:
    """Version to interpreter, each resolved and one that the account of the clicks can run.

    Those in a closed home are reached too if this process has a mount namespace of its own: `private`.
    """
    found: dict[str, tuple[str, str]] = {}
    for candidate in candidates():
        version, python, prefix = ask(candidate)
        if version in VERSIONS:
            found.setdefault(version, (os.path.realpath(python), prefix))
    if private:
        open_ways({prefix for _, prefix in found.values()})
    ordered = sorted(found, key=VERSIONS.index)
    return {version: found[version][0] for version in ordered if all_can_run(found[version][0])}


def candidates() -> Iterator[str]:
    """The system's own come first, as they do for install.sh."""
    for folder in ("/usr/bin", "/usr/local/bin"):
        yield from (f"{folder}/python{version}" for version in VERSIONS)
    yield from sorted(glob.glob("/opt/alt/python3*/bin/python3"))
    yield from sorted(glob.glob(os.path.expanduser("~/.pyenv/versions/3.*/bin/python3")))
    yield from filter(None, (shutil.which(f"python{version}") for version in VERSIONS))


def ask(python: str) -> list[str]:
    """The interpreter itself knows best: what PATH names may be a shim."""
    try:
        asked = subprocess.run([python, "-ISc", ASK], capture_output=True, check=True, text=True)
    except (OSError, subprocess.CalledProcessError):
        return ["", "", ""]
    return asked.stdout.splitlines()


def open_ways(prefixes: Iterable[str]) -> None:
    """Let every account reach these folders where a closed home is on the way.

    In this process's own mount namespace an empty folder covers the home, and only these folders, and what the
    measuring itself needs, show through. Nothing is copied, no mode is changed, and nobody else sees it.
    """
    needed = {*prefixes, sys.base_prefix, sys.prefix, str(CHECKOUT)}
    for home in {home for home in map(closed_folder, prefixes) if home}:
        inside = [path for path in sorted(needed) if path.startswith(f"{home}/")]
        handles = {path: os.open(path, os.O_PATH) for path in inside}
        mount("none", home, "tmpfs", 0, "mode=0755")
        for path, handle in handles.items():
            os.makedirs(path, exist_ok=True)
            mount(f"/proc/self/fd/{handle}", path, None, MS_BIND, None)
            os.close(handle)


def closed_folder(path: str) -> str | None:
    """The first folder on the way to `path` that not everybody may enter."""
    way = [*reversed(Path(path).parents), Path(path)]
    return next((str(folder) for folder in way if not folder.stat().st_mode & 0o001), None)


def mount(source: str, target: str, kind: str | None, flags: int, words: str | None) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    arguments = [text and text.encode() for text in (source, target, kind)]
    if libc.mount(*arguments, flags, words and words.encode()):
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number), target)
