"""The icon, and the page's entry in a theme: put there, known, and taken away by name where a program fails."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from plugin.admin import registration
from plugin.admin.job import Job
from plugin.admin.programs import Failed
from tests.kit.account import as_root
from tests.kit.jobs import blind
from tests.kit.programs import program

Captured = pytest.CaptureFixture[str]
WANTED = b"#!/usr/bin/python3 -IS\nours\n"


@pytest.fixture
def job(tmp_path: Path) -> Job:
    theme = tmp_path / "usr/local/cpanel/base/frontend/jupiter"
    for folder in (theme / "dynamicui", theme / "assets/application_icons"):
        folder.mkdir(parents=True)
    for name in ("scripts", "whostmgr/addonfeatures"):
        (tmp_path / "usr/local/cpanel" / name).mkdir(parents=True)
    return blind(tmp_path, "uninstall")


def entry(job: Job) -> Path:
    return Path(job.server.entry("jupiter"))


def kept(job: Job) -> list[Path]:
    """Where cPanel keeps the icon: the last is the picture of the other kind."""
    server = job.server
    return [Path(path) for path in (server.conf("jupiter"), server.addonfeature, *server.icons("jupiter"))]


def test_an_entry_is_the_trees_with_another_first_line(tmp_path: Path) -> None:
    (tmp_path / "cgi").mkdir()
    (tmp_path / "cgi/index.live.cgi").write_bytes(b"#!/usr/bin/env python3\nfirst\nsecond\n")
    assert registration.entry(str(tmp_path), "/opt/python3") == b"#!/opt/python3 -IS\nfirst\nsecond\n"


def test_one_that_was_just_placed_is_in_order(job: Job) -> None:
    registration.place_entry(job.server, "jupiter", WANTED).do()
    assert registration.entry_in_order(job.server, "jupiter", WANTED)
    assert entry(job).read_bytes() == WANTED


def test_placing_settles_a_folder_that_was_there(job: Job) -> None:
    entry(job).parent.mkdir(mode=0o700)
    registration.place_entry(job.server, "jupiter", WANTED).do()
    assert entry(job).parent.stat().st_mode & 0o7777 == 0o755


@pytest.mark.parametrize(("which", "mode"), [("file", 0o644), ("file", 0o775), ("folder", 0o700), ("folder", 0o777)])
def test_one_with_another_mode_is_not(job: Job, which: str, mode: int) -> None:
    registration.place_entry(job.server, "jupiter", WANTED).do()
    (entry(job) if which == "file" else entry(job).parent).chmod(mode)
    assert not registration.entry_in_order(job.server, "jupiter", WANTED)


def test_one_that_is_changed_or_gone_is_not(job: Job) -> None:
    assert not registration.entry_in_order(job.server, "jupiter", WANTED)
    registration.place_entry(job.server, "jupiter", WANTED).do()
    assert not registration.entry_in_order(job.server, "jupiter", WANTED + b"\n")


@as_root
def test_one_of_somebody_else_is_not(job: Job) -> None:
    registration.place_entry(job.server, "jupiter", WANTED).do()
    os.chown(entry(job), 65533, -1)
    assert not registration.entry_in_order(job.server, "jupiter", WANTED)


@pytest.mark.parametrize("picture", [2, 3], ids=["svg", "png"])
def test_an_icon_is_registered_with_a_picture_of_either_kind(job: Job, picture: int) -> None:
    for path in (*kept(job)[:2], kept(job)[picture]):
        assert not registration.registered(job.server, "jupiter")
        path.touch()
    assert registration.registered(job.server, "jupiter")


def release(job: Job, *icons: str) -> str:
    folder = Path(job.server.release("1.0.0")) / "compiled/registration"
    folder.mkdir(parents=True)
    for name in icons:
        (folder / name).touch()
    return job.server.release("1.0.0")


def test_registering_runs_cpanels_program_for_that_theme(job: Job, tmp_path: Path) -> None:
    tree = release(job)
    program(Path(job.server.install_plugin), f'echo "$*" > {tmp_path}/words')
    registration.register(job, "jupiter", tree).do()
    assert (tmp_path / "words").read_text() == f"{tree}/compiled/registration --theme=jupiter\n"


def test_a_picture_that_the_settings_named_before_goes(job: Job) -> None:
    tree = release(job, "icon.png")
    program(Path(job.server.install_plugin), "exit 0")
    for path in kept(job):
        path.touch()
    registration.register(job, "jupiter", tree).do()
    assert [path.suffix for path in kept(job)[2:] if path.exists()] == [".png"]


def test_a_program_that_fails_is_a_failure_in_its_words(job: Job) -> None:
    program(Path(job.server.install_plugin), "echo no such group; exit 1")
    with pytest.raises(Failed, match="no such group"):
        registration.register(job, "jupiter", release(job)).do()


def test_a_success_without_an_icon_is_a_warning(job: Job, capfd: Captured) -> None:
    program(Path(job.server.install_plugin), "exit 0")
    registration.register(job, "jupiter", release(job)).do()
    assert "the icon's files are not where cPanel keeps them" in capfd.readouterr().err


@pytest.mark.parametrize("script", [None, "exit 1", "exit 0"], ids=["missing", "failing", "doing nothing"])
def test_what_cpanels_program_leaves_is_removed_by_name(job: Job, script: str | None) -> None:
    release(job)
    job = job._replace(installed=job.installed._replace(current="1.0.0"))
    if script:
        program(Path(job.server.uninstall_plugin), script)
    for path in kept(job):
        path.touch()
    registration.unregister(job, "jupiter", last=True).do()
    assert [path for path in kept(job) if path.exists()] == []


def test_while_other_themes_remain_the_feature_stays_and_no_program_is_run(job: Job, tmp_path: Path) -> None:
    release(job)
    job = job._replace(installed=job.installed._replace(current="1.0.0"))
    program(Path(job.server.uninstall_plugin), f": > {tmp_path}/was-run")
    for path in kept(job):
        path.touch()
    registration.unregister(job, "jupiter", last=False).do()
    assert [path for path in kept(job) if path.exists()] == [Path(job.server.addonfeature)]
    assert not (tmp_path / "was-run").exists()


def test_a_page_goes_with_its_folder(job: Job) -> None:
    registration.place_entry(job.server, "jupiter", WANTED).do()
    (entry(job).parent / ".index.live.cgi.new").touch()
    registration.remove_page(job, "jupiter").do()
    assert not entry(job).parent.exists()


def test_what_somebody_has_put_beside_it_stays_and_is_named(job: Job, capfd: Captured) -> None:
    registration.place_entry(job.server, "jupiter", WANTED).do()
    (entry(job).parent / "theirs").touch()
    registration.remove_page(job, "jupiter").do()
    assert os.listdir(entry(job).parent) == ["theirs"]
    assert f"{entry(job).parent} stays, for what in it is not ours" in capfd.readouterr().out
