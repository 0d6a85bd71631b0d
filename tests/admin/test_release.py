"""A release is put in place and switched to, all of it at one stroke, and back again."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from plugin.admin import release
from plugin.admin.job import Job
from plugin.admin.server import Record
from tests.kit.jobs import blind


@pytest.fixture
def job(tmp_path: Path) -> Job:
    (tmp_path / "usr/local/cpanel/3rdparty/webmail-signin/releases").mkdir(parents=True)
    return blind(tmp_path)


def links(job: Job) -> list[str]:
    found = (f"{job.server.base}/{name}" for name in ("current", "previous"))
    return [os.readlink(path) if os.path.islink(path) else "" for path in found]


def put(folder: Path, text: str) -> Path:
    folder.mkdir()
    (folder / "file").write_text(text)
    return folder


def test_it_is_put_where_none_was_and_taken_away_again(tmp_path: Path) -> None:
    staged, target = put(tmp_path / "staged", "new"), tmp_path / "1.0.0"
    step = release.put_in_place(str(staged), str(target))
    step.do()
    assert ((target / "file").read_text(), staged.exists()) == ("new", False)
    step.undo()
    assert ((staged / "file").read_text(), target.exists()) == ("new", False)


def test_it_changes_places_with_one_that_was_and_back(tmp_path: Path) -> None:
    staged, target = put(tmp_path / "staged", "new"), put(tmp_path / "1.0.0", "old")
    step = release.put_in_place(str(staged), str(target))
    step.do()
    assert [(folder / "file").read_text() for folder in (staged, target)] == ["old", "new"]
    step.undo()
    assert [(folder / "file").read_text() for folder in (staged, target)] == ["new", "old"]


def test_undoing_what_was_not_done_moves_nothing(tmp_path: Path) -> None:
    staged, target = put(tmp_path / "staged", "new"), put(tmp_path / "1.0.0", "old")
    release.put_in_place(str(staged), str(target)).undo()
    assert (target / "file").read_text() == "old"


def test_switching_sets_both_links(job: Job) -> None:
    release.switch(job, "1.1.0", "1.0.0").do()
    assert links(job) == ["releases/1.1.0", "releases/1.0.0"]


def test_without_one_before_there_is_no_such_link(job: Job) -> None:
    release.switch(job, "1.1.0", "1.0.0").do()
    release.switch(job, "1.1.0", "").do()
    assert links(job) == ["releases/1.1.0", ""]


@pytest.mark.parametrize("was", [["", ""], ["releases/0.9", ""], ["releases/0.9", "/nowhere"]])
def test_switching_is_undone_to_what_was_whatever_it_led_to(job: Job, was: list[str]) -> None:
    for name, target in zip(("current", "previous"), was):
        if target:
            os.symlink(target, f"{job.server.base}/{name}")
    step = release.switch(job, "1.1.0", "1.0.0")
    step.do()
    step.undo()
    assert links(job) == was


@pytest.mark.parametrize(
    ("current", "previous", "so"),
    [("1.1.0", "1.0.0", True), ("1.1.0", "", False), ("1.0.0", "1.1.0", False), ("1.0.0", "1.0.0", False)],
)
def test_it_is_known_whether_there_is_anything_to_switch(job: Job, current: str, previous: str, so: bool) -> None:
    release.switch(job, "1.1.0", "1.0.0").do()
    assert release.leads_to(job, current, previous) is so


def test_what_is_recorded_can_be_read_again(job: Job) -> None:
    record = Record(("jupiter",), ("etc",), "/usr/bin/python3")
    release.write_record(job, record).do()
    assert Record.parse(Path(job.server.record).read_text()) == record


def of_ours(job: Job, *versions: str) -> None:
    for version in versions:
        (Path(job.server.releases) / version).mkdir()
        (Path(job.server.releases) / version / "MANIFEST").touch()


def test_older_releases_of_ours_go_and_the_kept_stay(job: Job) -> None:
    of_ours(job, "0.8.0", "0.9.0", "1.0.0", "1.1.0")
    (step,) = release.older(job, "1.1.0", "1.0.0")
    step.do()
    assert step.text == "remove older releases: 0.8.0 0.9.0"
    assert sorted(os.listdir(job.server.releases)) == ["1.0.0", "1.1.0"]


def test_what_is_no_release_of_ours_stays(job: Job) -> None:
    of_ours(job, ".staged-1.0.0", "a b")
    (Path(job.server.releases) / "backup").mkdir()
    assert release.older(job, "1.1.0") == []


def test_where_there_are_no_releases_nothing_is_older(tmp_path: Path) -> None:
    assert release.older(blind(tmp_path)) == []


def test_staging_copies_what_belongs_to_a_release_and_is_undone(job: Job, tmp_path: Path) -> None:
    for name in ("plugin/app.py", "plugin/__pycache__/app.pyc", "tests/test.py", "install.sh"):
        (tmp_path / "source" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "source" / name).touch()
    staged = f"{job.server.releases}/.staged-1.0.0"
    put(Path(staged), "left over")
    step = release.stage(job, staged)
    step.do()
    found = sorted(str(path.relative_to(staged)) for path in Path(staged).rglob("*") if path.is_file())
    assert found == ["MANIFEST", "install.sh", "plugin/app.py"]
    step.undo()
    assert os.listdir(job.server.releases) == []
