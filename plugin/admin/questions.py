"""What is asked before a change, and the one line that is said after it."""

from __future__ import annotations

import os
import select

from plugin.admin import signals
from plugin.admin.server import ID, order
from plugin.admin.voice import quoted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from plugin.admin.job import Job


def where(job: Job) -> str:
    return f" below {job.server.root}" if job.server.root else ""


def is_downgrade(job: Job) -> bool:
    current = job.installed.current
    return bool(current and job.version) and order(job.version) < order(current)


def asks(job: Job) -> bool:
    """Only people are asked: not without a terminal, nor where it is said not to."""
    return os.isatty(0) and not (job.arguments.yes or job.arguments.dry)


def confirmed(job: Job) -> bool:
    """Raises Interrupted, and OSError if the terminal goes away."""
    question = question_of(job)
    if not question or not asks(job):
        return True
    place = where(job) or f" on {os.uname().nodename}"
    os.write(1, f"{question}{place}, theme {' and '.join(job.themes)}? [y/N] ".encode(errors="surrogateescape"))
    return reply()[:1] in ("y", "Y")


def question_of(job: Job) -> str:
    current, version = job.installed.current, job.version
    if job.verb == "rollback":
        return f"Return from release {current} to {job.installed.previous}"
    if job.verb == "uninstall":
        return f"Remove Webmail Sign-in {current}".rstrip()
    if job.verb != "install":
        return ""
    if is_downgrade(job):
        return f"Downgrade Webmail Sign-in {current} to the older {version}"
    if current and current != version:
        return f"Upgrade Webmail Sign-in {current} to {version}"
    return f"Install Webmail Sign-in {version}{' again' if current else ''}"


def reply() -> str:
    """A line of standard input. Raises Interrupted, OSError."""
    said = b""
    poll = select.poll()
    for descriptor in (0, *signals.bell):
        poll.register(descriptor, select.POLLIN)
    while not said.endswith(b"\n"):
        ready = [number for number, _ in poll.poll()]
        signals.ask()
        for descriptor in signals.bell:
            if descriptor in ready:
                os.read(descriptor, 4096)
        if 0 in ready:
            more = os.read(0, 4096)
            if not more:
                break
            said += more
    return said.decode(errors="replace").strip()


def unqualified(job: Job) -> str:
    if job.verb == "install" and not is_downgrade(job):
        return "This server does not qualify, see above; nothing was changed."
    return "Nothing was changed, see above."


def done(job: Job) -> str:
    """What happened and what to do next."""
    was, ours = job.installed, f"sh {quoted(f'{job.server.base}/current/install.sh')}"
    if job.verb == "uninstall":
        return "Done."
    if job.verb == "apply":
        return "The settings are in force, and the page was run."
    if job.verb == "rollback":
        return f"Release {was.previous} is in use again, and its page was run. To undo that: {ours} rollback"
    said = f"Webmail Sign-in {job.version} is installed, and its page was run. To see all of it: {ours} check"
    if was.current and was.current != job.version:
        said = f"{question_of(job).split()[0]}d {was.current} to {job.version}, and its page was run."
        said += f" To go back: {ours} rollback"
    if job.arguments.feature == "off":
        said += f"\nThe icon is hidden from everybody until WHM's Feature Manager switches {ID} on in a feature list."
    return said
