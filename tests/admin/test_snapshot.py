"""A few small files, put back as they were."""

from __future__ import annotations

import os
from pathlib import Path

from plugin.admin.snapshot import Snapshot
from tests.kit.account import as_root


def test_a_snapshot_puts_back_content_mode_and_time(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("old")
    file.chmod(0o640)
    before = file.stat()
    kept = Snapshot([str(file)])
    kept.take()
    file.unlink()
    file.write_text("new, and longer")
    kept.put_back()
    after = file.stat()
    assert file.read_text() == "old"
    assert (after.st_mode, after.st_uid, after.st_mtime_ns) == (before.st_mode, before.st_uid, before.st_mtime_ns)


def test_a_snapshot_takes_away_what_was_not_there(tmp_path: Path) -> None:
    kept = Snapshot([f"{tmp_path}/file"])
    kept.take()
    (tmp_path / "file").touch()
    kept.put_back()
    assert list(tmp_path.iterdir()) == []


def test_a_snapshot_leaves_alone_what_was_not_touched(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    before = (tmp_path / "file").stat()
    kept = Snapshot([f"{tmp_path}/file"])
    kept.take()
    kept.put_back()
    assert (tmp_path / "file").stat() == before


def test_a_snapshot_that_was_not_taken_touches_nothing(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    Snapshot([f"{tmp_path}/file"]).put_back()
    assert (tmp_path / "file").exists()


def test_a_file_that_is_lost_with_its_folder_is_put_back(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder/file").write_text("old")
    kept = Snapshot([f"{tmp_path}/folder/file"])
    kept.take()
    (tmp_path / "folder/file").unlink()
    (tmp_path / "folder").rmdir()
    kept.put_back()
    assert (tmp_path / "folder/file").read_text() == "old"


def test_a_change_of_mode_alone_is_put_back(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    (tmp_path / "file").chmod(0o600)
    kept = Snapshot([f"{tmp_path}/file"])
    kept.take()
    (tmp_path / "file").chmod(0o644)
    kept.put_back()
    assert (tmp_path / "file").stat().st_mode & 0o777 == 0o600


def test_another_file_of_the_same_content_is_put_back_too(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    os.utime(tmp_path / "file", ns=(0, 1))
    kept = Snapshot([f"{tmp_path}/file"])
    kept.take()
    (tmp_path / "other").write_text("x")
    (tmp_path / "other").rename(tmp_path / "file")
    kept.put_back()
    assert (tmp_path / "file").stat().st_mtime_ns == 1


@as_root
def test_the_owner_is_put_back(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    os.chown(tmp_path / "file", 65533, 65532)
    kept = Snapshot([f"{tmp_path}/file"])
    kept.take()
    (tmp_path / "file").unlink()
    kept.put_back()
    assert ((tmp_path / "file").stat().st_uid, (tmp_path / "file").stat().st_gid) == (65533, 65532)


def test_it_takes_what_is_there_at_that_moment_and_not_before(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("early")
    kept = Snapshot([f"{tmp_path}/file"])
    (tmp_path / "file").write_text("then")
    kept.take()
    (tmp_path / "file").write_text("later")
    kept.put_back()
    assert (tmp_path / "file").read_text() == "then"
