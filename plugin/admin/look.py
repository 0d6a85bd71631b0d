"""One look at the server: what is found, and the job that follows from it."""

from __future__ import annotations

import os
from itertools import islice

from plugin.admin import choice, disk, features, interpreter, obstacles, ownership, qualify, questions, state, trust
from plugin.admin.findings import INSTALLED, SERVER, Finding
from plugin.admin.voice import quoted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from plugin.admin.job import Job

Look = tuple["Job", "list[Finding]"]


def at(job: Job, callers_path: str) -> Look:
    """What the verb must know before it may change anything; the job as it is then."""
    job = job._replace(installed=ownership.survey(job.server))
    look = uninstalling if job.verb == "uninstall" else qualification
    return look(job, callers_path)


def qualification(job: Job, callers_path: str) -> Look:
    server, installed, arguments = job.server, job.installed, job.arguments
    found = [*qualify.rights(server, f"{job.command} {job.verb}")]
    if not os.path.isdir(server.cpanel):
        text = f"there is no cPanel here: {server.cpanel} is missing"
        return job, [*found, Finding(False, SERVER, "cpanel", text, look=f"ls -d {quoted(server.cpanel)}")]
    installing = job.verb in ("install", "hook")
    if job.verb in ("apply", "rollback", "hook"):
        found += qualify.installation(server, installed, arguments.themes if job.verb != "hook" else (), job.command)
    if job.verb == "rollback":
        found += previous(job)
    wanted = arguments.themes
    if wanted and installing:
        wanted = tuple(dict.fromkeys((*wanted, *installed.themes)))
    themes = qualify.there(server, wanted or installed.themes or ("jupiter",))
    found += qualify.cpanel(server, job.command)
    found += obstacles.on_the_way(server, installed, job.version if job.verb == "install" else "")
    found += qualify.themes(server, installed, wanted, job.command)
    job = job._replace(themes=themes, absent=absent(job, themes))
    job, pythons = choice.with_python(job, callers_path)
    found += pythons
    found += disk.space(server)
    found += disk.writable(server, themes)
    found += qualify.source(job.here, job.version)
    if job.verb in ("apply", "hook", "rollback") and installed.current:
        found += untrusted(job, trust.doubts(server.release(installed.current)))
    if job.verb in ("apply", "rollback"):
        found += (each for theme in themes for each in obstacles.owned(server.entry(theme)))
    if job.verb == "install":
        found += downgrade(job)
        found += features.hideable(server) if arguments.feature else ()
    return job, found


def downgrade(job: Job) -> Iterator[Finding]:
    """An older release over a newer one is asked for, by a word or at a terminal."""
    if questions.is_downgrade(job) and not job.arguments.downgrade and not questions.asks(job):
        text = f"{job.version} is older than {job.installed.current}, which is installed"
        yield Finding(False, SERVER, "downgrade", text, f"{job.command} install --downgrade")


def absent(job: Job, themes: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(path for path in job.server.folders(themes) if not os.path.isdir(path))


def uninstalling(job: Job, callers_path: str) -> Look:
    """It depends on little: not on a Python for the page, on space, or on cPanel's programs."""
    server, installed, arguments = job.server, job.installed, job.arguments
    found = [each for each in qualify.rights(server, f"{job.command} uninstall") if not each.ok]
    found += obstacles.on_the_way(server, installed)
    strange = (theme for theme in arguments.themes if theme not in installed.themes)
    found += (qualify.not_in(theme, installed, job.command, may_be=False) for theme in strange)
    themes = tuple(theme for theme in installed.themes if theme in (arguments.themes or installed.themes))
    for theme in themes:
        found += obstacles.in_page(server, theme)
    if themes == installed.themes:
        found += obstacles.not_ours(server)
    if installed.current:
        found += untrusted(job, trust.exposed(server.release(installed.current)))
    return job._replace(themes=themes, absent=absent(job, themes), tool=interpreter.roots()), found


def previous(job: Job) -> Iterator[Finding]:
    version = job.installed.previous
    if not version or version == job.installed.current:
        text = "there is no previous release to return to; to go back, unpack the older tarball and run: "
        text += "sh install.sh --downgrade"
        yield Finding(False, INSTALLED, "previous", text, look=f"ls {quoted(job.server.releases)}")
        return
    yield from (each._replace(kind=INSTALLED) for each in state.of_previous(job))


def untrusted(job: Job, why: Iterator[str]) -> Iterator[Finding]:
    """Reported, never run: `why` are sentences, of which ten are enough."""
    yield from (state.damaged(job, text) for text in islice(why, state.MOST))
