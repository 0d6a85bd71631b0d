"""One look at the server: what is found, and the job that follows from it."""

from __future__ import annotations

import os

from plugin.admin import disk, interpreter, manifest, obstacles, qualify
from plugin.admin.findings import ADVICE, INSTALLED, SERVER, Finding
from plugin.admin.interpreter import Interpreter, Unfit
from plugin.admin.server import survey
from plugin.admin.voice import quoted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from plugin.admin.job import Job

Look = tuple["Job", "list[Finding]"]


def at(job: Job, callers_path: str) -> Look:
    """What the verb must know before it may change anything; the job as it is then."""
    job = job._replace(installed=survey(job.server))
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
    job, pythons = with_python(job, callers_path)
    found += pythons
    found += disk.space(server)
    found += disk.writable(server, themes)
    found += qualify.source(job.here, job.version)
    if job.verb in ("apply", "hook", "rollback") and installed.current:
        found += untrusted(job, installed.current)
    return job, found


def absent(job: Job, themes: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(path for path in job.server.folders(themes) if not os.path.isdir(path))


def uninstalling(job: Job, callers_path: str) -> Look:
    """It depends on little: not on a Python for the page, on space, or on cPanel's programs."""
    server, installed, arguments = job.server, job.installed, job.arguments
    found = [each for each in qualify.rights(server, f"{job.command} uninstall") if not each.ok]
    found += obstacles.on_the_way(server, installed)
    found += qualify.missing_themes(installed, arguments.themes, job.command)
    themes = tuple(theme for theme in installed.themes if theme in (arguments.themes or installed.themes))
    if set(themes) == set(installed.themes):
        found += obstacles.not_ours(server)
    return job._replace(themes=themes, absent=absent(job, themes), tool=interpreter.roots()), found


def previous(job: Job) -> Iterator[Finding]:
    version = job.installed.previous
    remedy = f"{job.command} install --downgrade"
    if not version or version == job.installed.current:
        text = "there is no previous release to return to; unpack the older tarball and run its install.sh"
        yield Finding(False, INSTALLED, "previous", text, look=f"ls {quoted(job.server.releases)}")
        return
    release = job.server.release(version)
    if not manifest.same(release, release):
        text = f"release {version} is damaged; unpack its tarball and run: sh install.sh --downgrade"
        yield Finding(False, INSTALLED, "previous", text, look=remedy and f"ls {quoted(release)}")


def untrusted(job: Job, version: str) -> Iterator[Finding]:
    """What others can change is reported, never run."""
    release = job.server.release(version)
    for text in list(manifest.exposed(release))[:10]:
        yield Finding(False, INSTALLED, "files", f"{release}: {text}; unpack the tarball and run its install.sh")


def with_python(job: Job, callers_path: str) -> Look:
    """The job with the Python that runs the page and the one that root runs, and what is found about them."""
    chosen, found = page_python(job, callers_path)
    if chosen and chosen.own:
        return job._replace(python=chosen, tool=chosen.path, tool_tag=chosen.tag), [*found, *of(job, chosen, "")]
    tool = interpreter.roots()
    job = job._replace(python=chosen, tool=tool, tool_tag=interpreter.roots_tag())
    if not chosen:
        return job, found
    risk = ": whoever can change it acts as every account that clicks"
    if tool == chosen.path:
        risk += ", and as root, who has no other"
    elif chosen.tag != job.tool_tag:
        risk += "; root does not run it, so it gets no bytecode and clicks are slower"
    return job, [*found, *of(job, chosen, risk)]


def of(job: Job, chosen: Interpreter, risk: str) -> Iterator[Finding]:
    yield Finding(True, SERVER, "python", f"the page runs with {chosen.path}, Python {chosen.version}")
    if interpreter.in_a_home(chosen.path):
        risk = f", which lies in a home{risk}"
    if risk:
        remedy = f"{job.command} install --python auto"
        yield Finding(False, ADVICE, "python", f"the page runs with {chosen.path}{risk}", remedy)


def page_python(job: Job, callers_path: str) -> tuple[Interpreter | None, list[Finding]]:
    asked, pinned = job.arguments.python, job.installed.record.python
    found: list[Finding] = []
    if asked and asked != "auto":
        try:
            return interpreter.examine(interpreter.located(asked, callers_path), given=True), found
        except Unfit as why:
            text = f"--python {asked} {why}"
            return None, [Finding(False, SERVER, "python", text, f"{job.command} {job.verb} --python auto")]
    if pinned and asked != "auto":
        try:
            return interpreter.examine(pinned, given=True), found
        except Unfit as why:
            text = f"the Python that was asked for, {pinned}, {why}; another stands in for it"
            found.append(Finding(False, ADVICE, "python", text, f"{job.command} install --python auto"))
    used = [] if job.verb == "install" else [interpreter.in_use(job.server, theme) for theme in job.themes]
    candidates = (*filter(None, used), *interpreter.candidates(callers_path))
    chosen, fell = interpreter.first_usable(iter(candidates))
    if not chosen:
        text = "there is no Python 3.9 or newer that every account can run and only root can change"
        text = "; ".join([text, *fell])
        found.append(Finding(False, SERVER, "python", text, interpreter.advice(job.server.root)))
    return chosen, found
