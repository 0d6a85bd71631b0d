"""How root puts a file or folder in place: whole or not at all, with exactly its owner and mode."""

from __future__ import annotations

import contextlib
import ctypes
import os
import shutil
import stat

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

ACLS = ("system.posix_acl_access", "system.posix_acl_default")
AT_FDCWD = -100
RENAME_EXCHANGE = 2
LARGEST = 1 << 20  # bytes of a file that is read whole


def settle(path: str, mode: int) -> None:
    """Root's, with exactly this mode, whatever umask, set-group-ID or default ACL of the folder above say."""
    if os.geteuid() == 0:
        os.chown(path, 0, 0, follow_symlinks=False)
    for name in ACLS:
        with contextlib.suppress(OSError):  # it has none, or the file system knows none
            os.removexattr(path, name, follow_symlinks=False)
    os.chmod(path, mode)


def write(path: str, data: bytes, mode: int = 0o644) -> None:
    """Replace `path` by a file with this content, at one stroke."""
    unfinished = beside(path)
    with contextlib.suppress(FileNotFoundError):
        os.unlink(unfinished)
    create(unfinished, data, mode)
    os.replace(unfinished, path)


def create(path: str, data: bytes, mode: int = 0o644) -> None:
    """A new file. Raises FileExistsError."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    with open(descriptor, "wb") as stream:
        stream.write(data)
    settle(path, mode)


def beside(path: str) -> str:
    """What a new `path` is called until it is whole."""
    folder, name = os.path.split(path)
    return f"{folder}/.{name.lstrip('.')}.new"


def make_folder(path: str, *, ours: bool = False) -> None:
    """`ours`: one that is there may be what a killed run has made, and not settled."""
    try:
        os.mkdir(path, 0o755)
    except FileExistsError:
        if not ours:
            return
    settle(path, 0o755)


def read(path: str) -> bytes | None:
    """The content of a plain file; None if there is no such file, or others can put one there.

    Never follows a link nor waits for a writer.
    """
    try:
        above = os.stat(os.path.dirname(path))
        if os.geteuid() == 0 and (above.st_uid != 0 or above.st_mode & stat.S_IWOTH):
            return None
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return None
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        return None
    with open(descriptor, "rb") as stream:
        return stream.read(LARGEST)


def text(path: str) -> str:
    """The text of a plain file, empty if there is none."""
    return (read(path) or b"").decode(errors="surrogateescape")


def remove(path: str) -> None:
    """A file, a link or a folder with all that is in it; nothing if there is none."""
    if os.path.isdir(path) and not os.path.islink(path):
        shutil.rmtree(path)
    else:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(path)


def remove_all(paths: Iterable[str]) -> None:
    for path in paths:
        remove(path)


def remove_empty(folders: Iterable[str]) -> None:
    """Those of the folders that are there and empty."""
    for folder in folders:
        with contextlib.suppress(OSError):
            os.rmdir(folder)


def point(link: str, target: str) -> None:
    """Let a symlink lead to `target`, at one stroke; without a target there is no link."""
    if target:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(beside(link))
        os.symlink(target, beside(link))
        os.replace(beside(link), link)
    else:
        remove(link)


def leads(link: str) -> str:
    """Where a symlink leads; empty if there is none."""
    try:
        return os.readlink(link)
    except OSError:
        return ""


def exchange(one: str, two: str) -> None:
    """Two folders change places: at one stroke where the file system can do that."""
    try:
        done = ctypes.CDLL(None).renameat2(AT_FDCWD, os.fsencode(one), AT_FDCWD, os.fsencode(two), RENAME_EXCHANGE) == 0
    except AttributeError:
        done = False
    if not done:
        os.rename(two, f"{two}.old")
        os.rename(one, two)
        os.rename(f"{two}.old", one)
