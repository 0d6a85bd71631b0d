"""How root opens a file that an administrator may edit: folder by folder from the top, following no link, and not where
others than root can change it (design §6)."""

from __future__ import annotations

import os
import stat

from plugin.ready.problem import Problem

LONGEST = 65536  # bytes of a file


def text(file: str) -> str:
    """The text of an administrator's file. Raises Problem."""
    data = content(file, LONGEST)
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        raise Problem(file, data.count(b"\n", 0, error.start) + 1, None, "is not UTF-8 text") from None


def content(file: str, most: int, public: bool = False) -> bytes:
    """What is in a file of up to `most` bytes that only root can change. Raises Problem.

    `public`: for what will be published; whoever names a file by mistake publishes nothing that was closed.
    """
    descriptor = opened(file)
    seen = os.fstat(descriptor)
    if not stat.S_ISREG(seen.st_mode):
        os.close(descriptor)
        raise Problem(file, None, None, "cannot be read: it is not a file")
    with open(descriptor, "rb") as stream:
        if public and not seen.st_mode & stat.S_IROTH:
            raise Problem(file, None, None, "is closed to others than root; chmod a+r it")
        data = stream.read(most + 1)
    if len(data) > most:
        raise Problem(file, None, None, f"is longer than {most} bytes")
    return data


def opened(path: str) -> int:
    """A descriptor of the file or folder at an absolute path. Raises Problem."""
    folder = os.open("/", os.O_PATH)
    at = ""
    for name in path.strip("/").split("/"):
        at = f"{at}/{name}"
        flags = os.O_RDONLY | os.O_NONBLOCK if at == path else os.O_PATH
        try:
            judge(at, os.stat(name, dir_fd=folder, follow_symlinks=False))
            found = os.open(name, flags | os.O_NOFOLLOW, dir_fd=folder)
        except OSError as error:
            raise Problem(at, None, None, f"cannot be read: {error.strerror}") from None
        finally:
            os.close(folder)
        folder = found
    return folder


def judge(path: str, seen: os.stat_result) -> None:
    """Raises Problem for a link, a device and what others could change; a sticky folder they cannot."""
    folder = stat.S_ISDIR(seen.st_mode)
    if not folder and not stat.S_ISREG(seen.st_mode):
        raise Problem(path, None, None, "is a symlink or no file; put a file of root's there")
    writable = seen.st_mode & 0o022 and not (folder and seen.st_mode & stat.S_ISVTX)
    if os.geteuid() == 0 and (seen.st_uid != 0 or writable):
        raise Problem(path, None, None, "can be changed by others than root; chown it to root and chmod go-w")
