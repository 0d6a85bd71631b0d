"""Which Pythons can run the page, and why others cannot."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from plugin.admin.interpreter import Unfit, examine
from tests.kit.account import as_root
from tests.kit.folders import copy
from tests.kit.programs import program

SYSTEM = os.path.realpath("/usr/bin/python3")


def why_not(path: Path | str, *, given: bool = True) -> str:
    with pytest.raises(Unfit) as unfit:
        examine(str(path), given=given)
    return str(unfit.value)


def test_the_systems_python_will_do() -> None:
    found = examine("/usr/bin/python3")
    assert (found.path, found.own, found.tag[:8]) == (SYSTEM, True, "cpython-")


def test_only_the_file_itself_counts_and_no_link_to_it(folder: Path) -> None:
    (folder / "python3").symlink_to(SYSTEM)
    assert examine(str(folder / "python3")).path == SYSTEM


@pytest.mark.parametrize("path", ["/nonexistent/python3", "/etc/passwd", "/usr"])
def test_what_is_no_program(path: str) -> None:
    assert why_not(path) == "is not a program"


def test_one_that_prints_nothing() -> None:
    assert "does not work" in why_not("/bin/false")


def test_what_another_user_prints_is_never_taken_for_a_path(folder: Path) -> None:
    shim = folder / "python3"
    program(shim, f'exec {SYSTEM} "$@"\n')
    assert "only starts another Python; name that one" in why_not(shim)


@pytest.mark.parametrize(
    ("prints", "saying"),
    [
        ("3.6", "is Python 3.6, older than 3.9"),
        ("2.7", "is Python 2.7, older than 3.9"),
        ("3.11", "lacks a part of Python's library"),
        ("/etc/passwd", "does not work"),
        ("3.11\\n../../x", "lacks a part of Python's library"),
    ],
)
def test_each_python_that_falls_says_why(folder: Path, prints: str, saying: str) -> None:
    program(folder / "python3", f"printf '{prints}\\n'\n")
    assert saying in why_not(folder / "python3")


def test_a_path_that_a_first_line_cannot_hold(folder: Path) -> None:
    odd = copy(Path(SYSTEM), folder / "python 3")
    assert "first line cannot hold" in why_not(odd)


@as_root
def test_one_that_others_can_change_is_taken_only_if_it_is_asked_for(folder: Path) -> None:
    python = copy(Path(SYSTEM), folder / "python3")
    python.chmod(0o757)
    assert "can be changed by others" in why_not(python, given=False)
    assert examine(str(python), given=True).own is False
