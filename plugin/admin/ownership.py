"""Our own files are known by their content, not only by the record: so they are adopted, and removed, without one."""

from __future__ import annotations

import os
import re

from plugin.admin import files, hooks, manifest
from plugin.admin.server import ID

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from plugin.admin.server import Installed, Server

ENTRY = (b"#!/", b"3rdparty/webmail-signin/current", b"main(release, theme=")


def our_entry(path: str) -> bool:
    data = files.read(path) or b""
    return data.startswith(ENTRY[0]) and all(part in data for part in ENTRY[1:])


def our_conf(path: str) -> bool:
    return re.search(rf"(^|,)url=>{ID}/index\.live\.cgi(,|$)", files.text(path), re.MULTILINE) is not None


def our_feature(path: str) -> bool:
    return files.text(path).startswith(f"{ID}:")


def is_release(folder: str) -> bool:
    """A release's folder, whole or not: no other has our entry."""
    return our_entry(f"{folder}/cgi/index.live.cgi") or os.path.isfile(f"{folder}/MANIFEST")


def strays(release: str) -> Iterator[str]:
    """The files in a release that are neither in its MANIFEST nor made by compiling."""
    try:
        listed = {f"{release}/{path}" for path in manifest.read(release)} | {f"{release}/{manifest.NAME}"}
    except (OSError, ValueError):
        return
    for folder, folders, names in os.walk(release):
        made = [name for name in folders if name in ("__pycache__", "compiled") or name.startswith(".compiled-")]
        folders[:] = [name for name in folders if name not in made]
        links = [name for name in folders if os.path.islink(f"{folder}/{name}")]
        for name in (*names, *links):
            if f"{folder}/{name}" not in listed and not (
                folder == release and name.startswith((".compiled", "compiled"))
            ):
                yield f"{folder}/{name}"


def survey(server: Server) -> Installed:
    """What of ours is there; the themes are those that are recorded and those where a page or an icon is ours."""
    installed = server.survey()
    record = installed.record
    themes = tuple(dict.fromkeys((*record.themes, *themes_by_content(server))))
    return installed._replace(record=record._replace(themes=themes), ours=installed.ours or bool(themes))


def themes_by_content(server: Server) -> list[str]:
    names = sorted(os.listdir(server.frontend)) if os.path.isdir(server.frontend) else []
    real = [name for name in names if not os.path.islink(f"{server.frontend}/{name}")]
    return [name for name in real if our_entry(server.entry(name)) or our_conf(server.conf(name))]


def left(server: Server, listing: hooks.Listing | None) -> list[str]:
    """What of ours is there, in words; `listing` is of hooks, if they may be asked for."""
    found = [server.base] if os.path.isdir(server.releases) else []
    for theme in themes_by_content(server):
        paths = (server.entry(theme), server.conf(theme))
        found += [path for path, ours in zip(paths, (our_entry, our_conf)) if ours(path)]
    if our_feature(server.addonfeature):
        found.append(server.addonfeature)
    if listing and listing.ours():
        found.append(f"the hook {server.hook}")
    return found
