"""`check --account` and `install --account` through real processes: broken files, signals, limits, undoing."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.cpanel import Cpanel, lay_out, private_accounts
from tests.cpanel.webmail import ROUNDCUBE
from tests.kit import faults, servers
from tests.kit.folders import open_folder
from tests.kit.long import long

private_accounts()


@pytest.fixture(scope="module")
def shared() -> Iterator[Cpanel]:
    with servers.served("timeout: 2\n") as cp:
        yield cp


@pytest.fixture
def cp(shared: Cpanel) -> Iterator[Cpanel]:
    shared.switch("uapi", "slow", 0.05)
    yield shared
    shared.reset()
    assert [found for found in shared.logged_in() if found[0] != "unused"] == []
    assert not [line for _, line in shared.root.processes() if "whmapi1" in line or "install.sh" in line]


def first(cp: Cpanel) -> str:
    return next(iter(cp.root.accounts.values())).name


def ours(cp: Cpanel, *words: str) -> list[str]:
    """The command line of the installed install.sh."""
    program = cp.root.cpanel / "3rdparty/webmail-signin/current/install.sh"
    return ["sh", str(program), *words]


def check(cp: Cpanel, *words: str, name: str = "", **more: Any) -> subprocess.CompletedProcess[str]:
    argv = ours(cp, "check", "--account", name or first(cp), *words)
    return subprocess.run(argv, capture_output=True, text=True, check=False, timeout=55, **more)


def test_a_click_is_proven_step_by_step(cp: Cpanel) -> None:
    ran = check(cp)
    assert (ran.returncode, "Webmail took the session (" in ran.stdout) == (0, True), ran.stdout + ran.stderr


@pytest.mark.long
def test_the_report_for_programs_has_each_step(cp: Cpanel) -> None:
    found = json.loads(check(cp, "--json").stdout)["findings"]
    names = [finding["name"] for finding in found if finding["name"].startswith("account-")]
    assert (names[0], names[-1], len(names)) == ("account-session", "account-logout", 10)


def test_without_the_word_nobody_is_logged_in(cp: Cpanel) -> None:
    before = cp.root.session_log()
    ran = subprocess.run(ours(cp, "check"), capture_output=True, text=True, check=False, timeout=50)
    assert (cp.root.session_log(), "account-" in ran.stdout) == (before, False)


def test_a_click_that_fails_makes_check_exit_3(cp: Cpanel) -> None:
    cp.switch("webmail", "refuse")
    ran = check(cp)
    assert (ran.returncode, "Webmail refused the session" in ran.stdout) == (3, True)


def test_whmapi1_gets_an_environment_made_from_nothing(cp: Cpanel) -> None:
    check(cp, env={"PATH": os.environ["PATH"], "HTTP_COOKIE": "a=b", "LD_LIBRARY_PATH": "/x"})
    assert set(cp.root.whmapi1_calls()[-1]["environ"]) - {"LC_CTYPE"} == {"PATH", "LC_ALL"}


# whmapi1 itself, broken as a file can be.


def written(text: bytes) -> Callable[[Path], object]:
    return lambda path: path.write_bytes(text)


SCRIPTS = {
    "empty": b"",
    "garbage": b"\xff\xfe\0garbage" * 20,
    "without its interpreter": b"#!/nonexistent\n",
    "silent": b"#!/bin/sh\nexit 0\n",
    "failing": b"#!/bin/sh\necho no >&2; exit 1\n",
    "dumping core": b"#!/bin/sh\nkill -ABRT $$\n",
    "endless": b"#!/bin/sh\nyes\n",
    "no more than a number": b"#!/bin/sh\necho 1\n",
    "nested without end": b"#!/bin/sh\nhead -c 200000 /dev/zero | tr '\\0' '['\n",
    "of another shape": b'#!/bin/sh\necho \'{"metadata":[],"data":{}}\'\n',
    "of another type": b'#!/bin/sh\necho \'{"metadata":{"result":1},"data":{"url":["https"]}}\'\n',
    "leaving a child": b"#!/bin/sh\nsleep 3 & exit 0\n",
}
FILES: dict[str, Callable[[Path], object]] = {
    "a folder": faults.a_folder,
    "a link in a circle": faults.a_circle,
    "a pipe": faults.a_pipe,
    **{way: written(text) for way, text in SCRIPTS.items()},
}


@pytest.mark.long
@pytest.mark.parametrize("way", FILES)
def test_a_whmapi1_that_is_broken_is_a_finding(cp: Cpanel, way: str) -> None:
    program = cp.root.cpanel / "bin/whmapi1"
    kept = program.read_bytes()
    try:
        FILES[way](program)
        ran = check(cp)
    finally:
        faults.missing(program)
        program.write_bytes(kept)
        program.chmod(0o755)
    assert ran.returncode == 3
    assert ran.stdout.count("no login to cPanel could be made") == 1
    assert "Traceback" not in ran.stdout + ran.stderr


# What is around it.

LIMITS = ["--nofile=16", "--as=400000000", "--fsize=0", "--stack=1000000", "--core=0"]


@pytest.mark.long
@pytest.mark.parametrize("limit", LIMITS)
def test_limits_leave_nobody_logged_in(cp: Cpanel, limit: str) -> None:
    argv = ["/usr/bin/prlimit", limit, *ours(cp, "check", "--account", first(cp))]
    ran = subprocess.run(argv, capture_output=True, text=True, check=False, timeout=55)
    assert ran.returncode in (0, 1, 3)


@pytest.mark.long
@pytest.mark.parametrize("redirection", [">&-", ">/dev/full", "2>&-", "<&-", "| true", "| head -n 1"])
def test_an_output_that_nobody_takes_leaves_nobody_logged_in(cp: Cpanel, redirection: str) -> None:
    program, account = ours(cp)[1], first(cp)
    subprocess.run(["sh", "-c", f"sh '{program}' check --account {account} {redirection}"], check=False, timeout=55)


# Signals


def started(cp: Cpanel, *words: str) -> subprocess.Popen[str]:
    return subprocess.Popen(ours(cp, *words), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def when(condition: Callable[[], object]) -> None:
    deadline = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


HANGS = [
    pytest.param("webmail", "hung", lambda cp, before: len(cp.root.sessions_created()) > before, id="webmail"),
    pytest.param(
        "whmapi1",
        "hung",
        lambda cp, before: [line for _, line in cp.root.processes() if "bin/whmapi1" in line],
        id="whmapi1",
        marks=pytest.mark.long,
    ),
    pytest.param(
        "uapi",
        "hung",
        lambda cp, before: [line for _, line in cp.root.processes() if "bin/uapi" in line and "Session" in line],
        id="uapi",
        marks=pytest.mark.long,
    ),
]


@pytest.mark.parametrize(
    "number", [signal.SIGTERM, *long(signal.SIGINT, signal.SIGHUP)], ids=lambda number: str(number.name)
)
@pytest.mark.parametrize(("area", "switch", "reached"), HANGS)
def test_a_signal_ends_it_in_a_moment_and_nobody_stays_logged_in(
    cp: Cpanel, area: str, switch: str, reached: Callable[[Cpanel, int], object], number: signal.Signals
) -> None:
    before = len(cp.root.sessions_created())
    when(lambda: not [line for _, line in cp.root.processes() if "bin/uapi" in line])  # of the case before this one
    cp.switch(area, switch)
    with started(cp, "check", "--account", first(cp)) as running:
        when(lambda: reached(cp, before))
        time.sleep(0.1)
        running.send_signal(number)
        sent = time.monotonic()
        assert running.wait(20) == 1
        assert time.monotonic() - sent < 14
        assert running.stdout and "ended by a signal" in running.stdout.read()


@pytest.mark.long
@pytest.mark.parametrize("moment", range(24))
def test_a_signal_at_any_moment_leaves_nobody_logged_in(cp: Cpanel, moment: int) -> None:
    cp.switch("cpsrvd", "slow", 0.1)
    cp.switch("webmail", "slow", 0.1)
    before = cp.root.session_log()
    with started(cp, "check", "--account", first(cp)) as running:
        when(lambda: cp.root.session_log() != before or running.poll() is not None)
        time.sleep(moment * 0.05)
        running.send_signal(signal.SIGTERM)
        assert running.wait(20) in (0, 1)


# Installing


@pytest.fixture
def empty() -> Iterator[tuple[Cpanel, servers.Server]]:
    """A server that was never installed on, which runs."""
    with open_folder() as folder, Cpanel(lay_out(folder / "root")) as cp:
        server = servers.Server(cp.root.path, servers.release(folder / "source"))
        server.config.parent.mkdir()
        server.config.write_text(f"webmail_port: {cp.webmail_port}\nlog: stderr\n")
        yield cp, server
        assert [found for found in cp.logged_in() if found[0] != "unused"] == []


def test_installing_can_end_with_a_whole_click(empty: tuple[Cpanel, servers.Server]) -> None:
    cp, server = empty
    printed = server.well("install", "--account", first(cp), "--yes")
    assert (
        printed.index("make a whole click") < printed.index("Webmail took the session") < printed.rindex("is installed")
    )


def test_a_click_that_fails_undoes_the_installation(empty: tuple[Cpanel, servers.Server]) -> None:
    cp, server = empty
    cp.switch("webmail", "closed")
    before = server.tree()
    ran = server.run("install", "--account", first(cp), "--yes")
    assert (ran.returncode, "Everything was put back as it was." in ran.stdout) == (1, True)
    assert f"nothing listens on port {cp.webmail_port}" in ran.stdout
    spool = str(cp.root.spool("").relative_to(cp.root.path))
    changed = {path for path, facts in server.tree().items() if before.get(path) != facts}
    logs = "usr/local/cpanel/logs"
    assert {path for path in changed if not path.startswith((spool, logs))} == set()


def lists(server: servers.Server) -> dict[str, Any]:
    return {path: seen for path, seen in server.tree().items() if path.startswith("var/cpanel/features")}


def hidden(server: servers.Server) -> set[str]:
    """What the feature lists, and the accounts' own settings, say of ours."""
    folders = (server.root / "var/cpanel").rglob("*")
    lines = [line for path in folders if path.is_file() for line in path.read_text(errors="replace").splitlines()]
    return {line.replace(" ", "") for line in lines if line.startswith("webmail_signin")}


@pytest.mark.long
def test_a_click_is_proven_although_the_icon_stays_hidden_from_everybody(empty: tuple[Cpanel, servers.Server]) -> None:
    cp, server = empty
    printed = server.well("install", "--feature", "off", "--account", first(cp), "--yes")
    assert "Webmail took the session" in printed and "hidden from everybody" in printed
    assert hidden(server) == {"webmail_signin=0"}
    asked = [str(server.uapi), "--output=json", f"--user={first(cp)}", "Features", "has_feature", "name=webmail_signin"]
    assert '"data": 0' in subprocess.run(asked, check=True, capture_output=True, text=True).stdout


@pytest.mark.long
def test_a_click_that_fails_leaves_every_feature_list_as_it_was(empty: tuple[Cpanel, servers.Server]) -> None:
    cp, server = empty
    cp.switch("webmail", "refuse")
    before, said = lists(server), hidden(server)
    ran = server.run("install", "--feature", "off", "--account", first(cp), "--yes")
    assert (ran.returncode, "Everything was put back as it was." in ran.stdout) == (1, True), ran.stdout
    assert (lists(server), hidden(server)) == (before, said)


def test_a_dry_run_logs_nobody_in(empty: tuple[Cpanel, servers.Server]) -> None:
    cp, server = empty
    assert "- make a whole click with a login of" in server.well("install", "--account", first(cp), "--dry-run")
    assert cp.root.session_log() == ""


@pytest.mark.parametrize("words", [[], *long(["--json"])])
def test_nor_does_a_check(chosen: Cpanel, words: list[str]) -> None:
    before = chosen.root.session_log()
    server = servers.Server(chosen.root.path)
    assert "no login of" in server.well("check", "--account", first(chosen), "--dry-run", *words)
    assert chosen.root.session_log() == before


def test_before_it_is_installed_there_is_no_click_to_prove(empty: tuple[Cpanel, servers.Server]) -> None:
    cp, server = empty
    ran = server.run("check", "--account", first(cp))
    assert (ran.returncode, "no click of" in ran.stdout, cp.root.session_log()) == (3, True, "")


# Settings that change the click


@pytest.fixture(scope="module")
def chosen() -> Iterator[Cpanel]:
    with servers.served(f"mailbox: choose\nopen: {ROUNDCUBE}\n") as cp:
        yield cp


@pytest.mark.long
@pytest.mark.parametrize("who", ["alice", "zeno", "mona", "max"])
def test_where_people_choose_a_mailbox_the_accounts_own_is_proven(chosen: Cpanel, who: str) -> None:
    if who not in chosen.root.accounts and who != "alice":
        pytest.skip("there is only one account here")
    ran = check(chosen, name=who if who in chosen.root.accounts else first(chosen))
    assert (ran.returncode, f"people land in {ROUNDCUBE}" in ran.stdout) == (0, True), ran.stdout
    assert chosen.sessions_created()[-1].mailbox is None
    assert chosen.logged_in() == []


@pytest.mark.long
def test_that_webmail_does_not_open_where_it_should_is_a_warning(chosen: Cpanel) -> None:
    chosen.switch("webmail", "goto-ignored")
    ran = check(chosen)
    chosen.reset()
    assert (ran.returncode, f"Webmail ignores the setting open: {ROUNDCUBE}" in ran.stdout) == (0, True)
