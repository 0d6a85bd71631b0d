"""ending: what a signal ends, and what is said then. The whole of it, with a `uapi` that hangs, is in test_main."""

from __future__ import annotations

import signal
import subprocess
import sys

import pytest

from plugin.click import ending
from tests.kit.folders import CHECKOUT

CODE = """
import os, signal, sys, time
sys.path.insert(0, sys.argv[1])
from plugin.click import ending
signal.signal(signal.SIGCHLD, signal.SIG_IGN)
def end():
    os.write(1, b"ended ")
    ending.running.remove(end)
ending.running.append(end)
ending.end_on_signals(lambda: os.write(1, b"last words"))
assert signal.getsignal(signal.SIGCHLD) == signal.SIG_DFL
print("ready", flush=True)
time.sleep(60)
"""


def told(*signals: int) -> tuple[int, str]:
    """The exit code of a process that gets these signals, and what it says once it has them."""
    argv = [sys.executable, "-c", CODE, str(CHECKOUT)]
    with subprocess.Popen(argv, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout
        assert child.stdout.readline() == "ready\n"
        for number in signals:
            child.send_signal(number)
        return child.wait(30), child.stdout.read()


@pytest.mark.parametrize("number", ending.ENDING)
def test_what_runs_is_ended_before_the_last_words(number: int) -> None:
    assert told(number) == (0, "ended last words")


def test_more_signals_change_nothing() -> None:
    assert told(*ending.ENDING * 5) == (0, "ended last words")


def test_others_are_left_as_they_were() -> None:
    assert told(signal.SIGUSR1) == (-signal.SIGUSR1, "")
