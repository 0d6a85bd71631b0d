"""The whole click in a real browser: log in, find the icon, click it, be in the inbox."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import sync_playwright

from tests.cpanel import PASSWORD, Cpanel, private_accounts
from tests.kit.browser import chromium
from tests.kit.servers import served

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

private_accounts()
pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def shared() -> Iterator[Cpanel]:
    with served("") as cp:
        yield cp


@pytest.fixture
def cp(shared: Cpanel) -> Iterator[Cpanel]:
    yield shared
    shared.reset()


@pytest.fixture(scope="module")
def browser(shared: Cpanel) -> Iterator[Browser]:
    with sync_playwright() as playwright, chromium(playwright, shared.chromium_rules) as started:
        yield started


class Visit:
    """Somebody's browser window, and what it complained of and sent."""

    def __init__(self, browser: Browser, javascript: bool = True) -> None:
        self.context = browser.new_context(ignore_https_errors=True, java_script_enabled=javascript)
        self.messages: list[str] = []
        self.addresses: list[str] = []
        self.context.on("console", lambda message: self.messages.append(message.text))
        self.context.on("request", lambda request: self.addresses.append(request.url))

    def tools(self, cp: Cpanel, origin: str, who: str) -> Page:
        page = self.context.new_page()
        page.goto(f"{origin}/login/")
        page.fill("input[name=user]", cp.login(who).user)
        page.fill("input[name=pass]", PASSWORD)
        page.click("button")
        page.wait_for_selector("#item_webmail_signin")
        return page

    def click_icon(self, tools: Page) -> Page:
        with self.context.expect_page() as opened:
            tools.click("#item_webmail_signin")
        return opened.value


@pytest.fixture
def visit(browser: Browser) -> Iterator[Visit]:
    visit = Visit(browser)
    yield visit
    visit.context.close()


def somebody(cp: Cpanel, who: str = "alice") -> str:
    if who in cp.root.accounts:
        return who
    if who != "alice":
        pytest.skip("there is only one account, as there is no private namespace")
    return next(iter(cp.root.accounts))


def is_in_the_inbox(page: Page, cp: Cpanel, who: str) -> bool:
    page.wait_for_url("**/webmail/jupiter/**")
    return page.inner_text("#account") == cp.login(who).user


ORIGINS = {
    "host name": "https://localhost:{port}",
    "IPv4": "https://127.0.0.1:{port}",
    "IPv6": "https://[::1]:{port}",
    "server name": "https://server.example.com:{port}",
    "service subdomain": "https://cpanel.example.com",
}


@pytest.mark.parametrize("origin", ORIGINS.values(), ids=list(ORIGINS))
def test_one_click_leads_to_the_inbox_without_a_complaint(cp: Cpanel, visit: Visit, origin: str) -> None:
    who = somebody(cp)
    posts = len(cp.webmail_posts())
    page = visit.click_icon(visit.tools(cp, origin.format(port=cp.port), who))
    assert is_in_the_inbox(page, cp, who)
    assert [post.refusal for post in cp.webmail_posts()[posts:]] == [None]
    assert not [message for message in visit.messages if "Content Security Policy" in message or "CSP" in message]


def test_the_inbox_of_a_linked_mail_node(cp: Cpanel, visit: Visit) -> None:
    who = somebody(cp, "nora")
    # A name, so that both ports are reached over IPv4, as the node is.
    page = visit.click_icon(visit.tools(cp, f"https://server.example.com:{cp.port}", who))
    assert is_in_the_inbox(page, cp, who)
    assert "//mailnode.example.com:" in page.url


def test_the_inbox_is_in_the_accounts_language(cp: Cpanel, visit: Visit) -> None:
    who = somebody(cp, "amira")
    page = visit.click_icon(visit.tools(cp, cp.url, who))
    assert is_in_the_inbox(page, cp, who)
    assert page.get_attribute("html", "lang") == "ar"


def test_without_javascript_the_button_does_the_job(cp: Cpanel, browser: Browser) -> None:
    who = somebody(cp)
    visit = Visit(browser, javascript=False)
    page = visit.click_icon(visit.tools(cp, cp.url, who))
    page.click("form button")
    assert is_in_the_inbox(page, cp, who)
    visit.context.close()


def test_the_session_is_in_no_address_that_the_browser_asked_for(cp: Cpanel, visit: Visit) -> None:
    who = somebody(cp)
    page = visit.click_icon(visit.tools(cp, cp.url, who))
    assert is_in_the_inbox(page, cp, who)
    (session,) = cp.webmail_posts()[-1].fields["session"]
    secret = session.split(":")[1]
    assert not [address for address in visit.addresses if secret in address]


def test_the_post_tells_webmail_where_it_came_from_but_no_token(cp: Cpanel, visit: Visit) -> None:
    who = somebody(cp)
    cp.switch("webmail", "referrerblanksafety")
    page = visit.click_icon(visit.tools(cp, cp.url, who))
    assert is_in_the_inbox(page, cp, who)
    assert cp.webmail_posts()[-1].referer == f"{cp.url}/"


def test_an_account_without_the_feature_has_no_icon(cp: Cpanel, visit: Visit) -> None:
    who = somebody(cp, "carol")
    page = visit.context.new_page()
    page.goto(f"{cp.url}/login/")
    page.fill("input[name=user]", who)
    page.fill("input[name=pass]", PASSWORD)
    page.click("button")
    page.wait_for_selector("#item_email_accounts")
    assert not page.query_selector("#item_webmail_signin")
