"""One at a time: a lock that ends with the processes that hold it, however they end."""

from __future__ import annotations

import contextlib
import fcntl
import os
import time

from plugin.admin import files, signals
from plugin.admin.programs import Failed
from plugin.admin.voice import printable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from plugin.admin.server import Server
    from plugin.admin.voice import Voice

PATIENCE = 120.0  # seconds
PAUSE = 0.1


@contextlib.contextmanager
def held(server: Server, voice: Voice) -> Iterator[int]:
    """The lock's descriptor, for the programs that must hold it too. Raises Failed, and Interrupted.

    Afterwards the file stays if the plugin is there; otherwise it goes, with the folders that were made for it.
    """
    made = [path for path in (server.third, server.base) if not os.path.isdir(path)]
    deadline = time.monotonic() + PATIENCE
    descriptor = -1
    try:
        while descriptor < 0:
            descriptor = take(server, voice, deadline)
        yield descriptor
    finally:
        if not os.path.isdir(server.releases) and not os.path.exists(server.record):
            with contextlib.suppress(OSError):
                if descriptor >= 0 and same(descriptor, server.lock):
                    os.unlink(server.lock)
        if descriptor >= 0:
            os.close(descriptor)
        files.remove_empty(reversed(made))


def take(server: Server, voice: Voice, deadline: float) -> int:
    """A descriptor of the locked file; -1 if it is no longer the lock, as whoever held it took it away."""
    files.make_folder(server.third)
    files.make_folder(server.base, ours=True)
    try:
        descriptor = os.open(server.lock, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, 0o600)
    except FileNotFoundError:  # the folder has just gone
        return -1
    try:
        files.settle(server.lock, 0o600)
        wait(descriptor, server, voice, deadline)
        if same(descriptor, server.lock):
            return descriptor
    except FileNotFoundError:
        pass
    except BaseException:
        os.close(descriptor)
        raise
    os.close(descriptor)
    return -1


def wait(descriptor: int, server: Server, voice: Voice, deadline: float) -> None:
    said = False
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        except BlockingIOError:
            signals.ask()
        if time.monotonic() > deadline:
            raise Failed(f"another install.sh is still at work here{holder(server.lock)}; run this again later")
        if not said:
            voice.say(f"  another install.sh is at work here{holder(server.lock)}; waiting, up to two minutes")
            said = True
        time.sleep(PAUSE)


def same(descriptor: int, path: str) -> bool:
    return os.path.samestat(os.fstat(descriptor), os.lstat(path))


def holder(path: str) -> str:
    """The process that holds the lock on `path`, in brackets; empty if it cannot be told."""
    for number in filter(str.isdigit, os.listdir("/proc")):
        with contextlib.suppress(OSError):
            for descriptor in os.listdir(f"/proc/{number}/fd"):
                if files.leads(f"/proc/{number}/fd/{descriptor}") != path:
                    continue
                with open(f"/proc/{number}/fdinfo/{descriptor}", encoding="ascii", errors="replace") as stream:
                    if "FLOCK" in stream.read():
                        return f" (process {number}{command(number)})"
    return ""


def command(number: str) -> str:
    """What a process was started with."""
    with open(f"/proc/{number}/cmdline", encoding="utf-8", errors="replace") as stream:
        words = stream.read().rstrip("\0").split("\0")
    if "-c" in words[:-2]:  # what install.sh hands over to: its code, the folder that it lies in, its words
        folder, *more = words[words.index("-c") + 2 :]
        words = [f"{folder}/install.sh", *more]
    return f": {printable(' '.join(words))[:200]}" if any(words) else ""
