"""validate: all that an administrator can edit, and every problem at once."""

from __future__ import annotations

from pathlib import Path

import pytest

from plugin.ready import validate
from plugin.ready.places import Places
from tests.kit.folders import CHECKOUT

SAID = ("config.yaml:1: order: ", "error.html:1: ", "locale/en.yaml:1: ")


@pytest.fixture
def places(tmp_path: Path) -> Places:
    """A staged tree with our own templates, in English alone, and nothing of the provider's yet."""
    release = tmp_path / "usr/local/cpanel/3rdparty/webmail-signin/releases/1.0.0"
    (release / "templates/locale").mkdir(parents=True)
    for file in [*(CHECKOUT / "templates").glob("*.html"), CHECKOUT / "templates/locale/en.yaml"]:
        (release / file.relative_to(CHECKOUT)).symlink_to(file)
    (release / "plugin").symlink_to(CHECKOUT / "plugin")
    return Places(str(release))


def write(places: Places, name: str, text: str) -> None:
    file = Path(places.own_templates, name)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)


def told(places: Places, last_good: bool = False) -> list[str]:
    return [str(problem) for problem in validate.check(places, last_good).problems]


def test_what_we_bring_is_fit(places: Places) -> None:
    checked = validate.check(places)
    assert (checked.problems, checked.advice(), list(checked.sentences)) == ([], [], ["en"])


def test_problems_of_every_kind_are_told_at_once(places: Places) -> None:
    write(places, "../config.yaml", "order: x\n")
    write(places, "error.html", "{% if %}")
    write(places, "locale/en.yaml", "nonsense: x\n")
    found = told(places)
    assert sorted(SAID) == sorted(said for said in SAID for line in found if said in line)
    assert len(found) == len(SAID)


@pytest.mark.parametrize("damage", ["{", 'link.open: "', "- a\n"])
def test_where_our_english_is_damaged_that_alone_is_told_of_the_sentences(places: Places, damage: str) -> None:
    file = Path(places.templates, "locale/en.yaml")
    file.unlink()
    file.write_text(damage)
    write(places, "locale/xy.yaml", 'lang: "xy"\nlink.open: "x"\n')
    found = told(places)
    assert [line.startswith(f"{file}:") for line in found] == [True]


def test_a_page_is_drawn_although_a_setting_does_not_hold(places: Places) -> None:
    write(places, "../config.yaml", "order: x\n")
    write(places, "error.html", "<html>no outcome")
    assert [line.rpartition("/")[2][:12] for line in told(places)] == ["config.yaml:", "error.html: "]


def test_a_logo_may_stand_in_an_own_template_too(places: Places) -> None:
    logo = Path(places.root, "etc/logo.svg")
    write(places, "../config.yaml", "logo: /etc/logo.svg\n")
    logo.write_text('<svg xmlns="http://www.w3.org/2000/svg"/>')
    write(places, "support.html", '<img src="{{ logo }}" alt="">')
    assert told(places) == []


def test_settings_that_nothing_can_take_the_place_of_are_problems_whatever_is_asked(places: Places) -> None:
    write(places, "../config.yaml", "order: x\n")
    assert len(told(places, last_good=True)) == 1
