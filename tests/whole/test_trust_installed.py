"""What is installed and can be changed by others is reported; nothing of it is run or followed, also not by `check`."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.kit.account import as_root
from tests.kit.long import long
from tests.kit.servers import NEXT, Server

pytestmark = as_root
MARK = "import pathlib; pathlib.Path({ran!r}).touch()\n"


@pytest.fixture
def ran(folder: Path) -> Path:
    """What planted code makes, whoever runs it."""
    return folder / "free/ran"


def open_release(server: Server, ran: Path) -> None:
    """Somebody has put code into each room of a release that is open to all."""
    release = (server.base / "current").resolve()
    for name in ("plugin/ready/__main__.py", "plugin/admin/look.py", "plugin/click/main.py"):
        path = release / name
        path.write_text(MARK.format(ran=str(ran)) + path.read_text())
    (release / "plugin").chmod(0o777)


def open_theme(server: Server, ran: Path) -> None:
    """Somebody has put a page into the folder of ours in the theme, and named an interpreter of their own."""
    server.entry.write_text(f"#!/usr/bin/python3 -IS\n{MARK.format(ran=str(ran))}")
    server.entry.parent.chmod(0o777)


def foreign_theme(server: Server, ran: Path) -> None:
    open_theme(server, ran)
    server.entry.parent.chmod(0o755)
    os.chown(server.entry.parent, 65534, 65534)


def open_settings(server: Server, ran: Path) -> None:
    """Somebody has put a template there that would be rendered."""
    server.own_templates.mkdir()
    (server.own_templates / "error.html").write_text("{{ namespace.__init__.__globals__ }}")
    server.config.parent.chmod(0o777)


def open_templates(server: Server, ran: Path) -> None:
    open_settings(server, ran)
    server.config.parent.chmod(0o755)
    server.own_templates.chmod(0o777)


@pytest.mark.parametrize("verb", ["check", *long("apply", "hook", "rollback")])
@pytest.mark.parametrize("inside", [True, False], ids=["its own", "the tarball's"])
@pytest.mark.parametrize(
    "spoil", [open_release, *long(open_theme, foreign_theme, open_settings)], ids=lambda s: s.__name__
)
def test_it_is_reported_and_not_run(upgraded: Server, ran: Path, spoil, inside: bool, verb: str) -> None:  # type: ignore[no-untyped-def]
    spoil(upgraded, ran)
    server = Server(upgraded.root, upgraded.base / "current") if inside else upgraded
    ended = server.run(verb)
    assert ended.returncode == 3, ended.stdout
    assert "can be changed by others" in ended.stdout or "can change" in ended.stdout or "root's alone" in ended.stdout
    assert not ran.exists()
    assert upgraded.current() == f"releases/{NEXT}"


def test_own_templates_that_others_can_change_are_reported_and_not_applied(installed: Server, ran: Path) -> None:
    open_templates(installed, ran)
    assert (installed.run("check").returncode, installed.run("apply").returncode) == (3, 1)


@pytest.mark.parametrize("spoil", [open_theme, foreign_theme], ids=lambda s: s.__name__)
def test_uninstalling_follows_nothing_that_others_can_change(installed: Server, ran: Path, spoil) -> None:  # type: ignore[no-untyped-def]
    spoil(installed, ran)
    ended = installed.run("uninstall")
    assert (ended.returncode, "root's alone" in ended.stdout) == (3, True), ended.stdout
    assert not ran.exists()
    assert installed.release.exists()


def test_a_page_folder_that_is_a_link_is_not_followed(installed: Server, folder: Path) -> None:
    (folder / "free/index.live.cgi").touch()
    for path in installed.entry.parent.iterdir():
        path.unlink()
    installed.entry.parent.rmdir()
    installed.entry.parent.symlink_to(folder / "free")
    for verb in ("check", "install", "uninstall"):
        ended = installed.run(verb)
        assert (ended.returncode, "is a symlink" in ended.stdout) == (3, True), ended.stdout
    assert (folder / "free/index.live.cgi").exists()


def test_a_damaged_or_open_release_is_mended_by_its_tarball(installed: Server, ran: Path) -> None:
    open_release(installed, ran)
    installed.well("install")
    assert "Failures: 0" in installed.well("check")
    assert not ran.exists()
