"""What an administrator can edit, read by root, and ours below it.

Root renders these templates, and every account runs what comes of them. So each file is opened folder by folder from
the top, no link is followed, and what others than root can change is reported and not read (design §6).
"""

from __future__ import annotations

import os
import stat
from typing import NamedTuple

from plugin.ready.problem import Problem

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from plugin.ready.places import Places

LONGEST = 65536  # bytes of a file


class Text(NamedTuple):
    file: str
    text: str


class Sources(NamedTuple):
    """``settings`` is None if there is no config.yaml. ``ours`` and ``own`` are templates by their names, ``locales``
    the files of each locale tag, ours before the provider's. ``unused`` are files that nothing is made of, by their
    paths and their paths below the provider's templates."""

    settings: Text | None
    ours: dict[str, Text]
    own: dict[str, Text]
    locales: dict[str, list[Text]]
    unused: list[tuple[str, str]]
    problems: list[Problem]


def read(places: Places) -> Sources:
    """All of it; what cannot be read is among the problems."""
    found = Sources(None, {}, {}, {}, [], [])
    if os.path.lexists(places.config):
        try:
            found = found._replace(settings=Text(places.config, text(places.config)))
        except Problem as problem:
            found.problems.append(problem)
    for path in plain_files(places.templates):
        file = f"{places.templates}/{path}"
        try:
            with open(file, encoding="utf-8") as stream:
                sort_in(found, found.ours, path, Text(file, stream.read()))
        except (OSError, ValueError):
            found.problems.append(Problem(file, None, None, "is damaged; install again"))
    for path in own_files(places.own_templates, found.problems) if os.path.lexists(places.own_templates) else ():
        file = f"{places.own_templates}/{path}"
        if is_template(path) or locale_tag(path):
            try:
                sort_in(found, found.own, path, Text(file, text(file)))
            except Problem as problem:
                found.problems.append(problem)
        else:
            found.unused.append((file, path))
    return found


def sort_in(found: Sources, templates: dict[str, Text], path: str, source: Text) -> None:
    if is_template(path):
        templates[path] = source
    elif locale_tag(path):
        found.locales.setdefault(locale_tag(path), []).append(source)


def is_template(path: str) -> bool:
    return path.endswith(".html")


def locale_tag(path: str) -> str:
    """The tag that a locale file is named by; empty for any other file."""
    folder, _, name = path.rpartition("/")
    return name[:-5] if folder == "locale" and name.endswith(".yaml") else ""


def plain_files(folder: str) -> Iterator[str]:
    for parent, _, names in os.walk(folder):
        yield from (os.path.relpath(f"{parent}/{name}", folder) for name in sorted(names) if name[0] != ".")


def own_files(top: str, problems: list[Problem], below: str = "") -> Iterator[str]:
    """The files below `top`, relative to it; editors leave hidden ones beside them."""
    folder = f"{top}/{below}".rstrip("/")
    try:
        descriptor = opened(folder)
    except Problem as problem:
        problems.append(problem)
        return
    try:
        for name in sorted(os.listdir(descriptor)):
            seen = os.stat(name, dir_fd=descriptor, follow_symlinks=False)
            if name.startswith("."):
                continue
            if stat.S_ISDIR(seen.st_mode):
                yield from own_files(top, problems, f"{below}{name}/")
            else:
                yield below + name
    except NotADirectoryError:
        problems.append(Problem(folder, None, None, "is not a folder"))
    finally:
        os.close(descriptor)


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
