"""What install.sh asks of people, at a terminal of their own: before it changes anything, and of nobody else."""

from __future__ import annotations

import fcntl
import os
import select
import subprocess
import termios
import time
from pathlib import Path

import pytest

from tests.kit.long import long
from tests.kit.servers import VERSION, Server, but_for_times

PROMPT = b"[y/N] "
CONTROL_C, CONTROL_D = b"\x03", b"\x04"
SECONDS = 60.0


class Terminal:
    """install.sh with these words, at a terminal. `printed` is all that was seen there so far."""

    def __init__(self, server: Server, *words: str) -> None:
        self.ours, theirs = os.openpty()
        self.printed = b""
        self._deadline = time.monotonic() + SECONDS
        self.process = subprocess.Popen(
            server.command(*words),
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),
        )
        os.close(theirs)

    def __enter__(self) -> Terminal:
        return self

    def __exit__(self, *_: object) -> None:
        self.process.kill()
        self.process.wait()
        self.hang_up()

    def asks(self) -> str:
        """Its question, once it stands there."""
        while not self.printed.endswith(PROMPT):
            assert self._more(), self.printed
        return self.printed.decode().splitlines()[-1]

    def answer(self, typed: bytes) -> int:
        """Type this; how it ended."""
        os.write(self.ours, typed)
        return self.end()

    def end(self) -> int:
        while self._more():
            pass
        return self.process.wait(SECONDS)

    def hang_up(self) -> None:
        if self.ours >= 0:
            os.close(self.ours)
            self.ours = -1

    def _more(self) -> bool:
        """Whether more was printed; a terminal that nobody holds any more is an error to who reads it."""
        assert select.select([self.ours], [], [], self._deadline - time.monotonic())[0], self.printed
        try:
            found = os.read(self.ours, 65536)
        except OSError:
            return False
        self.printed += found
        return bool(found)


@pytest.mark.parametrize("typed", [b"y\n", *long(b"Y\n", b"yes\n")])
def test_yes_goes_on(bare: Server, typed: bytes) -> None:
    with Terminal(bare, "install") as terminal:
        terminal.asks()
        assert terminal.answer(typed) == 0, terminal.printed
    assert bare.page() == ""


@pytest.mark.parametrize("typed", [b"n\n", b"\n", b"no, not yet\n", b"q y\n", b"\xff\n", CONTROL_D])
def test_anything_else_changes_nothing_and_says_so(bare: Server, typed: bytes) -> None:
    before = but_for_times(bare)
    with Terminal(bare, "install") as terminal:
        terminal.asks()
        assert terminal.answer(typed) == 1
        assert b"Nothing was changed." in terminal.printed
    assert but_for_times(bare) == before


def test_control_c_changes_nothing(bare: Server) -> None:
    before = but_for_times(bare)
    with Terminal(bare, "install") as terminal:
        terminal.asks()
        assert terminal.answer(CONTROL_C) != 0
    assert but_for_times(bare) == before


def test_a_terminal_that_goes_away_changes_nothing(bare: Server) -> None:
    before = but_for_times(bare)
    with Terminal(bare, "install") as terminal:
        terminal.asks()
        terminal.hang_up()
        assert terminal.process.wait(SECONDS) != 0
    assert but_for_times(bare) == before


def test_what_is_asked_names_the_version_and_where(bare: Server) -> None:
    with Terminal(bare) as terminal:
        question = terminal.asks()
    assert question.startswith(f"Install Webmail Sign-in {VERSION}")
    assert f"below {bare.root}" in question


@pytest.mark.parametrize(
    ("verb", "question"),
    [("rollback", f"Return from release 1.1.0 to {VERSION}"), ("uninstall", "Remove Webmail Sign-in")],
)
def test_going_back_and_removing_are_asked_for_too(upgraded: Server, verb: str, question: str) -> None:
    with Terminal(upgraded, verb) as terminal:
        assert question in terminal.asks()
        assert terminal.answer(b"n\n") == 1
    assert upgraded.current() == "releases/1.1.0"


@pytest.mark.parametrize("words", [["install", "--yes"], *long(["install", "--dry-run"], ["apply"], ["hook"])])
def test_nothing_is_asked_where_nobody_needs_to_answer(installed: Server, words: list[str]) -> None:
    server = installed if words[0] == "install" else Server(installed.root, installed.base / "current")
    with Terminal(server, *words) as terminal:
        assert terminal.end() == 0, terminal.printed
    assert PROMPT not in terminal.printed


def test_without_a_terminal_it_does_as_it_is_told(bare: Server, folder: Path) -> None:
    (folder / "answers").write_text("n\n")
    with (folder / "answers").open() as answers:
        assert PROMPT.decode() not in bare.well("install", stdin=answers)
    assert bare.page() == ""
