"""Choosing a mailbox, as a bare process and through the stand-in over HTTPS, to the inbox (design §8)."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from tests.cpanel import Cpanel, Visitor, private_accounts
from tests.kit.cases import CHOICES, Case
from tests.kit.servers import served
from tests.kit.ways import HEADERS, by_each_way

private_accounts()
OPEN = "/3rdparty/roundcube/index.php"


@pytest.fixture(scope="module")
def shared() -> Iterator[Cpanel]:
    with served(f"timeout: 5\nmailbox: choose\nopen: {OPEN}\n") as cp:
        yield cp


@pytest.fixture
def cp(shared: Cpanel) -> Iterator[Cpanel]:
    if "mona" not in shared.root.accounts:
        pytest.skip("there is only one account, as there is no private namespace")
    shared.switch("uapi", "slow", 0.05)
    yield shared
    shared.reset()


@pytest.fixture
def mona(cp: Cpanel) -> Visitor:
    visitor = Visitor(cp)
    visitor.sign_in("mona")
    return visitor


@pytest.mark.parametrize(("way", "case"), by_each_way(CHOICES))
def test_outcome(cp: Cpanel, case: Case, way: object) -> None:
    for area, name, *value in case.switches:
        cp.switch(area, name, *value)
    before = len(cp.sessions_created())
    clicked = way(cp, case)  # type: ignore[operator]
    assert (clicked.outcome, clicked.status) == (case.outcome, case.status), clicked.log
    assert len(cp.sessions_created()) - before == case.created
    assert {name: clicked.headers[name] for name in HEADERS} == HEADERS
    assert len(clicked.logged) == 1 and f" outcome={case.outcome} " in clicked.logged[0]
    target = {"choose": "'self'", "signed-in": "https://"}.get(case.outcome, "'none'")
    assert f"form-action {target}" in clicked.headers["Content-Security-Policy"]
    assert len(clicked.page.all("form")) == (case.outcome in ("choose", "signed-in"))


def test_two_clicks_lead_to_the_inbox_of_the_chosen_mailbox(cp: Cpanel, mona: Visitor) -> None:
    inbox = mona.submit(mona.press(mona.click(), "info@mona.example.com"))
    assert (inbox.status, inbox.page.first("html").get("data-page")) == (200, "inbox")
    assert "info@mona.example.com" in inbox.text
    assert cp.sessions_created()[-1].account == "mona"


def test_the_log_names_the_mailbox(cp: Cpanel, mona: Visitor) -> None:
    before = len(cp.error_log())
    mona.press(mona.click(), "sales@mona.example.com")
    assert " mailbox=sales@mona.example.com" in cp.error_log()[before:]


def test_every_mailbox_is_a_button_with_its_whole_address(mona: Visitor) -> None:
    buttons = [button["value"] for button in mona.click().page.all("button")]
    assert buttons == ["mona", *(f"{name}@mona.example.com" for name in ("info", "sales", "billing"))]


def test_a_suspended_mailbox_is_shown_and_cannot_be_pressed(cp: Cpanel) -> None:
    visitor = Visitor(cp)
    visitor.sign_in("susan")
    disabled = {button["value"] for button in visitor.click().page.all("button") if "disabled" in button}
    assert disabled == {"old@susan.example.com", "gone@susan.example.com"}


def test_an_international_domain_is_shown_in_its_letters_and_sent_as_the_panel_has_it(cp: Cpanel) -> None:
    visitor = Visitor(cp)
    visitor.sign_in("ines")
    page = visitor.click()
    value = next(button["value"] for button in page.page.all("button") if "xn--" in button["value"])
    assert value not in page.page.text
    visitor.press(page, value)
    call = cp.root.uapi_calls()[-1]["argv"]
    assert f"domain={value.partition('@')[2]}" in call


def test_a_mailbox_that_was_deleted_meanwhile_is_no_such_mailbox(cp: Cpanel, mona: Visitor) -> None:
    page = mona.click()
    cp.root.change_mailbox("billing@mona.example.com")
    before = len(cp.sessions_created())
    assert mona.press(page, "billing@mona.example.com").page.first("html")["data-outcome"] == "no-such-mailbox"
    assert len(cp.sessions_created()) == before


@pytest.mark.parametrize("query", ["mailbox=info%40mona.example.com", "mailbox=x", "goto_uri=//evil.example"])
def test_nothing_is_chosen_by_the_address(cp: Cpanel, mona: Visitor, query: str) -> None:
    before = len(cp.sessions_created())
    answer = mona.get(f"{mona.base}/frontend/jupiter/webmail_signin/index.live.cgi?{query}")
    assert (answer.page.first("html")["data-outcome"], len(cp.sessions_created())) == ("choose", before)


def test_a_foreign_page_that_does_not_know_the_token_chooses_nothing(cp: Cpanel, mona: Visitor) -> None:
    before = len(cp.sessions_created())
    address = f"{cp.url}/cpsess0000000000/frontend/jupiter/webmail_signin/index.live.cgi"
    answer = mona.post(address, {"mailbox": "info@mona.example.com"}, {"Sec-Fetch-Site": "same-origin"})
    assert answer.status in (401, 403, 404) and len(cp.sessions_created()) == before


def test_hostile_addresses_in_the_list_are_no_buttons_or_text(cp: Cpanel, mona: Visitor) -> None:
    cp.switch("list_pops", "hostile")
    page = mona.click().page
    assert len(page.all("script")) <= 1 and len(page.all("form")) == 1
    assert all(re.fullmatch(r"[^\s\x00-\x1f@]+(@[a-z0-9.-]+)?", button["value"]) for button in page.all("button"))


def test_the_session_of_a_mailbox_is_found_nowhere_but_in_the_form(cp: Cpanel, mona: Visitor) -> None:
    before = len(cp.error_log())
    answer = mona.press(mona.click(), "info@mona.example.com")
    session = answer.page.first("input")["value"]
    secrets = [part.encode() for part in (session, *session.split(":")[1:]) if len(part) >= 16]
    assert secrets and answer.text.count(session.split(":")[1]) == 1
    for path in cp.root.path.rglob("*"):
        if path.is_file() and not path.is_symlink():
            content = path.read_bytes()
            assert not [secret for secret in secrets if secret in content], path
    assert not [secret for secret in secrets if secret.decode() in cp.error_log()[before:] + cp.access_log()]


def test_nobody_remembers_the_choice_of_last_time(cp: Cpanel, mona: Visitor) -> None:
    first = mona.click()
    mona.submit(mona.press(first, "info@mona.example.com"))
    again = mona.click()
    assert [button["value"] for button in again.page.all("button")] == [
        button["value"] for button in first.page.all("button")
    ]
