"""colours: whatever colour a provider has, what is on the page can be read."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plugin.ready import colours
from tests.kit import pages

Scheme = tuple[colours.Colour, colours.Colour, colours.Colour]
part = st.integers(0, 255)


def test_contrast_is_as_wcag_has_it() -> None:
    assert colours.contrast((0, 0, 0), (255, 255, 255)) == pytest.approx(21)
    assert colours.contrast((0x77, 0x77, 0x77), (255, 255, 255)) == pytest.approx(4.48, abs=0.005)
    assert colours.contrast((18, 52, 86), (18, 52, 86)) == 1


@pytest.mark.parametrize(
    ("text", "colour"), [("#0a5fb4", (10, 95, 180)), ("#FFF", (255, 255, 255)), ("#05b", (0, 85, 187))]
)
def test_a_colour_is_read_with_three_digits_or_six(text: str, colour: colours.Colour) -> None:
    assert colours.parse(text) == colour


@pytest.mark.parametrize("scheme", colours.SCHEMES.values(), ids=colours.SCHEMES)
@given(given_=st.tuples(part, part, part))
def test_every_text_in_every_colour_has_a_contrast_of_4_5(
    scheme: tuple[colours.Colour, ...], given_: colours.Colour
) -> None:
    card, quiet, towards = scheme
    strong, tint = colours.derived(given_, card, quiet, towards)
    pairs = {
        "a link": (strong, card),
        "under the pointer": (colours.brighter(strong), card),
        "a busy button": (tint, quiet),
    }
    assert {where: pair for where, pair in pairs.items() if colours.contrast(*pair) < 4.5} == {}
    assert colours.contrast(strong, tint) >= 3  # a drawing (WCAG 2.2, 1.4.11)


def test_a_colour_that_can_be_read_stays_as_it_is() -> None:
    assert colours.derived((0x0A, 0x5F, 0xB4), *colours.SCHEMES["light"])[0] == (0x0A, 0x5F, 0xB4)


def test_without_a_colour_the_page_keeps_its_own() -> None:
    assert colours.palette(None)["dark"] == {"strong": "", "tint": ""}


def test_the_schemes_are_those_of_the_page() -> None:
    style = pages.SOURCES.ours["base.html"].text
    found = re.findall("--card:(#[0-9a-f]+);.*--quiet:(#[0-9a-f]+);", style)
    assert [tuple(map(colours.parse, pair)) for pair in found] == [scheme[:2] for scheme in colours.SCHEMES.values()]
    assert f"brightness({colours.HOVER})" in style
