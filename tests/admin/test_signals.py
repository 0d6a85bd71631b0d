"""Signals: heard and no more, unless the caller wanted them ignored."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys

import pytest

from plugin.admin import signals
from plugin.admin.signals import Interrupted
from tests.kit.folders import CHECKOUT

CHILD = """import os, signal, sys
sys.path.insert(0, sys.argv[1])
from plugin.admin import signals
signals.listen()
os.kill(os.getpid(), signal.Signals[sys.argv[2]])
print(signals.heard == [signal.Signals[sys.argv[2]]])"""


def test_a_signal_is_heard_and_stops_where_it_is_asked_for(listening: None) -> None:
    os.kill(os.getpid(), signal.SIGTERM)
    assert signals.interrupted()
    with pytest.raises(Interrupted):
        signals.ask()


def test_without_one_nothing_stops(listening: None) -> None:
    signals.ask()
    assert not signals.interrupted()


def test_once_nothing_is_to_be_stopped_any_more_none_does(listening: None) -> None:
    os.kill(os.getpid(), signal.SIGTERM)
    signals.stop_listening()
    signals.ask()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGCHLD], ids=["a signal", "the end of a child"])
def test_the_bell_rings(listening: None, number: int) -> None:
    assert select.select(signals.bell, [], [], 0)[0] == []
    os.kill(os.getpid(), number)
    assert select.select(signals.bell, [], [], 1)[0] == signals.bell


def test_the_end_of_a_child_interrupts_nothing(listening: None) -> None:
    os.kill(os.getpid(), signal.SIGCHLD)
    assert not signals.interrupted()


def test_no_child_gets_the_bell(listening: None) -> None:
    assert not os.get_inheritable(signals.bell[0])


def heard(name: str, ignored: bool) -> str:
    """Whether a process of its own, whose caller ignores a signal or does not, has heard it."""
    trap = f"trap '' {name[3:]}; " if ignored else ""
    argv = ["/bin/sh", "-c", f'{trap}exec "$@"', "sh", sys.executable, "-ISBc", CHILD, str(CHECKOUT), name]
    return subprocess.run(argv, capture_output=True, text=True, check=True).stdout.strip()


@pytest.mark.parametrize("name", ["SIGHUP", "SIGTERM"])
def test_what_the_caller_ignores_stays_ignored(name: str) -> None:
    assert (heard(name, ignored=True), heard(name, ignored=False)) == ("False", "True")


def test_a_broken_pipe_is_heard_although_python_ignores_it() -> None:
    assert heard("SIGPIPE", ignored=False) == "True"
