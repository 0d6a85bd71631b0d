"""app.respond: the whole story of a click, with a real LiveAPI socket and a real `uapi` (design §4)."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from plugin.click import fallback
from tests.cpanel import Page
from tests.kit.clicks import ANSWER, SESSION
from tests.kit.panel import GREETING, Panel, livejson
from tests.kit.programs import printing
from tests.kit.servers import Server
from tests.kit.site import Site

Start = Callable[..., Panel]
ON = [GREETING, livejson(1), livejson(1), livejson({"locale": "en"})]


@pytest.fixture
def site(server: Server, folder: Path) -> Site:
    return Site(server, folder)


def test_with_liveapi_a_click_signs_in(site: Site, panel: Start) -> None:
    assert site.outcome(panel(*ON).environ) == "signed-in"


def test_with_liveapi_uapi_is_run_once_and_exactly_as_documented(site: Site, panel: Start) -> None:
    site.click(panel(*ON).environ)
    assert site.calls == ["--output=json Session create_webmail_session_for_self remote_address=192.0.2.7"]


def test_liveapi_is_asked_for_both_features_and_the_language(site: Site, panel: Start) -> None:
    speaking = panel(*ON)
    site.click(speaking.environ)
    asked = [json.loads(line) for line in speaking.received.decode().splitlines() if line.startswith("{")]
    assert [(call["module"], call["func"], call["args"]) for call in asked] == [
        ("Features", "has_feature", {"name": "webmail_signin"}),
        ("Features", "has_feature", {"name": "webmail"}),
        ("Locale", "get_attributes", {}),
    ]


def test_where_the_server_has_no_name_a_linked_mail_node_still_has_one(site: Site, panel: Start) -> None:
    linked = json.loads(json.dumps(ANSWER))
    linked["result"]["data"]["hostname"] = "mail.example.com"
    site.answer(linked)
    nameless = {**panel(*ON).environ, "HTTP_HOST": "?", "SERVER_NAME": "?"}
    record, _ = site.click(nameless, node_name="?")
    assert (record["outcome"], record["target"]) == ("signed-in", "mail.example.com:2096")


def test_an_ipv6_address_is_passed_on_encoded(site: Site, panel: Start) -> None:
    site.click({**panel(*ON).environ, "REMOTE_ADDR": "2001:db8::7"})
    assert site.sessions[0].endswith("remote_address=2001%3Adb8%3A%3A7")


def test_a_forced_locale_is_passed_on(site: Site, panel: Start) -> None:
    site.click(panel(*ON).environ, locale="pt_br")
    assert "locale=pt_br" in site.sessions[0].split()


REFUSES_A_LOCALE = {"result": {"status": 0, "errors": ["The server does not have this “locale”."]}}


@pytest.fixture
def speechless(site: Site) -> Site:
    """Its `uapi` refuses every call that names a language."""
    site.answer()
    able = site.server.uapi.read_text().split("\n", 1)[1]
    refuse = f'echo "$@" >> {site.calls_file}\n{printing(REFUSES_A_LOCALE)}\nexit'
    site.server.program(f'case "$*" in *locale=*) {refuse}\nesac\n{able}')
    return site


def test_a_forced_locale_that_the_server_does_not_have_is_left_out(speechless: Site, panel: Start) -> None:
    assert speechless.outcome(panel(*ON).environ, locale="xx") == "signed-in"
    assert [call.split()[3:] for call in speechless.sessions] == [
        ["remote_address=192.0.2.7", "locale=xx"],
        ["remote_address=192.0.2.7"],
    ]


def test_the_log_says_that_a_forced_locale_was_left_out(speechless: Site, panel: Start) -> None:
    record, _ = speechless.click(panel(*ON).environ, locale="xx")
    assert record["detail"].startswith("refused with locale xx, asked again without: The server does not have")


def test_without_a_forced_locale_a_refusal_is_not_asked_again(site: Site, panel: Start) -> None:
    site.answer(REFUSES_A_LOCALE)
    assert (site.outcome(panel(*ON).environ), len(site.sessions)) == ("uapi-refused", 1)


def test_a_refusal_that_the_locale_is_not_to_blame_for_stays_one(site: Site, panel: Start) -> None:
    site.answer({"result": {"status": 0, "errors": ["No."]}})
    record, _ = site.click(panel(*ON).environ, locale="de")
    assert (record["outcome"], record["detail"], len(site.sessions)) == ("uapi-refused", "No.", 2)


def test_the_accounts_own_locale_is_not_passed_on(site: Site, panel: Start) -> None:
    site.click(panel(*ON).environ)
    assert "locale=" not in site.sessions[0]


@pytest.mark.parametrize("answers", [[1, 0], [0, 1], [0, 0], ["1", "0"]], ids=repr)
def test_a_feature_that_is_off_is_refused_and_no_session_is_made(
    site: Site, panel: Start, answers: list[object]
) -> None:
    speaking = panel(GREETING, *map(livejson, answers), livejson({"locale": "en"}))
    assert (site.outcome(speaking.environ), site.sessions) == ("feature-off", [])


def test_the_log_says_which_feature_is_off(site: Site, panel: Start) -> None:
    record, _ = site.click(panel(GREETING, livejson(1), livejson(0), livejson({})).environ)
    assert record["detail"] == "feature webmail is off"


def test_without_liveapi_the_documented_command_says_what_is_on(site: Site) -> None:
    assert site.outcome() == "signed-in"


def test_the_documented_command_is_asked_for_what_liveapi_did_not_say(site: Site) -> None:
    site.click()
    assert sorted(site.calls[:-1]) == [
        "--output=json Features has_feature name=webmail",
        "--output=json Features has_feature name=webmail_signin",
        "--output=json Locale get_attributes",
    ]


def test_a_feature_that_the_command_says_is_off_is_refused_and_no_session_is_made(site: Site) -> None:
    site.answer(feature=0)
    assert (site.outcome(), site.sessions) == ("feature-off", [])


@pytest.mark.parametrize("data", [None, 2, "yes", [1], {}, True], ids=repr)
def test_a_feature_of_which_liveapi_knows_nothing_is_asked_by_command(site: Site, panel: Start, data: object) -> None:
    site.answer(feature=0)
    speaking = panel(GREETING, livejson(1), livejson(data), livejson({"locale": "en"}))
    assert (site.outcome(speaking.environ), site.sessions) == ("feature-off", [])


@pytest.mark.parametrize("data", [(0, None), (None, 0)], ids=repr)
def test_one_feature_that_is_off_is_enough_whoever_says_so(
    site: Site, panel: Start, data: tuple[object, object]
) -> None:
    speaking = panel(GREETING, *map(livejson, data), livejson({"locale": "en"}))
    assert (site.outcome(speaking.environ), site.calls) == ("feature-off", [])


def test_what_liveapi_has_said_is_not_taken_back_by_the_command(site: Site, panel: Start) -> None:
    speaking = panel(GREETING, livejson(0), close=True)
    assert (site.outcome(speaking.environ), site.calls) == ("feature-off", [])


@pytest.mark.parametrize("off", ["webmail", "webmail_signin"])
def test_the_command_need_not_know_both_features_to_say_that_one_is_off(site: Site, off: str) -> None:
    said = json.dumps({"result": {"status": 1, "data": 0}})
    site.server.program(
        f"echo \"$@\" >> {site.calls_file}\ncase $* in *name={off}) echo '{said}';; *) echo no;; esac\n"
    )
    assert (site.outcome(), site.sessions) == ("feature-off", [])


FEATURE_ANSWERS = {
    "null": {"result": {"status": 1, "data": None}},
    "true": {"result": {"status": 1, "data": True}},
    "refused": {"result": {"status": 0, "errors": ["No."]}},
    "HTML": "<html>licence</html>",
    "nothing": "",
}


@pytest.mark.parametrize("answer", FEATURE_ANSWERS.values(), ids=FEATURE_ANSWERS)
def test_when_nobody_knows_the_features_no_session_is_made(site: Site, answer: object) -> None:
    text = answer if isinstance(answer, str) else json.dumps(answer)
    site.server.program(f"echo \"$@\" >> {site.calls_file}\ncat <<'END'\n{text}\nEND\n")
    assert (site.outcome(), site.sessions) == ("features-unknown", [])


def test_when_nobody_answers_in_time_the_features_are_unknown(site: Site) -> None:
    site.server.program("exec sleep 60\n")
    assert site.outcome(timeout=0.2) == "features-unknown"


def test_without_liveapi_and_uapi_the_features_are_unknown(site: Site) -> None:
    site.server.uapi.unlink()
    assert site.outcome() == "features-unknown"


def test_a_language_that_nobody_knows_stops_no_one(site: Site, panel: Start) -> None:
    speaking = panel(GREETING, livejson(1), livejson(1), livejson(None, status=0))
    assert site.outcome(speaking.environ) == "signed-in"


def test_a_language_that_the_command_does_not_tell_in_time_stops_no_one(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fallback, "LANGUAGE_PATIENCE", 0.1)
    answers = site.server.uapi.read_text().replace("*get_attributes*)", "*get_attributes*) exec sleep 60")
    site.server.program(answers)
    assert site.outcome(timeout=5) == "signed-in"


@pytest.fixture
def bilingual(site: Site) -> Site:
    """With a language of the provider's own beside the others."""
    own = site.server.own_templates / "locale"
    own.mkdir(parents=True)
    (own / "xx.yaml").write_text('lang: "xx"\ndir: "rtl"\n')
    site.server.configure("log: stderr\n")
    return site


def shown(page: Page) -> tuple[str, str]:
    return page.first("html")["lang"], page.first("html")["dir"]


def test_the_page_speaks_the_language_that_liveapi_names(bilingual: Site, panel: Start) -> None:
    speaking = panel(GREETING, livejson(1), livejson(1), livejson({"locale": "xx"}))
    assert shown(bilingual.click(speaking.environ)[1]) == ("xx", "rtl")


def test_the_page_speaks_the_language_that_the_command_names(bilingual: Site) -> None:
    bilingual.answer(locale="xx")
    assert shown(bilingual.click()[1]) == ("xx", "rtl")


def test_the_page_speaks_the_browsers_language_where_the_account_has_none(bilingual: Site, panel: Start) -> None:
    speaking = panel(GREETING, livejson(1), livejson(1), livejson({}))
    assert shown(bilingual.click({**speaking.environ, "HTTP_ACCEPT_LANGUAGE": "xx, en"})[1]) == ("xx", "rtl")


def test_a_refusal_speaks_the_accounts_language_too(bilingual: Site, panel: Start) -> None:
    speaking = panel(GREETING, livejson({"locale": "xx"}))
    assert shown(bilingual.click({**speaking.environ, "TEAM_USER": "tim"})[1]) == ("xx", "rtl")


@pytest.mark.parametrize("locale", ["../../../etc/passwd", "xx\0", "", 1, ["xx"], {"xx": 1}], ids=repr)
def test_a_language_that_is_nonsense_is_english(bilingual: Site, panel: Start, locale: object) -> None:
    speaking = panel(GREETING, livejson(1), livejson(1), livejson({"locale": locale}))
    assert shown(bilingual.click(speaking.environ)[1]) == ("en", "ltr")


REFUSED = {
    "method-not-allowed": {"REQUEST_METHOD": "POST"},
    "not-clicked": {"HTTP_SEC_PURPOSE": "prefetch"},
    "not-secure": {"SERVER_PORT": "2082", "HTTPS": ""},
    "not-in-cpanel": {"cp_security_token": ""},
    "wrong-user": {"REMOTE_USER": "somebody-else"},
    "team-user": {"TEAM_USER": "tim"},
    "webmail-user": {"SERVER_PORT": "2096"},
    "no-client-address": {"REMOTE_ADDR": "garbage"},
}


@pytest.mark.parametrize(("outcome", "environ"), REFUSED.items(), ids=REFUSED)
def test_what_the_environment_refuses_runs_nothing(site: Site, outcome: str, environ: dict[str, str]) -> None:
    assert (site.outcome(environ), site.calls) == (outcome, [])


@pytest.mark.parametrize("environ", REFUSED.values(), ids=REFUSED)
def test_what_the_environment_refuses_connects_to_liveapi_all_the_same(
    site: Site, panel: Start, environ: dict[str, str]
) -> None:
    speaking = panel(GREETING, livejson({"locale": "en"}))
    site.click({**speaking.environ, **environ})
    assert speaking.connections == 1


def changed(**data: object) -> dict[str, Any]:
    return {"result": {**ANSWER["result"], "data": {**ANSWER["result"]["data"], **data}}}  # type: ignore[dict-item,index]


CALLS = {
    "refused": ("uapi-refused", {"result": {"status": 0, "errors": ["You cannot do that."]}}),
    "HTML": ("uapi-unreadable", "<html>Your license has expired</html>"),
    "nothing": ("uapi-unreadable", ""),
    "huge": ("uapi-unreadable", "x" * 300_000),
    "wrong shape": ("uapi-unreadable", {"data": 1}),
    "token": ("bad-answer", changed(token="/evil")),
    "session": ("bad-answer", changed(session="")),
    "hostname": ("bad-answer", changed(hostname="evil.example/")),
}


@pytest.mark.parametrize(("outcome", "call"), CALLS.values(), ids=CALLS)
def test_a_call_that_fails_has_its_outcome(site: Site, panel: Start, outcome: str, call: object) -> None:
    site.answer(call)
    assert site.outcome(panel(*ON).environ) == outcome


def test_a_refused_call_shows_the_panels_reason(site: Site, panel: Start) -> None:
    site.answer({"result": {"status": 0, "errors": ["You <cannot> do that."]}})
    assert "You <cannot> do that." in site.click(panel(*ON).environ)[1].text


def test_a_call_that_a_signal_ends_is_unreadable(site: Site, panel: Start) -> None:
    site.answer(before="kill -KILL $$")
    assert site.outcome(panel(*ON).environ) == "uapi-unreadable"


def test_a_call_that_hangs_times_out(site: Site, panel: Start) -> None:
    site.answer(before="exec sleep 60")
    assert site.outcome(panel(*ON).environ, timeout=0.3) == "uapi-timeout"


def test_without_uapi_it_is_missing(site: Site, panel: Start) -> None:
    site.server.uapi.unlink()
    assert site.outcome(panel(*ON).environ) == "uapi-missing"


def test_a_uapi_that_cannot_be_executed_is_missing(site: Site, panel: Start) -> None:
    site.server.uapi.chmod(0o644)
    assert site.outcome(panel(*ON).environ) == "uapi-missing"


def test_a_linked_mail_node_is_the_target(site: Site, panel: Start) -> None:
    site.answer(changed(hostname="mail.example.net"))
    record, page = site.click(panel(*ON).environ)
    assert record["target"] == "mail.example.net:2096"
    assert page.first("form")["action"] == "https://mail.example.net:2096/cpsess2462418786/login"


def test_without_any_host_the_machines_own_name_is_the_target(site: Site, panel: Start) -> None:
    record, _ = site.click({**panel(*ON).environ, "HTTP_HOST": "", "SERVER_NAME": ""})
    assert record["target"] == "node.example.com:2096"


def test_the_record_holds_neither_session_nor_token(site: Site, panel: Start) -> None:
    record, _ = site.click(panel(*ON).environ)
    assert SESSION not in repr(record) and "cpsess" not in repr(record)


def test_the_record_says_how_long_uapi_took(site: Site, panel: Start) -> None:
    site.answer(before="sleep 0.1")
    record, _ = site.click(panel(*ON).environ)
    assert isinstance(record["uapi_ms"], int) and record["uapi_ms"] >= 100


def test_the_record_says_how_long_a_failing_uapi_took(site: Site, panel: Start) -> None:
    site.answer("", before="sleep 0.1")
    record, _ = site.click(panel(*ON).environ)
    assert isinstance(record["uapi_ms"], int) and record["uapi_ms"] >= 100


def test_the_record_says_how_long_liveapi_was_waited_for(site: Site, panel: Start) -> None:
    record, _ = site.click(panel(GREETING).environ)  # it says no more
    assert isinstance(record["live_ms"], int) and 1900 <= record["live_ms"] < 20_000


def test_the_record_of_a_refusal_says_so_too(site: Site, panel: Start) -> None:
    record, _ = site.click({**panel(GREETING, livejson({})).environ, "TEAM_X": "1"})
    assert 0 <= record["live_ms"] < 1900
