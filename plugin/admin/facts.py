"""What support asks for first: versions, system, settings, the last of the log. No secret, no visitor's address."""

from __future__ import annotations

import os
import re

from plugin.admin import files, in_force

TYPE_CHECKING = False
if TYPE_CHECKING:
    from plugin.admin.job import Job

LOGS = ("var/log/secure", "var/log/auth.log", "usr/local/cpanel/logs/error_log")
LINES = 10
TAIL = 1 << 18  # bytes of a log that are looked at
ADDRESS = re.compile(r"\baddr=\S*")


def of(job: Job) -> dict[str, object]:
    server, installed = job.server, job.installed
    values = in_force.settings(server.release(installed.current)).values()
    return {
        "version": job.version,
        "tarball": None if job.here.startswith(f"{server.base}/releases/") else job.version,
        "installed": installed.current or None,
        "previous": installed.previous or None,
        "cpanel": files.text(f"{server.cpanel}/version").strip() or None,
        "system": system(server.root),
        "python": job.python and f"{job.python.path} {job.python.version}",
        "themes": [*installed.themes],
        "settings": {key: value for key, value in values.items() if value != in_force.DEFAULTS[key]},
        "log": log(server.root),
    }


def system(root: str) -> str | None:
    text = files.text(f"{root}/etc/os-release") or files.text(os.path.realpath("/etc/os-release"))
    named = re.search(r'^PRETTY_NAME="?([^"\n]*)', text, re.MULTILINE)
    return named[1] if named else None


def log(root: str) -> list[str]:
    """Our last lines, as far as they can be read."""
    found: list[str] = []
    for name in LOGS:
        found += [
            line for line in tail(f"{root}/{name}").splitlines() if "webmail-signin" in line and "outcome=" in line
        ]
    return [ADDRESS.sub("addr=…", line) for line in found[-LINES:]]


def tail(path: str) -> str:
    try:
        with open(os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC), "rb") as stream:
            stream.seek(max(0, os.fstat(stream.fileno()).st_size - TAIL))
            return stream.read(TAIL).decode(errors="replace")
    except OSError:
        return ""
