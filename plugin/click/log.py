"""One line a click. Loads only when the page is written."""

from __future__ import annotations

import contextlib
import os
import select

from plugin.click.shortcuts import AF_UNIX, SOCK_DGRAM, SOCK_STREAM, socket

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

FIELDS = ("ref", "user", "addr", "outcome", "target", "ms", "live_ms", "uapi_ms")
SYSLOG = "/dev/log"
ON_OCCASION = ("mailbox", "detail")
MAX_VALUE = 500


def write(record: Mapping[str, object], where: str) -> None:
    """One line; what an administrator has to look at also goes to the panel's own error log."""
    if where == "off":
        return
    line = as_line(record)
    fine = record.get("outcome") in ("signed-in", "not-clicked", "choose") and not record.get("detail")
    heard = where == "syslog" and syslog_listens()
    if heard:
        import syslog

        syslog.openlog("webmail-signin", syslog.LOG_PID, syslog.LOG_AUTHPRIV)
        syslog.syslog(syslog.LOG_INFO if fine else syslog.LOG_WARNING, line)
    if not (heard and fine):
        with contextlib.suppress(OSError):
            os.write(2, f"webmail-signin: {line}\n".encode())


def syslog_listens() -> bool:
    """Whether somebody takes a line now; syslog(3) itself does not tell, and waits for as long as it takes."""
    for kind in (SOCK_DGRAM, SOCK_STREAM):
        with contextlib.suppress(OSError), contextlib.closing(socket(AF_UNIX, kind)) as daemon:
            daemon.setblocking(False)
            daemon.connect(SYSLOG)
            ready = select.poll()
            ready.register(daemon.fileno(), select.POLLOUT)
            return bool(ready.poll(0))
    return False


def as_line(record: Mapping[str, object]) -> str:
    """``key=value`` pairs; whatever is not a plain word is quoted as JSON does it, all but printable ASCII escaped."""
    shown = FIELDS + tuple(name for name in ON_OCCASION if name in record)
    return " ".join(f"{name}={as_value(record.get(name))}" for name in shown)


def as_value(value: object) -> str:
    if value is None or value == "":
        return "-"
    text = str(value)[:MAX_VALUE]
    if text != "-" and text.isascii() and all(character.isalnum() or character in "._:@/+-[]" for character in text):
        return text
    import json

    return json.dumps(text).replace("\x7f", "\\u007f")
