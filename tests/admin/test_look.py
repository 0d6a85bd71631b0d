"""What follows from one look at the server, before anything may change."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from plugin.admin import look
from plugin.admin.job import Job
from plugin.admin.server import Installed, Record
from tests.kit.jobs import blind


def at(root: Path, *words: str, current: str = "1.1.0", previous: str = "", version: str = "1.0.0") -> Job:
    return blind(root, *words, installed=Installed(current, previous, Record(), True), version=version)


def test_an_older_release_over_a_newer_one_must_be_meant(tmp_path: Path) -> None:
    (found,) = look.downgrade(at(tmp_path))
    assert (found.level, found.remedy) == ("failure", "sh install.sh install --downgrade")
    assert found.text == "1.0.0 is older than 1.1.0, which is installed"


@pytest.mark.parametrize("version", ["1.1.0", "1.2.0", ""])
def test_the_same_or_a_newer_one_may_come(tmp_path: Path, version: str) -> None:
    assert list(look.downgrade(at(tmp_path, version=version))) == []


def test_by_its_word_it_is_meant(tmp_path: Path) -> None:
    assert list(look.downgrade(at(tmp_path, "--downgrade"))) == []


@pytest.mark.parametrize("previous", ["", "1.1.0"], ids=["none", "the same"])
def test_without_an_older_release_there_is_none_to_return_to(tmp_path: Path, previous: str) -> None:
    (found,) = look.previous(at(tmp_path, "rollback", previous=previous))
    assert (found.level, found.text[:29]) == ("failure", "there is no previous release ")


def test_a_damaged_release_is_not_returned_to(tmp_path: Path) -> None:
    job = at(tmp_path, "rollback", previous="1.0.0")
    Path(job.server.release("1.0.0")).mkdir(parents=True)
    (found,) = look.previous(job)
    assert (found.level, found.text.startswith("release 1.0.0 is damaged, so ")) == ("failure", True)


def test_folders_that_are_not_there_are_noted_the_inner_ones_first(tmp_path: Path) -> None:
    job = blind(tmp_path)
    Path(job.server.third).mkdir(parents=True)
    found = look.absent(job, ("jupiter",))
    assert job.server.third not in found
    assert found.index(job.server.releases) < found.index(job.server.base)


def test_of_what_is_wrong_ten_sentences_are_enough(tmp_path: Path) -> None:
    endless = iter(lambda: "a file was changed", "")
    assert len(list(look.untrusted(at(tmp_path), endless))) == 10


def test_without_cpanel_nothing_else_is_looked_at(tmp_path: Path) -> None:
    _, found = look.at(blind(tmp_path, "check"), "")
    assert [(each.name, each.ok) for each in found] == [("root", True), ("cpanel", False)]


@pytest.mark.parametrize(("named", "themes"), [((), ("jupiter", "paper")), (("paper",), ("paper",))])
def test_what_is_named_is_removed_or_else_all(tmp_path: Path, named: tuple[str, ...], themes: tuple[str, ...]) -> None:
    words = [f"--theme={theme}" for theme in named]
    job = blind(tmp_path, "uninstall", *words)
    os.makedirs(job.server.base)
    Path(job.server.record).write_text("theme jupiter\ntheme paper\n")
    job, found = look.at(job, "")
    assert (job.themes, [each.text for each in found if not each.ok]) == (themes, [])


def test_a_theme_that_we_are_not_in_cannot_be_removed(tmp_path: Path) -> None:
    _, found = look.at(blind(tmp_path, "uninstall", "--theme=paper"), "")
    assert [each.text for each in found if not each.ok] == ["it is not installed in the theme paper"]
