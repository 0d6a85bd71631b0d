"""A release makes itself ready: what it says is told, and undoing leaves it as it was."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from plugin.admin import compiling
from plugin.admin.job import Job
from plugin.admin.programs import Ended, Failed
from plugin.admin.transaction import Step
from tests.kit.jobs import blind

Captured = pytest.CaptureFixture[str]
#: What a made-up release does in place of making itself ready: a new generation, and an end as it is told.
READY = """import os, sys
release, words = sys.argv[1], sys.argv[2:]
if "--check" not in words:
    os.makedirs(release + "/.compiled-2")
    os.unlink(release + "/compiled")
    os.symlink(".compiled-2", release + "/compiled")
print("advice\\tbe kind")
if os.path.exists(release + "/broken"):
    sys.exit("config.yaml:1: timeout: not a number")"""


@pytest.fixture
def job(tmp_path: Path) -> Job:
    return blind(tmp_path, "apply", tool=os.path.realpath(sys.executable))


@pytest.fixture
def release(tmp_path: Path) -> Path:
    """With one generation in use and one from before."""
    tree = tmp_path / "release"
    (tree / "plugin").mkdir(parents=True)
    (tree / "plugin/ready.py").write_text(READY)
    for number in (0, 1):
        (tree / f".compiled-{number}").mkdir()
        (tree / f".compiled-{number}/settings.json").write_text(str(number))
    (tree / "compiled").symlink_to(".compiled-1")
    return tree


def step(job: Job, release: Path, *, fresh: bool = False, last_good: bool = False) -> Step:
    return compiling.make_ready(job, str(release), str(release), fresh=fresh, last_good=last_good)


def test_generations_are_folders_of_that_name_only(release: Path) -> None:
    (release / ".compiled-file").touch()
    (release / ".compiled.new").symlink_to(".compiled-1")
    assert sorted(compiling.generations(str(release))) == [".compiled-0", ".compiled-1"]


def test_a_release_that_is_not_there_has_none(tmp_path: Path) -> None:
    assert compiling.generations(f"{tmp_path}/none") == []


def test_undoing_returns_to_the_generation_before_and_leaves_no_other(job: Job, release: Path) -> None:
    made = step(job, release)
    made.do()
    assert os.readlink(release / "compiled") == ".compiled-2"
    (release / ".compiled-0/settings.json").unlink()  # as a release tidies up behind itself
    made.undo()
    assert os.readlink(release / "compiled") == ".compiled-1"
    assert sorted(compiling.generations(str(release))) == [".compiled-0", ".compiled-1"]
    assert (release / ".compiled-0/settings.json").read_text() == "0"


def test_a_dry_run_only_checks_and_tells(job: Job, release: Path, capfd: Captured) -> None:
    step(job, release).foresee()
    assert os.readlink(release / "compiled") == ".compiled-1"
    assert "be kind" in capfd.readouterr().err


def test_settings_that_do_not_hold_stop_it_in_their_own_words(job: Job, release: Path) -> None:
    (release / "broken").touch()
    with pytest.raises(Failed, match="timeout: not a number\nWhat was applied before stays in force"):
        step(job, release).foresee()


def test_over_the_last_good_ones_they_are_a_warning(job: Job, release: Path, capfd: Captured) -> None:
    (release / "broken").touch()
    step(job, release, last_good=True).foresee()
    assert "the last good ones stay in force: " in capfd.readouterr().err


def told(job: Job, ended: Ended, capfd: Captured) -> str:
    compiling.tell(job, ended)
    return capfd.readouterr().err.strip()


def test_what_is_kept_is_told_in_one_line(job: Job, capfd: Captured) -> None:
    ended = Ended(0, b"kept\tone\nkept\ttwo\nother\tthree\n", b"")
    assert told(job, ended, capfd) == "the settings do not hold, the last good ones stay in force: one; two"


def test_where_all_is_well_nothing_is_told(job: Job, capfd: Captured) -> None:
    assert told(job, Ended(0, b"", b"noise"), capfd) == ""


@pytest.mark.parametrize(("verb", "said"), [("apply", True), ("install", False)])
def test_only_an_edit_is_told_that_it_stays(tmp_path: Path, verb: str, said: bool) -> None:
    assert ("your edit stays as it is" in compiling.unfit(blind(tmp_path, verb), "no")) is said
