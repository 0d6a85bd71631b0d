"""What the page that signs in does in Chromium beside what test_engines.py sees in every engine."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import urljoin

import pytest
from playwright.sync_api import expect, sync_playwright

from tests.cpanel import PASSWORD, Cpanel
from tests.kit.browser import chromium
from tests.kit.engines.visit import until
from tests.kit.servers import served

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any

    from playwright.sync_api import Browser, BrowserContext, Playwright

pytestmark = pytest.mark.browser

SLOW_AFTER = 3  # seconds
#: Says on the console what the page's live region says, each time that it changes.
LISTEN = """addEventListener("DOMContentLoaded", () => {
  const region = document.querySelector("[role=status]");
  const watch = new MutationObserver(() => console.log(region.innerText));
  if (region) watch.observe(region, {childList: true, subtree: true});
});"""
#: Presses the button again and again while the first press is on its way.
IMPATIENT = """addEventListener("submit", event => {
  for (const pause of [0, 20, 100, 300]) setTimeout(() => document.querySelector("form button").click(), pause);
}, {capture: true, once: true});"""
#: Says on the console whether a page comes from the back/forward cache.
SHOWN = """addEventListener("pageshow", event => console.log(`persisted ${event.persisted}`));"""


@pytest.fixture(scope="module")
def shared() -> Iterator[Cpanel]:
    with served(f"slow_after: {SLOW_AFTER}\n") as cp:
        yield cp


@pytest.fixture(scope="module")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as running:
        yield running


@pytest.fixture(scope="module")
def browser(playwright: Playwright, shared: Cpanel) -> Iterator[Browser]:
    with chromium(playwright, shared.chromium_rules) as running:
        yield running


@pytest.fixture
def cp(shared: Cpanel) -> Iterator[Cpanel]:
    shared.switch("uapi", "slow", 0.05)
    yield shared
    shared.reset()


class Person:
    """Somebody who is logged in to cPanel with a browser. ``posts`` is what came to webmail since then."""

    def __init__(self, cp: Cpanel, context: BrowserContext, panel: str) -> None:
        self.cp = cp
        self.context = context
        self.earlier = len(cp.webmail_posts())
        self.said: list[str] = []
        self.page = context.new_page()
        self.page.on("console", lambda message: self.said.append(message.text))
        self.page.goto(panel)
        self.page.fill("[name=user]", cp.login("alice").user)
        self.page.fill("[name=pass]", PASSWORD)
        self.page.click("button")
        self.icon = self.page.locator("#item_webmail_signin")
        address = self.icon.get_attribute("href")
        self.address = urljoin(self.page.url, str(address))

    @property
    def posts(self) -> list[Any]:
        return self.cp.webmail_posts()[self.earlier :]

    @property
    def refusals(self) -> list[str | None]:
        """One entry for each post: why webmail refused it, or None where it led to the inbox."""
        return [post.refusal for post in self.posts]

    def open(self) -> None:
        """Go to the icon's address in this tab."""
        self.page.goto(self.address)

    def arrive(self) -> None:
        expect(self.page.locator("[data-page=webmail]")).to_be_attached(timeout=10_000)

    def see_used(self) -> None:
        expect(self.page).to_have_title("You have already opened Webmail")
        expect(self.page.get_by_role("heading", level=1)).to_have_text("You have already opened Webmail")


@pytest.fixture
def person(cp: Cpanel, browser: Browser) -> Iterator[Callable[..., Person]]:
    """Makes a Person; the last words go to Playwright's `new_context`."""
    contexts = []

    def make(*scripts: str, browser: Browser = browser, panel: str = cp.url, **more: Any) -> Person:
        context = browser.new_context(ignore_https_errors=True, **more)
        contexts.append(context)
        for script in scripts:
            context.add_init_script(script)
        return Person(cp, context, panel)

    yield make
    for context in contexts:
        context.close()


def test_the_page_needs_no_request_but_its_own_and_the_post(person: Callable[..., Person]) -> None:
    alice = person()
    requests: list[str] = []
    alice.page.on("request", lambda request: requests.append(f"{request.method} {re.sub('.*/', '', request.url)}"))
    alice.open()
    alice.arrive()
    assert requests == ["GET index.live.cgi", "POST login", "GET index.html"]


def test_the_session_is_in_the_post_and_no_longer_in_the_page(person: Callable[..., Person]) -> None:
    alice = person()
    posted = stay(alice)
    alice.open()
    alice.page.wait_for_function("document.forms[0].session.value === ''")
    (body,) = until(lambda: heard(alice, posted))
    assert body.startswith("session=")
    assert len(body) > len("session=") + 20
    assert "CREATE_WEBMAIL_SESSION" not in alice.page.content()


def stay(who: Person) -> list[str]:
    """Answer 204 in webmail's place, so that the page stays; the list is filled with what is posted."""
    posted: list[str] = []

    def answer(route: Any) -> None:
        posted.append(route.request.post_data)
        route.fulfill(status=204)

    who.context.route("https://*/cpsess*/login", answer)
    return posted


def heard(who: Person, posted: list[str]) -> list[str]:
    """What has been posted a tenth of a second later; only in such a wait Playwright hears of it."""
    who.page.wait_for_timeout(100)
    return posted


def test_pressing_again_and_again_posts_once(cp: Cpanel, person: Callable[..., Person]) -> None:
    cp.switch("webmail", "slow", 0.6)
    alice = person(IMPATIENT)
    alice.open()
    alice.arrive()
    assert alice.refusals == [None]


def test_a_double_click_posts_once(person: Callable[..., Person]) -> None:
    alice = person()
    posted = stay(alice)
    alice.open()
    alice.page.get_by_role("button").dblclick()
    until(lambda: heard(alice, posted))
    assert len(posted) == 1


def test_enter_held_down_posts_once(person: Callable[..., Person]) -> None:
    alice = person()
    posted = stay(alice)
    alice.open()
    alice.page.get_by_role("button").focus()
    for _ in range(20):
        alice.page.keyboard.down("Enter")
    until(lambda: heard(alice, posted))
    assert len(posted) == 1


def test_back_shows_that_the_sign_in_is_used_and_posts_nothing(person: Callable[..., Person]) -> None:
    alice = person(SHOWN)
    alice.open()
    alice.arrive()
    alice.page.go_back()
    alice.see_used()
    assert "persisted true" not in alice.said
    assert alice.refusals == [None]


def test_the_session_that_coming_back_has_made_is_not_in_the_page(person: Callable[..., Person]) -> None:
    alice = person()
    alice.open()
    alice.arrive()
    alice.page.go_back()
    alice.see_used()
    assert "CREATE_WEBMAIL_SESSION" not in re.sub("(?s)<script.*?</script>", "", alice.page.content())


@pytest.mark.long
def test_back_from_the_back_forward_cache_shows_the_same_and_posts_nothing(
    playwright: Playwright, shared: Cpanel, person: Callable[..., Person]
) -> None:
    with chromium(playwright, shared.chromium_rules, back_forward_cache=True) as running:
        # On two host names: where a login changes the cookies of the page's own host, Chromium does not keep the page.
        alice = person(SHOWN, browser=running, panel=shared.front_url)
        alice.open()
        alice.arrive()
        alice.page.go_back(wait_until="commit")
        alice.see_used()
        assert "persisted true" in alice.said
        assert alice.refusals == [None]
        alice.page.get_by_role("link", name="Open Webmail again").click()
        alice.arrive()
        assert alice.refusals == [None, None]


@pytest.mark.long
def test_while_webmail_is_slow_the_page_explains_itself_once(cp: Cpanel, person: Callable[..., Person]) -> None:
    cp.switch("webmail", "slow", SLOW_AFTER - 0.5)  # for the post, and as much again for the inbox
    alice = person(LISTEN)
    alice.open()
    alice.arrive()
    (said,) = alice.said
    assert said.startswith("This is taking longer than usual.")
    assert f"\u2068localhost\u2069, port\u00a0\u2068{cp.webmail_port}\u2069" in said
    assert alice.refusals == [None]


def test_a_quick_webmail_leaves_nothing_to_explain(person: Callable[..., Person]) -> None:
    alice = person(LISTEN)
    alice.open()
    alice.arrive()
    assert alice.said == []


def test_webmail_does_not_hold_the_panels_window(person: Callable[..., Person]) -> None:
    alice = person()
    with alice.context.expect_page() as opened:
        alice.page.evaluate("address => { open(address) }", alice.address)
    alice.page = opened.value
    alice.arrive()
    assert alice.page.evaluate("opener") is None


def test_the_keyboard_alone_leads_from_the_used_page_to_the_inbox(person: Callable[..., Person]) -> None:
    alice = person()
    alice.open()
    alice.arrive()
    alice.page.go_back()
    alice.see_used()
    assert alice.page.evaluate("document.activeElement === document.body")
    alice.page.keyboard.press("Tab")
    expect(alice.page.get_by_role("link", name="Open Webmail again")).to_be_focused()
    alice.page.keyboard.press("Enter")
    alice.arrive()


def test_the_ring_turns_while_webmail_is_awaited(person: Callable[..., Person]) -> None:
    assert animations(person()) == 1


def test_nothing_moves_for_people_who_want_no_motion(person: Callable[..., Person]) -> None:
    assert animations(person(reduced_motion="reduce")) == 0


def animations(who: Person) -> int:
    stay(who)
    who.open()
    who.page.wait_for_selector("body.busy")
    count: int = who.page.evaluate("document.getAnimations().length")
    return count
