"""What uninstalling removes, what it keeps, and what it leaves alone."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from tests.kit.servers import VERSION, Server, refuses, release


def test_uninstalling_keeps_the_settings_and_says_so(installed: Server) -> None:
    printed = installed.well("uninstall")
    assert installed.config.exists()
    assert f"{installed.config} stays" in printed


def test_uninstalling_keeps_the_providers_templates(installed: Server) -> None:
    own = installed.config.parent / "templates"
    own.mkdir()
    (own / "error.html").write_text("x")
    assert f"{own} stays" in installed.well("uninstall", "--purge")
    assert (own / "error.html").exists()


def test_uninstalling_twice_is_no_error(installed: Server) -> None:
    installed.well("uninstall")
    assert "not installed" in installed.well("uninstall")


def test_uninstalling_needs_no_uninstall_plugin(bare: Server) -> None:
    (bare.cpanel / "scripts/uninstall_plugin").unlink()
    before = bare.tree()
    bare.well("install")
    bare.well("uninstall", "--purge")
    assert bare.tree() == before


def test_an_uninstall_plugin_that_fails_leaves_nothing_behind(installed: Server, trees: Path) -> None:
    (installed.cpanel / "scripts/uninstall_plugin").write_text("#!/bin/sh\nexit 1\n")
    installed.well("uninstall", "--purge")
    assert not [path for path in installed.root.rglob("*") if "webmail" in path.name]


@pytest.mark.parametrize("name", ["notes.txt", ".notes", "releases/notes", "releases/.notes"])
def test_uninstalling_stops_where_it_would_delete_something_unknown(installed: Server, name: str) -> None:
    (installed.base / name).mkdir()
    refuses(installed, f"{installed.base / name} is not ours", "uninstall")


@pytest.mark.parametrize("name", ["notes.txt", "mine/notes", "vendor/jinja2/more.py", ".notes"])
def test_uninstalling_stops_at_a_file_in_a_release_that_is_not_ours(installed: Server, name: str) -> None:
    path = installed.base / "releases" / VERSION / name
    path.parent.mkdir(exist_ok=True)
    path.touch()
    refuses(installed, f"{path} is not ours", "uninstall")


def test_what_is_said_to_move_it_away_lets_uninstalling_go_on(installed: Server, place: Path) -> None:
    (installed.base / "mine").mkdir()
    (command,) = re.findall(r"mend it: (mv .*)", installed.run("uninstall").stdout)
    subprocess.run(command.removesuffix("/root/") + str(place), shell=True, check=True)
    installed.well("uninstall", "--purge")
    assert not installed.base.exists()


@pytest.mark.long
def test_a_folder_that_is_no_release_of_ours_stays_when_older_ones_go(newer: Server, place: Path) -> None:
    (newer.base / "releases/notes").mkdir()
    newer.well("install")
    Server(newer.root, release(place / "source-2", "1.2.0")).well("install")
    assert sorted(path.name for path in (newer.base / "releases").iterdir()) == ["1.1.0", "1.2.0", "notes"]


def test_uninstalling_where_nothing_is_removes_nothing(bare: Server) -> None:
    bare.config.parent.mkdir(parents=True)
    before = bare.tree(times=True)
    bare.well("uninstall")
    assert bare.tree(times=True) == before


def test_uninstalling_leaves_files_of_others_where_they_are(installed: Server) -> None:
    others = [installed.entry.with_name("notes"), installed.theme / "assets/application_icons/webmail_signin.gif"]
    for path in others:
        path.touch()
    assert f"{installed.entry.parent} stays" in installed.well("uninstall")
    assert [path.exists() for path in [*others, installed.entry]] == [True, True, False]


def test_uninstalling_from_a_theme_where_it_is_not_is_a_finding(installed: Server) -> None:
    refuses(installed, "not installed in the theme paper", "uninstall", "--theme", "paper")
