"""The settings' file: written once, never over an edit, and what stays when the plugin goes."""

from __future__ import annotations

from pathlib import Path

import pytest

from plugin.admin import configuration
from plugin.admin.job import Job
from plugin.admin.server import ID
from tests.kit.jobs import blind

Captured = pytest.CaptureFixture[str]


@pytest.fixture
def job(tmp_path: Path) -> Job:
    """With a source that has settings to write."""
    ours = tmp_path / "source/plugin/admin/registration/config.yaml"
    ours.parent.mkdir(parents=True)
    ours.write_text("# ours\n")
    return blind(tmp_path, "uninstall")


def config(job: Job) -> Path:
    return Path(job.server.config)


def test_it_is_written_with_the_folders_above_it(job: Job) -> None:
    configuration.write(job).do()
    assert (config(job).read_text(), config(job).stat().st_mode & 0o777) == ("# ours\n", 0o644)


def test_writing_is_undone(job: Job) -> None:
    step = configuration.write(job)
    step.do()
    step.undo()
    assert not config(job).exists()


def test_what_somebody_has_written_into_it_meanwhile_stays(job: Job) -> None:
    step = configuration.write(job)
    step.do()
    config(job).write_text("timeout: 7\n")
    step.undo()
    assert config(job).read_text() == "timeout: 7\n"


def test_removing_is_undone(job: Job) -> None:
    config(job).parent.mkdir(parents=True)
    config(job).write_text("timeout: 7\n")
    step = configuration.remove(job)
    step.do()
    assert not config(job).exists()
    step.undo()
    assert config(job).read_text() == "timeout: 7\n"


def said(job: Job, capfd: Captured) -> list[str]:
    configuration.say_what_stays(job)
    return [line.strip() for line in capfd.readouterr().out.splitlines()]


def test_all_that_stays_is_named(job: Job, capfd: Captured) -> None:
    config(job).parent.mkdir(parents=True)
    config(job).touch()
    (config(job).parent / "templates").mkdir()
    assert said(job, capfd) == [
        f"{job.server.config} stays; --purge removes it",
        f"{job.server.etc}/templates stays, it is yours",
    ]


def test_what_is_purged_does_not_stay(job: Job, tmp_path: Path, capfd: Captured) -> None:
    config(job).parent.mkdir(parents=True)
    config(job).touch()
    assert said(blind(tmp_path, "uninstall", "--purge"), capfd) == []


def test_a_feature_list_that_keeps_us_off_is_named(job: Job, tmp_path: Path, capfd: Captured) -> None:
    (tmp_path / "var/cpanel/features").mkdir(parents=True)
    (tmp_path / "var/cpanel/features/mine").write_text(f"{ID}=0\n")
    assert said(job, capfd) == [f"the feature list mine keeps {ID}=0, which without the plugin means nothing"]


def test_where_nothing_stays_nothing_is_said(job: Job, capfd: Captured) -> None:
    assert said(job, capfd) == []
