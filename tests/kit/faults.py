"""An installed server on which clicks are made while something is broken, and what must hold whatever it is."""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import shutil
import signal
import socket
import stat
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType

from plugin.click import errors
from tests.cpanel import Cpanel
from tests.kit.clicks import Clicked, ended
from tests.kit.programs import answering, program

TOO_LONG = 25.0  # seconds, longer than any click may take
PR_SET_CHILD_SUBREAPER = 36
SECRET = b":CREATE_WEBMAIL_SESSION_FOR_"  # SELF or MAIL_USER: a part of each session
STATUS = {"signed-in": 200, "choose": 200, **{kind.code: kind.status for kind in errors.SigninError.__subclasses__()}}


def whole(clicked: Clicked) -> Clicked:
    """A response that is whole and well-formed, fits its status, and shows nothing of our insides; or none."""
    if clicked.output:
        body, outcome = clicked.body, clicked.outcome
        assert outcome
        assert body.startswith("<!DOCTYPE html>\n") and body.endswith("</html>\n")
        assert clicked.status == STATUS[outcome]
        assert "Traceback" not in body and ".py" not in body
        assert len(clicked.page.all("form")) == (outcome in ("signed-in", "choose"))
        assert (SECRET in clicked.output) == (outcome == "signed-in")
    return clicked


class Ground:
    """The stand-in with the plugin in it. Whatever a test does to it is undone when the `with` block ends."""

    def __init__(self, cp: Cpanel) -> None:
        self.cp = cp
        self.root = cp.root.path
        self.who = next(iter(cp.root.accounts))
        self.account = cp.root.accounts[self.who]
        self.home = self.root / "home" / self.account.name
        self.etc = self.root / "etc/webmail-signin"
        self.config = self.etc / "config.yaml"
        self.uapi = cp.root.cpanel / "bin/uapi"
        self._base = cp.root.cpanel / "3rdparty/webmail-signin"
        self._installed = os.readlink(self._base / "current")

    def __enter__(self) -> Ground:
        # Whatever a click leaves behind becomes a child of this process, and cannot hide.
        ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
        self.folder = Path(tempfile.mkdtemp(prefix="fault-"))
        self.folder.chmod(0o755)
        (self.folder / "free").mkdir()
        (self.folder / "free").chmod(0o777)
        for kept in (self.etc, self.uapi.parent):
            shutil.copytree(kept, self.folder / "kept" / kept.name)
        self._release: Path | None = None
        self.undo = contextlib.ExitStack()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.end_all()
        self.undo.close()
        for kept in (self.etc, self.uapi.parent):
            shutil.rmtree(kept, ignore_errors=True)  # it may be what was taken away
            shutil.copytree(self.folder / "kept" / kept.name, kept)
        self.cp.reset()
        self.point("current", self._installed)
        if self._release is not None:
            shutil.rmtree(self._release)
        shutil.rmtree(self.folder)

    @property
    def release(self) -> Path:
        """A copy of the release that is current now, for this test to damage."""
        if self._release is None:
            self._release = self._base / "releases/damaged"
            shutil.copytree(self._base / self._installed, self._release, symlinks=True)
            self.point("current", "releases/damaged")
        return self._release

    def point(self, name: str, target: str) -> None:
        """Let a link of the installation lead to `target`."""
        (self._base / name).unlink(missing_ok=True)
        (self._base / name).symlink_to(target)

    def configure(self, text: str) -> None:
        """An edit of config.yaml that nobody has applied: it takes the place of `log`, the last line."""
        kept = self.config.read_text(encoding="utf-8").splitlines(keepends=True)[:-1]
        self.config.write_text("".join([*kept, text]), encoding="utf-8")

    def apply(self, **settings: object) -> None:
        """Let these settings be in force, as if root had applied them."""
        file = self.release / "compiled/settings.json"
        file.write_text(json.dumps({**json.loads(file.read_text()), **settings}))

    def command(self, script: str) -> None:
        """Let `uapi` be a shell script with these lines where the session is asked for; the true one is at $0-true."""
        true = self.uapi.with_name("uapi-true")
        self.uapi.rename(true)
        program(self.uapi, f'{answering({"*Session*": script})}\nexec {true} "$@"')

    def click(self, environ: dict[str, str | None] | None = None, start: str = "", as_root: bool = False) -> Clicked:
        """One click. `start` is shell text that ends in a command to which the entry's path is added, such as a limit.

        It is run as the account, or as root, if it makes itself the account: $ACCOUNT is its number.
        """
        path = self.cp.entry()
        if start:
            path = program(self.folder / "start", f"ACCOUNT={self.account.uid}\n{start.replace('ENTRY', str(path))}")
        started = time.monotonic()
        too_long = threading.Timer(TOO_LONG, self.end_all)
        too_long.start()
        words = self.cp.environ(self.who, **(environ or {}))
        try:
            ran = self.cp.run_bare("root" if as_root else self.who, words, path)
        except OSError:  # the panel cannot even start it
            ran = subprocess.CompletedProcess([str(path)], 127, b"", b"")
        finally:
            too_long.cancel()
        return whole(ended(ran, time.monotonic() - started))

    def files(self) -> set[str]:
        """Every file of the server but the stand-in's own records, and what the account has in the common folders."""
        spool, logs = self.cp.root.spool(""), self.cp.root.cpanel / "logs"
        found = {str(path) for path in self.root.rglob("*") if not {spool, logs} & set(path.parents)}
        for folder in ("/tmp", "/var/tmp", "/dev/shm"):
            with contextlib.suppress(FileNotFoundError):
                found |= {entry.path for entry in os.scandir(folder) if owner(entry) == self.account.uid}
        return (
            found if self.account.uid != os.geteuid() else {path for path in found if path.startswith(str(self.root))}
        )

    def left_behind(self) -> list[str]:
        """Processes that a click has left; those that are dead already, init's work on a server, are reaped."""
        deadline = time.monotonic() + 2
        while True:
            alive = [line for pid, line in self._children() if not reaped(pid)]
            if not alive or time.monotonic() > deadline:
                return alive
            time.sleep(0.01)

    def end_all(self) -> None:
        """So that a click that hangs does not take the tests after it along."""
        for pid, _ in self._children():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    def _children(self) -> Iterator[tuple[int, str]]:
        """Our children that run as the account or from below ROOT, or are dead."""
        for task in Path("/proc/self/task").iterdir():
            pids: list[str] = []
            with contextlib.suppress(FileNotFoundError):  # a thread that has ended meanwhile
                pids = (task / "children").read_text().split()
            for pid in pids:
                with contextlib.suppress(OSError):
                    words = Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode("utf-8", "replace")
                    if not words or str(self.root) in words or Path(f"/proc/{pid}").stat().st_uid == self.account.uid:
                        yield int(pid), words


def owner(entry: os.DirEntry[str]) -> int | None:
    try:
        return entry.stat(follow_symlinks=False).st_uid
    except FileNotFoundError:  # of somebody else, and gone meanwhile
        return None


def reaped(pid: int) -> bool:
    try:
        return os.waitpid(pid, os.WNOHANG)[0] == pid
    except ChildProcessError:
        return True


# How a file or a folder can be broken.


def missing(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink()


def unreadable(path: Path) -> None:
    path.chmod(0o700 if path.is_dir() else 0o600)


def of_another_account(path: Path) -> None:
    if os.geteuid() == 0:
        os.chown(path, 65533, 65533)


def empty(path: Path) -> None:
    path.write_bytes(b"")


def truncated(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2)


def garbage(path: Path) -> None:
    path.write_bytes(b"\xff\xfe\0\x80garbage\n" * 20)


def a_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def a_circle(path: Path) -> None:
    missing(path)
    path.symlink_to(path.name)


def a_pipe(path: Path) -> None:
    missing(path)
    os.mkfifo(path)
    path.chmod(0o644)


def fill(path: Path) -> None:
    """Let a datagram socket hold no line more."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender, contextlib.suppress(BlockingIOError):
        sender.setblocking(False)
        while True:
            sender.sendto(b"x", str(path))


def a_socket(path: Path, mode: int = 0o666) -> socket.socket:
    """Bind a datagram socket there."""
    bound = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    bound.bind(str(path))
    path.chmod(mode)
    assert stat.S_ISSOCK(path.stat().st_mode)
    return bound
