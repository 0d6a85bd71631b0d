"""`check --account`: the whole click, what can be wrong with it; nobody stays logged in, and no secret is told."""

from __future__ import annotations

import signal
import subprocess
import traceback
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from plugin.admin import account, login, signals, visit
from plugin.admin.browser import Browser
from plugin.admin.findings import Finding
from plugin.admin.login import Login
from plugin.admin.server import Server
from plugin.admin.signals import Interrupted
from tests.cpanel import Cpanel, private_accounts
from tests.cpanel.cpsrvd import ADDRESS_CHANGED, EXPIRED, INVALID
from tests.cpanel.webmail import BAD_REFERER, BAD_TOKEN, ROUNDCUBE, USED
from tests.kit import servers
from tests.kit.account import as_root
from tests.kit.long import long

private_accounts()
STEPS = ["session", "login", "icon", "click", "destination", "certificate", "webmail", "landing", "limits", "logout"]


@pytest.fixture(scope="module")
def shared() -> Iterator[Cpanel]:
    with servers.served("timeout: 2\n") as cp:
        yield cp


@pytest.fixture
def cp(shared: Cpanel, monkeypatch: pytest.MonkeyPatch) -> Iterator[Cpanel]:
    monkeypatch.setattr(visit, "PATIENCE", 4.0)
    monkeypatch.setattr(login, "LIMIT", 2.0)
    shared.switch("uapi", "slow", 0.05)
    shared.switch("whmapi1", "slow", 0.05)
    yield shared
    shared.reset()
    signals.heard.clear()
    assert not left(shared)
    assert not [line for _, line in shared.root.processes() if "whmapi1" in line]


def left(cp: Cpanel) -> list[tuple[str, str]]:
    """Who is still logged in; a login that nobody has used is not one yet."""
    return [found for found in cp.logged_in() if found[0] != "unused"]


def first(cp: Cpanel) -> str:
    return next(iter(cp.root.accounts.values())).name


def proven(cp: Cpanel, name: str = "") -> list[Finding]:
    return list(account.prove(Server(str(cp.root.path)), name or first(cp), "jupiter"))


def steps(found: list[Finding]) -> list[str]:
    return [finding.name.partition("-")[2] for finding in found]


def only(found: list[Finding]) -> Finding:
    """The one finding that is not in order."""
    (finding,) = [finding for finding in found if not finding.ok]
    return finding


def test_every_step_of_a_click_is_a_finding(cp: Cpanel) -> None:
    found = proven(cp)
    assert (steps(found), {finding.ok for finding in found}) == (STEPS, {True})


def test_every_step_has_its_time(cp: Cpanel) -> None:
    assert all(f"{finding.text}".endswith(" ms)") for finding in proven(cp) if finding.name != "account-limits")


@pytest.mark.parametrize("who", ["", "nora"])
def test_what_cannot_be_proven_from_the_server_is_said(cp: Cpanel, who: str) -> None:
    if who not in ("", *cp.root.accounts):
        pytest.skip("there is only one account here")
    (limits,) = [finding for finding in proven(cp, who) if finding.name == "account-limits"]
    assert [each for each in ("service subdomains", "linked mail node", "referrer") if each not in limits.text] == []


def test_it_is_said_where_people_land(cp: Cpanel) -> None:
    (landing,) = [finding for finding in proven(cp) if finding.name == "account-landing"]
    assert "/webmail/jupiter/index.html" in landing.text


def test_both_sessions_are_logged_out_by_their_own_page(cp: Cpanel) -> None:
    before = cp.root.session_log().count("PURGE")
    proven(cp)
    assert cp.root.session_log().count("PURGE") - before == 2


def test_webmail_gets_the_form_as_from_a_browser(cp: Cpanel) -> None:
    proven(cp)
    post = cp.webmail_posts()[-1]
    assert (post.refusal, post.origin, post.referer) == (
        None,
        f"https://server.example.com:{cp.port}",
        f"https://server.example.com:{cp.port}/",
    )


@dataclass(frozen=True)
class Fault:
    """What is switched, and the one finding that must come of it."""

    switches: tuple[tuple[Any, ...], ...]
    step: str
    text: str
    level: str = "failure"
    who: str = ""

    @property
    def name(self) -> str:
        return (
            " and ".join(f"{area} {name} {''.join(map(str, value))}" for area, name, *value in self.switches)
            or self.who
        )


def one(area: str, name: str, step: str, text: str, level: str = "failure", value: Any = True) -> Fault:
    return Fault(((area, name, value),), step, text, level)


REFUSALS = {
    EXPIRED: "was not known there",
    USED: "has used the session before",
    BAD_TOKEN: "changes addresses",
    ADDRESS_CHANGED: "saw different addresses",
    BAD_REFERER: "Referrer safety check",
    INVALID: "cannot log in to Webmail",
    "Something else.": "Something else.",
}
FAULTS = [
    one("whmapi1", "missing", "session", "bin/whmapi1 is missing or cannot be run"),
    one("whmapi1", "not-executable", "session", "bin/whmapi1 is missing or cannot be run"),
    one("whmapi1", "fail", "session", "whmapi1 refuses: The stand-in was told to fail."),
    one("whmapi1", "plain-text", "session", "whmapi1 answered: The licence of this server has expired."),
    one("whmapi1", "hung", "session", "was not done within 2 seconds"),
    one("whmapi1", "hung-afterwards", "session", "was not done within 2 seconds"),
    one("whmapi1", "no-data", "session", "whmapi1 gave no https address that signs in"),
    one("whmapi1", "plain-url", "session", "whmapi1 gave no https address that signs in"),
    one("whmapi1", "hostile-url", "session", "whmapi1 gave no https address that signs in"),
    one("whmapi1", "other-port", "login", "nothing listens on port 9"),
    one(
        "cpsrvd",
        "session-refused",
        "login",
        f"cPanel refused the login that root had made: its login page, status 200: {EXPIRED}",
    ),
    one("cpsrvd", "slow", "login", "did not answer within 4 seconds", value=6),
    one("cpsrvd", "welcome-first", "click", "the page “Welcome to your new server”, status 200; is there a page"),
    one("uapi", "status-0", "click", "uapi-refused: uapi refused to make a session"),
    one("uapi", "html", "click", "uapi-unreadable: uapi gave no answer"),
    one("uapi", "hung", "click", "uapi-timeout: uapi was not done in time"),
    one("uapi", "missing", "click", "uapi-missing: uapi is missing"),
    one("uapi", "bad-token", "click", "bad-answer: uapi's answer"),
    one("uapi", "bad-hostname", "click", "bad-answer: uapi's answer"),
    one("webmail", "closed", "webmail", "nothing listens on port"),
    one("webmail", "hung", "webmail", "did not answer within 4 seconds"),
    one("webmail", "referrersafety", "landing", "", "none"),
    one("certificate", "other-name", "certificate", "Hostname mismatch", "warning"),
    one("certificate", "untrusted", "certificate", "unable to get local issuer certificate", "warning"),
    *(one("webmail", "refuse", "webmail", what, value=said) for said, what in REFUSALS.items()),
    *(
        Fault((("webmail", "refuse", said), ("webmail", "refuses-with-200")), "webmail", f"status 200: {said}")
        for said in REFUSALS
    ),
    Fault((), "click", "feature-off: the feature webmail_signin or webmail is off", who="carol"),
    Fault((), "click", "feature-off: the feature webmail_signin or webmail is off", who="dave"),
    Fault((), "destination", "mailnode.example.com", "warning", who="nora"),
    Fault((), "session", "whmapi1 refuses: The user “nobody_here” does not exist.", who="nobody_here"),
]


SLOW = [fault for fault in FAULTS if any(word in fault.name for word in ("hung", "slow"))]
QUICK = [fault for fault in FAULTS if fault not in SLOW]


@pytest.mark.parametrize("fault", [*QUICK, *long(*SLOW)], ids=[fault.name for fault in (*QUICK, *SLOW)])
def test_a_fault_is_one_finding_that_names_it(cp: Cpanel, fault: Fault) -> None:
    if fault.who in ("carol", "dave", "nora") and fault.who not in cp.root.accounts:
        pytest.skip("there is only one account here")
    for area, name, *value in fault.switches:
        cp.switch(area, name, *value)
    found = proven(cp, fault.who)
    if fault.level == "none":
        assert all(finding.ok for finding in found)
        return
    finding = only(found)
    assert (finding.name, finding.level) == (f"account-{fault.step}", fault.level)
    assert fault.text in finding.text
    assert finding.level == "warning" or finding.remedy or finding.look or "accepted first" in finding.text


FINE = [("whmapi1", "slow", 1.0), ("cpsrvd", "slow", 0.2), ("cpsrvd", "login-as-page"), ("webmail", "slow", 0.3)]


@pytest.mark.long
@pytest.mark.parametrize("switch", FINE, ids=lambda switch: " ".join(map(str, switch)))
def test_what_is_only_slow_or_unusual_is_in_order(cp: Cpanel, switch: tuple[Any, ...]) -> None:
    cp.switch(*switch)
    assert all(finding.ok for finding in proven(cp))


def test_an_icon_that_is_not_seen_is_a_warning_and_the_click_goes_on(cp: Cpanel) -> None:
    conf = cp.root.cpanel / "base/frontend/jupiter/dynamicui/dynamicui_webmail_signin.conf"
    kept = conf.read_bytes()
    conf.unlink()
    found = proven(cp)
    conf.write_bytes(kept)
    assert (only(found).name, only(found).level, steps(found)) == ("account-icon", "warning", STEPS)


def test_a_page_without_our_form_is_a_failure(cp: Cpanel) -> None:
    entry = cp.entry()
    kept = entry.read_text()
    page = """#!/bin/sh
printf 'Status: 200 OK\\nContent-Type: text/html\\nCache-Control: no-store\\nReferrer-Policy: origin\\n'
printf 'Content-Security-Policy: form-action https:\\n\\n<html data-outcome="signed-in"><form method=get>'
"""
    entry.write_text(page)
    cp.switch("liveapi", "no-socket")
    found = proven(cp)
    entry.write_text(kept)
    assert "has not the form that signs in" in only(found).text


# Secrets


@pytest.fixture
def secrets(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What signs in, of every proof from now on."""
    found: list[str] = []
    make, page = account.Click.make, account.Click.page

    def made(click: account.Click) -> Any:
        found.extend((login := make(click)).secrets)
        return login

    def paged(click: account.Click, login: Any) -> Any:
        found.append((form := page(click, login)).fields["session"])
        return form

    monkeypatch.setattr(account.Click, "make", made)
    monkeypatch.setattr(account.Click, "page", paged)
    return found


def telling(cp: Cpanel, secrets: list[str]) -> list[str]:
    """Where the random part of a session stands, up to what is written in several ways."""
    parts = {secret.split(":")[1].partition("%")[0].encode() for secret in secrets if ":" in secret}
    assert len(parts) == 2 and all(len(part) == 13 for part in parts)
    files = [path for path in cp.root.path.rglob("*") if path.is_file() and not path.is_symlink()]
    return [str(path) for path in files for part in parts if part in path.read_bytes()]


def test_a_secret_is_in_no_finding_argument_log_or_file(cp: Cpanel, secrets: list[str]) -> None:
    told = str(proven(cp)) + str(cp.root.whmapi1_calls()) + str(cp.root.uapi_calls())
    assert len(secrets) == 4
    assert [secret for secret in secrets if secret in told] == []
    assert telling(cp, secrets) == []


@pytest.mark.parametrize("switch", [("webmail", "refuse"), ("cpsrvd", "session-refused"), *long(("webmail", "hung"))])
def test_a_secret_is_in_no_finding_of_a_fault(cp: Cpanel, secrets: list[str], switch: tuple[Any, ...]) -> None:
    cp.switch(*switch)
    told = str(proven(cp))
    assert [secret for secret in secrets if secret in told] == []


def test_a_page_that_quotes_the_session_is_not_quoted(
    cp: Cpanel, secrets: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    page = account.Click.page

    def quoting(click: account.Click, login: Any) -> Any:
        form = page(click, login)
        cp.switch("webmail", "refuse", f"Bad: {form.fields['session']}")
        return form

    monkeypatch.setattr(account.Click, "page", quoting)
    told = only(proven(cp)).text
    assert "a page that is not quoted, status 401" in told
    assert secrets[-1] not in told
    cp.reset()


def test_no_repr_and_no_traceback_shows_a_secret(
    cp: Cpanel, secrets: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    told = []

    def broken(click: account.Click, answer: Any, form: Any) -> Finding:
        told.extend([repr(click), repr(click.sessions), repr(answer), repr(form), repr(vars(click)["browser"])])
        raise ZeroDivisionError

    monkeypatch.setattr(account.Click, "landing", broken)
    with pytest.raises(ZeroDivisionError) as caught:
        proven(cp)
    told += traceback.format_exception(caught.type, caught.value, caught.tb)
    assert [secret for secret in secrets if secret in "".join(told)] == []


LISTENING = """import socket
listener = socket.create_server(("127.0.0.1", 0))
print(listener.getsockname()[1], flush=True)
listener.accept()
print("somebody came", flush=True)"""


@as_root
def test_nothing_is_sent_to_a_port_that_is_not_roots(cp: Cpanel, monkeypatch: pytest.MonkeyPatch) -> None:
    argv = ["/usr/bin/python3", "-IS", "-c", LISTENING]
    with subprocess.Popen(argv, stdout=subprocess.PIPE, user=65534, group=65534, extra_groups=[], cwd="/") as other:
        assert other.stdout
        port = int(other.stdout.readline())
        made = Login("server.example.com", port, "/cpsess1/login/?session=x", "/cpsess1", ["x"])
        monkeypatch.setattr(login, "make", lambda server, name: made)
        finding = only(proven(cp))
        other.kill()
        assert other.stdout.read() == b""
    assert finding.text.startswith(f"port {port} is held by uid 65534, not by root, so nothing was sent there")


# Where people land


@pytest.mark.parametrize(("ignored", "level"), [(False, "ok"), (True, "warning")])
def test_it_is_said_whether_webmail_opens_where_the_settings_say(
    cp: Cpanel, monkeypatch: pytest.MonkeyPatch, ignored: bool, level: str
) -> None:
    page = account.Click.page

    def opening(click: account.Click, made: Login) -> Any:
        form = page(click, made)
        form.fields["goto_uri"] = ROUNDCUBE
        return form

    monkeypatch.setattr(account.Click, "page", opening)
    if ignored:
        cp.switch("webmail", "goto-ignored")
    (landing,) = [finding for finding in proven(cp) if finding.name == "account-landing"]
    expected = f"Webmail ignores the setting open: {ROUNDCUBE}; people land in /webmail" if ignored else ROUNDCUBE
    assert (landing.level, expected in landing.text) == (level, True)


# Signals


@pytest.mark.parametrize("request_number", range(7))
def test_a_signal_ends_it_and_nobody_stays_logged_in(
    cp: Cpanel, monkeypatch: pytest.MonkeyPatch, request_number: int
) -> None:
    opened = Browser.open
    count = iter(range(100))

    def interrupted(browser: Browser, *words: Any) -> Any:
        if next(count) == request_number:
            signals.heard.append(signal.SIGTERM)
        return opened(browser, *words)

    monkeypatch.setattr(Browser, "open", interrupted)
    if request_number < 5:
        with pytest.raises(Interrupted):
            proven(cp)
    else:  # it came while logging out, which goes on
        proven(cp)


def test_who_stops_listening_to_the_findings_is_logged_out(cp: Cpanel) -> None:
    findings = account.prove(Server(str(cp.root.path)), first(cp), "jupiter")
    while next(findings).name != "account-landing":
        pass
    assert len(left(cp)) == 2
    findings.close()  # type: ignore[attr-defined]


def test_a_logout_that_fails_is_said(cp: Cpanel, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(visit, "PARTING", 0.5)
    landing = account.Click.landing

    def then_hung(click: account.Click, *words: Any) -> Finding:
        found = landing(click, *words)
        cp.switch("webmail", "hung")
        return found

    monkeypatch.setattr(account.Click, "landing", then_hung)
    found = proven(cp)
    assert "not logged out of Webmail: port" in only(found).text and only(found).level == "warning"
    cp.reset()
    cp._webmail.sessions.clear()
