"""A provider's name, colour and logo on the pages, as they stand up in Chromium."""

from __future__ import annotations

from importlib.resources import files
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import pytest

from tests.kit import pages
from tests.kit.browser import TOO_WIDE
from tests.kit.languages import TAGS
from tests.kit.long import long
from tests.kit.pages import MOST_BYTES
from tests.screenshots import STATES, show

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

browser_test = pytest.mark.browser
LONG: dict[str, Any] = {"brand": "Gesellschaft für Netzdienste mbH & Co.KG", "colour": "#ffd400"}


@pytest.mark.parametrize("tag", TAGS)
def test_with_a_name_and_a_colour_no_page_is_larger_than_8_kb(tag: str) -> None:
    session = pages.SESSION[:512]  # five times as long as cPanel's are
    made = [pages.response(outcome, tag, cpsess=session, **LONG) for outcome in pages.OUTCOMES]
    assert max(len(each.body.encode()) for each in made) <= MOST_BYTES


@pytest.mark.parametrize("outcome", pages.OUTCOMES)
def test_every_page_has_the_name_the_colour_and_the_logo(outcome: str) -> None:
    body = pages.response(outcome, **pages.BRAND).body
    assert [
        word for word in ("Example Hosting", "--blue:#c8102e", 'src="data:image/svg+xml;base64,') if word not in body
    ] == []


@browser_test
@pytest.mark.parametrize("tag", ["en", "ar"])
def test_nothing_overflows_at_320_pixels(phone: Page, address: str, tag: str) -> None:
    for state in STATES:
        if state != "no-script":
            show(phone, address, state, tag, brand=True)
            assert phone.evaluate(TOO_WIDE) == [], state
    phone.goto(f"{address}/uapi-timeout?{urlencode({**LONG, 'tag': tag})}")
    assert phone.evaluate(TOO_WIDE) == []


@browser_test
def test_the_policy_lets_the_logo_through(phone: Page, address: str) -> None:
    said: list[str] = []
    phone.on("console", lambda message: said.append(message.text))
    show(phone, address, "signed-in", "en", brand=True)
    assert phone.evaluate("document.querySelector('header img').naturalWidth") == 96
    assert said == []


@browser_test
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("tag", ["ar", *long("en")])
def test_axe_finds_nothing(browser: Browser, address: str, tag: str, scheme: str) -> None:
    axe = files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8")
    context = browser.new_context(
        color_scheme="dark" if scheme == "dark" else "light", bypass_csp=True, reduced_motion="reduce"
    )
    pages.stay(context)
    page = context.new_page()
    for state in ("signed-in", "slow", "used", "uapi-refused"):
        show(page, address, state, tag, brand=True)
        page.evaluate(axe)
        found = page.evaluate("axe.run().then(result => [result.violations, result.passes.length])")
        assert found[0] == [], state
        assert found[1] > 10, state
    context.close()
