"""What is asked of cPanel's own programs, icon and hook, and the page's entry in each theme."""

from __future__ import annotations

import os
import stat

from plugin.admin import files, programs, prove
from plugin.admin.programs import Failed
from plugin.admin.server import can_run
from plugin.admin.transaction import Step

TYPE_CHECKING = False
if TYPE_CHECKING:
    from plugin.admin.job import Job
    from plugin.admin.server import Server


def entry(code: str, python: str) -> bytes:
    """The page's entry, from that tree, with that interpreter."""
    lines = (files.read(f"{code}/cgi/index.live.cgi") or b"").partition(b"\n")
    return f"#!{python} -IS\n".encode() + lines[2]


def entry_in_order(server: Server, theme: str, wanted: bytes) -> bool:
    path = server.entry(theme)
    try:
        seen = [os.lstat(place) for place in (path, os.path.dirname(path))]
    except OSError:
        return False
    right = all(stat.S_IMODE(each.st_mode) == 0o755 and each.st_uid == os.geteuid() for each in seen)
    return right and files.read(path) == wanted


def place_entry(server: Server, theme: str, wanted: bytes) -> Step:
    """Undone with the other small files, and its folder with the other folders."""
    path = server.entry(theme)
    folder = os.path.dirname(path)

    def do() -> None:
        files.make_folder(folder)
        files.settle(folder, 0o755)
        files.write(path, wanted, 0o755)

    return Step(f"put the page into {folder}", do, repairs=True)


def try_entry(job: Job, theme: str) -> Step:
    """An installation is proven by `uapi` too, which has been running all the while."""

    def do() -> None:
        prove.entry(job.server.root, job.server.entry(theme))
        if job.trial:
            job.trial.prove()

    return Step(f"run the installed page in {theme}", do)


def register(job: Job, theme: str, release: str) -> Step:
    server = job.server
    folder = f"{release}/compiled/registration"

    def do() -> None:
        programs.ask(server.install_plugin, folder, f"--theme={theme}")
        for icon in server.icons(theme):  # one of the other kind is one that the settings named before
            if not os.path.exists(f"{folder}/icon{os.path.splitext(icon)[1]}"):
                files.remove(icon)
        if not registered(server, theme):
            job.voice.warn("  install_plugin reports success, but the icon's files are not where cPanel keeps them")

    return Step(f"register the icon in {theme}", do, repairs=True)


def registered(server: Server, theme: str) -> bool:
    icon = any(os.path.isfile(path) for path in server.icons(theme))
    return icon and os.path.isfile(server.conf(theme)) and os.path.isfile(server.addonfeature)


def unregister(job: Job, theme: str, *, last: bool) -> Step:
    """`last`: uninstall_plugin would take the feature from the other themes too."""
    server = job.server
    folder = f"{server.release(job.installed.current)}/compiled/registration"

    def do() -> None:
        if last:
            if can_run(server.uninstall_plugin) and job.installed.current and os.path.isdir(folder):
                try:
                    programs.ask(server.uninstall_plugin, folder, f"--theme={theme}")
                except Failed as why:
                    job.voice.warn(f"  uninstall_plugin failed: {why}")
            files.remove(server.addonfeature)
        # By name what is left: the program may be missing or have failed (cpanel-facts.md §4).
        for path in (server.conf(theme), *server.icons(theme)):
            files.remove(path)

    return Step(f"unregister the icon from {theme}", do)


def remove_page(job: Job, theme: str) -> Step:
    path = job.server.entry(theme)
    folder = os.path.dirname(path)

    def do() -> None:
        files.remove(path)
        files.remove(files.beside(path))
        files.remove_empty([folder])
        if os.path.isdir(folder):
            job.voice.say(f"  {folder} stays, for what in it is not ours")

    return Step(f"remove the page from {folder}", do)
