"""Where the click meets the world: wire up, write once, log, and the page of last resort."""

from __future__ import annotations

import contextlib
import os
import time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import NoReturn

    from plugin.click.app import Record, Run
    from plugin.click.page import Response
    from plugin.click.request import Click

LAST_WORDS = 2.0  # seconds that writing response and log may take
RELEASES = "/usr/local/cpanel/3rdparty/webmail-signin/releases/"

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
<meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Webmail</title>
<h1>Webmail did not open</h1>
<p>Something went wrong on the server. Try again in a minute. If it happens again, contact your hosting provider.</p>
<p><a href="index.live.cgi">Try again</a> · <a href="../index.html">Back to cPanel</a></p>
<p>For your hosting provider: error code internal-error, reference {reference}</p></html>
"""


def main(release: str, theme: str) -> NoReturn:
    """Answer one click, as the logged-in account, from the files of `release`; `theme` is the folder's name."""
    started = time.monotonic()
    os.umask(0o077)
    hold_standard_streams()
    reference, where = os.urandom(4).hex(), "syslog"
    record: Record = {"user": os.environ.get("REMOTE_USER"), "addr": os.environ.get("REMOTE_ADDR")}

    def give_up(detail: str) -> bytes:
        record.update(outcome="internal-error", detail=detail)
        return LAST_DITCH.format(reference=reference).encode()

    def finish(response: bytes) -> None:
        end_in_time()
        write(response)
        record.update(ref=reference, ms=round((time.monotonic() - started) * 1000))
        from plugin.click import log

        log.write(record, where)

    try:
        try:
            click, run = wire_up(release, theme, reference, lambda: finish(give_up("ended by a signal")))
            where = click.settings.log
            response = bytes(respond(click, run, record))
        except Exception as error:  # the one place that catches everything
            response = give_up(describe(error))
            with contextlib.suppress(Exception):  # connect, or the panel complains below the page (cpanel-facts.md §1)
                from plugin.click import liveapi

                "live_ms" in record or liveapi.ask(os.environ, [])
        finish(response)
    finally:
        # Nothing is left to do: no thread, no buffer, no child. Taking the interpreter down would only cost time.
        os._exit(0)


def wire_up(release: str, theme: str, reference: str, interrupted: Callable[[], None]) -> tuple[Click, Run]:
    """What the click starts from, and what runs UAPI's command for it."""
    import pwd

    from plugin.click import ending, request, settings, uapi

    ending.end_on_signals(interrupted)
    uid = os.getuid() and os.geteuid()
    try:
        account = pwd.getpwuid(uid)
    except KeyError:
        account = None
    with open(f"{release}/compiled/settings.json", encoding="utf-8") as stream:
        in_force = settings.parse(stream.read())
    node_name, nonce = os.uname().nodename, os.urandom(16).hex()
    click = request.Click(
        dict(os.environ), uid, account and account.pw_name, node_name, release, in_force, theme, nonce, reference
    )
    program = settings.below_root(release.rpartition(RELEASES)[0], in_force.uapi)

    def run(module: str, function: str, arguments: Mapping[str, str]) -> uapi.Process:
        assert account is not None  # request.read has compared its name
        return uapi.Process(uapi.command(program, module, function, arguments), uapi.environment(account))

    return click, run


def respond(click: Click, run: Run, record: Record) -> Response:
    from plugin.click import app, errors

    try:
        return app.respond(click, run, record)
    except Exception as error:  # a page in the person's language, if it can still be made
        return app.fail(click, errors.InternalError(describe(error)), record)


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
    left = memoryview(response)
    with contextlib.suppress(OSError):
        while left:
            left = left[os.write(1, left) :]
        os.close(1)  # so that the panel need not wait for the log
