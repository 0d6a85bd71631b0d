"""The verbs that change something: look, ask, lock, look again, carry the plan out; and what is said at the end."""

from __future__ import annotations

import os
from typing import NamedTuple

from plugin.admin import configuration, files, hooks, lock, look, ownership, plans, questions, removal, report
from plugin.admin.programs import Failed
from plugin.admin.signals import Interrupted
from plugin.admin.transaction import NotPutBack, Plan, carry_out, reason, rehearse
from plugin.admin.trial import Trial

TYPE_CHECKING = False
if TYPE_CHECKING:
    from plugin.admin.findings import Finding
    from plugin.admin.job import Job

DONE, FAILED, UNFIT = 0, 1, 3
PLANS = {
    "install": plans.install,
    "hook": plans.install,
    "apply": plans.apply,
    "rollback": plans.rollback,
    "uninstall": removal.uninstall,
}


class Outcome(NamedTuple):
    """The exit code, why if it is not 0, and what was repaired."""

    code: int
    why: str = ""
    repaired: tuple[str, ...] = ()


class Elsewhere(Exception):
    """Another release is in use than the one that runs: only that one repairs itself."""


def change(job: Job, callers_path: str) -> Outcome:
    """Raises Elsewhere, for the hook."""
    try:
        job, found = look.at(job, callers_path)
        for finding in found:
            if not finding.ok:
                job.voice.show(report.lines(finding, job.voice))
        unfit = failures(found)
        if unfit:
            job.voice.say(questions.unqualified(job))
            return Outcome(UNFIT, unfit)
        if job.verb == "uninstall" and not is_there(job):
            return nothing_to_remove(job)
        if not questions.confirmed(job):
            job.voice.say("Nothing was changed.")
            return Outcome(FAILED, "it was not confirmed")
        job.voice.say(f"- lock {job.server.base}")
        if job.arguments.dry:
            return rehearsed(job)
        if job.verb == "install":
            job = job._replace(trial=Trial(job.server, job.server.release(job.installed.current)))
    except (Failed, Interrupted, OSError) as why:
        job.voice.fail(reason(why))
        return Outcome(FAILED, reason(why))
    try:
        return behind_the_lock(job, callers_path)
    finally:
        if job.trial:
            job.trial.end()


def is_there(job: Job) -> bool:
    return job.installed.ours or bool(ownership.left(job.server, hooks.Listing(job.server)))


def nothing_to_remove(job: Job) -> Outcome:
    """Only the settings may be left; there is nothing that another install.sh could be at work on."""
    job.voice.say(f"Webmail Sign-in is not installed{questions.where(job)}.")
    if job.arguments.purge and os.path.lexists(job.server.config):
        plan = Plan([configuration.remove(job)])
        rehearse(plan, job.voice) if job.arguments.dry else carry_out(plan, job.voice)
    configuration.say_what_stays(job)
    if job.arguments.purge and not job.arguments.dry:
        files.remove_empty([job.server.etc])
    job.voice.done("Nothing was changed." if job.arguments.dry else questions.done(job))
    return Outcome(DONE)


def rehearsed(job: Job) -> Outcome:
    in_use(job)
    rehearse(PLANS[job.verb](job), job.voice)
    if job.verb == "uninstall":
        configuration.say_what_stays(job)
    job.voice.say("Nothing was changed.")
    return Outcome(DONE)


def behind_the_lock(job: Job, callers_path: str) -> Outcome:
    try:
        with lock.held(job.server, job.voice) as descriptor:
            job = job._replace(lock=descriptor)
            if ownership.survey(job.server) != job.installed:  # whoever held the lock has changed it
                job, found = look.at(job, callers_path)
                if failures(found):
                    raise Failed(failures(found))
            in_use(job)
            plan = PLANS[job.verb](job)
            carry_out(plan, job.voice)
            left = tidy(job) if job.verb == "uninstall" else []
    except NotPutBack as why:
        job.voice.fail(str(why))
        job.voice.warn(f"Not everything could be put back; see {job.server.base} and run: {job.command} check")
        return Outcome(FAILED, str(why))
    except (Failed, Interrupted, OSError) as why:
        job.voice.fail(reason(why))
        job.voice.warn("Everything was put back as it was.")
        return Outcome(FAILED, reason(why))
    if left:
        job.voice.fail(f"this of ours is left: {', '.join(left)}")
        return Outcome(FAILED, "not all of it could be removed")
    job.voice.done(questions.done(job))
    return Outcome(DONE, repaired=tuple(step.text for step in plan.steps if step.repairs))


def failures(found: list[Finding]) -> str:
    return "; ".join(each.text for each in found if each.level == "failure")


def in_use(job: Job) -> None:
    current = job.server.release(job.installed.current)
    if job.verb == "hook" and job.here != current:
        raise Elsewhere(current)


def tidy(job: Job) -> list[str]:
    """What is left of an uninstalled plugin, once nothing is undone any more; and what should not be."""
    configuration.say_what_stays(job)
    if os.path.lexists(job.server.base):
        return []  # other themes still use it
    files.remove(job.server.gone)
    created = [f"{job.server.root}/{path}" for path in job.installed.record.created]
    files.remove_empty(sorted(created, key=len, reverse=True))
    if job.arguments.purge or created:
        files.remove_empty([job.server.etc])
    return ownership.left(job.server, None)  # that the hook is gone was seen when it was removed
