"""HTML as a browser reads it, as far as a login needs it."""

from __future__ import annotations

import contextlib
from html.parser import HTMLParser


class Page(HTMLParser):
    """An HTML page, read: its tags with their attributes, its title, and ``alert``, what a person is told first of all:
    the text of the element with that role, or with an id of the panel's for it."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.title = self.alert = ""
        self._depth = 0  # of the elements of the alert's kind that are open, itself included
        self._alerting = ""
        # Of a declaration that is none, the parser of the standard library makes an error of its own: what came before
        # it has been read, and no page that we look for has one.
        with contextlib.suppress(AssertionError, NotImplementedError):
            self.feed(text)  # and no more: to close it takes minutes for a page that breaks off in the midst of a tag

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = {name: value or "" for name, value in attrs}
        self.tags.append((tag, attributes))
        is_alert = attributes.get("role") == "alert" or attributes.get("id", "").startswith("login-status")
        if not self._depth and is_alert and not self.alert.strip():
            self._alerting = tag
        self._depth += tag == self._alerting

    def handle_endtag(self, tag: str) -> None:
        self._depth -= tag == self._alerting and self._depth > 0
        if not self._depth:
            self._alerting = ""

    def handle_data(self, data: str) -> None:
        if self.tags and self.tags[-1][0] == "title" and not self.title:
            self.title = " ".join(data.split())
        if self._depth:
            self.alert += data

    def all(self, tag: str) -> list[dict[str, str]]:
        return [attributes for name, attributes in self.tags if name == tag]

    def first(self, tag: str) -> dict[str, str]:
        return next(iter(self.all(tag)), {})
