"""Scratch servers, laid out as the stand-in's and installed on by install.sh: once, then copied for each test.

`bare` was never installed on. On `installed` the plugin is as an administrator has it. On `staged` it is as clicks need
it: run by the tests' own Python if every account can, in three languages, with its log on standard error and a `uapi`
that says yes.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import stat
import subprocess
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

import pytest

from plugin import __version__
from plugin.admin.prove import prove
from plugin.ready.__main__ import main
from plugin.ready.places import Places
from tests.cpanel import Cpanel, Root, lay_out
from tests.kit.account import IS_ROOT, as_account, pages_python
from tests.kit.clicks import ANSWER, Clicked, cgi_environ, ended
from tests.kit.folders import CHECKOUT, copy, open_folder
from tests.kit.programs import answering, printing, program

VERSION = __version__
NEXT = "1.1.0"
PARTS = ("install.sh", "plugin", "templates", "vendor", "cgi")
private = pytest.mark.skipif(
    not IS_ROOT or subprocess.run(["unshare", "-m", "true"], check=False, capture_output=True).returncode != 0,
    reason="needs root and mount namespaces",
)


class Server:
    """A scratch ROOT with cPanel's programs in it, and what a test asks of it. `source` is where install.sh lies."""

    def __init__(self, root: Path, source: Path = CHECKOUT) -> None:
        self.root = root
        self.source = source
        self.cpanel = root / "usr/local/cpanel"
        self.uapi = self.cpanel / "bin/uapi"
        self.base = self.cpanel / "3rdparty/webmail-signin"
        self.release = self.base / "releases" / VERSION
        self.theme = self.cpanel / "base/frontend/jupiter"
        self.entry = self.theme / "webmail_signin/index.live.cgi"
        self.config = root / "etc/webmail-signin/config.yaml"
        self.own_templates = self.config.parent / "templates"
        self.places = Places(str(self.release))

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

    def settle(self, text: str) -> None:
        """Write config.yaml, as an administrator edits it."""
        self.config.parent.mkdir(exist_ok=True)
        self.config.write_text(text, encoding="utf-8")

    def configure(self, text: str) -> None:
        """Write config.yaml and make it ready, quicker than `apply` does."""
        self.settle(text)
        assert main([str(self.release)]) == 0

    def program(self, script: str, interpreter: str = "/bin/sh") -> None:
        """Let `uapi` be this script."""
        program(self.uapi, script, interpreter)

    def answer(self, answer: object, before: str = "") -> None:
        """Let `uapi` say yes, "en", and `answer` to the call, after the shell code `before`."""
        said = {
            "*has_feature*": printing({"result": {"status": 1, "data": 1}}),
            "*get_attributes*": printing({"result": {"status": 1, "data": {"locale": "en"}}}),
            "*": f"{before}\n{printing(answer)}",
        }
        self.program(answering(said))

    def click(self, environ: dict[str, str] | None = None, **more: Any) -> Clicked:
        """Run the entry as the panel does, and take its response apart."""
        ran = as_account([str(self.entry)], cgi_environ() if environ is None else environ, **more)
        assert ran is not None
        return ended(ran)

    def page(self) -> str:
        """Why the installed page does not run; empty if it does."""
        return prove(str(self.root), str(self.entry))

    def current(self) -> str:
        return os.readlink(self.base / "current")

    def tree(self, times: bool = False) -> dict[str, tuple[Any, ...]]:
        """Everything below ROOT: kind, mode, owner, content, time; that of folders and symlinks only if asked for.

        Left out is what the stand-in notes for tests of each `uapi` that is run.
        """
        calls = self.root / "var/cpanel/stand-in/calls"
        paths = [self.root, *(path for path in self.root.rglob("*") if calls not in (path, *path.parents))]
        return {str(path.relative_to(self.root)): facts(path, times) for path in paths}


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


def release(source: Path, version: str = VERSION, tags: Collection[str] = ("en", "ar")) -> Path:
    """A copy of this project's release files that calls itself `version`, as root unpacks the tarball.

    It has few languages, as compiling them takes time; all of them where there are no `tags`.
    """
    source.mkdir()
    for part in PARTS:
        copy(CHECKOUT / part, source / part)
    for cache in list(source.rglob("__pycache__")):
        shutil.rmtree(cache)
    for file in (source / "templates/locale").iterdir():
        if tags and file.stem not in tags:
            file.unlink()
    init = source / "plugin/__init__.py"
    init.write_text(init.read_text().replace(f'"{VERSION}"', f'"{version}"'))
    subprocess.run(["chmod", "-R", "u=rwX,go=rX", str(source)], check=True)
    if IS_ROOT:
        subprocess.run(["chown", "-R", "0:0", str(source)], check=True)
    return source


def install(root: Root, settings: str = "") -> Server:
    """Put the plugin in all its languages onto a laid out ROOT, with these settings; the source lies beside ROOT."""
    source = root.path.with_name("source")
    server = Server(root.path, source if source.exists() else release(source, tags=()))
    server.settle(settings)
    server.well("--python", root.python, "--yes")
    return server


@contextlib.contextmanager
def served(settings: str) -> Iterator[Cpanel]:
    """A running stand-in with the plugin in it, which knows webmail's port and logs to the panel's error log."""
    with open_folder() as folder, Cpanel(lay_out(folder / "root")) as cp:
        install(cp.root, f"webmail_port: {cp.webmail_port}\nlog: stderr\n{settings}")
        yield cp


def stage(folder: Path) -> Server:
    """A server as clicks need it."""
    lay_out(folder / "root")
    server = Server(folder / "root", release(folder / "source", tags=("en", "de", "fr")))
    server.settle("log: stderr\n")
    server.well("--python", pages_python(), "--yes")
    server.answer(ANSWER)
    return server


def prepare(folder: Path) -> None:
    """What the tests of install.sh start from: the tree `bare`, `installed` from `source`, `upgraded` from `newer`."""
    bare = Server(folder / "bare", release(folder / "source"))
    lay_out(bare.root)
    installed = copied(bare, folder / "installed")
    installed.well("--yes")
    release(folder / "newer", NEXT)
    upgraded = copied(installed, folder / "upgraded", folder / "newer")
    upgraded.well("--yes")


def copied(server: Server, root: Path, source: Path | None = None) -> Server:
    """The same at another place, for a test to change; seen from another source if one is given."""
    copy(server.root, root)
    hooks = root / "var/cpanel/hooks.json"  # the one place where the path of the tree itself stands
    if hooks.exists():
        hooks.write_text(hooks.read_text().replace(str(server.root), str(root)))
    return Server(root, source or server.source)


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
        [str(server.base / "current/plugin/admin/registration/hook")],
        stdin=subprocess.DEVNULL,
        check=False,
        capture_output=True,
        text=True,
    )


def in_namespace(server: Server, mounts: str, *words: str) -> subprocess.CompletedProcess[str]:
    """install.sh where `mounts`, shell commands, have been done for it alone."""
    script = f'mount --make-rprivate /; {mounts}\nexec "$@"'
    return server.run(*words, shell=("unshare", "-m", "sh", "-ec", script, "sh", "sh"), env={"PATH": "/usr/bin:/bin"})
