"""What an administrator can edit, read by root, and ours below it.

Root renders these templates, and every account runs what comes of them. So what others than root can change is reported
and not read.
"""

from __future__ import annotations

import os
import stat
from typing import NamedTuple

from plugin.ready import files
from plugin.ready.problem import Problem

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from plugin.ready.places import Places


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
            found = found._replace(settings=Text(places.config, files.text(places.config)))
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
                sort_in(found, found.own, path, Text(file, files.text(file)))
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
        descriptor = files.opened(folder)
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
