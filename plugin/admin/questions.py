"""What is asked before a change, and the one line that is said after it."""

from __future__ import annotations

import os
import select

from plugin.admin import signals, voice

TYPE_CHECKING = False
if TYPE_CHECKING:
    from plugin.admin.job import Job


def where(job: Job) -> str:
    return f" below {job.server.root}" if job.server.root else ""


def confirmed(job: Job) -> bool:
    """Asked of people only: without a terminal, or told not to ask, the answer is yes."""
    if job.arguments.yes or job.arguments.dry or job.verb == "hook" or not os.isatty(0):
        return True
    question = ask_for(job)
    if not question:
        return True
    place = where(job) or f" on {os.uname().nodename}"
    os.write(1, f"{question}{place}, theme {' and '.join(job.themes)}? [y/N] ".encode(errors="surrogateescape"))
    return reply()[:1] in ("y", "Y")


def ask_for(job: Job) -> str:
    current, version = job.installed.current, job.version
    if job.verb == "rollback":
        return f"Return from release {current} to {job.installed.previous}"
    if job.verb == "uninstall":
        return f"Remove Webmail Sign-in {current}".rstrip()
    if job.verb != "install":
        return ""
    if current and current != version:
        return f"Replace Webmail Sign-in {current} by {version}"
    return f"Install Webmail Sign-in {version}{' again' if current else ''}"


def reply() -> str:
    """A line of standard input. Raises Interrupted."""
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
    if job.verb == "install":
        return "This server does not qualify, see above; nothing was changed."
    return "Nothing was changed, see above."


def done(job: Job) -> str:
    """What happened and what to do next."""
    base, was = job.server.base, job.installed
    if job.verb == "uninstall":
        return "Done."
    if job.verb == "apply":
        return "The settings are in force, and the page was run."
    if job.verb == "rollback":
        return f"Release {was.previous} is in use again, and its page was run."
    ours = f"sh {voice.quoted(f'{base}/current/install.sh')}"
    if was.current and was.current != job.version:
        return f"Upgraded {was.current} to {job.version}, and its page was run. To go back: {ours} rollback"
    return f"Webmail Sign-in {job.version} is installed, and its page was run. Is all in order? {ours} check"
