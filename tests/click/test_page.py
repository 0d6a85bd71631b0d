"""page: headers exactly as in design §4, and HTML in which every value arrives as it was."""

from __future__ import annotations

from typing import Any

import pytest

from plugin.click import errors, page, templates
from plugin.click.answer import WebmailSession
from plugin.click.destination import Destination
from plugin.click.settings import Settings
from tests.cpanel import Page
from tests.kit.cases import STATUS
from tests.kit.servers import Server

NONCE = "0123456789abcdef0123456789abcdef"
LINKS = page.Links("/cpsess1234567890", "jupiter")
NASTY = "\"'><script>alert(1)</script>&amp;&lt;{{ 7 * 7 }}{% raw %}\u202e"


@pytest.fixture(scope="module")
def drawn(staged: Server) -> templates.Templates:
    return templates.load(str(staged.release), None, "")


def signin(
    drawn: templates.Templates,
    host: str = "host.example.com",
    port: int | None = 2096,
    session: str = "s",
    user: str = "alice",
    **settings: Any,
) -> page.Response:
    pages = page.Pages(drawn.render, Settings(settings), LINKS, NONCE, "cafe0123")
    return pages.signin(user, Destination(host, port), WebmailSession("/cpsess42", session, None))


def failure(drawn: templates.Templates, error: errors.SigninError, **settings: Any) -> page.Response:
    return page.Pages(drawn.render, Settings(settings), LINKS, NONCE, "cafe0123").failure(error)


ALL_ERRORS = errors.SigninError.__subclasses__()
each_error = pytest.mark.parametrize("kind", ALL_ERRORS, ids=[kind.code for kind in ALL_ERRORS])


def policy(form_action: str) -> str:
    return (
        f"default-src 'none'; script-src 'nonce-{NONCE}'; style-src 'nonce-{NONCE}'; img-src data:; "
        f"form-action {form_action}; base-uri 'none'; frame-ancestors 'none'"
    )


def common(form_action: str) -> list[str]:
    return [
        "Content-Type: text/html; charset=utf-8",
        "Cache-Control: no-store",
        "Referrer-Policy: origin",
        "X-Content-Type-Options: nosniff",
        f"Content-Security-Policy: {policy(form_action)}",
    ]


def head(response: page.Response) -> list[str]:
    return bytes(response).partition(b"\n\n")[0].decode().split("\n")


def test_the_form_page_has_exactly_these_headers(drawn: templates.Templates) -> None:
    assert head(signin(drawn)) == ["Status: 200 OK", *common("https://host.example.com:*")]


def test_an_error_page_has_exactly_these_headers(drawn: templates.Templates) -> None:
    assert head(failure(drawn, errors.FeatureOff())) == ["Status: 403 Forbidden", *common("'none'")]


def test_a_refused_method_has_the_allowed_ones_in_its_headers(drawn: templates.Templates) -> None:
    assert head(failure(drawn, errors.MethodNotAllowed()))[:2] == ["Status: 405 Method Not Allowed", "Allow: GET, HEAD"]


@pytest.mark.parametrize(
    ("host", "target"),
    [
        ("host.example.com", "https://host.example.com:*"),
        ("192.0.2.7", "https://192.0.2.7:*"),
        ("[2001:db8::7]", "https:"),  # browsers know no source with brackets
    ],
)
def test_the_form_may_go_to_the_target_on_any_port(drawn: templates.Templates, host: str, target: str) -> None:
    assert head(signin(drawn, host))[-1] == f"Content-Security-Policy: {policy(target)}"


def test_each_row_of_the_outcome_table_has_an_error() -> None:
    assert {kind.code: kind.status for kind in ALL_ERRORS} == STATUS


@each_error
def test_each_error_answers_with_its_status(drawn: templates.Templates, kind: type[errors.SigninError]) -> None:
    assert head(failure(drawn, kind()))[0].startswith(f"Status: {STATUS[kind.code]} ")


@each_error
def test_each_error_page_says_its_outcome(drawn: templates.Templates, kind: type[errors.SigninError]) -> None:
    shown = Page(failure(drawn, kind()).body).first("html")
    assert (shown["data-outcome"], shown["lang"], shown["dir"]) == (kind.code, "en", "ltr")


@each_error
def test_no_error_page_has_a_form_or_a_field(drawn: templates.Templates, kind: type[errors.SigninError]) -> None:
    shown = Page(failure(drawn, kind("", (NASTY,)), support=NASTY).body)
    assert not shown.all("form") and not shown.all("input")


@each_error
def test_each_error_page_leads_to_cpanel_and_to_a_fresh_try(
    drawn: templates.Templates, kind: type[errors.SigninError]
) -> None:
    links = [link["href"] for link in Page(failure(drawn, kind()).body).all("a")]
    assert {LINKS.home, LINKS.again} <= set(links)


@pytest.mark.parametrize(
    "kind", [kind for kind in ALL_ERRORS if kind is not errors.NotClicked], ids=lambda kind: str(kind.code)
)
def test_each_error_page_shows_its_code_and_reference(
    drawn: templates.Templates, kind: type[errors.SigninError]
) -> None:
    text = Page(failure(drawn, kind()).body).text
    assert kind.code in text and "cafe0123" in text


def test_an_error_page_does_not_show_the_detail_of_the_log(drawn: templates.Templates) -> None:
    assert "for the log alone" not in failure(drawn, errors.BadAnswer("for the log alone")).body


def test_an_error_page_shows_the_panels_reasons_as_text(drawn: templates.Templates) -> None:
    shown = Page(failure(drawn, errors.UapiRefused("", (NASTY,))).body)
    assert NASTY in shown.text


def test_an_error_page_shows_the_providers_support_as_text(drawn: templates.Templates) -> None:
    assert NASTY in Page(failure(drawn, errors.FeatureOff(), support=NASTY).body).text


@pytest.mark.parametrize("support", ["https://help.example.com/?a=1&b=2", "mailto:help@example.com"])
def test_an_address_for_support_is_a_link(drawn: templates.Templates, support: str) -> None:
    links = [link["href"] for link in Page(failure(drawn, errors.FeatureOff(), support=support).body).all("a")]
    assert support in links


def test_a_sentence_for_support_is_no_link(drawn: templates.Templates) -> None:
    links = [
        link["href"] for link in Page(failure(drawn, errors.FeatureOff(), support="javascript:alert(1)").body).all("a")
    ]
    assert links and all(link.startswith("/cpsess1234567890/") for link in links)


def test_the_form_posts_to_the_target_and_the_token(drawn: templates.Templates) -> None:
    form = Page(signin(drawn).body).first("form")
    assert (form["method"], form["action"]) == ("post", "https://host.example.com:2096/cpsess42/login")


def test_a_target_without_a_port_has_none_in_its_address(drawn: templates.Templates) -> None:
    form = Page(signin(drawn, "webmail.example.com", None).body).first("form")
    assert form["action"] == "https://webmail.example.com/cpsess42/login"


def test_there_is_one_form_with_one_field(drawn: templates.Templates) -> None:
    shown = Page(signin(drawn).body)
    assert [len(shown.all(tag)) for tag in ("form", "input")] == [1, 1]


def test_the_one_field_is_the_session_and_hidden(drawn: templates.Templates) -> None:
    field = Page(signin(drawn, session="u:a+b%20c,d=e").body).first("input")
    assert (field["type"], field["name"], field["value"]) == ("hidden", "session", "u:a+b%20c,d=e")


@pytest.mark.parametrize(
    "session", [NASTY, '"', "'", "&amp;", "&#34;", "<", ">", "`", "{{ session }}", "</form>", "é€\U0001f4e7"]
)
def test_the_session_arrives_character_for_character(drawn: templates.Templates, session: str) -> None:
    assert Page(signin(drawn, session=session).body).first("input")["value"] == session


def test_the_session_stands_in_its_field_and_nowhere_else(drawn: templates.Templates) -> None:
    assert bytes(signin(drawn, session="alice:S3CRET")).count(b"alice:S3CRET") == 1


def test_no_value_becomes_a_tag(drawn: templates.Templates) -> None:
    plain = Page(signin(drawn, session="s", user="alice", support="x").body)
    nasty = Page(signin(drawn, session=NASTY, user=NASTY, support=NASTY).body)
    assert [tag for tag, _ in nasty.tags] == [tag for tag, _ in plain.tags]


def test_the_users_name_is_shown_as_text(drawn: templates.Templates) -> None:
    assert NASTY in Page(signin(drawn, user=NASTY).body).text


@pytest.mark.parametrize("tag", ["script", "style"])
def test_all_scripts_and_styles_carry_the_nonce(drawn: templates.Templates, tag: str) -> None:
    found = Page(signin(drawn).body).all(tag)
    assert found and all(attributes.get("nonce") == NONCE for attributes in found)


@pytest.mark.parametrize("attribute", ["src", "style", "srcset", "background", "onclick", "onload", "onsubmit", "ping"])
def test_no_page_loads_or_runs_anything_by_an_attribute(drawn: templates.Templates, attribute: str) -> None:
    pages = [signin(drawn), *(failure(drawn, kind()) for kind in ALL_ERRORS)]
    assert not [tag for shown in pages for tag in Page(shown.body).tags if attribute in tag[1]]


def test_the_form_page_is_at_most_8_kilobytes(drawn: templates.Templates) -> None:
    longest = ".".join(["h" * 62] * 4)
    assert len(bytes(signin(drawn, longest, user="u" * 32, session="s" * 128, support="x" * 300))) <= 8192


@each_error
def test_an_error_page_is_at_most_8_kilobytes(drawn: templates.Templates, kind: type[errors.SigninError]) -> None:
    assert len(bytes(failure(drawn, kind("", ("x" * 300,) * 5), support="x" * 300))) <= 8192


def test_a_lone_surrogate_does_not_break_the_response() -> None:
    assert bytes(page.Response(200, (), "a\udcffb")).endswith(b"\n\na?b")


def test_links_carry_the_panels_token_and_theme() -> None:
    assert (LINKS.home, LINKS.again) == (
        "/cpsess1234567890/frontend/jupiter/index.html",
        "/cpsess1234567890/frontend/jupiter/webmail_signin/index.live.cgi",
    )


def test_without_the_panels_token_links_are_relative() -> None:
    assert page.Links("", "jupiter").again == "../webmail_signin/index.live.cgi"


def test_the_way_on_from_plain_http_is_the_same_page_by_https(drawn: templates.Templates) -> None:
    shown = failure(drawn, errors.NotSecure(link="https://host.example.com:2083"))
    button, home = (link["href"] for link in Page(shown.body).all("a"))
    assert (button, home) == (f"https://host.example.com:2083{LINKS.again}", LINKS.home)


def test_where_the_pages_own_place_is_unknown_the_way_on_stays_relative() -> None:
    assert (
        page.Links("", "jupiter").tried_at("https://host.example.com:2083").again == "../webmail_signin/index.live.cgi"
    )
