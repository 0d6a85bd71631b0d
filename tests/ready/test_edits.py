"""edits: by which file the ready-made files would be others now."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from plugin.ready import edits, generation
from plugin.ready.places import Places

SOME = {"settings.json": b"{}", "templates/t61.py": b"x = 1\n", "registration/icon.svg": b"<svg/>"}
PICTURES = {"settings.json": json.dumps({"icon": "/etc/icon.svg", "logo": "/etc/logo.svg"}).encode()}


@pytest.fixture
def places(tmp_path: Path) -> Places:
    release = tmp_path / "releases/1.0.0"
    release.mkdir(parents=True)
    return Places(str(release), str(tmp_path))


def told(places: Places, before: dict[str, bytes], changed: dict[str, bytes]) -> list[str]:
    generation.make(places, {**SOME, **before})
    said = edits.edited(places, {**SOME, **before, **changed})
    assert all(line.endswith(" was edited but not applied") for line in said)
    return [line[: -len(" was edited but not applied")] for line in said]


ICON, TEMPLATE, LANGUAGE = (
    {"registration/icon.svg": b"<svg />"},
    {"templates/t61.py": b"x = 2\n"},
    {"locale/de.json": b"{}"},
)


def test_what_is_the_same_was_not_edited(places: Places) -> None:
    assert told(places, PICTURES, {}) == []
    assert told(places, {}, {"own.json": b"{}"}) == []  # only a record


def test_the_settings_are_named(places: Places) -> None:
    assert told(places, {}, {"settings.json": b'{"order": 2}'}) == [places.config]


def test_an_icon_is_named_by_its_own_path(places: Places) -> None:
    assert told(places, PICTURES, ICON) == ["/etc/icon.svg"]


@pytest.mark.parametrize("changed", [TEMPLATE, LANGUAGE], ids=["a template", "a language"])
def test_templates_and_sentences_are_named_by_their_folder(places: Places, changed: dict[str, bytes]) -> None:
    assert told(places, {}, changed) == [places.own_templates]


def test_a_logo_is_named_which_is_drawn_into_the_templates(places: Places) -> None:
    assert told(places, PICTURES, TEMPLATE) == ["/etc/logo.svg"]
    Path(places.own_templates).mkdir(parents=True)
    assert told(places, PICTURES, TEMPLATE) == [f"{places.own_templates} or /etc/logo.svg"]


def test_settings_that_change_the_pages_are_named_once(places: Places) -> None:
    assert told(places, {}, {"settings.json": b'{"brand": "x"}', **TEMPLATE}) == [places.config]


def test_a_release_that_was_never_made_ready_is_told(places: Places) -> None:
    assert edits.edited(places, SOME) == [f"{places.compiled} is missing, so that no click works"]
