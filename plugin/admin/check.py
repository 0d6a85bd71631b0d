"""Is this server, and what is installed on it, in order? Nothing is changed."""

from __future__ import annotations

import os

from plugin.admin import facts, look, questions, report, state, voice
from plugin.admin.edits import Edits
from plugin.admin.findings import SERVER
from plugin.admin.programs import Failed
from plugin.admin.proof import of_account
from plugin.admin.signals import Interrupted
from plugin.admin.transaction import reason

TYPE_CHECKING = False
if TYPE_CHECKING:
    from plugin.admin.findings import Finding
    from plugin.admin.job import Job

IN_ORDER, NOT_DONE, NOT_IN_ORDER = 0, 1, 3


def run(job: Job, callers_path: str) -> int:
    try:
        job, found = everything(job, callers_path)
        told = facts.of(job)
    except (Interrupted, Failed, OSError) as why:
        job.voice.fail(reason(why))
        return NOT_DONE
    if job.arguments.json:
        text = report.document(told, found)
    else:
        lines = [report.lines(each, job.voice) for each in found]
        text = "\n".join([*lines, *report.summary(told), verdict(job, found)])
    try:
        voice.write(1, text)
    except OSError as why:
        job.voice.fail(f"print the findings: {reason(why)}")
        return NOT_DONE
    return NOT_IN_ORDER if report.counts(found)["failures"] else IN_ORDER


def everything(job: Job, callers_path: str) -> tuple[Job, list[Finding]]:
    """The job, and what there is to be found. Raises Interrupted, once nothing runs any more."""
    if not os.path.isdir(job.server.cpanel):
        return look.at(job, callers_path)
    edits = Edits(job)
    try:
        job, found = look.at(job, callers_path)
        found += state.of(job, fit=not any(each.level == "failure" and each.kind == SERVER for each in found))
        found += edits.findings(job)
    finally:
        edits.end()
    found += of_account(job, fit=bool(job.installed.current) and not in_the_way(found))
    return job, found


def in_the_way(found: list[Finding]) -> bool:
    """Whether there is no use in a click, or it must not be run."""
    return any(each.level == "failure" and (each.kind == SERVER or each.name == "files") for each in found)


def of_a_click(finding: Finding) -> bool:
    """Whether it is about one account's click, which may be that account's affair."""
    return finding.name.startswith("account-")


def verdict(job: Job, found: list[Finding]) -> str:
    """What all of it comes to, and what to do next."""
    counted = report.counts(found)
    said = f"Failures: {counted['failures']}, warnings: {counted['warnings']}."
    if any(each.level == "failure" and each.kind == SERVER and not of_a_click(each) for each in found):
        return f"{said} This server does not qualify."
    if counted["failures"]:
        return f"{said} Not in order, see above."
    if not job.installed.current:
        return f"{said} This server qualifies. Next: {job.command}"
    if job.version != job.installed.current:
        older = " install --downgrade" if questions.is_downgrade(job) else ""
        return f"{said} In order. This is {job.version}; to install it: {job.command}{older}"
    return f"{said} In order."
