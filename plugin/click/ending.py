"""How a click ends before its time: what it runs goes with it, and it still says a last word."""

from __future__ import annotations

import os
import signal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

ENDING = (signal.SIGTERM, signal.SIGHUP, signal.SIGINT)
running: list[Callable[[], None]] = []  # what ends each
at_the_end: list[Callable[[], None]] = []


def end_on_signals(last_words: Callable[[], None]) -> None:
    """Let SIGTERM, SIGHUP and SIGINT end what is running and then, after `last_words`, this process."""
    at_the_end.append(last_words)
    for number in ENDING:
        signal.signal(number, stop)
    # Where the panel ignores its children's ends, ours would be gone before it could be waited for.
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)


def stop(number: int = 0, frame: object = None) -> None:
    for each in ENDING:
        signal.signal(each, signal.SIG_IGN)
    for end in list(running):
        end()
    if not running:
        for last_words in at_the_end:
            last_words()
        os._exit(0)
