"""Pictures of every page for people to look at: ``python -m tests.screenshots FOLDER``.

README=1 also makes the ones that README.md shows anew.
"""

from __future__ import annotations

import itertools
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from playwright.sync_api import sync_playwright

from tests.kit import browser, pages

if TYPE_CHECKING:
    from collections.abc import Sequence

    from playwright.sync_api import Browser, Page

LOCALES = sorted(pages.SOURCES.locales)
SOME = ("en", "ar", "ja", "de")  # on the screens that are wider than the narrowest
SIZES = {"phone-320": (320, 568), "phone-390": (390, 844), "desktop": (1280, 800)}
SCHEMES = ("light", "dark")
STATES = (*pages.OUTCOMES, "slow", "used", "no-script")
#: What README.md shows: the state of each of its pictures.
README = {"signin": "signed-in", "error": "uapi-refused", "back": "used", "choose": "choose"}
PICTURES = pages.CHECKOUT / "tests/pictures"


def show(page: Page, address: str, state: str, tag: str, brand: bool = False) -> None:
    """Bring the page into a state: an outcome, or what becomes of `signed-in`; with a provider's brand or without."""
    outcome = state if state in pages.OUTCOMES else "signed-in"
    seconds = 0.05 if state == "slow" else 120
    words = {"tag": tag, "slow_after": seconds, **(pages.BRAND if brand else {})}
    page.goto(f"{address}/{outcome}?{urlencode(words)}")
    if state == "signed-in":
        page.wait_for_selector("body.busy")
    if state == "slow":
        page.wait_for_selector("[role=status] h2")
    if state == "used":
        page.evaluate('dispatchEvent(new PageTransitionEvent("pageshow", {persisted: true}))')
        page.wait_for_selector("details")


def take(running: Browser, address: str, folder: Path, scheme: str, size: str, scripts: bool) -> None:
    """All states in the languages of one kind of screen."""
    width, height = SIZES[size]
    context = running.new_context(
        viewport={"width": width, "height": height},
        color_scheme="dark" if scheme == "dark" else "light",
        reduced_motion="reduce",
        java_script_enabled=scripts,
    )
    pages.stay(context)
    page = context.new_page()
    for (tag, brand), state in itertools.product(pictured(size), STATES):
        if (state != "no-script") == scripts:
            show(page, address, state, tag, bool(brand))
            page.screenshot(path=folder / f"{state}.{tag}.{size}.{scheme}{brand}.png", full_page=True)
    context.close()


def for_readme(running: Browser, address: str) -> None:
    context = running.new_context(viewport={"width": 390, "height": 640}, reduced_motion="reduce")
    pages.stay(context)
    page = context.new_page()
    for name, state in README.items():
        show(page, address, state, "en")
        page.screenshot(path=PICTURES / f"{name}.png")
    context.close()


def pictured(size: str) -> Sequence[tuple[str, str]]:
    """Languages, and what the files are called with a provider's brand and without."""
    return [(tag, "") for tag in (LOCALES if size == "phone-320" else SOME)] + [(tag, ".brand") for tag in SOME]


def index(scheme: str) -> str:
    """A page on which the pictures of each language stand in a row, to read a language in all its states."""
    rows = "".join(
        f"<h2>{tag}</h2><p>" + "".join(f'<img src="{state}.{tag}.phone-320.{scheme}.png">' for state in STATES) + "</p>"
        for tag in LOCALES
    )
    style = "p{display:flex;gap:1rem;overflow-x:auto;align-items:start}body{background:#888}"
    return f'<!DOCTYPE html><meta charset="utf-8"><style>{style}</style>{rows}'


def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    with pages.served() as address, sync_playwright() as playwright, browser.chromium(playwright) as running:
        if os.environ.get("README") == "1":
            for_readme(running, address)
        for kind in itertools.product(SCHEMES, SIZES, (True, False)):
            take(running, address, folder, *kind)
    for scheme in SCHEMES:
        (folder / f"index.{scheme}.html").write_text(index(scheme), encoding="utf-8")
    print(f"{sum(len(pictured(size)) for size in SIZES) * len(STATES) * len(SCHEMES)} pictures in {folder}")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
