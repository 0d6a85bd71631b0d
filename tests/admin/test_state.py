"""What is found about the installed plugin: what is damaged, and which command really mends it."""

from __future__ import annotations

from pathlib import Path

import pytest

from plugin.admin import state
from plugin.admin.job import Job
from plugin.admin.server import ID, Installed, Record
from tests.kit.jobs import blind


def at(root: Path, **changed: object) -> Job:
    return blind(root, "check", installed=Installed("1.0.0", "", Record(), True), **changed)


def test_the_same_release_from_elsewhere_mends_a_damaged_one(tmp_path: Path) -> None:
    assert state.damaged(at(tmp_path), "x was changed")[3:] == ("x was changed", "sh install.sh install", "")


@pytest.mark.parametrize("itself", [True, False], ids=["the damaged one", "another version"])
def test_what_cannot_mend_it_names_what_can(tmp_path: Path, itself: bool) -> None:
    job = at(tmp_path)
    job = job._replace(here=job.server.release("1.0.0")) if itself else job._replace(version="1.1.0")
    found = state.damaged(job, "x was changed")
    assert (found.remedy, "unpack the tarball of 1.0.0" in found.text) == ("", True)


@pytest.fixture
def release(tmp_path: Path) -> Path:
    (tmp_path / "release/cgi").mkdir(parents=True)
    (tmp_path / "release/cgi/index.live.cgi").write_text("#!/usr/bin/env python3\nours\n")
    return tmp_path / "release"


@pytest.fixture
def entry(tmp_path: Path) -> Path:
    """A page that is in order."""
    page = tmp_path / "page/index.live.cgi"
    page.parent.mkdir(mode=0o755)
    page.write_text("#!/usr/bin/python3 -IS\nours\n")
    page.chmod(0o755)
    return page


def problems(entry: Path, release: Path) -> list[str]:
    return [text.replace(str(entry.parent), "PAGE") for text in state.entry_problems(str(entry), str(release))]


def test_a_page_is_the_releases_whatever_its_interpreter(entry: Path, release: Path) -> None:
    assert problems(entry, release) == []


def test_a_page_that_was_changed_is_named(entry: Path, release: Path) -> None:
    entry.write_text("#!/usr/bin/python3 -IS\nours\n\n")
    assert problems(entry, release) == ["PAGE/index.live.cgi was changed"]


@pytest.mark.parametrize("link", [False, True])
def test_a_page_that_is_missing_or_a_link_is_none(entry: Path, release: Path, link: bool) -> None:
    entry.unlink()
    if link:
        entry.symlink_to(release / "cgi/index.live.cgi")
    assert problems(entry, release) == ["PAGE/index.live.cgi is missing"]


def test_modes_of_page_and_folder_are_held_to_what_they_were(entry: Path, release: Path) -> None:
    entry.chmod(0o644)
    entry.parent.chmod(0o775)
    assert problems(entry, release) == [
        "PAGE has mode 0775, not 0755",
        "PAGE/index.live.cgi has mode 0644, not 0755",
    ]


def test_what_is_left_without_its_program_is_named(tmp_path: Path) -> None:
    job = blind(tmp_path, "check")
    Path(job.server.addonfeature).parent.mkdir(parents=True)
    Path(job.server.addonfeature).write_text(f"{ID}:Webmail\n")
    (found,) = state.of_remains(job, fit=True)
    assert (found.level, found.remedy) == ("failure", "sh install.sh install")
    assert found.text.endswith(f"this of ours is: {job.server.addonfeature}")


def test_where_nothing_is_left_nothing_is_said(tmp_path: Path) -> None:
    assert list(state.of_remains(blind(tmp_path, "check"), fit=True)) == []


@pytest.mark.parametrize("mode", [0o644, 0o666], ids=["changed", "open to others"])
def test_a_previous_release_that_cannot_be_returned_to_is_said(tmp_path: Path, mode: int) -> None:
    job = at(tmp_path)._replace(installed=Installed("1.1.0", "1.0.0", Record(), True))
    release = Path(job.server.release("1.0.0"))
    release.mkdir(parents=True)
    (release / "file").touch()
    (release / "file").chmod(mode)
    (found,) = state.of_previous(job)
    why = "file can be changed by others" if mode == 0o666 else "MANIFEST cannot be read"
    assert (found.level, f"{release}: {why}" in found.text) == ("warning", True)


@pytest.mark.parametrize("previous", ["", "1.0.0"], ids=["none", "the one in use"])
def test_what_is_no_other_release_is_not_looked_at(tmp_path: Path, previous: str) -> None:
    job = at(tmp_path)._replace(installed=Installed("1.0.0", previous, Record(), True))
    assert list(state.of_previous(job)) == []


def test_of_a_release_that_others_can_change_nothing_is_run(tmp_path: Path) -> None:
    job = at(tmp_path)
    release = Path(job.server.release("1.0.0"))
    release.mkdir(parents=True)
    (release / "file").touch()
    (release / "file").chmod(0o666)
    assert [each.name for each in state.of(job, fit=True)] == ["files"]
