"""Disks that are small, full or read-only."""

from __future__ import annotations

import os

import pytest

from tests.kit.servers import Server, but_for_times, in_namespace, private, release

pytestmark = private


def tmpfs(server: Server, options: str) -> str:
    return f"mount -t tmpfs -o {options},mode=755 none '{server.cpanel}/3rdparty'"


def full(server: Server, left: int) -> str:
    """The program's own disk, with all that is on it, and so many KB left."""
    third = f"{server.cpanel}/3rdparty"
    size = f"$(( $(du -sk '{third}' | cut -f1) + {left} ))k"
    return (
        f"cp -a '{third}' '{server.root}/kept'; {tmpfs(server, f'size={size}')}; cp -a '{server.root}/kept/.' '{third}'"
    )


def test_a_small_disk_is_named(bare: Server) -> None:
    ended = in_namespace(bare, tmpfs(bare, "size=2m"), "install")
    assert (ended.returncode, "KB are free" in ended.stdout) == (3, True)


def test_a_disk_without_room_for_more_files_is_named(bare: Server) -> None:
    ended = in_namespace(bare, tmpfs(bare, "nr_inodes=300"), "install")
    assert (ended.returncode, "more files fit on the disk" in ended.stdout) == (3, True)


@pytest.mark.parametrize("left", [100, 900, 1600, 2400])
def test_a_disk_that_fills_up_undoes_everything_and_says_one_line(bare: Server, left: int) -> None:
    # There is room enough at the look at it; the first file that is copied takes most of it.
    source = release(bare.root.parent / "source", "1.3.0")
    os.truncate(os.open(source / "cgi/ballast", os.O_CREAT | os.O_WRONLY), (20 * 1024 - left) * 1024)
    before = but_for_times(bare)
    ended = in_namespace(Server(bare.root, source), tmpfs(bare, "size=20m"), "install")
    assert ended.returncode == 1, ended.stdout
    told = [line for line in ended.stdout.splitlines() if not line.startswith("- ")]
    assert told[-1] == "Everything was put back as it was."
    assert [line[:7] for line in told[:-1]] == ["Failed:"], told
    assert "o space left on device" in told[0]
    assert "Error" not in told[0]
    assert but_for_times(bare) == before


def test_a_full_disk_does_not_stop_an_uninstall(installed: Server) -> None:
    ended = in_namespace(installed, full(installed, 0), "uninstall")
    assert (ended.returncode, ended.stdout.splitlines()[-1]) == (0, "Done."), ended.stdout


@pytest.mark.parametrize("folder", ["usr/local/cpanel/3rdparty", "usr/local/cpanel/base", "etc"])
def test_a_place_that_is_mounted_read_only_is_named(bare: Server, folder: str) -> None:
    path = f"{bare.root}/{folder}"
    closed = f"mount --bind '{path}' '{path}'; mount -o remount,ro,bind '{path}'"
    before = but_for_times(bare)
    ended = in_namespace(bare, closed, "install")
    assert (ended.returncode, f"{path} is mounted read-only" in ended.stdout) == (3, True), ended.stdout
    assert f"mend it: mount -o remount,rw '{path}'" in ended.stdout
    assert but_for_times(bare) == before
