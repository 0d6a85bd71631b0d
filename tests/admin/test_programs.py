"""The one place that runs root's programs: in time, with a cap, and ended with all that it started."""

from __future__ import annotations

import os
import signal
import threading
import time
from pathlib import Path

import pytest

from plugin.admin import signals
from plugin.admin.programs import Ended, Failed, Program, run
from plugin.admin.signals import Interrupted
from tests.kit.programs import ends, pids

SHELL = ("/bin/sh", "-c")


def test_what_it_prints_comes_apart() -> None:
    ended = run([*SHELL, "echo one; echo two >&2; exit 3"], 10)
    assert (ended.code, ended.output, ended.errors, ended.said) == (3, "one", "two", "one\ntwo")


def test_one_that_is_not_there_is_named() -> None:
    with pytest.raises(Failed, match="/nowhere: no such file or directory"):
        run(["/nowhere"], 10)


def test_one_that_takes_too_long_is_ended_with_its_children(tmp_path: Path) -> None:
    with pytest.raises(Failed, match=r"was not done within 1\.5 seconds"):
        run([*SHELL, f"sleep 60 & echo $! >{tmp_path}/pids; wait"], 1.5)
    assert ends(*pids(tmp_path))


def test_one_that_is_deaf_to_sigterm_is_ended_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("plugin.admin.programs.GRACE", 0.2)
    with pytest.raises(Failed, match="was not done"):
        run([*SHELL, "trap '' TERM; while :; do sleep 0.1; done"], 0.3)


def test_what_it_leaves_running_is_not_waited_for() -> None:
    began = time.monotonic()
    ended = run([*SHELL, "sleep 5 & echo done"], 10)
    assert (ended.output, time.monotonic() - began < 4) == ("done", True)


def test_output_without_end_is_a_failure() -> None:
    with pytest.raises(Failed, match="prints without end"):
        run([*SHELL, "while :; do echo aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa; done"], 10)


def test_its_environment_has_nothing_of_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET", "x")
    assert "SECRET" not in run([*SHELL, "env"], 10).output


def test_descriptors_do_not_go_along_unless_they_are_to_be_held(tmp_path: Path) -> None:
    with (tmp_path / "file").open("w") as file:
        number = file.fileno()
        script = f"[ -e /proc/self/fd/{number} ] && echo there"
        assert (run([*SHELL, script], 10).output, run([*SHELL, script], 10, held=[number]).output) == ("", "there")


def test_a_signal_ends_what_runs_at_once(listening: None, tmp_path: Path) -> None:
    program = Program([*SHELL, "exec sleep 60"], 60)
    threading.Timer(0.3, os.kill, (os.getpid(), signal.SIGTERM)).start()
    with pytest.raises(Interrupted):
        program.finish()
    assert program.child.returncode == -signal.SIGTERM


def test_once_all_is_being_undone_a_signal_ends_nothing(listening: None) -> None:
    os.kill(os.getpid(), signal.SIGTERM)
    signals.stop_listening()
    assert run([*SHELL, "echo done"], 10).output == "done"


@pytest.mark.parametrize(
    ("errors", "said"),
    [
        (
            "Traceback (most recent call last):\n  x\nOSError: [Errno 28] No space left on device",
            "No space left on device",
        ),
        ("Traceback (most recent call last):\n  x\nyaml.error.YAMLError: odd", "odd"),
        ("", "it was ended by signal 9"),
    ],
)
def test_of_a_traceback_its_reason_is_told_without_the_exceptions_name(errors: str, said: str) -> None:
    assert Ended(-9, b"", errors.encode()).said == said
