"""The engines that the browser tests run in: one interface, three ways to drive a browser."""

from __future__ import annotations

import contextlib
import shutil
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import sync_playwright

from tests.kit import browser
from tests.kit.engines import firefox, proxy, webkit
from tests.kit.engines.chromium import Chromium
from tests.kit.engines.firefox import Firefox
from tests.kit.engines.loop import Loop

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.cpanel import Cpanel
    from tests.kit.engines.visit import Engine

#: Their names, marked for the target of the Makefile that runs them.
ENGINES = (
    pytest.param("chromium", marks=pytest.mark.browser),
    pytest.param("firefox", marks=[pytest.mark.engines, pytest.mark.long]),
    pytest.param("webkit", marks=[pytest.mark.engines, pytest.mark.long]),
)


@contextlib.contextmanager
def engine(name: str, cp: Cpanel) -> Iterator[Engine]:
    """A browser for which the stand-in is the world. Where it is not installed, the test is skipped."""
    with contextlib.ExitStack() as undo:
        if name == "chromium":
            playwright = undo.enter_context(sync_playwright())
            yield Chromium(lambda scripts: browser.chromium(playwright, cp.chromium_rules, scripts=scripts), undo)
            return
        loop = undo.enter_context(Loop())
        names = undo.enter_context(proxy.served(loop, cp.front_port))
        if name == "firefox":
            program = next(filter(None, map(shutil.which, firefox.NAMES)), None)
            if not program:
                pytest.skip("no Firefox: install firefox-esr (Debian) or firefox")
            yield Firefox(program, loop, names, undo)
            return
        if not webkit.is_installed():
            pytest.skip("no WebKit: install webkit2gtk-driver, gir1.2-webkit2-4.1, python3-gi and xvfb (Debian)")
        yield undo.enter_context(webkit.started(names))
