"""Chromium by Playwright; a page is asked by Chromium's own protocol, as Playwright would wait for the next one."""

from __future__ import annotations

import contextlib
import json
from typing import TYPE_CHECKING, Any

from playwright.sync_api import Error

from tests.kit.engines.visit import Refused, patient, until

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager
    from pathlib import Path

    from playwright.sync_api import Browser, BrowserContext, Page


class Pages:
    """A `Visit`: the pages of one context."""

    def __init__(self, context: BrowserContext) -> None:
        self.console: list[str] = []
        self._context = context
        context.on("console", lambda message: self.console.append(message.text))
        self._go_on(context.new_page())

    def open(self, address: str) -> None:
        self._page.goto(address, wait_until="commit")

    @patient
    def press(self, selector: str) -> None:
        x, y, width, height = self._ask(
            selector, "(box => [box.x, box.y, box.width, box.height])(element.getBoundingClientRect())"
        )
        if not width:
            raise Refused(f"{selector} cannot be seen")
        at = {"x": x + width / 2, "y": y + height / 2, "button": "left", "clickCount": 1}
        for kind in ("mousePressed", "mouseReleased"):
            self._tools.send("Input.dispatchMouseEvent", {"type": kind, **at})

    def fill(self, selector: str, text: str) -> None:
        self.press(selector)
        self._page.keyboard.type(text)

    def back(self) -> None:
        self._page.go_back(wait_until="commit")

    def forward(self) -> None:
        self._page.go_forward(wait_until="commit")

    def reload(self) -> None:
        self._page.reload(wait_until="commit")

    def follow(self) -> None:
        def others() -> list[Page]:
            self._page.wait_for_timeout(1)  # lets Playwright hear of them
            return [each for each in self._context.pages if each is not self._page]

        (page,) = until(others)
        self._go_on(page)

    def address(self) -> str:
        return str(self._ask("html", "location.href"))

    def title(self) -> str:
        return str(self._ask("title", "element.text"))

    @patient
    def text(self, selector: str) -> str:
        return str(self._ask(selector, "element.innerText"))

    @patient
    def attribute(self, selector: str, name: str) -> str | None:
        found: str | None = self._ask(selector, f"element.getAttribute({json.dumps(name)})")
        return found

    def picture(self, file: Path, width: int, height: int) -> None:
        self._page.set_viewport_size({"width": width, "height": height})
        self._page.screenshot(path=file)

    def _go_on(self, page: Page) -> None:
        self._page = page
        self._tools = self._context.new_cdp_session(page)

    def _ask(self, selector: str, question: str) -> Any:
        script = f"(element => element && [{question}])(document.querySelector({json.dumps(selector)}))"
        try:
            told = self._tools.send("Runtime.evaluate", {"expression": script, "returnByValue": True})["result"]
        except Error as error:  # the page has gone meanwhile
            raise Refused(str(error)) from error
        if not told.get("value"):
            raise Refused(told.get("description", f"there is no {selector}"))
        return told["value"][0]


class Chromium:
    """An `Engine`. `start` starts one that runs scripts or not; the first stays for all visits with scripts."""

    def __init__(self, start: Callable[[bool], AbstractContextManager[Browser]], undo: contextlib.ExitStack) -> None:
        self.asked: list[str] = []  # Chromium itself resolves no name but the stand-in's
        self._start = start
        self._browser = undo.enter_context(start(True))

    @contextlib.contextmanager
    def visit(self, scripts: bool = True, dark: bool = False) -> Iterator[Pages]:
        with contextlib.nullcontext(self._browser) if scripts else self._start(False) as browser:
            context = browser.new_context(ignore_https_errors=True, color_scheme="dark" if dark else "light")
            try:
                yield Pages(context)
            finally:
                context.close()
