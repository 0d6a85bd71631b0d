"""Whether there is room on the disk, and whether our places on it can be written to."""

from __future__ import annotations

import contextlib
import fcntl
import os
import re
import struct

from plugin.admin.findings import SERVER, Finding
from plugin.admin.voice import quoted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from plugin.admin.server import Server

NEEDED_KB = 16384  # two releases with their bytecode, and room to breathe
NEEDED_FILES = 1000
GETFLAGS = 0x80086601  # FS_IOC_GETFLAGS
PINNED = 0x30  # FS_IMMUTABLE_FL, FS_APPEND_FL


def space(server: Server) -> Iterator[Finding]:
    place = server.third if os.path.isdir(server.third) else server.cpanel
    try:
        disk = os.statvfs(place)
    except OSError:
        return  # there is no cPanel, which is said already
    free = disk.f_bavail * disk.f_frsize // 1024
    if free < NEEDED_KB:
        text = f"only {free} KB are free where {server.third} is; {NEEDED_KB} KB are needed"
        yield Finding(False, SERVER, "space", text, look=f"df -h {quoted(place)}")
    elif disk.f_files and disk.f_favail < NEEDED_FILES:
        text = f"only {disk.f_favail} more files fit on the disk where {server.third} is; {NEEDED_FILES} are needed"
        yield Finding(False, SERVER, "space", text, look=f"df -i {quoted(place)}")
    else:
        yield Finding(True, SERVER, "space", f"{free} KB are free")


def writable(server: Server, themes: tuple[str, ...]) -> Iterator[Finding]:
    """Places that are mounted read-only, or that `chattr` has made immutable."""
    there = [path for path in (*server.changeable(themes), server.config) if os.path.lexists(path)]
    folders = [path for path in server.folders(themes) if os.path.isdir(path)]
    parents = {os.path.dirname(path) for path in (*there, *folders)} if there or folders else set()
    said = set()
    for path in sorted({*there, *folders, *filter(os.path.isdir, parents)}):
        with contextlib.suppress(OSError):
            if os.statvfs(path).f_flag & os.ST_RDONLY:
                mount = mount_point(path)
                if mount not in said:
                    said.add(mount)
                    text = f"{path} cannot be written to: {mount} is mounted read-only"
                    yield Finding(False, SERVER, "read-only", text, f"mount -o remount,rw {quoted(mount)}")
            elif flags(path) & PINNED:
                text = f"{path} cannot be changed: chattr has pinned it"
                yield Finding(False, SERVER, "pinned", text, f"chattr -ia {quoted(path)}")


def mount_point(path: str) -> str:
    """Where what `path` lies on is mounted, a part of another file system included."""
    with open("/proc/self/mountinfo", encoding="ascii", errors="surrogateescape") as stream:
        points = [re.sub(r"\\([0-7]{3})", lambda octal: chr(int(octal[1], 8)), line.split()[4]) for line in stream]
    return max((point for point in points if f"{path}/".startswith(f"{point.rstrip('/')}/")), key=len, default="/")


def flags(path: str) -> int:
    """What chattr has set; 0 where the file system has no such flags. Raises OSError."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        return int(struct.unpack("i", fcntl.ioctl(descriptor, GETFLAGS, b"\0" * 4))[0])
    except OSError:
        return 0
    finally:
        os.close(descriptor)
