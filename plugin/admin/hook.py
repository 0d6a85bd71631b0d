"""What cPanel calls after each update (cpanel-facts.md §4): repairs, one line to the log, one line to cPanel."""

from __future__ import annotations

import contextlib
import os
import syslog

from plugin.admin import programs, verbs, voice
from plugin.admin.programs import Failed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from plugin.admin.job import Job

LIMIT = 600.0  # seconds


def run(job: Job, callers_path: str) -> int:
    read_to_the_end()
    try:
        outcome = verbs.change(job, callers_path)
    except verbs.Elsewhere as release:
        return hand_over(str(release), job.arguments.dry)
    said = f"failed: {outcome.why}" if outcome.code else "; ".join(outcome.repaired) or "nothing to repair"
    return answer(job.server.root, outcome.code, said)


def answer(root: str, code: int, said: str) -> int:
    """To the log and to cPanel; the exit code."""
    said = f"after the cPanel update: {voice.printable(' '.join(said.split()))}"
    log(root, said)
    with contextlib.suppress(OSError):
        voice.write(1, f"{int(code == 0)} webmail-signin: {said}")
    return code


def fail(root: str, why: str) -> int:
    """For what ends it before it has got anywhere."""
    read_to_the_end()
    return answer(root, verbs.FAILED, f"failed: {why}")


def read_to_the_end() -> None:
    """cPanel writes JSON, which is not needed; it must find a reader all the same."""
    with contextlib.suppress(OSError):
        while not os.isatty(0) and os.read(0, 65536):
            pass


def log(root: str, said: str) -> None:
    """To the server's log, or below a staged root to standard error."""
    if root:
        with contextlib.suppress(OSError):
            voice.write(2, f"webmail-signin: {said}")
        return
    syslog.openlog("webmail-signin", 0, syslog.LOG_AUTHPRIV)
    syslog.syslog(syslog.LOG_NOTICE, said)


def hand_over(release: str, dry: bool) -> int:
    words = ["/bin/sh", f"{release}/install.sh", "hook", *(["--dry-run"] if dry else [])]
    try:
        ended = programs.run(words, LIMIT)
    except Failed as why:
        voice.write(1, f"0 webmail-signin: {why}")
        return verbs.FAILED
    for descriptor, text in ((1, ended.output), (2, ended.errors)):
        if text:
            voice.write(descriptor, text)
    return ended.code
