"""Whether a server qualifies: every reason at once, nothing changed (design §6)."""

from __future__ import annotations

import os
import re

from plugin.admin import files, manifest, obstacles
from plugin.admin.findings import ADVICE, INSTALLED, SERVER, Finding
from plugin.admin.server import can_run
from plugin.admin.voice import quoted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from plugin.admin.server import Installed, Server

OLDEST = 86  # the first cPanel that has create_webmail_session_for_self
UPCP = "/usr/local/cpanel/scripts/upcp --force"
PACKAGES = ("vendor/jinja2", "vendor/markupsafe", "vendor/yaml")


def rights(server: Server, command: str) -> Iterator[Finding]:
    if server.root:
        yield Finding(True, SERVER, "root", f"works in the staged tree {server.root}")
    elif os.geteuid() == 0:
        yield Finding(True, SERVER, "root", "runs as root")
    else:
        yield Finding(False, SERVER, "root", "only root can do this on a server", f"sudo {command}")


def cpanel(server: Server, command: str) -> Iterator[Finding]:
    version = files.text(f"{server.cpanel}/version").strip()
    release = re.match(r"(?:11\.|(?!11\.))(\d+)\.", version)
    if not version:
        text = f"there is no cPanel here: {server.cpanel}/version is missing"
        yield Finding(False, SERVER, "cpanel", text, look=f"ls {quoted(server.cpanel)}")
    elif release and int(release[1]) < OLDEST:
        text = f"cPanel {version} is too old: it makes webmail sessions since {OLDEST}"
        yield Finding(False, SERVER, "cpanel", text, UPCP)
    else:
        yield Finding(True, SERVER, "cpanel", f"cPanel {version}")
    for program in ("bin/uapi", "scripts/install_plugin"):
        path, name = f"{server.cpanel}/{program}", os.path.basename(program)
        if can_run(path):
            yield Finding(True, SERVER, name, f"{path} can be run")
        else:
            yield Finding(False, SERVER, name, f"{path} is missing or cannot be run", UPCP)
    if not can_run(server.uninstall_plugin):
        text = f"{server.uninstall_plugin} is missing: files will be removed by name"
        yield Finding(False, ADVICE, "uninstall_plugin", text, UPCP)
    if not can_run(server.manage_hooks):
        text = f"{server.manage_hooks} is missing: no repair after cPanel updates, so after each of them: {command}"
        yield Finding(False, ADVICE, "manage_hooks", text, UPCP)
    if files.text(f"{server.root}/sys/fs/selinux/enforce").strip() == "1":
        text = "SELinux is enforcing, which cPanel does not support"
        yield Finding(False, ADVICE, "selinux", text, "setenforce 0")


def themes(server: Server, installed: Installed, wanted: tuple[str, ...], command: str) -> Iterator[Finding]:
    """`wanted` are those that were named, or empty: then it is those that it is installed in, or jupiter."""
    for theme in wanted or installed.themes or ("jupiter",):
        folder = f"{server.frontend}/{theme}"
        if os.path.islink(folder):
            there = os.path.basename(os.path.realpath(folder))
            text = f"the theme {theme} is a symlink: {folder}"
            yield Finding(False, SERVER, "theme", text, f"{command} --theme {quoted(there)}")
        elif os.path.isdir(folder):
            yield Finding(True, SERVER, "theme", f"the theme {theme} is there")
            yield from obstacles.in_theme(server, installed, theme)
        elif not wanted and len(installed.themes) > 1:
            yield Finding(False, ADVICE, "theme", f"the theme {theme} is no longer there")
        else:
            text = f"there is no theme {theme}: {folder}; name one that is there with --theme NAME"
            yield Finding(False, SERVER, "theme", text, look=f"ls {quoted(server.frontend)}")


def there(server: Server, themes: tuple[str, ...]) -> tuple[str, ...]:
    """Those of the themes that exist."""
    folders = ((theme, f"{server.frontend}/{theme}") for theme in themes)
    return tuple(theme for theme, folder in folders if os.path.isdir(folder) and not os.path.islink(folder))


def source(here: str, version: str) -> Iterator[Finding]:
    """Whether what this runs from is all of a release, and plain."""
    for part in (*manifest.PARTS, *PACKAGES):
        if not os.path.lexists(f"{here}/{part}"):
            text = f"{here}/{part} is missing: this is not the whole of a release; unpack the tarball anew"
            checkout = not os.path.exists(f"{here}/{manifest.NAME}")
            yield Finding(False, SERVER, "source", text, "make vendor" if checkout else "")
    special = [
        path for path in manifest.files(here, manifest.PARTS) if os.path.lexists(p := f"{here}/{path}") and not plain(p)
    ]
    if special:
        text = f"in {here} these are not plain files: {' '.join(special[:10])}; unpack the tarball anew"
        yield Finding(False, SERVER, "source", text, look=f"ls -l {quoted(here)}")
    if not version:
        text = f"{here}/plugin/__init__.py names no version; unpack the tarball anew"
        yield Finding(False, SERVER, "source", text, look=f"cat {quoted(f'{here}/plugin/__init__.py')}")


def plain(path: str) -> bool:
    return os.path.isfile(path) and not os.path.islink(path)


def installation(server: Server, installed: Installed, themes: tuple[str, ...], command: str) -> Iterator[Finding]:
    """For the verbs that need one; the themes that were named must be those that it is installed in."""
    if not installed.current:
        yield Finding(False, INSTALLED, "installed", "Webmail Sign-in is not installed here", f"{command} install")
    for theme in themes:
        if theme not in installed.themes:
            yield not_in(theme, installed, command, may_be=os.path.isdir(f"{server.frontend}/{theme}"))


def not_in(theme: str, installed: Installed, command: str, *, may_be: bool) -> Finding:
    """`may_be`: whether installing into it is possible, and not the opposite of what was asked for."""
    text = f"it is not installed in the theme {theme}"
    if installed.themes:
        text += f", but in {' and '.join(installed.themes)}"
    if may_be:
        return Finding(False, INSTALLED, "theme", text, f"{command} install --theme {theme}")
    return Finding(False, INSTALLED, "theme", text, look=f"{command} check")
