"""`--account NAME`: when a click is made, and when there is no use in one."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from plugin.admin import proof
from plugin.admin.programs import Failed
from tests.kit.jobs import blind


def test_without_a_name_there_is_none(tmp_path: Path) -> None:
    assert list(proof.of_account(blind(tmp_path, "check"), fit=True)) == []


def test_where_something_else_is_wrong_that_comes_first(tmp_path: Path) -> None:
    (found,) = proof.of_account(blind(tmp_path, "check", "--account", "alice"), fit=False)
    assert (found.level, found.text) == ("failure", "no click of alice was made: what is wrong above comes first")


@pytest.mark.parametrize("fit", [True, False])
def test_a_dry_run_only_says_what_would_be_done(tmp_path: Path, fit: bool) -> None:
    (found,) = proof.of_account(blind(tmp_path, "check", "--account", "alice", "--dry-run"), fit=fit)
    assert (found.level, found.text.partition(";")[0]) == ("ok", "with --dry-run no login of alice is made")


def test_as_a_step_it_is_loaded_before_anything_is_changed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "plugin.admin.account", raising=False)
    monkeypatch.delattr("plugin.admin.account", raising=False)
    proof.step(blind(tmp_path, "--account", "alice", themes=("jupiter",)))
    assert "plugin.admin.account" in sys.modules


def test_as_a_step_it_says_what_it_finds_and_fails_with_it(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    step = proof.step(blind(tmp_path, "--account", "alice", themes=("jupiter",)))
    with pytest.raises(Failed, match="no login to cPanel could be made for alice"):
        step.do()
    assert capfd.readouterr().out.startswith("failure  no login to cPanel could be made for alice")
