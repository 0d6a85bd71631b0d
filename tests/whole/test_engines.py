"""The whole click in Chromium, Firefox and WebKit: log in, click the icon, be in the inbox, go back, try again."""

from __future__ import annotations

import contextlib
import re
from typing import TYPE_CHECKING

import pytest

from tests.cpanel import Cpanel, private_accounts
from tests.kit.engines.person import AGAIN, ICON, SAYS
from tests.kit.engines.visit import Refused, until

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.kit.engines.person import Person
    from tests.kit.engines.visit import Engine

private_accounts()
# In `make test` tests/whole/test_page_browser.py clicks.
pytestmark = pytest.mark.long

SLOW_AFTER = 2  # seconds
SETTINGS = f"slow_after: {SLOW_AFTER}\n"


ORIGINS = (
    "https://localhost:{port}",
    "https://cpanel.example.com",
    "https://127.0.0.1:{port}",
    "https://[::1]:{port}",
    "https://server.example.com:{port}",
)


@pytest.mark.parametrize("origin", ORIGINS, ids=["host name", "service subdomain", "IPv4", "IPv6", "server name"])
def test_one_click_leads_to_the_inbox_by_one_post(cp: Cpanel, person: Callable[..., Person], origin: str) -> None:
    alice = person(origin=origin.format(port=cp.port))
    alice.click()
    alice.arrive()
    assert alice.refusals == [None]
    assert alice.visit.console == []


def test_the_inbox_of_a_linked_mail_node(cp: Cpanel, person: Callable[..., Person]) -> None:
    # A name, so that both ports are reached over IPv4, as the node is.
    nora = person(who="nora", origin=f"https://server.example.com:{cp.port}")
    nora.click()
    nora.arrive()
    assert "//mailnode.example.com:" in nora.visit.address()
    assert nora.visit.console == []


def test_the_inbox_is_in_the_accounts_language(person: Callable[..., Person]) -> None:
    amira = person(who="amira")
    amira.click()
    amira.arrive()
    assert amira.visit.attribute("html", "lang") == "ar"


def test_the_session_is_in_no_address_that_the_browser_asked_for(cp: Cpanel, person: Callable[..., Person]) -> None:
    alice = person()
    alice.click()
    alice.arrive()
    (session,) = alice.posts[0].fields["session"]
    secret = session.split(":")[1]
    assert f'{alice.posts[0].path}" 303' in cp.access_log()
    assert secret not in cp.access_log()
    assert secret not in alice.visit.address()


def test_the_post_tells_webmail_where_it_came_from_but_no_token(cp: Cpanel, person: Callable[..., Person]) -> None:
    cp.switch("webmail", "referrerblanksafety")
    alice = person()
    alice.click()
    alice.arrive()
    assert alice.posts[0].referer == f"{cp.url}/"


def test_an_account_without_the_feature_has_no_icon(person: Callable[..., Person]) -> None:
    carol = person(who="carol")
    tools = carol.visit.text("main")
    assert "Email Accounts" in tools
    assert "Open Webmail" not in tools


def test_pressing_again_and_again_posts_once(cp: Cpanel, person: Callable[..., Person]) -> None:
    cp.switch("webmail", "no-content")
    alice = person()
    alice.click()
    with contextlib.suppress(Refused):  # where all of it was slow, the notice has taken the button's place
        for _ in range(3):
            alice.visit.press("form button")
    until(lambda: alice.visit.text("[role=status]"))
    assert alice.refusals == [None]


def test_without_scripts_nothing_is_posted_until_the_button_is_pressed(person: Callable[..., Person]) -> None:
    alice = person(scripts=False)
    alice.click()
    assert alice.visit.text("noscript p") == SAYS["signin.no-script"]
    assert alice.refusals == []
    assert alice.visit.text("form button") == SAYS["link.open"]
    alice.visit.press("form button")
    alice.arrive()
    assert alice.refusals == [None]
    assert alice.visit.console == []


def test_back_and_forth_never_posts(person: Callable[..., Person]) -> None:
    alice = person()
    alice.click()
    alice.arrive()
    for _ in range(2):
        alice.go_back()
        alice.visit.forward()
        alice.arrive()
    assert alice.refusals == [None]
    assert alice.visit.console == []


def test_after_back_webmail_can_be_opened_again(person: Callable[..., Person]) -> None:
    alice = person()
    alice.click()
    alice.arrive()
    alice.go_back()
    alice.visit.press(AGAIN)
    alice.arrive()
    assert alice.refusals == [None, None]
    assert alice.visit.console == []


def test_after_back_the_panel_is_one_click_away(person: Callable[..., Person]) -> None:
    alice = person()
    alice.click()
    alice.arrive()
    alice.go_back()
    assert alice.visit.text(".home a") == SAYS["link.home"]
    alice.visit.press(".home a")
    assert alice.visit.text(ICON)


def test_a_reload_posts_a_fresh_session(person: Callable[..., Person]) -> None:
    alice = person()
    alice.click()
    alice.arrive()
    alice.go_back()
    alice.visit.reload()
    alice.arrive()
    assert alice.refusals == [None, None]
    assert alice.posts[0].fields != alice.posts[1].fields


def test_while_webmail_is_slow_the_page_explains_itself(cp: Cpanel, person: Callable[..., Person]) -> None:
    cp.switch("webmail", "no-content")
    alice = person()
    alice.click()
    said = until(lambda: alice.visit.text("[role=status]"))
    assert said.startswith(SAYS["signin.slow.title"])
    assert "localhost" in said and str(cp.webmail_port) in said
    assert alice.refusals == [None]
    assert alice.visit.console == []


def test_however_slow_webmail_is_one_post_leads_there(cp: Cpanel, person: Callable[..., Person]) -> None:
    cp.switch("webmail", "slow", SLOW_AFTER + 1)
    alice = person()
    alice.click()
    alice.arrive()
    assert alice.refusals == [None]
    assert alice.visit.console == []


def test_the_slow_page_offers_a_fresh_try(cp: Cpanel, person: Callable[..., Person]) -> None:
    cp.switch("webmail", "no-content")
    alice = person()
    alice.click()
    until(lambda: alice.visit.text("[role=status]"))
    assert alice.visit.text(AGAIN) == SAYS["link.again"]
    cp.reset()
    alice.visit.press(AGAIN)
    alice.arrive()
    assert alice.refusals == [None, None]


def test_a_blocked_port_leads_back_to_the_used_page_and_from_there_to_the_inbox(
    cp: Cpanel, person: Callable[..., Person]
) -> None:
    cp.switch("webmail", "closed")
    alice = person()
    alice.click()
    until(lambda: not re.fullmatch(r"|about:blank|.*index.live.cgi", alice.visit.address()))
    until(lambda: alice.visit.attribute("html", "data-outcome") is None)  # the browser's own page
    alice.go_back()
    assert alice.visit.text("summary") == SAYS["signin.used.help"]
    alice.visit.press("summary")
    assert SAYS["signin.slow.network"].partition("{")[0] in until(lambda: alice.visit.text("details ul"))
    cp.reset()
    alice.visit.press(AGAIN)
    alice.arrive()
    assert alice.refusals == [None]


def test_an_error_page_leads_to_a_fresh_try(cp: Cpanel, person: Callable[..., Person]) -> None:
    cp.switch("uapi", "status-0")
    alice = person()
    alice.click()
    until(lambda: alice.visit.attribute("html", "data-outcome") == "uapi-refused")
    assert alice.visit.text("h1") == SAYS["error.title"]
    cp.reset()
    alice.visit.press(AGAIN)
    alice.arrive()
    assert alice.refusals == [None]
    assert [line for line in alice.visit.console if "502" not in line] == []


def test_what_a_page_says_on_the_console_is_heard(browser: Engine) -> None:
    with browser.visit() as visit:
        visit.open("data:text/html,<script>console.log('a word')</script><p>there</p>")
        visit.text("p")
        until(lambda: "a word" in str(visit.console))


def test_the_browser_asks_for_nothing_but_the_stand_in(browser: Engine) -> None:
    assert browser.asked == []
