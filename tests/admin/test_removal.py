"""What `uninstall` does, as a list of steps: all of it, or one theme of several."""

from __future__ import annotations

from pathlib import Path

import pytest

from plugin.admin import removal
from plugin.admin.job import Job
from plugin.admin.server import Record
from tests.kit.jobs import blind
from tests.kit.programs import printing, program


def at(root: Path, *words: str, themes: tuple[str, ...] = ("jupiter",), base: bool = True) -> Job:
    """As `look` has found it: in two themes."""
    job = blind(root, "uninstall", *words, themes=themes)
    if base:
        Path(job.server.base).mkdir(parents=True)
    record = Record(("jupiter", "paper"), ("etc",), "/usr/bin/python3")
    return job._replace(installed=job.installed._replace(record=record))


def steps(job: Job) -> list[str]:
    """What each does, but for where."""
    return [step.text.replace(f"{job.server.root}/", "/") for step in removal.uninstall(job).steps[1:]]


PAGE = "remove the page from /usr/local/cpanel/base/frontend/{}/webmail_signin"
ALL = [
    "unregister the icon from jupiter",
    PAGE.format("jupiter"),
    "unregister the icon from paper",
    PAGE.format("paper"),
]
BASE = "/usr/local/cpanel/3rdparty/webmail-signin"


def test_with_its_last_themes_the_program_goes_after_all_that_needs_it(tmp_path: Path) -> None:
    assert steps(at(tmp_path, themes=("jupiter", "paper"))) == [*ALL, f"remove {BASE}"]


def test_while_a_theme_remains_so_does_the_program(tmp_path: Path) -> None:
    assert steps(at(tmp_path)) == [*ALL[:2], f"record what is installed in {BASE}/record"]


def test_what_remains_is_recorded_with_all_the_rest(tmp_path: Path) -> None:
    job = at(tmp_path)
    removal.uninstall(job).steps[-1].do()
    assert Record.parse(Path(job.server.record).read_text()) == Record(("paper",), ("etc",), "/usr/bin/python3")


def test_where_the_program_is_lost_the_rest_goes(tmp_path: Path) -> None:
    assert steps(at(tmp_path, themes=("jupiter", "paper"), base=False)) == ALL


@pytest.mark.parametrize(("themes", "goes"), [(("jupiter", "paper"), True), (("jupiter",), False)])
def test_the_hook_goes_first_and_with_the_last_theme(tmp_path: Path, themes: tuple[str, ...], goes: bool) -> None:
    job = at(tmp_path, themes=themes)
    Path(job.server.manage_hooks).parent.mkdir()
    program(Path(job.server.manage_hooks), printing({"System": {"upcp": [{"hook": job.server.hook}]}}))
    assert (steps(job)[0] == "remove the hook after cPanel updates") is goes


@pytest.mark.parametrize(("words", "goes"), [(["--purge"], True), ([], False)])
def test_settings_go_only_where_that_is_asked_for(tmp_path: Path, words: list[str], goes: bool) -> None:
    job = at(tmp_path, *words, themes=("jupiter", "paper"))
    Path(job.server.etc).mkdir(parents=True)
    Path(job.server.config).touch()
    assert (steps(job)[-1] == "remove /etc/webmail-signin/config.yaml") is goes


def test_the_program_is_set_aside_by_one_rename_and_put_back_by_one(tmp_path: Path) -> None:
    job = at(tmp_path)
    (Path(job.server.base) / "file").touch()
    step = removal.set_aside(job)
    step.do()
    assert (Path(job.server.base).exists(), (Path(job.server.gone) / "file").exists()) == (False, True)
    step.undo()
    assert (Path(job.server.gone).exists(), (Path(job.server.base) / "file").exists()) == (False, True)


def test_undoing_what_was_not_set_aside_changes_nothing(tmp_path: Path) -> None:
    job = at(tmp_path)
    removal.set_aside(job).undo()
    assert Path(job.server.base).is_dir()
