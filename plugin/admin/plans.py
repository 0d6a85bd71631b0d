"""What each verb does, as a plan made from what was seen behind the lock."""

from __future__ import annotations

import glob
import os
from functools import partial

from plugin.admin import configuration, files, manifest, proof, prove, qualify, registration, release
from plugin.admin.programs import Failed
from plugin.admin.server import ID, Record
from plugin.admin.transaction import Plan, Step

TYPE_CHECKING = False
if TYPE_CHECKING:
    from plugin.admin.job import Job


def install(job: Job) -> Plan:
    server, installed = job.server, job.installed
    target, staged = server.release(job.version), f"{server.releases}/.staged-{job.version}"
    whole = manifest.same(job.here, target)
    if job.here == target and not whole:
        raise Failed(
            f"release {job.version} is damaged and cannot repair itself; unpack the tarball and run its install.sh"
        )
    staging = job.here != target and not (whole and is_ready(target))
    previous = installed.previous if installed.current in ("", job.version) else installed.current
    steps = begin(job)
    if staging:
        steps.append(release.stage(job, staged, target))
    return activate(job, steps, job.version, previous, job.here, staged if staging else target)


def rollback(job: Job) -> Plan:
    version = job.installed.previous
    target = job.server.release(version)
    return activate(job, begin(job), version, job.installed.current, target, target)


def activate(job: Job, steps: list[Step], version: str, previous: str, code: str, tree: str) -> Plan:
    """One way for installing, upgrading, repairing and going back: make `tree` ready, try it, switch, try it again."""
    server, installed, python = job.server, job.installed, job.python
    assert python
    target, hook = server.release(version), job.verb == "hook"
    entry = registration.entry(code, python.path)
    if not os.path.lexists(server.config) and job.verb != "rollback":
        steps.append(configuration.write(job))
    compiling = python.tag == job.tool_tag and not (hook and compiled_well(job, tree, entry))
    if compiling:
        steps.append(release.compile_code(job, tree))
    if compiling or not hook or not is_ready(tree):
        last_good = hook or job.verb == "rollback"
        steps.append(release.make_ready(job, tree, code, fresh=tree != target, last_good=last_good))
    steps.append(release.try_page(job, tree, version))
    if tree != target:
        steps.append(release.put_in_place(tree, target))
    if (version, previous) != (installed.current, installed.previous):
        steps.append(release.switch(job, version, previous))
    steps.append(release.write_record(job, record(job)))
    for theme in job.themes:
        if not registration.entry_in_order(server, theme, entry):
            steps.append(registration.place_entry(server, theme, entry))
        if not hook or not registration.registered(server, theme):
            steps.append(registration.register(job, theme, target))
    if qualify.runs(server.manage_hooks) and not registration.hooked(server):
        steps.append(registration.add_hook(server))
    steps += [registration.try_entry(server, theme) for theme in job.themes]
    if job.arguments.account:
        steps.append(proof.step(job))
    return Plan(steps, release.older(job, version, previous))


def apply(job: Job) -> Plan:
    tree = job.server.release(job.installed.current)
    steps = [*begin(job), release.make_ready(job, tree, tree, fresh=False, last_good=False)]
    for theme in job.themes:
        steps += [registration.register(job, theme, tree), registration.try_entry(job.server, theme)]
    return Plan(steps)


def uninstall(job: Job) -> Plan:
    """`job.themes` go; if others remain, so does the program."""
    server, installed = job.server, job.installed
    remaining = tuple(theme for theme in installed.themes if theme not in job.themes)
    steps = begin(job)
    if not remaining and registration.hooked(server):
        steps.append(registration.remove_hook(job))
    for theme in job.themes:
        steps.append(registration.unregister(job, theme, last=not remaining))
        steps.append(registration.remove_page(job, theme))
    if remaining:
        steps.append(release.write_record(job, installed.record._replace(themes=remaining)))
        return Plan(steps)
    if os.path.isdir(server.base):
        steps.append(set_aside(job))
    if job.arguments.purge and os.path.lexists(server.config):
        steps.append(configuration.remove(job))
    return Plan(steps)


def begin(job: Job) -> list[Step]:
    """What every plan begins with: tidying up, and a copy of the small files to put back."""
    left = leftovers(job)
    steps = []
    if left:
        names = " ".join(os.path.basename(path) for path in left)
        steps.append(Step(f"remove what an interrupted run left: {names}", partial(files.remove_all, left)))
    kept = files.Snapshot(job.server.changeable(job.themes))

    def undo() -> None:
        kept.put_back()
        files.remove_empty(job.absent)

    steps.append(Step("keep a copy of what may change", kept.take, undo))
    return steps


def leftovers(job: Job) -> list[str]:
    """What only a run that was ended leaves behind."""
    server = job.server
    paths = [server.gone, *(files.beside(f"{server.base}/{name}") for name in ("current", "previous", "record"))]
    paths += glob.glob(f"{glob.escape(server.releases)}/.staged-*")
    paths += glob.glob(f"{glob.escape(server.releases)}/*/.compiled.new")
    paths += glob.glob(f"{glob.escape(server.frontend)}/*/{ID}/.index.live.cgi.new")
    paths += [files.beside(path) for path in (*server.changeable(job.themes), server.config)]
    return [path for path in dict.fromkeys(paths) if os.path.lexists(path)]


def set_aside(job: Job) -> Step:
    """One rename: a click finds either all of it or nothing."""
    server = job.server

    def undo() -> None:
        if os.path.isdir(server.gone):
            os.rename(server.gone, server.base)

    return Step(f"remove {server.base}", lambda: os.rename(server.base, server.gone), undo)


def record(job: Job) -> Record:
    """Themes, folders that were not there before us, and a Python that somebody insisted on."""
    was, asked = job.installed.record, job.arguments.python
    python = was.python
    if asked and job.python:
        python = "" if asked == "auto" else job.python.path
    created = (path[len(job.server.root) + 1 :] for path in job.absent)
    return Record((*was.themes, *job.themes), (*created, *was.created), python)


def is_ready(tree: str) -> bool:
    return os.path.isdir(f"{tree}/compiled/registration")


def compiled_well(job: Job, tree: str, entry: bytes) -> bool:
    """As far as can be told: a page that is in order itself must run."""
    assert job.python
    if not os.path.isfile(f"{tree}/plugin/__pycache__/__init__.{job.python.tag}.pyc"):
        return False
    theme = job.themes[0]
    if not registration.entry_in_order(job.server, theme, entry):
        return True
    return not prove.prove(job.server.root, job.server.entry(theme))
