"""Is what is installed on this server in order? Nothing is changed."""

from __future__ import annotations

import os
import stat

from plugin.admin import facts, files, interpreter, look, manifest, registration, report, trial, voice, webmail_port
from plugin.admin.findings import ADVICE, INSTALLED, SERVER, Finding
from plugin.admin.interpreter import Unfit
from plugin.admin.programs import Failed
from plugin.admin.proof import of_account
from plugin.admin.prove import prove, root_alone
from plugin.admin.server import ID
from plugin.admin.signals import Interrupted
from plugin.admin.voice import quoted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from plugin.admin.job import Job
    from plugin.admin.programs import Program


def run(job: Job, callers_path: str) -> int:
    try:
        job, found = look.at(job, callers_path)
        if os.path.isdir(job.server.cpanel):
            found += state(job, fit=not any(each.level == "failure" and each.kind == SERVER for each in found))
        told = facts.of(job)
        if job.arguments.json:
            voice.write(1, report.document(told, found))
        else:
            for finding in found:
                voice.write(1, report.lines(finding, job.voice))
            counted = report.counts(found)
            voice.write(1, f"Failures: {counted['failures']}, warnings: {counted['warnings']}.")
    except Interrupted as why:
        voice.write(2, f"Failed: {why}")
        return 1
    except OSError as why:
        job.voice.fail(f"print the findings: {(why.strerror or '').lower()}")
        return 1
    return 3 if report.counts(found)["failures"] else 0


def state(job: Job, *, fit: bool) -> Iterator[Finding]:
    """`fit`: the server qualifies as far as could be seen, so its programs can be run."""
    server, current = job.server, job.installed.current
    live = server.release(current) if current else job.here
    exposed = [*manifest.exposed(live)][:10] if current else []
    if exposed:  # what others can change is reported, never run
        yield from (damaged(job, f"{live}: {text}") for text in exposed)
        return
    mended = f"{job.command} install"
    checking = job.ready(live, check=True) if job.tool else None
    settings = facts.settings(live)
    fit = fit and not root_alone(server.root)
    earnest = trial.Trial(server, server.root + settings.uapi, settings.timeout) if fit else None
    if current:
        if root_alone(server.root):
            text = f"{server.root} is closed to ordinary users: the page was run as root"
            yield Finding(False, ADVICE, "page", text, f"chmod o+x {quoted(server.root)}")
        for theme in job.themes:
            yield from of_theme(job, live, theme)
        damage = [*manifest.differences(live)]
        yield from (damaged(job, f"{live}: {text}") for text in damage)
        if not damage:
            yield Finding(True, INSTALLED, "files", f"every file of {live} is as it was installed")
        if os.access(server.manage_hooks, os.X_OK) and not registration.hooked(server):
            yield Finding(False, INSTALLED, "hook", "the hook after cPanel updates is not registered", mended)
        yield from closed(job)
    yield from features(job)
    yield from webmail_port.look(server, settings)
    if earnest:
        yield from earnest.findings()
    if checking:
        yield from of_settings(job, checking)
    yield from of_account(job, fit=fit and bool(current))


def damaged(job: Job, text: str) -> Finding:
    """A release does not repair itself."""
    inside = job.here == job.server.release(job.installed.current)
    remedy = "" if inside else f"{job.command} install"
    if inside:
        text += "; unpack the tarball and run its install.sh"
    return Finding(False, INSTALLED, "files", text, remedy, f"ls -l {quoted(job.here)}" if inside else "")


def of_theme(job: Job, release: str, theme: str) -> Iterator[Finding]:
    server, mended = job.server, f"{job.command} install"
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
    problems = [*entry_problems(server.entry(theme), release)]
    if not problems or files.read(server.entry(theme)) is not None:
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


def closed(job: Job) -> Iterator[Finding]:
    """The settings are everybody's to read; that clicks do without them is no reason to leave a mode of nobody's."""
    for path, bit in ((job.server.etc, stat.S_IXOTH), (job.server.config, stat.S_IROTH)):
        if os.path.exists(path) and not os.stat(path).st_mode & bit:
            text = f"{path} is closed to the accounts; clicks go on with what was applied"
            yield Finding(False, INSTALLED, "settings", text, f"chmod a+rX {quoted(path)}")


def of_settings(job: Job, checking: Program) -> Iterator[Finding]:
    apply = f"{job.command} apply" if job.installed.current else f"{job.command} install"
    try:
        ended = checking.finish()
    except Failed as problem:
        yield Finding(
            False, INSTALLED, "check", f"the settings could not be checked: {problem}", f"{job.command} install"
        )
        return
    if not ended.code:
        for kind, _, text in (line.partition("\t") for line in ended.output.splitlines()):
            if kind == "advice":
                yield Finding(False, ADVICE, "templates", text, look=f"ls -lR {quoted(job.server.etc)}")
            elif job.installed.current:
                yield Finding(False, INSTALLED, "apply", text, apply)
    elif not ended.errors or "Traceback" in ended.errors:
        text = f"the settings could not be checked: {ended.said}"
        yield Finding(False, INSTALLED, "check", text, f"{job.command} install")
    else:
        for line in filter(None, ended.errors.splitlines()):
            text = f"{line}; what was applied stays in force" if job.installed.current else line
            yield Finding(False, INSTALLED, "settings", text, look=f"edit it, then: {apply}")


def features(job: Job) -> Iterator[Finding]:
    """A feature is on unless a list says FEATURE=0 (cpanel-facts.md §5); packages start with the list `default`."""
    for name in ("default", "disabled"):
        lines = {
            line.replace(" ", "") for line in files.text(f"{job.server.root}/var/cpanel/features/{name}").splitlines()
        }
        for feature in (ID, "webmail"):
            if f"{feature}=0" in lines:
                text = f"the feature {feature} is off in the feature list {name}: WHM, Feature Manager, turns it on"
                yield Finding(False, ADVICE, "feature", text, look=f"whmapi1 get_featurelist_data featurelist={name}")
