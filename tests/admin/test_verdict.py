"""What an answer to a click means."""

from __future__ import annotations

from email.message import Message
from http.client import HTTPMessage
from urllib.parse import quote

import pytest

from plugin.admin import verdict
from plugin.admin.browser import Answer

GOOD = {
    "Content-Security-Policy": "default-src 'none'; form-action https://h:*",
    "Cache-Control": "no-store, no-cache",
    "Referrer-Policy": "origin",
}
ACTION = "https://h.example.com:2096/cpsess123/login"


def answer(body: str, headers: dict[str, str] | None = None) -> Answer:
    found: Message = HTTPMessage()
    for name, value in {**GOOD, **(headers or {})}.items():
        found[name] = value
    return Answer(200, found, body.encode())  # type: ignore[arg-type]


def page(
    action: str = ACTION, method: str = "post", field: str = "session", more: str = "", value: str = "s"
) -> Answer:
    form = (
        f'<form method="{method}" action="{action}"><input type="hidden" name="{field}" value="{value}">{more}</form>'
    )
    return answer(f'<html data-outcome="signed-in"><title>Webmail</title>{form}</html>')


def test_our_page_is_in_order() -> None:
    assert verdict.what_is_wrong(page(), []) == ""


def test_the_form_says_where_people_go() -> None:
    form = verdict.form(page(more='<input name="goto_uri" value="/3rdparty/roundcube/index.php">'))
    assert form
    assert form[:4] == ("h.example.com", 2096, "/cpsess123/login", "/cpsess123")
    assert form.fields == {"session": "s", "goto_uri": "/3rdparty/roundcube/index.php"}


def test_without_a_port_it_is_that_of_https() -> None:
    form = verdict.form(page("https://webmail.example.com/cpsess1/login"))
    assert form and (form.host, form.port) == ("webmail.example.com", 443)


@pytest.mark.parametrize(
    "other",
    [
        page("http://h.example.com:2096/cpsess123/login"),
        page("https://h.example.com:2096/login"),
        page("https://h.example.com:2096/cpsess123/login?a=b"),
        page("https://u@h.example.com/cpsess1/login"),
        page("https://h_x/cpsess1/login"),
        page("/cpsess123/login"),
        page("https://h.example.com:99999/cpsess123/login"),
        page(""),
        page(method="get"),
        page(field="sesion"),
        page(value=""),
        page(more='<input name="pass">'),
        answer("<p>nothing</p>"),
        answer(f'<form method=post action="{ACTION}"><input name=session value=s></form>' * 2),
    ],
)
def test_any_other_form_is_none_of_ours(other: Answer) -> None:
    assert verdict.form(other) is None


SECRET = "alice:D7NiAZv1nf4bXeg9:CREATE_USER_SESSION,728fb86a7df1cf20"


@pytest.mark.parametrize(
    "told",
    [SECRET, quote(SECRET), SECRET[:30], f"<b>{SECRET[6:22]}</b>", "x" * 190 + SECRET, "x" * 70 + SECRET],
    ids=["whole", "encoded", "its first part", "its middle", "where it is cut off", "where a title is cut off"],
)
@pytest.mark.parametrize("body", ["<title>{}</title>", "<p role=alert>{}</p>", "<html data-outcome='{}'>"])
def test_of_a_page_that_tells_a_secret_nothing_is_quoted(body: str, told: str) -> None:
    found = answer(body.format(told))
    for text in verdict.said(found, [SECRET]), verdict.what_is_wrong(found, [SECRET]):
        assert SECRET[6:14] not in text


def test_a_page_without_a_secret_is_quoted() -> None:
    assert "the page “Hello”, status 200: no" in verdict.said(
        answer("<title>Hello</title><p role=alert>no</p>"), [SECRET]
    )


def test_the_repr_of_a_form_does_not_show_the_session() -> None:
    assert repr(verdict.form(page(value="alice:secret"))) == "<Form to h.example.com:2096>"


@pytest.mark.parametrize("name", list(GOOD))
def test_a_header_that_is_lost_is_named(name: str) -> None:
    lost = answer('<html data-outcome="signed-in">', {name: "x"})
    assert (
        verdict.what_is_wrong(lost, []) == f"the page came without its header {name}, which something on the way took"
    )


def test_a_complaint_of_the_panels_below_the_page_is_found() -> None:
    found = answer('<html data-outcome="signed-in"></html>\nChild failed to make LIVEAPI connection to cPanel')
    assert "did not connect to LiveAPI" in verdict.what_is_wrong(found, [])


def test_an_outcome_that_it_does_not_know_is_named() -> None:
    assert "the page answered something-new: the log" in verdict.what_is_wrong(
        answer('<html data-outcome="something-new">'), []
    )


def test_of_a_page_of_choice_the_first_button_is_pressed() -> None:
    body = (
        "<form><button>Search</button><button name=mailbox value=own>me</button><button name=mailbox value=b>b</button>"
    )
    assert verdict.choice(answer(body)) == {"mailbox": "own"}
    assert verdict.choice(answer("<p>none</p>")) == {}


@pytest.mark.parametrize(
    ("location", "expected"),
    [
        ("/cpsess1/webmail/index.html?a=b", "/cpsess1/webmail/index.html?a=b"),
        ("https://h:2096/cpsess1/x", "/cpsess1/x"),
        ("/cpsess12/x", None),
        ("/login", None),
        ("//evil.example/cpsess1/x", None),
        ("https://evil.example/cpsess1/x", None),
        ("https://h:2096.evil.example/cpsess1/x", None),
        ("/cpsess1/a b", None),
        ("/cpsess1/a\rb", None),
        ("", None),
    ],
)
def test_a_redirect_is_followed_below_the_token_only(location: str, expected: str | None) -> None:
    assert verdict.below(location, "https://h:2096", "/cpsess1") == expected
