"""Where the click meets the world: wire up, write once, log, and the page of last resort."""

from __future__ import annotations

import contextlib
import gc
import os
import time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import NoReturn

    from plugin.click.app import Click

LAST_WORDS = 2.0  # seconds that writing response and log may take

# For when templates, sentences or the packages are broken: it needs nothing, so its words are in no locale file.
LAST_DITCH = """\
Status: 500 Internal Server Error
Content-Type: text/html; charset=utf-8
Cache-Control: no-store
Referrer-Policy: origin
X-Content-Type-Options: nosniff
Content-Security-Policy: default-src 'none'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'

<!DOCTYPE html>
<html lang="en" dir="ltr" data-outcome="internal-error">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Webmail</title>
<h1>Webmail did not open</h1>
<p>Something went wrong on the server. Try again in a minute. If it happens again, contact your hosting provider.</p>
<p><a href="index.live.cgi">Try again</a> · <a href="../index.html">Back to cPanel</a></p>
<p>For your hosting provider: error code internal-error, reference {reference}</p>
</html>
"""


def main(release: str, theme: str) -> NoReturn:
    """Answer one click, as the logged-in account, from the files of `release`; `theme` is the folder's name."""
    started = time.monotonic()
    gc.disable()  # too little memory comes into play for looking at it again and again to be worth its time
    os.umask(0o077)
    hold_standard_streams()
    reference = os.urandom(4).hex()
    record: dict[str, object] = {}
    where = "syslog"

    def give_up(detail: str) -> bytes:
        record.update(outcome="internal-error", detail=detail)
        return LAST_DITCH.format(reference=reference).encode()

    def finish(response: bytes) -> None:
        end_in_time()
        write(response)
        record.update(ref=reference, ms=round((time.monotonic() - started) * 1000))
        from plugin.click import log

        log.write(record, where)

    def interrupted() -> None:
        finish(give_up("ended by a signal"))

    try:
        try:
            click = wire_up(release, theme, reference, interrupted)
            where = click.settings.log
            record = click.record
            response = bytes(respond(click))
        except Exception as error:  # the one place that catches everything
            response = give_up(describe(error))
        finish(response)
    finally:
        # Nothing is left to do: no thread, no buffer, no child. Taking the interpreter down would only cost time.
        os._exit(0)


def wire_up(release: str, theme: str, reference: str, interrupted: Callable[[], None]) -> Click:
    import pwd

    from plugin.click import app, settings, uapi
    from plugin.click.places import Places

    uapi.end_on_signals(interrupted)

    uid = os.getuid() and os.geteuid()
    try:
        account = pwd.getpwuid(uid)
    except KeyError:
        account = None
    places, node_name, nonce = Places(release), os.uname().nodename, os.urandom(16).hex()
    with open(f"{places.compiled}/settings.json", encoding="utf-8") as stream:
        in_force = settings.parse(stream.read())
    return app.Click(dict(os.environ), uid, account, node_name, places, in_force, theme, nonce, reference)


def respond(click: Click) -> bytes:
    from plugin.click import app, errors

    try:
        return bytes(app.respond(click))
    except Exception as error:  # a page in the person's language, if it can still be made
        return bytes(click.reply().to_error(errors.InternalError(describe(error))))


def describe(error: BaseException) -> str:
    """The kind of an unexpected error and where it arose. Not its text, which may quote what was read."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    place = f" at {trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}" if trace else ""
    return type(error).__name__ + place


def hold_standard_streams() -> None:
    """Keep a socket or pipe from becoming standard output where the panel has closed it."""
    for number in (0, 1, 2):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)


def end_in_time() -> None:
    """End the process in a moment even if nobody reads what it writes, or syslog is stuck; no signal ends it before.

    The alarm comes again and again, because syslog(3) tries a second time.
    """
    import signal

    for each in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
        signal.signal(each, signal.SIG_IGN)
    signal.signal(signal.SIGALRM, lambda number, frame: os._exit(0))
    signal.setitimer(signal.ITIMER_REAL, LAST_WORDS, 0.1)


def write(response: bytes) -> None:
    """All of it to standard output, unless nobody reads it any more."""
    with contextlib.suppress(OSError):
        while response:
            response = response[os.write(1, response) :]
        os.close(1)  # so that the panel need not wait for the log
