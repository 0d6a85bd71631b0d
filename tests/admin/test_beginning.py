"""What every plan begins with: the leftovers of a run that was ended, and copies of what may change."""

from __future__ import annotations

from pathlib import Path

import pytest

from plugin.admin import beginning
from plugin.admin.job import Job
from tests.kit.jobs import blind

CPANEL = "usr/local/cpanel"
BASE = f"{CPANEL}/3rdparty/webmail-signin"
THEME = f"{CPANEL}/base/frontend/jupiter"
LEFT = [
    f"{CPANEL}/3rdparty/.webmail-signin.gone",
    f"{BASE}/.current.new",
    f"{BASE}/.previous.new",
    f"{BASE}/.record.new",
    f"{BASE}/releases/.staged-1.1.0",
    f"{BASE}/releases/1.0.0/.compiled.new",
    f"{THEME}/webmail_signin/.index.live.cgi.new",
    f"{CPANEL}/base/frontend/paper/webmail_signin/.index.live.cgi.new",
    f"{THEME}/dynamicui/.dynamicui_webmail_signin.conf.new",
    f"{THEME}/assets/application_icons/.webmail_signin.svg.new",
    f"{CPANEL}/whostmgr/addonfeatures/.webmail_signin.new",
    "etc/webmail-signin/.config.yaml.new",
]
OURS = [
    f"{BASE}/current",
    f"{BASE}/record",
    f"{BASE}/releases/1.0.0/compiled",
    f"{THEME}/webmail_signin/index.live.cgi",
    f"{THEME}/webmail_signin/.htaccess",
    f"{THEME}/dynamicui/.dynamicui_other.conf.new",
    "etc/webmail-signin/config.yaml",
]


def touch(root: Path, *names: str) -> None:
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).touch()


@pytest.fixture
def job(tmp_path: Path) -> Job:
    return blind(tmp_path, themes=("jupiter",))


@pytest.mark.parametrize("name", LEFT)
def test_what_only_a_run_that_was_ended_leaves_is_left_over(job: Job, tmp_path: Path, name: str) -> None:
    touch(tmp_path, name)
    assert beginning.leftovers(job) == [f"{tmp_path}/{name}"]


@pytest.mark.parametrize("name", OURS)
def test_what_is_in_use_or_somebody_elses_is_not(job: Job, tmp_path: Path, name: str) -> None:
    touch(tmp_path, name)
    assert beginning.leftovers(job) == []


def test_a_link_that_leads_nowhere_is_left_over_too(job: Job, tmp_path: Path) -> None:
    (tmp_path / BASE).mkdir(parents=True)
    (tmp_path / BASE / ".current.new").symlink_to("releases/9")
    assert beginning.leftovers(job) == [f"{tmp_path}/{BASE}/.current.new"]


def test_a_root_with_a_pattern_in_its_name_is_taken_as_it_stands(tmp_path: Path) -> None:
    touch(tmp_path / "a[b]*", LEFT[4])
    touch(tmp_path / "ab", LEFT[4])
    assert beginning.leftovers(blind(tmp_path / "a[b]*")) == [f"{tmp_path}/a[b]*/{LEFT[4]}"]


def test_they_go_first(job: Job, tmp_path: Path) -> None:
    touch(tmp_path, *LEFT)
    beginning.steps(job)[0].do()
    assert beginning.leftovers(job) == []


def test_without_any_there_is_only_the_copy(job: Job) -> None:
    assert [step.text for step in beginning.steps(job)] == ["keep a copy of what may change"]


def test_undoing_puts_back_small_files_and_removes_folders_that_were_not_there(tmp_path: Path) -> None:
    touch(tmp_path, f"{THEME}/dynamicui/dynamicui_webmail_signin.conf")
    job = blind(tmp_path, themes=("jupiter",), absent=(f"{tmp_path}/{THEME}/webmail_signin",))
    (keep,) = beginning.steps(job)
    keep.do()
    (tmp_path / THEME / "dynamicui/dynamicui_webmail_signin.conf").write_text("changed")
    touch(tmp_path, f"{THEME}/webmail_signin/index.live.cgi")
    keep.undo()
    assert (tmp_path / THEME / "dynamicui/dynamicui_webmail_signin.conf").read_text() == ""
    assert not (tmp_path / THEME / "webmail_signin").exists()
