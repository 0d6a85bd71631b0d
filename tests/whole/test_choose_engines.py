"""Choosing a mailbox in Chromium, Firefox and WebKit: the icon, a button, and the mail of that address is there."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.cpanel import Cpanel, private_accounts
from tests.kit.engines.person import SAYS
from tests.kit.engines.visit import until

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.kit.engines.person import Person

private_accounts()

SETTINGS = "mailbox: choose\nopen: /3rdparty/roundcube/index.php\n"
INFO, SALES = "info@mona.example.com", "sales@mona.example.com"
HOSTS = {"host name": "https://localhost:{port}", "service subdomain": "https://cpanel.example.com"}


def button(mailbox: str) -> str:
    return f"button[value='{mailbox}']"


@pytest.fixture
def mona(person: Callable[..., Person]) -> Person:
    """Somebody with three mailboxes beside her own."""
    return person(who="mona")


@pytest.mark.parametrize("origin", HOSTS.values(), ids=list(HOSTS))
def test_two_clicks_lead_to_the_inbox_of_a_mailbox(cp: Cpanel, person: Callable[..., Person], origin: str) -> None:
    mona = person(who="mona", origin=origin.format(port=cp.port))
    mona.click()
    mona.visit.press(button(INFO))
    mona.arrive("inbox", INFO)
    assert mona.refusals == [None]
    assert mona.visit.console == []


@pytest.mark.long
def test_without_scripts_it_is_three(person: Callable[..., Person]) -> None:
    mona = person(who="mona", scripts=False)
    mona.click()
    mona.visit.press(button(INFO))
    mona.visit.press("[data-outcome=signed-in] form button")
    mona.arrive("inbox", INFO)
    assert mona.refusals == [None]
    assert mona.visit.console == []


@pytest.mark.long
def test_back_leads_to_the_list_which_works_again(mona: Person) -> None:
    mona.click()
    mona.visit.press(button(INFO))
    mona.arrive("inbox", INFO)
    mona.visit.back()
    until(lambda: mona.visit.attribute("html", "data-outcome") == "choose")
    mona.visit.press(button(SALES))
    mona.arrive("inbox", SALES)
    assert mona.refusals == [None, None]


@pytest.mark.long
def test_a_long_list_is_searched_and_says_how_many_are_left(cp: Cpanel, person: Callable[..., Person]) -> None:
    maximilian = person(who="max")
    maximilian.click()
    maximilian.visit.fill("#search input", "7")
    said = until(lambda: maximilian.visit.text("[role=status]"))
    assert said.startswith(SAYS["choose.left"].partition("{")[0])
    assert "3,439" in said
