"""`uapi` once in earnest: what keeps every click from working is found before anybody clicks."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from plugin.admin.findings import Finding
from plugin.admin.server import Server as Places
from plugin.admin.trial import Trial, some
from tests.kit.clicks import ANSWER
from tests.kit.servers import Server, refuses


def tried(server: Server) -> Finding:
    (found,) = Trial(Places(str(server.root)), str(server.release)).findings()
    return found


def spoilt(server: Server, script: str) -> Finding:
    server.program(script)
    return tried(server)


def test_one_that_answers_is_in_order(bare: Server) -> None:
    found = tried(bare)
    assert (found.ok, found.text.endswith(" and answered")) == (True, True)


@pytest.mark.parametrize(
    ("script", "saying"),
    [
        ("echo The licence of this server has expired.", "The licence of this server has expired."),
        ("echo '<html><h1>Licence error</h1></html>'", "<html><h1>Licence error</h1></html>"),
        ("exit 0", "it ended with 0"),
        ("kill -9 $$", "ended by signal 9"),
        ('echo \'{"result": {"status": 0, "errors": ["No such account."]}}\'', "No such account."),
        ('echo \'{"result": {"status": 0, "errors": "No such account."}}\'', "No such account."),
        ('echo \'{"result": {"status": 0, "errors": []}}\'', "it gives no reason"),
        ("echo '{}'", "{}"),
    ],
)
def test_what_it_says_instead_is_told(bare: Server, script: str, saying: str) -> None:
    found = spoilt(bare, f"{script}\n")
    assert (found.level, saying in found.text) == ("failure", True), found.text


def test_an_interpreter_that_is_not_there_is_told(bare: Server) -> None:
    bare.program("", interpreter="/nowhere/perl")
    assert (tried(bare).level, "no such file" in tried(bare).text) == ("failure", True)


def test_one_that_hangs_is_ended_in_time(installed: Server) -> None:
    installed.configure("timeout: 1\n")
    began = time.monotonic()
    found = spoilt(installed, "exec sleep 60\n")
    assert (found.level, "was not done within 1 seconds" in found.text) == ("failure", True)
    assert time.monotonic() - began < 30


@pytest.mark.parametrize("signal", ["KILL", "STOP"])
def test_where_one_account_ends_or_stops_it_another_is_tried(bare: Server, folder: Path, signal: str) -> None:
    bare.answer(ANSWER)
    answers = bare.uapi.read_text().partition("\n")[2]
    bare.program(f"[ -e {folder}/free/x ] || {{ >{folder}/free/x; kill -{signal} $$; }}\n{answers}")
    trial = Trial(Places(str(bare.root)), str(bare.release))
    trial.accounts *= 2
    assert trial.running
    trial.running.deadline = time.monotonic() + 2
    assert [(found.ok, found.text.endswith("answered")) for found in trial.findings()] == [(True, True)]


def test_what_it_says_is_one_line_without_control_characters(bare: Server) -> None:
    bare.program("""printf '%s' '{"result": {"status": 0, "errors": ["\\u001b[2Ja\\nDone."]}}'\n""")
    ended = bare.run("install")
    assert (ended.returncode, "\033" in ended.stdout, "\nDone." in ended.stdout) == (1, False, False)
    assert "a Done." in ended.stdout


def test_it_runs_as_the_account_and_not_as_root(bare: Server) -> None:
    account = some(Places(str(bare.root)))[0]
    assert account.pw_uid
    assert spoilt(bare, "id -u\n").text.endswith(f"for {account.pw_name}: it answered: {account.pw_uid}")


@pytest.fixture
def empty(bare: Server) -> Server:
    """A server without an account."""
    for user in (bare.root / "var/cpanel/users").iterdir():
        user.unlink()
    return bare


@pytest.mark.parametrize(
    "script", ["exit 0", "echo x", 'echo \'{"result": {"status": 0, "errors": ["No account."]}}\'']
)
def test_without_an_account_what_it_answers_is_not_judged(empty: Server, script: str) -> None:
    found = spoilt(empty, f"{script}\n")
    assert (found.level, "there is no account yet" in found.text) == ("warning", True)


@pytest.mark.parametrize(
    ("script", "saying"),
    [
        ("exec sleep 60", "was not done within 1 seconds"),
        ("kill -9 $$", "signal 9"),
        ("echo License error", "License"),
    ],
)
def test_without_an_account_it_must_be_able_to_run_all_the_same(empty: Server, script: str, saying: str) -> None:
    empty.program(f"{script}\n")
    trial = Trial(Places(str(empty.root)), str(empty.release))
    assert trial.running
    trial.running.deadline = time.monotonic() + 1
    trial.running.limit = 1
    (found,) = trial.findings()
    assert (found.level, saying in found.text) == ("failure", True), found.text


EXPIRED = "The licence of this server has expired."


def test_a_server_whose_licence_has_expired_does_not_qualify(bare: Server) -> None:
    bare.program(f"echo {EXPIRED}\n")
    refuses(bare, EXPIRED, "check")


def test_nothing_stays_installed_where_uapi_does_not_work(bare: Server) -> None:
    bare.program(f"echo {EXPIRED}\n")
    before = bare.tree()
    ended = bare.run("install")
    assert (ended.returncode, EXPIRED in ended.stdout, "put back" in ended.stdout) == (1, True, True)
    assert bare.tree() == before
