"""What lies where ours goes, or leads there: links, other people's files, folders that others can write."""

from __future__ import annotations

import os
import stat

from plugin.admin import ownership, trust
from plugin.admin.findings import SERVER, Finding
from plugin.admin.server import HOME, ID, STAGED
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
KNOWN = ("releases", "current", "previous", "record", ".lock", ".current.new", ".previous.new", ".record.new")
PROGRAMS = (
    *("scripts", "scripts/install_plugin", "scripts/uninstall_plugin"),
    *("bin", "bin/manage_hooks", "bin/uapi", "bin/whmapi1"),
)


def on_the_way(server: Server, installed: Installed, version: str = "") -> Iterator[Finding]:
    """`version` is that of a release which is to be installed."""
    for path in trust.way(server.root) if server.root else ():
        yield from owned(path)  # whoever owns a folder above can put another tree in the place of this one
    for path in (f"{server.root}/{place}" for place in WAY):
        yield from real(path, folder=True)
        yield from owned(path)
    for path in (server.lock, server.record, server.config):
        yield from real(path, folder=False)
    for name in PROGRAMS:  # root runs them
        yield from owned(os.path.realpath(f"{server.cpanel}/{name}"), group=False)
    for path in (f"{server.base}/current", f"{server.base}/previous"):
        if os.path.lexists(path) and not os.path.islink(path):
            yield taken(path)
    if not installed.ours:
        if others_in(server.base, *KNOWN):
            yield taken(server.base)
        if os.path.lexists(server.addonfeature) and not ownership.our_feature(server.addonfeature):
            yield taken(server.addonfeature)
    release = server.release(version)
    if version and os.path.lexists(release) and (os.path.islink(release) or not ownership.is_release(release)):
        yield taken(release)


def in_theme(server: Server, installed: Installed, theme: str) -> Iterator[Finding]:
    folder = f"{server.frontend}/{theme}"
    page = f"{folder}/{ID}"
    yield from in_page(server, theme)
    for place in ("dynamicui", "assets", "assets/application_icons"):
        yield from owned(f"{folder}/{place}")
        if os.path.islink(f"{folder}/{place}"):
            text = f"{folder}/{place} is a symlink, which cPanel's programs will follow"
            yield Finding(False, "advice", "symlink", text, look=f"ls -ld {quoted(f'{folder}/{place}')}")
    entry = server.entry(theme)
    if os.path.islink(entry):
        yield taken(entry, "/root/")  # under another name it would not belong beside the page
    elif not os.path.islink(page):
        for name in others_in(page, "index.live.cgi", ".index.live.cgi.new"):
            text = f"{page}/{name} does not belong beside the page"
            yield Finding(False, SERVER, "taken", text, f"mv {quoted(f'{page}/{name}')} /root/")
    if theme not in installed.themes:
        yield from foreign(server, theme)


def in_page(server: Server, theme: str) -> Iterator[Finding]:
    """The one folder of a theme that is ours: nothing in it is touched if others can change it."""
    page = os.path.dirname(server.entry(theme))
    yield from owned(os.path.dirname(page))
    yield from real(page, folder=True)
    yield from owned(page)


def foreign(server: Server, theme: str) -> Iterator[Finding]:
    """What has the names of our files in a theme, and is not ours by its content either."""
    entry, conf = server.entry(theme), server.conf(theme)
    if os.path.lexists(entry) and not os.path.islink(entry) and not ownership.our_entry(entry):
        yield taken(entry, "/root/")
    if os.path.lexists(conf) and not ownership.our_conf(conf):
        yield taken(conf)
    if not ownership.our_conf(conf):  # an icon alone can be anybody's
        yield from (taken(icon) for icon in server.icons(theme) if os.path.lexists(icon))


def not_ours(server: Server) -> Iterator[Finding]:
    """What would go with the rest although nobody knows whose it is."""
    yield from (strange(f"{server.base}/{name}") for name in others_in(server.base, *KNOWN))
    for name in others_in(server.releases):
        release = f"{server.releases}/{name}"
        if ownership.is_release(release):
            yield from (strange(path) for path in ownership.strays(release))
        elif not name.startswith(STAGED):
            yield strange(release)


def real(path: str, *, folder: bool) -> Iterator[Finding]:
    """If it is there, it must be a folder (a file) itself."""
    if os.path.islink(path):
        text = f"{path} is a symlink; put there what it points to"
        yield Finding(False, SERVER, "symlink", text, look=f"ls -ld {quoted(path)}")
    elif os.path.lexists(path) and not (os.path.isdir(path) if folder else os.path.isfile(path)):
        yield Finding(False, SERVER, "taken", f"{path} is in the way", f"mv {quoted(path)} {quoted(f'{path}.old')}")


def owned(path: str, *, group: bool = True) -> Iterator[Finding]:
    """Root's, and writable by nobody else. `group`: nor by its group; that of cPanel's programs is cPanel's affair."""
    try:
        seen = os.lstat(path)
    except OSError:
        return
    open_to = seen.st_mode & ((stat.S_IWGRP if group else 0) | stat.S_IWOTH)
    if os.geteuid() == 0 and not stat.S_ISLNK(seen.st_mode) and (seen.st_uid != 0 or open_to):
        mending = f"chown root {quoted(path)}; chmod {'go-w' if group else 'o-w'} {quoted(path)}"
        yield Finding(False, SERVER, "owner", f"{path} is not root's alone", mending)


def others_in(folder: str, *names: str) -> list[str]:
    """Whatever a folder holds beside these."""
    try:
        return sorted(set(os.listdir(folder)) - set(names))
    except OSError:
        return []


def taken(path: str, to: str = "") -> Finding:
    text = f"{path} is there already and is not ours"
    return Finding(False, SERVER, "taken", text, f"mv {quoted(path)} {to or quoted(f'{path}.old')}")


def strange(path: str) -> Finding:
    """Within what is ours another name would be in the way as well."""
    return Finding(False, SERVER, "taken", f"{path} is not ours", f"mv {quoted(path)} /root/")
