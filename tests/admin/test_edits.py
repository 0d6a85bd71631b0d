"""What an administrator has written, as the release's own code sees it: each line of its answer is one finding."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from plugin.admin import edits
from plugin.admin.findings import Finding
from plugin.admin.job import Job
from plugin.admin.server import Installed, Record
from tests.kit.jobs import blind


def checked(root: Path, ends: str, *, current: str = "") -> list[Finding]:
    """What is found where a made-up release, from which install.sh runs, ends its check like this."""
    (root / "source/plugin").mkdir(parents=True)
    (root / "source/plugin/ready.py").write_text(f"import sys\n{ends}")
    job = blind(root, "check", tool=os.path.realpath(sys.executable))
    running = edits.Edits(job)
    job = job._replace(installed=Installed(current, "", Record(), True))
    try:
        return list(running.findings(job))
    finally:
        running.end()


def test_where_all_is_well_nothing_is_found(tmp_path: Path) -> None:
    assert checked(tmp_path, "") == []


def test_it_is_only_checked_and_below_its_root(tmp_path: Path) -> None:
    (found,) = checked(tmp_path, "print('advice\\t' + ' '.join(sys.argv[1:]))")
    assert found.text == f"{tmp_path}/source --check --root {tmp_path}"


def test_each_problem_is_a_failure_that_says_what_comes_next(tmp_path: Path) -> None:
    found = checked(tmp_path, "sys.exit('config.yaml:1: no\\nconfig.yaml:2: did you mean log?')")
    assert [each.text for each in found] == [
        "config.yaml:1: no. Edit it, then: sh install.sh",
        "config.yaml:2: did you mean log? Edit it, then: sh install.sh",
    ]
    assert {each.level for each in found} == {"failure"}


def test_advice_is_a_warning_and_another_word_nothing(tmp_path: Path) -> None:
    found = checked(tmp_path, "print('advice\\tbe kind\\nnonsense\\tx\\nedited\\tnot applied')")
    assert [(each.level, each.text) for each in found] == [("warning", "be kind")]


def test_an_edit_that_is_not_applied_counts_once_there_is_an_installation(tmp_path: Path) -> None:
    (found,) = checked(tmp_path, "print('edited\\tconfig.yaml is edited')", current="1.0.0")
    assert (found.name, found.level, found.remedy.endswith("/current/install.sh' apply")) == ("apply", "failure", True)


@pytest.mark.parametrize("ends", ["1 / 0", "sys.exit(1)"], ids=["a traceback", "no word"])
def test_a_check_that_breaks_off_is_told_as_one(tmp_path: Path, ends: str) -> None:
    (found,) = checked(tmp_path, ends)
    assert (found.name, found.text.startswith("the settings could not be checked: ")) == ("check", True)


def at(root: Path, current: str) -> Job:
    return blind(root, installed=Installed(current, "", Record(), True))


def test_once_something_is_applied_it_stays_in_force(tmp_path: Path) -> None:
    assert "What was applied stays in force." in edits.unfit(at(tmp_path, "1.0.0"), "x")
    assert "stays in force" not in edits.unfit(at(tmp_path, ""), "x")


def test_a_release_that_others_can_change_is_not_run(tmp_path: Path) -> None:
    job = at(tmp_path, "1.0.0")
    (Path(job.server.release("1.0.0")) / "plugin").mkdir(parents=True)
    running = edits.Edits(job)
    assert (running.running, list(running.findings(job))) == (None, [])
