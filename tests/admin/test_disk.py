"""Room on the disk, and what cannot be written to."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from plugin.admin import disk
from plugin.admin.findings import Finding
from plugin.admin.server import Server


@pytest.fixture
def server(tmp_path: Path) -> Server:
    (tmp_path / "usr/local/cpanel").mkdir(parents=True)
    return Server(str(tmp_path))


def space(server: Server) -> Finding:
    (found,) = disk.space(server)
    return found


def test_where_there_is_room_it_is_in_order(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(disk, "NEEDED_KB", 0)
    monkeypatch.setattr(disk, "NEEDED_FILES", 0)
    assert (space(server).ok, space(server).text.endswith(" KB are free")) == (True, True)


def test_how_much_is_missing_is_said(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(disk, "NEEDED_KB", 1 << 60)
    assert (space(server).level, f"{1 << 60} KB are needed" in space(server).text) == ("failure", True)


def test_a_disk_without_room_for_files_is_told_from_a_full_one(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    if not os.statvfs(server.cpanel).f_files:
        pytest.skip("this file system does not count its files")
    monkeypatch.setattr(disk, "NEEDED_KB", 0)
    monkeypatch.setattr(disk, "NEEDED_FILES", 1 << 62)
    assert (space(server).level, "more files fit" in space(server).text) == ("failure", True)


def test_without_cpanel_there_is_nothing_to_say(tmp_path: Path) -> None:
    assert list(disk.space(Server(f"{tmp_path}/none"))) == []


def test_what_can_be_written_to_is_not_mentioned(server: Server) -> None:
    Path(server.etc).mkdir(parents=True)
    Path(server.config).touch()
    assert list(disk.writable(server, ("jupiter",))) == []


@pytest.mark.parametrize(("path", "mount"), [("/", "/"), ("/proc/self", "/proc"), ("/proc", "/proc")])
def test_a_path_lies_on_the_innermost_mount_above_it(path: str, mount: str) -> None:
    assert disk.mount_point(path) == mount


def test_a_name_that_only_begins_like_a_mount_does_not_lie_on_it() -> None:
    assert disk.mount_point("/processes") == "/"


def test_a_pipe_has_no_flags_and_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    assert disk.flags(f"{tmp_path}/pipe") == 0


def test_a_link_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to("/etc/passwd")
    with pytest.raises(OSError, match="Too many levels"):
        disk.flags(f"{tmp_path}/link")


def test_a_file_of_ones_own_is_not_pinned(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert not disk.flags(f"{tmp_path}/file") & disk.PINNED
