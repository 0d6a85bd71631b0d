"""What an administrator has written: whether it holds, and whether it is applied, as the release's own code sees it."""

from __future__ import annotations

from plugin.admin import trust
from plugin.admin.findings import ADVICE, INSTALLED, Finding
from plugin.admin.programs import Failed, Program
from plugin.admin.voice import quoted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from plugin.admin.job import Job


class Edits:
    """Starts the check, which takes longer than all the rest of one; `findings` waits for its end."""

    def __init__(self, job: Job) -> None:
        current = job.installed.current
        release = job.server.release(current) if current else job.here
        doubtful = current and any(trust.doubts(release))  # what others can change is never run
        self.running: Program | None = None if doubtful else job.ready(release, check=True)

    def end(self) -> None:
        if self.running:
            self.running.end()

    def findings(self, job: Job) -> Iterator[Finding]:
        if not self.running:
            return
        try:
            ended = self.running.finish()
        except Failed as problem:
            yield unchecked(job, str(problem))
            return
        if ended.code and (not ended.errors or "Traceback" in ended.errors):
            yield unchecked(job, ended.said)
            return
        for line in ended.errors.splitlines() if ended.code else ():
            look = f"cat {quoted(line.partition(':')[0])}"
            yield Finding(False, INSTALLED, "settings", unfit(job, line), look=look)
        for kind, _, text in (line.partition("\t") for line in ended.output.splitlines()):
            if kind == "advice":
                yield Finding(False, ADVICE, "templates", text, look=f"ls -lR {quoted(job.server.etc)}")
            elif kind == "edited" and job.installed.current:
                yield Finding(False, INSTALLED, "apply", text, f"{job.mending} apply")


def unfit(job: Job, problem: str) -> str:
    text = problem if problem.endswith(("?", ".")) else f"{problem}."
    if job.installed.current:
        return f"{text} What was applied stays in force. Edit it, then: {job.mending} apply"
    return f"{text} Edit it, then: {job.command}"


def unchecked(job: Job, why: str) -> Finding:
    text = f"the settings could not be checked: {why}"
    return Finding(False, INSTALLED, "check", text, f"{job.command} install")
