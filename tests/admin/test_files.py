"""How root puts files in place: whole, with exactly their owner and mode, and back again."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
from pathlib import Path

import pytest

from plugin.admin import files
from tests.kit.account import as_root


def mode(path: Path) -> str:
    return f"{stat.S_IMODE(path.stat().st_mode):04o}"


@pytest.mark.parametrize("umask", [0o000, 0o077])
def test_modes_do_not_depend_on_the_umask(tmp_path: Path, umask: int) -> None:
    before = os.umask(umask)
    try:
        files.make_folder(f"{tmp_path}/folder")
        files.write(f"{tmp_path}/file", b"x")
        files.write(f"{tmp_path}/program", b"x", 0o755)
    finally:
        os.umask(before)
    assert [mode(tmp_path / name) for name in ("folder", "file", "program")] == ["0755", "0644", "0755"]


def test_modes_do_not_depend_on_the_folder_above(tmp_path: Path) -> None:
    tmp_path.chmod(0o2777)
    files.make_folder(f"{tmp_path}/folder")
    assert mode(tmp_path / "folder") == "0755"


@pytest.mark.skipif(not shutil.which("setfacl"), reason="there is no setfacl here")
def test_default_acls_of_the_folder_above_are_not_inherited(tmp_path: Path) -> None:
    if subprocess.run(["setfacl", "-d", "-m", "u:65534:rwx,m::rwx", str(tmp_path)], check=False).returncode:
        pytest.skip("this file system has no access control lists")
    files.make_folder(f"{tmp_path}/folder")
    files.write(f"{tmp_path}/folder/file", b"x")
    files.write(f"{tmp_path}/file", b"x")
    for name, right in (("folder", "0755"), ("folder/file", "0644"), ("file", "0644")):
        assert (mode(tmp_path / name), os.listxattr(tmp_path / name)) == (right, [])


def test_a_file_is_replaced_at_one_stroke(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("old")
    with (tmp_path / "file").open() as reader:
        files.write(f"{tmp_path}/file", b"new")
        assert reader.read() == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_reading_follows_no_link_and_waits_for_no_writer(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    (tmp_path / "link").symlink_to("file")
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "folder").mkdir()
    assert files.read(f"{tmp_path}/file") == b"x"
    assert [files.read(f"{tmp_path}/{name}") for name in ("link", "pipe", "folder", "none")] == [None] * 4


@as_root
def test_nothing_is_read_in_a_folder_that_others_can_write(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    tmp_path.chmod(0o777)
    assert files.read(f"{tmp_path}/file") is None


def test_a_link_is_swapped_and_taken_away(tmp_path: Path) -> None:
    link = f"{tmp_path}/link"
    for target in ("one", "two"):
        files.point(link, target)
        assert files.leads(link) == target
    files.point(link, "")
    assert not os.path.lexists(link)


def test_folders_change_places(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        (tmp_path / name / name).touch()
    files.exchange(f"{tmp_path}/one", f"{tmp_path}/two")
    assert [(path.name, path.parent.name) for path in sorted(tmp_path.glob("*/*"))] == [("two", "one"), ("one", "two")]


def test_removing_takes_links_and_not_what_they_lead_to(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder/file").touch()
    (tmp_path / "link").symlink_to("folder")
    files.remove(f"{tmp_path}/link")
    assert (tmp_path / "folder/file").exists()
    files.remove(f"{tmp_path}/folder")
    files.remove(f"{tmp_path}/folder")
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_a_killed_run_has_only_made_is_settled(tmp_path: Path) -> None:
    (tmp_path / "ours").mkdir(mode=0o700)
    (tmp_path / "theirs").mkdir(mode=0o700)
    files.make_folder(f"{tmp_path}/ours", ours=True)
    files.make_folder(f"{tmp_path}/theirs")
    assert [mode(tmp_path / name) for name in ("ours", "theirs")] == ["0755", "0700"]
