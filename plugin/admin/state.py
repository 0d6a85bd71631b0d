"""What is found about the installed plugin, or, before there is one, about what it would meet."""

from __future__ import annotations

import os
import stat
from itertools import islice

from plugin.admin import (
    features,
    files,
    hooks,
    in_force,
    interpreter,
    manifest,
    obstacles,
    ownership,
    registration,
    trial,
    trust,
    webmail_port,
)
from plugin.admin.findings import ADVICE, INSTALLED, Finding
from plugin.admin.interpreter import Unfit
from plugin.admin.prove import prove, root_alone
from plugin.admin.server import can_run
from plugin.admin.voice import quoted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from plugin.admin.job import Job

MOST = 10  # of what is wrong with files


def of(job: Job, *, fit: bool) -> Iterator[Finding]:
    """`fit`: the server qualifies as far as could be seen, so its programs can be run."""
    server, current = job.server, job.installed.current
    live = server.release(current) if current else job.here
    exposed = [*islice(trust.exposed(live), MOST)] if current else []
    if exposed:
        yield from (damaged(job, text) for text in exposed)
        return
    doubts = [*islice(trust.doubts(live), MOST)] if current else []
    job = job._replace(doubted=bool(doubts))
    earnest = trial.Trial(server, live) if fit else None
    try:
        yield from of_installed(job, live, doubts, fit=fit) if current else of_remains(job, fit=fit)
        yield from features.look(server)
        yield from webmail_port.look(server, in_force.settings(live))
        if earnest:
            yield from earnest.findings()
    finally:
        if earnest:
            earnest.end()


def of_remains(job: Job, *, fit: bool) -> Iterator[Finding]:
    left = ownership.left(job.server, hooks.Listing(job.server) if fit else None)
    if left:
        text = f"the program is not there, but this of ours is: {', '.join(left)}"
        yield Finding(False, INSTALLED, "installed", text, f"{job.command} install")


def of_installed(job: Job, release: str, doubts: list[str], *, fit: bool) -> Iterator[Finding]:
    server = job.server
    if root_alone(server.root):
        text = f"{server.root} is closed to ordinary users: the page was run as root"
        yield Finding(False, ADVICE, "page", text, f"chmod o+x {quoted(server.root)}")
    yield from (damaged(job, text) for text in doubts)
    if not doubts:
        yield Finding(True, INSTALLED, "files", f"every file of {release} is as it was installed")
    for theme in job.themes:
        yield from of_theme(job, release, theme)
    if fit and can_run(server.manage_hooks) and not hooks.hooked(server):
        text = "the hook after cPanel updates is not registered"
        yield Finding(False, INSTALLED, "hook", text, f"{job.mending} install")
    if files.leads(f"{server.base}/previous") and not job.installed.previous:
        text = f"the release before this one is gone: {server.base}/previous leads nowhere"
        yield Finding(False, INSTALLED, "previous", text, f"{job.mending} install")
    yield from of_previous(job)
    for path, bit in ((server.etc, stat.S_IXOTH), (server.config, stat.S_IROTH)):
        if os.path.exists(path) and not os.stat(path).st_mode & bit:
            text = f"{path} is closed to the accounts; clicks go on with what was applied"
            yield Finding(False, ADVICE, "settings", text, f"chmod a+rX {quoted(path)}")


def of_previous(job: Job) -> Iterator[Finding]:
    """Nobody clicks on it, and no command but this one needs it."""
    version = job.installed.previous
    if version not in ("", job.installed.current):
        for why in islice(trust.doubts(job.server.release(version)), 1):
            text = f"release {version} is damaged, so rollback cannot return to it: {why}; "
            text += "to have it back, unpack its tarball and run: sh install.sh --downgrade"
            yield Finding(False, ADVICE, "previous", text, look=f"ls -lR {quoted(job.server.release(version))}")


def damaged(job: Job, text: str) -> Finding:
    """A release does not repair itself: the same one mends it, from elsewhere."""
    current = job.installed.current
    if job.here != job.server.release(current) and job.version == current:
        return Finding(False, INSTALLED, "files", text, f"{job.command} install")
    text += f"; unpack the tarball of {current}, and there run: sh install.sh"
    return Finding(False, INSTALLED, "files", text, look=f"ls -lR {quoted(job.server.release(current))}")


def of_theme(job: Job, release: str, theme: str) -> Iterator[Finding]:
    server, mended = job.server, f"{job.mending} install"
    used = interpreter.in_use(server, theme)
    if used and job.python and used != job.python.path:
        try:
            interpreter.examine(used, given=True)
        except Unfit as why:
            text = f"the page of {theme} runs with {used}, which {why}"
            yield Finding(False, INSTALLED, "interpreter", text, mended)
    if registration.registered(server, theme):
        yield Finding(True, INSTALLED, "icon", f"the icon is registered in {theme}")
    else:
        yield Finding(False, INSTALLED, "icon", f"the icon is not registered in {theme}", mended)
    if any(not each.ok for each in obstacles.in_theme(server, job.installed, theme)):
        return  # which is said already; nothing in such a folder is run
    problems = [*entry_problems(server.entry(theme), release)]
    if files.read(server.entry(theme)) is not None and not any(obstacles.owned(server.entry(theme))):
        problems += filter(None, [prove(server.root, server.entry(theme))])
    yield from (Finding(False, INSTALLED, "page", text, mended) for text in problems)
    if not problems:
        yield Finding(True, INSTALLED, "page", f"the page of {theme} was run and answered")


def entry_problems(entry: str, release: str) -> Iterator[str]:
    data = files.read(entry)
    if data is None:
        yield f"{entry} is missing"
        return
    ours = files.read(f"{release}/cgi/index.live.cgi") or b""
    if data.partition(b"\n")[2] != ours.partition(b"\n")[2]:
        yield f"{entry} was changed"
    folder = os.path.dirname(entry)
    for path in (folder, entry):
        yield from manifest.wrong(folder, path, 0o755)
