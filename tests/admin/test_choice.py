"""Which Python runs the page and which one root: what was asked for, what was pinned, and what is said of it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from plugin.admin import choice, interpreter
from plugin.admin.interpreter import Interpreter
from plugin.admin.job import Job
from plugin.admin.server import Record
from tests.kit.account import as_root
from tests.kit.folders import copy
from tests.kit.jobs import blind

SYSTEM = os.path.realpath("/usr/bin/python3")


def pinned(root: Path, python: str, *words: str) -> Job:
    job = blind(root, *words)
    return job._replace(installed=job.installed._replace(record=Record(python=python)))


def test_one_that_is_asked_for_and_cannot_be_used_is_a_failure_and_no_other_is_taken(tmp_path: Path) -> None:
    chosen, (found,) = choice.page_python(blind(tmp_path, "--python", "/nowhere/python3"), "")
    assert (chosen, found.level, found.text) == (None, "failure", "--python /nowhere/python3 is not a program")
    assert found.remedy == "sh install.sh install --python auto"


def test_one_that_is_asked_for_comes_before_one_that_is_pinned(tmp_path: Path) -> None:
    chosen, found = choice.page_python(pinned(tmp_path, "/nowhere/python3", "--python", SYSTEM), "")
    assert (chosen and chosen.path, found) == (SYSTEM, [])


def test_one_that_is_pinned_is_used(tmp_path: Path, folder: Path) -> None:
    python = str(copy(Path(SYSTEM), folder / "python3"))
    chosen, found = choice.page_python(pinned(tmp_path, python), "")
    assert (chosen and chosen.path, found) == (python, [])


def test_for_one_that_is_pinned_and_lost_another_stands_in_with_a_warning(tmp_path: Path) -> None:
    chosen, found = choice.page_python(pinned(tmp_path, "/nowhere/python3"), "")
    assert chosen
    assert (found[0].level, "another stands in for it" in found[0].text) == ("warning", True)


def test_auto_does_not_look_at_the_pin(tmp_path: Path) -> None:
    _, found = choice.page_python(pinned(tmp_path, "/nowhere/python3", "--python", "auto"), "")
    assert [each for each in found if not each.ok] == []


@pytest.mark.parametrize(("verb", "stays"), [("check", True), ("install", False)])
def test_the_pages_own_python_stays_in_use_until_it_is_installed_anew(
    tmp_path: Path, folder: Path, verb: str, stays: bool
) -> None:
    other = copy(Path(SYSTEM), folder / "python3")
    job = blind(tmp_path, verb, themes=("jupiter",))
    entry = Path(job.server.entry("jupiter"))
    entry.parent.mkdir(parents=True)
    entry.write_text(f"#!{other} -IS\n")
    chosen, found = choice.page_python(job, "")
    named = (chosen and chosen.path == str(other)) or any(str(other) in each.text for each in found)
    assert bool(named) is stays


def told(job: Job, path: str, risk: str = "") -> list[tuple[str, str]]:
    found = choice.of(job, Interpreter(path, "cpython-311", "3.11", True), risk)
    return [(each.level, each.text) for each in found]


def test_it_is_said_which_one_runs_the_page(tmp_path: Path) -> None:
    assert told(blind(tmp_path), "/usr/bin/python3") == [("ok", "the page runs with /usr/bin/python3, Python 3.11")]


@pytest.mark.parametrize("path", ["/home/alice/bin/python3", "/home2/x/python3", "/root/python3"])
def test_one_in_a_home_is_worth_a_warning(tmp_path: Path, path: str) -> None:
    assert told(blind(tmp_path), path)[1:] == [("warning", f"the page runs with {path}, which lies in a home")]


@pytest.mark.parametrize("path", ["/usr/home/python3", "/homer", "/opt/root/python3"])
def test_what_only_sounds_like_a_home_is_none(tmp_path: Path, path: str) -> None:
    assert len(told(blind(tmp_path), path)) == 1


def test_root_runs_the_pages_python_where_that_is_roots_alone(tmp_path: Path) -> None:
    job, _ = choice.with_python(blind(tmp_path, "--python", SYSTEM), "")
    assert (job.tool, job.tool_tag) == (SYSTEM, job.python and job.python.tag)


@as_root
def test_root_does_not_run_one_that_others_can_change_and_says_why_that_matters(tmp_path: Path, folder: Path) -> None:
    python = copy(Path(SYSTEM), folder / "python3")
    python.chmod(0o757)
    job, found = choice.with_python(blind(tmp_path, "--python", str(python)), "")
    assert (job.python and job.python.path, job.tool) == (str(python), interpreter.roots())
    assert "whoever can change it acts as every account that clicks" in found[-1].text


def test_without_a_python_for_the_page_root_still_has_its_own(tmp_path: Path) -> None:
    job, found = choice.with_python(blind(tmp_path, "--python", "/nowhere/python3"), "")
    assert (job.python, job.tool, len(found)) == (None, interpreter.roots(), 1)
