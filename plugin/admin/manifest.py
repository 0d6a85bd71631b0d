"""What a release consists of: every file with its sum and mode, and what differs from that."""

from __future__ import annotations

import ctypes
import errno
import hashlib
import os
import stat

from plugin.admin import files as made

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

PARTS = ("cgi", "install.sh", "plugin", "templates", "vendor")
PROGRAMS = ("cgi/index.live.cgi", "install.sh", "plugin/admin/registration/hook")
NAME = "MANIFEST"


def files(tree: str, parts: tuple[str, ...]) -> Iterator[str]:
    """The paths of all files below `parts` of `tree`, relative to it; compiled ones are not part of a release."""
    for part in parts:
        top = os.path.join(tree, part)
        if not os.path.isdir(top) and os.path.lexists(top):
            yield part
        for folder, folders, names in os.walk(top):
            folders[:] = [name for name in folders if name != "__pycache__"]
            # A symlink to a folder is listed among the folders, and is no folder of ours.
            links = [name for name in folders if os.path.islink(os.path.join(folder, name))]
            for name in [*names, *links]:
                if not name.endswith(".pyc"):
                    yield os.path.relpath(os.path.join(folder, name), tree)


def sums(tree: str) -> dict[str, str]:
    """The SHA-256 of each file of a release's parts by its path. Raises OSError."""
    return {path: digest(os.path.join(tree, path)) for path in files(tree, PARTS)}


def digest(file: str) -> str:
    return hashlib.sha256(content(file)).hexdigest()


def content(file: str) -> bytes:
    """Of a plain file. Raises OSError, for anything else too: opening a FIFO would wait for a writer."""
    descriptor = os.open(file, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    with open(descriptor, "rb") as stream:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise OSError(errno.EINVAL, "not a plain file", file)
        return stream.read()


def mode(path: str) -> str:
    return "0755" if path in PROGRAMS else "0644"


def copy(tree: str, release: str) -> None:
    """Copy the parts of `tree` into the new folder `release` and write its MANIFEST; all of it is then on the disk.

    Raises OSError.
    """
    made.make_folder(release)
    lines = []
    for path in sorted(files(tree, PARTS)):
        folder = release
        for part in path.split("/")[:-1]:
            folder += f"/{part}"
            if not os.path.isdir(folder):
                made.make_folder(folder)
        data = content(f"{tree}/{path}")
        made.create(f"{release}/{path}", data, int(mode(path), 8))
        lines.append(f"{hashlib.sha256(data).hexdigest()} {mode(path)} {path}\n")
    made.create(f"{release}/{NAME}", "".join(lines).encode(errors="surrogateescape"), 0o644)
    # The rename that follows must not reach the disk before what it names. This file system only: another may hang.
    descriptor = os.open(release, os.O_RDONLY)
    ctypes.CDLL(None).syncfs(descriptor)
    os.close(descriptor)


def read(release: str) -> dict[str, tuple[str, str]]:
    """Sum and mode by path. Raises OSError, or ValueError if the file is damaged."""
    with open(os.path.join(release, NAME), encoding="utf-8", errors="surrogateescape") as stream:
        rows = [line.rstrip("\n").split(" ", 2) for line in stream]
    return {path: (total, bits) for total, bits, path in rows}


def differences(release: str) -> Iterator[str]:
    """What is not as it was installed, a sentence each: content, mode and owner of files and folders."""
    try:
        listed = read(release)
    except (OSError, ValueError) as error:
        yield f"{NAME} cannot be read: {error}"
        return
    present = set(files(release, PARTS))
    yield from (f"{path} is missing" for path in sorted(listed.keys() - present))
    yield from (f"{path} was added" for path in sorted(present - listed.keys()))
    ours = (*PARTS, NAME, "compiled")
    yield from (f"{name} was added" for name in os.listdir(release) if name not in ours and name[:9] != ".compiled")
    for path in sorted(listed.keys() & present):
        total, bits = listed[path]
        yield from wrong(release, path, int(bits, 8))
        try:
            if digest(os.path.join(release, path)) != total:
                yield f"{path} was changed"
        except OSError as error:
            yield f"{path} cannot be read: {error.strerror}"
    yield from wrong(release, NAME, 0o644)
    for folder in sorted({os.path.dirname(path) for path in listed}):
        yield from wrong(release, folder, 0o755)


def exposed(release: str) -> Iterator[str]:
    """What was made ready in `release` and can be changed by others than its owner; it has no sum, but is run too."""
    for folder, folders, names in os.walk(release):
        for path in (os.path.join(folder, name) for name in (*folders, *names)):
            seen = os.lstat(path)
            writable = not stat.S_ISLNK(seen.st_mode) and seen.st_mode & 0o022
            if writable or foreign(seen):
                yield f"{os.path.relpath(path, release)} can be changed by others"


def foreign(seen: os.stat_result) -> bool:
    """Whether it belongs neither to root nor to whoever runs this, in a staged tree of his own."""
    return seen.st_uid not in (0, os.geteuid())


def wrong(release: str, path: str, bits: int) -> Iterator[str]:
    try:
        seen = os.lstat(os.path.join(release, path))
    except OSError:
        return  # reported as missing
    if stat.S_ISLNK(seen.st_mode):
        yield f"{path or release} is a symlink"
    elif stat.S_IMODE(seen.st_mode) != bits:
        yield f"{path or release} has mode {stat.S_IMODE(seen.st_mode):04o}, not {bits:04o}"
    if foreign(seen):
        yield f"{path or release} belongs to uid {seen.st_uid}"


def same(tree: str, release: str) -> bool:
    """Whether `release` is undamaged and consists of what lies in `tree`."""
    try:
        listed = {path: total for path, (total, _) in read(release).items()}
        return not any(differences(release)) and listed == sums(tree)
    except (OSError, ValueError):
        return False
