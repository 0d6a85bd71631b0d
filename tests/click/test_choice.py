"""app.respond with `mailbox: choose` and `open`: the whole story, with a real LiveAPI socket and a real `uapi`."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from plugin.click import app
from tests.cpanel import Page
from tests.kit.account import ACCOUNT
from tests.kit.clicks import ANSWER, cgi_environ
from tests.kit.panel import GREETING, Panel, livejson
from tests.kit.programs import answering, printing
from tests.kit.servers import Server
from tests.kit.site import Site

Start = Callable[..., Panel]
LIST = [{"email": "info@example.com"}, {"email": "old@example.com", "suspended_login": 1}]


def answers(popaccts: object = 1, data: object = LIST) -> list[bytes]:
    return [GREETING, livejson(1), livejson(1), livejson({"locale": "en"}), livejson(popaccts), livejson(data)]


@pytest.fixture
def site(server: Server, folder: Path) -> Site:
    return Site(server, folder)


@pytest.fixture
def posting(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[bytes], dict[str, str]]]:
    """The environment of a POST whose body stands on standard input."""
    kept = os.dup(0)

    def prepare(body: bytes) -> dict[str, str]:
        reading, writing = os.pipe()
        os.write(writing, body)
        os.close(writing)
        os.dup2(reading, 0)
        os.close(reading)
        kind = "application/x-www-form-urlencoded"
        return {"REQUEST_METHOD": "POST", "CONTENT_TYPE": kind, "CONTENT_LENGTH": str(len(body))}

    yield prepare
    os.dup2(kept, 0)
    os.close(kept)


def choose(site: Site, environ: dict[str, str], **settings: Any) -> tuple[dict[str, Any], Page]:
    return site.click(environ, mailbox="choose", **settings)


def test_the_mailboxes_are_offered_the_accounts_own_first(site: Site, panel: Start) -> None:
    record, page = choose(site, panel(*answers()).environ)
    buttons = [(button["value"], "disabled" in button) for button in page.all("button")]
    assert record["outcome"] == "choose"
    assert buttons == [(ACCOUNT.pw_name, False), ("info@example.com", False), ("old@example.com", True)]


def test_to_offer_them_creates_nothing_and_runs_nothing(site: Site, panel: Start) -> None:
    choose(site, panel(*answers()).environ)
    assert site.calls == []


def test_liveapi_is_asked_for_all_of_it_over_one_connection(site: Site, panel: Start) -> None:
    speaking = panel(*answers())
    choose(site, speaking.environ)
    asked = [json.loads(line) for line in speaking.received.decode().splitlines() if line.startswith("{")]
    assert speaking.connections == 1
    assert [(call["func"], call["args"]) for call in asked[3:]] == [
        ("has_feature", {"name": "popaccts"}),
        ("list_pops", {"skip_main": "1"}),
    ]


@pytest.mark.parametrize(("popaccts", "data"), [(1, []), (0, LIST)], ids=["no mailbox", "popaccts off"])
def test_an_account_that_has_no_choice_is_signed_in_at_once(
    site: Site, panel: Start, popaccts: object, data: object
) -> None:
    assert choose(site, panel(*answers(popaccts, data)).environ)[0]["outcome"] == "signed-in"


def listing(site: Site, data: object = LIST, popaccts: object = 1) -> None:
    said = {
        "*name=popaccts*": {"result": {"status": 1, "data": popaccts}},
        "*list_pops*": {"result": {"status": 1, "data": data}} if data != "refused" else {"result": {"status": 0}},
        "*has_feature*": {"result": {"status": 1, "data": 1}},
        "*get_attributes*": {"result": {"status": 1, "data": {"locale": "en"}}},
        "*": ANSWER,
    }
    commands = answering({pattern: printing(answer) for pattern, answer in said.items()})
    site.server.program(f'echo "$@" >> {site.calls_file}\n{commands}')


def test_without_liveapi_the_command_is_asked(site: Site) -> None:
    listing(site)
    record, page = choose(site, {})
    assert (record["outcome"], len(page.all("button"))) == ("choose", 3)
    assert sorted(call.split(" ", 2)[2] for call in site.calls) == [
        "get_attributes",
        "has_feature name=popaccts",
        "has_feature name=webmail",
        "has_feature name=webmail_signin",
        "list_pops skip_main=1",
    ]


@pytest.mark.parametrize("data", [None, 1, "nonsense", {"info@example.com": 1}], ids=repr)
def test_a_list_that_is_none_is_asked_by_command(site: Site, panel: Start, data: object) -> None:
    listing(site)
    assert choose(site, panel(*answers(data=data)).environ)[0]["outcome"] == "choose"
    assert site.calls == ["--output=json Email list_pops skip_main=1"]


@pytest.mark.parametrize("data", [None, "refused", {}], ids=repr)
def test_where_there_is_no_list_the_accounts_own_is_opened_and_the_log_says_so(site: Site, data: object) -> None:
    listing(site, data)
    record, _ = choose(site, {})
    assert record["outcome"] == "signed-in" and record["detail"].startswith("no list of mailboxes: ")


def test_a_choice_signs_in_to_that_mailbox(site: Site, panel: Start, posting: Any) -> None:
    record, page = choose(site, {**panel(*answers()).environ, **posting(b"mailbox=info%40example.com")})
    assert (record["outcome"], record["mailbox"]) == ("signed-in", "info@example.com")
    assert "info@example.com" in page.text
    assert site.calls == [
        "--output=json Session create_webmail_session_for_mail_user login=info domain=example.com "
        "remote_address=192.0.2.7"
    ]


def test_a_forced_locale_is_passed_on_for_a_mailbox_too(site: Site, panel: Start, posting: Any) -> None:
    choose(site, {**panel(*answers()).environ, **posting(b"mailbox=info%40example.com")}, locale="de")
    assert site.calls[0].endswith(" remote_address=192.0.2.7 locale=de")


def test_the_accounts_own_can_be_chosen(site: Site, panel: Start, posting: Any) -> None:
    own = ACCOUNT.pw_name
    record, _ = choose(site, {**panel(*answers()).environ, **posting(f"mailbox={own}".encode())})
    assert (record["outcome"], record["mailbox"]) == ("signed-in", own)
    assert site.calls == ["--output=json Session create_webmail_session_for_self remote_address=192.0.2.7"]


REFUSED: dict[str, tuple[bytes, dict[str, str], list[bytes]]] = {
    "no-such-mailbox": (b"mailbox=info%40bob.example", {}, answers()),
    "mailbox-suspended": (b"mailbox=old%40example.com", {}, answers()),
    "bad-form": (b"mailbox=a&mailbox=b", {}, answers()),
    "foreign-form": (b"mailbox=info%40example.com", {"HTTP_SEC_FETCH_SITE": "cross-site"}, answers()),
    "feature-off": (b"mailbox=info%40example.com", {}, answers(popaccts=0)),
    "team-user": (b"mailbox=info%40example.com", {"TEAM_USER": "tim"}, answers()),
    "not-secure": (b"mailbox=info%40example.com", {"HTTPS": "off"}, answers()),
    "not-clicked": (b"mailbox=info%40example.com", {"HTTP_SEC_FETCH_DEST": "iframe"}, answers()),
}


@pytest.mark.parametrize(("outcome", "case"), REFUSED.items(), ids=REFUSED)
def test_a_choice_that_cannot_be_kept_creates_nothing(
    site: Site, panel: Start, posting: Any, outcome: str, case: tuple[bytes, dict[str, str], list[bytes]]
) -> None:
    body, environ, said = case
    record, page = choose(site, {**panel(*said).environ, **posting(body), **environ})
    assert (record["outcome"], page.first("html")["data-outcome"], site.sessions) == (outcome, outcome, [])


def test_a_choice_whose_list_nobody_gives_is_refused(site: Site, posting: Any) -> None:
    listing(site, None)
    assert choose(site, posting(b"mailbox=info%40example.com"))[0]["outcome"] == "uapi-unreadable"
    assert site.sessions == []


@pytest.mark.parametrize("query", ["mailbox=old@example.com", "mailbox=info@example.com"])
def test_a_choice_in_the_address_is_none(site: Site, panel: Start, query: str) -> None:
    assert choose(site, {**panel(*answers()).environ, "QUERY_STRING": query})[0]["outcome"] == "choose"


def test_without_the_setting_a_post_is_refused_as_ever(site: Site, panel: Start, posting: Any) -> None:
    environ = {**panel(GREETING, livejson({})).environ, **posting(b"mailbox=info%40example.com")}
    assert site.outcome(environ) == "method-not-allowed"


@pytest.mark.parametrize(("mailbox", "allowed"), [("own", "GET, HEAD"), ("choose", "GET, HEAD, POST")])
def test_a_refused_method_names_those_that_are_allowed(site: Site, mailbox: str, allowed: str) -> None:
    assert ("Allow", allowed) in site.respond({"REQUEST_METHOD": "PUT"}, mailbox=mailbox)[1].headers


def test_the_page_may_post_to_itself_and_nowhere_else(site: Site, panel: Start) -> None:
    _, response = site.respond(panel(*answers()).environ, mailbox="choose")
    policy = dict(response.headers)["Content-Security-Policy"]
    assert "form-action 'self'" in policy
    assert Page(response.body).first("form")["action"].endswith("/frontend/jupiter/webmail_signin/index.live.cgi")


@pytest.mark.parametrize(("count", "searched"), [(10, 0), (11, 1)])
def test_more_than_ten_can_be_searched(site: Site, panel: Start, count: int, searched: int) -> None:
    many = [{"email": f"m{number}@example.com"} for number in range(count)]
    _, page = choose(site, panel(*answers(data=many)).environ)
    assert [len(page.all(tag)) for tag in ("input", "script")] == [searched, searched]


def test_coming_back_from_a_chosen_mailbox_leads_to_the_list(site: Site, panel: Start, posting: Any) -> None:
    chosen = choose(site, {**panel(*answers()).environ, **posting(b"mailbox=info%40example.com")})[1]
    assert "location.replace(again.href)" in chosen.text


def test_where_webmail_opens_is_sent_beside_the_session(site: Site, panel: Start) -> None:
    _, page = site.click(panel(*answers()).environ, open="/3rdparty/roundcube/index.php?a=1&b=2")
    fields = [(field["name"], field["value"]) for field in page.all("input")]
    assert [fields[0][0], fields[1]] == ["session", ("goto_uri", "/3rdparty/roundcube/index.php?a=1&b=2")]


def test_by_default_there_is_no_trace_of_either(site: Site, panel: Start) -> None:
    _, page = site.click(panel(*answers()).environ)
    assert [field["name"] for field in page.all("input")] == ["session"]
    assert "location.replace" not in page.text


@pytest.mark.parametrize("name", ["mailboxes", "form", "fallback"])
def test_by_default_no_code_of_the_choice_is_loaded(server: Server, panel: Start, name: str) -> None:
    with open(server.release / "plugin/click/log.py", "a") as file:
        file.write("\nimport sys\nos.write(2, ('LOADED ' + ' '.join(sys.modules)).encode() + b'\\n')\n")
    answer = server.click(cgi_environ(**panel(*answers()).environ))
    assert answer.outcome == "signed-in"
    assert "plugin.click.page" in answer.log and f"plugin.click.{name}" not in answer.log


def test_the_questions_of_a_default_click_are_three(site: Site, panel: Start) -> None:
    speaking = panel(*answers())
    site.click(speaking.environ)
    assert speaking.received.count(b"<cpanelaction>") == len([*app.FEATURES, app.LOCALE]) == 3
