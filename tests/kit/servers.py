"""Scratch servers for the tests of install.sh: laid out once, installed once, copied for each test."""

from __future__ import annotations

import hashlib
import os
import shutil
import stat
import subprocess
from pathlib import Path
from typing import Any

import pytest

from plugin import __version__
from plugin.admin.prove import prove
from tests.cpanel.root import lay_out
from tests.kit.account import IS_ROOT
from tests.kit.folders import CHECKOUT, copy

VERSION = __version__
PARTS = ("install.sh", "plugin", "templates", "vendor", "cgi")
private = pytest.mark.skipif(
    not IS_ROOT or subprocess.run(["unshare", "-m", "true"], check=False, capture_output=True).returncode != 0,
    reason="needs root and mount namespaces",
)


class Server:
    """A copy of a scratch ROOT with cPanel's programs in it, and what a test asks of it."""

    def __init__(self, root: Path, source: Path) -> None:
        self.root = root
        self.source = source
        self.cpanel = root / "usr/local/cpanel"
        self.base = self.cpanel / "3rdparty/webmail-signin"
        self.theme = self.cpanel / "base/frontend/jupiter"
        self.entry = self.theme / "webmail_signin/index.live.cgi"
        self.config = root / "etc/webmail-signin/config.yaml"

    def command(self, *words: str, shell: tuple[str, ...] = ("sh",)) -> list[str]:
        return [*shell, str(self.source / "install.sh"), *words, "--root", str(self.root)]

    def run(self, *words: str, shell: tuple[str, ...] = ("sh",), **more: Any) -> subprocess.CompletedProcess[str]:
        """install.sh with these words; standard error follows standard output."""
        more = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, **more}
        return subprocess.run(self.command(*words, shell=shell), text=True, check=False, timeout=60, **more)

    def well(self, *words: str, **more: Any) -> str:
        """install.sh with these words, which must succeed; what it printed."""
        ended = self.run(*words, **more)
        assert ended.returncode == 0, ended.stdout
        return ended.stdout

    def page(self) -> str:
        """Why the installed page does not run; empty if it does."""
        return prove(str(self.root), str(self.entry))

    def current(self) -> str:
        return os.readlink(self.base / "current")

    def tree(self, times: bool = False) -> dict[str, tuple[Any, ...]]:
        """Everything below ROOT: kind, mode, owner, content, time; that of folders and symlinks only if asked for."""
        return {str(path.relative_to(self.root)): facts(path, times) for path in [self.root, *self.root.rglob("*")]}


def facts(path: Path, times: bool) -> tuple[Any, ...]:
    seen = path.lstat()
    kind = stat.S_IFMT(seen.st_mode)
    content = ""
    if stat.S_ISREG(seen.st_mode):
        content = hashlib.sha256(path.read_bytes()).hexdigest()
    elif stat.S_ISLNK(seen.st_mode):
        content = os.readlink(path)
    when = seen.st_mtime_ns if times or stat.S_ISREG(seen.st_mode) else 0
    return kind, oct(stat.S_IMODE(seen.st_mode)), seen.st_uid, seen.st_gid, content, when


def release(source: Path, version: str = VERSION) -> Path:
    """A copy of this project's release files that calls itself `version`; few languages, as compiling takes time."""
    source.mkdir()
    for part in PARTS:
        copy(CHECKOUT / part, source / part)
    for cache in list(source.rglob("__pycache__")):
        shutil.rmtree(cache)
    for file in (source / "templates/locale").iterdir():
        if file.name not in ("en.yaml", "ar.yaml"):
            file.unlink()
    init = source / "plugin/__init__.py"
    init.write_text(init.read_text().replace(f'"{VERSION}"', f'"{version}"'))
    return source


def prepare(folder: Path) -> None:
    """What all tests start from: a `source`, and the trees `bare` and `installed`."""
    release(folder / "source")
    lay_out(folder / "bare")
    copy(folder / "bare", folder / "installed")
    Server(folder / "installed", folder / "source").well("--yes")


def bare(trees: Path, place: Path) -> Server:
    return Server(copy(trees / "bare", place / "root"), trees / "source")


def installed(trees: Path, place: Path) -> Server:
    server = Server(copy(trees / "installed", place / "root"), trees / "source")
    hooks = server.root / "var/cpanel/hooks.json"  # the one place where the path of the tree itself stands
    hooks.write_text(hooks.read_text().replace(str(trees / "installed"), str(server.root)))
    return server


def but_for_times(server: Server) -> dict[str, object]:
    """Its tree; manage_hooks, say, writes the same list anew."""
    return {path: seen[:5] for path, seen in server.tree().items()}


def refuses(server: Server, saying: str, *words: str) -> None:
    """install.sh with these words finds that the server does not qualify, says why and changes nothing."""
    before = server.tree(times=True)
    ended = server.run(*words)
    assert (ended.returncode, saying in ended.stdout) == (3, True), ended.stdout
    assert server.tree(times=True) == before


def hook(server: Server) -> subprocess.CompletedProcess[str]:
    """As cPanel calls it after an update."""
    return subprocess.run(
        [str(server.base / "current/plugin/admin/registration/hook")], check=False, capture_output=True, text=True
    )


def in_namespace(server: Server, mounts: str, *words: str) -> subprocess.CompletedProcess[str]:
    """install.sh where `mounts`, shell commands, have been done for it alone."""
    script = f'mount --make-rprivate /; {mounts}\nexec "$@"'
    return server.run(*words, shell=("unshare", "-m", "sh", "-ec", script, "sh", "sh"), env={"PATH": "/usr/bin:/bin"})
