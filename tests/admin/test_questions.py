"""What is asked before a change, of people alone, and what is said after it."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from plugin.admin import questions, signals
from plugin.admin.job import Job
from plugin.admin.server import Installed, Record
from plugin.admin.signals import Interrupted
from tests.kit.jobs import blind
from tests.kit.streams import standard_input

Captured = pytest.CaptureFixture[str]


@pytest.fixture
def terminal() -> Iterator[int]:
    """What is written to it is typed at the terminal on standard input."""
    ours, theirs = os.openpty()
    with standard_input(theirs):
        yield ours
    os.close(ours)


def at(root: Path, *words: str, current: str = "", previous: str = "", version: str = "1.0.0") -> Job:
    seen = Installed(current, previous, Record(), bool(current))
    return blind(root, *words, installed=seen, version=version, themes=("jupiter", "paper"))


@pytest.mark.parametrize(
    ("current", "version", "question"),
    [
        ("", "1.0.0", "Install Webmail Sign-in 1.0.0"),
        ("1.0.0", "1.0.0", "Install Webmail Sign-in 1.0.0 again"),
        ("1.0.0", "1.1.0", "Upgrade Webmail Sign-in 1.0.0 to 1.1.0"),
        ("1.10.0", "1.9.0", "Downgrade Webmail Sign-in 1.10.0 to the older 1.9.0"),
    ],
)
def test_installing_says_what_it_comes_to(tmp_path: Path, current: str, version: str, question: str) -> None:
    assert questions.question_of(at(tmp_path, current=current, version=version)) == question


@pytest.mark.parametrize(
    ("verb", "question"),
    [
        ("rollback", "Return from release 1.1.0 to 1.0.0"),
        ("uninstall", "Remove Webmail Sign-in 1.1.0"),
        ("apply", ""),
        ("hook", ""),
    ],
)
def test_only_what_cannot_be_undone_by_an_edit_is_asked(tmp_path: Path, verb: str, question: str) -> None:
    assert questions.question_of(at(tmp_path, verb, current="1.1.0", previous="1.0.0")) == question


def test_what_is_left_of_a_lost_program_is_removed_without_a_number(tmp_path: Path) -> None:
    assert questions.question_of(at(tmp_path, "uninstall")) == "Remove Webmail Sign-in"


def test_without_a_version_nothing_is_a_downgrade(tmp_path: Path) -> None:
    assert not questions.is_downgrade(at(tmp_path, current="1.0.0", version=""))
    assert not questions.is_downgrade(at(tmp_path, version="1.0.0"))


@pytest.mark.parametrize(("words", "asks"), [([], True), (["--yes"], False), (["--dry-run"], False)])
def test_people_are_asked_unless_they_say_not_to(tmp_path: Path, terminal: int, words: list[str], asks: bool) -> None:
    assert questions.asks(at(tmp_path, *words)) is asks


def test_without_a_terminal_nobody_is_asked(tmp_path: Path) -> None:
    kept = os.dup(0)
    reading, writing = os.pipe()
    os.dup2(reading, 0)
    try:
        assert questions.confirmed(at(tmp_path))
    finally:
        os.dup2(kept, 0)
        for descriptor in (kept, reading, writing):
            os.close(descriptor)


@pytest.mark.parametrize(
    ("typed", "yes"),
    [("y\n", True), ("Yes\n", True), ("n\n", False), ("\n", False), ("no, yes\n", False), ("\x04", False)],
)
def test_only_a_yes_is_one(tmp_path: Path, terminal: int, typed: str, yes: bool, capfd: Captured) -> None:
    os.write(terminal, typed.encode())
    assert questions.confirmed(at(tmp_path)) is yes


def test_the_question_names_place_and_themes(tmp_path: Path, terminal: int, capfd: Captured) -> None:
    os.write(terminal, b"y\n")
    questions.confirmed(at(tmp_path))
    assert capfd.readouterr().out == f"Install Webmail Sign-in 1.0.0 below {tmp_path}, theme jupiter and paper? [y/N] "


def test_a_signal_ends_the_waiting_for_a_reply(tmp_path: Path, terminal: int, capfd: Captured) -> None:
    reading, writing = os.pipe()
    signals.bell[:] = [reading]
    signals.heard.append(signal.SIGINT)
    os.write(writing, b"x")
    try:
        with pytest.raises(Interrupted):
            questions.confirmed(at(tmp_path))
    finally:
        signals.heard.clear()
        signals.bell.clear()
        os.close(reading)
        os.close(writing)


@pytest.mark.parametrize(
    ("words", "current", "said"),
    [
        ([], "", "Webmail Sign-in 1.1.0 is installed, and its page was run. To see all of it: "),
        ([], "1.1.0", "Webmail Sign-in 1.1.0 is installed, and its page was run. To see all of it: "),
        ([], "1.0.0", "Upgraded 1.0.0 to 1.1.0, and its page was run. To go back: "),
        ([], "1.2.0", "Downgraded 1.2.0 to 1.1.0, and its page was run. To go back: "),
        (["apply"], "1.1.0", "The settings are in force, and the page was run."),
        (["rollback"], "1.1.0", "Release 0.9.0 is in use again, and its page was run. To undo that: "),
        (["uninstall"], "1.1.0", "Done."),
    ],
)
def test_what_was_done_is_said_with_what_comes_next(tmp_path: Path, words: list[str], current: str, said: str) -> None:
    assert questions.done(at(tmp_path, *words, current=current, previous="0.9.0", version="1.1.0")).startswith(said)


def test_an_icon_that_is_hidden_is_said(tmp_path: Path) -> None:
    assert "The icon is hidden" in questions.done(at(tmp_path, "--feature", "off"))
    assert "The icon is hidden" not in questions.done(at(tmp_path))


@pytest.mark.parametrize(("version", "qualifies"), [("1.1.0", False), ("0.9.0", True)])
def test_a_downgrade_says_nothing_against_the_server(tmp_path: Path, version: str, qualifies: bool) -> None:
    said = questions.unqualified(at(tmp_path, current="1.0.0", version=version))
    assert ("does not qualify" not in said) is qualifies
