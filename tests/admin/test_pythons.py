"""Where a Python for the page is looked for, and why those before the one that is taken fell."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from plugin.admin import pythons
from tests.kit.programs import program

SYSTEM = os.path.realpath("/usr/bin/python3")


def test_the_systems_folders_come_before_the_callers_path(folder: Path) -> None:
    program(folder / "python3", "exit 1\n")
    found = list(pythons.candidates(str(folder)))
    assert found[-1] == f"{folder}/python3"
    assert found[0].startswith("/usr/")


def test_a_relative_path_of_the_caller_is_passed_over(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program(folder / "python3", "exit 1\n")
    monkeypatch.chdir(folder)
    assert not [path for path in pythons.candidates(".:") if str(folder) in path or not path.startswith("/")]


def test_the_first_usable_is_taken_and_those_before_it_say_why_not(folder: Path) -> None:
    program(folder / "python3", "exit 1\n")
    chosen, fell = pythons.first_usable(iter([f"{folder}/python3", "/usr/bin/python3"]))
    assert chosen and chosen.path == SYSTEM
    assert [line.split()[0] for line in fell] == [f"{folder}/python3"]


@pytest.mark.parametrize(
    ("release", "command"),
    [
        ('ID="almalinux"\nID_LIKE="rhel centos fedora"\nVERSION_ID="8.10"\n', "dnf install -y python3.12"),
        ('ID="cloudlinux"\nID_LIKE="rhel fedora centos"\nVERSION_ID="9.4"\n', "dnf install -y python3"),
        ("ID=ubuntu\nID_LIKE=debian\nVERSION_ID=22.04\n", "apt-get install -y python3"),
    ],
)
def test_the_command_that_brings_a_python_is_the_systems(tmp_path: Path, release: str, command: str) -> None:
    (tmp_path / "etc").mkdir()
    (tmp_path / "etc/os-release").write_text(release)
    assert pythons.advice(str(tmp_path)) == command
