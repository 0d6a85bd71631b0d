"""What each verb does, as a plan made from what was seen behind the lock."""

from __future__ import annotations

import os

from plugin.admin import (
    beginning,
    compiling,
    configuration,
    features,
    hooks,
    manifest,
    proof,
    prove,
    registration,
    release,
)
from plugin.admin.programs import Failed
from plugin.admin.server import STAGED, Record, can_run
from plugin.admin.transaction import Plan, Step

TYPE_CHECKING = False
if TYPE_CHECKING:
    from plugin.admin.job import Job


def install(job: Job) -> Plan:
    server, installed = job.server, job.installed
    target, staged = server.release(job.version), f"{server.releases}/{STAGED}{job.version}"
    whole = manifest.same(job.here, target)
    if job.here == target and not whole:
        raise Failed(
            f"release {job.version} is damaged and cannot repair itself; unpack the tarball and run its install.sh"
        )
    staging = job.here != target and not (whole and is_ready(target))
    previous = installed.previous if installed.current in ("", job.version) else installed.current
    steps = beginning.steps(job)
    if staging:
        steps.append(release.stage(job, staged))
    return activate(job, steps, job.version, previous, job.here, staged if staging else target)


def rollback(job: Job) -> Plan:
    version = job.installed.previous
    target = job.server.release(version)
    return activate(job, beginning.steps(job), version, job.installed.current, target, target)


def activate(job: Job, steps: list[Step], version: str, previous: str, code: str, tree: str) -> Plan:
    """One way for installing, upgrading, repairing and going back: make `tree` ready, try it, switch, try it again."""
    server, installed, python = job.server, job.installed, job.python
    assert python
    target, hook = server.release(version), job.verb == "hook"
    entry = registration.entry(code, python.path)
    if not os.path.lexists(server.config) and job.verb != "rollback":
        steps.append(configuration.write(job))
    anew = python.tag == job.tool_tag and not (hook and compiled_well(job, tree, entry))
    if anew:
        steps.append(compiling.compile_code(job, tree, fresh=tree != target))
    if anew or not hook or not is_ready(tree):
        last_good = bool(installed.current)
        steps.append(compiling.make_ready(job, tree, code, fresh=tree != target, last_good=last_good))
    if tree != target or version != installed.current:  # otherwise it is the one that people click on anyway
        steps.append(release.try_page(job, tree, version))
    if tree != target:
        steps.append(release.put_in_place(tree, target))
    if not release.leads_to(job, version, previous):
        steps.append(release.switch(job, version, previous))
    steps.append(release.write_record(job, record(job)))
    for theme in job.themes:
        if not registration.entry_in_order(server, theme, entry):
            steps.append(registration.place_entry(server, theme, entry))
        if not hook or not registration.registered(server, theme):
            steps.append(registration.register(job, theme, target))
    if job.arguments.feature == "off":
        steps.append(features.hide(server))
    if can_run(server.manage_hooks) and not hooks.hooked(server):
        steps.append(hooks.add(server))
    steps += [registration.try_entry(job, theme) for theme in job.themes]
    if job.arguments.account:
        shown = features.show_to(server, job.arguments.account) if job.arguments.feature == "off" else []
        steps += [*shown[:1], proof.step(job), *shown[1:]]
    return Plan(steps, release.older(job, version, previous))


def apply(job: Job) -> Plan:
    tree = job.server.release(job.installed.current)
    steps = [*beginning.steps(job), compiling.make_ready(job, tree, tree, fresh=False, last_good=False)]
    for theme in job.themes:
        steps += [registration.register(job, theme, tree), registration.try_entry(job, theme)]
    return Plan(steps)


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
