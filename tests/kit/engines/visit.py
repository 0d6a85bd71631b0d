"""What a person does with a browser, whatever engine drives it."""

from __future__ import annotations

import functools
import time
from typing import TYPE_CHECKING, Any, Protocol, TypeVar, cast

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager
    from pathlib import Path

T = TypeVar("T")
Act = TypeVar("Act", bound="Callable[..., Any]")
SECONDS = 15.0
STARTS = 45.0  # seconds that a browser may take to start, beside others that do


class Refused(Exception):
    """What was asked of the browser cannot be done now; the argument says why."""


class Visit(Protocol):
    """A browser without cookies from before. It acts on one window, at first its only one.

    `press`, `fill`, `text` and `attribute` mean the first element that matches a CSS selector, and wait for it.
    """

    @property
    def console(self) -> list[str]:
        """What the browser complained of, and what scripts said, on the console of any page."""
        ...

    def open(self, address: str) -> None: ...
    def press(self, selector: str) -> None: ...
    def fill(self, selector: str, text: str) -> None: ...
    def back(self) -> None: ...
    def forward(self) -> None: ...
    def reload(self) -> None: ...
    def follow(self) -> None:
        """Go on in the other window, once there is one."""
        ...

    def address(self) -> str: ...
    def title(self) -> str: ...
    def text(self, selector: str) -> str:
        """As it is seen; empty if it is not."""
        ...

    def attribute(self, selector: str, name: str) -> str | None: ...
    def picture(self, file: Path, width: int, height: int) -> None:
        """A PNG of the window, which from then on has this size."""
        ...


class Engine(Protocol):
    """A browser that is installed. ``asked`` is what it asked for beside the stand-in, on its own account."""

    asked: list[str]

    def visit(self, scripts: bool = True, dark: bool = False) -> AbstractContextManager[Visit]: ...


def until(question: Callable[[], T], seconds: float = SECONDS) -> T:
    """The first answer that is true; Refused when the time is over."""
    end = time.monotonic() + seconds
    while True:
        try:
            answer = question()
            if answer:
                return answer
            last = Refused(f"still {answer!r} after {seconds} s")
        except Refused as refused:
            last = refused
        if time.monotonic() > end:
            raise last
        time.sleep(0.03)


def patient(act: Act) -> Act:
    """Let a method that may be Refused be tried until it is not."""

    @functools.wraps(act)
    def tried(*words: Any) -> Any:
        (answer,) = until(lambda: (act(*words),))
        return answer

    return cast("Act", tried)
