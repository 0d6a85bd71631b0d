"""One colour of the provider's, made readable on the page: in light and in dark. Pure."""

from __future__ import annotations

import re

Colour = tuple[int, int, int]

HEX = re.compile("#[0-9a-fA-F]{3}(?:[0-9a-fA-F]{3})?")
READABLE = 4.5  # WCAG 2.2, 1.4.3: the contrast of text
HOVER = 1.1  # how much brighter base.html makes a button under the pointer
STEPS = 100

# What base.html has in each scheme: its card, the quiet text, and where a colour goes to be readable.
SCHEMES = {
    "light": ((255, 255, 255), (0x56, 0x63, 0x70), (0, 0, 0)),
    "dark": ((0x19, 0x22, 0x2C), (0xA6, 0xB3, 0xC0), (255, 255, 255)),
}


def parse(text: str) -> Colour:
    """Of ``#rgb`` or ``#rrggbb``."""
    digits = text[1:] if len(text) == 7 else "".join(digit * 2 for digit in text[1:])
    return int(digits[:2], 16), int(digits[2:4], 16), int(digits[4:], 16)


def written(colour: Colour) -> str:
    return "#" + "".join(f"{part:02x}" for part in colour)


def luminance(colour: Colour) -> float:
    """Relative luminance (WCAG 2.2)."""
    linear = [part / 255 / 12.92 if part <= 10 else ((part / 255 + 0.055) / 1.055) ** 2.4 for part in colour]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: Colour, other: Colour) -> float:
    """From 1 to 21 (WCAG 2.2)."""
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def mixed(one: Colour, other: Colour, share: float) -> Colour:
    """`one` with a `share` of `other`, from 0 to 1."""
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(one, other))
    return red, green, blue


def brighter(colour: Colour) -> Colour:
    red, green, blue = (min(255, round(part * HOVER)) for part in colour)
    return red, green, blue


def derived(given: Colour, card: Colour, quiet: Colour, towards: Colour) -> tuple[Colour, Colour]:
    """The colour of links and buttons, no further from `given` than needed, and a tint of the card.

    Both as text on the card and as a button with text in the card's colour, also under the pointer; the tint as a
    background of quiet text and of drawings in that colour.
    """
    for step in range(STEPS + 1):
        strong = mixed(given, towards, step / STEPS)
        if min(contrast(strong, card), contrast(brighter(strong), card)) >= READABLE:
            break
    for step in range(STEPS + 1):
        tint = mixed(card, strong, 0.12 * (1 - step / STEPS))
        if contrast(tint, quiet) >= READABLE:
            break
    return strong, tint


def palette(text: str | None) -> dict[str, dict[str, str]]:
    """By scheme: what base.html takes in place of its own colours; empty without a colour."""
    if text is None:
        return {scheme: {"strong": "", "tint": ""} for scheme in SCHEMES}
    found = {scheme: derived(parse(text), *ground) for scheme, ground in SCHEMES.items()}
    return {scheme: {"strong": written(strong), "tint": written(tint)} for scheme, (strong, tint) in found.items()}
