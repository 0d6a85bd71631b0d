"""What lies where ours goes, or leads there: links, other people's files, folders that others can write."""

from __future__ import annotations

import os
import re
import stat

from plugin.admin import files, manifest
from plugin.admin.findings import SERVER, Finding
from plugin.admin.server import HOME, ID
from plugin.admin.voice import quoted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from plugin.admin.server import Installed, Server

WAY = (
    *("usr", "usr/local", "usr/local/cpanel", "usr/local/cpanel/base", "usr/local/cpanel/base/frontend"),
    *("usr/local/cpanel/3rdparty", HOME, f"{HOME}/releases", "etc", "etc/webmail-signin"),
    *("usr/local/cpanel/whostmgr", "usr/local/cpanel/whostmgr/addonfeatures"),
)
PROGRAMS = ("scripts", "scripts/install_plugin", "scripts/uninstall_plugin", "bin", "bin/manage_hooks")
ENTRY = (b"#!/", b"3rdparty/webmail-signin/current", b"main(release, theme=")


def on_the_way(server: Server, installed: Installed, version: str = "") -> Iterator[Finding]:
    """`version` is that of a release which is to be installed."""
    for path in (f"{server.root}/{place}" for place in WAY):
        yield from real(path, folder=True)
        yield from owned(path, ours=path.startswith((server.base, server.etc)))
    for path in (server.lock, server.record, server.config):
        yield from real(path, folder=False)
    for name in PROGRAMS:  # root runs them
        yield from owned(os.path.realpath(f"{server.cpanel}/{name}"))
    for path in (f"{server.base}/current", f"{server.base}/previous"):
        if os.path.lexists(path) and not os.path.islink(path):
            yield taken(path)
    if not installed.ours:
        if others_in(server.base, ".lock"):
            yield taken(server.base)
        if os.path.lexists(server.addonfeature) and not our_feature(server.addonfeature):
            yield taken(server.addonfeature)
    release = server.release(version)
    if version and os.path.lexists(release) and (os.path.islink(release) or not is_release(release)):
        yield taken(release)


def in_theme(server: Server, installed: Installed, theme: str) -> Iterator[Finding]:
    folder = f"{server.frontend}/{theme}"
    page = f"{folder}/{ID}"
    yield from owned(folder)
    yield from real(page, folder=True)
    yield from owned(page, ours=True)
    for place in ("dynamicui", "assets", "assets/application_icons"):
        yield from owned(f"{folder}/{place}")
        if os.path.islink(f"{folder}/{place}"):
            text = f"{folder}/{place} is a symlink, which cPanel's programs will follow"
            yield Finding(False, "advice", "symlink", text, look=f"ls -ld {quoted(f'{folder}/{place}')}")
    entry = server.entry(theme)
    if os.path.islink(entry):
        yield taken(entry)
    elif not os.path.islink(page):
        for name in others_in(page, "index.live.cgi", ".index.live.cgi.new"):
            text = f"{page}/{name} does not belong beside the page"
            yield Finding(False, SERVER, "taken", text, f"mv {quoted(f'{page}/{name}')} /root/")
    if theme not in installed.themes:
        yield from foreign(server, theme)


def foreign(server: Server, theme: str) -> Iterator[Finding]:
    """What has the names of our files in a theme, and is not ours by its content either."""
    entry, conf = server.entry(theme), server.conf(theme)
    if os.path.lexists(entry) and not os.path.islink(entry) and not our_entry(entry):
        yield taken(entry)
    if os.path.lexists(conf) and not our_conf(conf):
        yield taken(conf)
    if not our_conf(conf):  # an icon alone can be anybody's
        yield from (taken(icon) for icon in server.icons(theme) if os.path.lexists(icon))


def not_ours(server: Server) -> Iterator[Finding]:
    """What would go with the rest although nobody knows whose it is."""
    known = ("releases", "current", "previous", "record", ".lock", ".current.new", ".previous.new", ".record.new")
    yield from (taken(f"{server.base}/{name}") for name in others_in(server.base, *known))
    for name in others_in(server.releases):
        release = f"{server.releases}/{name}"
        if is_release(release):
            yield from (taken(path) for path in strays(release))
        elif not name.startswith(".staged-"):
            yield taken(release)


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


def real(path: str, *, folder: bool) -> Iterator[Finding]:
    """If it is there, it must be a folder (a file) itself."""
    if os.path.islink(path):
        text = f"{path} is a symlink; put there what it points to"
        yield Finding(False, SERVER, "symlink", text, look=f"ls -ld {quoted(path)}")
    elif os.path.lexists(path) and not (os.path.isdir(path) if folder else os.path.isfile(path)):
        yield Finding(False, SERVER, "taken", f"{path} is in the way", f"mv {quoted(path)} {quoted(f'{path}.old')}")


def owned(path: str, *, ours: bool = False) -> Iterator[Finding]:
    """Root's, and writable by nobody else; what is ours is not for its group to write either."""
    try:
        seen = os.lstat(path)
    except OSError:
        return
    open_to = seen.st_mode & ((stat.S_IWGRP if ours else 0) | stat.S_IWOTH)
    if os.geteuid() == 0 and not stat.S_ISLNK(seen.st_mode) and (seen.st_uid != 0 or open_to):
        mending = f"chown root {quoted(path)}; chmod {'go-w' if ours else 'o-w'} {quoted(path)}"
        yield Finding(False, SERVER, "owner", f"{path} is not root's alone", mending)


def others_in(folder: str, *names: str) -> list[str]:
    """Whatever a folder holds beside these."""
    try:
        return sorted(set(os.listdir(folder)) - set(names))
    except OSError:
        return []


def taken(path: str) -> Finding:
    text = f"{path} is there already and is not ours"
    return Finding(False, SERVER, "taken", text, f"mv {quoted(path)} {quoted(f'{path}.old')}")
