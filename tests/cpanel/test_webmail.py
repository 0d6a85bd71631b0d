"""Sessions at webmail, and the mailboxes' own logins."""

from __future__ import annotations

import hashlib
import os
import time
from urllib.parse import urljoin

import pytest

from tests.cpanel import Answer, Cpanel, Visitor
from tests.cpanel.cpsrvd import ADDRESS_CHANGED, EXPIRED
from tests.cpanel.kit import HEAD, live, new_session, several_accounts
from tests.cpanel.webmail import BAD_FORM, BAD_REFERER, BAD_TOKEN, NOT_POSTED, ROUNDCUBE, USED


def refusal(cp: Cpanel, answer: Answer) -> str | None:
    """Why the last post was refused, which the person must have been told."""
    told = cp.webmail_posts()[-1].refusal
    assert (answer.status == 303) == (told is None)
    assert told is None or told in answer.text
    return told


def lands(cp: Cpanel, who: str = "alice", **more: str) -> tuple[str, str]:
    """Post a fresh session, with more fields: which page comes then, and whose it is."""
    visitor = Visitor(cp)
    url, fields = new_session(cp, who=who)
    page = visitor.get(visitor.post(url, {**fields, **more}).location).page.first("html")
    return page["data-page"], page["data-account"]


def test_a_fresh_session_leads_to_the_webmail_page_of_the_account(cp: Cpanel) -> None:
    assert lands(cp) == ("webmail", cp.login("alice").user)


def test_the_webmail_page_has_a_link_to_the_inbox(cp: Cpanel) -> None:
    visitor = Visitor(cp)
    page = visitor.get(visitor.post(*new_session(cp)).location)
    (link,) = [link["href"] for link in page.page.all("a") if link.get("id") == "open-inbox"]
    assert 'data-page="inbox"' in visitor.get(urljoin(page.url, link)).text


def test_who_ticks_the_box_is_in_the_inbox_at_the_next_login(cp: Cpanel) -> None:
    visitor = Visitor(cp)
    page = visitor.get(visitor.post(*new_session(cp)).location)
    for chosen, expected in (("1", "inbox"), ("", "webmail")):
        visitor.post(urljoin(page.url, page.page.first("form")["action"]), {"open": chosen})
        assert lands(cp)[0] == expected


def test_goto_uri_leads_to_the_inbox_itself(cp: Cpanel) -> None:
    assert lands(cp, goto_uri=ROUNDCUBE) == ("inbox", cp.login("alice").user)


def test_goto_uri_can_be_without_effect(cp: Cpanel) -> None:
    cp.switch("webmail", "goto-ignored")
    assert lands(cp, goto_uri=ROUNDCUBE)[0] == "webmail"


@pytest.mark.parametrize(
    "goto", ["", "//evil.example/", "https://evil.example/", "/a b", "/a\r\nX: y", "\\\\evil", "x"]
)
def test_a_goto_uri_that_is_no_path_is_refused(cp: Cpanel, goto: str) -> None:
    url, fields = new_session(cp)
    assert refusal(cp, Visitor(cp).post(url, {**fields, "goto_uri": goto})) == BAD_FORM


def test_every_session_can_be_refused(cp: Cpanel) -> None:
    cp.switch("webmail", "refuse")
    assert refusal(cp, Visitor(cp).post(*new_session(cp))) == EXPIRED


def test_every_session_can_be_refused_with_any_message_and_status(cp: Cpanel) -> None:
    cp.switch("webmail", "refuse", ADDRESS_CHANGED)
    cp.switch("webmail", "refuses-with-200")
    answer = Visitor(cp).post(*new_session(cp))
    assert (answer.status, cp.webmail_posts()[-1].refusal) == (200, ADDRESS_CHANGED)
    assert ADDRESS_CHANGED in answer.text


@pytest.mark.parametrize(("seconds", "expected"), [(0, EXPIRED), (60, None)])
def test_how_long_an_unused_session_lives_can_be_chosen(cp: Cpanel, seconds: float, expected: str | None) -> None:
    cp.switch("webmail", "lifetime", seconds)
    assert refusal(cp, Visitor(cp).post(*new_session(cp))) == expected


def test_a_session_works_once(cp: Cpanel) -> None:
    fresh = new_session(cp)
    Visitor(cp).post(*fresh)
    assert refusal(cp, Visitor(cp).post(*fresh)) == USED


def test_a_session_by_get_is_refused(cp: Cpanel) -> None:
    url, _ = new_session(cp)
    assert refusal(cp, Visitor(cp).get(f"{url}?session=x")) == NOT_POSTED


def test_a_session_from_another_address_is_refused(cp: Cpanel) -> None:
    assert refusal(cp, Visitor(cp, source="127.0.0.2").post(*new_session(cp))) == ADDRESS_CHANGED


def test_the_address_is_not_compared_where_the_setting_is_off(cp: Cpanel) -> None:
    cp.switch("webmail", "any-address")
    assert refusal(cp, Visitor(cp, source="127.0.0.2").post(*new_session(cp))) is None


@pytest.mark.parametrize(("source", "expected"), [("127.0.0.9", None), ("127.0.1.9", ADDRESS_CHANGED)])
def test_a_loose_comparison_looks_at_24_bits(cp: Cpanel, source: str, expected: str | None) -> None:
    cp.switch("webmail", "loose-address")
    assert refusal(cp, Visitor(cp, source=source).post(*new_session(cp))) == expected


def test_a_session_with_another_token_is_refused(cp: Cpanel) -> None:
    _, fields = new_session(cp)
    assert refusal(cp, Visitor(cp).post(f"{cp.webmail_url}/cpsess0000000000/login", fields)) == BAD_TOKEN


def test_an_unknown_session_is_refused(cp: Cpanel) -> None:
    url, _ = new_session(cp)
    assert refusal(cp, Visitor(cp).post(url, {"session": "alice:guess"})) == EXPIRED


@pytest.mark.parametrize("extra", [{"goto": "/"}, {"user": "alice"}])
def test_more_fields_than_the_session_are_refused(cp: Cpanel, extra: dict[str, str]) -> None:
    url, fields = new_session(cp)
    assert refusal(cp, Visitor(cp).post(url, {**fields, **extra})) == BAD_FORM


def test_a_form_without_the_session_is_refused(cp: Cpanel) -> None:
    url, _ = new_session(cp)
    assert refusal(cp, Visitor(cp).post(url, {"sesion": "x"})) == BAD_FORM


def test_a_session_dies_when_nobody_uses_it(cp: Cpanel) -> None:
    fresh = new_session(cp)
    waiting = cp.root.spool("sessions") / hashlib.sha256(fresh[1]["session"].encode()).hexdigest()
    long_ago = time.time() - 301
    os.utime(waiting, (long_ago, long_ago))
    assert refusal(cp, Visitor(cp).post(*fresh)) == EXPIRED


@pytest.mark.parametrize("referer", [None, ""])
def test_a_blank_referer_is_refused_where_the_setting_says_so(cp: Cpanel, referer: str | None) -> None:
    cp.switch("webmail", "referrerblanksafety")
    headers = {} if referer is None else {"Referer": referer}
    assert refusal(cp, Visitor(cp).post(*new_session(cp), headers)) == BAD_REFERER


def test_a_referer_from_elsewhere_is_refused_where_the_setting_says_so(cp: Cpanel) -> None:
    cp.switch("webmail", "referrersafety")
    assert refusal(cp, Visitor(cp).post(*new_session(cp), {"Referer": "https://evil.example/"})) == BAD_REFERER


def test_a_closed_port_refuses_connections_until_it_is_open_again(cp: Cpanel) -> None:
    cp.switch("webmail", "closed")
    with pytest.raises(ConnectionRefusedError):
        Visitor(cp).get(f"{cp.webmail_url}/")
    cp.reset()
    assert Visitor(cp).get(f"{cp.webmail_url}/").status == 200


@several_accounts
def test_webmail_speaks_the_language_of_the_account(cp: Cpanel) -> None:
    visitor = Visitor(cp)
    answer = visitor.post(*new_session(cp, who="amira"))
    assert '<html lang="ar" dir="rtl"' in visitor.get(answer.location).text


def test_a_mailbox_can_log_in_to_webmail_only(cp: Cpanel) -> None:
    mailbox = f"info@{cp.login('alice').account.domain}"
    assert 'data-page="webmail"' in Visitor(cp).sign_in(mailbox, cp.webmail_url).text
    assert Visitor(cp).sign_in(mailbox).status == 401


def test_a_mailbox_that_reaches_a_live_script_is_named_with_its_domain(cp: Cpanel) -> None:
    live(cp, HEAD + 'print(os.environ["REMOTE_USER"], os.environ["SERVER_PORT"])')
    mailbox = f"info@{cp.login('alice').account.domain}"
    visitor = Visitor(cp)
    visitor.sign_in(mailbox, cp.webmail_url)
    assert visitor.click().text.split() == [mailbox, "2096"]


def test_a_session_is_written_nowhere(cp: Cpanel) -> None:
    url, fields = new_session(cp)
    Visitor(cp).post(url, fields)
    secret = fields["session"].encode()
    assert not [file for file in cp.root.path.rglob("*") if file.is_file() and secret in file.read_bytes()]
