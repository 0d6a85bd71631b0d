"""Every row of the outcome table, twice: as a bare process with an environment, and through the stand-in over HTTPS."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cpanel import Cpanel, Visitor, private_accounts
from tests.cpanel.live import NOT_CONNECTED
from tests.kit.cases import CASES, Case
from tests.kit.clicks import Clicked
from tests.kit.servers import served
from tests.kit.ways import HEADERS, bare, by_each_way, over_https

private_accounts()
TIMEOUT = 2  # seconds that uapi may take here


@pytest.fixture(scope="module")
def shared() -> Iterator[Cpanel]:
    with served(f"timeout: {TIMEOUT}\nsupport: Call us.\n") as cp:
        yield cp


@pytest.fixture
def cp(shared: Cpanel) -> Iterator[Cpanel]:
    shared.switch("uapi", "slow", 0.05)  # faster than a real one: most of these tests do not look at the clock
    yield shared
    shared.reset()
    left = [line for _, line in shared.root.processes() if "/bin/uapi" in line or "webmail_signin" in line]
    assert not left, "a process was left behind"


@pytest.mark.parametrize(("way", "case"), by_each_way(CASES))
def test_outcome(cp: Cpanel, case: Case, way: object) -> None:
    if case.who not in cp.root.accounts and case.who not in cp.root.logins():
        pytest.skip("there is only one account, as there is no private namespace")
    for area, name, *value in case.switches:
        cp.switch(area, name, *value)
    before = len(cp.sessions_created())
    clicked = way(cp, case)  # type: ignore[operator]
    assert (clicked.outcome, clicked.status) == (case.outcome, case.status)
    assert clicked.page.first("html")["lang"] == case.lang
    if case.created is not None:
        assert len(cp.sessions_created()) - before == case.created
    assert {name: clicked.headers[name] for name in HEADERS} == HEADERS
    assert len(clicked.logged) == 1
    assert f" outcome={case.outcome} " in clicked.logged[0]
    assert NOT_CONNECTED not in clicked.body
    if case.outcome != "signed-in":
        is_a_way_on(clicked, case.outcome)


def is_a_way_on(clicked: Clicked, outcome: str) -> None:
    """No form, no secret; a fresh try, the panel, the code and a reference that the log has too."""
    assert not clicked.page.all("form")
    assert "form-action 'none'" in clicked.headers["content-security-policy"]
    targets = " ".join(link.get("href", "") for link in clicked.page.all("a"))
    assert "/webmail_signin/index.live.cgi" in targets
    assert "/frontend/jupiter/index.html" in targets
    if outcome != "not-clicked":
        assert outcome in clicked.page.text
        assert "Call us." in clicked.page.text
        reference = re.search(r"ref=(\w+)", clicked.logged[0])
        assert reference
        assert reference.group(1) in clicked.page.text


@pytest.mark.parametrize("who", ["root"])
def test_root_is_refused_and_nothing_is_created(cp: Cpanel, who: str) -> None:
    if os.geteuid() != 0:
        pytest.skip("needs root")
    before = len(cp.sessions_created())
    ran = cp.run_bare(who, cp.environ("alice", REMOTE_USER="root"))
    assert b'data-outcome="wrong-user"' in ran.stdout
    assert len(cp.sessions_created()) == before


def test_a_head_request_creates_nothing(cp: Cpanel) -> None:
    visitor = Visitor(cp)
    visitor.sign_in("alice" if "alice" in cp.root.accounts else next(iter(cp.root.accounts)))
    before = len(cp.sessions_created())
    assert visitor.click("HEAD").status == 200
    assert len(cp.sessions_created()) == before


def test_a_refused_method_names_the_allowed_ones(cp: Cpanel) -> None:
    who = next(iter(cp.root.accounts))
    assert over_https(cp, Case("POST", "", 0, who=who, method="POST")).headers["allow"] == "GET, HEAD"


def test_the_panels_errors_are_shown_as_text_and_logged_on_one_line(cp: Cpanel) -> None:
    cp.switch("uapi", "hostile-errors")
    clicked = bare(cp, Case("", "", 0, who=next(iter(cp.root.accounts))))
    assert "<script" not in clicked.body
    assert clicked.logged[0].isprintable()
    assert len(clicked.logged) == 1


def everything_written(cp: Cpanel) -> Iterator[tuple[Path, bytes]]:
    for path in cp.root.path.rglob("*"):
        if path.is_file() and not path.is_symlink():
            yield path, path.read_bytes()


def test_the_session_and_the_token_stand_in_the_form_and_nowhere_else(cp: Cpanel) -> None:
    visitor = Visitor(cp)
    visitor.sign_in(next(iter(cp.root.accounts)))
    answer = visitor.click()
    page = answer.page
    session = page.first("input")["value"]
    secret = session.split(":")[1]
    token = re.search(r"/cpsess\d+(?=/login)", page.first("form")["action"])
    assert token
    assert answer.text.count(secret) == 1
    assert secret not in str(answer.headers) + answer.url
    arguments = str(cp.root.uapi_calls())
    for path, content in everything_written(cp):
        assert secret.encode() not in content, path
        if "stand-in" not in str(path) and "sessions" not in str(path):
            assert token.group().encode() not in content, path
    assert secret not in arguments
    inbox = visitor.submit(answer)
    assert inbox.status == 200
    assert inbox.page.first("html")["data-page"] == "webmail"
    assert secret not in cp.access_log() + cp.error_log() + inbox.text


@pytest.mark.parametrize(
    ("who", "origin", "target"),
    [
        ("alice", "https://localhost:{port}", "https://localhost:{webmail}"),
        ("alice", "https://127.0.0.1:{port}", "https://127.0.0.1:{webmail}"),
        ("alice", "https://[::1]:{port}", "https://[::1]:{webmail}"),
        ("alice", "https://server.example.com:{port}", "https://server.example.com:{webmail}"),
        ("alice", "https://cpanel.example.com", "https://webmail.example.com"),
        ("nora", "https://localhost:{port}", "https://mailnode.example.com:{webmail}"),
    ],
    ids=["host name", "IPv4", "IPv6", "server name", "service subdomain", "linked mail node"],
)
def test_the_form_goes_to_the_right_host_and_ends_in_the_inbox(cp: Cpanel, who: str, origin: str, target: str) -> None:
    if who not in cp.root.accounts:
        pytest.skip("there is only one account, as there is no private namespace")
    visitor = Visitor(cp)
    visitor.sign_in(who, origin.format(port=cp.port))
    answer = visitor.click()
    action = answer.page.first("form")["action"]
    assert action.partition("/cpsess")[0] == target.format(webmail=cp.webmail_port)
    assert visitor.submit(answer).page.first("html")["data-page"] == "webmail"


def test_uapi_is_run_as_the_account_with_nothing_of_the_request(cp: Cpanel) -> None:
    who = next(iter(cp.root.accounts))
    before = len(cp.root.uapi_calls())
    bare(cp, Case("", "", 0, who=who, headers={"X-Evil": "x", "Cookie": "secret=1"}))
    (call,) = cp.root.uapi_calls()[before:]
    assert call["account"] == cp.root.accounts[who].name
    assert call["argv"] == [
        "--output=json",
        "Session",
        "create_webmail_session_for_self",
        "remote_address=127.0.0.1",
    ]
    own = {"LC_CTYPE"}  # what the stand-in's Python sets for itself where LANG is C
    assert set(call["environ"]) - own == {"HOME", "LANG", "LOGNAME", "PATH", "USER"}
    assert call["stdin_is_null"]
    assert call["leads_group"]
