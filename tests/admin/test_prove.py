"""prove: does a page really run, as an ordinary user, and if not, why."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from plugin.admin import prove
from tests.kit.account import ACCOUNT, as_root
from tests.kit.programs import printing, program

FINE = 'Status: 200 OK\nContent-Type: text/html\n\n<html data-outcome="not-clicked">'


@pytest.fixture
def entry(folder: Path) -> Path:
    """Where the page is in a staged tree."""
    page = folder / "usr/local/cpanel/base/frontend/paper/webmail_signin/index.live.cgi"
    page.parent.mkdir(parents=True)
    return page


def reason(entry: Path) -> str:
    return prove.prove(str(entry.parents[7]), str(entry))


def test_a_page_that_answers_as_it_should_is_proven(entry: Path) -> None:
    program(entry, printing(FINE))
    assert reason(entry) == ""


def test_it_is_run_as_a_prefetch_so_that_nothing_is_created(entry: Path, folder: Path) -> None:
    program(entry, f"env > {folder}/free/env\n{printing(FINE)}")
    assert reason(entry) == ""
    assert "HTTP_SEC_PURPOSE=prefetch" in (folder / "free/env").read_text().splitlines()


def test_it_is_asked_for_in_its_own_theme(entry: Path, folder: Path) -> None:
    program(entry, f"env > {folder}/free/env\n{printing(FINE)}")
    assert reason(entry) == ""
    page = "/cpsess0000000000/frontend/paper/webmail_signin/index.live.cgi"
    assert f"REQUEST_URI={page}" in (folder / "free/env").read_text().splitlines()


@as_root
def test_root_runs_it_as_an_ordinary_user(entry: Path, folder: Path) -> None:
    program(entry, f"id -u > {folder}/free/uid\n{printing(FINE)}")
    assert reason(entry) == ""
    assert int((folder / "free/uid").read_text()) == ACCOUNT.pw_uid


@as_root
def test_in_a_staged_tree_that_is_closed_to_others_root_runs_it_itself(entry: Path, folder: Path) -> None:
    program(entry, f"id -u > {folder}/free/uid\n{printing(FINE)}")
    (folder / "usr").chmod(0o700)
    assert reason(entry) == ""
    assert (folder / "free/uid").read_text() == "0\n"


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (FINE.replace("200 OK", "500 Internal Server Error"), "Status: 500 Internal Server Error"),
        (FINE.replace("not-clicked", "not-in-cpanel"), "not-in-cpanel"),
        ("hello", "hello"),
    ],
    ids=["another status", "another outcome", "no page"],
)
def test_a_page_that_answers_something_else_is_not(entry: Path, answer: str, said: str) -> None:
    program(entry, printing(answer))
    assert reason(entry).startswith(f"{entry} answered: ")
    assert said in reason(entry)


def test_the_last_line_of_a_traceback_is_the_reason(entry: Path) -> None:
    program(entry, "printf 'Traceback\\n  File\\nImportError: no jinja2\\n' >&2; exit 1")
    assert "ImportError: no jinja2" in reason(entry)
    assert "File" not in reason(entry).removeprefix(str(entry))


def test_a_page_that_says_nothing_is_not_proven(entry: Path) -> None:
    program(entry, "exit 0")
    assert str(entry) in reason(entry)


@pytest.mark.parametrize("interpreter", ["/nowhere/python3", "/etc/passwd"])
def test_a_page_without_an_interpreter_is_not_proven(entry: Path, interpreter: str) -> None:
    program(entry, "", interpreter)
    assert str(entry) in reason(entry)


def test_a_page_that_hangs_is_ended(entry: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program(entry, "exec sleep 60")
    monkeypatch.setattr(prove, "PATIENCE", 0.3)
    started = time.monotonic()
    assert reason(entry) != ""
    assert time.monotonic() - started < 20
