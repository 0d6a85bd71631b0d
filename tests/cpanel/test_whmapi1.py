"""whmapi1: logins made by root, their way through cpsrvd, and feature lists."""

from __future__ import annotations

import json
import ssl
import stat
import subprocess
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.cpanel import Answer, Cpanel, Root, Visitor
from tests.cpanel.cpsrvd import EXPIRED, WELCOME
from tests.cpanel.kit import result, script, several_accounts, uapi

pytestmark = pytest.mark.long


def asked(root: Root, *words: str) -> dict[str, Any]:
    """The answer of a function."""
    ran = script(root, "bin/whmapi1", "--output=json", *words)
    found: dict[str, Any] = json.loads(ran.stdout)
    return found


def first(root: Root) -> str:
    return next(iter(root.accounts.values())).name


def made(root: Root, *more: str) -> dict[str, Any]:
    """The data of a login for the first account."""
    data: dict[str, Any] = asked(root, "create_user_session", f"user={first(root)}", "service=cpaneld", *more)["data"]
    return data


def log_in(cp: Cpanel, *more: str) -> tuple[Visitor, Answer]:
    visitor = Visitor(cp)
    return visitor, visitor.get(made(cp.root, *more)["url"])


# Logins


def test_the_answer_has_the_fields_of_the_facts(root: Root) -> None:
    found = asked(root, "create_user_session", f"user={first(root)}", "service=cpaneld")
    assert found["metadata"] == {"command": "create_user_session", "reason": "OK", "result": 1, "version": 1}
    assert sorted(found["data"]) == ["cp_security_token", "expires", "service", "session", "url"]


def test_without_servers_the_url_names_cpanels_port(root: Root) -> None:
    url = urlsplit(made(root)["url"])
    assert (url.scheme, url.hostname, url.port) == ("https", "server.example.com", 2083)


def test_the_url_holds_token_and_session(root: Root) -> None:
    data = made(root, "preferred_domain=shop.example.com")
    url = urlsplit(data["url"])
    assert (url.hostname, url.path) == ("shop.example.com", f"{data['cp_security_token']}/login/")
    assert parse_qs(url.query)["session"] == [data["session"]]


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (["service=cpaneld"], "user"),
        (["user=USER"], "service"),
        (["user=USER", "service=whostmgrd"], "knows the services"),
        (["user=nobody-at-all", "service=cpaneld"], "does not exist"),
        (["user=..%2Falice", "service=cpaneld"], "does not exist"),
        (["user=info@USER.example.com", "service=cpaneld"], "does not exist"),
        (["user=USER", "service=cpaneld", "password=x"], "not known"),
    ],
)
def test_a_login_that_cannot_be_made_has_a_reason(root: Root, words: list[str], reason: str) -> None:
    found = asked(root, "create_user_session", *(word.replace("USER", first(root)) for word in words))
    assert (found["metadata"]["result"], "data" in found) == (0, False)
    assert reason in found["metadata"]["reason"]


def test_the_url_signs_in(cp: Cpanel) -> None:
    visitor, answer = log_in(cp)
    assert (answer.status, "cpsession=" in answer.headers["set-cookie"]) == (307, True)
    assert "Search tools" in visitor.get(answer.location).text


def test_the_url_works_once(cp: Cpanel) -> None:
    url = made(cp.root)["url"]
    Visitor(cp).get(url)
    again = Visitor(cp).get(url)
    assert (again.status, "set-cookie" in again.headers, EXPIRED in again.text) == (200, False, True)


@pytest.mark.parametrize("change", [("session=", "session=x"), ("CREATE", "CREATED")])
def test_a_url_that_was_not_made_gets_the_login_page_with_status_200(cp: Cpanel, change: tuple[str, str]) -> None:
    answer = Visitor(cp).get(made(cp.root)["url"].replace(*change))
    assert (answer.status, "set-cookie" in answer.headers, EXPIRED in answer.text) == (200, False, True)


def test_a_login_for_webmail_is_none_for_cpanel(cp: Cpanel) -> None:
    found = asked(cp.root, "create_user_session", f"user={first(cp.root)}", "service=webmaild")["data"]["url"]
    assert EXPIRED in Visitor(cp).get(found.replace(str(cp.webmail_port), str(cp.port))).text
    assert Visitor(cp).get(found).status == 307


def test_a_mailbox_can_be_signed_in_to_webmail(cp: Cpanel) -> None:
    mailbox = f"info@{next(iter(cp.root.accounts.values())).domain}"
    found = asked(cp.root, "create_user_session", f"user={mailbox}", "service=webmaild")
    if "data" not in found:
        pytest.skip("the account has another name here")
    visitor = Visitor(cp)
    assert visitor.get(visitor.get(found["data"]["url"]).location).page.first("html")["data-account"] == mailbox


def test_the_session_log_tells_of_login_and_logout_and_keeps_the_secret(cp: Cpanel) -> None:
    before = len(cp.root.session_log())
    data = made(cp.root)
    visitor = Visitor(cp)
    answer = visitor.get(data["url"])
    visitor.get(f"{answer.location.partition('/frontend')[0]}/logout/")
    log = cp.root.session_log()[before:]
    new, begun, purged = log.splitlines()
    assert "method=create_user_session" in new and f"NEW {first(cp.root)}:" in new
    assert "method=login" in begun
    assert f"PURGE {first(cp.root)}:" in purged and purged.endswith(" logout")
    plain = data["session"].split(":")[1].partition("%")[0]  # the part that is the same however it is written
    assert plain in data["url"] and plain not in log + cp.access_log()


def test_who_is_logged_in_is_known(cp: Cpanel) -> None:
    before = cp.logged_in()
    data = made(cp.root)
    assert sorted(cp.logged_in()) == sorted([*before, ("unused", first(cp.root))])
    visitor = Visitor(cp)
    answer = visitor.get(data["url"])
    assert sorted(cp.logged_in()) == sorted([*before, ("cpanel", first(cp.root))])
    visitor.get(f"{answer.location.partition('/frontend')[0]}/logout/")
    assert cp.logged_in() == before


def test_a_login_is_written_nowhere(root: Root) -> None:
    secret = made(root)["session"].split(":")[1].encode()
    assert not [file for file in root.path.rglob("*") if file.is_file() and secret in file.read_bytes()]


def test_it_is_known_how_whmapi1_was_started(root: Root) -> None:
    made(root)
    (call,) = root.whmapi1_calls()
    assert call["argv"][:2] == ["--output=json", "create_user_session"]


@several_accounts
def test_an_account_cannot_run_whmapi1(root: Root) -> None:
    argv = [str(root.cpanel / "bin/whmapi1"), "--output=json", "get_featurelists"]
    ran = subprocess.run(argv, stdout=subprocess.PIPE, check=False, user=5001, group=5001, extra_groups=[], cwd="/")
    assert b"must be run by root" in ran.stdout


@pytest.mark.parametrize(
    "words", [[], ["--output=xml", "get_featurelists"], ["--output=json", "get_featurelists", "a=1", "a=2"]]
)
def test_a_command_line_that_is_not_right_gets_plain_text(root: Root, words: list[str]) -> None:
    assert "usage" in script(root, "bin/whmapi1", *words).stdout


# What can go wrong


@pytest.mark.parametrize(("switch", "mode"), [("missing", None), ("not-executable", 0o644)])
def test_whmapi1_can_be_missing_or_not_executable(root: Root, switch: str, mode: int | None) -> None:
    program = root.cpanel / "bin/whmapi1"
    root.switch("whmapi1", switch)
    assert (stat.S_IMODE(program.stat().st_mode) if program.exists() else None) == mode
    root.reset()
    assert stat.S_IMODE(program.stat().st_mode) == 0o755


def test_whmapi1_can_fail(root: Root) -> None:
    root.switch("whmapi1", "fail")
    assert asked(root, "get_featurelists")["metadata"]["result"] == 0


def test_whmapi1_can_speak_plain_text(root: Root) -> None:
    root.switch("whmapi1", "plain-text")
    assert "licence" in script(root, "bin/whmapi1", "--output=json", "get_featurelists").stdout


def test_whmapi1_can_say_nothing_of_what_it_did(root: Root) -> None:
    root.switch("whmapi1", "no-data")
    assert asked(root, "create_user_session", f"user={first(root)}", "service=cpaneld").keys() == {"metadata"}


@pytest.mark.long
@pytest.mark.parametrize(("switch", "said"), [("hung", ""), ("hung-afterwards", "metadata")])
def test_whmapi1_can_hang_before_it_speaks_or_afterwards(root: Root, switch: str, said: str) -> None:
    root.switch("whmapi1", switch)
    argv = [str(root.cpanel / "bin/whmapi1"), "--output=json", "get_featurelists"]
    with pytest.raises(subprocess.TimeoutExpired) as hung:
        subprocess.run(argv, stdout=subprocess.PIPE, timeout=1.5, check=False)
    assert said.encode() in (hung.value.output or b"")


@pytest.mark.parametrize(
    ("switch", "expected"),
    [
        ("other-port", "https://server.example.com:9/"),
        ("other-host", "https://cpanel.evil.example:2083/"),
        ("plain-url", "http://server.example.com:2083/"),
        ("hostile-url", "\r\n"),
    ],
)
def test_the_url_can_be_another_than_it_should(root: Root, switch: str, expected: str) -> None:
    root.switch("whmapi1", switch)
    assert expected in made(root)["url"]


def test_cpsrvd_can_refuse_every_login(cp: Cpanel) -> None:
    cp.switch("cpsrvd", "session-refused")
    _, answer = log_in(cp)
    assert (answer.status, "set-cookie" in answer.headers) == (200, False)


def test_a_login_can_be_answered_by_a_page(cp: Cpanel) -> None:
    cp.switch("cpsrvd", "login-as-page")
    _, answer = log_in(cp)
    assert (answer.status, "cpsession=" in answer.headers["set-cookie"]) == (200, True)


def test_a_page_of_welcome_can_come_first(cp: Cpanel) -> None:
    cp.switch("cpsrvd", "welcome-first")
    visitor, answer = log_in(cp)
    assert WELCOME in visitor.get(answer.location).text


@pytest.mark.parametrize(
    ("switch", "problem"), [("other-name", "mismatch"), ("untrusted", "unable to get local issuer")]
)
def test_the_certificate_can_be_wrong(cp: Cpanel, switch: str, problem: str) -> None:
    cp.switch("certificate", switch)
    for url in cp.url, cp.webmail_url:
        with pytest.raises(ssl.SSLCertVerificationError, match=problem):
            Visitor(cp).get(f"{url}/")


def test_the_servers_authority_is_among_those_that_the_server_trusts(cp: Cpanel) -> None:
    assert (cp.root.path / "etc/pki/tls/certs/ca-bundle.crt").read_bytes() == cp.ca_pem.read_bytes()


# Feature lists


def has(root: Root, feature: str, who: str = "alice") -> object:
    return result(uapi(root, "--output=json", "Features", "has_feature", f"name={feature}", who=who))["data"]


def value(root: Root, featurelist: str, feature: str) -> tuple[int, int]:
    rows = asked(root, "get_featurelist_data", f"featurelist={featurelist}")["data"]["features"]
    (found,) = [row for row in rows if row["id"] == feature]
    return found["value"], found["is_disabled"]


def test_there_are_the_lists_default_and_disabled(root: Root) -> None:
    assert {"default", "disabled"} <= set(asked(root, "get_featurelists")["data"]["featurelists"])


def test_a_feature_is_on_until_a_list_says_0(root: Root) -> None:
    before = value(root, "default", "webmail"), has(root, "webmail")
    found = asked(root, "update_featurelist", "featurelist=default", "webmail=0")
    assert found["data"]["updated_features"] == {"webmail": 0}
    assert (before, value(root, "default", "webmail"), has(root, "webmail")) == (((1, 0), 1), (0, 0), 0)
    assert has(root, "popaccts") == 1


def test_what_the_list_disabled_says_holds_for_everybody(root: Root) -> None:
    asked(root, "update_featurelist", "featurelist=disabled", "webmail=0")
    asked(root, "add_override_features_for_user", f"user={first(root)}", 'features={"webmail":1}')
    assert (value(root, "default", "webmail"), has(root, "webmail")) == ((1, 1), 0)


def test_a_feature_that_nobody_knows_is_told_of(root: Root) -> None:
    found = asked(root, "update_featurelist", "featurelist=default", "no_such=0", "webmail=1")["data"]
    assert (found["invalid_features"], found["updated_features"]) == ([{"no_such": 0}], {"webmail": 1})


def test_an_update_that_names_no_feature_switches_all_off(root: Root) -> None:
    asked(root, "update_featurelist", "featurelist=default")
    assert (has(root, "webmail"), has(root, "popaccts")) == (0, 0)


def test_a_new_list_has_what_it_was_given_and_is_made_once(root: Root) -> None:
    words = ("create_featurelist", "featurelist=Mail only", "webmail=1")
    assert asked(root, *words)["metadata"]["result"] == 1
    assert (value(root, "Mail only", "webmail"), value(root, "Mail only", "ssl")) == ((1, 0), (0, 0))
    assert [asked(root, *words, *more)["metadata"]["result"] for more in ([], ["overwrite=1"])] == [0, 1]


def test_an_accounts_own_setting_overrides_its_list(root: Root) -> None:
    asked(root, "update_featurelist", "featurelist=default", "webmail=0")
    found = []
    for words in (
        ["add_override_features_for_user", 'features={"webmail":"1"}'],
        ["remove_override_features_for_user", 'features=["webmail"]'],
    ):
        asked(root, words[0], f"user={first(root)}", words[1])
        rows = asked(root, "get_users_features_settings", f"user={first(root)}", "feature=webmail")["data"]
        (row,) = rows["users_features_settings"]
        found.append((has(root, "webmail"), row["cpuser_setting"], row["feature_list_setting"]))
    assert found == [(1, 1, 0), (0, None, 0)]


@pytest.mark.parametrize("features", ["webmail", "[]", '{"no_such":1}'])
def test_an_override_that_is_not_right_has_a_reason(root: Root, features: str) -> None:
    found = asked(root, "add_override_features_for_user", f"user={first(root)}", f"features={features}")
    assert found["metadata"]["result"] == 0


def test_a_registered_plugin_is_a_feature_of_that_name(root: Root) -> None:
    (root.cpanel / "whostmgr/addonfeatures/webmail_signin").write_text("webmail_signin:Open Webmail\n")
    rows = asked(root, "get_feature_metadata")["data"]["features"]
    assert {"id": "webmail_signin", "is_cpaddon": 0, "is_plugin": 1, "name": "Open Webmail"} in rows
    assert {"id": "webmail_signin", "name": "Open Webmail"} in asked(root, "get_feature_names")["data"]["feature"]


def test_a_list_cannot_lie_elsewhere(root: Root) -> None:
    assert asked(root, "get_featurelist_data", "featurelist=../users/alice")["metadata"]["result"] == 0
