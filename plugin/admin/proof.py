"""`--account NAME`, as `check` reports it and as the last step of an installation."""

from __future__ import annotations

from plugin.admin import report
from plugin.admin.findings import ADVICE, SERVER, Finding
from plugin.admin.programs import Failed
from plugin.admin.transaction import Step

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from plugin.admin.job import Job


def of_account(job: Job, *, fit: bool) -> Iterator[Finding]:
    """`fit` is whether there is something to click on, and programs that can be run."""
    name = job.arguments.account
    if name and job.arguments.dry:
        text = f"with --dry-run no login of {name} is made; without it, a whole click is made with one"
        yield Finding(True, ADVICE, "account-click", text)
    elif name and fit:
        from plugin.admin import account  # HTTP and HTML, which every other run would wait for

        yield from account.prove(job.server, name, job.themes[0])
    elif name:
        text = f"no click of {name} was made: what is wrong above comes first"
        yield Finding(False, SERVER, "account-click", text, look=f"{job.command} check")


def step(job: Job) -> Step:
    """Undone with all before it if the click fails."""
    from plugin.admin import account  # before anything is changed

    name = job.arguments.account

    def do() -> None:
        failed = ""
        for finding in account.prove(job.server, name, job.themes[0]):
            job.voice.show(report.lines(finding, job.voice))
            failed = failed or (finding.text if finding.level == "failure" else "")
        if failed:
            raise Failed(failed)

    return Step(f"make a whole click with a login of {name}", do)
