"""What the tests of a whole click have somebody do, in any engine."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from plugin.ready import locales
from tests.cpanel import PASSWORD
from tests.kit.engines.visit import Refused, until
from tests.kit.pages import SOURCES

if TYPE_CHECKING:
    from typing import Any

    from tests.cpanel import Cpanel
    from tests.kit.engines.visit import Visit

ICON = "#item_webmail_signin"
AGAIN = "a.go"
SAYS = locales.read(SOURCES, "en")


class Person:
    """Somebody who is logged in to cPanel. ``posts`` is what came to webmail since then."""

    def __init__(self, cp: Cpanel, visit: Visit, who: str = "alice", origin: str = "") -> None:
        if who not in cp.root.accounts:  # there is only one, as there is no private namespace
            if who != "alice":
                pytest.skip("there is no such account")
            who = next(iter(cp.root.accounts))
        self.cp = cp
        self.visit = visit
        self.user = cp.login(who).user
        self.earlier = len(cp.webmail_posts())
        visit.open(f"{origin or cp.url}/login/")
        visit.fill("[name=user]", self.user)
        visit.fill("[name=pass]", PASSWORD)
        visit.press("button")
        assert visit.text("#user") == self.user

    @property
    def posts(self) -> list[Any]:
        return self.cp.webmail_posts()[self.earlier :]

    @property
    def refusals(self) -> list[str | None]:
        """One entry for each post: why webmail refused it, or None where it led to the inbox."""
        return [post.refusal for post in self.posts]

    def click(self) -> None:
        """Press the icon, and look at the tab that it opens."""
        self.visit.press(ICON)
        try:
            self.visit.follow()
        except Refused:  # on a busy machine a press can come to nothing, as cPanel's page was only being laid out
            self.visit.press(ICON)
            self.visit.follow()

    def arrive(self, page: str = "webmail", mailbox: str = "") -> None:
        """Be in Webmail, on this page of it, as oneself or in a mailbox."""
        until(lambda: self.visit.attribute("html", "data-page") == page)
        assert self.visit.text("#account") == (mailbox or self.user)

    def go_back(self) -> None:
        """Back, to the page that says that the sign-in is used."""
        self.visit.back()
        until(lambda: self.visit.title() == SAYS["signin.used.title"])
        assert self.visit.text("h1") == SAYS["signin.used.title"]
        assert self.visit.text(AGAIN) == SAYS["signin.used.link"]
