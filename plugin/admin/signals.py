"""Signals set a flag and nothing else: whoever works asks for it where stopping is safe."""

from __future__ import annotations

import os
import signal

ENDING = [
    getattr(signal, f"SIG{name}")
    for name in ("HUP", "INT", "QUIT", "PIPE", "TERM", "USR1", "USR2", "ALRM", "XCPU", "XFSZ", "VTALRM")
]
#: Python ignores these two for itself, so of them it cannot be told what the caller wanted.
SET_BY_PYTHON = (signal.SIGPIPE, signal.SIGXFSZ)


class Interrupted(Exception):
    """A signal asked to stop. Nothing but the undoing of what was begun may catch it."""


heard: list[int] = []
over: list[bool] = []  # not empty: nothing is stopped any more, it is being undone or tidied up
bell: list[int] = []  # one descriptor, which can be read after each signal, the end of a child included


def listen() -> None:
    """From now on signals are heard; those that the caller ignores (nohup) stay so, but for the end of children."""
    reading, writing = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
    bell[:] = [reading]
    signal.set_wakeup_fd(writing, warn_on_full_buffer=False)
    for number in ENDING:
        if number in SET_BY_PYTHON or signal.getsignal(number) != signal.SIG_IGN:
            signal.signal(number, lambda number, frame: heard.append(number))
    signal.signal(signal.SIGCHLD, lambda number, frame: None)


def interrupted() -> bool:
    return bool(heard) and not over


def ask() -> None:
    """Raises Interrupted."""
    if interrupted():
        raise Interrupted("ended by a signal")


def stop_listening() -> None:
    over.append(True)
