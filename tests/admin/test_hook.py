"""What cPanel calls after an update: it reads all that it is given, and says one line wherever it can."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from plugin.admin import hook
from tests.kit.programs import program
from tests.kit.streams import standard_input

Captured = pytest.CaptureFixture[str]


@pytest.fixture
def given() -> Iterator[int]:
    """What is written to it comes on standard input."""
    reading, writing = os.pipe()
    with standard_input(reading):
        yield writing


def test_all_that_cpanel_writes_is_read(given: int) -> None:
    left = []

    def write() -> None:
        left.append(b"x" * 300_000)
        with open(given, "wb") as stream:
            stream.write(left.pop())

    writer = threading.Thread(target=write)
    writer.start()
    hook.read_to_the_end()
    assert os.read(0, 1) == b""
    writer.join(5)
    assert left == []


def test_standard_input_that_is_closed_is_read_too(given: int) -> None:
    os.close(given)
    os.close(0)
    hook.read_to_the_end()


def test_below_a_staged_root_the_line_goes_to_standard_error(capfd: Captured) -> None:
    hook.log("/srv/staged", "after the cPanel update: nothing to repair")
    assert capfd.readouterr() == ("", "webmail-signin: after the cPanel update: nothing to repair\n")


def install_sh(release: Path, script: str) -> str:
    program(release / "install.sh", script)
    return str(release)


@pytest.mark.parametrize(("dry", "words"), [(False, "hook"), (True, "hook --dry-run")])
def test_the_release_in_use_gets_the_same_words(tmp_path: Path, capfd: Captured, dry: bool, words: str) -> None:
    assert hook.hand_over(install_sh(tmp_path, 'echo "$*"'), dry) == 0
    assert capfd.readouterr().out == f"{words}\n"


def test_what_it_says_and_how_it_ends_is_handed_back(tmp_path: Path, capfd: Captured) -> None:
    assert hook.hand_over(install_sh(tmp_path, "echo 0 said; echo warned >&2; exit 3"), False) == 3
    assert capfd.readouterr() == ("0 said\n", "warned\n")


def test_one_that_hangs_is_a_failure_of_one_line(
    tmp_path: Path, capfd: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hook, "LIMIT", 0.02)
    assert hook.hand_over(install_sh(tmp_path, "exec sleep 60"), False) == 1
    assert capfd.readouterr().out.startswith("0 webmail-signin: /bin/sh was not done within ")
