"""advice: own templates that are in order, and yet not what was meant or no longer up to date."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from plugin.ready import advice
from plugin.ready.drawing import Drawing
from plugin.ready.places import Places
from plugin.ready.sources import Sources, Text


def written(own: dict[str, str], unused: tuple[str, ...] = (), **ours: str) -> Sources:
    """Own templates by their names, and ours by theirs without .html."""
    mine = {name: Text(f"/own/{name}", text) for name, text in own.items()}
    theirs = {f"{name}.html": Text(f"/ours/{name}.html", text) for name, text in ours.items()}
    locales = {"en": [Text("/ours/locale/en.yaml", "")]}
    return Sources(None, theirs, mine, locales, [(f"/own/{name}", name) for name in unused], [])


def unused(sources: Sources) -> list[str]:
    return list(advice.unused(Drawing(sources, {}), sources))


def test_an_own_template_in_the_place_of_one_of_ours_is_used() -> None:
    assert unused(written({"error.html": ""}, error="")) == []


def test_one_that_is_included_is_used() -> None:
    sources = written({"error.html": '{% include "parts/foot.html" %}', "parts/foot.html": ""}, error="")
    assert unused(sources) == []


def test_one_with_a_slip_of_the_pen_is_told_what_may_be_meant() -> None:
    assert unused(written({"singin.html": ""}, error="", signin="")) == [
        "/own/singin.html takes the place of none of ours and no template needs it; did you mean signin.html?"
    ]


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("error.htm", "did you mean error.html?"),
        ("locale/en.yml", "did you mean locale/en.yaml?"),
        ("notes", "templates end in .html, sentences are locale/TAG.yaml"),
    ],
)
def test_any_other_file_is_told_too(name: str, meant: str) -> None:
    assert unused(written({}, (name,), error="")) == [f"/own/{name} is not used; {meant}"]


@pytest.fixture
def places(tmp_path: Path) -> Places:
    release = tmp_path / "releases/1.1.0"
    (release / "compiled").mkdir(parents=True)
    (tmp_path / "releases/1.0.0/compiled").mkdir(parents=True)
    (tmp_path / "current").symlink_to("releases/1.0.0")
    return Places(str(release), str(tmp_path))


def record(places: Places, version: str, sums: advice.Sums) -> None:
    Path(places.release, "..", version, "compiled", advice.NAME).write_text(json.dumps(sums))


def told(places: Places, sources: Sources) -> list[str]:
    return list(advice.older(sources, advice.made_for(places, sources)))


OWN = {"error.html": "own"}


def test_a_new_own_template_is_taken_to_be_made_for_ours(places: Places) -> None:
    assert told(places, written(OWN, error="ours")) == []


def test_when_ours_has_changed_and_it_has_not_that_is_told(places: Places) -> None:
    record(places, "1.0.0", advice.made_for(places, written(OWN, error="ours")))
    (said,) = told(places, written(OWN, error="ours, changed"))
    assert said.startswith("/own/error.html was made for an earlier error.html: compare it with /ours/error.html")


def test_it_is_told_again_until_the_own_one_changes(places: Places) -> None:
    record(places, "1.0.0", advice.made_for(places, written(OWN, error="ours")))
    record(places, "1.1.0", advice.made_for(places, written(OWN, error="ours, changed")))
    assert told(places, written(OWN, error="ours, changed")) != []
    assert told(places, written({"error.html": "own, changed"}, error="ours, changed")) == []


def test_going_back_to_the_release_that_it_was_made_for_says_nothing(places: Places) -> None:
    record(places, "1.0.0", advice.made_for(places, written(OWN, error="ours")))
    record(places, "1.1.0", advice.made_for(places, written(OWN, error="ours, changed")))
    assert told(Places(places.release.replace("1.1.0", "1.0.0"), places.root), written(OWN, error="ours")) == []


def test_what_was_edited_while_the_other_release_was_in_use_was_made_for_that(places: Places) -> None:
    record(places, "1.1.0", advice.made_for(places, written(OWN, error="ours, changed")))
    later = {"error.html": "own, changed"}
    record(places, "1.0.0", advice.made_for(places, written(later, error="ours")))
    assert told(places, written(later, error="ours, changed")) != []


@pytest.mark.parametrize("text", ["", "[]", "{", '{"error.html": 1}', '{"error.html": ["a"]}', "\xff"])
def test_a_record_that_cannot_be_understood_is_as_none(places: Places, text: str) -> None:
    Path(places.compiled, advice.NAME).write_text(text, encoding="latin-1")
    assert told(places, written(OWN, error="ours")) == []
