"""The system's Chromium, headless, that talks to loopback alone."""

from __future__ import annotations

import contextlib
import os
import shutil
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
QUIET = (
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)

#: What is wider than the room it has, in the window or in its own box.
TOO_WIDE = """() => [...document.querySelectorAll("html, body, main, main *")].filter(
  each => each.scrollWidth > each.clientWidth + 1 && getComputedStyle(each).display !== "inline" && each.clientWidth
    || each.getBoundingClientRect().right > innerWidth || each.getBoundingClientRect().left < 0
).map(each => each.outerHTML.slice(0, 200))"""


@contextlib.contextmanager
def chromium(
    playwright: Playwright, *rules: str, scripts: bool = True, back_forward_cache: bool = False
) -> Iterator[Browser]:
    """A running browser; `rules` are Chromium's for host names, and whatever they leave out is unknown.

    Without `scripts` it runs none in any page. Playwright's own `java_script_enabled=False` is no substitute where a
    page opens another: now and then it comes after the other's <noscript> was read as one that is not needed.
    With `back_forward_cache` a page that is left may be kept as it is, as for people; Playwright turns that off.
    """
    program = next(filter(None, map(shutil.which, NAMES)), None)
    assert program, f"there is none of {', '.join(NAMES)}: make chromium"
    names = ", ".join([*rules, "MAP * ~NOTFOUND", "EXCLUDE 127.0.0.1", "EXCLUDE ::1", "EXCLUDE localhost"])
    arguments = [*QUIET, f"--host-resolver-rules={names}"]
    if os.geteuid() == 0:
        arguments.append("--no-sandbox")
    if not scripts:
        arguments.append("--blink-settings=scriptEnabled=false")
    browser = playwright.chromium.launch(
        executable_path=program,
        args=arguments,
        ignore_default_args=["--disable-back-forward-cache"] if back_forward_cache else None,
    )
    try:
        yield browser
    finally:
        browser.close()
