"""The settings that were applied, whatever a release holds in their place."""

from __future__ import annotations

from pathlib import Path

import pytest

from plugin.admin import in_force
from plugin.click.settings import Settings


def ready(release: Path, text: str) -> Path:
    (release / ".compiled-1").mkdir()
    (release / ".compiled-1/settings.json").write_text(text)
    (release / "compiled").symlink_to(".compiled-1")
    return release


def test_those_that_were_applied_hold(tmp_path: Path) -> None:
    found = in_force.settings(str(ready(tmp_path, '{"timeout": 7, "webmail_port": 443}')))
    assert (found.timeout, found.webmail_port, found.label) == (7, 443, Settings().label)


def test_where_nothing_is_ready_made_the_defaults_hold(tmp_path: Path) -> None:
    assert in_force.settings(str(tmp_path)).values() == in_force.DEFAULTS


@pytest.mark.parametrize("text", ["", "{", "[]", "1", "null", '"timeout"'])
def test_what_cannot_be_read_is_none(tmp_path: Path, text: str) -> None:
    assert in_force.settings(str(ready(tmp_path, text))).values() == in_force.DEFAULTS


def test_a_setting_of_another_release_is_left_aside(tmp_path: Path) -> None:
    found = in_force.settings(str(ready(tmp_path, '{"values": 1, "theme": "x", "timeout": 7}')))
    assert found.values() == {**in_force.DEFAULTS, "timeout": 7}
