"""Chromium, to look at the pages with."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import sync_playwright

from tests.kit import pages
from tests.kit.browser import chromium

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright, chromium(playwright) as running:
        yield running


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with pages.served() as found:
        yield found


@pytest.fixture(scope="module")
def tab(browser: Browser) -> Iterator[Page]:
    context = browser.new_context()
    pages.stay(context)
    yield context.new_page()
    context.close()


@pytest.fixture
def phone(tab: Page) -> Page:
    """A small window, as if nothing had been done with it yet."""
    tab.set_viewport_size({"width": 320, "height": 568})
    tab.emulate_media(media="screen", forced_colors="none", reduced_motion="reduce")
    return tab
