"""What others than root can change on the way to a path, and of a release."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from plugin.admin import trust
from tests.kit.account import as_root


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A file, two folders deep."""
    (tmp_path / "a/b").mkdir(parents=True)
    (tmp_path / "a/b/file").touch()
    return tmp_path / "a/b/file"


def found(place: Path | str, top: Path) -> list[str]:
    """What is found below `top`, relative to it."""
    return [os.path.relpath(path, top) for path in trust.way(str(place)) if path.startswith(f"{top}/")]


def test_what_is_only_ones_own_has_nothing(place: Path, tmp_path: Path) -> None:
    assert found(place, tmp_path) == []


@pytest.mark.parametrize("which", ["a", "a/b", "a/b/file"])
def test_each_part_of_the_way_counts(place: Path, tmp_path: Path, which: str) -> None:
    (tmp_path / which).chmod(0o777)
    assert found(place, tmp_path) == [which]


def test_in_a_sticky_folder_nobody_else_can_take_its_place(place: Path, tmp_path: Path) -> None:
    (tmp_path / "a").chmod(0o1777)
    assert found(place, tmp_path) == []


def test_a_sticky_file_is_open_all_the_same(place: Path, tmp_path: Path) -> None:
    place.chmod(0o1666)
    assert found(place, tmp_path) == ["a/b/file"]


def test_a_link_on_the_way_counts_wherever_it_leads(place: Path, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to("a")
    assert found(tmp_path / "link/b/file", tmp_path) == ["link"]


def test_what_is_not_there_is_nobodys(place: Path, tmp_path: Path) -> None:
    assert found(tmp_path / "a/none/file", tmp_path) == []


def test_a_slash_at_the_end_says_nothing(place: Path, tmp_path: Path) -> None:
    (tmp_path / "a").chmod(0o777)
    assert found(f"{tmp_path}/a/", tmp_path) == ["a"]


def test_the_root_itself_is_looked_at() -> None:
    assert list(trust.way("/")) == ([] if os.stat("/").st_uid in (0, os.geteuid()) else ["/"])


@as_root
def test_for_root_a_group_that_can_write_is_others(place: Path, tmp_path: Path) -> None:
    (tmp_path / "a").chmod(0o775)
    assert found(place, tmp_path) == ["a"]


@as_root
def test_what_belongs_to_somebody_else_counts(place: Path, tmp_path: Path) -> None:
    os.chown(tmp_path / "a/b", 65533, -1)
    assert found(place, tmp_path) == ["a/b"]


@pytest.mark.parametrize("told", [trust.exposed, trust.doubts])
def test_of_a_release_both_its_way_and_what_is_in_it_are_told(tmp_path: Path, told: Callable[[str], object]) -> None:
    release = tmp_path / "open/1.0.0"
    release.mkdir(parents=True)
    (release / "file").touch()
    (release / "file").chmod(0o666)
    (tmp_path / "open").chmod(0o777)
    said = list(told(str(release)))  # type: ignore[call-overload]
    assert {f"{tmp_path}/open can be changed by others", f"{release}: file can be changed by others"} <= set(said)


def test_only_a_doubt_asks_whether_it_is_as_it_was_installed(tmp_path: Path) -> None:
    assert [text for text in trust.exposed(str(tmp_path)) if "MANIFEST" in text] == []
    assert [text for text in trust.doubts(str(tmp_path)) if "MANIFEST" in text] != []
