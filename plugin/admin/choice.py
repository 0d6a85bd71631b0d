"""Which Python runs the page, and which one root: what was asked for, what was pinned, or the first that will do."""

from __future__ import annotations

from plugin.admin import interpreter, pythons
from plugin.admin.findings import ADVICE, SERVER, Finding
from plugin.admin.interpreter import Interpreter, Unfit

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from plugin.admin.job import Job


def with_python(job: Job, callers_path: str) -> tuple[Job, list[Finding]]:
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
            return interpreter.examine(pythons.located(asked, callers_path), given=True), found
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
    candidates = (*filter(None, used), *pythons.candidates(callers_path))
    chosen, fell = pythons.first_usable(iter(candidates))
    if not chosen:
        text = "there is no Python 3.9 or newer that every account can run and only root can change"
        text = "; ".join([text, *fell])
        found.append(Finding(False, SERVER, "python", text, pythons.advice(job.server.root)))
    elif fell:
        found.append(Finding(True, SERVER, "python", f"passed over: {'; '.join(fell)}"))
    return chosen, found
