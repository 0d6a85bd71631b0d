"""generation: a new folder for each making, all or nothing, and a link that is swapped to it."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from plugin.click.settings import Settings
from plugin.ready import generation
from plugin.ready.places import Places

SOME = {"settings.json": b"{}", "templates/t61.py": b"x = 1\n", "registration/icon.svg": b"<svg/>"}


@pytest.fixture
def places(tmp_path: Path) -> Places:
    release = tmp_path / "releases/1.0.0"
    release.mkdir(parents=True)
    return Places(str(release), str(tmp_path))


def generations(places: Places) -> list[str]:
    return sorted(name for name in os.listdir(places.release) if name.startswith(generation.PREFIX))


def test_all_that_is_given_lies_behind_the_link(places: Places) -> None:
    generation.make(places, SOME)
    assert generation.contents(places.compiled) == SOME


def test_the_link_is_relative_so_that_the_tree_may_be_moved(places: Places) -> None:
    generation.make(places, SOME)
    assert "/" not in os.readlink(places.compiled)


def test_the_one_before_is_kept_and_older_ones_are_dropped(places: Places) -> None:
    made = []
    for number in range(3):
        generation.make(places, {**SOME, "settings.json": b"%d" % number})
        made.append(os.readlink(places.compiled))
    assert generations(places) == sorted(made[1:])


def test_the_same_again_changes_nothing(places: Places) -> None:
    for settings in (b"{}", b"[]", b"[]"):
        before = generations(places)
        generation.make(places, {**SOME, "settings.json": settings})
    assert generations(places) == before


@pytest.mark.parametrize("name", ["settings.json", "templates/t61.py", "templates/__pycache__"])
def test_what_is_damaged_is_made_anew(places: Places, name: str) -> None:
    generation.make(places, SOME)
    fresh = generation.everything(places.compiled)
    Path(places.compiled, name).chmod(0o700)
    for file in Path(places.compiled).rglob("*.pyc"):
        file.write_bytes(b"damaged")
    generation.make(places, SOME)
    assert generation.everything(places.compiled) == fresh


def test_what_an_interrupted_run_left_is_dropped(places: Places) -> None:
    Path(places.release, ".compiled-left/templates").mkdir(parents=True)
    os.symlink(".compiled-gone", f"{places.release}/.compiled-left.link")
    generation.make(places, SOME)
    assert generations(places) == [os.readlink(places.compiled)]


def test_bytecode_is_there_for_each_template(places: Places) -> None:
    generation.make(places, SOME)
    assert [path.name.split(".")[0] for path in Path(places.compiled, "templates").rglob("*.pyc")] == ["t61"]


def test_a_making_that_fails_leaves_the_last_one_and_nothing_else(places: Places) -> None:
    generation.make(places, SOME)
    before = generations(places)
    with pytest.raises(OSError):
        generation.make(places, {**SOME, "settings.json/inside": b""})
    assert generations(places) == before


def test_install_json_is_as_the_panel_wants_it() -> None:
    assert json.loads(generation.install_json(Settings(), "icon.svg")) == [
        {
            "type": "link",
            "id": "webmail_signin",
            "name": "Open Webmail",
            "icon": "icon.svg",
            "group_id": "email",
            "order": 1,
            "uri": "webmail_signin/index.live.cgi",
            "target": "_blank",
            "feature": "webmail_signin",
            "featuremanager": True,
            "search_text": "webmail email mail inbox roundcube",
        }
    ]


def test_install_json_follows_the_settings() -> None:
    chosen = Settings({"label": "Post", "group": "preferences", "order": 9, "new_tab": False})
    (link,) = json.loads(generation.install_json(chosen, "icon.png"))
    assert [link[key] for key in ("name", "group_id", "order", "target", "icon")] == [
        "Post", "preferences", 9, "_self", "icon.png",
    ]  # fmt: skip
